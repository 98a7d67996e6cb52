package generator

import (
	"math/bits"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"supersonic/traces/span"
)

// spanSize is the length in bytes of s as an OTLP protobuf message, which is what
// traces_spanmetrics_size_total adds up. It computes and does not encode: a store
// has no encoded form of the single span at hand.
func spanSize(s *span.Span) int {
	n := traceID(s.TraceID) + spanID(s.ID) + spanID(s.Parent)
	n += text(s.TraceState) + text(s.Name) + varintField(uint64(s.Kind))
	n += fixed64(s.Start) + fixed64(s.End)
	n += attributes(s.Attrs) + varintField(uint64(s.Dropped))
	for i := range s.Events {
		e := &s.Events[i]
		n += message(fixed64(e.Time) + text(e.Name) + attributes(e.Attrs) + varintField(uint64(e.Dropped)))
	}
	n += varintField(uint64(s.DroppedEv))
	for i := range s.Links {
		l := &s.Links[i]
		link := traceID(l.TraceID) + spanID(l.SpanID) + text(l.TraceState) + attributes(l.Attrs) + varintField(uint64(l.Dropped))
		if l.Flags != 0 {
			link += 5
		}
		n += message(link)
	}
	n += varintField(uint64(s.DroppedLn))
	n += message(text(s.StatusText) + varintField(uint64(s.Status)))
	if s.Flags != 0 {
		n += 2 + 4 // field 16 has a tag of two bytes
	}
	return n
}

func attributes(m pcommon.Map) int {
	n := 0
	for k, v := range m.All() {
		n += message(text(k) + message(anyValue(v)))
	}
	return n
}

// anyValue is the length of an AnyValue. Its members are a oneof: written even where
// they are zero.
func anyValue(v pcommon.Value) int {
	switch v.Type() {
	case pcommon.ValueTypeStr:
		return message(len(v.Str()))
	case pcommon.ValueTypeBool:
		return 2
	case pcommon.ValueTypeInt:
		return 1 + varint(uint64(v.Int()))
	case pcommon.ValueTypeDouble:
		return 9
	case pcommon.ValueTypeBytes:
		return message(v.Bytes().Len())
	case pcommon.ValueTypeMap:
		return message(attributes(v.Map()))
	case pcommon.ValueTypeSlice:
		n := 0
		for _, e := range v.Slice().All() {
			n += message(anyValue(e))
		}
		return message(n)
	}
	return 0
}

// An id is written even where it is zero: then empty.
func traceID(id span.TraceID) int {
	if id == (span.TraceID{}) {
		return message(0)
	}
	return message(len(id))
}

func spanID(id span.ID) int {
	if id.IsZero() {
		return message(0)
	}
	return message(len(id))
}

func varint(v uint64) int { return (bits.Len64(v|1) + 6) / 7 }
func message(n int) int   { return 1 + varint(uint64(n)) + n }

func text(s string) int {
	if s == "" {
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
