package api

import (
	"context"
	"fmt"
	"net/http"
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

func (h *Handler) tags(ctx context.Context, r *http.Request) (query.TagNamesResult, query.Scope, string, error) {
	params := r.URL.Query()
	scope := query.Scope(params.Get("scope"))
	if scope == "none" {
		scope = query.ScopeAll
	}
	if scope != query.ScopeAll && scope != scopeIntrinsic && !slices.Contains(query.Scopes(), scope) {
		return query.TagNamesResult{}, scope, "", bad("invalid scope: %q is none of resource, span, event, link, instrumentation, intrinsic", scope)
	}
	req := query.TagNamesRequest{Scope: scope}
	var err error
	if req.Range, err = parseRange(params); err != nil {
		return query.TagNamesResult{}, scope, "", err
	}
	if req.Limit, err = parseNumber(params, "limit", 0, MaxLimit); err != nil {
		return query.TagNamesResult{}, scope, "", err
	}
	var warning string
	req.Query, warning = filter(r)
	if scope == scopeIntrinsic {
		return query.TagNamesResult{}, scope, "", nil
	}
	res, err := h.engine.TagNames(ctx, req)
	return res, scope, recent(res.Recent, warning), err
}

func (h *Handler) tagsV1(ctx context.Context, r *http.Request) (answer, error) {
	res, scope, warning, err := h.tags(ctx, r)
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
	names = slices.Compact(names)
	return answer{kind: typeJSON, stats: res.Stats, warning: warning,
		body: marshal(map[string]any{"tagNames": names, "metrics": newMetrics(res.Stats)})}, nil
}

func (h *Handler) tagsV2(ctx context.Context, r *http.Request) (answer, error) {
	type jsonScopeTags struct {
		Name query.Scope `json:"name"`
		Tags []string    `json:"tags"`
	}
	res, scope, warning, err := h.tags(ctx, r)
	if err != nil {
		return answer{stats: res.Stats}, err
	}
	scopes := []jsonScopeTags{}
	for _, s := range query.Scopes() {
		if len(res.Names[s]) > 0 {
			scopes = append(scopes, jsonScopeTags{s, res.Names[s]})
		}
	}
	if scope == query.ScopeAll || scope == scopeIntrinsic {
		scopes = append(scopes, jsonScopeTags{scopeIntrinsic, intrinsicTags})
	}
	return answer{kind: typeJSON, stats: res.Stats, warning: warning,
		body: marshal(map[string]any{"scopes": scopes, "metrics": newMetrics(res.Stats)})}, nil
}

func (h *Handler) values(ctx context.Context, r *http.Request) (query.TagValuesResult, string, error) {
	params := r.URL.Query()
	req := query.TagValuesRequest{Tag: r.PathValue("tag")}
	var err error
	if req.Range, err = parseRange(params); err != nil {
		return query.TagValuesResult{}, "", err
	}
	if req.Limit, err = parseNumber(params, "limit", 0, query.MaxValues); err != nil {
		return query.TagValuesResult{}, "", err
	}
	var warning string
	req.Query, warning = filter(r)
	res, err := h.engine.TagValues(ctx, req)
	if res.More && warning == "" {
		warning = "there are more values: the answer was cut by the limit"
	}
	return res, recent(res.Recent, warning), err
}

// recent adds to a warning that not all spans were looked at.
func recent(is bool, warning string) string {
	if !is {
		return warning
	}
	text := fmt.Sprintf("only the newest %d spans of the range were looked at: a narrower range reaches older ones", query.MaxTagSpans)
	if warning != "" {
		text = warning + "; " + text
	}
	return text
}

func (h *Handler) valuesV1(ctx context.Context, r *http.Request) (answer, error) {
	res, warning, err := h.values(ctx, r)
	if err != nil {
		return answer{stats: res.Stats}, err
	}
	values := []string{}
	for _, v := range res.Values {
		values = append(values, v.String())
	}
	slices.Sort(values)
	values = slices.Compact(values)
	return answer{kind: typeJSON, stats: res.Stats, warning: warning,
		body: marshal(map[string]any{"tagValues": values, "metrics": newMetrics(res.Stats)})}, nil
}

func (h *Handler) valuesV2(ctx context.Context, r *http.Request) (answer, error) {
	type typed struct {
		Type  string `json:"type"`
		Value string `json:"value"`
	}
	if tag := r.PathValue("tag"); !scoped(tag) {
		return answer{}, bad("tag name is not valid intrinsic or scoped attribute: %s: write span.%s, resource.%s or .%s", tag, tag, tag, tag)
	}
	res, warning, err := h.values(ctx, r)
	if err != nil {
		return answer{stats: res.Stats}, err
	}
	values := []typed{}
	for _, v := range res.Values {
		kind, text := typedValue(v)
		values = append(values, typed{kind, text})
	}
	return answer{kind: typeJSON, stats: res.Stats, warning: warning,
		body: marshal(map[string]any{"tagValues": values, "metrics": newMetrics(res.Stats)})}, nil
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
