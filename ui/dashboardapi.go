package ui

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"time"

	"supersonic/ui/access"
	"supersonic/ui/boards"
	"supersonic/ui/grafana"
	"supersonic/ui/payload"
	"supersonic/ui/query"
	"supersonic/ui/timerange"
)

func (u *UI) dashboardRoutes(a asks) {
	a.get("/api/dashboards", u.dashboards)
	a.get("/api/dashboards/home", u.homeDashboard)
	a.get("/api/dashboards/uid/{uid}", u.dashboardByUID)
	a.get("/api/dashboards/db/{slug}", u.dashboardBySlug)
	a.get("/api/dashboards/uid/{uid}/json", u.dashboardJSON)
	u.versionRoutes(a)
	a.post("/api/dashboards/draft", u.draft)
	a.post("/api/dashboards/save", u.saveDashboard)
	a.post("/api/dashboards/delete", u.deleteDashboard)
	a.post("/api/panel", u.panel)
	a.post("/api/marks", u.marks)
}

func (u *UI) dashboards(*http.Request) (any, error) { return u.boards.List(), nil }

func (u *UI) homeDashboard(r *http.Request) (any, error) {
	b, err := u.board("")
	if err != nil {
		return nil, err
	}
	return u.laidOut(r, b)
}

func (u *UI) dashboardByUID(r *http.Request) (any, error) {
	b, err := u.board(r.PathValue("uid"))
	if err != nil {
		return nil, err
	}
	return u.laidOut(r, b)
}

// dashboardBySlug is the dashboard of an address as Grafana had them before uids: the
// first of the list whose title is written so.
func (u *UI) dashboardBySlug(r *http.Request) (any, error) {
	asked := r.PathValue("slug")
	for _, b := range u.boards.List().Dashboards {
		if strings.EqualFold(slug(b.Title), asked) {
			found, err := u.board(b.UID)
			if err != nil {
				return nil, err
			}
			return u.laidOut(r, found)
		}
	}
	return nil, reject(http.StatusNotFound, fmt.Sprintf("no dashboard has the title of the address, %q", asked), "/dashboards lists those of this site")
}

func (u *UI) dashboardJSON(r *http.Request) (any, error) {
	b, err := u.board(r.PathValue("uid"))
	if err != nil {
		return nil, err
	}
	return b.JSON, nil
}

func (u *UI) board(uid string) (boards.Board, error) {
	b, err := u.boards.Get(uid)
	if errors.Is(err, boards.ErrUnknown) {
		return b, reject(http.StatusNotFound, err.Error(), "/dashboards lists those of this site")
	}
	return b, err
}

// laidOut is a dashboard for the variables and the range of an address.
func (u *UI) laidOut(r *http.Request, b boards.Board) (any, error) {
	q := r.URL.Query()
	chosen := query.Chosen{}
	for key, values := range q {
		if name, is := strings.CutPrefix(key, "var-"); is {
			chosen[name] = values
		}
	}
	a := asking{From: q.Get("from"), To: q.Get("to"), UTC: strings.EqualFold(q.Get("timezone"), "utc"), Zone: q.Get("timezone"), Vars: chosen, Fresh: true}
	return u.dashboard(r, b, a)
}

// asking is what a question says of range and variables.
type asking struct {
	From, To string
	NowMs    float64
	UTC      bool
	Zone     string // that of the page, by its full name
	Fresh    bool
	Vars     query.Chosen
	Filters  []payload.AdHocFilter
}

// env is the range and what is known without asking a data source.
func (u *UI) env(r *http.Request, d *grafana.Dashboard, a asking) (*query.Env, error) {
	now := time.Now()
	if a.NowMs > 0 && a.NowMs < 1e15 {
		now = time.UnixMilli(int64(a.NowMs))
	}
	now = now.In(zone(a.UTC, a.Zone))
	if a.From == "" {
		a.From, a.To = d.From, d.To
	}
	if a.To == "" {
		a.To = "now"
	}
	from, err := timerange.Parse(a.From, now, false)
	if err != nil {
		return nil, reject(http.StatusBadRequest, "from: "+err.Error(), "Unix milliseconds are exact")
	}
	to, err := timerange.Parse(a.To, now, true)
	if err != nil {
		return nil, reject(http.StatusBadRequest, "to: "+err.Error(), "Unix milliseconds are exact")
	}
	if !from.Before(to) {
		return nil, reject(http.StatusBadRequest, fmt.Sprintf("the range from %s to %s is empty", from.UTC().Format(time.RFC3339), to.UTC().Format(time.RFC3339)), "give from before to")
	}
	env := query.NewEnv(from, to, now)
	env.RawFrom, env.RawTo, env.Fresh = a.From, a.To, a.Fresh
	env.Relative = strings.Contains(a.From, "now")
	if env.Zone = d.Timezone; a.Zone != "" {
		env.Zone = a.Zone
	}
	if a.UTC {
		env.Zone = "utc"
	}
	env.User = access.Of(r.Context()).Name
	env.Dashboard.UID, env.Dashboard.Title = d.UID, d.Title
	return env, nil
}

// filled is env with the dashboard's variables.
func (u *UI) filled(r *http.Request, d *grafana.Dashboard, a asking) (*query.Env, []payload.Variable, error) {
	env, err := u.env(r, d, a)
	if err != nil {
		return nil, nil, err
	}
	chosen := withFilters(d.Variables, a)
	vars := u.runner.Variables(r.Context(), env, d.Variables, chosen)
	return env, vars, nil
}

// withFilters hands the filters of a question to the dashboard's ad hoc variable,
// written as addresses have them.
func withFilters(list []grafana.Variable, a asking) query.Chosen {
	if a.Filters == nil {
		return a.Vars
	}
	chosen := query.Chosen{}
	for name, values := range a.Vars {
		chosen[name] = values
	}
	for _, v := range list {
		if v.Type == "adhoc" {
			chosen[v.Name] = query.FilterWords(a.Filters)
			break
		}
	}
	return chosen
}

func (u *UI) dashboard(r *http.Request, b boards.Board, a asking) (any, error) {
	env, vars, err := u.filled(r, b.Dashboard, a)
	if err != nil {
		return nil, err
	}
	panels, problems := query.Layout(b.Dashboard, env, u.runner.Sources())
	may := u.mayEdit(r)
	out := payload.Dashboard{UID: b.UID, Slug: slug(b.Title), Title: b.Title, Description: env.Fill(b.Description, query.ForTitle), Folder: b.Folder, Tags: b.Tags, Home: b.Home,
		Provisioned: b.Provisioned, CanSave: may && (!b.Provisioned || b.Updates) && b.Editable, CanEdit: may, Version: b.Version,
		Saved: payload.DashboardHistory{By: b.Saved.By, AtMs: b.Saved.AtMs, Message: b.Saved.Message}, From: b.From, To: b.To, Refresh: b.Refresh,
		Timezone: b.Timezone, Tooltip: [...]string{"own", "crosshair", "tooltip"}[min(max(b.Tooltip, 0), 2)], Variables: vars, Panels: panels,
		Problems: append(slices.Clone(b.Unknown), problems...)}
	for _, n := range b.Annotations {
		if !n.BuiltIn {
			out.Annotations = append(out.Annotations, annotationKind(n))
		}
	}
	out.Links = append(query.Links(b.Links, env), u.linksByTag(b, env)...)
	return out, nil
}

// linksByTag are the links to dashboards that carry certain tags.
func (u *UI) linksByTag(b boards.Board, env *query.Env) []payload.PanelLink {
	var out []payload.PanelLink
	for _, l := range b.Links {
		if l.Type != "dashboards" {
			continue
		}
		for _, other := range u.boards.List().Dashboards {
			if other.UID == b.UID || !carries(other.Tags, l.Tags) {
				continue
			}
			link := payload.PanelLink{Title: other.Title, URL: env.Link("/d/"+other.UID+"/"+slug(other.Title), l.KeepTime, l.IncludeVars),
				Tooltip: l.Tooltip, Icon: l.Icon, NewTab: l.TargetBlank}
			if l.AsDropdown {
				link.Dropdown = l.Title
			}
			out = append(out, link)
		}
	}
	return out
}

func carries(tags, wanted []string) bool {
	for _, w := range wanted {
		if !slices.Contains(tags, w) {
			return false
		}
	}
	return true
}

// slug is a title as addresses have it.
func slug(title string) string {
	words := strings.FieldsFunc(strings.ToLower(title), func(c rune) bool { return (c < 'a' || c > 'z') && (c < '0' || c > '9') })
	if len(words) == 0 {
		return "dashboard"
	}
	return strings.Join(words, "-")
}

// draft is how a dashboard that is not saved looks.
func (u *UI) draft(r *http.Request) (any, error) {
	var in payload.DashboardDraft
	if err := readJSON(r, &in); err != nil {
		return nil, err
	}
	d, err := grafana.ParseDashboard(in.Model)
	if err != nil {
		return nil, reject(http.StatusBadRequest, err.Error(), "it has to be Grafana's JSON of a dashboard")
	}
	b := boards.Board{Dashboard: d}
	if known, err := u.boards.Get(d.UID); err == nil && d.UID != "" {
		b.Folder, b.Provisioned, b.Home = known.Folder, known.Provisioned, known.Home
	}
	return u.dashboard(r, b, asking{From: in.From, To: in.To, Vars: in.Vars, Filters: in.Filters, Fresh: true})
}

func (u *UI) saveDashboard(r *http.Request) (any, error) {
	var in payload.DashboardSave
	if err := readJSON(r, &in); err != nil {
		return nil, err
	}
	if !u.mayEdit(r) {
		return nil, reject(http.StatusForbidden, "you may look at dashboards, not save them", "sign in as an editor, or take the JSON")
	}
	saved, err := u.boards.Save(in, access.Of(r.Context()).Name)
	if err != nil {
		return nil, unsaved(err)
	}
	return saved, nil
}

func (u *UI) deleteDashboard(r *http.Request) (any, error) {
	var in struct {
		UID string `json:"uid"`
	}
	if err := readJSON(r, &in); err != nil {
		return nil, err
	}
	if !u.mayEdit(r) {
		return nil, reject(http.StatusForbidden, "you may look at dashboards, not delete them", "sign in as an editor")
	}
	if err := u.boards.Delete(in.UID); err != nil {
		return nil, unsaved(err)
	}
	return payload.DashboardSaved{UID: in.UID}, nil
}

// unsaved says why a dashboard could not be kept or removed, and what to do.
func unsaved(err error) error {
	var conflict *boards.Conflict
	var invalid *boards.Invalid
	switch {
	case errors.As(err, &conflict):
		return reject(http.StatusConflict, err.Error(), "load the dashboard again and repeat the change, or save a copy")
	case errors.As(err, &invalid):
		return reject(http.StatusBadRequest, err.Error(), "it has to be Grafana's JSON of a dashboard")
	case errors.Is(err, boards.ErrUnknown):
		return reject(http.StatusNotFound, err.Error(), "/dashboards lists those of this site")
	case errors.Is(err, boards.ErrNoVersion):
		return reject(http.StatusNotFound, err.Error(), "the list of versions has those that are kept")
	case errors.Is(err, boards.ErrProvisioned):
		return reject(http.StatusForbidden, err.Error(), "save a copy, or take the JSON and change the file")
	case errors.Is(err, boards.ErrNoPlace), errors.Is(err, boards.ErrFull):
		return reject(http.StatusInsufficientStorage, err.Error(), "take the JSON and keep it elsewhere")
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return reject(http.StatusInsufficientStorage, err.Error(), "the disk is full: nothing was changed; make room, or take the JSON")
	}
	return reject(http.StatusInternalServerError, err.Error(), "nothing was changed; take the JSON to keep your work")
}

// mayEdit tells whether a reader may change dashboards.
func (u *UI) mayEdit(r *http.Request) bool { return access.Of(r.Context()).Role.MayEdit() }

// model is the dashboard of a question: the saved one, with the variables of a
// draft in place of its own.
func (u *UI) model(q payload.PanelQuestion) (*grafana.Dashboard, error) {
	d := &grafana.Dashboard{UID: q.Dashboard}
	b, err := u.boards.Get(q.Dashboard)
	switch {
	case err == nil:
		d = b.Dashboard
	case isJSON(q.Model) || q.Panel == 0 && isJSON(q.Variables):
	default:
		return nil, reject(http.StatusNotFound, err.Error(), "/dashboards lists those of this site")
	}
	if !isJSON(q.Variables) {
		return d, nil
	}
	drafted, err := grafana.ParseDashboard(slices.Concat([]byte(`{"title":"","panels":[],"templating":`), q.Variables, []byte(`}`)))
	if err != nil {
		return nil, reject(http.StatusBadRequest, "variables: "+err.Error(), `they have to be the "templating" of a dashboard`)
	}
	own := *d
	own.Variables = drafted.Variables
	return &own, nil
}

func isJSON(raw json.RawMessage) bool { return len(raw) > 0 && string(raw) != "null" }

// annotationKind says on which panels an annotation is shown: its filter lists them,
// or those that it is not for.
func annotationKind(a grafana.Annotation) payload.AnnotationKind {
	out := payload.AnnotationKind{Name: a.Name, Enabled: a.Enabled, Hidden: a.Hidden, Color: a.Color, Panels: []int{}}
	var f struct {
		Filter *struct {
			Exclude bool
			IDs     []int
		}
	}
	if json.Unmarshal(a.JSON, &f) == nil && f.Filter != nil {
		out.Exclude = f.Filter.Exclude
		out.Panels = append(out.Panels, f.Filter.IDs...)
	}
	return out
}
