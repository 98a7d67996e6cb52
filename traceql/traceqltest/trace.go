package traceqltest

import (
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"supersonic/traceql"
)

// epoch is when every trace of a script starts, Unix nanoseconds.
const epoch = 1_700_000_000_000_000_000

// ParseTrace reads a trace from its text. Span ids count from 1 in the order of
// the text; the trace id is the name's first 16 bytes.
func ParseTrace(name, text string) (*traceql.Trace, error) {
	b := &builder{text: text}
	if err := b.tree(nil); err != nil {
		return nil, fmt.Errorf("trace %s: at %q: %w", name, b.text, err)
	}
	if b.space(); b.text != "" {
		return nil, fmt.Errorf("trace %s: %q is left over", name, b.text)
	}
	var id traceql.TraceID
	copy(id[:], name)
	spans := make([]traceql.Span, len(b.spans))
	for i, s := range b.spans {
		spans[i] = s
	}
	return traceql.NewTrace(id, spans), nil
}

// builder eats text from the front.
type builder struct {
	text  string
	spans []*Span
}

func (b *builder) space() { b.text = strings.TrimLeft(b.text, " \t") }

func (b *builder) take(prefix string) bool {
	b.space()
	rest, ok := strings.CutPrefix(b.text, prefix)
	if ok {
		b.text = rest
	}
	return ok
}

// tree reads a span and what is below it.
func (b *builder) tree(parent *Span) error {
	s, err := b.span(parent)
	if err != nil {
		return err
	}
	if !b.take(">") {
		return nil
	}
	if !b.take("[") {
		return b.tree(s)
	}
	for {
		if err := b.tree(s); err != nil {
			return err
		}
		if b.take("]") {
			return nil
		}
		if !b.take(",") {
			return fmt.Errorf("no , or ] after a child")
		}
	}
}

func (b *builder) span(parent *Span) (*Span, error) {
	b.space()
	end := strings.IndexAny(b.text, " (>,]")
	if end < 0 {
		end = len(b.text)
	}
	s := &Span{Name: b.text[:end], StartNano: epoch}
	if s.Name == "" {
		return nil, fmt.Errorf("a span without a name")
	}
	b.text = b.text[end:]
	b.spans = append(b.spans, s)
	binary.BigEndian.PutUint64(s.SpanID[:], uint64(len(b.spans)))
	if parent != nil {
		s.ParentID, s.StartNano = parent.SpanID, parent.StartNano
		s.set(traceql.ScopeResource, "service.name", parent.Attribute(traceql.ScopeResource, "service.name"))
	}
	if b.take("(") {
		return s, b.properties(s)
	}
	return s, nil
}

func (b *builder) properties(s *Span) error {
	for !b.take(")") {
		word, err := b.word()
		if err != nil {
			return err
		}
		if err := property(s, word); err != nil {
			return err
		}
	}
	return nil
}

// word reads up to a space or ) outside quotes and brackets.
func (b *builder) word() (string, error) {
	quoted, depth := false, 0
	for i, c := range b.text {
		switch {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[':
			depth++
		case c == ']':
			depth--
		case depth == 0 && (c == ' ' || c == ')'):
			word := b.text[:i]
			b.text = b.text[i:]
			return word, nil
		}
	}
	return "", fmt.Errorf("a ) is missing")
}

func property(s *Span, word string) error {
	if key, text, ok := strings.Cut(word, "="); ok {
		return attribute(s, key, value(text))
	}
	if d, err := time.ParseDuration(word); err == nil {
		if strings.HasPrefix(word, "+") {
			s.StartNano += uint64(d)
			return nil
		}
		s.Took = d
		return nil
	}
	switch v := value(word); v.Type() {
	case traceql.TypeKind:
		s.Kind = traceql.Kind(v.AsInt())
	case traceql.TypeStatus:
		s.Status = traceql.Status(v.AsInt())
	default:
		s.set(traceql.ScopeResource, "service.name", traceql.String(word))
	}
	return nil
}

func attribute(s *Span, key string, v traceql.Static) error {
	scope, name, _ := strings.Cut(key, ".")
	switch {
	case key == "instrumentation:name":
		s.ScopeName = v.Text()
	case key == "instrumentation:version":
		s.ScopeVersion = v.Text()
	case key == "event:timeSinceStart" && len(s.Events) > 0:
		s.Events[len(s.Events)-1].After = time.Duration(v.AsInt())
	case key == "link:traceID" && len(s.Links) > 0:
		s.Links[len(s.Links)-1].Trace = v.Text()
	case key == "message":
		s.Message = v.String()
	case key == "event":
		s.Events = append(s.Events, Item{Name: v.String(), Attrs: make(map[string]traceql.Static)})
	case key == "link":
		link := Item{Attrs: make(map[string]traceql.Static)}
		binary.BigEndian.PutUint64(link.Span[:], uint64(v.AsInt()))
		s.Links = append(s.Links, link)
	case scope == "event" && len(s.Events) > 0:
		s.Events[len(s.Events)-1].Attrs[name] = v
	case scope == "link" && len(s.Links) > 0:
		s.Links[len(s.Links)-1].Attrs[name] = v
	case scope == "event" || scope == "link":
		return fmt.Errorf("%s before %s=", key, scope)
	case scope == "resource":
		s.set(traceql.ScopeResource, name, v)
	case scope == "instrumentation":
		s.set(traceql.ScopeInstrumentation, name, v)
	default:
		s.set(traceql.ScopeSpan, key, v)
	}
	return nil
}

// value reads text as the language reads a literal, else as itself.
func value(text string) traceql.Static {
	if inner, ok := strings.CutPrefix(text, "["); ok {
		var parts []traceql.Static
		for part := range strings.SplitSeq(strings.TrimSuffix(inner, "]"), ",") {
			parts = append(parts, value(strings.TrimSpace(part)))
		}
		return traceql.Array(parts)
	}
	if v, ok := traceql.ParseLiteral(text); ok {
		return v
	}
	return traceql.String(text)
}
