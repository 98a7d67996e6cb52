package explore

import (
	"context"
	"fmt"
	"math"
	"sort"
	"strconv"
	"time"

	"supersonic/traceql"
	"supersonic/ui/payload"
	"supersonic/ui/source"
	"supersonic/ui/steps"
)

// heatPoints is about how many intervals a heat map has.
const heatPoints = 120

// HeatOf counts the spans that a query selects by time and duration, all of them:
// no limit of a search applies.
func HeatOf(ctx context.Context, store Store, query string, from, to time.Time) (*payload.Heat, error) {
	text, err := counted(query)
	if err != nil {
		return nil, err
	}
	step := steps.For(to.Sub(from), heatPoints, time.Second)
	low, high := Aligned(from, to, step)
	got, err := store.Metrics(ctx, source.TraceMetrics{Query: text + " | histogram_over_time(duration) with(exemplars=false)", From: low, To: high, Step: step})
	if err != nil {
		return nil, err
	}
	heat := buckets(got.Series, step, "seconds")
	heat.Warnings = append(heat.Warnings, got.Warnings...)
	heat.Label = "spans"
	return heat, nil
}

// QueryError says that a question makes no sense, whoever is asked.
type QueryError struct{ Err error }

func (e *QueryError) Error() string { return e.Err.Error() }
func (e *QueryError) Unwrap() error { return e.Err }

// counted is a search in the form that a metrics function can follow: without
// select() and hints.
func counted(query string) (string, error) {
	if query == "" {
		query = "{}"
	}
	q, err := traceql.Parse(query)
	if err != nil {
		return "", &QueryError{err}
	}
	if q.IsMetrics() {
		return "", &QueryError{fmt.Errorf("the query %q answers with series already", query)}
	}
	var stages []traceql.Stage
	for _, s := range q.Pipeline.Stages {
		if _, list := s.(*traceql.Select); !list {
			stages = append(stages, s)
		}
	}
	return (&traceql.Query{Pipeline: &traceql.Pipeline{Stages: stages}}).String(), nil
}

// bucketLabel is the label by which the store tells a histogram's buckets: their
// upper ends, each twice the one before.
const bucketLabel = "__bucket"

// buckets lays the series of a histogram out as a heat map. Series that differ in
// other labels are added up.
func buckets(series []source.TypedSeries, step time.Duration, unit string) *payload.Heat {
	cells := map[float64]map[int64]float64{}
	for _, s := range series {
		end, known := bucketEnd(s.Labels)
		if !known {
			continue
		}
		if cells[end] == nil {
			cells[end] = map[int64]float64{}
		}
		for _, p := range s.Samples {
			// A point stands at the end of its interval.
			cells[end][p.Time.Add(-step).UnixMilli()] += p.Value
		}
	}
	heat := grid(cells, step, func(high float64) float64 { return high / 2 })
	heat.Unit = unit
	return heat
}

func bucketEnd(labels []source.TypedValue) (float64, bool) {
	for _, l := range labels {
		if l.Key == bucketLabel {
			end, err := strconv.ParseFloat(l.Value, 64)
			return end, err == nil
		}
	}
	return 0, false
}

// grid fills intervals and buckets between the first and the last that have
// anything, so that the picture has no gaps that are not gaps.
func grid(cells map[float64]map[int64]float64, step time.Duration, below func(high float64) float64) *payload.Heat {
	heat := &payload.Heat{StepMs: float64(step.Milliseconds())}
	var highs []float64
	first, last := int64(math.MaxInt64), int64(math.MinInt64)
	for high, row := range cells {
		some := false
		for at, n := range row {
			if n > 0 {
				some, first, last = true, min(first, at), max(last, at)
			}
		}
		if some {
			highs = append(highs, high)
		}
	}
	if len(highs) == 0 {
		return heat
	}
	sort.Float64s(highs)
	ms := step.Milliseconds()
	n := int((last-first)/ms) + 1
	for i := range n {
		heat.TimesMs = append(heat.TimesMs, float64(first+int64(i)*ms))
	}
	for _, high := range highs {
		row := make([]float64, n)
		for at, v := range cells[high] {
			if v > 0 {
				row[(at-first)/ms] += v
				heat.Total += v
			}
		}
		for _, v := range row {
			heat.Most = max(heat.Most, v)
		}
		heat.Buckets = append(heat.Buckets, payload.Bucket{Low: below(high), High: high})
		heat.Counts = append(heat.Counts, row)
	}
	return heat
}

// cumulative makes a heat map of lines that differ in "le" alone, which hold what
// is at most as large as that; nil if they do not.
func cumulative(lines []line, step time.Duration, unit string) *payload.Heat {
	if d := differing(lines); len(lines) < 2 || len(d) != 1 || d[0] != "le" {
		return nil
	}
	type edge struct {
		high   float64
		values map[int64]float64
	}
	edges := make([]edge, 0, len(lines))
	for _, l := range lines {
		high, err := strconv.ParseFloat(l.labels["le"], 64)
		if err != nil {
			return nil
		}
		e := edge{high, map[int64]float64{}}
		for _, p := range l.samples {
			e.values[p.Time.UnixMilli()] = p.Value
		}
		edges = append(edges, e)
	}
	sort.Slice(edges, func(i, j int) bool { return edges[i].high < edges[j].high })
	cells := map[float64]map[int64]float64{}
	lows := map[float64]float64{}
	for i, e := range edges {
		high := e.high
		if math.IsInf(high, 1) && i > 0 {
			high = edges[i-1].high * 2
		}
		cells[high], lows[high] = map[int64]float64{}, high/2
		if i > 0 {
			lows[high] = edges[i-1].high
		}
		for at, v := range e.values {
			if i > 0 {
				v -= edges[i-1].values[at]
			}
			cells[high][at-step.Milliseconds()] = v
		}
	}
	heat := grid(cells, step, func(high float64) float64 { return lows[high] })
	heat.Unit = unit
	return heat
}

// finite is nil for what JSON has no number for.
func finite(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}
