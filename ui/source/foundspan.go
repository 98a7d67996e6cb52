package source

import (
	"encoding/json"
	"fmt"
	"strconv"
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
	start, err := strconv.ParseUint(string(in.StartTimeUnixNano), 10, 64)
	if err != nil {
		return FoundSpan{}, fmt.Errorf("span %s: startTimeUnixNano: %w", in.SpanID, err)
	}
	length, err := strconv.ParseUint(string(in.DurationNanos), 10, 64)
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

// typed is the value as text; what has parts stays JSON.
func (v typedValue) typed() TypedValue {
	for kind, raw := range v.Value {
		text := string(raw)
		var plain string
		if json.Unmarshal(raw, &plain) == nil {
			text = plain
		}
		kind = strings.TrimSuffix(kind, "Value")
		if kind == "kvlist" {
			kind = "map"
		}
		return TypedValue{v.Key, text, kind}
	}
	return TypedValue{Key: v.Key}
}
