package query

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"supersonic/ui/frame"
	"supersonic/ui/grafana"
	"supersonic/ui/timerange"
)

// previous is the period just before, of the same length.
const previous = "__previousPeriod"

// dashes are how the other time is drawn unless an override says otherwise.
var dashes = json.RawMessage(`{"fill":"dash","dash":[1,5,4,5]}`)

// compared is the result of a panel that shows another time beside its own: the same
// queries of that time, their samples moved to where they would be now. Both are asked at
// the same time.
func (r *Runner) compared(ctx context.Context, q Question, info string) Result {
	plain := *q.Panel
	plain.TimeCompare, plain.TimeFrom, plain.TimeShift = "", "", "" // q.Env has the panel's own range by now
	back, err := before(q.Panel, q.Env)
	if err != nil {
		out := r.Panel(ctx, Question{Panel: &plain, Env: q.Env, Width: q.Width, Other: q.Other, depth: q.depth})
		out.TimeInfo = info
		return out.noted(err)
	}
	ask := func(env *Env) Result {
		return r.Panel(ctx, Question{Panel: &plain, Env: env, Width: q.Width, Other: q.Other, depth: q.depth})
	}
	then := make(chan Result, 1)
	go func() { then <- ask(q.Env.Ranged(q.Env.From.Add(-back), q.Env.To.Add(-back))) }()
	out := ask(q.Env)
	out.beside(<-then, back)
	if out.TimeInfo = info; !q.Panel.HideTimeInfo {
		out.TimeInfo = strings.TrimSpace(info + " compared with " + earlier(q.Env.Fill(q.Panel.TimeCompare, ForText)))
	}
	return out
}

func earlier(text string) string {
	if text == previous {
		return "the period before"
	}
	return text + " before"
}

// before is how long ago the other time is.
func before(p *grafana.Panel, env *Env) (time.Duration, error) {
	text := strings.TrimPrefix(strings.TrimSpace(env.Fill(p.TimeCompare, ForText)), "-")
	if text == previous {
		return env.To.Sub(env.From), nil
	}
	then, err := timerange.Parse("now-"+text, env.From, false)
	if err != nil || !then.Before(env.From) {
		return 0, &Absent{fmt.Sprintf("the panel's comparison with %q is not understood", p.TimeCompare), "write it as 1d, 1w or 1M"}
	}
	return env.From.Sub(then), nil
}

// noted adds what could not be done.
func (out Result) noted(err error) Result {
	a := failed("", Source{}, "", err)
	out.Notes = append(out.Notes, a.note)
	return out
}

// beside adds the frames of another time, moved to this one.
func (out *Result) beside(then Result, back time.Duration) {
	for _, f := range then.Frames {
		f.RefID, f.Compared = f.RefID+"-compare", true
		f.Fields = append([]frame.Field{}, f.Fields...)
		for i := range f.Fields {
			c := &f.Fields[i]
			c.Exemplars = nil
			if c.Kind == frame.Time {
				c.Values = moved(c.Values, float64(back.Milliseconds()))
			} else if c.Kind == frame.Number {
				c.Config = append(c.Config[:len(c.Config):len(c.Config)], frame.Option{ID: "custom.lineStyle", Value: dashes})
			}
		}
		out.Frames = append(out.Frames, f)
	}
	for _, n := range then.Notes {
		n.RefID += "-compare"
		out.Notes = append(out.Notes, n)
	}
	out.Step = max(out.Step, then.Step)
}

func moved(times []float64, by float64) []float64 {
	out := make([]float64, len(times))
	for i, t := range times {
		out[i] = t + by
	}
	return out
}
