package traceql_test

import (
	"sync"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"supersonic/traceql"
	"supersonic/traceql/traceqltest"
)

func id(n byte) traceql.SpanID { return traceql.SpanID{7: n} }

func bare(self, parent byte, start uint64) traceql.Span {
	return &traceqltest.Span{SpanID: id(self), ParentID: id(parent), StartNano: start, Took: 1}
}

// nested returns left, right and parent of each span.
func nested(t *traceql.Trace) (out [][3]int64) {
	for i := range t.Spans() {
		out = append(out, [3]int64{
			t.Read(i, traceql.Attribute{Intrinsic: traceql.IntrinsicNestedSetLeft}).AsInt(),
			t.Read(i, traceql.Attribute{Intrinsic: traceql.IntrinsicNestedSetRight}).AsInt(),
			t.Read(i, traceql.Attribute{Intrinsic: traceql.IntrinsicNestedSetParent}).AsInt(),
		})
	}
	return out
}

func TestTreeNumbersAreDeterministicWhateverTheOrderOfSpans(t *testing.T) {
	spans := []traceql.Span{bare(3, 1, 30), bare(1, 0, 10), bare(2, 1, 20)}
	want := [][3]int64{{4, 5, 1}, {1, 6, -1}, {2, 3, 1}}
	if diff := gocmp.Diff(want, nested(traceql.NewTrace(traceql.TraceID{1}, spans))); diff != "" {
		t.Error(diff)
	}
}

func TestOrphansAreTreesOfTheirOwn(t *testing.T) {
	tr := traceql.NewTrace(traceql.TraceID{1}, []traceql.Span{bare(1, 0, 10), bare(2, 9, 5), bare(3, 2, 6)})
	want := [][3]int64{{5, 6, -1}, {1, 4, 0}, {2, 3, 1}}
	if diff := gocmp.Diff(want, nested(tr)); diff != "" {
		t.Error(diff)
	}
	if root, ok := tr.Root(); !ok || root.ID() != id(1) {
		t.Error("the root is the span that names no parent, also when an orphan starts earlier")
	}
}

func TestCyclesAndDoubledIdsEnd(t *testing.T) {
	cycle := []traceql.Span{bare(1, 2, 10), bare(2, 3, 20), bare(3, 1, 30), bare(4, 4, 5), bare(1, 0, 1)}
	tr := traceql.NewTrace(traceql.TraceID{1}, cycle)
	seen := make(map[int64]bool)
	for _, n := range nested(tr) {
		if n[0] < 1 || n[1] <= n[0] || seen[n[0]] || seen[n[1]] {
			t.Errorf("numbers %v", nested(tr))
		}
		seen[n[0]], seen[n[1]] = true, true
	}
	q, err := traceql.Parse("({} >> {}) || ({} << {}) || ({} ~ {}) || ({} !>> {})")
	if err != nil {
		t.Fatal(err)
	}
	s, err := traceql.NewSearch(q)
	if err != nil {
		t.Fatal(err)
	}
	if sets := s.Eval(tr); len(sets) != 1 || sets[0].Matched != len(cycle) {
		t.Errorf("%v", sets)
	}
}

func TestATraceWithoutSpansHasNoAnswer(t *testing.T) {
	tr := traceql.NewTrace(traceql.TraceID{}, nil)
	q, err := traceql.Parse("{} || {}")
	if err != nil {
		t.Fatal(err)
	}
	s, err := traceql.NewSearch(q)
	if err != nil {
		t.Fatal(err)
	}
	if sets := s.Eval(tr); sets != nil || tr.RootName() != "" || tr.Duration() != 0 {
		t.Errorf("%v", sets)
	}
}

func TestOneSearchAndOneTraceServeManyGoroutines(t *testing.T) {
	tr := smallTrace()
	q, err := traceql.Parse(`{ name = "ingress" } >> { parent.name != "x" || duration > 1ns } | by(name) | count() > 0`)
	if err != nil {
		t.Fatal(err)
	}
	s, err := traceql.NewSearch(q)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if sets := s.Eval(tr); len(sets) != 4 {
				t.Errorf("%d sets", len(sets))
			}
		})
	}
	wg.Wait()
}
