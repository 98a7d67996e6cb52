package otlp

import (
	"sync/atomic"

	"supersonic/traces/column"
)

// Attr is one attribute. Key and Text refer to the export's bytes.
type Attr struct {
	Key  []byte
	Type column.Type
	Num  uint64 // Int: the bits of an int64; Float: of a float64; Bool: 0 or 1
	Text []byte // String, Bytes; Array and Map: the protobuf of the AnyValue
}

// Resource is who made spans.
type Resource struct {
	Attrs     []Attr
	Dropped   uint32
	SchemaURL []byte
}

// Scope is the instrumentation scope of spans.
type Scope struct {
	Name, Version []byte
	Attrs         []Attr
	Dropped       uint32
	SchemaURL     []byte
}

// Event is a point of time in a span.
type Event struct {
	Time    uint64 // Unix nanoseconds
	Name    []byte
	Attrs   []Attr
	Dropped uint32
}

// Link points to another span.
type Link struct {
	TraceID    [16]byte
	SpanID     [8]byte
	TraceState []byte
	Flags      uint32
	Attrs      []Attr
	Dropped    uint32
}

// Span is one span of a Batch.
type Span struct {
	TraceID       [16]byte
	ID, Parent    [8]byte
	TraceState    []byte
	Flags         uint32
	Name          []byte
	Kind          int32
	Start, End    uint64 // Unix nanoseconds
	Status        int32
	StatusMessage []byte
	Attrs         []Attr
	Dropped       uint32
	Events        []Event
	DroppedEvents uint32
	Links         []Link
	DroppedLinks  uint32

	// Resource and Scope are indexes into the Batch's.
	Resource, Scope int32
}

// Batch is the spans of one export. Make it with a Decoder.
type Batch struct {
	// Raw is the export, as the log keeps it.
	Raw []byte
	// Arrived is when the export was taken, Unix nanoseconds.
	Arrived   uint64
	Spans     []Span
	Resources []Resource
	Scopes    []Scope

	refs atomic.Int32
}

// Retain adds a holder.
func (b *Batch) Retain() { b.refs.Add(1) }
