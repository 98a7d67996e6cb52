package api_test

import (
	"net/http/httptest"
	"testing"

	"supersonic/traces/api"
	"supersonic/traces/column/columntest"
	"supersonic/traces/query"
	"supersonic/traces/span"
	"supersonic/traces/storetest"
)

// fixed is a storage that does not change.
type fixed []*columntest.Segment

func (f fixed) Snapshot() (*query.Snapshot, error) {
	out := &query.Snapshot{Release: func() {}}
	for _, s := range f {
		out.Parts = append(out.Parts, query.Part{Segment: s, Name: "part"})
	}
	return out, nil
}

// engineOf answers over spans, which lie in as many parts as there are lists.
func engineOf(lists ...[]span.Span) query.Engine {
	var f fixed
	for _, spans := range lists {
		f = append(f, columntest.New(spans, columntest.Options{}))
	}
	return query.NewEngine(f, query.EngineOptions{})
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
	url := serve(t, engineOf(halves(columntest.Load(t))), api.Options{Prefix: "/tempo/"})
	storetest.RunAnswers(t, storetest.Target{API: url + "/tempo"}, storetest.ReadAnswers(t, "../../traceql/testdata/answers.jsonl.gz"), storetest.Differences())
}
