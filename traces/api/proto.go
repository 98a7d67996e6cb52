package api

import (
	"maps"
	"math"
	"slices"
	"strconv"

	"google.golang.org/protobuf/encoding/protowire"
)

// The answers as protobuf: the messages of package tempopb, whose definition
// Tempo gives away under Apache-2.0, and OTLP's KeyValue. Fields that are zero are
// left out, as proto3 does.

func putText(b []byte, n protowire.Number, s string) []byte {
	if s == "" {
		return b
	}
	return protowire.AppendString(protowire.AppendTag(b, n, protowire.BytesType), s)
}

func putUint(b []byte, n protowire.Number, v uint64) []byte {
	if v == 0 {
		return b
	}
	return protowire.AppendVarint(protowire.AppendTag(b, n, protowire.VarintType), v)
}

func putDouble(b []byte, n protowire.Number, v float64) []byte {
	if v == 0 {
		return b
	}
	return protowire.AppendFixed64(protowire.AppendTag(b, n, protowire.Fixed64Type), math.Float64bits(v))
}

// putMessage is written if it is empty too: it is an element of a list, or there.
func putMessage(b []byte, n protowire.Number, m []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, n, protowire.BytesType), m)
}

func (s jsonSearch) proto() (b []byte) {
	for i := range s.Traces {
		b = putMessage(b, 1, s.Traces[i].proto())
	}
	return putMessage(b, 2, s.Metrics.proto())
}

func (m jsonMetrics) proto() (b []byte) {
	b = putUint(b, 1, uint64(m.Traces))
	b = putUint(b, 2, uint64(m.Bytes))
	b = putUint(b, 4, uint64(m.Completed))
	b = putUint(b, 5, uint64(m.Total))
	return putUint(b, 7, uint64(m.Spans))
}

func (h *jsonHit) proto() (b []byte) {
	b = putText(b, 1, h.TraceID)
	b = putText(b, 2, h.RootService)
	b = putText(b, 3, h.RootName)
	b = putUint(b, 4, h.Start)
	b = putUint(b, 5, h.DurationMs)
	if h.SpanSet != nil {
		b = putMessage(b, 6, h.SpanSet.proto())
	}
	for i := range h.SpanSets {
		b = putMessage(b, 7, h.SpanSets[i].proto())
	}
	for _, name := range slices.Sorted(maps.Keys(h.Services)) {
		s := h.Services[name]
		stats := putUint(putUint(nil, 1, uint64(s.Spans)), 2, uint64(s.Errors))
		b = putMessage(b, 8, putMessage(putText(nil, 1, name), 2, stats))
	}
	return b
}

func (s *jsonSpanset) proto() (b []byte) {
	for _, hit := range s.Spans {
		var m []byte
		m = putText(m, 1, hit.ID)
		m = putText(m, 2, hit.Name)
		m = putUint(m, 3, hit.Start)
		m = putUint(m, 4, hit.Duration)
		b = putMessage(b, 1, putAttrs(m, 5, hit.Attributes))
	}
	b = putUint(b, 2, uint64(s.Matched))
	return putAttrs(b, 3, s.Attributes)
}

func (m jsonMetadata) proto() (b []byte) {
	b = putUint(b, 1, uint64(m.Bytes))
	b = putUint(b, 2, uint64(m.Total))
	return putUint(b, 3, uint64(m.Completed))
}

func (t jsonTags) proto() (b []byte) {
	for _, name := range t.Names {
		b = putMessage(b, 1, []byte(name))
	}
	return putMessage(b, 2, t.Metrics.proto())
}

func (s jsonScopes) proto() (b []byte) {
	for _, scope := range s.Scopes {
		m := putText(nil, 1, string(scope.Name))
		for _, name := range scope.Tags {
			m = putMessage(m, 2, []byte(name))
		}
		b = putMessage(b, 1, m)
	}
	return putMessage(b, 2, s.Metrics.proto())
}

func (v jsonValues[V]) proto() (b []byte) {
	for _, value := range v.Values {
		var m []byte
		switch value := any(value).(type) {
		case string:
			m = []byte(value)
		case jsonTyped:
			m = putText(putText(nil, 1, value.Type), 2, value.Value)
		}
		b = putMessage(b, 1, m)
	}
	return putMessage(b, 2, v.Metrics.proto())
}

func (r jsonRange) proto() (b []byte) {
	for _, s := range r.Series {
		m := putAttrs(nil, 1, s.Labels)
		for _, p := range s.Samples {
			m = putMessage(m, 2, putUint(putDouble(nil, 1, p.Value), 2, uint64(millis(p.Time))))
		}
		for _, x := range s.Exemplars {
			m = putMessage(m, 4, putUint(putDouble(putAttrs(nil, 1, x.Labels), 2, number(x.Value)), 3, uint64(x.Time)))
		}
		b = putMessage(b, 1, m)
	}
	return putEnd(b, r.Metrics, r.Status, r.Message)
}

func (r jsonInstant) proto() (b []byte) {
	for _, s := range r.Series {
		b = putMessage(b, 1, putDouble(putAttrs(nil, 1, s.Labels), 2, number(s.Value)))
	}
	return putEnd(b, r.Metrics, r.Status, r.Message)
}

func putEnd(b []byte, m jsonMetrics, status, text string) []byte {
	b = putMessage(b, 2, m.proto())
	if status == statusPartial {
		b = putUint(b, 3, 1)
	}
	return putText(b, 4, text)
}

func putAttrs(b []byte, n protowire.Number, list []jsonAttr) []byte {
	for _, a := range list {
		b = putMessage(b, n, putMessage(putText(nil, 1, a.Key), 2, anyValue(a.Value)))
	}
	return b
}

// number undoes jsonFloat.
func number(v any) float64 {
	if f, ok := v.(float64); ok {
		return f
	}
	f, _ := strconv.ParseFloat(v.(string), 64) // NaN or an infinity
	return f
}

// anyValue is OTLP's AnyValue of what staticValue makes; nil is empty.
func anyValue(v map[string]any) (b []byte) {
	for kind, v := range v {
		switch v := v.(type) {
		case bool:
			bit := uint64(0)
			if v {
				bit = 1
			}
			b = protowire.AppendVarint(protowire.AppendTag(b, 2, protowire.VarintType), bit)
		case float64:
			b = protowire.AppendFixed64(protowire.AppendTag(b, 4, protowire.Fixed64Type), math.Float64bits(v))
		case string:
			b = append(b, textValue(kind, v)...)
		case map[string]any:
			b = putMessage(b, 5, listValue(v["values"].([]any)))
		}
	}
	return b
}

func listValue(list []any) (b []byte) {
	for _, v := range list {
		b = putMessage(b, 1, anyValue(v.(map[string]any)))
	}
	return b
}

// textValue is a value that JSON writes as text: integers and the floats that it
// lacks too.
func textValue(kind, text string) []byte {
	switch kind {
	case "intValue":
		n, _ := strconv.ParseInt(text, 10, 64)
		return protowire.AppendVarint(protowire.AppendTag(nil, 3, protowire.VarintType), uint64(n))
	case "doubleValue":
		return protowire.AppendFixed64(protowire.AppendTag(nil, 4, protowire.Fixed64Type), math.Float64bits(number(text)))
	}
	return putMessage(nil, 1, []byte(text))
}
