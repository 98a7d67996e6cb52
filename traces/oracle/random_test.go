package oracle

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"supersonic/traceql"
	"supersonic/traces/column/columntest"
	"supersonic/traces/query"
)

func TestRandomQueriesHaveEveryForm(t *testing.T) {
	spans := columntest.Random(rand.New(rand.NewPCG(1, 1)), 300)
	var all []string
	for seed := range uint64(3) {
		g := newGenerator(rand.New(rand.NewPCG(seed, 2)), spans)
		for range 1500 {
			text := g.search()
			if g.IntN(3) == 0 {
				text = g.metrics()
			}
			if _, err := traceql.Parse(text); err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			all = append(all, text)
		}
	}
	text := strings.Join(all, "\n")
	forms := []string{
		"span.", "resource.", " .", "event.", "link.", "instrumentation.", "parent.", "= nil", "!= nil", "=~", "!~ \"", "&&", "||", "!(", "{}",
		"by(", "coalesce()", "select(", "count() ", "avg(", "min(", "max(", "sum(", "rate()", "count_over_time()", "min_over_time(",
		"max_over_time(", "sum_over_time(", "avg_over_time(", "quantile_over_time(", "histogram_over_time(", "compare(", "topk(", "bottomk(",
		"with(weighted=true", "with(buckets=true", " + ", " * ", " / ", " % ", " ^ ",
	}
	for _, op := range relations {
		forms = append(forms, "} "+op+" ")
	}
	for _, in := range traceql.Intrinsics() {
		forms = append(forms, in.String())
	}
	for _, form := range forms {
		if n := strings.Count(text, form); n < 3 {
			t.Errorf("%q is in %d of %d queries", form, n, len(all))
		}
	}
	if n := len(regexp.MustCompile(`(?m)^.*\) (>|<|>>|~|!>) .*$`).FindAllString(text, -1)); n < 3 {
		t.Errorf("a pipeline stands beside a relation in %d queries", n)
	}
}

func TestRandomQueriesFindSomethingMostly(t *testing.T) {
	spans := columntest.Random(rand.New(rand.NewPCG(1, 3)), 400)
	m := New(spans...)
	g := newGenerator(rand.New(rand.NewPCG(2, 3)), m.Spans())
	found, whole := 0, 0
	for range 300 {
		r, err := m.Search(t.Context(), query.SearchRequest{Query: g.search(), Limit: 1_000_000})
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Traces) > 0 {
			found++
		}
		if len(r.Traces) == len(m.IDs()) {
			whole++
		}
	}
	if found < 120 || whole > 100 {
		t.Errorf("of 300 queries %d find something, %d everything", found, whole)
	}
}

func TestOneStateMakesTheSameQuery(t *testing.T) {
	spans := columntest.Random(rand.New(rand.NewPCG(1, 1)), 100)
	for seed := range uint64(50) {
		a, b := RandomQuery(rand.New(rand.NewPCG(seed, 4)), spans), RandomQuery(rand.New(rand.NewPCG(seed, 4)), spans)
		if a != b {
			t.Fatalf("%s\n%s", a, b)
		}
	}
}

func TestDiffSeesWhatIsMissing(t *testing.T) {
	spans := columntest.Random(rand.New(rand.NewPCG(1, 5)), 200)
	whole, same := New(spans...), New(spans...)
	rng := rand.New(rand.NewPCG(6, 6))
	if err := Diff(t.Context(), whole, same, rng, 200); err != nil {
		t.Fatal(err)
	}
	less := New(spans...)
	less.Delete(less.IDs()[3])
	if err := Diff(t.Context(), whole, less, rng, 200); err == nil {
		t.Error("a trace less makes no difference")
	}
}
