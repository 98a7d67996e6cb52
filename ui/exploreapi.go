package ui

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"supersonic/ui/explore"
	"supersonic/ui/payload"
	"supersonic/ui/source"
)

func (u *UI) exploreRoutes(a asks) {
	a.get("/api/explore/search", u.exploreSearch)
	a.get("/api/explore/heat", u.exploreHeat)
	a.get("/api/explore/differences", u.exploreDifferences)
	a.get("/api/explore/narrow", u.exploreNarrow)
	a.get("/api/explore/tracemetrics", u.exploreTraceMetrics)
	a.get("/api/explore/promql", u.explorePromQL)
	a.get("/api/explore/graph", u.exploreGraph)
}

// prometheusOf is the Prometheus that ds= names by uid or name, the usual one
// without.
func (u *UI) prometheusOf(r *http.Request) (DataSource, source.Prometheus, error) {
	name := r.FormValue("ds")
	d, known := u.cfg.defaultOf(TypePrometheus)
	if name != "" {
		d, known = u.cfg.dataSource(name)
	}
	switch {
	case !known && name == "":
		return d, source.Prometheus{}, reject(http.StatusServiceUnavailable, "this site has no Prometheus", "add a data source of type prometheus under grafana.datasources")
	case !known:
		return d, source.Prometheus{}, reject(http.StatusNotFound, fmt.Sprintf("there is no data source %q", name), "see /api/site for their names and uids")
	case d.Type != TypePrometheus:
		return d, source.Prometheus{}, reject(http.StatusBadRequest, fmt.Sprintf("data source %q is of type %s, not prometheus", d.Name, d.Type), "name one of type prometheus")
	}
	return d, source.Prometheus{Client: u.clients[d.uid()]}, nil
}

// searching is what the questions about traces have in common.
func (u *UI) searching(r *http.Request) (source.Tempo, explore.Searching, error) {
	_, tempo, err := u.tempoOf(r)
	if err != nil {
		return tempo, explore.Searching{}, err
	}
	s := explore.Searching{Query: strings.TrimSpace(r.FormValue("q"))}
	if s.Query == "" {
		s.Query = "{}"
	}
	s.From, s.To, err = timeRange(r, time.Hour)
	return tempo, s, err
}

func (u *UI) exploreSearch(r *http.Request) (any, error) {
	tempo, s, err := u.searching(r)
	if err != nil {
		return nil, err
	}
	if s.Limit, err = wholeNumber(r, "limit", usualLimit, highestLimit); err != nil {
		return nil, err
	}
	if s.PerTrace, err = wholeNumber(r, "spss", 3, 100); err != nil {
		return nil, err
	}
	s.Began, s.Scopes = r.FormValue("began"), r.FormValue("scopes") != ""
	for _, name := range strings.Split(r.FormValue("columns"), ",") {
		if name = strings.TrimSpace(name); name != "" {
			s.Columns = append(s.Columns, name)
		}
	}
	return explore.Search(r.Context(), tempo, s)
}

func (u *UI) exploreHeat(r *http.Request) (any, error) {
	tempo, s, err := u.searching(r)
	if err != nil {
		return nil, err
	}
	heat, err := explore.HeatOf(r.Context(), tempo, s.Query, s.From, s.To)
	if err != nil {
		return nil, senseless(err)
	}
	return *heat, nil
}

func (u *UI) exploreDifferences(r *http.Request) (any, error) {
	tempo, s, err := u.searching(r)
	if err != nil {
		return nil, err
	}
	box, err := boxOf(r)
	if err != nil {
		return nil, err
	}
	if box.From, err = instant("boxFrom", r.FormValue("boxFrom"), s.To); err != nil {
		return nil, err
	}
	if box.To, err = instant("boxTo", r.FormValue("boxTo"), s.To); err != nil {
		return nil, err
	}
	got, err := explore.Differ(r.Context(), tempo, s.Query, s.From, s.To, box)
	if err != nil {
		return nil, senseless(err)
	}
	return *got, nil
}

// senseless makes a query at fault the reader's to mend.
func senseless(err error) error {
	var fault *explore.QueryError
	if errors.As(err, &fault) {
		return reject(http.StatusBadRequest, err.Error(), "mend the query")
	}
	return err
}

// exploreNarrow writes the query that a selection, or a value that was chosen,
// stands for.
func (u *UI) exploreNarrow(r *http.Request) (any, error) {
	if condition := r.FormValue("condition"); condition != "" {
		text, err := explore.Refine(r.FormValue("q"), condition)
		if err != nil {
			return nil, reject(http.StatusBadRequest, err.Error(), "mend the query first")
		}
		return payload.ExploreQuery{Query: text}, nil
	}
	box, err := boxOf(r)
	if err != nil {
		return nil, err
	}
	text, err := explore.Narrow(r.FormValue("q"), box)
	if err != nil {
		return nil, reject(http.StatusBadRequest, err.Error(), "mend the query first")
	}
	return payload.ExploreQuery{Query: text}, nil
}

// boxOf reads by=, and low= and high= in nanoseconds.
func boxOf(r *http.Request) (explore.Box, error) {
	box := explore.Box{By: r.FormValue("by")}
	if box.By == "" {
		box.By = "duration"
	}
	for _, end := range [...]struct {
		name string
		into *time.Duration
	}{{"low", &box.Low}, {"high", &box.High}} {
		text := r.FormValue(end.name)
		if text == "" {
			continue
		}
		ns, err := strconv.ParseFloat(text, 64)
		if err != nil || ns < 0 || ns > 9e18 {
			return box, reject(http.StatusBadRequest, fmt.Sprintf("%s %q is not a number of nanoseconds", end.name, text), "leave it out for no bound")
		}
		*end.into = time.Duration(ns)
	}
	return box, nil
}

func (u *UI) exploreTraceMetrics(r *http.Request) (any, error) {
	tempo, s, err := u.searching(r)
	if err != nil {
		return nil, err
	}
	m := explore.Measuring{Query: s.Query, From: s.From, To: s.To, Now: time.Now(), Exemplars: r.FormValue("exemplars") != "false"}
	if m.Step, err = stepOf(r, s.From, s.To); err != nil {
		return nil, err
	}
	return explore.TraceMetrics(r.Context(), tempo, m)
}

func (u *UI) explorePromQL(r *http.Request) (any, error) {
	d, prometheus, err := u.prometheusOf(r)
	if err != nil {
		return nil, err
	}
	a := explore.Asking{Query: r.FormValue("q"), Range: r.FormValue("range") != "false", Instant: r.FormValue("instant") == "true",
		Legend: r.FormValue("legend"), Exemplars: r.FormValue("exemplars") != "false"}
	if strings.TrimSpace(a.Query) == "" {
		return nil, reject(http.StatusBadRequest, "there is no query", "write PromQL: sum by (model) (rate(nv_inference_count[$__rate_interval]))")
	}
	if a.From, a.To, err = timeRange(r, time.Hour); err != nil {
		return nil, err
	}
	if a.Step, err = stepOf(r, a.From, a.To); err != nil {
		return nil, err
	}
	if a.Scrape, err = explore.ParseStep(d.TimeInterval); err != nil {
		a.Scrape = 0
	}
	chart, err := explore.PromQL(r.Context(), prometheus, a)
	var fault *explore.PromFault
	if errors.As(err, &fault) {
		return nil, &rejected{http.StatusBadRequest, payload.Failure{Error: fault.Error(), Hint: fault.Hint, Place: &fault.Place}}
	}
	return chart, err
}

// exploreGraph reads the graph from the Prometheus that the trace store names.
func (u *UI) exploreGraph(r *http.Request) (any, error) {
	d, _, err := u.tempoOf(r)
	if err != nil {
		return nil, err
	}
	named, known := u.cfg.dataSource(d.ServiceMapUID)
	if d.ServiceMapUID == "" {
		named, known = u.cfg.defaultOf(TypePrometheus)
	}
	if !known || named.Type != TypePrometheus {
		return nil, reject(http.StatusServiceUnavailable, fmt.Sprintf("data source %q names no Prometheus for its service graph", d.Name),
			"set jsonData.serviceMap.datasourceUid to the uid or the name of one")
	}
	g := explore.Graphing{Matchers: r.Form["q"]}
	if g.From, g.To, err = timeRange(r, time.Hour); err != nil {
		return nil, err
	}
	graph, err := explore.Graph(r.Context(), source.Prometheus{Client: u.clients[named.uid()]}, g)
	var fault *explore.QueryError
	if errors.As(err, &fault) {
		return nil, reject(http.StatusBadRequest, err.Error(), `write it in braces, the value in quotes: {client="supersonic-envoy-0"}`)
	}
	return graph, err
}

// wholeNumber reads a number from 1 to most.
func wholeNumber(r *http.Request, name string, usual, most int) (int, error) {
	text := r.FormValue(name)
	if text == "" {
		return usual, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > most {
		return 0, reject(http.StatusBadRequest, fmt.Sprintf("%s %q is not a number from 1 to %d", name, text, most), fmt.Sprintf("leave it out for %d", usual))
	}
	return n, nil
}

// mostPoints bounds the points of a line that a step may ask for.
const mostPoints = 11000

func stepOf(r *http.Request, from, to time.Time) (time.Duration, error) {
	step, err := explore.ParseStep(r.FormValue("step"))
	if err != nil {
		return 0, reject(http.StatusBadRequest, err.Error(), "leave it out for one that fits the time range")
	}
	if step > 0 && to.Sub(from)/step > mostPoints {
		return 0, reject(http.StatusBadRequest, fmt.Sprintf("a step of %s gives more than %d points", step, mostPoints), "take a longer step or a shorter time range")
	}
	return step, nil
}
