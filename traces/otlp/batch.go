package otlp

import (
	"sync/atomic"

	"supersonic/traces/column"
)

// Attr is one attribute. Key and Text refer to the export's bytes, or to memory of
// the Batch: they are good until its Release.
type Attr struct {
	Key  []byte
	Type column.Type
	// Name is the key's number in Batch.Names: who keeps something by key looks it
	// up once a batch and not once an attribute.
	Name int32
	Num  uint64 // Int: the bits of an int64; Float: of a float64; Bool: 0 or 1
	Text []byte // String, Bytes; Array and Map: the protobuf of the AnyValue
}

// Resource is who made spans.
type Resource struct {
	Attrs     []Attr
	Dropped   uint32
	SchemaURL []byte

	left  uint32 // attributes that a limit left out
	marks Marks
}

// Scope is the instrumentation scope of spans.
type Scope struct {
	Name, Version []byte
	Attrs         []Attr
	Dropped       uint32
	SchemaURL     []byte

	left  uint32
	marks Marks
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

// Span is one span of a Batch. No two attributes of one list have the same key: of
// several the first is kept.
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

	// Marks tells what a limit cut and what is odd. The attribute MarkKey says the
	// same, and what the span was marked with before it came.
	Marks Marks
}

// Buffer is memory that somebody takes back.
type Buffer interface{ Free() }

// Batch is the spans of one export. A Decoder makes it.
//
// It begins with one holder, who called Decode. Each holder calls Release once, and
// Retain adds one. All that a Batch refers to, Raw included, is good until the last
// Release and used again after it: who keeps anything copies it.
type Batch struct {
	// Raw is the export, as the log keeps it.
	Raw []byte
	// Arrived is when the export was taken, Unix nanoseconds.
	Arrived   uint64
	Spans     []Span
	Resources []Resource
	Scopes    []Scope
	// Names lists the distinct keys of the attributes, see Attr.Name.
	Names [][]byte
	// Counts tells what became of the export's spans.
	Counts Counts

	refs   atomic.Int32
	home   *Decoder
	buffer Buffer

	// The memory of the lists: an arena each. Lists of spans and those within them
	// lie apart, so that each list is of one piece.
	outer, inner []Attr
	events       []Event
	links        []Link
	texts        []byte // texts that are not in Raw
	names        names
	used         arenas // how much of the arenas the export before had written

	memory memory
	spare  int // so many exports in a row left most of the memory unused
}

// Counts tells what became of an export's spans: Spans = NoTraceID + NoSpanID +
// len(Batch.Spans).
type Counts struct {
	Spans int // in the export
	// Spans that were left out, since they cannot be found again.
	NoTraceID, NoSpanID int
	// Marked counts kept spans by mark, as AllMarks lists them.
	Marked [len(markNames)]int
}

// Own makes the Batch give buf back when nobody holds the Batch any more: the
// memory in which Raw lies.
func (b *Batch) Own(buf Buffer) { b.buffer = buf }

// Retain adds a holder.
func (b *Batch) Retain() { b.refs.Add(1) }

// Release ends one holder's use of the Batch.
func (b *Batch) Release() {
	switch n := b.refs.Add(-1); {
	case n > 0:
		return
	case n < 0:
		panic("otlp: a batch was released more often than it was held")
	}
	if b.buffer != nil {
		b.buffer.Free()
		b.buffer = nil
	}
	b.Raw = nil
	b.home.takeBack(b)
}

// Memory is about how many bytes the Batch takes beside Raw.
func (b *Batch) Memory() int {
	return cap(b.Spans)*spanSize + (cap(b.outer)+cap(b.inner))*attrSize + cap(b.events)*eventSize + cap(b.links)*linkSize +
		cap(b.Resources)*resourceSize + cap(b.Scopes)*scopeSize + cap(b.texts) + b.names.memory()
}

// Find returns the attribute of a list that has a key, nil if there is none.
func Find(attrs []Attr, key string) *Attr {
	for i := range attrs {
		if string(attrs[i].Key) == key {
			return &attrs[i]
		}
	}
	return nil
}
