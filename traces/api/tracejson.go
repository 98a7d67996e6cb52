package api

import (
	"encoding/json"
	"math"
	"strconv"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/traces/span"
)

// The types below are a trace in JSON as protobuf's own mapping writes it:
// base64 bytes, 64-bit numbers as strings, enums by name, defaults left out.
type (
	jsonBatch struct {
		Resource   jsonResource `json:"resource"`
		ScopeSpans []jsonScope  `json:"scopeSpans"`
		SchemaURL  string       `json:"schemaUrl,omitempty"`
	}
	jsonResource struct {
		Attributes []jsonAttr `json:"attributes,omitempty"`
		Dropped    uint32     `json:"droppedAttributesCount,omitempty"`
	}
	jsonScope struct {
		Scope     jsonScopeName `json:"scope"`
		Spans     []jsonSpan    `json:"spans"`
		SchemaURL string        `json:"schemaUrl,omitempty"`
	}
	jsonScopeName struct {
		Name       string     `json:"name,omitempty"`
		Version    string     `json:"version,omitempty"`
		Attributes []jsonAttr `json:"attributes,omitempty"`
		Dropped    uint32     `json:"droppedAttributesCount,omitempty"`
	}
	jsonSpan struct {
		TraceID    []byte      `json:"traceId"`
		SpanID     []byte      `json:"spanId"`
		TraceState string      `json:"traceState,omitempty"`
		Parent     []byte      `json:"parentSpanId,omitempty"`
		Flags      uint32      `json:"flags,omitempty"`
		Name       string      `json:"name,omitempty"`
		Kind       string      `json:"kind,omitempty"`
		Start      uint64      `json:"startTimeUnixNano,string,omitempty"`
		End        uint64      `json:"endTimeUnixNano,string,omitempty"`
		Attributes []jsonAttr  `json:"attributes,omitempty"`
		Dropped    uint32      `json:"droppedAttributesCount,omitempty"`
		Events     []jsonEvent `json:"events,omitempty"`
		DroppedEv  uint32      `json:"droppedEventsCount,omitempty"`
		Links      []jsonLink  `json:"links,omitempty"`
		DroppedLn  uint32      `json:"droppedLinksCount,omitempty"`
		Status     jsonStatus  `json:"status"`
	}
	jsonStatus struct {
		Message string `json:"message,omitempty"`
		Code    string `json:"code,omitempty"`
	}
	jsonEvent struct {
		Time       uint64     `json:"timeUnixNano,string,omitempty"`
		Name       string     `json:"name,omitempty"`
		Attributes []jsonAttr `json:"attributes,omitempty"`
		Dropped    uint32     `json:"droppedAttributesCount,omitempty"`
	}
	jsonLink struct {
		TraceID    []byte     `json:"traceId"`
		SpanID     []byte     `json:"spanId"`
		TraceState string     `json:"traceState,omitempty"`
		Attributes []jsonAttr `json:"attributes,omitempty"`
		Dropped    uint32     `json:"droppedAttributesCount,omitempty"`
		Flags      uint32     `json:"flags,omitempty"`
	}
	jsonAttr struct {
		Key   string         `json:"key"`
		Value map[string]any `json:"value"`
	}
)

var kindNames = map[ptrace.SpanKind]string{
	ptrace.SpanKindInternal: "SPAN_KIND_INTERNAL", ptrace.SpanKindServer: "SPAN_KIND_SERVER",
	ptrace.SpanKindClient: "SPAN_KIND_CLIENT", ptrace.SpanKindProducer: "SPAN_KIND_PRODUCER",
	ptrace.SpanKindConsumer: "SPAN_KIND_CONSUMER",
}

var statusNames = map[ptrace.StatusCode]string{ptrace.StatusCodeOk: "STATUS_CODE_OK", ptrace.StatusCodeError: "STATUS_CODE_ERROR"}

func jsonBatches(spans []span.Span) []jsonBatch {
	spans = grouped(spans)
	var out []jsonBatch
	for i := range spans {
		s := &spans[i]
		if i == 0 || s.Resource != spans[i-1].Resource {
			r := s.Resource
			out = append(out, jsonBatch{Resource: jsonResource{jsonAttrs(r.Attrs), r.Dropped}, SchemaURL: r.SchemaURL})
		}
		b := &out[len(out)-1]
		if len(b.ScopeSpans) == 0 || s.Scope != spans[i-1].Scope {
			c := s.Scope
			b.ScopeSpans = append(b.ScopeSpans, jsonScope{Scope: jsonScopeName{c.Name, c.Version, jsonAttrs(c.Attrs), c.Dropped}, SchemaURL: c.SchemaURL})
		}
		last := &b.ScopeSpans[len(b.ScopeSpans)-1]
		last.Spans = append(last.Spans, toJSON(s))
	}
	return out
}

func toJSON(s *span.Span) jsonSpan {
	out := jsonSpan{
		TraceID: s.TraceID[:], SpanID: s.ID[:], TraceState: s.TraceState, Flags: s.Flags, Name: s.Name,
		Kind: kindNames[s.Kind], Start: s.Start, End: s.End, Attributes: jsonAttrs(s.Attrs), Dropped: s.Dropped,
		DroppedEv: s.DroppedEv, DroppedLn: s.DroppedLn, Status: jsonStatus{s.StatusText, statusNames[s.Status]},
	}
	if !s.Parent.IsZero() {
		out.Parent = s.Parent[:]
	}
	for i := range s.Events {
		e := &s.Events[i]
		out.Events = append(out.Events, jsonEvent{e.Time, e.Name, jsonAttrs(e.Attrs), e.Dropped})
	}
	for i := range s.Links {
		l := &s.Links[i]
		out.Links = append(out.Links, jsonLink{l.TraceID[:], l.SpanID[:], l.TraceState, jsonAttrs(l.Attrs), l.Dropped, l.Flags})
	}
	return out
}

func jsonAttrs(m pcommon.Map) []jsonAttr {
	out := make([]jsonAttr, 0, m.Len())
	for k, v := range m.All() {
		out = append(out, jsonAttr{k, jsonValue(v)})
	}
	return out
}

func jsonValue(v pcommon.Value) map[string]any {
	switch v.Type() {
	case pcommon.ValueTypeStr:
		return map[string]any{"stringValue": v.Str()}
	case pcommon.ValueTypeInt:
		return map[string]any{"intValue": strconv.FormatInt(v.Int(), 10)}
	case pcommon.ValueTypeDouble:
		return map[string]any{"doubleValue": jsonFloat(v.Double())}
	case pcommon.ValueTypeBool:
		return map[string]any{"boolValue": v.Bool()}
	case pcommon.ValueTypeBytes:
		return map[string]any{"bytesValue": v.Bytes().AsRaw()}
	case pcommon.ValueTypeSlice:
		values := make([]any, v.Slice().Len())
		for i := range values {
			values[i] = jsonValue(v.Slice().At(i))
		}
		return map[string]any{"arrayValue": map[string]any{"values": values}}
	case pcommon.ValueTypeMap:
		return map[string]any{"kvlistValue": map[string]any{"values": jsonAttrs(v.Map())}}
	}
	return map[string]any{}
}

// jsonFloat is a number, or its name as protobuf writes it where JSON has none.
func jsonFloat(f float64) any {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	}
	return f
}

// marshal writes what the types of this package hold; they always can be.
func marshal(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}
