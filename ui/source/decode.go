package source

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"go.opentelemetry.io/collector/pdata/ptrace"
	"google.golang.org/protobuf/encoding/protowire"
)

// decodeTrace reads the answer of either trace path, in protobuf or JSON. The
// second path wraps the trace in a message with a status; told apart by the
// first: its field 1 holds a trace, whose own field 1 holds resource spans.
func decodeTrace(kind string, body []byte) (ptrace.Traces, string, error) {
	if strings.Contains(kind, "json") {
		return decodeTraceJSON(body)
	}
	if wrapped, partial, ok := unwrap(body); ok {
		td, err := (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces(wrapped)
		return td, partial, err
	}
	td, err := (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces(body)
	return td, "", err
}

// unwrap takes the trace out of {trace=1, metrics=2, status=3, message=4}. A bare
// trace has repeated resource spans in field 1; these begin with a resource whose
// own field 1 holds attributes, not resource spans, so a message that reads well
// as wrapped but holds no span is given back as bare.
func unwrap(body []byte) (trace []byte, partial string, ok bool) {
	status, message, count := uint64(0), "", 0
	for rest := body; len(rest) > 0; {
		num, typ, n := protowire.ConsumeTag(rest)
		if n < 0 {
			return nil, "", false
		}
		rest = rest[n:]
		n = protowire.ConsumeFieldValue(num, typ, rest)
		if n < 0 {
			return nil, "", false
		}
		switch {
		case num == 1 && typ == protowire.BytesType:
			trace, _ = protowire.ConsumeBytes(rest)
			count++
		case num == 3 && typ == protowire.VarintType:
			status, _ = protowire.ConsumeVarint(rest)
		case num == 4 && typ == protowire.BytesType:
			text, _ := protowire.ConsumeBytes(rest)
			message = string(text)
		}
		rest = rest[n:]
	}
	if count > 1 || !isTrace(trace) {
		return nil, "", false
	}
	if status != 0 && message == "" {
		message = "the store says that this trace is not whole"
	}
	return trace, message, true
}

// isTrace tells a trace from a ResourceSpans: scope spans (field 2 of a
// ResourceSpans) never stand at a trace's top, and a trace with spans has them
// one level down.
func isTrace(b []byte) bool {
	if len(b) == 0 {
		return true // an absent trace in its wrapping
	}
	num, typ, n := protowire.ConsumeTag(b)
	if n < 0 || num != 1 || typ != protowire.BytesType {
		return false
	}
	for rest := b; len(rest) > 0; {
		num, typ, n := protowire.ConsumeTag(rest)
		if n < 0 || num != 1 || typ != protowire.BytesType {
			return false
		}
		skip := protowire.ConsumeFieldValue(num, typ, rest[n:])
		if skip < 0 {
			return false
		}
		rest = rest[n+skip:]
	}
	td, err := (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces(b)
	return err == nil && td.SpanCount() > 0
}

func decodeTraceJSON(body []byte) (ptrace.Traces, string, error) {
	type document struct {
		ResourceSpans json.RawMessage `json:"resourceSpans"`
		Batches       json.RawMessage `json:"batches"`
	}
	var doc struct {
		document
		Trace   *document `json:"trace"`
		Message any       `json:"message"`
	}
	if err := json.Unmarshal(body, &doc); err != nil {
		return ptrace.Traces{}, "", err
	}
	partial, _ := doc.Message.(string)
	in := &doc.document
	if doc.Trace != nil {
		in = doc.Trace
	}
	spans := in.ResourceSpans
	if spans == nil {
		spans = in.Batches
	}
	if spans == nil || string(spans) == "null" {
		return ptrace.NewTraces(), partial, nil
	}
	if td, err := decodeSpans(spans); err == nil {
		return td, partial, nil
	}
	clean, err := withHexIDs(spans)
	if err != nil {
		return ptrace.Traces{}, "", err
	}
	td, err := decodeSpans(clean)
	return td, partial, err
}

// decodeSpans reads a list of resource spans whose ids are in hex digits.
func decodeSpans(list []byte) (ptrace.Traces, error) {
	text := make([]byte, 0, len(list)+32)
	text = append(append(append(text, `{"resourceSpans":`...), list...), '}')
	return (&ptrace.JSONUnmarshaler{}).UnmarshalTraces(text)
}

// withHexIDs writes a list of resource spans anew, its ids in hex digits.
func withHexIDs(list []byte) ([]byte, error) {
	numbers := json.NewDecoder(bytes.NewReader(list))
	numbers.UseNumber() // of 64 bits
	var tree any
	if err := numbers.Decode(&tree); err != nil {
		return nil, err
	}
	if err := hexIDs(tree); err != nil {
		return nil, err
	}
	return json.Marshal(tree)
}

// hexIDs turns the ids of a decoded JSON tree from base64, which Tempo writes,
// to the hex digits of OTLP/JSON; those that are hex already stay.
func hexIDs(v any) error {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			if err := hexIDs(e); err != nil {
				return err
			}
		}
	case map[string]any:
		for _, key := range [...]string{"traceId", "spanId", "parentSpanId"} {
			text, ok := v[key].(string)
			if !ok || text == "" {
				continue
			}
			id, err := hexID(text)
			if err != nil {
				return fmt.Errorf("%s %q: %w", key, text, err)
			}
			v[key] = id
		}
		for _, key := range [...]string{"scopeSpans", "spans", "links"} {
			if err := hexIDs(v[key]); err != nil {
				return err
			}
		}
	}
	return nil
}

func hexID(text string) (string, error) {
	if len(text) == 32 || len(text) == 16 {
		if _, err := hex.DecodeString(text); err == nil {
			return text, nil
		}
	}
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil || (len(raw) != 16 && len(raw) != 8) {
		return "", errors.New("neither hex digits nor base64 of an id")
	}
	return hex.EncodeToString(raw), nil
}

// DecodeJSON reads OTLP as JSON: as the specification has it, or as Tempo answers a
// trace by id, wrapped and with ids in base64.
func DecodeJSON(body []byte) (ptrace.Traces, error) {
	td, _, err := decodeTraceJSON(body)
	return td, err
}
