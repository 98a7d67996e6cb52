package latency

import (
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"supersonic/traceql"
	"supersonic/traceql/otlpvalue"
)

// view shows a span of a file to the query language.
type view struct{ *made }

var _ traceql.Span = view{}

func (v view) ID() traceql.SpanID     { return traceql.SpanID(v.span.SpanID()) }
func (v view) Parent() traceql.SpanID { return traceql.SpanID(v.span.ParentSpanID()) }
func (v view) Start() uint64          { return uint64(v.span.StartTimestamp()) }
func (v view) End() uint64            { return uint64(v.span.EndTimestamp()) }

func (v view) Intrinsic(in traceql.Intrinsic) traceql.Static {
	switch in {
	case traceql.IntrinsicName:
		return traceql.String(v.span.Name())
	case traceql.IntrinsicDuration:
		return traceql.Duration(time.Duration(max(v.End(), v.Start()) - v.Start()))
	case traceql.IntrinsicStatus:
		return traceql.StatusOf(traceql.Status(v.span.Status().Code()))
	case traceql.IntrinsicStatusMessage:
		return traceql.String(v.span.Status().Message())
	case traceql.IntrinsicKind:
		return traceql.KindOf(traceql.Kind(v.span.Kind()))
	case traceql.IntrinsicInstrumentationName:
		return traceql.String(v.scope.Name())
	case traceql.IntrinsicInstrumentationVersion:
		return traceql.String(v.scope.Version())
	}
	return traceql.Nil()
}

func (v view) attributes(scope traceql.Scope) pcommon.Map {
	switch scope {
	case traceql.ScopeResource:
		return v.resource.Attributes()
	case traceql.ScopeInstrumentation:
		return v.scope.Attributes()
	}
	return v.span.Attributes()
}

func (v view) Attribute(scope traceql.Scope, name string) traceql.Static {
	return attribute(v.attributes(scope), name)
}

func (v view) Each(scope traceql.Scope, yield func(string, traceql.Static) bool) {
	for name, value := range v.attributes(scope).All() {
		if !yield(name, otlpvalue.Static(value)) {
			return
		}
	}
}

func (v view) Items(scope traceql.Scope) int {
	if scope == traceql.ScopeEvent {
		return v.span.Events().Len()
	}
	return v.span.Links().Len()
}

func (v view) ItemIntrinsic(i int, in traceql.Intrinsic) traceql.Static {
	switch in {
	case traceql.IntrinsicEventName:
		return traceql.String(v.span.Events().At(i).Name())
	case traceql.IntrinsicEventTimeSinceStart:
		return traceql.Duration(time.Duration(uint64(v.span.Events().At(i).Timestamp()) - v.Start()))
	case traceql.IntrinsicLinkTraceID:
		return traceql.String(v.span.Links().At(i).TraceID().String())
	case traceql.IntrinsicLinkSpanID:
		return traceql.String(v.span.Links().At(i).SpanID().String())
	}
	return traceql.Nil()
}

func (v view) ItemAttribute(scope traceql.Scope, i int, name string) traceql.Static {
	if scope == traceql.ScopeEvent {
		return attribute(v.span.Events().At(i).Attributes(), name)
	}
	return attribute(v.span.Links().At(i).Attributes(), name)
}

func attribute(m pcommon.Map, name string) traceql.Static {
	if v, ok := m.Get(name); ok {
		return otlpvalue.Static(v)
	}
	return traceql.Nil()
}
