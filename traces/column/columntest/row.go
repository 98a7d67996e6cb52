package columntest

import (
	"math"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"google.golang.org/protobuf/encoding/protowire"

	"supersonic/traces/column"
	"supersonic/traces/span"
)

func number(n uint64) cell { return cell{there: true, num: n} }
func text(s string) cell   { return cell{there: true, text: s} }

// rowOf is the values of a span.
func rowOf(s *span.Span, distance int64) row {
	r := row{
		column.TraceID:       {text(string(s.TraceID[:]))},
		column.SpanID:        {text(string(s.ID[:]))},
		column.ParentID:      {text(string(s.Parent[:]))},
		column.ParentRow:     {number(uint64(distance))},
		column.TraceState:    {text(s.TraceState)},
		column.Flags:         {number(uint64(s.Flags))},
		column.Name:          {text(s.Name)},
		column.Kind:          {number(uint64(s.Kind))},
		column.Start:         {number(s.Start)},
		column.Duration:      {number(s.End - s.Start)},
		column.Status:        {number(uint64(s.Status))},
		column.StatusMessage: {text(s.StatusText)},
		column.Dropped:       {number(uint64(s.Dropped))},
		column.DroppedEvents: {number(uint64(s.DroppedEv))},
		column.DroppedLinks:  {number(uint64(s.DroppedLn))},
		column.Weight:        {number(math.Float64bits(s.Weight))},
		column.ResourceDrop:  {number(uint64(s.Resource.Dropped))},
		column.ResourceURL:   {text(s.Resource.SchemaURL)},
		column.ScopeName:     {text(s.Scope.Name)},
		column.ScopeVersion:  {text(s.Scope.Version)},
		column.ScopeDropped:  {number(uint64(s.Scope.Dropped))},
		column.ScopeURL:      {text(s.Scope.SchemaURL)},
	}
	r.attributes(column.ScopeResource, s.Resource.Attrs, 0, 1)
	r.attributes(column.ScopeInstrumentation, s.Scope.Attrs, 0, 1)
	r.attributes(column.ScopeSpan, s.Attrs, 0, 1)
	for i, e := range s.Events {
		r.append(column.EventTime, number(e.Time))
		r.append(column.EventName, text(e.Name))
		r.append(column.EventDropped, number(uint64(e.Dropped)))
		r.attributes(column.ScopeEvent, e.Attrs, i, len(s.Events))
	}
	for i, l := range s.Links {
		r.append(column.LinkTraceID, text(string(l.TraceID[:])))
		r.append(column.LinkSpanID, text(string(l.SpanID[:])))
		r.append(column.LinkState, text(l.TraceState))
		r.append(column.LinkFlags, number(uint64(l.Flags)))
		r.append(column.LinkDropped, number(uint64(l.Dropped)))
		r.attributes(column.ScopeLink, l.Attrs, i, len(s.Links))
	}
	return r
}

func (r row) append(k column.Key, c cell) { r[k] = append(r[k], c) }

// attributes sets value item, of so many items, of the attributes' columns. Of a
// name that comes twice the first counts.
func (r row) attributes(scope column.Scope, attrs pcommon.Map, item, items int) {
	seen := make(map[string]bool)
	for name, v := range attrs.All() {
		if seen[name] {
			continue
		}
		seen[name] = true
		typ, c := cellOf(v)
		k := column.Key{Scope: scope, Type: typ, Name: name}
		if r[k] == nil {
			r[k] = make([]cell, items)
		}
		r[k][item] = c
	}
}

func cellOf(v pcommon.Value) (column.Type, cell) {
	switch v.Type() {
	case pcommon.ValueTypeStr:
		return column.String, text(v.Str())
	case pcommon.ValueTypeInt:
		return column.Int, number(uint64(v.Int()))
	case pcommon.ValueTypeDouble:
		return column.Float, number(math.Float64bits(v.Double()))
	case pcommon.ValueTypeBool:
		if v.Bool() {
			return column.Bool, number(1)
		}
		return column.Bool, number(0)
	case pcommon.ValueTypeBytes:
		return column.Bytes, text(string(v.Bytes().AsRaw()))
	case pcommon.ValueTypeSlice:
		return column.Array, text(anyValue(v))
	case pcommon.ValueTypeMap:
		return column.Map, text(anyValue(v))
	}
	return column.Empty, text("")
}

// anyValue is the OTLP protobuf of a value: pdata writes none but whole exports, so
// it is taken out of one.
func anyValue(v pcommon.Value) string {
	td := ptrace.NewTraces()
	v.CopyTo(td.ResourceSpans().AppendEmpty().Resource().Attributes().PutEmpty(""))
	out, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(td)
	if err != nil {
		panic(err) // nothing that pdata holds cannot be marshalled
	}
	for _, number := range []protowire.Number{1, 1, 1, 2} { // resource_spans, resource, attributes, value
		out = field(out, number)
	}
	return string(out)
}

// field returns the first message of a number in a message.
func field(message []byte, number protowire.Number) []byte {
	for len(message) > 0 {
		num, typ, n := protowire.ConsumeTag(message)
		if num == number && typ == protowire.BytesType {
			v, _ := protowire.ConsumeBytes(message[n:])
			return v
		}
		n += protowire.ConsumeFieldValue(num, typ, message[n:])
		message = message[n:]
	}
	return nil
}
