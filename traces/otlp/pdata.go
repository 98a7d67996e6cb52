package otlp

import (
	"fmt"
	"math"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/traces/column"
)

// The way to the collector's objects, for what is answered in them.

// PutValue writes an attribute's value to v.
func PutValue(v pcommon.Value, a Attr) error {
	switch a.Type {
	case column.String:
		v.SetStr(string(a.Text))
	case column.Int:
		v.SetInt(int64(a.Num))
	case column.Float:
		v.SetDouble(math.Float64frombits(a.Num))
	case column.Bool:
		v.SetBool(a.Num != 0)
	case column.Bytes:
		v.SetEmptyBytes().FromRaw(a.Text)
	case column.Array:
		s := v.SetEmptySlice()
		return putParts(a.Text, func(Attr) pcommon.Value { return s.AppendEmpty() })
	case column.Map:
		m := v.SetEmptyMap()
		return putParts(a.Text, func(p Attr) pcommon.Value { return m.PutEmpty(string(p.Key)) })
	case column.Empty:
	default:
		return fmt.Errorf("an attribute has no values of type %s", a.Type)
	}
	return nil
}

func putParts(text []byte, put func(Attr) pcommon.Value) error {
	var inner error
	err := EachPart(text, func(p Attr) bool {
		inner = PutValue(put(p), p)
		return inner == nil
	})
	if inner != nil {
		return inner
	}
	return err
}

// PutAttrs adds attributes to m.
func PutAttrs(m pcommon.Map, attrs []Attr) error {
	m.EnsureCapacity(m.Len() + len(attrs))
	for i := range attrs {
		if err := PutValue(m.PutEmpty(string(attrs[i].Key)), attrs[i]); err != nil {
			return fmt.Errorf("attribute %q: %w", attrs[i].Key, err)
		}
	}
	return nil
}

// FromValue is the attribute of a value, with texts of its own.
func FromValue(key string, v pcommon.Value) Attr {
	a := Attr{Key: []byte(key), Type: column.Empty}
	switch v.Type() {
	case pcommon.ValueTypeStr:
		a.Type, a.Text = column.String, []byte(v.Str())
	case pcommon.ValueTypeInt:
		a.Type, a.Num = column.Int, uint64(v.Int())
	case pcommon.ValueTypeDouble:
		a.Type, a.Num = column.Float, math.Float64bits(v.Double())
	case pcommon.ValueTypeBool:
		a.Type = column.Bool
		if v.Bool() {
			a.Num = 1
		}
	case pcommon.ValueTypeBytes:
		a.Type, a.Text = column.Bytes, v.Bytes().AsRaw()
	case pcommon.ValueTypeSlice:
		var parts []Attr
		for _, p := range v.Slice().All() {
			parts = append(parts, FromValue("", p))
		}
		a.Type, a.Text = column.Array, AppendArray(nil, parts)
	case pcommon.ValueTypeMap:
		var parts []Attr
		for k, p := range v.Map().All() {
			parts = append(parts, FromValue(k, p))
		}
		a.Type, a.Text = column.Map, AppendMap(nil, parts)
	}
	return a
}

// Traces is the Batch as the collector's objects, which share no memory with it.
func (b *Batch) Traces() (ptrace.Traces, error) {
	td := ptrace.NewTraces()
	var rs ptrace.ResourceSpans
	var ss ptrace.ScopeSpans
	for i := range b.Spans {
		s := &b.Spans[i]
		newResource := i == 0 || s.Resource != b.Spans[i-1].Resource
		if newResource {
			rs = td.ResourceSpans().AppendEmpty()
			if err := putResource(rs, &b.Resources[s.Resource]); err != nil {
				return td, err
			}
		}
		if newResource || s.Scope != b.Spans[i-1].Scope {
			ss = rs.ScopeSpans().AppendEmpty()
			if err := putScope(ss, &b.Scopes[s.Scope]); err != nil {
				return td, err
			}
		}
		if err := putSpan(ss.Spans().AppendEmpty(), s); err != nil {
			return td, err
		}
	}
	return td, nil
}

func putResource(to ptrace.ResourceSpans, r *Resource) error {
	to.SetSchemaUrl(string(r.SchemaURL))
	to.Resource().SetDroppedAttributesCount(r.Dropped)
	return PutAttrs(to.Resource().Attributes(), r.Attrs)
}

func putScope(to ptrace.ScopeSpans, s *Scope) error {
	to.SetSchemaUrl(string(s.SchemaURL))
	to.Scope().SetName(string(s.Name))
	to.Scope().SetVersion(string(s.Version))
	to.Scope().SetDroppedAttributesCount(s.Dropped)
	return PutAttrs(to.Scope().Attributes(), s.Attrs)
}

func putSpan(to ptrace.Span, s *Span) error {
	to.SetTraceID(s.TraceID)
	to.SetSpanID(s.ID)
	to.SetParentSpanID(s.Parent)
	to.TraceState().FromRaw(string(s.TraceState))
	to.SetFlags(s.Flags)
	to.SetName(string(s.Name))
	to.SetKind(ptrace.SpanKind(s.Kind))
	to.SetStartTimestamp(pcommon.Timestamp(s.Start))
	to.SetEndTimestamp(pcommon.Timestamp(s.End))
	to.Status().SetCode(ptrace.StatusCode(s.Status))
	to.Status().SetMessage(string(s.StatusMessage))
	to.SetDroppedAttributesCount(s.Dropped)
	to.SetDroppedEventsCount(s.DroppedEvents)
	to.SetDroppedLinksCount(s.DroppedLinks)
	for i := range s.Events {
		e, in := &s.Events[i], to.Events().AppendEmpty()
		in.SetTimestamp(pcommon.Timestamp(e.Time))
		in.SetName(string(e.Name))
		in.SetDroppedAttributesCount(e.Dropped)
		if err := PutAttrs(in.Attributes(), e.Attrs); err != nil {
			return err
		}
	}
	for i := range s.Links {
		l, in := &s.Links[i], to.Links().AppendEmpty()
		in.SetTraceID(l.TraceID)
		in.SetSpanID(l.SpanID)
		in.TraceState().FromRaw(string(l.TraceState))
		in.SetFlags(l.Flags)
		in.SetDroppedAttributesCount(l.Dropped)
		if err := PutAttrs(in.Attributes(), l.Attrs); err != nil {
			return err
		}
	}
	return PutAttrs(to.Attributes(), s.Attrs)
}
