package explore

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"supersonic/ui/payload"
	"supersonic/ui/source"
	"supersonic/ui/steps"
)

// Series is what a Prometheus is asked.
type Series interface {
	Instant(context.Context, string, time.Time) ([]source.Series, error)
	Range(context.Context, string, time.Time, time.Time, time.Duration) ([]source.Series, error)
	Exemplars(context.Context, string, time.Time, time.Time) ([]source.SeriesExemplars, error)
}

// Asking is a PromQL question.
type Asking struct {
	Query     string
	From, To  time.Time
	Scrape    time.Duration // the data source's lowest step; 0: 15 s
	Step      time.Duration // the least step that the reader wants; 0: none
	Points    int           // 0: 500
	Range     bool          // a value at every step
	Instant   bool          // a value at the end
	Legend    string        // "{{pod}}"; "" or "__auto": what tells the series apart
	Exemplars bool
}

// PromQL answers a PromQL query as lines, as values at the end, or both. A set of
// cumulative buckets is a heat map too.
func PromQL(ctx context.Context, p Series, a Asking) (payload.ExploreChart, error) {
	if a.Scrape == 0 {
		a.Scrape = 15 * time.Second
	}
	if a.Points == 0 {
		a.Points = 500
	}
	step := steps.For(a.To.Sub(a.From), a.Points, max(a.Scrape, a.Step))
	if a.Step > 0 && step < a.Step {
		step = a.Step
	}
	from, to := Aligned(a.From, a.To, step)
	from, to = whole(from, to, a.To, step)
	variables := variablesOf(step, a.Scrape, a.To.Sub(a.From))
	query := variables.filled(a.Query)
	out := payload.ExploreChart{Kind: "lines", Query: query, Unit: promUnit(query), OnAxis: strings.Contains(query, quantile),
		FromMs: float64(from.UnixMilli()), ToMs: float64(to.UnixMilli()), StepMs: float64(step.Milliseconds())}
	if a.Range || !a.Instant {
		if err := promLines(ctx, p, a, &out, from, to, step); err != nil {
			return out, variables.faultOf(err, a.Query)
		}
	}
	if a.Instant {
		if err := promRows(ctx, p, a, &out); err != nil {
			return out, variables.faultOf(err, a.Query)
		}
	}
	return out, nil
}

func promLines(ctx context.Context, p Series, a Asking, out *payload.ExploreChart, from, to time.Time, step time.Duration) error {
	got, err := p.Range(ctx, out.Query, from, to, step)
	if err != nil {
		return err
	}
	lines := make([]line, 0, len(got))
	for _, s := range got {
		lines = append(lines, line{labels: s.Labels, samples: s.Samples})
	}
	legends := promLegends(lines, a.Legend, a.Query)
	lay(out, lines, func(i int) string { return legends[i] }, from, to, step)
	if heat := cumulative(lines, step, bucketUnit(out.Query)); heat != nil {
		out.Kind, out.Heat = "heat", heat
	}
	if a.Exemplars {
		promExemplars(ctx, p, out, from, to)
	}
	return nil
}

// promExemplars adds the dots; a Prometheus that keeps none, or a query that has
// none, is no fault.
func promExemplars(ctx context.Context, p Series, out *payload.ExploreChart, from, to time.Time) {
	got, err := p.Exemplars(ctx, out.Query, from, to)
	if err != nil {
		return
	}
	seen := map[string]bool{}
	for _, s := range got {
		for _, e := range s.Exemplars {
			// Each bucket that an observation is in has the same exemplar.
			key := e.TraceID() + strconv.FormatInt(e.Time.UnixMilli(), 10) + strconv.FormatFloat(e.Value, 'g', -1, 64)
			if seen[key] {
				continue
			}
			seen[key] = true
			dot := exemplar(e, -1)
			for name, value := range s.Labels {
				if _, own := dot.Labels[name]; !own && name != "le" {
					dot.Labels[name] = value
				}
			}
			out.Exemplars = append(out.Exemplars, dot)
		}
	}
	out.Exemplars = thinned(out.Exemplars)
}

func promRows(ctx context.Context, p Series, a Asking, out *payload.ExploreChart) error {
	got, err := p.Instant(ctx, out.Query, a.To)
	if err != nil {
		return err
	}
	if len(got) > MaxSeries {
		out.Warnings = append(out.Warnings, fmt.Sprintf("only %d of %d rows are shown", MaxSeries, len(got)))
		got = got[:MaxSeries]
	}
	lines := make([]line, 0, len(got))
	for _, s := range got {
		lines = append(lines, line{labels: s.Labels})
	}
	legends := promLegends(lines, a.Legend, a.Query)
	for i, s := range got {
		row := payload.ExploreRow{Label: legends[i], Labels: s.Labels}
		if n := len(s.Samples); n > 0 {
			row.Value, row.AtMs = finite(s.Samples[n-1].Value), float64(s.Samples[n-1].Time.UnixMilli())
		}
		out.Rows = append(out.Rows, row)
	}
	return nil
}

var placeholder = regexp.MustCompile(`\{\{\s*(.+?)\s*\}\}`)

// promLegends names each line: by the reader's format, else by the labels that tell
// it from the others.
func promLegends(lines []line, format, query string) []string {
	names := make([]string, len(lines))
	differ := differing(lines)
	for i, l := range lines {
		switch {
		case format != "" && format != "__auto":
			names[i] = placeholder.ReplaceAllStringFunc(format, func(m string) string {
				return l.labels[placeholder.FindStringSubmatch(m)[1]]
			})
		case len(lines) == 1 && format == "__auto" || len(l.labels) == 0:
			names[i] = query
		case len(differ) == 1 && differ[0] != "__name__":
			names[i] = l.labels[differ[0]]
		default:
			names[i] = labelText(l.labels, differ)
		}
	}
	return names
}

// differing are the labels that are not the same on all lines, or all labels of a
// single line.
func differing(lines []line) []string {
	seen := map[string]map[string]bool{}
	for _, l := range lines {
		for k, v := range l.labels {
			if seen[k] == nil {
				seen[k] = map[string]bool{}
			}
			seen[k][v] = true
		}
	}
	var names []string
	for k, values := range seen {
		everywhere := !slices.ContainsFunc(lines, func(l line) bool { _, has := l.labels[k]; return !has })
		if len(values) > 1 || !everywhere || len(lines) == 1 {
			names = append(names, k)
		}
	}
	sort.Strings(names)
	return names
}

func labelText(labels map[string]string, names []string) string {
	var parts []string
	for _, k := range names {
		if v, has := labels[k]; has && k != "__name__" {
			parts = append(parts, k+"="+strconv.Quote(v))
		}
	}
	return labels["__name__"] + "{" + strings.Join(parts, ", ") + "}"
}
