package api_test

import (
	"net/http/httptest"
	"testing"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/traces/api"
	"supersonic/traces/column"
	"supersonic/traces/column/columntest"
	"supersonic/traces/head"
	"supersonic/traces/otlp"
	"supersonic/traces/query"
	"supersonic/traces/span"
	"supersonic/traces/storetest"
)

// fixed is a storage that does not change.
type fixed []column.Segment

func (f fixed) Snapshot() (*query.Snapshot, error) {
	out := &query.Snapshot{Release: func() {}}
	for _, s := range f {
		out.Parts = append(out.Parts, query.Part{Segment: s, Name: "part"})
	}
	return out, nil
}

// engineOf answers over spans, which lie in as many parts as there are lists.
func engineOf(t testing.TB, lists ...[]span.Span) query.Engine {
	t.Helper()
	var f fixed
	for _, spans := range lists {
		f = append(f, segment(t, spans))
	}
	return query.NewEngine(f, query.EngineOptions{})
}

// segment is spans as the store has them right after they came.
func segment(t testing.TB, spans []span.Span) column.Segment {
	t.Helper()
	raw, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(span.ToOTLP(spans))
	if err != nil {
		t.Fatal(err)
	}
	batch, err := otlp.NewDecoder(otlp.Limits{}).Decode(raw, (at+3600)*1e9)
	if err != nil {
		t.Fatal(err)
	}
	h := head.New(head.Options{})
	if err := h.Append(batch, 0); err != nil {
		t.Fatal(err)
	}
	return h.View()
}

// serve serves a Handler for the length of the test and returns its address.
func serve(t testing.TB, engine query.Engine, opts api.Options) string {
	t.Helper()
	s := httptest.NewServer(api.New(engine, opts))
	t.Cleanup(s.Close)
	return s.URL
}

// halves deals traces out to two parts.
func halves(spans []span.Span) (a, b []span.Span) {
	for _, s := range spans {
		if s.TraceID[15]&1 == 0 {
			a = append(a, s)
		} else {
			b = append(b, s)
		}
	}
	return a, b
}

func TestRecordedAnswersHoldOverHTTP(t *testing.T) {
	even, odd := halves(columntest.Load(t))
	url := serve(t, engineOf(t, even, odd), api.Options{Prefix: "/tempo/"})
	storetest.RunAnswers(t, storetest.Target{API: url + "/tempo"}, storetest.ReadAnswers(t, "../../traceql/testdata/answers.jsonl.gz"), storetest.Differences())
}
