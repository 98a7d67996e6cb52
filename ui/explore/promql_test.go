package explore

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"supersonic/ui/source"
	"supersonic/ui/steps"
)

// prom answers with what it was given, by metric name in the query.
type prom struct {
	byText    map[string][]source.Series
	exemplars []source.SeriesExemplars
	step      time.Duration

	mu    sync.Mutex
	asked []string
}

func (p *prom) find(q string) []source.Series {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = append(p.asked, q)
	for text, series := range p.byText {
		if strings.Contains(q, text) {
			return series
		}
	}
	return nil
}

func (p *prom) Instant(_ context.Context, q string, _ time.Time) ([]source.Series, error) {
	return p.find(q), nil
}

func (p *prom) Range(_ context.Context, q string, _, _ time.Time, step time.Duration) ([]source.Series, error) {
	p.step = step
	return p.find(q), nil
}

func (p *prom) Exemplars(context.Context, string, time.Time, time.Time) ([]source.SeriesExemplars, error) {
	return p.exemplars, nil
}

func TestVariablesOfTimeAreFilled(t *testing.T) {
	got := variablesOf(30*time.Second, 5*time.Second, time.Hour).filled("rate(x[$__rate_interval]) $__interval ${__interval_ms} $__range $__range_s $__range_ms $__rangex $other")
	if want := "rate(x[35s]) 30s 30000 1h 3600 3600000 $__rangex $other"; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	if got := variablesOf(5*time.Second, 5*time.Second, time.Hour).filled("x[$__rate_interval]"); got != "x[20s]" {
		t.Error(got)
	}
}

func TestStepsFitTheRange(t *testing.T) {
	at := time.Unix(1_000_003, 0)
	f := func(length time.Duration, points int, least, want time.Duration) {
		t.Helper()
		if got := steps.For(length, points, least); got != want {
			t.Errorf("%s in %d: %s, want %s", length, points, got, want)
		}
	}
	f(time.Hour, 240, time.Second, 15*time.Second)
	f(5*time.Minute, 500, 5*time.Second, 5*time.Second)
	f(30*24*time.Hour, 500, 5*time.Second, time.Hour)
	from, to := Aligned(at, at.Add(time.Minute), 15*time.Second)
	if from.Unix() != 999_990 || to.Unix() != 1_000_065 {
		t.Errorf("from %d to %d", from.Unix(), to.Unix())
	}
	for text, want := range map[string]time.Duration{"15s": 15 * time.Second, "500ms": 500 * time.Millisecond, "1m": time.Minute, "2d": 48 * time.Hour, ">5s": 5 * time.Second, "20": 20 * time.Second, "": 0} {
		if got, err := ParseStep(text); err != nil || got != want {
			t.Errorf("%q is %s, %v", text, got, err)
		}
	}
	if _, err := ParseStep("soon"); err == nil {
		t.Error("soon is a step")
	}
}

func samples(from time.Time, step time.Duration, values ...float64) (list []source.Sample) {
	for i, v := range values {
		list = append(list, source.Sample{Time: from.Add(time.Duration(i) * step), Value: v})
	}
	return list
}

func TestLinesAreNamedByWhatTellsThemApart(t *testing.T) {
	from := time.Unix(1000, 0)
	p := &prom{byText: map[string][]source.Series{"x": {
		{Labels: map[string]string{"job": "j", "pod": "a"}, Samples: samples(from, 10*time.Second, 1, 2)},
		{Labels: map[string]string{"job": "j", "pod": "b"}, Samples: samples(from.Add(10*time.Second), 10*time.Second, 3)}}}}
	ask := func(legend string) []string {
		got, err := PromQL(context.Background(), p, Asking{Query: "x", From: from, To: from.Add(20 * time.Second), Step: 10 * time.Second, Scrape: time.Second, Legend: legend, Range: true, Instant: true})
		if err != nil {
			t.Fatal(err)
		}
		if len(got.TimesMs) != 3 || *got.Series[0].Values[1] != 2 || got.Series[1].Values[0] != nil || *got.Series[1].Values[1] != 3 || len(got.Rows) != 2 {
			t.Errorf("%+v", got)
		}
		return []string{got.Series[0].Label, got.Series[1].Label}
	}
	for legend, want := range map[string]string{"": "a b", "{{pod}} of {{ job }}": "a of j b of j", "fixed": "fixed fixed"} {
		if got := strings.Join(ask(legend), " "); got != want {
			t.Errorf("%q: %s, want %s", legend, got, want)
		}
	}
}

func TestCumulativeBucketsAreAHeatMap(t *testing.T) {
	from := time.Unix(1000, 0)
	p := &prom{byText: map[string][]source.Series{"bucket": {
		{Labels: map[string]string{"le": "0.1"}, Samples: samples(from, 10*time.Second, 1, 2)},
		{Labels: map[string]string{"le": "+Inf"}, Samples: samples(from, 10*time.Second, 4, 9)},
		{Labels: map[string]string{"le": "0.5"}, Samples: samples(from, 10*time.Second, 4, 6)}}}}
	got, err := PromQL(context.Background(), p, Asking{Query: "sum by (le) (rate(x_seconds_bucket[1m]))", From: from, To: from.Add(20 * time.Second), Step: 10 * time.Second, Scrape: time.Second})
	if err != nil || got.Kind != "heat" {
		t.Fatalf("%+v %v", got, err)
	}
	h := got.Heat
	if h.Unit != "seconds" || len(h.Buckets) != 3 || h.Buckets[1].Low != .1 || h.Buckets[2].High != 1 || h.Counts[1][0] != 3 || h.Counts[1][1] != 4 || h.Counts[2][1] != 3 || h.Total != 13 {
		t.Errorf("%+v", h)
	}
}

func TestAnExemplarOfManyBucketsIsOneDot(t *testing.T) {
	e := source.Exemplar{Time: time.Unix(1000, 0), Value: .2, Labels: map[string]string{"trace_id": "ab"}}
	p := &prom{exemplars: []source.SeriesExemplars{{Labels: map[string]string{"le": "1", "pod": "a"}, Exemplars: []source.Exemplar{e}}, {Labels: map[string]string{"le": "2", "pod": "a"}, Exemplars: []source.Exemplar{e}}}}
	got, err := PromQL(context.Background(), p, Asking{Query: "histogram_quantile(.9, x)", From: time.Unix(900, 0), To: time.Unix(1100, 0), Exemplars: true})
	if err != nil || len(got.Exemplars) != 1 || !got.OnAxis || got.Exemplars[0].TraceID != source.FullID("ab") || got.Exemplars[0].Labels["pod"] != "a" {
		t.Errorf("%+v %v", got.Exemplars, err)
	}
}

func TestTheServiceGraphAndItsTable(t *testing.T) {
	edge := func(v float64) []source.Series {
		return []source.Series{{Labels: map[string]string{"client": "g", "server": "s"}, Samples: samples(time.Unix(0, 0), 0, v)}}
	}
	name := func(v float64) []source.Series {
		return []source.Series{{Labels: map[string]string{"span_name": "compute"}, Samples: samples(time.Unix(0, 0), 0, v)}}
	}
	p := &prom{byText: map[string][]source.Series{"request_total": edge(4), "failed_total": edge(1), "server_seconds_sum": edge(.1),
		"topk": name(7), "STATUS_CODE_ERROR": name(.5), "histogram_quantile": name(.02)}}
	got, err := Graph(context.Background(), p, Graphing{Matchers: []string{`{client!="user"}`}, From: time.Unix(0, 0), To: time.Unix(300, 0)})
	if err != nil {
		t.Fatal(err)
	}
	if want := `sum by (client, server) (rate(traces_service_graph_request_total{client!="user"}[300s]))`; !slices.Contains(p.asked, want) {
		t.Errorf("asked %q", p.asked)
	}
	e := got.Map.Edges[0]
	if e.From != "g" || e.Traffic.PerSecond != 4 || e.Traffic.Failed != 300 || *e.Traffic.ServerMs != 25 || len(got.Map.Nodes) != 2 {
		t.Errorf("%+v", got)
	}
	if row := got.Spans[0]; row.Name != "compute" || row.PerSecond != 7 || row.Failing != .5 || *row.P90Ms != 20 {
		t.Errorf("%+v", got.Spans)
	}
}
