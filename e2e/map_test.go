package e2e

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	"supersonic/cli/load"
	"supersonic/internal/kserve"
	"supersonic/ui/payload"
)

// journal is what the clients saw.
type journal struct {
	mu      sync.Mutex // guards the rest
	answers []load.Result
	skipped int
}

func (j *journal) add(r load.Result) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.answers = append(j.answers, r)
}

func (j *journal) skip(string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.skipped++
}

// within sums up the answers that came in a stretch of time, by model; "" is all.
func (j *journal) within(from, to time.Time) map[string]seen {
	j.mu.Lock()
	defer j.mu.Unlock()
	by := map[string]seen{}
	for _, r := range j.answers {
		if end := r.At.Add(r.Latency); end.Before(from) || !end.Before(to) {
			continue
		}
		for _, name := range []string{"", r.Model} {
			s := by[name]
			s.n++
			s.took += r.Latency
			if r.Code != codes.OK {
				s.failed++
			}
			by[name] = s
		}
	}
	return by
}

type seen struct {
	n, failed int
	took      time.Duration
}

func (s seen) meanMs() float64 { return float64(s.took.Microseconds()) / 1e3 / float64(s.n) }

// steadyLoad is requests of two models at rates that differ; one in ten of vertex
// fails.
func steadyLoad() []load.Stream {
	request := func(model string, value float32, shape ...int64) *kserve.InferRequest {
		return &kserve.InferRequest{Model: model, Inputs: []kserve.Tensor{{Name: "X", Datatype: "FP32", Shape: shape, Raw: floats(value)}}}
	}
	return []load.Stream{
		{Model: "track_fit", Rate: 24, Request: func(int) *kserve.InferRequest { return request("track_fit", 1, 1, 1) }},
		{Model: "vertex", Rate: 9, Request: func(n int) *kserve.InferRequest {
			if n%10 == 9 {
				return request("vertex", -1, 1)
			}
			return request("vertex", 1, 1)
		}},
	}
}

func TestTheMapAgreesWithTheClientsOwnLog(t *testing.T) {
	s := start(t, options{values: []string{
		fmt.Sprintf("local: {triton: {modelRepository: %q}}\n", filepath.Join(repository(t), "e2e", "testdata", "models")),
		"triton: {replicas: 2}\nenvoy: {replicas: 2, tracing_sampling_rate: 0.2}\n"}})
	s.awaitScraped()

	var j journal
	ctx, stop := context.WithCancel(t.Context())
	var clients sync.WaitGroup
	clients.Go(func() {
		err := load.Run(ctx, load.Config{Target: s.target(), Connections: 8, Streams: steadyLoad(), Each: j.add, Skipped: j.skip})
		if err != nil {
			t.Error(err)
		}
	})
	defer clients.Wait()
	defer stop()

	// Half a minute of load, looked at while it goes on.
	begun := time.Now()
	eventually(t, "half a minute of load", func() error {
		if since := time.Since(begun); since < 35*time.Second {
			return fmt.Errorf("%s so far", since)
		}
		return nil
	})
	to := time.Now()
	from := to.Add(-30 * time.Second)
	query := fmt.Sprintf("?from=%d&to=%d", from.UnixMilli(), to.UnixMilli())
	var m payload.Map
	var rows payload.Models
	if err := errors.Join(s.page("/api/map"+query, &m), s.page("/api/models"+query, &rows)); err != nil {
		t.Fatal(err)
	}
	if j.skipped > 0 { // not in the log, nor sent
		t.Logf("the clients left out %d requests", j.skipped)
	}
	s.wantMap(m, &j)
	s.wantModels(rows, &j)
}

// wantMap compares the nodes' sums with the clients' log.
func (s *site) wantMap(m payload.Map, j *journal) {
	s.t.Helper()
	want := j.of(m.Window)[""]
	sides := map[string]payload.Traffic{}
	nodes := map[string]int{}
	for _, n := range m.Nodes {
		sum, of := sides[n.Side], n.Traffic
		nodes[n.Side]++
		if of.Requests == 0 || of.LatencyMs == nil {
			s.t.Errorf("%s has no traffic: %+v", n.ID, of)
			continue
		}
		mean := *of.LatencyMs * of.Requests
		if sum.LatencyMs != nil {
			mean += *sum.LatencyMs
		}
		sum.Requests, sum.Failed, sum.LatencyMs = sum.Requests+of.Requests, sum.Failed+of.Failed, &mean
		sides[n.Side] = sum
	}
	if nodes["gateway"] != 2 || nodes["server"] != 2 || len(m.Edges) != 4 {
		s.t.Fatalf("%v nodes, %d edges, want two of each and four", nodes, len(m.Edges))
	}
	for side, got := range sides {
		mean := *got.LatencyMs / got.Requests
		got.LatencyMs = &mean
		s.agree("the "+side+"s", got, want)
	}
	edges := map[string]float64{}
	for _, e := range m.Edges {
		edges[e.From] += e.Traffic.Requests
		edges[e.To] += e.Traffic.Requests
	}
	for _, n := range m.Nodes {
		if edges[n.ID] != n.Traffic.Requests {
			s.t.Errorf("%s has %v requests, its edges %v", n.ID, n.Traffic.Requests, edges[n.ID])
		}
	}
}

func (s *site) wantModels(rows payload.Models, j *journal) {
	s.t.Helper()
	log := j.of(rows.Window)
	byServer, whole := map[string]float64{}, map[string]float64{}
	for _, r := range rows.Models {
		if r.Server != "" {
			byServer[r.Model] += r.Traffic.Requests
			continue
		}
		whole[r.Model] = r.Traffic.Requests
		s.agree("model "+r.Model, r.Traffic, log[r.Model])
	}
	if len(whole) != 2 {
		s.t.Errorf("%d models, want the two that were asked: %v", len(whole), whole)
	}
	for model, n := range whole {
		if byServer[model] != n {
			s.t.Errorf("%s: %v requests, by server %v", model, n, byServer[model])
		}
	}
}

// of is the log of the time that was asked about: the page counts between two
// scrapes of each gateway, as long and a few seconds earlier.
func (j *journal) of(w payload.Window) map[string]seen {
	return j.within(time.UnixMilli(int64(w.FromMs)), time.UnixMilli(int64(w.ToMs)))
}

// agree fails if a count or a mean latency of the page is more than 5 % off.
func (s *site) agree(what string, got payload.Traffic, want seen) {
	s.t.Helper()
	if want.n == 0 || got.LatencyMs == nil {
		s.t.Errorf("%s: nothing to compare: %+v, %+v", what, got, want)
		return
	}
	count := got.Requests/float64(want.n) - 1
	mean := *got.LatencyMs/want.meanMs() - 1
	s.t.Logf("%s: %v requests, clients %d (%+.1f %%), mean %.2f ms, clients %.2f ms (%+.1f %%), failed %v, clients %d",
		what, got.Requests, want.n, 100*count, *got.LatencyMs, want.meanMs(), 100*mean, got.Failed, want.failed)
	if math.Abs(count) > 0.05 || math.Abs(mean) > 0.05 {
		s.t.Errorf("%s: more than 5 %% from the clients' own log", what)
	}
	if math.Abs(got.Failed-float64(want.failed)) > 2+0.05*float64(want.failed) {
		s.t.Errorf("%s: %v failed, at the clients %d", what, got.Failed, want.failed)
	}
}
