package source

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"supersonic/traceql"
)

// TraceMetrics is a question for series made of spans.
type TraceMetrics struct {
	Query     string // TraceQL with a metrics function
	From, To  time.Time
	Step      time.Duration
	Exemplars int           // how many; 0 leaves it to the store
	MaxSeries int           // 0 leaves it to the store
	passed    time.Duration // of the last step, if it is under way
}

// leastPart is how much of a step has to be over for it to be shown: spans come some
// seconds late, so that less looks like a fall.
const leastPart = 5 * time.Minute

// Until ends the range with the step in which to lies, as whole steps are what a store
// answers: one that is under way at now only if much of it is over. The rates of such a
// step are those of the part that is over, its counts are what there is so far.
func (m *TraceMetrics) Until(to, now time.Time) {
	step := m.Step.Nanoseconds()
	m.To = time.Unix(0, (to.UnixNano()+step-1)/step*step)
	passed := now.Sub(m.To.Add(-m.Step))
	switch {
	case passed >= m.Step:
	case passed >= leastPart:
		m.passed = passed
	case m.To.Sub(m.From) > m.Step:
		m.To = m.To.Add(-m.Step)
	}
}

// corrected are series whose rates of a step under way are of what is over of it.
func (m TraceMetrics) corrected(list []TypedSeries) {
	if q, err := traceql.Parse(m.Query); m.passed == 0 || err != nil || q.Metrics == nil || q.Metrics.Func != "rate" {
		return
	}
	for _, s := range list {
		if n := len(s.Samples); n > 0 && !s.Samples[n-1].Time.Before(m.To) {
			s.Samples[n-1].Value *= m.Step.Seconds() / m.passed.Seconds()
		}
	}
}

// TraceSeries is the answer: each series with its exemplars.
type TraceSeries struct {
	Series   []TypedSeries
	Spent    Inspected
	Warnings []string // that the answer is not whole, and the like
}

// TypedSeries is a series whose labels have types, in the store's order.
type TypedSeries struct {
	Labels    []TypedValue
	Samples   []Sample
	Exemplars []Exemplar
}

// Exemplar is one of the things that a point counts.
type Exemplar struct {
	Time   time.Time
	Value  float64
	Labels map[string]string
}

// TraceID is the exemplar's trace, "" if it names none.
func (e Exemplar) TraceID() string {
	return e.label("trace_id", "traceID", "traceId", "trace:id", "TraceID", "traceid")
}

// SpanID is the exemplar's span, "" if it names none.
func (e Exemplar) SpanID() string { return e.label("span_id", "spanID", "spanId", "span:id") }

func (e Exemplar) label(names ...string) string {
	for _, n := range names {
		if v := e.Labels[n]; v != "" {
			return v
		}
	}
	return ""
}

// Metrics evaluates a metrics query at every step of a range.
func (t Tempo) Metrics(ctx context.Context, m TraceMetrics) (TraceSeries, error) {
	params := url.Values{"q": {m.Query}, "start": {strconv.FormatInt(m.From.Unix(), 10)}, "end": {strconv.FormatInt(m.To.Unix(), 10)},
		"step": {strconv.FormatFloat(m.Step.Seconds(), 'f', -1, 64) + "s"}}
	if m.Exemplars > 0 {
		params.Set("exemplars", strconv.Itoa(m.Exemplars))
	}
	if m.MaxSeries > 0 {
		params.Set("maxSeries", strconv.Itoa(m.MaxSeries))
	}
	got, err := t.get(ctx, "/api/metrics/query_range", params, "application/json")
	if err != nil {
		return TraceSeries{}, err
	}
	out, err := t.traceSeries(got, m)
	m.corrected(out.Series)
	return out, err
}

// MetricsInstant evaluates a metrics query once over a range; each series has one
// sample, at the end of the range.
func (t Tempo) MetricsInstant(ctx context.Context, query string, from, to time.Time) (TraceSeries, error) {
	params := url.Values{"q": {query}}
	addRange(params, from, to)
	got, err := t.get(ctx, "/api/metrics/query", params, "application/json")
	if err != nil {
		return TraceSeries{}, err
	}
	return t.traceSeries(got, TraceMetrics{Query: query, To: to})
}

func (t Tempo) traceSeries(got answer, m TraceMetrics) (TraceSeries, error) {
	out, err := decodeTraceSeries(got.body, m)
	if err != nil {
		return TraceSeries{}, fmt.Errorf("read the answer of %s to a metrics query: %w", t.server.Name, err)
	}
	out.Warnings = append(got.warnings, out.Warnings...)
	return out, nil
}
