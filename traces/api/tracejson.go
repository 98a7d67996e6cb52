package api

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"strconv"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/traces/span"
)

// traceJSON writes a trace in JSON as protobuf's own mapping does: base64 bytes,
// 64-bit numbers as strings, enums by name, defaults left out. It is written in one go,
// without a look at types: with encoding/json that was a fifth of answering for a trace.
type traceJSON struct{ b []byte }

// key begins a field of an object, whose first is told by its bracket.
func (w *traceJSON) key(name string) {
	if w.b[len(w.b)-1] != '{' {
		w.b = append(w.b, ',')
	}
	w.b = append(append(append(w.b, '"'), name...), `":`...)
}

func (w *traceJSON) text(name, s string) {
	if s != "" {
		w.key(name)
		w.b = appendText(w.b, s)
	}
}

func (w *traceJSON) id(name string, id []byte) {
	w.key(name)
	w.b = append(base64.StdEncoding.AppendEncode(append(w.b, '"'), id), '"')
}

func (w *traceJSON) count(name string, n uint32) {
	if n != 0 {
		w.key(name)
		w.b = strconv.AppendUint(w.b, uint64(n), 10)
	}
}

func (w *traceJSON) time(name string, at uint64) {
	if at != 0 {
		w.key(name)
		w.b = append(strconv.AppendUint(append(w.b, '"'), at, 10), '"')
	}
}

// list writes a field that is a list of n objects, nothing if there are none.
func (w *traceJSON) list(name string, n int, each func(i int)) {
	if n > 0 {
		w.key(name)
		w.objects(n, each)
	}
}

// objects writes a list of n objects, of which each writes the fields.
func (w *traceJSON) objects(n int, each func(i int)) {
	w.b = append(w.b, '[')
	for i := range n {
		if i > 0 {
			w.b = append(w.b, ',')
		}
		w.b = append(w.b, '{')
		each(i)
		w.b = append(w.b, '}')
	}
	w.b = append(w.b, ']')
}

var kindNames = map[ptrace.SpanKind]string{
	ptrace.SpanKindInternal: "SPAN_KIND_INTERNAL", ptrace.SpanKindServer: "SPAN_KIND_SERVER",
	ptrace.SpanKindClient: "SPAN_KIND_CLIENT", ptrace.SpanKindProducer: "SPAN_KIND_PRODUCER",
	ptrace.SpanKindConsumer: "SPAN_KIND_CONSUMER",
}

var statusNames = map[ptrace.StatusCode]string{ptrace.StatusCodeOk: "STATUS_CODE_OK", ptrace.StatusCodeError: "STATUS_CODE_ERROR"}

// spanBytes is about what a span takes.
const spanBytes = 1500

// jsonTrace writes spans as a list of ResourceSpans between what stands in front of it
// and what is behind it.
func jsonTrace(front string, spans []span.Span, behind string) []byte {
	w := traceJSON{append(make([]byte, 0, spanBytes*len(spans)+len(front)+len(behind)), front...)}
	resources := runs(grouped(spans), func(a, b *span.Span) bool { return a.Resource == b.Resource })
	w.objects(len(resources), func(i int) { w.resourceSpans(resources[i]) })
	return append(w.b, behind...)
}

// runs splits a list where neighbours are not alike.
func runs(spans []span.Span, alike func(a, b *span.Span) bool) (out [][]span.Span) {
	from := 0
	for i := range spans {
		if i+1 == len(spans) || !alike(&spans[i], &spans[i+1]) {
			out = append(out, spans[from:i+1])
			from = i + 1
		}
	}
	return out
}

func (w *traceJSON) resourceSpans(spans []span.Span) {
	r := spans[0].Resource
	w.b = append(w.b, `"resource":{`...)
	w.attrs(r.Attrs)
	w.count("droppedAttributesCount", r.Dropped)
	w.b = append(w.b, '}')
	scopes := runs(spans, func(a, b *span.Span) bool { return a.Scope == b.Scope })
	w.list("scopeSpans", len(scopes), func(i int) { w.scopeSpans(scopes[i]) })
	w.text("schemaUrl", r.SchemaURL)
}

func (w *traceJSON) scopeSpans(spans []span.Span) {
	c := spans[0].Scope
	w.b = append(w.b, `"scope":{`...)
	w.text("name", c.Name)
	w.text("version", c.Version)
	w.attrs(c.Attrs)
	w.count("droppedAttributesCount", c.Dropped)
	w.b = append(w.b, '}')
	w.list("spans", len(spans), func(i int) { w.span(&spans[i]) })
	w.text("schemaUrl", c.SchemaURL)
}

func (w *traceJSON) span(s *span.Span) {
	w.id("traceId", s.TraceID[:])
	w.id("spanId", s.ID[:])
	w.text("traceState", s.TraceState)
	if !s.Parent.IsZero() {
		w.id("parentSpanId", s.Parent[:])
	}
	w.count("flags", s.Flags)
	w.text("name", s.Name)
	w.text("kind", kindNames[s.Kind])
	w.time("startTimeUnixNano", s.Start)
	w.time("endTimeUnixNano", s.End)
	w.attrs(s.Attrs)
	w.count("droppedAttributesCount", s.Dropped)
	w.list("events", len(s.Events), func(i int) { w.event(&s.Events[i]) })
	w.count("droppedEventsCount", s.DroppedEv)
	w.list("links", len(s.Links), func(i int) { w.link(&s.Links[i]) })
	w.count("droppedLinksCount", s.DroppedLn)
	w.key("status")
	w.b = append(w.b, '{')
	w.text("message", s.StatusText)
	w.text("code", statusNames[s.Status])
	w.b = append(w.b, '}')
}

func (w *traceJSON) event(e *span.Event) {
	w.time("timeUnixNano", e.Time)
	w.text("name", e.Name)
	w.attrs(e.Attrs)
	w.count("droppedAttributesCount", e.Dropped)
}

func (w *traceJSON) link(l *span.Link) {
	w.id("traceId", l.TraceID[:])
	w.id("spanId", l.SpanID[:])
	w.text("traceState", l.TraceState)
	w.attrs(l.Attrs)
	w.count("droppedAttributesCount", l.Dropped)
	w.count("flags", l.Flags)
}

func (w *traceJSON) attrs(m pcommon.Map) {
	if m.Len() > 0 {
		w.pairs("attributes", m)
	}
}

func (w *traceJSON) pairs(name string, m pcommon.Map) {
	w.key(name)
	w.b = append(w.b, '[')
	for k, v := range m.All() {
		if w.b[len(w.b)-1] != '[' {
			w.b = append(w.b, ',')
		}
		w.b = append(appendText(append(w.b, `{"key":`...), k), `,"value":{`...)
		w.value(v)
		w.b = append(w.b, `}}`...)
	}
	w.b = append(w.b, ']')
}

// value writes the one field of a value, none if it is empty.
func (w *traceJSON) value(v pcommon.Value) {
	switch v.Type() {
	case pcommon.ValueTypeStr:
		w.key("stringValue")
		w.b = appendText(w.b, v.Str())
	case pcommon.ValueTypeInt:
		w.key("intValue")
		w.b = append(strconv.AppendInt(append(w.b, '"'), v.Int(), 10), '"')
	case pcommon.ValueTypeDouble:
		w.key("doubleValue")
		w.b = appendFloat(w.b, v.Double())
	case pcommon.ValueTypeBool:
		w.key("boolValue")
		w.b = strconv.AppendBool(w.b, v.Bool())
	case pcommon.ValueTypeBytes:
		w.id("bytesValue", v.Bytes().AsRaw())
	case pcommon.ValueTypeSlice:
		list := v.Slice()
		w.b = append(w.b, `"arrayValue":{"values":`...)
		w.objects(list.Len(), func(i int) { w.value(list.At(i)) })
		w.b = append(w.b, '}')
	case pcommon.ValueTypeMap:
		w.b = append(w.b, `"kvlistValue":{`...)
		w.pairs("values", v.Map())
		w.b = append(w.b, '}')
	}
}

// appendText writes a text as encoding/json does.
func appendText(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c >= 0x7f || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			return append(b, marshal(s)...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}

// jsonAttr is an attribute of an answer, or a label.
type jsonAttr struct {
	Key   string         `json:"key"`
	Value map[string]any `json:"value"`
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
