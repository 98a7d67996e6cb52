package ui

import (
	"cmp"
	"fmt"
	"net/http"
	"time"
	_ "time/tzdata" // the image of this program has no zones of its own

	"supersonic/ui/grafana"
	"supersonic/ui/payload"
	"supersonic/ui/query"
	"supersonic/ui/view"
)

// panel is what one panel shows.
func (u *UI) panel(r *http.Request) (any, error) {
	var q payload.PanelQuestion
	if err := readJSON(r, &q); err != nil {
		return nil, err
	}
	d, err := u.model(q)
	if err != nil {
		return nil, err
	}
	p, err := panelOf(d, q)
	if err != nil {
		return nil, err
	}
	env, vars, err := u.filled(r, d, asking{From: q.From, To: q.To, NowMs: q.NowMs, UTC: q.UTC, Zone: q.Zone, Vars: q.Vars, Filters: q.Filters})
	if err != nil {
		return nil, err
	}
	env = env.Scope(q.Scoped)
	if v, waits := query.Awaits(p, env, vars); waits {
		return nil, reject(http.StatusServiceUnavailable, fmt.Sprintf("The values of the variable %s have not come yet.", cmp.Or(v.Label, v.Name)), "the panel is asked as soon as they come; "+v.Problem)
	}
	got := u.runner.Panel(r.Context(), query.Question{Panel: p, Env: env, Width: q.Width, Other: func(id int) *grafana.Panel { return find(d, id) }})
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return draw(p, got, q), nil
}

// draw makes of frames what the panel shows.
func draw(p *grafana.Panel, got query.Result, q payload.PanelQuestion) payload.PanelView {
	env := view.Env{FromMs: float64(got.Env.From.UnixMilli()), ToMs: float64(got.Env.To.UnixMilli()), NowMs: float64(got.Env.Now.UnixMilli()),
		Light: q.Light, Zone: zone(q.UTC, q.Zone), Width: q.Width, Height: q.Height, Table: q.Table, Steps: q.Steps, Frame: q.Frame, StepMs: map[string]float64{}, Source: got.Source, Queries: got.Notes,
		Fill:    func(text string) string { return got.Env.Fill(text, query.ForTitle) },
		FillURL: func(text string) string { return got.Env.Fill(text, query.ForURL) }}
	for _, n := range got.Notes {
		env.StepMs[n.RefID] = n.StepMs
		if n.Error == "" && n.Hint != "" {
			env.Notes = append(env.Notes, payload.ViewNote{Level: "info", Text: n.RefID + ": " + n.Hint})
		}
	}
	out := view.Make(p, got.Frames, env)
	out.TimeInfo = got.TimeInfo
	return out
}

// zone is where a reader's clock is: a reader may sit elsewhere than the server.
func zone(utc bool, name string) *time.Location {
	if utc {
		return time.UTC
	}
	if z, err := time.LoadLocation(name); err == nil && name != "" {
		return z
	}
	return time.Local
}

func find(d *grafana.Dashboard, id int) *grafana.Panel {
	for i := range d.Panels {
		if d.Panels[i].ID == id {
			return &d.Panels[i]
		}
	}
	return nil
}

// panelOf is the panel that is asked for: the one that came along, else a saved one.
func panelOf(d *grafana.Dashboard, q payload.PanelQuestion) (*grafana.Panel, error) {
	if isJSON(q.Model) {
		p, err := grafana.ParsePanel(q.Model)
		if err != nil {
			return nil, reject(http.StatusBadRequest, err.Error(), "it has to be Grafana's JSON of a panel")
		}
		return p, nil
	}
	if p := find(d, q.Panel); p != nil {
		return p, nil
	}
	return nil, reject(http.StatusNotFound, fmt.Sprintf("dashboard %q has no panel %d", d.UID, q.Panel), "load the dashboard again: it may have changed")
}
