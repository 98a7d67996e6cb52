package traceql_test

import (
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"supersonic/traceql"
)

// sameTree compares queries by their tree, positions aside.
var sameTree = gocmp.Options{
	cmpopts.IgnoreUnexported(traceql.Query{}, traceql.Binary{}, traceql.GroupBy{}, traceql.Aggregate{}),
	cmpopts.IgnoreTypes(traceql.Pos(0)),
}

func seed(f *testing.F) {
	for _, kind := range []string{"S", "M", "I", "X"} {
		for _, r := range answers(f, kind) {
			f.Add(r.Q)
		}
	}
	for _, q := range languageSamples {
		f.Add(q)
	}
}

// FuzzParse: any text is refused or printed so that it parses to the same tree.
func FuzzParse(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, text string) {
		begin := time.Now()
		q, err := traceql.Parse(text)
		if spent := time.Since(begin); spent > 5*time.Second {
			t.Fatalf("parsing %d bytes took %v", len(text), spent)
		}
		if err != nil {
			return
		}
		again, err := traceql.Parse(q.String())
		if err != nil {
			t.Fatalf("%q prints as %q: %v", text, q, err)
		}
		if diff := gocmp.Diff(q, again, sameTree); diff != "" {
			t.Fatalf("%q prints as %q:\n%s", text, q, diff)
		}
	})
}

// FuzzEval: any query has an answer on a small trace, the same each time, and
// selects no more than the conditions allow.
func FuzzEval(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, text string) {
		q, err := traceql.Parse(text)
		if err != nil {
			return
		}
		if q.IsMetrics() {
			gather(t, q)
			return
		}
		s, err := traceql.NewSearch(q)
		if err != nil {
			t.Fatal(err)
		}
		tr := smallTrace()
		sets := s.Eval(tr)
		if len(sets) != len(s.Eval(tr)) {
			t.Fatalf("%q has two answers", text)
		}
		if len(sets) > 0 && !possible(q.Conditions(), tr) {
			t.Fatalf("%q selects spans that its conditions exclude", text)
		}
	})
}

// possible tells whether a storage may not skip the trace.
func possible(c traceql.Conditions, tr *traceql.Trace) bool {
	if len(c.Any) == 0 {
		return true
	}
	for _, alternative := range c.Any {
		if holdsAll(alternative, tr) {
			return true
		}
	}
	return false
}

func holdsAll(list []traceql.Condition, tr *traceql.Trace) bool {
	for _, c := range list {
		found := false
		for i := range tr.Spans() {
			attr := c.Attr
			attr.Parent = false
			found = found || c.Test(tr.Read(i, attr))
		}
		if !found {
			return false
		}
	}
	return true
}

func gather(t *testing.T, q *traceql.Query) {
	t.Helper()
	tr := smallTrace()
	a, err := traceql.NewAggregator(q, traceql.Range{Start: tr.Start(), End: tr.Start() + 1e9, Step: 100e6, MaxExemplars: 1})
	if err != nil {
		t.Fatal(err)
	}
	a.Add(tr)
	for _, s := range a.Series() {
		if len(s.Points) == 0 || len(s.Labels) == 0 {
			t.Fatalf("%q gives a series without points or labels: %v", q, s)
		}
	}
}
