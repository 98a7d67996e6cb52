package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/snappy"
	"github.com/prometheus/prometheus/prompb"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/traces/traffic"
)

// edgesResult is what the service graph made of requests at a fixed rate.
type edgesResult struct {
	RequestsPerSecond int
	Seconds           float64 // that sending took
	Spans             int
	Edges             int     // requests of which a gateway's and a server's span were acknowledged
	Counted           float64 // by the service graph, as remote write brought it
	// MostLate and MedianLate are the seconds between the answer to the export that
	// made an edge whole and its being counted at the receiver of remote write.
	MostLate, MedianLate float64
	CPUPerMillion        float64 // CPU-s of the store a million spans
}

func (r *edgesResult) String() string {
	return fmt.Sprintf("%d requests a second for %.1f s: %d edges, %.0f counted, late %.2f s in the median and %.2f s at most; %.2f CPU-s/M spans",
		r.RequestsPerSecond, r.Seconds, r.Edges, r.Counted, r.MedianLate, r.MostLate, r.CPUPerMillion)
}

// burst are exports made beforehand, and which of them makes how many edges whole.
type burst struct {
	exports [][]byte
	spans   int
	lasts   time.Duration // at the rate that is measured
	halves  [][2]int      // of each edge, the exports of the client's and of the server's span
}

// makeBurst makes the exports of seconds of traffic, and finds their edges by the
// collector's own decoder: an `ingress` and the server span below it.
func makeBurst(c config) (*burst, error) {
	b := &burst{}
	stream := traffic.New(traffic.Options{Seed: c.seed, Rate: float64(c.edges), Start: time.Now(), TraceState: "ot=th:0"})
	clients, servers := map[[16]byte]int{}, map[[16]byte]int{}
	for stream.Traces() < c.edges*int(c.edgesFor.Seconds()) {
		raw, n := stream.Next()
		b.exports = append(b.exports, bytes.Clone(raw))
		b.spans += n
		td, err := (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces(raw)
		if err != nil {
			return nil, err
		}
		for _, rs := range td.ResourceSpans().All() {
			for _, ss := range rs.ScopeSpans().All() {
				for _, s := range ss.Spans().All() {
					switch s.Name() {
					case "ingress":
						clients[s.TraceID()] = len(b.exports) - 1
					case "InferRequest":
						servers[s.TraceID()] = len(b.exports) - 1
					}
				}
			}
		}
	}
	b.lasts = time.Duration(float64(len(clients)) / float64(c.edges) * float64(time.Second))
	for id, client := range clients {
		if server, ok := servers[id]; ok {
			b.halves = append(b.halves, [2]int{client, server})
		}
	}
	return b, nil
}

// edgeCounter is a receiver of remote write that adds the service graph up.
type edgeCounter struct {
	*httptest.Server
	mu      sync.Mutex
	latest  map[string]float64
	arrived []arrival
}

type arrival struct {
	at    time.Time
	total float64
}

func newEdgeCounter() *edgeCounter {
	e := &edgeCounter{latest: map[string]float64{}}
	e.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := e.take(r.Body); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}))
	return e
}

func (e *edgeCounter) take(body io.Reader) error {
	packed, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	raw, err := snappy.Decode(nil, packed)
	if err != nil {
		return err
	}
	var req prompb.WriteRequest
	if err := req.Unmarshal(raw); err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, s := range req.Timeseries {
		var key strings.Builder
		isTotal := false
		for _, l := range s.Labels {
			isTotal = isTotal || l.Name == "__name__" && l.Value == "traces_service_graph_request_total"
			fmt.Fprintf(&key, "%q=%q,", l.Name, l.Value)
		}
		if isTotal && len(s.Samples) > 0 {
			e.latest[key.String()] = s.Samples[len(s.Samples)-1].Value
		}
	}
	total := 0.0
	for _, v := range e.latest {
		total += v
	}
	e.arrived = append(e.arrived, arrival{time.Now(), total})
	return nil
}

func (e *edgeCounter) counted() float64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.arrived) == 0 {
		return 0
	}
	return e.arrived[len(e.arrived)-1].total
}

// measureEdges sends c.edges requests a second to our store for c.edgesFor and
// compares what its service graph counts with what was sent.
func measureEdges(c config) (*edgesResult, error) {
	fmt.Fprintln(os.Stderr, "== making the requests")
	b, err := makeBurst(c)
	if err != nil {
		return nil, err
	}
	counter := newEdgeCounter()
	defer counter.Close()
	t, stop, err := startOwn(c, counter.URL)
	if err != nil {
		return nil, err
	}
	defer stop()
	before, err := t.cpu()
	if err != nil {
		return nil, err
	}
	begun := time.Now()
	acked, err := b.send(c, t)
	if err != nil {
		return nil, err
	}
	took := time.Since(begun)
	for end := time.Now().Add(10 * time.Second); counter.counted() < float64(len(b.halves)) && time.Now().Before(end); {
		time.Sleep(20 * time.Millisecond)
	}
	after, err := t.cpu()
	if err != nil {
		return nil, err
	}
	r := &edgesResult{
		RequestsPerSecond: c.edges, Seconds: took.Seconds(), Spans: b.spans, Edges: len(b.halves),
		Counted: counter.counted(), CPUPerMillion: (after - before).Seconds() / float64(b.spans) * 1e6,
	}
	r.MedianLate, r.MostLate = lateness(b.halves, acked, counter.arrived)
	return r, nil
}

// send sends the exports at their rate and returns when each was acknowledged.
func (b *burst) send(c config, t target) ([]time.Time, error) {
	acked := make([]time.Time, len(b.exports))
	next := make(chan int)
	failed := make(chan error, c.exporters)
	var wg sync.WaitGroup
	for range c.exporters {
		conn, err := connect(t)
		if err != nil {
			return nil, err
		}
		defer conn.Close()
		wg.Go(func() {
			for i := range next {
				if err := conn.export(b.exports[i]); err != nil {
					failed <- err
					for range next {
					}
					return
				}
				acked[i] = time.Now()
			}
		})
	}
	begun := time.Now()
	for i := range b.exports {
		time.Sleep(time.Until(begun.Add(b.lasts * time.Duration(i+1) / time.Duration(len(b.exports)))))
		next <- i
	}
	close(next)
	wg.Wait()
	close(failed)
	return acked, <-failed
}

// lateness is how long edges, made whole by the later of two answers, waited to be
// counted: the median and the most, in seconds. The n-th that was whole is taken for
// the n-th that was counted.
func lateness(halves [][2]int, acked []time.Time, arrived []arrival) (median, most float64) {
	whole := make([]time.Time, len(halves))
	for i, h := range halves {
		whole[i] = acked[h[0]]
		if acked[h[1]].After(whole[i]) {
			whole[i] = acked[h[1]]
		}
	}
	slices.SortFunc(whole, time.Time.Compare)
	var late []float64
	for _, a := range arrived {
		for len(late) < min(int(a.total), len(whole)) {
			late = append(late, a.at.Sub(whole[len(late)]).Seconds())
		}
	}
	if len(late) == 0 {
		return 0, 0
	}
	slices.Sort(late)
	return late[len(late)/2], late[len(late)-1]
}
