package query

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"supersonic/internal/rounds"
	"supersonic/traceql"
)

const metricsBase = 1_764_000_000_000_000_000

// metricsRanges are ranges of random spans: all, parts of them, from the beginning of
// time to its end.
var metricsRanges = []Range{
	{metricsBase - 1e9, metricsBase + 20e9}, {metricsBase + 2e9 + 7, metricsBase + 5e9 + 3}, {0, math.MaxUint64}, {1, metricsBase + 4e9},
}

// randomMetrics puts a metrics query together.
func randomMetrics(rng *rand.Rand) string {
	pick := func(list ...string) string { return list[rng.IntN(len(list))] }
	attributes := []string{
		"resource.service.name", "span.attr.1", ".attr.2", "name", "status", "kind", "rootName", "rootServiceName", "statusMessage",
		"instrumentation:name", "parent.name", "parent.span.attr.3", "parent.resource.service.name", "event.own2.1", "span:id", "span.own1.2",
		"instrumentation.attr.1", "nestedSetParent", "link.own3.1", "parent.kind", "resource.own0.1", ".own1.4",
	}
	values := []string{"duration", "span.attr.1", ".attr.2", "span.own1.3", "parent.duration", "event:timeSinceStart", "resource.attr.3", "parent.span.attr.4", "traceDuration"}
	filter := pick("{}", "{}", `{ name = "ingress" }`, `{ name != "word-1" && kind = server }`, `{ duration > 1ms }`, `{ .attr.1 =~ "word.*" }`,
		`{ span.attr.2 = "word-1" || status = error }`, `{ kind = server } >> { status != ok }`, `{ parent.name = "ingress" }`, `{ event:name = "word-2" }`,
		`{} | count() > 3`, `{ status = error } | by(name)`, `{ name = "ingress" } && { kind = client }`, `{} | avg(duration) > 1ms`, `{ span.attr.1 = nil }`)
	function := pick("rate()", "count_over_time()", "rate()", "count_over_time()")
	if value := pick(values...); rng.IntN(2) == 0 {
		function = pick("min_over_time(%s)", "max_over_time(%s)", "avg_over_time(%s)", "sum_over_time(%s)", "quantile_over_time(%s, .5, .9, 0, 1)", "histogram_over_time(%s)")
		function = fmt.Sprintf(function, value)
	}
	if rng.IntN(8) == 0 {
		return filter + " | compare(" + pick("{ status = error }", `{ name = "ingress" && duration > 1us }, 3`, "{}", "{ false }, 1000", "{ span.attr.1 = span.attr.2 }",
			"{ kind = server }, 20, 1764000001000000000, 1764000003000000000", "{ parent.kind = server }") + ")" + pick("", " with(weighted=true)")
	}
	if n := rng.IntN(4); n > 0 {
		var by []string
		for range n {
			by = append(by, pick(attributes...))
		}
		slices.Sort(by)
		function += " by (" + strings.Join(slices.Compact(by), ", ") + ")"
	}
	second, hint := pick("", "", " | topk(3)", " | bottomk(2)", " > 1"), pick("", "", " with(weighted=true)", " with(buckets=true)")
	if second != "" && strings.Contains(hint, "weighted") {
		hint = "" // sums of weights differ by rounding, and so may which of equals is the first
	}
	return filter + " | " + function + second + hint
}

// wantSeries compares two answers.
func wantSeries(t *testing.T, what string, want, got MetricsResult) {
	t.Helper()
	diff := gocmp.Diff(want.Series, got.Series, cmpopts.EquateApprox(1e-9, 1e-12), cmpopts.EquateNaNs(), cmpopts.EquateEmpty(), gocmp.Comparer(traceql.Static.Equal), cmpopts.IgnoreFields(traceql.Series{}, "Exemplars"))
	if diff != "" || want.Refused != got.Refused || want.Range != got.Range {
		t.Fatalf("%s: refused %d, want %d; evaluator -, columns +:\n%.3000s", what, got.Refused, want.Refused, diff)
	}
}

// wantExemplars tells whether an answer shows about as many spans as are asked for,
// if there are, one of each series at least, each with a series that counts it: all has all of them.
func wantExemplars(t *testing.T, what string, most int, all, got MetricsResult) {
	t.Helper()
	there, shown, have := 0, 0, 0
	for i, s := range got.Series {
		there += len(all.Series[i].Exemplars)
		have += min(len(all.Series[i].Exemplars), 1)
		shown += len(s.Exemplars)
		for _, e := range s.Exemplars {
			same := func(f traceql.Exemplar) bool {
				return e.Trace == f.Trace && e.Span == f.Span && e.Time == f.Time && e.Ref == 0 && gocmp.Equal(e.Value, f.Value, cmpopts.EquateNaNs())
			}
			count := func(list []traceql.Exemplar) (n int) { // two spans may have one id, and different kinds
				for _, f := range list {
					n += int(bit(same(f)))
				}
				return n
			}
			if count(s.Exemplars) > count(all.Series[i].Exemplars) {
				t.Fatalf("%s: series %d has no span %+v, or not so often: %+v", what, i, e, s.Exemplars)
			}
		}
	}
	least := min(there, most)
	if len(all.Series) > 1 || strings.Count(what, "| ") > 1 { // a series keeps its share several times, not all
		least = min(least, have)
	}
	if shown > most || shown < least {
		t.Fatalf("%s: %d exemplars of %d spans, want %d to %d", what, shown, there, least, most)
	}
}

func TestSeriesOfColumnsAreTheEvaluators(t *testing.T) {
	vectorised := 0
	seeds := max(3, rounds.Of(t, 10))
	for seed := range uint64(seeds) {
		rng := rand.New(rand.NewPCG(seed, 3))
		src := randomSnapshot(seed, 100, 1+int(seed%3))
		e := NewEngine(src, EngineOptions{Workers: 1 + int(seed%3), alone: 1})
		oracle := scanner{rowSource{src}}
		for range 12 {
			r := MetricsRequest{Query: randomMetrics(rng), Range: metricsRanges[rng.IntN(len(metricsRanges))], Exemplars: rng.IntN(3) * rng.IntN(40)}
			if rng.IntN(3) > 0 && r.Range.Start > metricsBase/2 {
				r.Step = time.Duration(1 + rng.IntN(3e9))
			}
			every := r
			every.Exemplars *= 10_000
			want, err := oracle.Metrics(t.Context(), every)
			if err != nil {
				t.Fatalf("%s: %v", r.Query, err)
			}
			got, err := e.Metrics(t.Context(), r)
			if err != nil {
				t.Fatalf("%s: %v", r.Query, err)
			}
			what := fmt.Sprintf("seed %d, %+v", seed, r)
			want.Range.MaxExemplars = r.Exemplars
			wantSeries(t, what, want, got)
			wantExemplars(t, what, r.Exemplars, want, got)
			if m, err := newMetricsPlan(r, 1); err == nil && m.vectorised {
				vectorised++
			}
		}
	}
	if vectorised < 4*seeds {
		t.Errorf("only %d queries were answered by columns", vectorised)
	}
}

func TestSeriesBeyondTheBoundAreThoseThatComeLater(t *testing.T) {
	src := randomSnapshot(3, 300, 2)
	for _, query := range []string{"{} | count_over_time() by (name)", "{} | count_over_time() by (name, .attr.1)", "{} | sum_over_time(duration) by (span:id)"} {
		var first MetricsResult
		for workers := range 4 {
			e := NewEngine(src, EngineOptions{Workers: 1 + workers, alone: 1})
			r := MetricsRequest{Query: query, Range: metricsRanges[2], MaxSeries: 4}
			got, err := e.Metrics(t.Context(), r)
			if err != nil {
				t.Fatal(err)
			}
			if workers == 0 {
				first = got
			}
			wantSeries(t, query, first, got)
			r.MaxSeries = 0
			all, err := e.Metrics(t.Context(), r)
			if err != nil {
				t.Fatal(err)
			}
			if len(got.Series) != 4 || got.Refused == 0 || all.Refused != 0 {
				t.Fatalf("%s: %d series, %d spans refused; without a bound %d refused", query, len(got.Series), got.Refused, all.Refused)
			}
			if strings.Contains(query, "count") && total(all.Series) != total(got.Series)+float64(got.Refused) {
				t.Errorf("%s: %g spans in all, %g counted, %d refused", query, total(all.Series), total(got.Series), got.Refused)
			}
		}
	}
}

func total(list []traceql.Series) float64 {
	var sum float64
	for _, s := range list {
		for _, p := range s.Points {
			sum += p.Value
		}
	}
	return sum
}

func TestSeriesDoNotDependOnTheWorkers(t *testing.T) {
	src := randomSnapshot(9, 400, 3)
	for _, query := range []string{
		"{} | rate() by (resource.service.name)", "{} | rate()", "{} | quantile_over_time(duration, .5, .9) by (name)", "{ kind = server } | count_over_time() by (parent.name, kind)",
		"{} | avg_over_time(duration) by (name)", "{ kind = server } >> {} | rate() by (name)", "{} | rate() by (name) | topk(2)",
	} {
		for _, exemplars := range []int{1, 7, 100} {
			var first MetricsResult
			for workers := range 4 {
				e := NewEngine(src, EngineOptions{Workers: 1 + workers, alone: 1})
				got, err := e.Metrics(t.Context(), MetricsRequest{Query: query, Range: metricsRanges[0], Step: time.Second, Exemplars: exemplars})
				if err != nil {
					t.Fatal(err)
				}
				if workers == 0 {
					first = got
				}
				if diff := gocmp.Diff(first.Series, got.Series, cmpopts.EquateApprox(1e-12, 0), gocmp.Comparer(traceql.Static.Equal)); diff != "" {
					t.Fatalf("%s, %d exemplars, %d workers:\n%.3000s", query, exemplars, 1+workers, diff)
				}
			}
		}
	}
}

func TestSeriesThatNeedTooMuchMemoryAreRefused(t *testing.T) {
	e := NewEngine(randomSnapshot(5, 300, 2), EngineOptions{MaxBytes: 60_000})
	for _, query := range []string{
		"{} | rate() by (name, span.attr.1, .attr.2)", "{} | rate() by (span:id)", "{} | quantile_over_time(duration, .5) by (kind, name)", "{} | compare({ kind = server })",
	} {
		_, err := e.Metrics(t.Context(), MetricsRequest{Query: query, Range: metricsRanges[0], Step: 10e6})
		var large TooLarge
		if !errors.As(err, &large) || large.Hint == "" {
			t.Errorf("%s: %v", query, err)
		}
	}
	for _, query := range []string{"{", "{}", "{} | rate() by (nosuch.x)"} {
		_, err := e.Metrics(t.Context(), MetricsRequest{Query: query, Range: metricsRanges[0]})
		if !errors.As(err, new(BadRequest)) {
			t.Errorf("%s: %v", query, err)
		}
	}
	if _, err := e.Metrics(t.Context(), MetricsRequest{Query: "{} | rate()", Range: Range{5, 4}}); !errors.As(err, new(BadRequest)) {
		t.Errorf("a range that ends before it starts: %v", err)
	}
}

func TestMetricsAreExplained(t *testing.T) {
	e := NewEngine(randomSnapshot(7, 200, 2), EngineOptions{})
	for query, want := range map[string]string{"{} | rate() by (name)": "column by column, grouped by name", "{} | compare({ span.a = span.b })": "span by span"} {
		got, err := e.Metrics(t.Context(), MetricsRequest{Query: query, Range: metricsRanges[2], Explain: true})
		if err != nil {
			t.Fatal(err)
		}
		if got.Explain == nil || !strings.Contains(strings.Join(got.Explain.Plan, "\n"), want) || got.Stats.Spans == 0 || len(got.Explain.Parts) != 2 {
			t.Errorf("%s: %+v, %+v", query, got.Explain, got.Stats)
		}
	}
}
