package source

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// FoundSpan is a span that matched a search, with the attributes that the query
// names.
type FoundSpan struct {
	ID            string
	Name          string
	StartNano     uint64
	DurationNanos uint64
	Attrs         []TypedValue
}

// TypedValue is a named value and its type: "string", "int", "double", "bool",
// "array", "map", "bytes" or "".
type TypedValue struct {
	Key   string
	Value string
	Type  string
}

// Inspected is what a store says that it looked at for an answer.
type Inspected struct {
	Spans, Traces, Bytes float64
}

type inspected struct {
	InspectedSpans, InspectedTraces, InspectedBytes number
}

func (i inspected) value() Inspected {
	return Inspected{i.InspectedSpans.float(), i.InspectedTraces.float(), i.InspectedBytes.float()}
}

type spanSet struct {
	Matched int
	Spans   []struct {
		SpanID            string
		Name              string
		StartTimeUnixNano number
		DurationNanos     number
		Attributes        []typedValue
	}
}

// typedValue is a KeyValue of OTLP's JSON.
type typedValue struct {
	Key   string
	Value map[string]json.RawMessage
}

func (s spanSet) found(i int) (FoundSpan, error) {
	in := s.Spans[i]
	start, err := in.StartTimeUnixNano.whole()
	if err != nil {
		return FoundSpan{}, fmt.Errorf("span %s: startTimeUnixNano: %w", in.SpanID, err)
	}
	length, err := in.DurationNanos.whole()
	if err != nil {
		return FoundSpan{}, fmt.Errorf("span %s: durationNanos: %w", in.SpanID, err)
	}
	out := FoundSpan{ID: fullSpanID(in.SpanID), Name: in.Name, StartNano: start, DurationNanos: length}
	for _, a := range in.Attributes {
		out.Attrs = append(out.Attrs, a.typed())
	}
	return out, nil
}

func fullSpanID(id string) string {
	if len(id) >= 16 {
		return strings.ToLower(id)
	}
	return strings.Repeat("0", 16-len(id)) + strings.ToLower(id)
}

// typed is the value as text; what has parts is plain JSON, ["a",3].
func (v typedValue) typed() TypedValue {
	out := TypedValue{Key: v.Key}
	for kind := range v.Value {
		if out.Type = strings.TrimSuffix(kind, "Value"); kind == "kvlistValue" {
			out.Type = "map"
		}
		switch value := plain(v.Value).(type) {
		case string:
			out.Value = value
		default:
			text, err := json.Marshal(value)
			if err != nil { // of a number that is none
				text = v.Value[kind]
			}
			out.Value = string(text)
		}
	}
	return out
}

// plain is an AnyValue as encoding/json decodes JSON, without the names of its types.
func plain(v map[string]json.RawMessage) (value any) {
	for kind, raw := range v {
		switch kind {
		case "intValue":
			return json.Number(bytes.Trim(raw, `"`))
		case "arrayValue":
			var list struct{ Values []map[string]json.RawMessage }
			_ = json.Unmarshal(raw, &list) // as far as it can be read
			out := make([]any, len(list.Values))
			for i, part := range list.Values {
				out[i] = plain(part)
			}
			return out
		case "kvlistValue":
			var list struct{ Values []typedValue }
			_ = json.Unmarshal(raw, &list)
			out := make(map[string]any, len(list.Values))
			for _, part := range list.Values {
				out[part.Key] = plain(part.Value)
			}
			return out
		}
		d := json.NewDecoder(bytes.NewReader(raw))
		d.UseNumber()
		_ = d.Decode(&value)
	}
	return value
}
