package tracefile

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"go.opentelemetry.io/collector/pdata/ptrace"
)

// document is one JSON value of a file, spans left as they are written.
type document struct {
	ResourceSpans []resource
	Batches       []resource
	Trace         *document
}

type resource struct {
	Resource   json.RawMessage
	ScopeSpans []scope
	// As OTLP called them before 1.0, and Grafana's export still may.
	InstrumentationLibrarySpans []scope
}

type scope struct {
	Scope                  json.RawMessage
	InstrumentationLibrary json.RawMessage
	Spans                  []span
}

// span is a span of which only the ids are looked at.
type span map[string]json.RawMessage

func (d *document) traces() (ptrace.Traces, error) {
	if d.Trace != nil {
		if d.Trace.Trace != nil {
			return ptrace.Traces{}, errors.New("a trace within a trace within a trace: this is not OTLP")
		}
		return d.Trace.traces()
	}
	clean, err := d.written()
	if err != nil {
		return ptrace.Traces{}, err
	}
	return (&ptrace.JSONUnmarshaler{}).UnmarshalTraces(clean)
}

// written is the document as OTLP/JSON has it now.
func (d *document) written() ([]byte, error) {
	type outScope struct {
		Scope json.RawMessage `json:"scope,omitempty"`
		Spans []span          `json:"spans"`
	}
	type outResource struct {
		Resource   json.RawMessage `json:"resource,omitempty"`
		ScopeSpans []outScope      `json:"scopeSpans"`
	}
	var out struct {
		ResourceSpans []outResource `json:"resourceSpans"`
	}
	for _, r := range append(d.ResourceSpans, d.Batches...) {
		to := outResource{Resource: r.Resource}
		for _, s := range append(r.ScopeSpans, r.InstrumentationLibrarySpans...) {
			if s.Scope == nil {
				s.Scope = s.InstrumentationLibrary
			}
			for _, sp := range s.Spans {
				if err := sp.hexIDs(); err != nil {
					return nil, err
				}
			}
			to.ScopeSpans = append(to.ScopeSpans, outScope{s.Scope, s.Spans})
		}
		out.ResourceSpans = append(out.ResourceSpans, to)
	}
	return json.Marshal(out)
}

// hexIDs writes the ids of a span and of its links as OTLP/JSON does.
func (s span) hexIDs() error {
	for key, size := range map[string]int{"traceId": 16, "spanId": 8, "parentSpanId": 8} {
		raw, has := s[key]
		if !has {
			continue
		}
		id, err := hexID(raw, size)
		if err != nil {
			return fmt.Errorf("%s %.80s: %w", key, raw, err)
		}
		s[key] = id
	}
	if links, has := s["links"]; has {
		var list []span
		if err := json.Unmarshal(links, &list); err != nil {
			return fmt.Errorf("links of a span: %w", err)
		}
		for _, l := range list {
			if err := l.hexIDs(); err != nil {
				return fmt.Errorf("a link: %w", err)
			}
		}
		written, err := json.Marshal(list)
		if err != nil {
			return fmt.Errorf("links of a span: %w", err)
		}
		s["links"] = written
	}
	return nil
}

// hexID reads an id of size bytes, written in hex digits, of which leading zeros
// may be missing, or in base64.
func hexID(raw json.RawMessage, size int) (json.RawMessage, error) {
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return nil, errors.New("not text")
	}
	if text == "" {
		return json.RawMessage(`""`), nil
	}
	if id, err := base64.StdEncoding.DecodeString(text); err == nil && len(id) == size {
		return json.RawMessage(`"` + hex.EncodeToString(id) + `"`), nil
	}
	padded := text
	if len(text) < 2*size {
		padded = strings.Repeat("0", 2*size-len(text)) + text
	}
	if _, err := hex.DecodeString(padded); err != nil || len(padded) != 2*size {
		return nil, fmt.Errorf("neither %d hex digits nor base64 of an id", 2*size)
	}
	return json.RawMessage(`"` + strings.ToLower(padded) + `"`), nil
}
