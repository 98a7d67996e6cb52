package otlp

import (
	"encoding/json"
	"fmt"
	"strings"

	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
)

const (
	// maxBrackets is how deep JSON is read: a value in a value takes up to four
	// brackets, and one in 64 others is left out by the Decoder.
	maxBrackets = 300
	// objectBytes is about what an object takes as one of the collector's.
	objectBytes = 256
)

// Bad are spans that have a value which its field cannot have, or whose scope or resource
// has.
type Bad struct {
	Spans int
	Why   error // of the first
}

// FromJSON writes an export in JSON as protobuf. A bad span is written as one of nothing,
// which is none for its want of ids.
//
// The collector's objects, which are made on the way, are many times larger than their
// text: room is asked before so many bytes are used, and when it says no, the error is
// ErrNoRoom. A nil room grants all. used is what was granted, the caller's to take back.
func FromJSON(text []byte, room func(bytes int) bool) (raw []byte, bad Bad, used int, err error) {
	p := plainJSON{text: text, room: room}
	if err = p.read(); err == nil {
		err = p.take(p.objects * objectBytes)
	}
	if err != nil {
		return nil, bad, p.used, err
	}
	raw, err = toProto(p.text)
	if err != nil && json.Valid(p.text) {
		for _, l := range levels {
			if err := p.take(len(p.text)); err != nil {
				return nil, bad, p.used, err
			}
			p.text = l.withoutBadSpans(p.text, &bad)
			if raw, err = toProto(p.text); err == nil {
				break
			}
		}
	}
	if err != nil {
		return nil, Bad{}, p.used, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return raw, bad, p.used, nil
}

func toProto(text []byte) ([]byte, error) {
	req := ptraceotlp.NewExportRequest()
	if err := req.UnmarshalJSON(text); err != nil {
		return nil, err
	}
	return req.MarshalProto()
}

// A level is the spans, scopes or resources of an export.
type level struct {
	brackets int // around an object of it
	// An export of nothing else, and an object of spans of nothing in its place.
	before, after   string
	opening, ending string
}

// levels are tried in this order: what is bad of a scope or resource is bad of all
// its spans.
var levels = [...]level{
	{6, `{"resourceSpans":[{"scopeSpans":[{"spans":[`, `]}]}]}`, ``, ``},
	{4, `{"resourceSpans":[{"scopeSpans":[`, `]}]}`, `{"spans":[`, `]}`},
	{2, `{"resourceSpans":[`, `]}`, `{"scopeSpans":[{"spans":[`, `]}]}`},
}

// nothing is a bad span.
const nothing = `{}`

// withoutBadSpans tries each object of a level alone, and writes spans of nothing for
// the spans of those that cannot be read. What has no spans is left as it is.
func (l level) withoutBadSpans(text []byte, bad *Bad) []byte {
	out := make([]byte, 0, len(text))
	done := 0
	var alone []byte
	eachObject(text, l.brackets, func(begin, end int) {
		alone = append(append(append(alone[:0], l.before...), text[begin:end]...), l.after...)
		err := ptraceotlp.NewExportRequest().UnmarshalJSON(alone)
		if err == nil {
			return
		}
		spans, known := 0, 0
		eachObject(alone, levels[0].brackets, func(begin, end int) {
			spans++
			if string(alone[begin:end]) == nothing {
				known++ // it was bad itself, or is refused for its want of ids
			}
		})
		if spans == 0 {
			return
		}
		if bad.Why == nil {
			bad.Why = err
		}
		bad.Spans += spans - known
		out = append(append(out, text[done:begin]...), l.opening...)
		out = append(out, strings.Repeat(","+nothing, spans)[1:]...)
		out = append(out, l.ending...)
		done = end
	})
	return append(out, text[done:]...)
}

// toSpans are the names of what a span is in, by how many brackets are around them.
var toSpans = [...][]string{1: {`"resourceSpans"`, `"resource_spans"`}, 3: {`"scopeSpans"`, `"scope_spans"`}, 5: {`"spans"`}}

// eachObject finds the spans, scopes or resources of an export in valid JSON: those
// with so many brackets around them.
func eachObject(text []byte, brackets int, f func(begin, end int)) {
	var leads [len(toSpans)]bool // whether what is read is in a field of toSpans
	depth := 0
	for i := 0; i < len(text); {
		begin := i
		switch i++; text[begin] {
		case '"':
			i = stringEnd(text, begin)
			if at := blanks(text, i); depth < brackets && at < len(text) && text[at] == ':' {
				leads[depth] = oneOf(text[begin:i], toSpans[depth])
			}
		case '{', '[':
			if depth == brackets && text[begin] == '{' && leads[1] && (brackets < 4 || leads[3]) && (brackets < 6 || leads[5]) {
				i = closing(text, begin)
				f(begin, i)
				break
			}
			if depth++; depth < brackets {
				leads[depth] = false
			}
		case '}', ']':
			depth--
		}
	}
}

func oneOf(text []byte, names []string) bool {
	for _, n := range names {
		if string(text) == n {
			return true
		}
	}
	return false
}

// stringEnd is behind the quote that closes the string which begins at i, the end of
// the text if there is none.
func stringEnd(text []byte, i int) int {
	for i++; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
}

// wordEnd is behind the number or name that begins at i.
func wordEnd(text []byte, i int) int {
	for i < len(text) && strings.IndexByte(`,]}[{":`, text[i]) < 0 && text[i] > ' ' {
		i++
	}
	return i
}

// closing is behind the bracket that closes the one at i, the end of the text if
// there is none.
func closing(text []byte, i int) int {
	for depth := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			i = stringEnd(text, i) - 1
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return len(text)
}

func blanks(text []byte, i int) int {
	for i < len(text) && (text[i] == ' ' || text[i] == '\n' || text[i] == '\r' || text[i] == '\t') {
		i++
	}
	return i
}
