package explore

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"supersonic/ui/source"
)

// store answers metrics queries with series made by hand.
type store struct {
	series []source.TypedSeries
	found  source.Found
	asked  string
	metric source.TraceMetrics
}

func (s *store) Search(_ context.Context, q source.Search) (source.Found, error) {
	s.asked = q.Query
	return s.found, nil
}

func (s *store) Metrics(_ context.Context, m source.TraceMetrics) (source.TraceSeries, error) {
	s.asked, s.metric = m.Query, m
	return source.TraceSeries{Series: s.series}, nil
}

func (s *store) count(meta, attribute, value string, n float64) {
	s.series = append(s.series, source.TypedSeries{
		Labels:  []source.TypedValue{{Key: "__meta_type", Value: meta, Type: "string"}, {Key: attribute, Value: value, Type: "string"}},
		Samples: []source.Sample{{Value: n / 4}, {Value: 3 * n / 4}}})
}

func TestWhatTellsASelectionFromTheRestComesFirst(t *testing.T) {
	s := &store{}
	for _, meta := range []string{"selection_total", "baseline_total"} {
		for _, name := range []string{"resource.pod", "span.model", "span.id", "span.note"} {
			n := 40.0
			if name == "span.note" {
				n = map[string]float64{"selection_total": 30, "baseline_total": 2}[meta]
			}
			s.count(meta, name, "nil", n)
		}
	}
	s.count("selection", "resource.pod", "triton-1", 36)
	s.count("selection", "resource.pod", "triton-0", 4)
	s.count("baseline", "resource.pod", "triton-1", 2)
	s.count("baseline", "resource.pod", "triton-0", 38)
	s.count("selection", "span.model", "a", 20)
	s.count("selection", "span.model", "b", 20)
	s.count("baseline", "span.model", "a", 19)
	s.count("baseline", "span.model", "b", 21)
	s.count("selection", "span.note", "slow", 30)
	s.count("baseline", "span.note", "slow", 2)
	for i := range 20 {
		s.count("selection", "span.id", fmt.Sprint("s", i), 1)
		s.count("baseline", "span.id", fmt.Sprint("b", i), 1)
	}
	to := time.Unix(1000, 0)
	got, err := Differ(context.Background(), s, `{ name = "x" } | select(span.y)`, to.Add(-time.Minute), to, Box{By: "duration", Low: time.Second, From: to.Add(-time.Second), To: to})
	if err != nil {
		t.Fatal(err)
	}
	if want := `{ name = "x" } | compare({ duration >= 1s }, 20, 999000000000, 1000000000000)`; s.asked != want {
		t.Errorf("asked %s", s.asked)
	}
	var names []string
	for _, a := range got.Attributes {
		names = append(names, a.Attribute)
	}
	if strings.Join(names, " ") != "resource.pod span.note" || got.Same != 2 || got.Selected != 40 || got.Rest != 40 {
		t.Errorf("%v, %d the same, of %v and %v", names, got.Same, got.Selected, got.Rest)
	}
	if got.Text != "resource.pod = triton-1: 90 % of the selection, 5 % of the rest." {
		t.Error(got.Text)
	}
	if last := got.Attributes[1].Values; len(last) != 2 || !last[0].Missing && !last[1].Missing {
		t.Errorf("spans without a note: %+v", last)
	}
}

func TestASelectionLikeTheRestNamesNothing(t *testing.T) {
	s := &store{}
	s.count("selection", "span.model", "a", 30)
	s.count("baseline", "span.model", "a", 70)
	to := time.Unix(1000, 0)
	got, err := Differ(context.Background(), s, "{}", to.Add(-time.Minute), to, Box{By: "duration", Low: 1, From: to, To: to})
	if err != nil || len(got.Attributes) != 0 || got.Same != 1 || !strings.Contains(got.Text, "No attribute") {
		t.Errorf("%+v %v", got, err)
	}
	s.series = s.series[:1]
	if got, err = Differ(context.Background(), s, "{}", to.Add(-time.Minute), to, Box{By: "duration"}); err != nil || !strings.Contains(got.Text, "nothing to compare") {
		t.Errorf("%+v %v", got, err)
	}
}

func TestAHeatMapHasNoHolesInTime(t *testing.T) {
	at := func(s int64) time.Time { return time.Unix(s, 0) }
	s := &store{}
	for high, samples := range map[string][]source.Sample{"0.002": {{Time: at(30), Value: 1}, {Time: at(60), Value: 2}}, "0.008": {{Time: at(60), Value: 5}}, "0.001": {{Time: at(10), Value: 0}}} {
		s.series = append(s.series, source.TypedSeries{Labels: []source.TypedValue{{Key: "__bucket", Value: high, Type: "double"}}, Samples: samples})
	}
	got, err := HeatOf(context.Background(), s, "{} | select(name)", at(0), at(1200))
	if err != nil {
		t.Fatal(err)
	}
	if s.asked != "{} | histogram_over_time(duration) with(exemplars=false)" || s.metric.Step != 10*time.Second {
		t.Errorf("asked %s by %s", s.asked, s.metric.Step)
	}
	if len(got.TimesMs) != 4 || got.TimesMs[0] != 20_000 || len(got.Buckets) != 2 || got.Buckets[1].Low != .004 || got.Counts[0][3] != 2 || got.Counts[1][3] != 5 || got.Most != 5 || got.Total != 8 {
		t.Errorf("%+v", got)
	}
}

// As a Tempo (main of November 2026) answered { name = "ingress" } | compare(...) of 489 and
// 951 spans: what the query has a condition on is counted twice, and spans without a
// status code are told as nil beside those that have one.
func TestSharesAreOfEachSpanOnceHoweverOftenAStoreCountsIt(t *testing.T) {
	s := &store{}
	for _, side := range []struct {
		meta            string
		n, slow, failed float64
	}{{"selection", 489, 249, 12}, {"baseline", 951, 48, 60}} {
		s.count(side.meta+"_total", "kind", "nil", side.n)
		s.count(side.meta+"_total", "status", "nil", side.n)
		s.count(side.meta+"_total", "name", "nil", 2*side.n)
		s.count(side.meta, "name", "ingress", 2*side.n)
		s.count(side.meta+"_total", "span.pod", "nil", 2*side.n)
		s.count(side.meta, "span.pod", "slow", 2*side.slow)
		s.count(side.meta, "span.pod", "fast", 2*(side.n-side.slow))
		s.count(side.meta+"_total", "span.code", "nil", side.n+side.failed)
		s.count(side.meta, "span.code", "nil", side.n)
		s.count(side.meta, "span.code", "13", side.failed)
	}
	to := time.Unix(1000, 0)
	got, err := Differ(context.Background(), s, "{}", to.Add(-time.Minute), to, Box{By: "duration", Low: 1, From: to, To: to})
	if err != nil || got.Selected != 489 || got.Rest != 951 || got.Text != "span.pod = slow: 51 % of the selection, 5 % of the rest." {
		t.Fatalf("%v: %+v", err, got)
	}
	for _, a := range got.Attributes {
		sum := 0.0
		for _, v := range a.Values {
			sum += v.Rest
		}
		if a.Attribute == "name" || sum < .999 || sum > 1.001 {
			t.Errorf("%s: shares of the rest are %g together: %+v", a.Attribute, sum, a.Values)
		}
	}
}
