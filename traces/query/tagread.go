package query

import (
	"strings"
	"time"

	"supersonic/traceql"
)

// readFunc gives all values that a span has of one tag.
type readFunc func(t *Trace, s spanView, yield func(traceql.Static))

// reader finds out what a tag is: an intrinsic, an attribute with its scope, or,
// with a leading dot or none, an attribute of the span, else of the resource, an
// event, a link or the scope.
func reader(tag string) (readFunc, error) {
	if in, ok := traceql.IntrinsicByName(tag); ok {
		return intrinsicReader(in), nil
	}
	scope, name, _ := strings.Cut(tag, ".")
	name = unquote(name)
	if name != "" {
		switch Scope(scope) {
		case ScopeSpan:
			return attributeReader(traceql.ScopeSpan, name), nil
		case ScopeResource:
			return attributeReader(traceql.ScopeResource, name), nil
		case ScopeInstrumentation:
			return attributeReader(traceql.ScopeInstrumentation, name), nil
		case ScopeEvent:
			return itemReader(traceql.ScopeEvent, name), nil
		case ScopeLink:
			return itemReader(traceql.ScopeLink, name), nil
		}
	}
	name = unquote(strings.TrimPrefix(tag, "."))
	if name == "" {
		return nil, badRequest("no tag named: give one as span.name, resource.name or an intrinsic")
	}
	var all []readFunc
	for _, scope := range []traceql.Scope{traceql.ScopeSpan, traceql.ScopeResource, traceql.ScopeInstrumentation} {
		all = append(all, attributeReader(scope, name))
	}
	all = append(all, itemReader(traceql.ScopeEvent, name), itemReader(traceql.ScopeLink, name))
	return func(t *Trace, s spanView, yield func(traceql.Static)) {
		for _, read := range all {
			read(t, s, yield)
		}
	}, nil
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
		return func(_ *Trace, s spanView, yield func(traceql.Static)) { yield(traceql.String(s.Span.Parent.String())) }
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
