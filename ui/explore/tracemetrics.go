package explore

import (
	"context"
	"strconv"
	"strings"
	"time"

	"supersonic/traceql"
	"supersonic/ui/payload"
	"supersonic/ui/source"
	"supersonic/ui/steps"
)

// Measuring is what a metrics query asks.
type Measuring struct {
	Query     string
	From, To  time.Time
	Step      time.Duration // 0: fits the range
	Points    int           // 0: 240
	Now       time.Time     // zero: To
	Exemplars bool
}

// TraceMetrics answers a TraceQL metrics query as lines, or, where its function
// asks for that, as a heat map or a comparison.
func TraceMetrics(ctx context.Context, store Store, m Measuring) (payload.ExploreChart, error) {
	if m.Points == 0 {
		m.Points = 240
	}
	step := m.Step
	if step == 0 {
		step = steps.For(m.To.Sub(m.From), m.Points, time.Second)
	}
	function, arg := functionOf(m.Query)
	from, to := Aligned(m.From, m.To, step)
	asked := source.TraceMetrics{Query: m.Query, From: from, To: to, Step: step}
	if function != "histogram_over_time" {
		if m.Now.IsZero() {
			m.Now = m.To
		}
		asked.Until(m.To, m.Now)
		to = asked.To
	}
	if m.Exemplars {
		asked.Exemplars = 100
	}
	if function == "compare" {
		asked = comparing(m.Query, m.From, m.To)
	}
	got, err := store.Metrics(ctx, asked)
	if err != nil {
		return payload.ExploreChart{}, err
	}
	out := payload.ExploreChart{Kind: "lines", Query: m.Query, Unit: traceUnit(function, arg), Warnings: got.Warnings, OnAxis: true,
		FromMs: float64(from.UnixMilli()), ToMs: float64(to.UnixMilli()), StepMs: float64(step.Milliseconds())}
	switch function {
	case "compare":
		out.Kind = "compare"
		out.Differences = ranked(got.Series, selectedBy(m.Query))
		out.Differences.Query = m.Query
	case "histogram_over_time":
		out.Kind = "heat"
		out.Heat = buckets(got.Series, step, traceUnit("", arg))
		out.Heat.Label = "spans"
	default:
		traceLines(&out, got.Series, from, to, step)
	}
	return out, nil
}

// functionOf is the metrics function of a query and the attribute that it
// measures.
func functionOf(query string) (function, arg string) {
	q, err := traceql.Parse(query)
	if err != nil || q.Metrics == nil {
		return "", ""
	}
	if q.Metrics.Arg != nil {
		arg = q.Metrics.Arg.Attribute.String()
	}
	return q.Metrics.Func, arg
}

// selectedBy are the attributes by which compare() in a query selects.
func selectedBy(query string) []string {
	q, err := traceql.Parse(query)
	if err != nil || q.Metrics == nil || q.Metrics.Compare == nil {
		return nil
	}
	var names []string
	for _, term := range terms(q.Metrics.Compare.Filter.Expr) {
		if b, ok := term.(*traceql.Binary); ok {
			if a, ok := b.L.(*traceql.Attr); ok {
				names = append(names, a.Attribute.Label())
			}
		}
	}
	return names
}

func traceUnit(function, arg string) string {
	switch {
	case function == "rate":
		return "per second"
	case function == "count_over_time":
		return "count"
	case strings.HasSuffix(arg, "uration") || strings.HasSuffix(arg, "timeSinceStart"):
		return "seconds"
	}
	return ""
}

func traceLines(out *payload.ExploreChart, series []source.TypedSeries, from, to time.Time, step time.Duration) {
	lines := make([]line, 0, len(series))
	var dots []payload.ExploreExemplar
	for i, s := range series {
		l := line{labels: map[string]string{}, samples: s.Samples}
		for _, label := range s.Labels {
			l.labels[label.Key] = label.Value
			l.order = append(l.order, label.Key)
		}
		lines = append(lines, l)
		for _, e := range s.Exemplars {
			if i < MaxSeries {
				dots = append(dots, exemplar(e, i))
			}
		}
	}
	lay(out, lines, func(i int) string { return traceLegend(lines[i], out.Query) }, from, to, step)
	out.Exemplars = thinned(dots)
}

// traceLegend names a line by the values of its labels; a quantile is p90.
func traceLegend(l line, query string) string {
	var parts []string
	for _, key := range l.order {
		switch value := l.labels[key]; key {
		case "__name__":
		case "p":
			if f, err := strconv.ParseFloat(value, 64); err == nil {
				parts = append(parts, "p"+strconv.FormatFloat(f*100, 'g', 6, 64))
			}
		default:
			if value == "" {
				value = "nil"
			}
			parts = append(parts, value)
		}
	}
	if len(parts) == 0 {
		if name := l.labels["__name__"]; name != "" {
			return name
		}
		return query
	}
	return strings.Join(parts, " · ")
}
