package traffic

import (
	"bytes"
	"testing"

	"go.opentelemetry.io/collector/pdata/ptrace"
)

func TestOneSeedMakesTheSameTraffic(t *testing.T) {
	a, b, other := New(Options{Seed: 7}), New(Options{Seed: 7}), New(Options{Seed: 8})
	for range 20 {
		x, _ := a.Next()
		y, _ := b.Next()
		z, _ := other.Next()
		if !bytes.Equal(x, y) {
			t.Fatal("one seed made two different exports")
		}
		if bytes.Equal(x, z) {
			t.Fatal("two seeds made the same export")
		}
	}
}

func TestTheTrafficHasTheShapeOfASite(t *testing.T) {
	s := New(Options{Seed: 1})
	var spans, events, links, bytes, roots int
	names := map[string]int{}
	for range 200 {
		raw, n := s.Next()
		td, err := (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces(raw)
		if err != nil {
			t.Fatal(err)
		}
		if td.SpanCount() != n {
			t.Fatalf("an export has %d spans, not the %d it says", td.SpanCount(), n)
		}
		spans, bytes = spans+n, bytes+len(raw)
		for _, rs := range td.ResourceSpans().All() {
			for _, sp := range rs.ScopeSpans().At(0).Spans().All() {
				events, links = events+sp.Events().Len(), links+sp.Links().Len()
				names[sp.Name()]++
				if sp.ParentSpanID().IsEmpty() {
					roots++
				}
			}
		}
	}
	t.Logf("%d spans: %.1f bytes, %.2f events, %.4f links a span, %.2f spans a trace", spans, float64(bytes)/float64(spans),
		float64(events)/float64(spans), float64(links)/float64(spans), float64(spans)/float64(roots))
	within := func(what string, got, lo, hi float64) {
		if got < lo || got > hi {
			t.Errorf("%s is %.2f, want %.2f to %.2f", what, got, lo, hi)
		}
	}
	within("bytes a span", float64(bytes)/float64(spans), 520, 580)
	within("spans a trace", float64(spans)/float64(roots), 4.4, 5.1)
	within("events a span", float64(events)/float64(spans), 2.6, 3.4)
	within("share of compute", float64(names["compute"])/float64(spans), 0.2, 0.3)
}

func BenchmarkStream(b *testing.B) {
	s := New(Options{Seed: 1})
	n := 0
	for b.Loop() {
		_, spans := s.Next()
		n += spans
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(n), "µs/span")
}
