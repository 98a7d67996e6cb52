package ui

import (
	"fmt"
	"net/http"
	"sort"
	"strconv"
	"strings"
	"time"

	"supersonic/ui/explore"
	"supersonic/ui/payload"
	"supersonic/ui/source"
)

// Limits of a search: what is asked when nothing is said, and the most.
const (
	usualLimit   = 50
	highestLimit = 1000
)

func (u *UI) searchRoutes(a asks) {
	a.get("/api/traces/search", u.search)
	a.get("/api/tags", u.tags)
	a.get("/api/tag-values", u.tagValues)
	a.get("/api/traceql/check", u.checkQuery)
}

func (u *UI) search(r *http.Request) (any, error) {
	_, tempo, err := u.tempoOf(r)
	if err != nil {
		return nil, err
	}
	from, to, err := timeRange(r, time.Hour)
	if err != nil {
		return nil, err
	}
	q := source.Search{Query: strings.TrimSpace(r.FormValue("q")), From: from, To: to, Limit: usualLimit}
	if q.Query == "" {
		q.Query = "{}"
	}
	if text := r.FormValue("limit"); text != "" {
		if q.Limit, err = strconv.Atoi(text); err != nil || q.Limit < 1 || q.Limit > highestLimit {
			return nil, reject(http.StatusBadRequest, fmt.Sprintf("limit %q is not a number from 1 to %d", text, highestLimit), "leave it out for 50")
		}
	}
	found, err := tempo.Search(r.Context(), q)
	if err != nil {
		return nil, err
	}
	out := payload.SearchResult{Query: q.Query, FromMs: float64(from.UnixMilli()), ToMs: float64(to.UnixMilli()),
		Limit: q.Limit, Limited: found.Limited || len(found.Traces) >= q.Limit, Spans: found.Inspected}
	for _, t := range found.Traces {
		out.Traces = append(out.Traces, explore.Brief(t))
	}
	sort.SliceStable(out.Traces, func(i, j int) bool { return out.Traces[i].StartMs > out.Traces[j].StartMs })
	return out, nil
}

func (u *UI) tags(r *http.Request) (any, error) {
	_, tempo, err := u.tempoOf(r)
	if err != nil {
		return nil, err
	}
	from, to, err := timeRange(r, time.Hour)
	if err != nil {
		return nil, err
	}
	scopes, err := tempo.Tags(r.Context(), from, to)
	if err != nil {
		return nil, err
	}
	var out payload.Tags
	only := r.FormValue("scope")
	for _, s := range scopes {
		if only != "" && only != s.Name {
			continue
		}
		out.Scopes = append(out.Scopes, payload.TagScope{Name: s.Name, Tags: s.Tags})
	}
	return out, nil
}

func (u *UI) tagValues(r *http.Request) (any, error) {
	tag := r.FormValue("tag")
	if tag == "" {
		return nil, reject(http.StatusBadRequest, "tag is missing", "ask for /api/tag-values?tag=resource.service.name")
	}
	_, tempo, err := u.tempoOf(r)
	if err != nil {
		return nil, err
	}
	from, to, err := timeRange(r, time.Hour)
	if err != nil {
		return nil, err
	}
	values, err := tempo.TagValues(r.Context(), tag, r.FormValue("q"), from, to)
	if err != nil {
		return nil, err
	}
	out := payload.TagValues{Tag: tag}
	for _, v := range values {
		out.Values = append(out.Values, payload.TagValue{Type: v.Type, Value: v.Value})
	}
	sort.Slice(out.Values, func(i, j int) bool { return out.Values[i].Value < out.Values[j].Value })
	if len(out.Values) > highestLimit {
		out.Values, out.Cut = out.Values[:highestLimit], true
	}
	return out, nil
}
