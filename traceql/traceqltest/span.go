package traceqltest

import (
	"encoding/hex"
	"maps"
	"slices"
	"time"

	"supersonic/traceql"
)

// Span is a span in memory: an implementation of traceql.Span for tests.
type Span struct {
	SpanID, ParentID traceql.SpanID
	StartNano        uint64
	Took             time.Duration
	Name             string
	Kind             traceql.Kind
	Status           traceql.Status
	Message          string
	ScopeName        string
	ScopeVersion     string
	Attrs            map[traceql.Scope]map[string]traceql.Static
	Events, Links    []Item
}

// Item is an event or a link.
type Item struct {
	Name  string         // of an event
	After time.Duration  // of an event, since the span's start
	Trace string         // that a link names, in hex
	Span  traceql.SpanID // that a link names
	Attrs map[string]traceql.Static
}

var _ traceql.Span = (*Span)(nil)

// ID and the methods below implement traceql.Span.
func (s *Span) ID() traceql.SpanID { return s.SpanID }

// Parent is the parent's id.
func (s *Span) Parent() traceql.SpanID { return s.ParentID }

// Start is Unix nanoseconds.
func (s *Span) Start() uint64 { return s.StartNano }

// End is Unix nanoseconds.
func (s *Span) End() uint64 { return s.StartNano + uint64(s.Took) }

// Intrinsic returns what a span has one of.
func (s *Span) Intrinsic(in traceql.Intrinsic) traceql.Static {
	switch in {
	case traceql.IntrinsicName:
		return traceql.String(s.Name)
	case traceql.IntrinsicDuration:
		return traceql.Duration(s.Took)
	case traceql.IntrinsicStatus:
		return traceql.StatusOf(s.Status)
	case traceql.IntrinsicStatusMessage:
		return traceql.String(s.Message)
	case traceql.IntrinsicKind:
		return traceql.KindOf(s.Kind)
	case traceql.IntrinsicInstrumentationVersion:
		return traceql.String(s.ScopeVersion)
	}
	return traceql.String(s.ScopeName)
}

// Attribute returns an attribute, nil if there is none.
func (s *Span) Attribute(scope traceql.Scope, name string) traceql.Static {
	return s.Attrs[scope][name]
}

func (s *Span) items(scope traceql.Scope) []Item {
	if scope == traceql.ScopeEvent {
		return s.Events
	}
	return s.Links
}

// Items counts events or links.
func (s *Span) Items(scope traceql.Scope) int { return len(s.items(scope)) }

// ItemIntrinsic returns what the language knows of an event or link.
func (s *Span) ItemIntrinsic(i int, in traceql.Intrinsic) traceql.Static {
	switch in {
	case traceql.IntrinsicEventName:
		return traceql.String(s.Events[i].Name)
	case traceql.IntrinsicEventTimeSinceStart:
		return traceql.Duration(s.Events[i].After)
	case traceql.IntrinsicLinkSpanID:
		return traceql.String(hex.EncodeToString(s.Links[i].Span[:]))
	}
	return traceql.String(s.Links[i].Trace)
}

// ItemAttribute returns an attribute of an event or link.
func (s *Span) ItemAttribute(scope traceql.Scope, i int, name string) traceql.Static {
	return s.items(scope)[i].Attrs[name]
}

// Each visits attributes by name.
func (s *Span) Each(scope traceql.Scope, yield func(string, traceql.Static) bool) {
	for _, name := range slices.Sorted(maps.Keys(s.Attrs[scope])) {
		if !yield(name, s.Attrs[scope][name]) {
			return
		}
	}
}

func (s *Span) set(scope traceql.Scope, name string, v traceql.Static) {
	if s.Attrs == nil {
		s.Attrs = make(map[traceql.Scope]map[string]traceql.Static)
	}
	if s.Attrs[scope] == nil {
		s.Attrs[scope] = make(map[string]traceql.Static)
	}
	s.Attrs[scope][name] = v
}
