package query

import (
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"supersonic/traceql"
	"supersonic/traceql/otlpvalue"
	"supersonic/traces/span"
)

// spanView shows a stored span to the language.
type spanView struct{ *span.Span }

var (
	_ traceql.Span     = spanView{}
	_ traceql.Weighted = spanView{}
)

func languageTrace(t *Trace) *traceql.Trace {
	spans := make([]traceql.Span, len(t.Spans))
	for i := range t.Spans {
		spans[i] = spanView{&t.Spans[i]}
	}
	return traceql.NewTrace(traceql.TraceID(t.ID), spans)
}

func (v spanView) ID() traceql.SpanID { return traceql.SpanID(v.Span.ID) }

func (v spanView) Parent() traceql.SpanID { return traceql.SpanID(v.Span.Parent) }

func (v spanView) Start() uint64 { return v.Span.Start }

func (v spanView) End() uint64 { return v.Span.End }

func (v spanView) Weight() float64 { return v.Span.Weight }

func (v spanView) Intrinsic(in traceql.Intrinsic) traceql.Static {
	switch in {
	case traceql.IntrinsicName:
		return traceql.String(v.Name)
	case traceql.IntrinsicDuration:
		return traceql.Duration(traceql.Between(v.Span.Start, v.Span.End))
	case traceql.IntrinsicStatus:
		return traceql.StatusOf(traceql.Status(v.Status))
	case traceql.IntrinsicStatusMessage:
		return traceql.String(v.StatusText)
	case traceql.IntrinsicKind:
		return traceql.KindOf(traceql.Kind(v.Kind))
	case traceql.IntrinsicInstrumentationName:
		return traceql.String(v.Scope.Name)
	case traceql.IntrinsicInstrumentationVersion:
		return traceql.String(v.Scope.Version)
	}
	return traceql.Nil()
}

func (v spanView) attributes(scope traceql.Scope) pcommon.Map {
	switch scope {
	case traceql.ScopeResource:
		return v.Resource.Attrs
	case traceql.ScopeInstrumentation:
		return v.Scope.Attrs
	}
	return v.Attrs
}

func (v spanView) Attribute(scope traceql.Scope, name string) traceql.Static {
	return attribute(v.attributes(scope), name)
}

func (v spanView) Each(scope traceql.Scope, yield func(string, traceql.Static) bool) {
	for name, value := range v.attributes(scope).All() {
		if !yield(name, otlpvalue.Static(value)) {
			return
		}
	}
}

func (v spanView) Items(scope traceql.Scope) int {
	if scope == traceql.ScopeEvent {
		return len(v.Events)
	}
	return len(v.Links)
}

func (v spanView) ItemIntrinsic(i int, in traceql.Intrinsic) traceql.Static {
	switch in {
	case traceql.IntrinsicEventName:
		return traceql.String(v.Events[i].Name)
	case traceql.IntrinsicEventTimeSinceStart:
		return traceql.Duration(time.Duration(v.Events[i].Time - v.Span.Start))
	case traceql.IntrinsicLinkTraceID:
		return traceql.String(v.Links[i].TraceID.String())
	case traceql.IntrinsicLinkSpanID:
		return traceql.String(v.Links[i].SpanID.String())
	}
	return traceql.Nil()
}

func (v spanView) ItemAttribute(scope traceql.Scope, i int, name string) traceql.Static {
	return attribute(v.itemAttributes(scope, i), name)
}

func (v spanView) itemAttributes(scope traceql.Scope, i int) pcommon.Map {
	if scope == traceql.ScopeEvent {
		return v.Events[i].Attrs
	}
	return v.Links[i].Attrs
}

func attribute(m pcommon.Map, name string) traceql.Static {
	v, ok := m.Get(name)
	if !ok {
		return traceql.Nil()
	}
	return otlpvalue.Static(v)
}
