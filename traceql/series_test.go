package traceql_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"supersonic/traceql"
	"supersonic/traceql/traceqltest"
)

const (
	rangeStart = 1795395600_000000000
	rangeEnd   = 1795399200_000000000
)

// points is the canonical form of an answer: labels as JSON, then values by time
// in milliseconds, zeros left out.
type points map[string]map[int64]float64

func aggregate(t *testing.T, text string, step time.Duration) points {
	t.Helper()
	q, err := traceql.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	a, err := traceql.NewAggregator(q, traceql.Range{Start: rangeStart, End: rangeEnd, Step: step})
	if err != nil {
		t.Fatal(err)
	}
	for _, tr := range traces(t) {
		a.Add(tr)
	}
	out := make(points)
	for _, s := range a.Series() {
		byTime := make(map[int64]float64)
		for _, p := range s.Points {
			if p.Value != 0 {
				byTime[int64(p.Time/1e6)] = p.Value
			}
		}
		if len(byTime) > 0 {
			out[labelText(t, s.Labels)] = byTime
		}
	}
	return out
}

func labelText(t *testing.T, labels []traceql.Label) string {
	t.Helper()
	m := make(map[string]any)
	for _, l := range labels {
		m[l.Name] = values([]traceql.Named{{Name: l.Name, Value: l.Value}})[l.Name]
	}
	raw, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// relabel brings recorded labels to the same spelling.
func relabel(t *testing.T, in points) points {
	t.Helper()
	out := make(points)
	for key, byTime := range in {
		var m map[string]any
		if err := json.Unmarshal([]byte(key), &m); err != nil {
			t.Fatal(err)
		}
		raw, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		if len(byTime) > 0 {
			out[string(raw)] = byTime
		}
	}
	return out
}

func recordedPoints(t *testing.T, r recorded) points {
	t.Helper()
	var want points
	if r.Kind == "M" {
		if err := json.Unmarshal(r.Answer, &want); err != nil {
			t.Fatal(err)
		}
		return relabel(t, want)
	}
	var instant map[string]float64
	if err := json.Unmarshal(r.Answer, &instant); err != nil {
		t.Fatal(err)
	}
	want = make(points)
	for key, v := range instant {
		want[key] = map[int64]float64{rangeEnd / 1e6: v}
	}
	return relabel(t, want)
}

func stepOf(r recorded) time.Duration {
	if r.Kind == "M" {
		return time.Minute
	}
	return 0
}

func TestSeriesAnswerAsTempo(t *testing.T) {
	for _, r := range append(answers(t, "M"), answers(t, "I")...) {
		t.Run(r.Q, func(t *testing.T) {
			text := r.Q
			switch {
			case strings.Contains(text, "compare("):
				wantCompared(t, aggregate(t, text, stepOf(r)), recordedPoints(t, r))
				return
			case strings.Contains(text, "quantile"):
				wantNear(t, aggregate(t, text, stepOf(r)), recordedPoints(t, r))
				text += " with(buckets=true)"
			}
			diff := gocmp.Diff(recordedPoints(t, r), aggregate(t, text, stepOf(r)), cmpopts.EquateApprox(1e-9, 1e-12))
			if diff != "" {
				t.Errorf("want -, got +:\n%s", clip(diff))
			}
		})
	}
}

// wantNear asks that exact quantiles lie within a power of two of estimates.
func wantNear(t *testing.T, got, want points) {
	t.Helper()
	for key, byTime := range want {
		for at, v := range byTime {
			if g := got[key][at]; math.Abs(math.Log2(g/v)) > 1 {
				t.Errorf("%s at %d: %g, estimated as %g", key, at, g, v)
			}
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d series, want %d", len(got), len(want))
	}
}

// wantCompared leaves out where Tempo's answer is beside its documentation: nil
// for columns that its block format knows and the spans lack, `name` counted
// twice, a string http.status_code counted as nil too; and attributes with more
// values than are told, of which ties are anybody's.
func wantCompared(t *testing.T, got, want points) {
	t.Helper()
	compared := 0
	for key, byTime := range want {
		if strings.Contains(key, `"name"`) || strings.Contains(key, "http.status_code") || !settled(key) {
			continue
		}
		if strings.Contains(key, `:"nil"`) && got[key] == nil {
			continue
		}
		compared++
		if diff := gocmp.Diff(byTime, got[key]); diff != "" {
			t.Errorf("%s: want -, got +:\n%s", key, clip(diff))
		}
	}
	if compared < 100 {
		t.Errorf("only %d series compared", compared)
	}
}

func settled(key string) bool {
	for _, many := range []string{"x-request-id", "peer.address", "request_size", "response_size", "upstream_address"} {
		if strings.Contains(key, many) && !strings.Contains(key, "_total") {
			return false
		}
	}
	return true
}

func TestExactQuantilesAreObservedValues(t *testing.T) {
	got := aggregate(t, `{ name = "ingress" } | quantile_over_time(duration, 0, 1)`, 0)
	least, most := math.Inf(1), 0.0
	for _, tr := range traces(t) {
		for i, s := range tr.Spans() {
			if named(tr, i, "ingress") && s.Start() >= rangeStart {
				least, most = min(least, took(tr, i).Seconds()), max(most, took(tr, i).Seconds())
			}
		}
	}
	want := points{`{"p":0}`: {rangeEnd / 1e6: least}, `{"p":1}`: {rangeEnd / 1e6: most}}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestSeriesBeyondTheBoundAreRefusedAndCounted(t *testing.T) {
	q, err := traceql.Parse(`{} | rate() by (name)`)
	if err != nil {
		t.Fatal(err)
	}
	a, err := traceql.NewAggregator(q, traceql.Range{Start: rangeStart, End: rangeEnd, MaxSeries: 2})
	if err != nil {
		t.Fatal(err)
	}
	for _, tr := range traces(t) {
		a.Add(tr)
	}
	if len(a.Series()) != 2 || a.Refused() == 0 {
		t.Errorf("%d series, %d spans refused", len(a.Series()), a.Refused())
	}
}

// heavy is a span that stands for four.
type heavy struct{ *traceqltest.Span }

func (heavy) Weight() float64 { return 4 }

func TestWeightsCountOnlyWhenAskedFor(t *testing.T) {
	span := heavy{&traceqltest.Span{SpanID: id(1), StartNano: rangeStart + 1, Took: time.Second}}
	tr := traceql.NewTrace(traceql.TraceID{9}, []traceql.Span{span})
	f := func(text string, want float64) {
		t.Helper()
		q, err := traceql.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		a, err := traceql.NewAggregator(q, traceql.Range{Start: rangeStart, End: rangeEnd, MaxExemplars: 1})
		if err != nil {
			t.Fatal(err)
		}
		a.Add(tr)
		got := a.Series()
		if len(got) != 1 || got[0].Points[0].Value != want {
			t.Fatalf("%s: %v, want %g", text, got, want)
		}
		if e := got[0].Exemplars; len(e) != 1 || e[0].Trace != tr.ID() || e[0].Span != id(1) {
			t.Errorf("%s: exemplars %v", text, e)
		}
	}
	f(`{} | count_over_time()`, 1)
	f(`{} | count_over_time() with(weighted=true)`, 4)
	f(`{} | sum_over_time(duration) with(weighted=true)`, 4)
	f(`{} | avg_over_time(duration) with(weighted=true)`, 1)
	f(`{} | quantile_over_time(duration, .5) with(weighted=true)`, 1)
}

func TestRangesThatMakeNoSenseAreRefused(t *testing.T) {
	q, err := traceql.Parse(`{} | rate()`)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []traceql.Range{{Start: 5, End: 5}, {Start: 6, End: 5, Step: 1}, {End: 1e9, Step: 1}, {End: 5, Step: -1}} {
		if _, err := traceql.NewAggregator(q, r); err == nil {
			t.Errorf("%+v was taken", r)
		}
	}
}
