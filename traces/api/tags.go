package api

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"supersonic/traceql"
	"supersonic/traces/query"
)

// scopeIntrinsic is a scope of the API only: its names are those of the language.
const scopeIntrinsic query.Scope = "intrinsic"

// intrinsicTags are the intrinsics that are offered for completion.
var intrinsicTags = []string{
	"duration", "event:name", "event:timeSinceStart", "instrumentation:name", "instrumentation:version", "kind", "name",
	"rootName", "rootServiceName", "span:duration", "span:kind", "span:name", "span:status", "span:statusMessage",
	"status", "statusMessage", "trace:duration", "trace:rootName", "trace:rootService", "traceDuration",
}

// filter reads the q of a tag request: one that does not parse is left out.
func filter(r *http.Request) (q, warning string) {
	q = r.URL.Query().Get("q")
	if q == "" {
		return "", ""
	}
	parsed, err := traceql.Parse(q)
	switch {
	case err != nil:
		return "", "q is left out: " + err.Error()
	case parsed.IsMetrics():
		return "", "q is left out: it is a metrics query"
	}
	return q, ""
}

// The answers, fields in the order of their names.
type (
	jsonTags struct {
		Explain *jsonExplain `json:"explain,omitempty"`
		Metrics jsonMetrics  `json:"metrics"`
		Names   []string     `json:"tagNames"`
	}
	jsonScopes struct {
		Explain *jsonExplain    `json:"explain,omitempty"`
		Metrics jsonMetrics     `json:"metrics"`
		Scopes  []jsonScopeTags `json:"scopes"`
	}
	jsonScopeTags struct {
		Name query.Scope `json:"name"`
		Tags []string    `json:"tags"`
	}
	jsonValues[V string | jsonTyped] struct {
		Explain *jsonExplain `json:"explain,omitempty"`
		Metrics jsonMetrics  `json:"metrics"`
		Values  []V          `json:"tagValues"`
	}
	jsonTyped struct {
		Type  string `json:"type"`
		Value string `json:"value"`
	}
)

// parseTagNames reads the parameters of both forms of /api/search/tags.
func parseTagNames(v url.Values) (query.TagNamesRequest, error) {
	r := query.TagNamesRequest{Scope: query.Scope(v.Get("scope"))}
	if r.Scope == "none" {
		r.Scope = query.ScopeAll
	}
	if r.Scope != query.ScopeAll && r.Scope != scopeIntrinsic && !slices.Contains(query.Scopes(), r.Scope) {
		return r, bad("invalid scope: %q is none of resource, span, event, link, instrumentation, intrinsic", r.Scope)
	}
	var err error
	if r.Range, err = parseRange(v); err != nil {
		return r, err
	}
	if r.Limit, err = parseNumber(v, "limit", 0, MaxLimit); err != nil {
		return r, err
	}
	r.Explain, err = parseBool(v, "explain")
	return r, err
}

func tagNames(ctx context.Context, e query.Engine, r *http.Request) (query.TagNamesResult, query.Scope, string, error) {
	req, err := parseTagNames(r.URL.Query())
	if err != nil {
		return query.TagNamesResult{}, req.Scope, "", err
	}
	var warning string
	req.Query, warning = filter(r)
	if req.Scope == scopeIntrinsic {
		return query.TagNamesResult{}, req.Scope, "", nil
	}
	res, err := e.TagNames(ctx, req)
	return res, req.Scope, incomplete(warning, "names", full(res.Names, req.Limit), res.Recent), err
}

// full tells whether a scope has as many names as it may, so that there may be more.
func full(names map[query.Scope][]string, limit int) bool {
	for _, list := range names {
		if limit > 0 && len(list) >= limit {
			return true
		}
	}
	return false
}

func (h *Handler) tagsV1(ctx context.Context, e query.Engine, r *http.Request) (answer, error) {
	res, scope, warning, err := tagNames(ctx, e, r)
	if err != nil {
		return answer{stats: res.Stats}, err
	}
	names := []string{}
	for _, list := range res.Names {
		names = append(names, list...)
	}
	if scope == scopeIntrinsic {
		names = append(names, intrinsicTags...)
	}
	slices.Sort(names)
	out := jsonTags{newExplain(res.Explain), newMetrics(res.Stats), slices.Compact(names)}
	return answer{kind: typeJSON, stats: res.Stats, warning: warning, body: marshal(out)}, nil
}

func (h *Handler) tagsV2(ctx context.Context, e query.Engine, r *http.Request) (answer, error) {
	res, scope, warning, err := tagNames(ctx, e, r)
	if err != nil {
		return answer{stats: res.Stats}, err
	}
	out := jsonScopes{newExplain(res.Explain), newMetrics(res.Stats), []jsonScopeTags{}}
	for _, s := range query.Scopes() {
		if len(res.Names[s]) > 0 {
			out.Scopes = append(out.Scopes, jsonScopeTags{s, res.Names[s]})
		}
	}
	if scope == query.ScopeAll || scope == scopeIntrinsic {
		out.Scopes = append(out.Scopes, jsonScopeTags{scopeIntrinsic, intrinsicTags})
	}
	return answer{kind: typeJSON, stats: res.Stats, warning: warning, body: marshal(out)}, nil
}

// parseTagValues reads the parameters of both forms of /api/search/tag/.../values.
func parseTagValues(tag string, v url.Values) (query.TagValuesRequest, error) {
	r := query.TagValuesRequest{Tag: tag}
	var err error
	if r.Range, err = parseRange(v); err != nil {
		return r, err
	}
	if r.Limit, err = parseNumber(v, "limit", 0, query.MaxValues); err != nil {
		return r, err
	}
	r.Explain, err = parseBool(v, "explain")
	return r, err
}

func tagValues(ctx context.Context, e query.Engine, r *http.Request) (query.TagValuesResult, string, error) {
	req, err := parseTagValues(r.PathValue("tag"), r.URL.Query())
	if err != nil {
		return query.TagValuesResult{}, "", err
	}
	var warning string
	req.Query, warning = filter(r)
	res, err := e.TagValues(ctx, req)
	return res, incomplete(warning, "values", res.More, res.Recent), err
}

// incomplete adds to a warning what an answer lacks.
func incomplete(warning, what string, more, recent bool) string {
	var list []string
	if warning != "" {
		list = append(list, warning)
	}
	if more {
		list = append(list, "there are more "+what+": the answer was cut by the limit")
	}
	if recent {
		list = append(list, fmt.Sprintf("only the newest %d spans of the range were looked at: a narrower range reaches older ones", query.MaxTagSpans))
	}
	return strings.Join(list, "; ")
}

func (h *Handler) valuesV1(ctx context.Context, e query.Engine, r *http.Request) (answer, error) {
	res, warning, err := tagValues(ctx, e, r)
	if err != nil {
		return answer{stats: res.Stats}, err
	}
	values := []string{}
	for _, v := range res.Values {
		values = append(values, v.String())
	}
	slices.Sort(values)
	out := jsonValues[string]{newExplain(res.Explain), newMetrics(res.Stats), slices.Compact(values)}
	return answer{kind: typeJSON, stats: res.Stats, warning: warning, body: marshal(out)}, nil
}

func (h *Handler) valuesV2(ctx context.Context, e query.Engine, r *http.Request) (answer, error) {
	if tag := r.PathValue("tag"); !scoped(tag) {
		return answer{}, bad("tag name is not valid intrinsic or scoped attribute: %s: write span.%s, resource.%s or .%s", tag, tag, tag, tag)
	}
	res, warning, err := tagValues(ctx, e, r)
	if err != nil {
		return answer{stats: res.Stats}, err
	}
	out := jsonValues[jsonTyped]{newExplain(res.Explain), newMetrics(res.Stats), []jsonTyped{}}
	for _, v := range res.Values {
		kind, text := typedValue(v)
		out.Values = append(out.Values, jsonTyped{kind, text})
	}
	return answer{kind: typeJSON, stats: res.Stats, warning: warning, body: marshal(out)}, nil
}

// scoped tells whether a tag says where to look.
func scoped(tag string) bool {
	if _, ok := traceql.IntrinsicByName(tag); ok {
		return true
	}
	scope, name, ok := strings.Cut(tag, ".")
	return ok && name != "" && (scope == "" || slices.Contains(query.Scopes(), query.Scope(scope)))
}

// typedValue is a value with the name of its type. A status or kind is a number,
// as a real Tempo 3.0 answers.
func typedValue(v traceql.Static) (kind, text string) {
	switch v.Type() {
	case traceql.TypeStatus, traceql.TypeKind:
		return "int", strconv.FormatInt(v.AsInt(), 10)
	}
	return v.Type().String(), v.String()
}
