package query

import (
	"context"
	"fmt"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"time"

	"supersonic/ui/frame"
	"supersonic/ui/grafana"
	"supersonic/ui/payload"
	"supersonic/ui/source"
)

// Bounds of one answer.
var (
	rangeMost   = source.Most{Series: 1000, Points: 1_000_000}
	instantMost = source.Most{Series: 10_000, Points: 10_000}
)

// promQuery is a target of a Prometheus, its variables filled.
type promQuery struct {
	refID  string
	expr   string
	legend string
	format string // "time_series", "table", "heatmap"
	ranged bool
	now    bool // an instant query, beside or instead of the ranged one
	dots   bool // exemplars
	among  bool // other queries of the panel are shown as well
	steps  Steps
}

// readProm reads a target.
func readProm(q Question, d Source, t grafana.Target) (promQuery, error) {
	f := readFields(t.JSON)
	p := promQuery{refID: t.RefID, legend: f.text("legendFormat"), format: f.text("format"), now: f.flag("instant"), dots: f.flag("exemplar")}
	p.ranged = f.flag("range") || !p.now
	asked := asks{panel: q.Env.Fill(q.Panel.Interval, ForText), source: d.TimeInterval, factor: int64(f.number("intervalFactor", 1)), points: points(q)}
	lowest := f.text("interval")
	if usesAny(lowest, "__rate_interval") {
		asked.rateStep = true
	} else if !usesAny(lowest, "__interval", "__interval_ms") {
		asked.lowest = q.Env.Fill(lowest, ForText)
	}
	shown := 0
	for _, other := range q.Panel.Targets {
		if !other.Hide {
			shown++
		}
	}
	p.among = shown > 1
	var err error
	if p.steps, err = asked.steps(q.Env.To.Sub(q.Env.From)); err != nil {
		return p, err
	}
	p.expr = strings.TrimSpace(q.Env.fill(f.text("expr"), ForPromQL, p.steps.names()))
	p.legend = q.Env.fill(p.legend, ForTitle, p.steps.names())
	more, err := matchers(q.Env.filters[d.UID])
	if err != nil {
		return p, err
	}
	p.expr = Narrow(p.expr, more)
	return p, nil
}

// points is how many points a series has at most.
func points(q Question) int {
	if q.Panel.MaxDataPoints > 0 {
		return q.Panel.MaxDataPoints
	}
	return q.Width
}

func (r *Runner) prometheusTarget(ctx context.Context, q Question, d Source, t grafana.Target) answer {
	p, err := readProm(q, d, t)
	if err != nil {
		return failed(t.RefID, d, readFields(t.JSON).text("expr"), err)
	}
	if p.expr == "" {
		return answer{note: payload.QueryNote{RefID: t.RefID, Source: d.Name, Type: d.Type, Hint: "the query is empty; write one in the panel's editor"}}
	}
	a := answer{note: payload.QueryNote{RefID: t.RefID, Source: d.Name, Type: d.Type, Expr: p.expr,
		Explore: explore(d, q.Env, readFields(t.JSON).with("expr", p.expr, "legendFormat", p.legend))}}
	if p.ranged {
		a.step = p.steps.Step
		a.note.StepMs = float64(p.steps.Step.Milliseconds())
		r.ranged(ctx, q.Env, d, p, &a)
	}
	if p.now && a.note.Error == "" {
		r.instant(ctx, q.Env, d, p, &a)
	}
	return a
}

func (a *answer) fail(err error) { a.note.Error, a.note.Hint = err.Error(), hint(err) }

// took notes what an answer brought and what of it was left out.
func (a *answer) took(got source.Answer, shared bool) {
	a.note.Series += len(got.Series)
	a.note.Shared = a.note.Shared || shared
	if got.Cut > 0 {
		a.note.Hint = fmt.Sprintf("%d more series were left out; narrow the query", got.Cut)
	}
	if len(got.Warnings) > 0 {
		a.note.Hint = strings.TrimSpace(a.note.Hint + " " + got.Warnings[0])
	}
}

func (r *Runner) ranged(ctx context.Context, env *Env, d Source, p promQuery, a *answer) {
	got, shared, err := r.Range(ctx, d, p.expr, env.From, env.To, p.steps.Step)
	if err != nil {
		a.fail(err)
		return
	}
	a.took(got, shared)
	list := p.arranged(got.Series)
	switch p.format {
	case "table":
		a.frames = append(a.frames, tableOf(p, list))
	case "heatmap":
		a.frames = append(a.frames, bucketsOf(p, list))
	default:
		a.frames = append(a.frames, seriesOf(p, list)...)
	}
	if p.dots {
		r.addExemplars(ctx, env, d, p, a)
	}
}

func (r *Runner) instant(ctx context.Context, env *Env, d Source, p promQuery, a *answer) {
	got, shared, err := r.Instant(ctx, d, p.expr, env.To)
	if err != nil {
		a.fail(err)
		return
	}
	a.took(got, shared)
	list := p.arranged(got.Series)
	if p.format == "time_series" || p.format == "" || p.format == "heatmap" {
		a.frames = append(a.frames, seriesOf(p, list)...)
		return
	}
	a.frames = append(a.frames, tableOf(p, list))
}

// Range asks for a range, aligned to its step.
func (r *Runner) Range(ctx context.Context, d Source, expr string, from, to time.Time, step time.Duration) (source.Answer, bool, error) {
	from, to = align(from, to, step)
	key := fmt.Sprintf("range\x00%s\x00%d\x00%d\x00%d", expr, from.UnixMilli(), to.UnixMilli(), step)
	return ask(ctx, r, d, key, func(ctx context.Context) (source.Answer, int, error) {
		got, err := d.prometheus().RangeColumns(ctx, expr, from, to, step, rangeMost)
		return got, got.Bytes(), err
	})
}

// Instant asks for values at a moment.
func (r *Runner) Instant(ctx context.Context, d Source, expr string, at time.Time) (source.Answer, bool, error) {
	key := fmt.Sprintf("instant\x00%s\x00%d", expr, at.UnixMilli())
	return ask(ctx, r, d, key, func(ctx context.Context) (source.Answer, int, error) {
		got, err := d.prometheus().InstantColumns(ctx, expr, at, instantMost)
		return got, got.Bytes(), err
	})
}

// seriesOf makes one frame a series: its times and its values.
func seriesOf(p promQuery, list []source.Columns) []frame.Frame {
	out := make([]frame.Frame, len(list))
	for i, s := range list {
		name := p.name(s.Labels)
		out[i] = frame.Frame{Name: name, RefID: p.refID, Fields: []frame.Field{
			{Name: "Time", Kind: frame.Time, Values: s.TimesMs},
			{Name: "Value", Kind: frame.Number, Labels: s.Labels, Display: name, Values: s.Values},
		}}
		if p.ranged {
			out[i].StepMs = float64(p.steps.Step.Milliseconds())
		}
	}
	return out
}

var legendLabel = regexp.MustCompile(`\{\{\s*(.+?)\s*\}\}`)

// name is the name of a series by the query's legend; "" leaves it to the view,
// which then names a series by the labels that tell it from the others.
func (p promQuery) name(labels map[string]string) string {
	switch p.legend {
	case "__auto":
		if len(labels) > 0 {
			return ""
		}
		return p.expr
	case "":
		if name := seriesName(labels); name != "{}" {
			return name
		}
		return p.expr
	}
	return legendLabel.ReplaceAllStringFunc(p.legend, func(m string) string {
		return labels[legendLabel.FindStringSubmatch(m)[1]]
	})
}

// tableOf makes one table of all samples: time, labels, value.
func tableOf(p promQuery, list []source.Columns) frame.Frame {
	seen := map[string]bool{}
	var keys []string
	rows := 0
	for _, s := range list {
		rows += len(s.Values)
		for k := range s.Labels {
			if !seen[k] {
				seen[k] = true
				keys = append(keys, k)
			}
		}
	}
	sort.Strings(keys)
	times, values := make([]float64, 0, rows), make([]float64, 0, rows)
	columns := make([][]string, len(keys))
	for _, s := range list {
		times, values = append(times, s.TimesMs...), append(values, s.Values...)
		for i, k := range keys {
			for range s.Values {
				columns[i] = append(columns[i], s.Labels[k])
			}
		}
	}
	out := frame.Frame{RefID: p.refID, Fields: []frame.Field{{Name: "Time", Kind: frame.Time, Values: times}}}
	for i, k := range keys {
		out.Fields = append(out.Fields, frame.Field{Name: k, Kind: frame.Text, Texts: columns[i]})
	}
	value := "Value"
	if p.among {
		value = "Value #" + p.refID // so that a join can tell the queries apart, as Grafana has it
	}
	out.Fields = append(out.Fields, frame.Field{Name: value, Kind: frame.Number, Values: values})
	return out
}

// bucketsOf makes one frame of a histogram's series, one column a bucket from the
// lowest, each without what the lower ones count.
func bucketsOf(p promQuery, list []source.Columns) frame.Frame {
	sorted := append([]source.Columns(nil), list...)
	sort.SliceStable(sorted, func(i, j int) bool { return bound(sorted[i]) < bound(sorted[j]) })
	times := allTimes(sorted)
	out := frame.Frame{RefID: p.refID, StepMs: float64(p.steps.Step.Milliseconds()),
		Fields: []frame.Field{{Name: "Time", Kind: frame.Time, Values: times}}}
	below := make([]float64, len(times))
	for _, s := range sorted {
		values := onTimes(s, times)
		own := make([]float64, len(times))
		for i, v := range values {
			own[i] = max(v-below[i], 0)
			if v != v {
				own[i] = frame.Missing()
			} else {
				below[i] = v
			}
		}
		name := s.Labels["le"]
		if p.legend != "" && p.legend != "__auto" {
			name = p.name(s.Labels)
		}
		if name == "" {
			name = p.name(s.Labels)
		}
		out.Fields = append(out.Fields, frame.Field{Name: name, Kind: frame.Number, Labels: s.Labels, Display: name, Values: own, Apart: true})
	}
	return out
}

func bound(s source.Columns) float64 {
	v, err := strconv.ParseFloat(s.Labels["le"], 64)
	if err != nil {
		return 0
	}
	return v
}

func allTimes(list []source.Columns) []float64 {
	seen := map[float64]bool{}
	var times []float64
	for _, s := range list {
		for _, t := range s.TimesMs {
			if !seen[t] {
				seen[t] = true
				times = append(times, t)
			}
		}
	}
	sort.Float64s(times)
	return times
}

func onTimes(s source.Columns, times []float64) []float64 {
	out := make([]float64, len(times))
	at := 0
	for i, t := range times {
		out[i] = frame.Missing()
		for at < len(s.TimesMs) && s.TimesMs[at] < t {
			at++
		}
		if at < len(s.TimesMs) && s.TimesMs[at] == t {
			out[i] = s.Values[at]
		}
	}
	return out
}
