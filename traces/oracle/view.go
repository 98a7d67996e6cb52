package oracle

import (
	"encoding/base64"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"supersonic/traceql"
	"supersonic/traces/query"
	"supersonic/traces/span"
)

// view shows a span to the language.
type view struct{ s *span.Span }

var (
	_ traceql.Span     = view{}
	_ traceql.Weighted = view{}
)

// shown shows a trace to the language.
func shown(t *query.Trace) *traceql.Trace {
	spans := make([]traceql.Span, len(t.Spans))
	for i := range t.Spans {
		spans[i] = view{&t.Spans[i]}
	}
	return traceql.NewTrace(traceql.TraceID(t.ID), spans)
}

func (v view) ID() traceql.SpanID     { return traceql.SpanID(v.s.ID) }
func (v view) Parent() traceql.SpanID { return traceql.SpanID(v.s.Parent) }
func (v view) Start() uint64          { return v.s.Start }
func (v view) End() uint64            { return v.s.End }
func (v view) Weight() float64        { return v.s.Weight }

func (v view) Intrinsic(in traceql.Intrinsic) traceql.Static {
	switch in {
	case traceql.IntrinsicName:
		return traceql.String(v.s.Name)
	case traceql.IntrinsicDuration:
		return traceql.Duration(traceql.Between(v.s.Start, v.s.End))
	case traceql.IntrinsicStatus:
		return traceql.StatusOf(traceql.Status(v.s.Status))
	case traceql.IntrinsicStatusMessage:
		return traceql.String(v.s.StatusText)
	case traceql.IntrinsicKind:
		return traceql.KindOf(traceql.Kind(v.s.Kind))
	case traceql.IntrinsicInstrumentationName:
		return traceql.String(v.s.Scope.Name)
	case traceql.IntrinsicInstrumentationVersion:
		return traceql.String(v.s.Scope.Version)
	}
	return traceql.Nil()
}

// attributes are those of a scope that has one of each.
func (v view) attributes(scope traceql.Scope) pcommon.Map {
	switch scope {
	case traceql.ScopeResource:
		return v.s.Resource.Attrs
	case traceql.ScopeInstrumentation:
		return v.s.Scope.Attrs
	}
	return v.s.Attrs
}

// items are the attributes of each event, or link.
func (v view) items(scope traceql.Scope) []pcommon.Map {
	var out []pcommon.Map
	if scope == traceql.ScopeEvent {
		for _, e := range v.s.Events {
			out = append(out, e.Attrs)
		}
		return out
	}
	for _, l := range v.s.Links {
		out = append(out, l.Attrs)
	}
	return out
}

func (v view) Attribute(scope traceql.Scope, name string) traceql.Static {
	return attribute(v.attributes(scope), name)
}

func (v view) Each(scope traceql.Scope, yield func(string, traceql.Static) bool) {
	for name, value := range v.attributes(scope).All() {
		if !yield(name, static(value)) {
			return
		}
	}
}

func (v view) Items(scope traceql.Scope) int {
	if scope == traceql.ScopeEvent {
		return len(v.s.Events)
	}
	return len(v.s.Links)
}

func (v view) ItemIntrinsic(i int, in traceql.Intrinsic) traceql.Static {
	switch in {
	case traceql.IntrinsicEventName:
		return traceql.String(v.s.Events[i].Name)
	case traceql.IntrinsicEventTimeSinceStart:
		return traceql.Duration(time.Duration(v.s.Events[i].Time - v.s.Start))
	case traceql.IntrinsicLinkTraceID:
		return traceql.String(v.s.Links[i].TraceID.String())
	case traceql.IntrinsicLinkSpanID:
		return traceql.String(v.s.Links[i].SpanID.String())
	}
	return traceql.Nil()
}

func (v view) ItemAttribute(scope traceql.Scope, i int, name string) traceql.Static {
	return attribute(v.items(scope)[i], name)
}

func attribute(m pcommon.Map, name string) traceql.Static {
	if v, ok := m.Get(name); ok {
		return static(v)
	}
	return traceql.Nil()
}

// static is a value as the language sees it: bytes and maps are text.
func static(v pcommon.Value) traceql.Static {
	switch v.Type() {
	case pcommon.ValueTypeStr:
		return traceql.String(v.Str())
	case pcommon.ValueTypeInt:
		return traceql.Int(v.Int())
	case pcommon.ValueTypeDouble:
		return traceql.Float(v.Double())
	case pcommon.ValueTypeBool:
		return traceql.Bool(v.Bool())
	case pcommon.ValueTypeBytes:
		return traceql.String(base64.StdEncoding.EncodeToString(v.Bytes().AsRaw()))
	case pcommon.ValueTypeMap:
		return traceql.String(v.AsString())
	case pcommon.ValueTypeSlice:
		parts := make([]traceql.Static, v.Slice().Len())
		for i := range parts {
			parts[i] = static(v.Slice().At(i))
		}
		return traceql.Array(parts)
	}
	return traceql.Nil()
}
