package query

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"time"

	"supersonic/ui/frame"
	"supersonic/ui/grafana"
	"supersonic/ui/payload"
	"supersonic/ui/timerange"
)

// Question asks for the frames of a panel.
type Question struct {
	Panel *grafana.Panel
	Env   *Env
	Width int // pixels, which bound the points of a series
	// Other finds a panel of the same dashboard, whose result "-- Dashboard --" uses.
	Other func(id int) *grafana.Panel
	depth int
}

// Result is what a panel's queries gave.
type Result struct {
	Frames   []frame.Frame
	Notes    []payload.QueryNote
	Env      *Env // with the panel's own range
	TimeInfo string
	Source   string        // uid of the data source of its first query, "" if it has none
	Step     time.Duration // the longest of its queries
}

// Panel runs the queries of a panel, all at the same time. What fails is in the
// notes, so that the others are seen.
func (r *Runner) Panel(ctx context.Context, q Question) Result {
	env, info, err := ownRange(q.Env, q.Panel)
	out := Result{Env: env, TimeInfo: info}
	if err != nil {
		out.Notes = []payload.QueryNote{{Error: err.Error(), Hint: "write the panel's own time as 1h or now/d, its shift as 1d"}}
		return out
	}
	q.Env = env
	if q.Panel.TimeCompare != "" {
		return r.compared(ctx, q, info)
	}
	out.Source = r.sourceOf(q)
	run := needed(q)
	c := newComputation(q, r.answers(ctx, q, run))
	for i, t := range q.Panel.Targets {
		switch {
		case run[i] && isExpression(t, q.Panel):
			out.add(*c.compute(i), t.Hide)
		case run[i]:
			out.add(*c.answers[i], t.Hide)
		}
	}
	return out
}

// sourceOf is the data source of the panel's first query that is shown.
func (r *Runner) sourceOf(q Question) string {
	for _, t := range q.Panel.Targets {
		if d, err := r.sources.Find(sourceRef(t, q.Panel), q.Env); err == nil && !t.Hide {
			return d.UID
		}
	}
	return ""
}

// sourceRef is the data source of a target: its own, else the panel's.
func sourceRef(t grafana.Target, p *grafana.Panel) grafana.SourceRef {
	if t.Source.UID == "" && (p.Source.UID != "" && p.Source.UID != mixed || t.Source.Type == "") {
		return p.Source
	}
	return t.Source
}

func (out *Result) add(a answer, hidden bool) {
	if hidden && a.note.Error == "" {
		return
	}
	if !hidden {
		out.Frames = append(out.Frames, a.frames...)
		out.Step = max(out.Step, a.step)
	}
	out.Notes = append(out.Notes, a.note)
	out.Notes = append(out.Notes, a.more...)
}

// answer is what came of one target.
type answer struct {
	frames []frame.Frame
	note   payload.QueryNote
	more   []payload.QueryNote // of a target that sends several queries
	step   time.Duration
}

func failed(refID string, d Source, expr string, err error) answer {
	return answer{note: payload.QueryNote{RefID: refID, Source: d.Name, Type: d.Type, Expr: expr, Error: err.Error(), Hint: hint(err)}}
}

// answers runs targets at the same time; nil where one was not to run.
func (r *Runner) answers(ctx context.Context, q Question, run []bool) []*answer {
	out := make([]*answer, len(q.Panel.Targets))
	var wg sync.WaitGroup
	for i, t := range q.Panel.Targets {
		if !run[i] || isExpression(t, q.Panel) {
			continue
		}
		wg.Go(func() {
			begun := time.Now()
			a := r.target(ctx, q, t)
			a.note.TookMs = float64(time.Since(begun).Microseconds()) / 1e3
			out[i] = &a
		})
	}
	wg.Wait()
	return out
}

// target finds the data source of a target and asks it.
func (r *Runner) target(ctx context.Context, q Question, t grafana.Target) answer {
	ref := sourceRef(t, q.Panel)
	switch named := q.Env.Fill(ref.UID, ForText); {
	case named == dashboard:
		return r.fromPanel(ctx, q, t)
	case named == builtIn || named == "grafana" || ref.Type == "grafana" && named == "":
		return answer{frames: []frame.Frame{}, note: payload.QueryNote{RefID: t.RefID, Source: builtIn, Type: "grafana",
			Error: "Grafana's built-in data source is not here: it makes random walks and lists annotations", Hint: "choose a Prometheus or a Tempo for the query"}}
	case named == mixed:
		ref = grafana.SourceRef{}
	}
	d, err := r.sources.Find(ref, q.Env)
	if err == nil {
		err = d.asked()
	}
	if err != nil {
		return failed(t.RefID, d, readFields(t.JSON).text("expr"), err)
	}
	if d.Type == Tempo {
		return r.tempoTarget(ctx, q, d, t)
	}
	return r.prometheusTarget(ctx, q, d, t)
}

// fromPanel takes the result of another panel of the dashboard.
func (r *Runner) fromPanel(ctx context.Context, q Question, t grafana.Target) answer {
	f := readFields(t.JSON)
	id := f.number("panelId", 0)
	var other *grafana.Panel
	if q.Other != nil && q.depth < 3 {
		other = q.Other(id)
	}
	if other == nil {
		return failed(t.RefID, Source{Name: dashboard}, "", &Absent{fmt.Sprintf("the dashboard has no panel %d whose result could be used", id), "choose another panel in the query"})
	}
	got := r.Panel(ctx, Question{Panel: other, Env: q.Env, Width: q.Width, Other: q.Other, depth: q.depth + 1})
	a := answer{step: got.Step}
	for _, fr := range got.Frames {
		fr.RefID = t.RefID
		a.frames = append(a.frames, fr)
	}
	a.note = payload.QueryNote{RefID: t.RefID, Source: dashboard, Type: "dashboard", Expr: "panel " + other.Title}
	for _, n := range got.Notes {
		n.RefID = t.RefID
		a.more = append(a.more, n)
	}
	return a
}

var timeWords = map[string]string{"s": "second", "m": "minute", "h": "hour", "d": "day", "w": "week", "M": "month", "y": "year"}

// ownRange is the range of a panel: the dashboard's, but where the panel has a
// length or a shift of its own.
func ownRange(env *Env, p *grafana.Panel) (*Env, string, error) {
	from, to, info := env.From, env.To, ""
	if length := strings.TrimSpace(env.Fill(p.TimeFrom, ForText)); length != "" && env.Relative {
		start := length
		if !strings.HasPrefix(length, "now") {
			start = "now-" + length
		}
		begin, err := timerange.Parse(start, env.Now, false)
		if err != nil {
			return env, "", fmt.Errorf("the panel's own time: %w", err)
		}
		from, to, info = begin, env.Now, lastWords(length)
		if strings.Contains(length, "/") {
			if to, err = timerange.Parse(start, env.Now, true); err != nil {
				return env, "", fmt.Errorf("the panel's own time: %w", err)
			}
		}
	}
	if shift := strings.TrimSpace(env.Fill(p.TimeShift, ForText)); shift != "" {
		by := "now-" + strings.TrimPrefix(shift, "-")
		begin, err := timerange.Parse(by, from, false)
		end, err2 := timerange.Parse(by, to, true)
		if err != nil || err2 != nil {
			return env, "", fmt.Errorf("the panel's time shift %q is not understood", shift)
		}
		from, to = begin, end
		info = strings.TrimSpace(info + " timeshift -" + strings.TrimPrefix(shift, "-"))
	}
	if p.HideTimeInfo {
		info = ""
	}
	if info == "" && from.Equal(env.From) && to.Equal(env.To) {
		return env, "", nil
	}
	return env.Ranged(from, to), info, nil
}

var ownLength = regexp.MustCompile(`^(\d+(?:\.\d+)?)(ms|[Mwdhmsy])?`)

// lastWords writes "1h" as "Last 1 hour".
func lastWords(length string) string {
	m := ownLength.FindStringSubmatch(length)
	if m == nil || m[0] != length || timeWords[m[2]] == "" {
		return length
	}
	word := timeWords[m[2]]
	if m[1] != "1" {
		word += "s"
	}
	return "Last " + m[1] + " " + word
}

// explore is the address of a query in Explore, as Grafana has it.
func explore(d Source, env *Env, query fields) string {
	from, to := env.RawFrom, env.RawTo
	if from == "" || !env.Relative {
		from, to = fmt.Sprint(env.From.UnixMilli()), fmt.Sprint(env.To.UnixMilli())
	}
	left := map[string]any{"datasource": d.UID, "range": map[string]string{"from": from, "to": to},
		"queries": []any{query.with("datasource", map[string]string{"type": d.Type, "uid": d.UID})}}
	text, err := json.Marshal(left)
	if err != nil {
		return ""
	}
	return "/explore?left=" + percent(string(text))
}
