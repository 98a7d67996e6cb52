package metrics_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/klauspost/compress/snappy"
	"github.com/prometheus/prometheus/prompb"

	"supersonic/internal/listen"
	"supersonic/metrics"
)

// world is a running server of metrics and its client.
type world struct {
	t    *testing.T
	url  string
	srv  *metrics.Server
	log  *syncBuffer
	stop func() // ends Run and checks that it ended well
}

func config(dir string) metrics.Config {
	return metrics.Config{
		DataDir: dir, HTTP: listen.Address{Addr: "127.0.0.1:0", Key: "prometheus.server.service.servicePort"},
		ScrapeInterval: 50 * time.Millisecond, RemoteWriteReceiver: true,
	}
}

func start(t *testing.T, cfg metrics.Config) *world {
	t.Helper()
	w := &world{t: t, log: &syncBuffer{}}
	var err error
	w.srv, err = metrics.New(cfg, metrics.Deps{Log: slog.New(slog.NewTextHandler(w.log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	w.url = "http://" + w.srv.Addr().String()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.srv.Run(ctx) }()
	w.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run ended with %v", err)
		}
	})
	t.Cleanup(w.stop)
	return w
}

// exposing serves text as a scrape target and returns its host:port.
func exposing(t *testing.T, text string) string {
	t.Helper()
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4")
		fmt.Fprint(w, text)
	}))
	t.Cleanup(target.Close)
	return target.Listener.Addr().String()
}

// answer is Prometheus's envelope.
type answer struct {
	Status, ErrorType, Error string
	Data                     json.RawMessage
}

func (w *world) api(path string, params ...string) (int, answer) {
	w.t.Helper()
	form := url.Values{}
	for i := 0; i < len(params); i += 2 {
		form.Add(params[i], params[i+1])
	}
	code, body := w.get("/api/v1" + path + "?" + form.Encode())
	var a answer
	if err := json.Unmarshal([]byte(body), &a); err != nil {
		w.t.Fatalf("GET %s: %d, not JSON: %.200s", path, code, body)
	}
	return code, a
}

func (w *world) get(path string) (int, string) {
	w.t.Helper()
	resp, err := http.Get(w.url + path)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

type vector struct {
	Result []struct {
		Metric map[string]string
		Value  [2]any
	}
}

// query is an instant query; it returns "labels value" a line.
func (w *world) query(q string) string {
	w.t.Helper()
	code, a := w.api("/query", "query", q)
	if code != http.StatusOK {
		w.t.Fatalf("query %s: %d %s", q, code, a.Error)
	}
	var v vector
	if err := json.Unmarshal(a.Data, &v); err != nil {
		w.t.Fatal(err)
	}
	var out []string
	for _, r := range v.Result {
		labels, err := json.Marshal(r.Metric) // sorted by name
		if err != nil {
			w.t.Fatal(err)
		}
		out = append(out, fmt.Sprintf("%s %v", labels, r.Value[1]))
	}
	return strings.Join(out, "\n")
}

// eventually polls get until it gives want.
func (w *world) eventually(want string, get func() string) {
	w.t.Helper()
	deadline := time.Now().Add(time.Minute)
	for got := get(); got != want; got = get() {
		if time.Now().After(deadline) {
			w.t.Fatalf("after 10 s:\n got %s\nwant %s", got, want)
		}
		<-time.After(20 * time.Millisecond)
	}
}

// write sends a remote-write request of protocol 1 and returns status and answer.
func (w *world) write(series ...prompb.TimeSeries) (int, string) {
	w.t.Helper()
	request := prompb.WriteRequest{Timeseries: series}
	body, err := request.Marshal()
	if err != nil {
		w.t.Fatal(err)
	}
	return w.post(snappy.Encode(nil, body), "application/x-protobuf", "0.1.0")
}

func (w *world) post(body []byte, contentType, version string) (int, string) {
	w.t.Helper()
	req, err := http.NewRequest(http.MethodPost, w.url+"/api/v1/write", bytes.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("Content-Encoding", "snappy")
	req.Header.Set("X-Prometheus-Remote-Write-Version", version)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	said, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return resp.StatusCode, string(said)
}

func series(name string, samples ...prompb.Sample) prompb.TimeSeries {
	return prompb.TimeSeries{Labels: []prompb.Label{{Name: "__name__", Value: name}}, Samples: samples}
}

func at(t time.Time, v float64) prompb.Sample {
	return prompb.Sample{Timestamp: t.UnixMilli(), Value: v}
}

// syncBuffer is a log that two goroutines may use.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
