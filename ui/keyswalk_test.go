package ui

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// lately moves spans so that the last one ends a minute ago.
func lately(td ptrace.Traces) {
	var last pcommon.Timestamp
	all := spansIn(td)
	for _, s := range all {
		last = max(last, s.EndTimestamp())
	}
	by := pcommon.NewTimestampFromTime(time.Now().Add(-time.Minute)) - last
	for _, s := range all {
		s.SetStartTimestamp(s.StartTimestamp() + by)
		s.SetEndTimestamp(s.EndTimestamp() + by)
		for _, e := range s.Events().All() {
			e.SetTimestamp(e.Timestamp() + by)
		}
	}
}

func spansIn(td ptrace.Traces) (list []ptrace.Span) {
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, s := range ss.Spans().All() {
				list = append(list, s)
			}
		}
	}
	return list
}

// traceOf are the spans of td with an id.
func traceOf(td ptrace.Traces, id string) (one ptrace.Traces, known bool) {
	one = ptrace.NewTraces()
	td.CopyTo(one)
	one.ResourceSpans().RemoveIf(func(rs ptrace.ResourceSpans) bool {
		rs.ScopeSpans().RemoveIf(func(ss ptrace.ScopeSpans) bool {
			ss.Spans().RemoveIf(func(s ptrace.Span) bool { return s.TraceID().String() != id })
			return ss.Spans().Len() == 0
		})
		return rs.ScopeSpans().Len() == 0
	})
	return one, one.ResourceSpans().Len() > 0
}

// withWhole is a store that answers every query for whole traces with td, and the
// rest as the store at other does.
func withWhole(t *testing.T, td ptrace.Traces, other string) string {
	t.Helper()
	body, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(td)
	if err != nil {
		t.Fatal(err)
	}
	to, err := url.Parse(other)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/", httputil.NewSingleHostReverseProxy(to))
	mux.HandleFunc("GET /api/traces", func(w http.ResponseWriter, r *http.Request) { w.Write(body) })
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s.URL
}

// At night, without a mouse: from the home dashboard to the span that was slow.
func TestAnOperatorWalksFromTheDashboardToASlowSpanByKeysInChromium(t *testing.T) {
	td := recordedTraces(t, "latency/testdata/slow-pod-one-model.otlp.jsonl.gz")
	lately(td)
	w := newWorld(t, func(c *Config) { c.DataSources[1].URL = withWhole(t, td, c.DataSources[1].URL) })
	w.tempo.Also = func(id string) (ptrace.Traces, bool) { return traceOf(td, id) }
	w.reader("keys.mjs")
}

func TestADashboardIsMadeByKeysInChromium(t *testing.T) {
	newWorld(t, func(c *Config) { c.DataDir = t.TempDir() }).reader("keys-editor.mjs")
}

func TestExploreAndTheComparisonOfTracesAreWalkedByKeysInChromium(t *testing.T) {
	newWorld(t, func(c *Config) { c.DataDir = t.TempDir() }).reader("keys-explore.mjs")
}

func TestTheMapAndNodeGraphsAreMovedByKeysInChromium(t *testing.T) {
	newWorld(t, func(c *Config) { c.DataDir = t.TempDir() }).reader("keys-graphs.mjs")
}
