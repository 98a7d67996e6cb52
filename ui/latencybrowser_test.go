package ui

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/ui/fakesite"
	"supersonic/ui/latency"
)

// recordedTraces are those of a recording.
func recordedTraces(t *testing.T, path string) ptrace.Traces {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	all := ptrace.NewTraces()
	for line := range strings.Lines(string(text)) {
		td, err := (&ptrace.JSONUnmarshaler{}).UnmarshalTraces([]byte(line))
		if err != nil {
			t.Fatal(err)
		}
		td.ResourceSpans().MoveAndAppendTo(all.ResourceSpans())
	}
	return all
}

// recordedStore answers every query for whole traces with those of a recording; one
// that names a model "nosuch" finds none.
func recordedStore(t *testing.T, path string) *httptest.Server {
	t.Helper()
	body, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(recordedTraces(t, path))
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/traces", func(w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.FormValue("q"), "nosuch") {
			w.Write(body)
		}
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

func TestAnOperatorSeesWhoIsSlowInChromium(t *testing.T) {
	const from, hour = 1795959800000, 3_600_000 // of the recording
	const name = "latency/testdata/slow-pod-one-model.otlp.jsonl.gz"
	store := recordedStore(t, name)
	w := newWorld(t, func(c *Config) { c.DataSources[1].URL = store.URL })
	w.reader("latency.mjs", "FILE=../"+name, "CULPRIT=supersonic-triton-2", "MODEL=tagger", fmt.Sprintf("RANGE=from=%d&to=%d", from, from+hour))
}

// recordedCounters is a Prometheus whose counters grow over an hour from a time on by
// what those of a recording were at its end; more says by how much else.
func recordedCounters(t *testing.T, path string, from time.Time, more func(latency.Counter) float64) *fakesite.Prometheus {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	list, err := latency.ReadCounters(f)
	if err != nil {
		t.Fatal(err)
	}
	p := &fakesite.Prometheus{Started: from.Add(-time.Minute)}
	pods := map[string]bool{}
	for _, c := range list {
		if !pods[c.Pod] {
			pods[c.Pod] = true
			p.Counters = append(p.Counters, fakesite.Counter{Labels: map[string]string{"__name__": "up", "pod": c.Pod}, Gauge: 1})
		}
		labels := map[string]string{"__name__": c.Metric, "model": c.Model, "pod": c.Pod}
		p.Counters = append(p.Counters, fakesite.Counter{Labels: labels, PerSecond: c.By * more(c) / 3600, From: p.Started})
	}
	return p
}

// One pod's counters have twice the time of compute that its spans have, another's
// have three times the requests.
func TestThePageSaysWhyCountersAreNotAsTheSpansInChromium(t *testing.T) {
	const name = "latency/testdata/slow-pod"
	from := time.UnixMilli(1795959700000) // of the recording
	store := recordedStore(t, name+".otlp.jsonl.gz")
	prometheus := httptest.NewServer(recordedCounters(t, name+".counters.json", from, func(c latency.Counter) float64 {
		switch {
		case c.Model != "tagger":
		case c.Pod == "supersonic-triton-2" && c.Metric == "nv_inference_compute_infer_duration_us":
			return 2
		case c.Pod == "supersonic-triton-0":
			return 3
		}
		return 1
	}))
	t.Cleanup(prometheus.Close)
	w := newWorld(t, func(c *Config) { c.DataSources[0].URL, c.DataSources[1].URL = prometheus.URL, store.URL })
	w.reader("latency.mjs", "ONLY=counters", "SLOWER=tagger on supersonic-triton-2: Compute", "MORE=tagger on supersonic-triton-0",
		fmt.Sprintf("RANGE=from=%d&to=%d", from.UnixMilli(), from.Add(time.Hour).UnixMilli()))
}

func TestTheCulpritsOfRecordingsAreNamedWithTheirFiguresInChromium(t *testing.T) {
	newWorld(t).reader("culprits.mjs", "FILES=../latency/testdata")
}
