package query

import (
	"supersonic/traceql"
)

// TagNamesRequest asks which attributes there are.
type TagNamesRequest struct {
	Scope Scope  // ScopeAll for every one but the intrinsics
	Query string // TraceQL: only spans that it selects; empty for all
	Range Range
	Limit int // names a scope; 0 for all

	Explain bool
}

// Scope is where an attribute lives, as the API names it.
type Scope string

// The scopes of the API.
const (
	ScopeAll             Scope = ""
	ScopeResource        Scope = "resource"
	ScopeSpan            Scope = "span"
	ScopeEvent           Scope = "event"
	ScopeLink            Scope = "link"
	ScopeInstrumentation Scope = "instrumentation"
)

// Scopes lists the scopes that have attributes.
func Scopes() []Scope {
	return []Scope{ScopeResource, ScopeSpan, ScopeEvent, ScopeLink, ScopeInstrumentation}
}

// TagNamesResult is the names by scope, sorted; scopes without any are left out.
type TagNamesResult struct {
	Names   map[Scope][]string
	Stats   Stats
	More    bool     // a limit cut the answer
	Explain *Explain // if asked
}

// TagValuesRequest asks for the values of an attribute or intrinsic.
type TagValuesRequest struct {
	Tag   string // "span.a", "resource.a", ".a", "a", "event.a", "name", "event:name"...
	Query string
	Range Range
	Limit int // values; 0 for MaxValues

	Explain bool
}

// MaxValues bounds the values that one answer holds and a request keeps.
const MaxValues = 100_000

// TagValuesResult is the values, sorted by type and text.
type TagValuesResult struct {
	Values []traceql.Static
	Stats  Stats
	More   bool // the limit cut the answer

	Explain *Explain // if asked
}

// maxNames bounds the names a request keeps.
const maxNames = 100_000

type scopedName struct {
	scope Scope
	name  string
}

// valueKey makes a Static comparable; parts of arrays come one by one.
type valueKey struct {
	typ  traceql.Type
	text string
}
