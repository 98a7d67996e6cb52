package query

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"supersonic/traceql"
	"supersonic/ui/frame"
	"supersonic/ui/grafana"
	"supersonic/ui/payload"
	"supersonic/ui/source"
)

// Bounds of searches: what is asked if nothing is said, and the most.
const (
	usualTraces    = 20
	mostTraces     = 1000
	usualSpans     = 3
	mostSpans      = 100
	traceExemplars = 100
)

var bareID = regexp.MustCompile(`^[0-9a-fA-F]{16,32}$`)

// tempoTarget asks a trace store: traces, one trace, series made of spans, or the
// service graph.
func (r *Runner) tempoTarget(ctx context.Context, q Question, d Source, t grafana.Target) answer {
	f := readFields(t.JSON)
	switch kind := f.text("queryType"); kind {
	case "serviceMap":
		return r.serviceMap(ctx, q, d, t)
	case "", "traceql", "traceqlSearch", "nativeSearch", "search", "clear", "traceId":
		text, err := traceQuery(q, d, f)
		if err != nil {
			return failed(t.RefID, d, text, err)
		}
		if bareID.MatchString(text) {
			return r.oneTrace(ctx, q, d, t, text)
		}
		return r.traceQL(ctx, q, d, t, text)
	case "upload":
		return failed(t.RefID, d, "", &Absent{"a trace from a file is shown on the page of traces, not on a dashboard", "open /trace and drop the file there"})
	default:
		return failed(t.RefID, d, f.text("query"), &Absent{fmt.Sprintf("a query of type %q is not known here", kind), "take TraceQL, Search or Service Graph"})
	}
}

// traceQuery is the TraceQL text, or the trace id, that a target asks for.
func traceQuery(q Question, d Source, f fields) (string, error) {
	var text string
	switch f.text("queryType") {
	case "traceqlSearch":
		text = fromFilters(q.Env, f.list("filters"))
	case "nativeSearch", "search":
		text = fromOldSearch(q.Env, f)
	default:
		text = f.text("query")
	}
	text = strings.TrimSpace(q.Env.Fill(text, ForTraceQL))
	if text == "" || f.text("queryType") == "clear" {
		return "", &Absent{"the query is empty", "write TraceQL, or choose a filter, in the panel's editor"}
	}
	more := traceFilters(q.Env.filters[d.UID])
	if more == "" || bareID.MatchString(text) {
		return text, nil
	}
	return narrowTraces(text, more), nil
}

// narrowTraces puts conditions into the first filter of a query.
func narrowTraces(text, more string) string {
	open := strings.IndexByte(text, '{')
	if open < 0 {
		return text
	}
	if strings.HasPrefix(strings.TrimSpace(text[open+1:]), "}") {
		return text[:open+1] + " " + more + " " + text[open+1:]
	}
	return text[:open+1] + " " + more + " &&" + text[open+1:]
}

// traceQL runs a search, or a metrics query, whose text says which.
func (r *Runner) traceQL(ctx context.Context, q Question, d Source, t grafana.Target, text string) answer {
	f := readFields(t.JSON)
	a := answer{note: payload.QueryNote{RefID: t.RefID, Source: d.Name, Type: d.Type, Expr: text,
		Explore: explore(d, q.Env, f.with("query", text, "queryType", "traceql"))}}
	if isMetrics(text) {
		r.traceMetrics(ctx, q, d, f, text, &a)
		return a
	}
	s := source.Search{Query: text, From: q.Env.From, To: q.Env.To, Limit: clamp(f.number("limit", usualTraces), mostTraces), SpansPerTrace: clamp(f.number("spss", usualSpans), mostSpans)}
	found, shared, err := r.search(ctx, d, s)
	if err != nil {
		a.fail(err)
		return a
	}
	a.note.Series, a.note.Shared = len(found.Traces), shared
	if found.Limited || len(found.Traces) >= s.Limit {
		a.note.Hint = fmt.Sprintf("the newest %d traces; there may be more", s.Limit)
	}
	if len(found.Warnings) > 0 {
		a.note.Hint = strings.TrimSpace(a.note.Hint + " " + found.Warnings[0])
	}
	if kind := f.text("tableType"); kind == "spans" || kind == "raw" {
		a.frames = []frame.Frame{spanTable(t.RefID, found.Traces)}
	} else {
		a.frames = []frame.Frame{traceTable(t.RefID, found.Traces)}
	}
	return a
}

var metricsFunction = regexp.MustCompile(`\|\s*(rate|count_over_time|(min|max|avg|sum|quantile|histogram)_over_time|compare)\s*\(`)

// isMetrics tells whether a query makes series. What our parser does not know, the
// store may.
func isMetrics(text string) bool {
	if parsed, err := traceql.Parse(text); err == nil {
		return parsed.IsMetrics()
	}
	return metricsFunction.MatchString(text)
}

func clamp(n, most int) int { return min(max(n, 1), most) }

// search asks a trace store for traces.
func (r *Runner) search(ctx context.Context, d Source, s source.Search) (source.Found, bool, error) {
	key := fmt.Sprintf("search\x00%s\x00%d\x00%d\x00%d\x00%d", s.Query, s.From.Unix(), s.To.Unix(), s.Limit, s.SpansPerTrace)
	return ask(ctx, r, d, key, func(ctx context.Context) (source.Found, int, error) {
		found, err := d.tempo().Search(ctx, s)
		size := 0
		for _, t := range found.Traces {
			size += 500 + 300*len(t.Spans)
		}
		return found, size, err
	})
}

// traceMetrics makes series of spans.
func (r *Runner) traceMetrics(ctx context.Context, q Question, d Source, f fields, text string, a *answer) {
	length := q.Env.To.Sub(q.Env.From)
	steps, err := asks{lowest: q.Env.Fill(f.text("step"), ForText), panel: q.Env.Fill(q.Panel.Interval, ForText), source: d.TimeInterval, points: points(q)}.steps(length)
	if err != nil {
		a.fail(err)
		return
	}
	m := source.TraceMetrics{Query: text, Step: max(steps.Step, time.Second), Exemplars: clamp(f.number("exemplars", traceExemplars), traceExemplars), MaxSeries: rangeMost.Series}
	instant := f.text("metricsQueryType") == "instant"
	if instant {
		m.From, m.To, m.Step = q.Env.From, q.Env.To, length
	} else {
		m.From, _ = align(q.Env.From, q.Env.To, m.Step)
		m.Until(q.Env.To, q.Env.Now)
	}
	a.step, a.note.StepMs = m.Step, float64(m.Step.Milliseconds())
	key := fmt.Sprintf("metrics\x00%v\x00%s\x00%d\x00%d\x00%d\x00%d", instant, text, m.From.UnixMilli(), m.To.UnixMilli(), m.Step, m.Exemplars)
	got, shared, err := ask(ctx, r, d, key, func(ctx context.Context) (source.TraceSeries, int, error) {
		got, err := measured(ctx, d.tempo(), m, instant)
		size := 0
		for _, s := range got.Series {
			size += 200 + 40*len(s.Samples) + 200*len(s.Exemplars)
		}
		return got, size, err
	})
	if err != nil {
		a.fail(err)
		return
	}
	a.note.Series, a.note.Shared = len(got.Series), shared
	if len(got.Warnings) > 0 {
		a.note.Hint = got.Warnings[0]
	}
	for _, s := range got.Series {
		a.frames = append(a.frames, spanSeries(a.note.RefID, s, a.note.StepMs, float64(q.Env.To.UnixMilli())))
	}
}

// measured asks over steps, or once over the whole range, which no step is: steps lie on
// multiples of their length.
func measured(ctx context.Context, store source.Tempo, m source.TraceMetrics, instant bool) (source.TraceSeries, error) {
	if instant {
		return store.MetricsInstant(ctx, m.Query, m.From, m.To)
	}
	return store.Metrics(ctx, m)
}

// spanSeries is a series made of spans; its name is its labels' values. A step that ends
// after the range, or after now, stands where the range ends.
func spanSeries(refID string, s source.TypedSeries, step, end float64) frame.Frame {
	labels := map[string]string{}
	var words []string
	for _, l := range s.Labels {
		labels[l.Key] = l.Value
		if l.Key == "__name__" && len(s.Labels) > 1 || strings.HasPrefix(l.Key, "__") && l.Key != "__name__" {
			continue
		}
		words = append(words, l.Value)
	}
	name := strings.Join(words, ", ")
	times, values := make([]float64, len(s.Samples)), make([]float64, len(s.Samples))
	for i, p := range s.Samples {
		times[i], values[i] = min(float64(p.Time.UnixMilli()), end), p.Value
	}
	v := frame.Field{Name: "Value", Kind: frame.Number, Labels: labels, Display: name, Values: values}
	for _, e := range s.Exemplars {
		if one := exemplar(e); one.Value == one.Value {
			v.Exemplars = append(v.Exemplars, one)
		}
	}
	return frame.Frame{Name: name, RefID: refID, StepMs: step, Fields: []frame.Field{{Name: "Time", Kind: frame.Time, Values: times}, v}}
}

// toTrace leads from a trace's id to the trace.
const toTrace = "/trace/${__value.raw}"

// traceTable has one row a trace, with the columns that Grafana has.
func traceTable(refID string, list []source.FoundTrace) frame.Frame {
	n := len(list)
	ids, services, roots := make([]string, n), make([]string, n), make([]string, n)
	starts, durations := make([]float64, n), make([]float64, n)
	for i, t := range list {
		ids[i], services[i], roots[i] = t.ID, t.RootServiceName, t.RootTraceName
		starts[i], durations[i] = float64(t.StartNano)/1e6, t.DurationMs
	}
	return frame.Frame{Name: "Traces", RefID: refID, Fields: []frame.Field{
		{Name: "traceID", Kind: frame.Text, Display: "Trace ID", Unit: "string", Texts: ids, Link: toTrace},
		{Name: "startTime", Kind: frame.Time, Display: "Start time", Values: starts},
		{Name: "traceService", Kind: frame.Text, Display: "Service", Texts: services},
		{Name: "traceName", Kind: frame.Text, Display: "Name", Texts: roots},
		{Name: "traceDuration", Kind: frame.Number, Display: "Duration", Unit: "ms", Values: durations},
	}}
}

// spanTable has one row a span that matched, with a column for each attribute that
// the query names.
func spanTable(refID string, list []source.FoundTrace) frame.Frame {
	var ids, services, spanIDs, spanNames []string
	var starts, durations []float64
	var keys []string
	attrs := map[string][]string{}
	for _, t := range list {
		for _, s := range t.Spans {
			row := len(ids)
			ids, services = append(ids, t.ID), append(services, t.RootServiceName)
			spanIDs, spanNames = append(spanIDs, s.ID), append(spanNames, s.Name)
			starts, durations = append(starts, float64(s.StartNano)/1e6), append(durations, float64(s.DurationNanos))
			for _, v := range s.Attrs {
				if attrs[v.Key] == nil {
					keys = append(keys, v.Key)
				}
				for len(attrs[v.Key]) < row {
					attrs[v.Key] = append(attrs[v.Key], "")
				}
				attrs[v.Key] = append(attrs[v.Key], v.Value)
			}
		}
	}
	out := frame.Frame{Name: "Spans", RefID: refID, Fields: []frame.Field{
		{Name: "traceID", Kind: frame.Text, Display: "Trace ID", Unit: "string", Texts: ids, Link: toTrace},
		{Name: "traceService", Kind: frame.Text, Display: "Trace Service", Texts: services},
		{Name: "spanID", Kind: frame.Text, Display: "Span ID", Unit: "string", Texts: spanIDs},
		{Name: "time", Kind: frame.Time, Display: "Start time", Values: starts},
		{Name: "name", Kind: frame.Text, Display: "Name", Texts: spanNames},
	}}
	for _, k := range keys {
		for len(attrs[k]) < len(ids) {
			attrs[k] = append(attrs[k], "")
		}
		out.Fields = append(out.Fields, frame.Field{Name: k, Kind: frame.Text, Texts: attrs[k]})
	}
	out.Fields = append(out.Fields, frame.Field{Name: "duration", Kind: frame.Number, Display: "Duration", Unit: "ns", Values: durations})
	return out
}

// fromFilters writes the filters of Grafana's search form as TraceQL.
func fromFilters(env *Env, list []fields) string {
	var terms []string
	for _, f := range list {
		if term := filterTerm(env, f); term != "" {
			terms = append(terms, term)
		}
	}
	if len(terms) == 0 {
		return "{}"
	}
	return "{" + strings.Join(terms, " && ") + "}"
}

func filterTerm(env *Env, f fields) string {
	tag, op := f.text("tag"), f.text("operator")
	values := f.texts("value")
	if tag == "" || len(values) == 0 || values[0] == "" {
		return ""
	}
	if op == "" {
		op = "="
	}
	switch scope := f.text("scope"); scope {
	case "", "unscoped", "intrinsic":
		tag = scopedTag(tag)
	default:
		if !strings.HasPrefix(tag, scope+".") && !intrinsic[tag] {
			tag = scope + "." + tag
		}
	}
	if f.text("valueType") == "either" { // a number that may be kept as text
		return eitherTerm(env, tag, op, values)
	}
	quote := f.text("valueType") == "string" || f.text("valueType") == "" && !plainValue(tag, values[0])
	write := func(v string) string {
		v = env.Fill(v, ForTraceQL)
		if quote || strings.Contains(op, "~") {
			return strconv.Quote(v)
		}
		return v
	}
	if len(values) == 1 {
		return tag + op + write(values[0])
	}
	if strings.Contains(op, "~") {
		return tag + op + write(strings.Join(values, "|"))
	}
	join := " || "
	if op == "!=" {
		join = " && "
	}
	parts := make([]string, len(values))
	for i, v := range values {
		parts[i] = tag + op + write(v)
	}
	return "(" + strings.Join(parts, join) + ")"
}

// eitherTerm compares with each value as text and, if it may be one, as a number; our
// form writes such filters.
func eitherTerm(env *Env, tag, op string, values []string) string {
	var parts []string
	for _, v := range values {
		v = env.Fill(v, ForTraceQL)
		parts = append(parts, tag+op+strconv.Quote(v))
		if plain.MatchString(v) {
			parts = append(parts, tag+op+v)
		}
	}
	return "(" + strings.Join(parts, " || ") + ")"
}

var plain = regexp.MustCompile(`^(-?\d+(\.\d+)?(ns|us|µs|ms|s|m|h)?|true|false)$`)

// plainValue tells whether a value of a filter that states no type is none in
// quotes.
func plainValue(tag, v string) bool {
	return tag == "status" || tag == "kind" || plain.MatchString(v)
}

var logfmt = regexp.MustCompile(`([^\s=]+)=("(?:[^"\\]|\\.)*"|\S+)`)

// fromOldSearch writes the search form of Grafana 8 and 9 as TraceQL.
func fromOldSearch(env *Env, f fields) string {
	var terms []string
	for _, one := range []struct{ key, tag, op string }{{"serviceName", "resource.service.name", "="}, {"spanName", "name", "="}} {
		if v := env.Fill(f.text(one.key), ForTraceQL); v != "" {
			terms = append(terms, one.tag+one.op+strconv.Quote(v))
		}
	}
	for _, m := range logfmt.FindAllStringSubmatch(f.text("search"), -1) {
		v := strings.Trim(m[2], `"`)
		if !plain.MatchString(v) {
			v = strconv.Quote(v)
		}
		terms = append(terms, scopedTag(m[1])+"="+v)
	}
	for _, one := range []struct{ key, op string }{{"minDuration", ">="}, {"maxDuration", "<="}} {
		if v := env.Fill(f.text(one.key), ForText); v != "" {
			terms = append(terms, "traceDuration"+one.op+v)
		}
	}
	if len(terms) == 0 {
		return "{}"
	}
	return "{" + strings.Join(terms, " && ") + "}"
}
