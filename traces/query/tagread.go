package query

import (
	"strings"
	"time"

	"supersonic/traceql"
)

// readFunc gives all values that a span has of one tag.
type readFunc func(t *Trace, s spanView, yield func(traceql.Static))

// reader finds out what a tag is and reads it.
func reader(tag string) (readFunc, error) {
	t, err := parseTag(tag)
	if err != nil {
		return nil, err
	}
	return t.reader(), nil
}

// parseTag finds out what a tag is: an intrinsic, an attribute with its scope, or,
// with a leading dot or none, an attribute of the span, the resource, the scope, an
// event or a link.
func parseTag(tag string) (tagRef, error) {
	if in, ok := traceql.IntrinsicByName(tag); ok {
		return tagRef{intrinsic: in}, nil
	}
	prefix, name, _ := strings.Cut(tag, ".")
	if name = unquote(name); name != "" {
		for _, scope := range attributeScopes {
			if scope.String() == prefix {
				return tagRef{scopes: []traceql.Scope{scope}, name: name}, nil
			}
		}
	}
	name = unquote(strings.TrimPrefix(tag, "."))
	if name == "" {
		return tagRef{}, badRequest("no tag named: give one as span.name, resource.name or an intrinsic")
	}
	return tagRef{scopes: attributeScopes, name: name}, nil
}

// attributeScopes are where attributes live, in the order in which they are shown.
var attributeScopes = []traceql.Scope{
	traceql.ScopeSpan, traceql.ScopeResource, traceql.ScopeInstrumentation, traceql.ScopeEvent, traceql.ScopeLink,
}

// reader reads the tag span by span.
func (t tagRef) reader() readFunc {
	if t.intrinsic != traceql.IntrinsicNone {
		return intrinsicReader(t.intrinsic)
	}
	var all []readFunc
	for _, scope := range t.scopes {
		if scope == traceql.ScopeEvent || scope == traceql.ScopeLink {
			all = append(all, itemReader(scope, t.name))
		} else {
			all = append(all, attributeReader(scope, t.name))
		}
	}
	return func(t *Trace, s spanView, yield func(traceql.Static)) {
		for _, read := range all {
			read(t, s, yield)
		}
	}
}

func unquote(name string) string {
	if len(name) > 1 && (name[0] == '"' || name[0] == '`') && name[len(name)-1] == name[0] {
		return name[1 : len(name)-1]
	}
	return name
}

func attributeReader(scope traceql.Scope, name string) readFunc {
	return func(_ *Trace, s spanView, yield func(traceql.Static)) { yield(s.Attribute(scope, name)) }
}

func itemReader(scope traceql.Scope, name string) readFunc {
	return func(_ *Trace, s spanView, yield func(traceql.Static)) {
		for i := range s.Items(scope) {
			yield(s.ItemAttribute(scope, i, name))
		}
	}
}

// intrinsicReader reads an intrinsic. The places of a span in its tree are not
// values that anybody asks for: they have none.
func intrinsicReader(in traceql.Intrinsic) readFunc {
	switch in {
	case traceql.IntrinsicEventName, traceql.IntrinsicEventTimeSinceStart:
		return itemIntrinsic(traceql.ScopeEvent, in)
	case traceql.IntrinsicLinkTraceID, traceql.IntrinsicLinkSpanID:
		return itemIntrinsic(traceql.ScopeLink, in)
	case traceql.IntrinsicTraceRootName, traceql.IntrinsicTraceRootService, traceql.IntrinsicTraceDuration, traceql.IntrinsicTraceID:
		return func(t *Trace, _ spanView, yield func(traceql.Static)) { yield(ofTrace(t, in)) }
	case traceql.IntrinsicSpanID:
		return func(_ *Trace, s spanView, yield func(traceql.Static)) { yield(traceql.String(s.Span.ID.String())) }
	case traceql.IntrinsicParentID:
		return func(_ *Trace, s spanView, yield func(traceql.Static)) {
			if !s.Span.Parent.IsZero() {
				yield(traceql.String(s.Span.Parent.String()))
			}
		}
	}
	return func(_ *Trace, s spanView, yield func(traceql.Static)) { yield(s.Intrinsic(in)) }
}

func itemIntrinsic(scope traceql.Scope, in traceql.Intrinsic) readFunc {
	return func(_ *Trace, s spanView, yield func(traceql.Static)) {
		for i := range s.Items(scope) {
			yield(s.ItemIntrinsic(i, in))
		}
	}
}

func ofTrace(t *Trace, in traceql.Intrinsic) traceql.Static {
	root := t.Root()
	switch {
	case in == traceql.IntrinsicTraceID:
		return traceql.String(t.ID.String())
	case in == traceql.IntrinsicTraceDuration:
		return traceql.Duration(time.Duration(t.Duration()))
	case root == nil:
		return traceql.Nil()
	case in == traceql.IntrinsicTraceRootName:
		return traceql.String(root.Name)
	}
	return traceql.String(root.Resource.ServiceName())
}

// tagRef is what a tag means: an intrinsic, or an attribute in one of some scopes.
type tagRef struct {
	intrinsic traceql.Intrinsic
	scopes    []traceql.Scope
	name      string
}
