package generator

import (
	"math/bits"

	"supersonic/traces/column"
	"supersonic/traces/otlp"
)

// spanSize is the length in bytes of s as an OTLP protobuf message, which is what
// traces_spanmetrics_size_total adds up, without our mark of what is odd. It computes:
// the export's own bytes are not told apart by span.
func spanSize(s *otlp.Span) int {
	n := message(len(s.TraceID)) + message(len(s.ID))
	if s.Parent != ([8]byte{}) {
		n += message(len(s.Parent))
	}
	n += text(s.TraceState) + text(s.Name) + varintField(uint64(s.Kind))
	n += fixed64(s.Start) + fixed64(s.End)
	n += attributes(s.Attrs) + varintField(uint64(s.Dropped))
	for i := range s.Events {
		e := &s.Events[i]
		n += message(fixed64(e.Time) + text(e.Name) + attributes(e.Attrs) + varintField(uint64(e.Dropped)))
	}
	n += varintField(uint64(s.DroppedEvents))
	for i := range s.Links {
		l := &s.Links[i]
		link := message(len(l.TraceID)) + message(len(l.SpanID)) + text(l.TraceState) + attributes(l.Attrs) + varintField(uint64(l.Dropped))
		if l.Flags != 0 {
			link += 5
		}
		n += message(link)
	}
	n += varintField(uint64(s.DroppedLinks))
	n += message(text(s.StatusMessage) + varintField(uint64(s.Status)))
	if s.Flags != 0 {
		n += 2 + 4 // field 16 has a tag of two bytes
	}
	return n
}

func attributes(attrs []otlp.Attr) int {
	n := 0
	for i := range attrs {
		a := &attrs[i]
		if string(a.Key) == otlp.MarkKey {
			continue
		}
		n += message(text(a.Key) + message(anyValue(a)))
	}
	return n
}

// anyValue is the length of an AnyValue. Its members are a oneof: written even where
// they are zero.
func anyValue(a *otlp.Attr) int {
	switch a.Type {
	case column.String, column.Bytes:
		return message(len(a.Text))
	case column.Bool:
		return 2
	case column.Int:
		return 1 + varint(a.Num)
	case column.Float:
		return 9
	case column.Array, column.Map:
		return len(a.Text) // the AnyValue itself
	}
	return 0
}

func varint(v uint64) int { return (bits.Len64(v|1) + 6) / 7 }
func message(n int) int   { return 1 + varint(uint64(n)) + n }

func text(s []byte) int {
	if len(s) == 0 {
		return 0
	}
	return message(len(s))
}

func varintField(v uint64) int {
	if v == 0 {
		return 0
	}
	return 1 + varint(v)
}

func fixed64(v uint64) int {
	if v == 0 {
		return 0
	}
	return 9
}
