package traceql

import (
	"strconv"
	"strings"
)

// Scope says where an attribute lives.
type Scope uint8

// The scopes. ScopeNone is the leading dot: the span's attribute, else the
// resource's.
const (
	ScopeNone Scope = iota
	ScopeSpan
	ScopeResource
	ScopeEvent
	ScopeLink
	ScopeInstrumentation
)

var scopeNames = [...]string{"", "span", "resource", "event", "link", "instrumentation"}

func (s Scope) String() string { return scopeNames[s] }

// Attribute names something of a span: an intrinsic, or an attribute of a scope.
// It is comparable.
type Attribute struct {
	Intrinsic Intrinsic // IntrinsicNone for an attribute
	Scope     Scope
	Name      string
	Parent    bool // of the parent span
}

// ServiceName is the attribute every resource is expected to have.
var ServiceName = Attribute{Scope: ScopeResource, Name: "service.name"}

// Key is the name under which a result shows the value: the intrinsic's, or the
// attribute's without its scope.
func (a Attribute) Key() string {
	key := a.Name
	if a.Intrinsic != IntrinsicNone {
		key = a.Intrinsic.String()
	}
	if a.Parent {
		return "parent." + key
	}
	return key
}

// String is the attribute as written in a query, quoted where it must be.
func (a Attribute) String() string {
	if a.Parent && a.Scope == ScopeNone && looksScoped(a.Name) {
		return a.text(strconv.Quote)
	}
	return a.text(quoteName)
}

// looksScoped tells a name that unquoted after "parent." would be read as a scope, or
// as an intrinsic.
func looksScoped(name string) bool {
	if _, ok := intrinsicByName[name]; ok {
		return true
	}
	at := strings.IndexAny(name, ".:")
	if at < 0 {
		return false
	}
	_, ok := scopeByName(name[:at])
	return ok || name[:at] == "trace"
}

// Label is the attribute as a series label: as String, but quoted only where a query
// could not be read without.
func (a Attribute) Label() string { return a.text(labelName) }

func (a Attribute) text(name func(string) string) string {
	var b strings.Builder
	if a.Parent {
		b.WriteString("parent.")
	}
	switch {
	case a.Intrinsic != IntrinsicNone && a.Parent:
		b.WriteString(intrinsics[a.Intrinsic].scoped)
	case a.Intrinsic != IntrinsicNone:
		b.WriteString(a.Intrinsic.String())
	case a.Parent && a.Scope == ScopeNone:
		b.WriteString(name(a.Name))
	default:
		b.WriteString(a.Scope.String() + "." + name(a.Name))
	}
	return b.String()
}
