package query

import (
	"strings"

	"supersonic/traceql"
)

// parseTag finds out what a tag is: an intrinsic, an attribute with its scope, or,
// with a leading dot or none, an attribute of the span, the resource or the scope.
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
	return tagRef{scopes: attributeScopes[:3], name: name}, nil // no query finds an event by a name alone
}

// attributeScopes are where attributes live, in the order in which they are shown.
var attributeScopes = []traceql.Scope{
	traceql.ScopeSpan, traceql.ScopeResource, traceql.ScopeInstrumentation, traceql.ScopeEvent, traceql.ScopeLink,
}

// unquote reads a name as TraceQL writes it; one with an escape that is none is taken
// as it stands.
func unquote(name string) string {
	if len(name) > 1 && (name[0] == '"' || name[0] == '`') && name[len(name)-1] == name[0] {
		if read, ok := traceql.Unquote(name); ok {
			return read
		}
		return name[1 : len(name)-1]
	}
	return name
}

// tagRef is what a tag means: an intrinsic, or an attribute in one of some scopes.
type tagRef struct {
	intrinsic traceql.Intrinsic
	scopes    []traceql.Scope
	name      string
}
