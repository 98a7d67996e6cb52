package query

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"time"

	"supersonic/ui/grafana"
	"supersonic/ui/payload"
	"supersonic/ui/source"
)

// queryOptions asks for the values of a query variable.
func (r *Runner) queryOptions(ctx context.Context, env *Env, v grafana.Variable) ([]payload.VariableOption, error) {
	d, err := r.sources.Find(v.Source, env)
	if err == nil {
		err = d.asked()
	}
	if err != nil {
		return nil, err
	}
	var list []string
	if d.Type == Tempo {
		list, err = r.tempoValues(ctx, env, d, v.Query)
	} else {
		var asked variableQuery
		if asked, err = readVariableQuery(v.Query); err == nil {
			list, err = r.prometheusValues(ctx, d, asked.filled(env), env)
		}
	}
	if err != nil {
		return nil, err
	}
	re, err := filterOf(env.Fill(v.Regex, ForText))
	if err != nil {
		return nil, err
	}
	out := make([]payload.VariableOption, len(list))
	for i, s := range list {
		out[i] = payload.VariableOption{Text: s, Value: s}
	}
	out = unique(filtered(out, re), valueOf)
	if re != nil && re.Slow() {
		return nil, &Absent{"the regular expression of the variable takes too long", "write it without repetitions within repetitions"}
	}
	sorted(out, v.Sort)
	if len(out) > mostNames {
		return out[:mostNames], &Absent{fmt.Sprintf("it has %d values, of which the first %d are offered", len(out), mostNames), "narrow it by a selector or a regular expression"}
	}
	return out, nil
}

// variableQuery is a question for values.
type variableQuery struct {
	kind  string // "label_names", "label_values", "metrics", "query_result", "series"
	label string
	expr  string // selector, regular expression or expression
}

var (
	labelNames  = regexp.MustCompile(`^\s*label_names\((.*)\)\s*$`)
	labelValues = regexp.MustCompile(`^\s*label_values\((?:([\s\S]+),\s*)?([a-zA-Z_$][\w${}:]*)\s*\)\s*$`)
	metricNames = regexp.MustCompile(`^\s*metrics\((.+)\)\s*$`)
	queryResult = regexp.MustCompile(`^\s*query_result\(([\s\S]+)\)\s*$`)
)

// readVariableQuery reads the text forms and the object that Grafana's editor
// writes.
func readVariableQuery(raw json.RawMessage) (variableQuery, error) {
	words := text(raw)
	if words == "" {
		var o struct {
			Query        string `json:"query"`
			QryType      *int   `json:"qryType"`
			Label        string `json:"label"`
			Metric       string `json:"metric"`
			Match        string `json:"match"`
			SeriesQuery  string `json:"seriesQuery"`
			VarQuery     string `json:"varQuery"`
			LabelFilters []struct {
				Label string `json:"label"`
				Op    string `json:"op"`
				Value string `json:"value"`
			} `json:"labelFilters"`
		}
		if len(raw) > 0 && raw[0] != '"' && json.Unmarshal(raw, &o) != nil {
			return variableQuery{}, &Absent{"the query of the variable is neither a text nor an object", "edit the variable"}
		}
		if o.Query == "" && o.QryType != nil {
			var filters []string
			for _, f := range o.LabelFilters {
				filters = append(filters, f.Label+f.Op+strconv.Quote(f.Value))
			}
			selector := o.Metric
			if len(filters) > 0 {
				selector += "{" + strings.Join(filters, ",") + "}"
			}
			return ofType(*o.QryType, o.Label, selector, o.Match+o.SeriesQuery+o.VarQuery)
		}
		if o.Query != "" && o.QryType != nil && *o.QryType == 3 && !queryResult.MatchString(o.Query) {
			return variableQuery{kind: "query_result", expr: o.Query}, nil
		}
		words = o.Query
	}
	return readClassic(words)
}

func ofType(kind int, label, selector, other string) (variableQuery, error) {
	switch kind {
	case 0:
		return variableQuery{kind: "label_names", expr: selector + other}, nil
	case 1:
		return variableQuery{kind: "label_values", label: label, expr: selector}, nil
	case 2:
		return variableQuery{kind: "metrics", expr: selector + other}, nil
	case 3:
		return variableQuery{kind: "query_result", expr: other}, nil
	case 4:
		return variableQuery{kind: "series", expr: selector + other}, nil
	}
	return readClassic(other)
}

func readClassic(words string) (variableQuery, error) {
	if strings.TrimSpace(words) == "" {
		return variableQuery{}, &Absent{"the variable has no query", "write label_values(metric, label)"}
	}
	if m := labelNames.FindStringSubmatch(words); m != nil {
		return variableQuery{kind: "label_names", expr: strings.TrimSpace(m[1])}, nil
	}
	if m := labelValues.FindStringSubmatch(words); m != nil {
		return variableQuery{kind: "label_values", label: m[2], expr: strings.TrimSpace(m[1])}, nil
	}
	if m := metricNames.FindStringSubmatch(words); m != nil {
		return variableQuery{kind: "metrics", expr: m[1]}, nil
	}
	if m := queryResult.FindStringSubmatch(words); m != nil {
		return variableQuery{kind: "query_result", expr: m[1]}, nil
	}
	return variableQuery{kind: "series", expr: words}, nil
}

func (q variableQuery) filled(env *Env) variableQuery {
	steps := Steps{Step: usualInterval, Rate: 4 * usualInterval}.names()
	q.expr, q.label = env.fill(q.expr, ForVariable, steps), env.Fill(q.label, ForText)
	return q
}

func (r *Runner) prometheusValues(ctx context.Context, d Source, q variableQuery, env *Env) ([]string, error) {
	from, to := valuesRange(env)
	key := fmt.Sprintf("values\x00%s\x00%s\x00%s\x00%d\x00%d", q.kind, q.label, q.expr, from.UnixMilli(), to.UnixMilli())
	list, _, err := askWithin(ctx, r, d, key, env.values(), func(ctx context.Context) ([]string, int, error) {
		p := d.prometheus()
		var list []string
		var err error
		switch q.kind {
		case "label_names":
			list, err = p.LabelNames(ctx, q.expr, from, to)
		case "label_values":
			list, err = p.LabelValues(ctx, q.label, q.expr, from, to)
		case "metrics":
			list, err = metricsLike(ctx, p, q.expr)
		case "query_result":
			list, err = resultWords(ctx, p, q.expr, env)
		case "series":
			list, err = seriesWords(ctx, p, q.expr, env)
		}
		return list, 64 * len(list), err
	})
	return append([]string(nil), list...), err
}

// valuesKept is how long values of variables are kept: each panel asks for them.
const valuesKept = time.Minute

// valuesRange is the range of a question for values in whole minutes, so that a
// dashboard and its panels ask the same at each refresh; its end is not cut.
func valuesRange(env *Env) (from, to time.Time) {
	from, to = align(env.From, env.To, valuesKept)
	return from, to.Add(valuesKept)
}

// values says how old values of variables may be: those of a dashboard that is
// opened are asked for anew, those of its panels are not.
func (e *Env) values() wanted {
	w := wanted{limit: queryTime, keep: valuesKept, age: valuesKept, patience: namesTime}
	if e.Fresh {
		w.age = keptFor
	}
	return w
}

func metricsLike(ctx context.Context, p source.Prometheus, pattern string) ([]string, error) {
	re, err := regexp.Compile(pattern)
	if err != nil {
		return nil, &Absent{"metrics(): " + err.Error(), "write a regular expression of RE2"}
	}
	return pick(ctx, p, re)
}

func pick(ctx context.Context, p source.Prometheus, re *regexp.Regexp) ([]string, error) {
	all, err := p.LabelValues(ctx, "__name__", "", zero, zero)
	var out []string
	for _, n := range all {
		if re.MatchString(n) {
			out = append(out, n)
		}
	}
	return out, err
}

// resultWords writes each result as `metric{a="b"} value milliseconds`, of which a
// regular expression takes what it wants.
func resultWords(ctx context.Context, p source.Prometheus, expr string, env *Env) ([]string, error) {
	a, err := p.InstantColumns(ctx, expr, env.To, source.Most{Series: mostNames, Points: mostNames})
	var out []string
	for _, s := range a.Series {
		if len(s.Values) > 0 {
			out = append(out, fmt.Sprintf("%s %s %d", seriesName(s.Labels), strconv.FormatFloat(s.Values[0], 'f', -1, 64), int64(s.TimesMs[0])))
		}
	}
	return out, err
}

func seriesWords(ctx context.Context, p source.Prometheus, selector string, env *Env) ([]string, error) {
	all, err := p.SeriesLabels(ctx, selector, env.From, env.To)
	var out []string
	for _, labels := range all {
		out = append(out, seriesName(labels))
	}
	sort.Strings(out)
	return out, err
}

// seriesName writes a series as Prometheus does: metric{a="b", c="d"}.
func seriesName(labels map[string]string) string {
	var pairs []string
	for k, v := range labels {
		if k != "__name__" {
			pairs = append(pairs, k+"="+strconv.Quote(v))
		}
	}
	if len(pairs) == 0 && labels["__name__"] != "" {
		return labels["__name__"]
	}
	sort.Strings(pairs)
	return labels["__name__"] + "{" + strings.Join(pairs, ", ") + "}"
}

// tempoValues are the tags of a trace store or the values of one.
func (r *Runner) tempoValues(ctx context.Context, env *Env, d Source, raw json.RawMessage) ([]string, error) {
	var o struct {
		Type  int    `json:"type"`
		Label string `json:"label"`
	}
	if json.Unmarshal(raw, &o) != nil {
		if m := labelValues.FindStringSubmatch(text(raw)); m != nil {
			o.Type, o.Label = 1, m[2]
		}
	}
	label := env.Fill(o.Label, ForText)
	from, to := valuesRange(env)
	key := fmt.Sprintf("tags\x00%d\x00%s\x00%d\x00%d", o.Type, label, from.UnixMilli(), to.UnixMilli())
	list, _, err := askWithin(ctx, r, d, key, env.values(), func(ctx context.Context) ([]string, int, error) {
		var list []string
		if o.Type != 1 {
			scopes, err := d.tempo().Tags(ctx, from, to)
			for _, s := range scopes {
				list = append(list, s.Tags...)
			}
			return list, 64 * len(list), err
		}
		values, err := d.tempo().TagValues(ctx, scopedTag(label), "", from, to)
		for _, v := range values {
			list = append(list, v.Value)
		}
		return list, 64 * len(list), err
	})
	return append([]string(nil), list...), err
}

// intrinsic are what a span has without attributes.
var intrinsic = map[string]bool{"name": true, "status": true, "kind": true, "duration": true, "statusMessage": true,
	"rootName": true, "rootServiceName": true, "traceDuration": true}

// scopedTag gives a bare attribute the dot that TraceQL wants.
func scopedTag(tag string) string {
	for _, scope := range []string{".", "resource.", "span.", "event.", "link.", "instrumentation."} {
		if strings.HasPrefix(tag, scope) {
			return tag
		}
	}
	if intrinsic[tag] || strings.Contains(tag, ":") {
		return tag
	}
	return "." + tag
}
