package api

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"supersonic/traceql"
	"supersonic/traces/query"
	"supersonic/traces/span"
)

// headerOrgID names the tenant of a request.
const headerOrgID = "X-Scope-OrgID"

// Limits of the header that names tenants.
const (
	maxOrgID = 150 // bytes of one id
	maxOrgs  = 64  // tenants of one question
)

var errNoOrgID = refused{http.StatusUnauthorized, "no org id"}

// CheckOrgID tells what is wrong with a tenant's id. One that passes is good as
// the name of a directory.
func CheckOrgID(id string) error {
	switch {
	case id == "":
		return bad("tenant ID is empty")
	case len(id) > maxOrgID:
		return bad("tenant ID is too long: %d bytes, the most is %d", len(id), maxOrgID)
	case id == "." || id == "..":
		return bad("tenant ID is %q, which names a directory", id)
	}
	for i, c := range []byte(id) {
		letter := c|0x20 >= 'a' && c|0x20 <= 'z'
		if !letter && (c < '0' || c > '9') && !strings.ContainsRune("!-_.*'()", rune(c)) {
			return bad("tenant ID has the character %q at %d: letters, digits and !-_.*'() are allowed", id[i], i)
		}
	}
	return nil
}

// parseOrgIDs reads the header's value, "a" or "a|b", into sorted ids, each once.
func parseOrgIDs(value string) ([]string, error) {
	if value == "" {
		return nil, errNoOrgID
	}
	ids := strings.Split(value, "|")
	for _, id := range ids {
		if err := CheckOrgID(id); err != nil {
			return nil, err
		}
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	if len(ids) > maxOrgs {
		return nil, bad("%d tenants in one question: the most is %d", len(ids), maxOrgs)
	}
	return ids, nil
}

// engineOf finds who answers a request with these headers.
func (h *Handler) engineOf(header http.Header) (query.Engine, error) {
	if h.opts.Tenant == nil {
		return h.engine, nil
	}
	ids, err := parseOrgIDs(header.Get(headerOrgID))
	if err != nil {
		return nil, err
	}
	var list tenants
	for _, id := range ids {
		e, err := h.opts.Tenant(id)
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	if len(list) == 1 {
		return list[0], nil
	}
	return list, nil
}

// orgID is the one tenant of a request, "" without multi-tenancy.
func (h *Handler) orgID(header http.Header) (string, error) {
	if h.opts.Tenant == nil {
		return "", nil
	}
	ids, err := parseOrgIDs(header.Get(headerOrgID))
	if err != nil {
		return "", err
	}
	if len(ids) > 1 {
		return "", bad("traces of several tenants are not deleted at once: name one in %s", headerOrgID)
	}
	return ids[0], nil
}

// tenants are several engines asked as one. A trace that has spans with more than
// one of them is joined when it is asked for by id; a search judges the parts each
// for itself.
type tenants []query.Engine

func (list tenants) Trace(ctx context.Context, id span.TraceID) (*query.Trace, query.Stats, error) {
	var spans []span.Span
	var stats query.Stats
	for _, e := range list {
		t, s, err := e.Trace(ctx, id)
		stats.Add(s)
		if err != nil && !errors.Is(err, query.ErrNotFound) {
			return nil, stats, err
		}
		if t != nil {
			spans = append(spans, t.Spans...)
		}
	}
	if len(spans) == 0 {
		return nil, stats, query.ErrNotFound
	}
	return query.NewTrace(id, spans), stats, nil
}

func (list tenants) Search(ctx context.Context, r query.SearchRequest) (query.SearchResult, error) {
	var out query.SearchResult
	index := map[span.TraceID]int{}
	for _, e := range list {
		res, err := e.Search(ctx, r)
		out.Stats.Add(res.Stats)
		if err != nil {
			return out, err
		}
		out.More = out.More || res.More
		out.Warnings = union(out.Warnings, res.Warnings)
		out.Explain = joinExplain(out.Explain, res.Explain)
		for _, hit := range res.Traces {
			i, ok := index[hit.ID]
			if !ok {
				index[hit.ID] = len(out.Traces)
				out.Traces = append(out.Traces, hit)
				continue
			}
			joinHit(&out.Traces[i], hit)
		}
	}
	slices.SortStableFunc(out.Traces, func(a, b query.Hit) int {
		return cmp.Or(cmp.Compare(b.Start, a.Start), bytes.Compare(a.ID[:], b.ID[:]))
	})
	if r.Limit > 0 && len(out.Traces) > r.Limit {
		out.Traces, out.More = out.Traces[:r.Limit], true
	}
	return out, nil
}

// joinHit adds what another tenant has of the same trace.
func joinHit(to *query.Hit, from query.Hit) {
	end := max(to.Start+to.Duration, from.Start+from.Duration)
	to.Start = min(to.Start, from.Start)
	to.Duration = end - to.Start
	if !to.HasRoot {
		to.HasRoot, to.RootService, to.RootName = from.HasRoot, from.RootService, from.RootName
	}
	to.Sets = append(to.Sets, from.Sets...)
	for name, s := range from.Services {
		n := to.Services[name]
		to.Services[name] = query.ServiceStats{Spans: n.Spans + s.Spans, Errors: n.Errors + s.Errors}
	}
}

func (list tenants) TagNames(ctx context.Context, r query.TagNamesRequest) (query.TagNamesResult, error) {
	out := query.TagNamesResult{Names: map[query.Scope][]string{}}
	for _, e := range list {
		res, err := e.TagNames(ctx, r)
		out.Stats.Add(res.Stats)
		if err != nil {
			return out, err
		}
		out.More = out.More || res.More
		out.Explain = joinExplain(out.Explain, res.Explain)
		for scope, names := range res.Names {
			all := slices.Concat(out.Names[scope], names)
			slices.Sort(all)
			all = slices.Compact(all)
			if r.Limit > 0 && len(all) > r.Limit {
				all, out.More = all[:r.Limit], true
			}
			out.Names[scope] = all
		}
	}
	return out, nil
}

func (list tenants) TagValues(ctx context.Context, r query.TagValuesRequest) (query.TagValuesResult, error) {
	var out query.TagValuesResult
	order := func(a, b traceql.Static) int {
		return cmp.Or(cmp.Compare(a.Type(), b.Type()), strings.Compare(a.String(), b.String()))
	}
	for _, e := range list {
		res, err := e.TagValues(ctx, r)
		out.Stats.Add(res.Stats)
		if err != nil {
			return out, err
		}
		out.More = out.More || res.More
		out.Explain = joinExplain(out.Explain, res.Explain)
		out.Values = append(out.Values, res.Values...)
	}
	slices.SortFunc(out.Values, order)
	out.Values = slices.CompactFunc(out.Values, func(a, b traceql.Static) bool { return order(a, b) == 0 })
	if r.Limit > 0 && len(out.Values) > r.Limit {
		out.Values, out.More = out.Values[:r.Limit], true
	}
	return out, nil
}

// Metrics is refused: quantiles, averages and topk of several tenants cannot be
// made of each one's.
func (list tenants) Metrics(context.Context, query.MetricsRequest) (query.MetricsResult, error) {
	return query.MetricsResult{}, bad("metrics of several tenants are not answered: name one tenant in %s", headerOrgID)
}

// union appends what is new, keeping the order.
func union(to, from []string) []string {
	for _, s := range from {
		if !slices.Contains(to, s) {
			to = append(to, s)
		}
	}
	return to
}

// joinExplain shows the parts of several tenants one after the other.
func joinExplain(to, from *query.Explain) *query.Explain {
	if to == nil || from == nil {
		return cmp.Or(to, from)
	}
	out := *to
	out.Parts = append(slices.Clone(to.Parts), from.Parts...)
	out.Split.Found += from.Split.Found
	out.Split.Evaluated += from.Split.Evaluated
	out.Rows += from.Rows
	out.Bytes += from.Bytes
	if out.End != from.End {
		out.End += "; then " + from.End
	}
	return &out
}
