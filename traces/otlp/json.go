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

// Bad are spans that have a value which its field cannot have.
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
		if err := p.take(len(p.text)); err != nil {
			return nil, bad, p.used, err
		}
		p.text, bad = withoutBadSpans(p.text)
		raw, err = toProto(p.text)
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

// withoutBadSpans tries each span alone, and writes {} for those that cannot be read.
func withoutBadSpans(text []byte) (out []byte, bad Bad) {
	out = make([]byte, 0, len(text))
	done := 0
	var alone []byte
	eachSpan(text, func(begin, end int) {
		alone = append(append(append(alone[:0], `{"resourceSpans":[{"scopeSpans":[{"spans":[`...), text[begin:end]...), `]}]}]}`...)
		err := ptraceotlp.NewExportRequest().UnmarshalJSON(alone)
		if err == nil {
			return
		}
		if bad.Spans++; bad.Spans == 1 {
			bad.Why = err
		}
		out = append(append(out, text[done:begin]...), `{}`...)
		done = end
	})
	return append(out, text[done:]...), bad
}

// toSpans are the names of what a span is in, by how many brackets are around them.
var toSpans = [...][]string{1: {`"resourceSpans"`, `"resource_spans"`}, 3: {`"scopeSpans"`, `"scope_spans"`}, 5: {`"spans"`}}

// eachSpan finds the spans of an export in valid JSON.
func eachSpan(text []byte, f func(begin, end int)) {
	var leads [len(toSpans)]bool // whether what is read is in a field of toSpans
	depth := 0
	for i := 0; i < len(text); {
		begin := i
		switch i++; text[begin] {
		case '"':
			i = stringEnd(text, begin)
			if at := blanks(text, i); depth < len(toSpans) && at < len(text) && text[at] == ':' {
				leads[depth] = oneOf(text[begin:i], toSpans[depth])
			}
		case '{', '[':
			if depth == len(toSpans) && text[begin] == '{' && leads[1] && leads[3] && leads[5] {
				i = closing(text, begin)
				f(begin, i)
				break
			}
			if depth++; depth < len(toSpans) {
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
