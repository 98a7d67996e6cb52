package query

import (
	"context"
	"fmt"
	"math"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	"supersonic/ui/grafana"
	"supersonic/ui/payload"
	"supersonic/ui/source"
	"supersonic/ui/steps"
)

// mostMarks bounds the marks of one query.
const mostMarks = 500

// Marks runs the annotations that are switched on.
func (r *Runner) Marks(ctx context.Context, env *Env, list []grafana.Annotation) payload.Marks {
	found := make([][]payload.Mark, len(list))
	problems := make([]payload.MarkProblem, len(list))
	var wg sync.WaitGroup
	for i, a := range list {
		if !a.Enabled || a.BuiltIn {
			continue
		}
		wg.Go(func() {
			var err error
			if found[i], err = r.marksOf(ctx, env, a); err != nil {
				problems[i] = payload.MarkProblem{Name: a.Name, Text: strings.TrimSuffix(fmt.Sprintf("%v; %s", err, hint(err)), "; ")}
			}
		})
	}
	wg.Wait()
	out := payload.Marks{Marks: slices.Concat(found...)}
	for _, p := range problems {
		if p.Text != "" {
			out.Problems = append(out.Problems, p)
		}
	}
	sort.SliceStable(out.Marks, func(i, j int) bool { return out.Marks[i].AtMs < out.Marks[j].AtMs })
	return out
}

func (r *Runner) marksOf(ctx context.Context, env *Env, a grafana.Annotation) ([]payload.Mark, error) {
	d, err := r.sources.Find(a.Source, env)
	if err == nil {
		err = d.asked()
	}
	if a.Source.UID == builtIn || a.Source.Type == "grafana" {
		err = &Absent{"Grafana's own annotations are not kept here", "take a query of a Prometheus or a Tempo"}
	}
	if err != nil {
		return nil, err
	}
	f := readFields(a.JSON)
	if d.Type == Tempo {
		return r.traceMarks(ctx, env, d, a, f)
	}
	return r.seriesMarks(ctx, env, d, a, f)
}

// usualMarkStep is the step of an annotation that names none.
const usualMarkStep = time.Minute

func (r *Runner) seriesMarks(ctx context.Context, env *Env, d Source, a grafana.Annotation, f fields) ([]payload.Mark, error) {
	step := usualMarkStep
	if text := env.Fill(f.text("step"), ForText); text != "" && !strings.Contains(text, "$") {
		own, err := steps.Parse(text)
		if err != nil {
			return nil, err
		}
		step = own
	}
	step = max(step, steps.Round(env.To.Sub(env.From)/mostPoints), time.Second)
	own := Steps{Step: step, Rate: max(step+usualInterval, 4*usualInterval)}.names()
	expr := strings.TrimSpace(env.fill(markExpr(f), ForPromQL, own))
	if expr == "" {
		return nil, &Absent{"it has no query", "write one in the dashboard's settings"}
	}
	got, _, err := r.Range(ctx, d, expr, env.From, env.To, step)
	if err != nil {
		return nil, err
	}
	var out []payload.Mark
	for _, s := range got.Series {
		out = append(out, stretches(s, a, f, step)...)
	}
	if len(out) > mostMarks {
		return out[:mostMarks], &Absent{fmt.Sprintf("it finds %d marks, of which %d are shown", len(out), mostMarks), "narrow its query"}
	}
	return out, nil
}

func markExpr(f fields) string {
	if expr := f.text("expr"); expr != "" {
		return expr
	}
	if target, ok := f["target"].(map[string]any); ok {
		return fields(target).text("expr")
	}
	return ""
}

// stretches makes one mark of samples that follow each other, as Grafana does; one
// sample alone is a moment. Samples of 0 mark nothing.
func stretches(s source.Columns, a grafana.Annotation, f fields, step time.Duration) []payload.Mark {
	var out []payload.Mark
	useValue := f.flag("useValueForTime")
	last := math.Inf(-1)
	for i, v := range s.Values {
		if v == 0 || v != v {
			continue
		}
		at := s.TimesMs[i]
		if useValue {
			out = append(out, markOf(s.Labels, v, a, f, v))
			continue
		}
		if at-last <= float64(step.Milliseconds())*1.5 && len(out) > 0 {
			end := at
			out[len(out)-1].EndMs = &end
		} else {
			out = append(out, markOf(s.Labels, v, a, f, at))
		}
		last = at
	}
	return out
}

func markOf(labels map[string]string, value float64, a grafana.Annotation, f fields, at float64) payload.Mark {
	fill := func(format string) string {
		return legendLabel.ReplaceAllStringFunc(format, func(m string) string {
			name := legendLabel.FindStringSubmatch(m)[1]
			if name == "__value__" {
				return strconv.FormatFloat(value, 'g', 6, 64)
			}
			return labels[name]
		})
	}
	title := f.text("titleFormat")
	if title == "" {
		title = "{{alertname}}"
	}
	m := payload.Mark{Name: a.Name, Color: a.Color, AtMs: at, Title: fill(title), Text: fill(f.text("textFormat"))}
	for _, key := range tagKeys(f.text("tagKeys")) {
		if v := labels[key]; v != "" {
			m.Tags = append(m.Tags, v)
		}
	}
	return m
}

var comma = regexp.MustCompile(`\s*,\s*`)

func tagKeys(text string) []string {
	if strings.TrimSpace(text) == "" {
		return []string{"alertname"}
	}
	return comma.Split(strings.TrimSpace(text), -1)
}

// traceMarks marks the traces that a TraceQL query finds.
func (r *Runner) traceMarks(ctx context.Context, env *Env, d Source, a grafana.Annotation, f fields) ([]payload.Mark, error) {
	q := f
	if target, ok := f["target"].(map[string]any); ok {
		q = target
	}
	text := strings.TrimSpace(env.Fill(q.text("query"), ForTraceQL))
	if text == "" {
		return nil, &Absent{"it has no query", "write TraceQL in the dashboard's settings"}
	}
	found, _, err := r.search(ctx, d, source.Search{Query: text, From: env.From, To: env.To, Limit: q.number("limit", 100)})
	if err != nil {
		return nil, err
	}
	var out []payload.Mark
	for _, t := range found.Traces {
		at := float64(t.StartNano / 1e6)
		end := at + t.DurationMs
		labels := map[string]string{"traceID": t.ID, "traceService": t.RootServiceName, "traceName": t.RootTraceName}
		m := markOf(labels, t.DurationMs, a, f, at)
		if f.text("titleFormat") == "" {
			m.Title = t.RootServiceName + ": " + t.RootTraceName
		}
		if m.Text == "" {
			m.Text = "trace " + t.ID
		}
		m.EndMs = &end
		out = append(out, m)
	}
	return out, nil
}
