package column

import (
	"cmp"
	"strings"
)

// Scope says what a column describes.
type Scope uint8

// The scopes. The columns of ScopeFixed are those that every span has; the others
// are attributes of what they are named for.
const (
	ScopeFixed Scope = iota
	ScopeResource
	ScopeSpan
	ScopeInstrumentation
	ScopeEvent
	ScopeLink
)

var scopeNames = [...]string{"fixed", "resource", "span", "instrumentation", "event", "link"}

func (s Scope) String() string { return scopeNames[s] }

// Type is the type of a column's values.
type Type uint8

// The types. Texts are String, and what is kept as bytes: Bytes as they came,
// Array and Map as the OTLP protobuf of their AnyValue, Empty (an attribute without
// a value) as no byte.
const (
	String Type = iota
	Int         // Vector.Ints
	Float       // Vector.Floats
	Bool        // Vector.Ints, 0 or 1
	Bytes
	Array
	Map
	Empty
	ID8  // Vector.IDs, 8 bytes a value
	ID16 // Vector.IDs, 16 bytes a value
)

var typeNames = [...]string{"string", "int", "float", "bool", "bytes", "array", "map", "empty", "id8", "id16"}

func (t Type) String() string { return typeNames[t] }

// Text tells whether the values are texts: codes of a dictionary, or bytes.
func (t Type) Text() bool {
	switch t {
	case String, Bytes, Array, Map, Empty:
		return true
	}
	return false
}

// Key names a column. It is comparable.
type Key struct {
	Scope Scope
	Type  Type
	Name  string
}

// Compare orders keys by scope, name and type.
func (k Key) Compare(o Key) int {
	if k.Scope != o.Scope {
		return cmp.Compare(k.Scope, o.Scope)
	}
	if c := cmp.Compare(k.Name, o.Name); c != 0 {
		return c
	}
	return cmp.Compare(k.Type, o.Type)
}

// List tells whether a row has any number of values: one an event, or a link.
func (k Key) List() bool {
	if k.Scope == ScopeFixed {
		return strings.HasPrefix(k.Name, "event.") || strings.HasPrefix(k.Name, "link.")
	}
	return k.Scope == ScopeEvent || k.Scope == ScopeLink
}

// The fixed columns. Each Segment has all of them; a column in which no row has
// anything but zero or "" may be nil. But EventTime is there if any row has an
// event, and LinkTraceID if any has a link: they tell how many.
var (
	TraceID       = Key{ScopeFixed, ID16, "trace_id"}
	SpanID        = Key{ScopeFixed, ID8, "span_id"}
	ParentID      = Key{ScopeFixed, ID8, "parent_span_id"} // zero: none
	ParentRow     = Key{ScopeFixed, Int, "parent_row"}     // rows back to the parent; 0: none, or not in this trace's piece
	TraceState    = Key{ScopeFixed, String, "trace_state"}
	Flags         = Key{ScopeFixed, Int, "flags"}
	Name          = Key{ScopeFixed, String, "name"}
	Kind          = Key{ScopeFixed, Int, "kind"}                     // as OTLP numbers it
	Start         = Key{ScopeFixed, Int, "start_time_unix_nano"}     // the bits of an uint64
	Duration      = Key{ScopeFixed, Int, "duration_nano"}            // end - start, negative if it ends before it starts
	Status        = Key{ScopeFixed, Int, "status_code"}              // as OTLP numbers it
	StatusMessage = Key{ScopeFixed, String, "status_message"}        //
	Dropped       = Key{ScopeFixed, Int, "dropped_attributes"}       //
	DroppedEvents = Key{ScopeFixed, Int, "dropped_events"}           //
	DroppedLinks  = Key{ScopeFixed, Int, "dropped_links"}            //
	Weight        = Key{ScopeFixed, Float, "weight"}                 // how many spans this one stands for; 0: not known
	ResourceDrop  = Key{ScopeFixed, Int, "resource_dropped"}         //
	ResourceURL   = Key{ScopeFixed, String, "resource_schema_url"}   //
	ScopeName     = Key{ScopeFixed, String, "scope_name"}            //
	ScopeVersion  = Key{ScopeFixed, String, "scope_version"}         //
	ScopeDropped  = Key{ScopeFixed, Int, "scope_dropped"}            //
	ScopeURL      = Key{ScopeFixed, String, "scope_schema_url"}      //
	EventTime     = Key{ScopeFixed, Int, "event.time_unix_nano"}     // the bits of an uint64
	EventName     = Key{ScopeFixed, String, "event.name"}            //
	EventDropped  = Key{ScopeFixed, Int, "event.dropped_attributes"} //
	LinkTraceID   = Key{ScopeFixed, ID16, "link.trace_id"}           //
	LinkSpanID    = Key{ScopeFixed, ID8, "link.span_id"}             //
	LinkState     = Key{ScopeFixed, String, "link.trace_state"}      //
	LinkFlags     = Key{ScopeFixed, Int, "link.flags"}               //
	LinkDropped   = Key{ScopeFixed, Int, "link.dropped_attributes"}  //
)

// Fixed lists the fixed columns, in the order in which a block stores them.
func Fixed() []Key {
	return []Key{
		TraceID, SpanID, ParentID, ParentRow, TraceState, Flags, Name, Kind, Start, Duration, Status, StatusMessage,
		Dropped, DroppedEvents, DroppedLinks, Weight, ResourceDrop, ResourceURL, ScopeName, ScopeVersion, ScopeDropped, ScopeURL,
		EventTime, EventName, EventDropped, LinkTraceID, LinkSpanID, LinkState, LinkFlags, LinkDropped,
	}
}

// ServiceName is the column that names who made a span.
var ServiceName = Key{ScopeResource, String, "service.name"}
