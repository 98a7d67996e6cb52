package ui

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/ui/source"
	"supersonic/ui/waterfall"
)

var traceID = regexp.MustCompile(`^[0-9a-fA-F]{1,32}$`)

func (u *UI) traceRoutes(a asks) {
	a.get("/api/traces/{id}", u.trace)
	a.handle("GET", "/api/traces/{id}/otlp", http.HandlerFunc(u.exportTrace))
	a.get("/api/traces/{id}/alike", u.alike)
	a.get("/api/traces/{id}/linked", u.linked)
	a.get("/api/traces/{id}/compare/{other}", u.compareTraces)
	a.post("/api/traces/read", u.readTraces)
}

// tempoOf is the trace store that a question names by ds=UID or ds=NAME, else the
// usual one.
func (u *UI) tempoOf(r *http.Request) (DataSource, source.Tempo, error) {
	named := r.FormValue("ds")
	d, known := u.cfg.defaultOf(TypeTempo)
	if named != "" {
		d, known = u.cfg.dataSource(named)
	}
	switch {
	case !known && named == "":
		return d, source.Tempo{}, reject(http.StatusServiceUnavailable, "this site has no trace store", u.lacking("tempo.enabled", TypeTempo))
	case !known:
		return d, source.Tempo{}, reject(http.StatusNotFound, fmt.Sprintf("there is no data source %q", named), "see /api/site for their names and uids")
	case d.Type != TypeTempo:
		return d, source.Tempo{}, reject(http.StatusBadRequest, fmt.Sprintf("data source %q is of type %s, not tempo", named, d.Type), "name one of type tempo")
	}
	return d, source.Tempo{Client: u.clients[d.uid()]}, nil
}

// idOf is a trace id of the address with all its digits.
func idOf(r *http.Request, name string) (string, error) {
	id := r.PathValue(name)
	if !traceID.MatchString(id) {
		return "", reject(http.StatusBadRequest, fmt.Sprintf("%q is not a trace id", id), "a trace id has up to 32 hex digits, as the x-trace-id of an error or the first column of a search")
	}
	return source.FullID(id), nil
}

// fetched is a trace as a store gave it.
type fetched struct {
	waterfall.Source
	from DataSource
}

func (u *UI) fetchTrace(ctx context.Context, r *http.Request, id string) (fetched, error) {
	d, tempo, err := u.tempoOf(r)
	if err != nil {
		return fetched{}, err
	}
	spans, partial, err := tempo.Trace(ctx, id)
	if errors.Is(err, source.ErrNoTrace) {
		return fetched{}, reject(http.StatusNotFound, "the trace store has no trace "+id,
			"it was not sampled, has not arrived yet (servers export every few seconds), or is older than the retention")
	}
	return fetched{waterfall.Source{ID: id, Spans: spans, Partial: partial, Now: time.Now()}, d}, err
}

func (u *UI) trace(r *http.Request) (any, error) {
	id, err := idOf(r, "id")
	if err != nil {
		return nil, err
	}
	got, err := u.fetchTrace(r.Context(), r, id)
	if err != nil {
		return nil, err
	}
	t := waterfall.Build(got.Source)
	t.DataSource, t.NodeGraph = got.from.Name, got.from.NodeGraph
	return t, nil
}

// exportTrace sends the spans as a file of OTLP JSON.
func (u *UI) exportTrace(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), askTimeout)
	defer cancel()
	id, err := idOf(r, "id")
	if err != nil {
		u.explain(w, r, err)
		return
	}
	got, err := u.fetchTrace(ctx, r, id)
	if err != nil {
		u.explain(w, r, err)
		return
	}
	body, err := (&ptrace.JSONMarshaler{}).MarshalTraces(got.Spans)
	if err != nil {
		u.explain(w, r, fmt.Errorf("write trace %s as OTLP JSON: %w", id, err))
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Disposition", `attachment; filename="trace-`+id+`.otlp.json"`)
	h.Set("Cache-Control", "no-store")
	w.Write(body) // a reader who left is not an error of ours
}
