package api

import (
	"context"
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
	"duration", "event:name", "event:timeSinceStart", "instrumentation:name", "instrumentation:version", "kind", "link:spanID", "link:traceID", "name",
	"rootName", "rootServiceName", "span:duration", "span:id", "span:kind", "span:name", "span:parentID", "span:status", "span:statusMessage",
	"status", "statusMessage", "trace:duration", "trace:id", "trace:rootName", "trace:rootService", "traceDuration",
}

// filter keeps the q of a tag request unless it does not parse: then it is left
// out, with a warning.
func filter(q string) (kept string, warnings []string) {
	if q == "" {
		return "", nil
	}
	parsed, err := traceql.Parse(q)
	switch {
	case err != nil:
		return "", []string{"q is left out: " + err.Error()}
	case parsed.IsMetrics():
		return "", []string{"q is left out: it is a metrics query"}
	}
	return q, nil
}

// The answers, fields in the order of their names.
type (
	jsonTags struct {
		Explain *jsonExplain `json:"explain,omitempty"`
		Metrics jsonMetadata `json:"metrics"`
		Names   []string     `json:"tagNames"`
	}
	jsonScopes struct {
		Explain *jsonExplain    `json:"explain,omitempty"`
		Metrics jsonMetadata    `json:"metrics"`
		Scopes  []jsonScopeTags `json:"scopes"`
	}
	jsonScopeTags struct {
		Name query.Scope `json:"name"`
		Tags []string    `json:"tags"`
	}
	jsonValues[V string | jsonTyped] struct {
		Explain *jsonExplain `json:"explain,omitempty"`
		Metrics jsonMetadata `json:"metrics"`
		Values  []V          `json:"tagValues"`
	}
	jsonMetadata struct {
		Bytes     int64 `json:"inspectedBytes,string,omitempty"`
		Completed int   `json:"completedJobs"`
		Total     int   `json:"totalJobs"`
	}
	jsonTyped struct {
		Type  string `json:"type"`
		Value string `json:"value"`
	}
)

func newMetadata(s query.Stats) jsonMetadata {
	return jsonMetadata{Bytes: s.Bytes, Completed: 1, Total: 1}
}

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

// tagNames asks for names; those of the scope intrinsic are not asked for.
func tagNames(ctx context.Context, e query.Engine, v url.Values) (query.TagNamesResult, query.Scope, told, error) {
	var res query.TagNamesResult
	req, err := parseTagNames(v)
	if err != nil {
		return res, req.Scope, told{}, err
	}
	var t told
	req.Query, t.warnings = filter(v.Get("q"))
	if req.Scope == scopeIntrinsic {
		return res, req.Scope, t, nil
	}
	res, err = e.TagNames(ctx, req)
	t.stats = res.Stats
	t.lacks("names", res.More)
	return res, req.Scope, t, err
}

func (h *Handler) tagsV1(ctx context.Context, e query.Engine, v url.Values) (message, told, error) {
	res, scope, t, err := tagNames(ctx, e, v)
	if err != nil {
		return nil, t, err
	}
	names := []string{}
	for _, list := range res.Names {
		names = append(names, list...)
	}
	if scope == scopeIntrinsic {
		names = append(names, intrinsicTags...)
	}
	slices.Sort(names)
	return jsonTags{newExplain(res.Explain), newMetadata(res.Stats), slices.Compact(names)}, t, nil
}

func (h *Handler) tagsV2(ctx context.Context, e query.Engine, v url.Values) (message, told, error) {
	res, scope, t, err := tagNames(ctx, e, v)
	if err != nil {
		return nil, t, err
	}
	out := jsonScopes{newExplain(res.Explain), newMetadata(res.Stats), []jsonScopeTags{}}
	for _, s := range query.Scopes() {
		if len(res.Names[s]) > 0 {
			out.Scopes = append(out.Scopes, jsonScopeTags{s, res.Names[s]})
		}
	}
	if scope == query.ScopeAll || scope == scopeIntrinsic {
		out.Scopes = append(out.Scopes, jsonScopeTags{scopeIntrinsic, intrinsicTags})
	}
	return out, t, nil
}

// parseTagValues reads the parameters of both forms of /api/search/tag/.../values.
func parseTagValues(v url.Values) (query.TagValuesRequest, error) {
	r := query.TagValuesRequest{Tag: v.Get(paramTag)}
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

func tagValues(ctx context.Context, e query.Engine, v url.Values) (query.TagValuesResult, told, error) {
	req, err := parseTagValues(v)
	if err != nil {
		return query.TagValuesResult{}, told{}, err
	}
	var t told
	req.Query, t.warnings = filter(v.Get("q"))
	res, err := e.TagValues(ctx, req)
	t.stats = res.Stats
	t.lacks("values", res.More)
	return res, t, err
}

// lacks warns of what an answer about tags lacks.
func (t *told) lacks(what string, more bool) {
	if more {
		t.warnings = append(t.warnings, "there are more "+what+": the answer was cut by the limit")
	}
}

// plainNames are names of tags by which the language has an intrinsic of another name.
var plainNames = map[string]string{"root.name": "rootName", "root.service.name": "rootServiceName", "status.code": "status"}

func (h *Handler) valuesV1(ctx context.Context, e query.Engine, v url.Values) (message, told, error) {
	if name, ok := plainNames[v.Get(paramTag)]; ok {
		v.Set(paramTag, name)
	}
	res, t, err := tagValues(ctx, e, v)
	if err != nil {
		return nil, t, err
	}
	values := []string{}
	for _, v := range res.Values {
		values = append(values, v.String())
	}
	slices.Sort(values)
	return jsonValues[string]{newExplain(res.Explain), newMetadata(res.Stats), slices.Compact(values)}, t, nil
}

func (h *Handler) valuesV2(ctx context.Context, e query.Engine, v url.Values) (message, told, error) {
	if tag := v.Get(paramTag); !scoped(tag) {
		return nil, told{}, bad("tag name is not valid intrinsic or scoped attribute: %s: write span.%s, resource.%s or .%s", tag, tag, tag, tag)
	}
	res, t, err := tagValues(ctx, e, v)
	if err != nil {
		return nil, t, err
	}
	out := jsonValues[jsonTyped]{newExplain(res.Explain), newMetadata(res.Stats), []jsonTyped{}}
	for _, v := range res.Values {
		kind, text := typedValue(v)
		out.Values = append(out.Values, jsonTyped{kind, text})
	}
	return out, t, nil
}

// scoped tells whether a tag says where to look.
func scoped(tag string) bool {
	if _, ok := traceql.IntrinsicByName(tag); ok {
		return true
	}
	scope, name, ok := strings.Cut(tag, ".")
	return ok && name != "" && (scope == "" || slices.Contains(query.Scopes(), query.Scope(scope)))
}

// typedValue is a value with the name of its type. A status or kind is a number, as a
// real Tempo 3.0 answers.
func typedValue(v traceql.Static) (kind, text string) {
	switch v.Type() {
	case traceql.TypeStatus, traceql.TypeKind:
		return "int", strconv.FormatInt(v.AsInt(), 10)
	case traceql.TypeFloat:
		text = v.String()
		if !strings.ContainsAny(text, ".eIN") {
			text += ".0" // as Tempo's, so that a query written with it has a float
		}
		return "float", text
	}
	return v.Type().String(), v.String()
}
