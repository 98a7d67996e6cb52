package oracle

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"supersonic/traceql"
	"supersonic/traces/query"
)

// selected calls visit for the spans that a query selects, all without one.
func (m *Model) selected(text string, r query.Range, visit func(t *query.Trace, v view)) (stats query.Stats, err error) {
	var search *traceql.Search
	if text != "" {
		q, err := traceql.Parse(text)
		if err == nil {
			search, err = traceql.NewSearch(q)
		}
		if err != nil {
			return stats, query.BadRequest{Err: err}
		}
	}
	for _, t := range m.all(r) {
		stats.Traces, stats.Spans = stats.Traces+1, stats.Spans+len(t.Spans)
		if search == nil {
			spans := t.Spans
			if m.everyCopy {
				spans = m.traces[t.ID]
			}
			for i := range spans {
				visit(t, view{&spans[i]})
			}
			continue
		}
		for _, set := range search.Eval(shown(t)) {
			for _, match := range set.Spans {
				visit(t, view{&t.Spans[match.Index]})
			}
		}
	}
	return stats, nil
}

// scopes are where attributes live, as the language and as the API name them.
var scopes = []struct {
	scope traceql.Scope
	api   query.Scope
}{
	{traceql.ScopeSpan, query.ScopeSpan}, {traceql.ScopeResource, query.ScopeResource},
	{traceql.ScopeInstrumentation, query.ScopeInstrumentation}, {traceql.ScopeEvent, query.ScopeEvent}, {traceql.ScopeLink, query.ScopeLink},
}

// ofItems tells whether a span has the scope's attributes more than once.
func ofItems(s traceql.Scope) bool { return s == traceql.ScopeEvent || s == traceql.ScopeLink }

func (m *Model) TagNames(_ context.Context, r query.TagNamesRequest) (query.TagNamesResult, error) {
	out := query.TagNamesResult{Names: make(map[query.Scope][]string)}
	var err error
	out.Stats, err = m.selected(r.Query, r.Range, func(_ *query.Trace, v view) {
		for _, s := range scopes {
			if r.Scope != query.ScopeAll && r.Scope != s.api {
				continue
			}
			for _, name := range namesOf(v, s.scope) {
				if !slices.Contains(out.Names[s.api], name) {
					out.Names[s.api] = append(out.Names[s.api], name)
				}
			}
		}
	})
	for scope, names := range out.Names {
		slices.Sort(names)
		if r.Limit > 0 && len(names) > r.Limit {
			out.Names[scope], out.More = names[:r.Limit], true
		}
	}
	return out, err
}

func namesOf(v view, scope traceql.Scope) (names []string) {
	if !ofItems(scope) {
		for name := range v.attributes(scope).All() {
			names = append(names, name)
		}
		return names
	}
	for _, item := range v.items(scope) {
		for name := range item.All() {
			names = append(names, name)
		}
	}
	return names
}

func (m *Model) TagValues(_ context.Context, r query.TagValuesRequest) (query.TagValuesResult, error) {
	var out query.TagValuesResult
	read, err := tagOf(r.Tag)
	if err != nil {
		return out, err
	}
	seen := make(map[string]bool)
	var add func(v traceql.Static)
	add = func(v traceql.Static) {
		switch v.Type() {
		case traceql.TypeNil:
			return
		case traceql.TypeArray:
			for _, part := range v.Parts() {
				add(part)
			}
			return
		}
		if k := v.Type().String() + " " + v.String(); !seen[k] {
			seen[k] = true
			out.Values = append(out.Values, v)
		}
	}
	out.Stats, err = m.selected(r.Query, r.Range, func(t *query.Trace, v view) { read(t, v, add) })
	slices.SortFunc(out.Values, func(a, b traceql.Static) int {
		return cmp.Or(cmp.Compare(a.Type(), b.Type()), strings.Compare(a.String(), b.String()))
	})
	limit := r.Limit
	if limit <= 0 || limit > query.MaxValues {
		limit = query.MaxValues
	}
	if len(out.Values) > limit {
		out.Values, out.More = out.Values[:limit], true
	}
	return out, err
}

// tagOf finds out what a tag means, and reads its values.
func tagOf(tag string) (func(t *query.Trace, v view, yield func(traceql.Static)), error) {
	if in, ok := traceql.IntrinsicByName(tag); ok {
		return func(t *query.Trace, v view, yield func(traceql.Static)) {
			for _, value := range intrinsic(t, v, in) {
				if value.Type() != traceql.TypeString || value.Text() != "" {
					yield(value)
				}
			}
		}, nil
	}
	prefix, name, _ := strings.Cut(tag, ".")
	name = unquoted(name)
	for _, s := range scopes {
		if s.scope.String() == prefix && name != "" {
			return func(_ *query.Trace, v view, yield func(traceql.Static)) { readTag(v, s.scope, name, yield) }, nil
		}
	}
	name = unquoted(strings.TrimPrefix(tag, "."))
	if name == "" {
		return nil, query.BadRequest{Err: errors.New("no tag named")}
	}
	return func(_ *query.Trace, v view, yield func(traceql.Static)) {
		for _, scope := range []traceql.Scope{traceql.ScopeSpan, traceql.ScopeResource, traceql.ScopeInstrumentation} {
			readTag(v, scope, name, yield)
		}
	}, nil
}

func readTag(v view, scope traceql.Scope, name string, yield func(traceql.Static)) {
	if !ofItems(scope) {
		yield(v.Attribute(scope, name))
		return
	}
	for i := range v.Items(scope) {
		yield(v.ItemAttribute(scope, i, name))
	}
}

func unquoted(name string) string {
	if n := len(name); n > 1 && name[0] == name[n-1] && (name[0] == '"' || name[0] == '`') {
		return name[1 : n-1]
	}
	return name
}

// intrinsic is the values that a span has of an intrinsic; its place in the tree is
// none that anybody asks for.
func intrinsic(t *query.Trace, v view, in traceql.Intrinsic) (out []traceql.Static) {
	root := t.Root()
	switch in {
	case traceql.IntrinsicEventName, traceql.IntrinsicEventTimeSinceStart:
		for i := range v.s.Events {
			out = append(out, v.ItemIntrinsic(i, in))
		}
	case traceql.IntrinsicLinkTraceID, traceql.IntrinsicLinkSpanID:
		for i := range v.s.Links {
			out = append(out, v.ItemIntrinsic(i, in))
		}
	case traceql.IntrinsicSpanID:
		return []traceql.Static{traceql.String(v.s.ID.String())}
	case traceql.IntrinsicParentID:
		return []traceql.Static{traceql.String(v.s.Parent.String())}
	case traceql.IntrinsicTraceID:
		return []traceql.Static{traceql.String(t.ID.String())}
	case traceql.IntrinsicTraceDuration:
		return []traceql.Static{traceql.Duration(traceql.Between(t.Start, t.End))}
	case traceql.IntrinsicTraceRootName:
		if root != nil {
			return []traceql.Static{traceql.String(root.Name)}
		}
	case traceql.IntrinsicTraceRootService:
		if root != nil {
			return []traceql.Static{traceql.String(root.Resource.ServiceName())}
		}
	default:
		return []traceql.Static{v.Intrinsic(in)}
	}
	return out
}
