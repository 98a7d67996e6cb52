package traceql_test

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"supersonic/traceql"
	"supersonic/traceql/traceqltest"
)

var mergedQueries = []string{
	`{} | rate() by (resource.service.name)`, `{} | count_over_time()`, `{} | min_over_time(duration) by (name)`,
	`{} | max_over_time(duration) by (name, kind)`, `{} | avg_over_time(span.triton.batch_size) by (.triton.model_name)`,
	`{} | sum_over_time(duration) by (status)`, `{} | quantile_over_time(duration, .1, .5, .99) by (name)`,
	`{} | histogram_over_time(duration) by (name)`, `{} | quantile_over_time(duration, .5) by (name) with(buckets=true)`,
	`{} | compare({ status = error })`, `{} | rate() by (name) | topk(2)`,
}

func newAggregator(t *testing.T, text string, r traceql.Range) *traceql.Aggregator {
	t.Helper()
	q, err := traceql.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	a, err := traceql.NewAggregator(q, r)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestMergedAggregatorsAnswerAsOne(t *testing.T) {
	all := traces(t)
	for _, text := range mergedQueries {
		r := traceql.Range{Start: rangeStart, End: rangeEnd, Step: 5 * time.Minute, MaxExemplars: 7}
		one, first, second := newAggregator(t, text, r), newAggregator(t, text, r), newAggregator(t, text, r)
		for i, tr := range all {
			one.Add(tr)
			if i%3 == 0 {
				first.Add(tr)
			}
		}
		for i, tr := range slices.Backward(all) {
			if i%3 != 0 {
				second.Add(tr)
			}
		}
		if !first.Merge(second) {
			t.Fatalf("%s: not merged", text)
		}
		diff := gocmp.Diff(one.Series(), first.Series(), cmpopts.EquateApprox(1e-12, 0), gocmp.Comparer(traceql.Static.Equal), cmpopts.EquateEmpty())
		if diff != "" {
			t.Errorf("%s: one aggregator -, two +:\n%s", text, clip(diff))
		}
	}
}

func TestAggregatorsThatRefuseAreNotMerged(t *testing.T) {
	r := traceql.Range{Start: rangeStart, End: rangeEnd, MaxSeries: 3}
	all := traces(t)
	a, b := newAggregator(t, `{} | rate() by (span:id)`, r), newAggregator(t, `{} | rate() by (span:id)`, r)
	a.Add(all[0])
	b.Add(all[1])
	if a.Refused() == 0 || a.Merge(b) {
		t.Error("an aggregator that refused spans was merged")
	}
	a, b = newAggregator(t, `{} | rate() by (trace:id)`, r), newAggregator(t, `{} | rate() by (trace:id)`, r)
	for i := range 2 {
		a.Add(all[i])
		b.Add(all[2+i])
	}
	if a.Merge(b) {
		t.Error("four series were merged into three")
	}
}

func TestExemplarsAreSpreadAndThoseOfTheLeastHashes(t *testing.T) {
	r := traceql.Range{Start: rangeStart, End: rangeEnd, MaxExemplars: 40}
	a := newAggregator(t, `{} | avg_over_time(duration)`, r)
	for _, tr := range traces(t) {
		a.Add(tr)
	}
	got := a.Series()[0].Exemplars
	if len(got) != 40 || !slices.IsSortedFunc(got, func(a, b traceql.Exemplar) int { return cmp.Compare(a.Time, b.Time) }) {
		t.Fatalf("%d exemplars, or not by time", len(got))
	}
	if middle := got[20].Time; middle < rangeStart+600e9 || middle > rangeEnd-600e9 {
		t.Errorf("half of the exemplars are before %d", middle)
	}
}

func TestSelectionFindsWhatSortingDoes(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		n := 1 + rng.IntN(200)
		values := make([]float64, n)
		for i := range values {
			switch rng.IntN(8) {
			case 0:
				values[i] = math.NaN()
			case 1:
				values[i] = math.Inf(1 - 2*rng.IntN(2))
			default:
				values[i] = float64(rng.IntN(1 + rng.IntN(100)))
			}
		}
		a := newAggregator(t, `{} | quantile_over_time(span.v, 0, .25, .5, .9, 1)`, traceql.Range{Start: 1, End: 9})
		var spans []traceql.Span
		for _, v := range values {
			spans = append(spans, &traceqltest.Span{SpanID: id(1), StartNano: 5, Attrs: map[traceql.Scope]map[string]traceql.Static{traceql.ScopeSpan: {"v": traceql.Float(v)}}})
		}
		a.Add(traceql.NewTrace(traceql.TraceID{1}, spans))
		slices.Sort(values)
		for i, s := range a.Series() {
			q := []float64{0, .25, .5, .9, 1}[i]
			want := values[max(int(math.Ceil(q*float64(n)*(1-1e-12))), 1)-1]
			if got := s.Points[0].Value; got != want && (got == got || want == want) {
				t.Fatalf("quantile %g of %v is %g, want %g", q, values, got, want)
			}
		}
	}
}

func TestGroupsBeyondTheMemoryAreRefused(t *testing.T) {
	a := newAggregator(t, `{} | rate() by (span:id)`, traceql.Range{Start: rangeStart, End: rangeEnd, Step: time.Minute})
	a.Bound(100_000)
	for _, tr := range traces(t) {
		a.Add(tr)
	}
	if !a.Full() || a.Bytes() > 100_000 || a.Bytes() < 50_000 {
		t.Errorf("full is %v at %d bytes", a.Full(), a.Bytes())
	}
}

func TestSeriesOfEqualNumbersHaveAnOrder(t *testing.T) {
	a := newAggregator(t, `{} | rate() by (span.v)`, traceql.Range{Start: 1, End: 9})
	var spans []traceql.Span
	for _, v := range []traceql.Static{traceql.Float(0), traceql.Float(math.Copysign(0, -1)), traceql.Int(0), traceql.Duration(0)} {
		spans = append(spans, &traceqltest.Span{SpanID: id(1), StartNano: 5, Attrs: map[traceql.Scope]map[string]traceql.Static{traceql.ScopeSpan: {"v": v}}})
	}
	a.Add(traceql.NewTrace(traceql.TraceID{1}, spans))
	for range 20 {
		var got []string
		for _, s := range a.Series() {
			got = append(got, s.Labels[0].Value.Type().String()+s.Labels[0].Value.String())
		}
		if want := []string{"int0", "float-0", "float0", "duration0s"}; !slices.Equal(got, want) {
			t.Fatalf("%q, want %q", got, want)
		}
	}
}

func TestAListIsNoExactCondition(t *testing.T) {
	q, err := traceql.Parse(`{ event.ok }`)
	if err != nil {
		t.Fatal(err)
	}
	if q.Conditions().AllConditions {
		t.Error("{ event.ok } selects no span: a list is no truth")
	}
}
