package latency

import (
	"encoding/base64"
	"encoding/json"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"supersonic/traceql"
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
		if !yield(name, static(value)) {
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
		return static(v)
	}
	return traceql.Nil()
}

// static is an attribute's value as the language has it: bytes and maps are text.
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
		text, err := json.Marshal(v.Map().AsRaw())
		if err != nil {
			return traceql.Nil()
		}
		return traceql.String(string(text))
	case pcommon.ValueTypeSlice:
		var parts []traceql.Static
		for _, p := range v.Slice().All() {
			parts = append(parts, static(p))
		}
		return traceql.Array(parts)
	}
	return traceql.Nil()
}
