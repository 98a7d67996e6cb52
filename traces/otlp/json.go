package otlp

import (
	"bytes"
	"fmt"

	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
)

const (
	// maxBrackets is how deep JSON is read: a value in a value takes up to four
	// brackets, and one in 64 others is left out by the Decoder.
	maxBrackets = 300
	// objectBytes is about what an object takes as one of the collector's.
	objectBytes = 256
)

// FromJSON writes an export in JSON as protobuf. The collector's objects, which are
// made on the way, are many times larger than their text: room is asked before so many
// bytes are used, and when it says no, the error is ErrNoRoom. A nil room grants all.
// used is what was granted, the caller's to take back.
func FromJSON(text []byte, room func(bytes int) bool) (raw []byte, used int, err error) {
	plain := plainJSON{text: text, room: room}
	err = plain.read()
	used = cap(plain.out)
	if err != nil {
		return nil, used, err
	}
	size := plain.objects * objectBytes
	if room != nil && !room(size) {
		return nil, used, ErrNoRoom
	}
	used += size
	req := ptraceotlp.NewExportRequest()
	if err = req.UnmarshalJSON(plain.text); err == nil {
		raw, err = req.MarshalProto()
	}
	if err != nil {
		return nil, used, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return raw, used, nil
}

// odd are the fields that are looked at, in quotes: those that are ids, with how many
// digits they have, and numbers, with 0.
var odd = map[string]int{
	`"traceId"`: 32, `"trace_id"`: 32, `"spanId"`: 16, `"span_id"`: 16, `"parentSpanId"`: 16, `"parent_span_id"`: 16,
	`"startTimeUnixNano"`: 0, `"start_time_unix_nano"`: 0, `"endTimeUnixNano"`: 0, `"end_time_unix_nano"`: 0, `"timeUnixNano"`: 0, `"time_unix_nano"`: 0,
	`"kind"`: 0, `"code"`: 0, `"flags"`: 0, `"droppedAttributesCount"`: 0, `"dropped_attributes_count"`: 0,
	`"droppedEventsCount"`: 0, `"dropped_events_count"`: 0, `"droppedLinksCount"`: 0, `"dropped_links_count"`: 0,
}

// plainJSON counts the objects of an export, and takes out what would make the
// collector refuse all of it for the sake of one span: an id that is none becomes
// empty, as the decoder of protobuf reads it, and so does what nests too deep; a
// number that is null, which in protobuf's JSON is the default, becomes 0.
type plainJSON struct {
	text    []byte
	objects int
	room    func(bytes int) bool // asked before a copy is made; nil grants it

	out  []byte // the copy up to done; nil: nothing was taken out
	done int
}

func (p *plainJSON) read() error {
	depth := 0
	for i := 0; i < len(p.text); {
		begin := i
		var err error
		switch i++; p.text[begin] {
		case '"':
			i = stringEnd(p.text, begin)
			if digits, ok := odd[string(p.text[begin:i])]; ok {
				i, err = p.field(i, digits)
			}
		case '{', '[':
			p.objects++
			if depth == maxBrackets {
				i = closing(p.text, begin)
				err = p.replace(begin+1, i-1, "")
				break
			}
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				if end := blanks(p.text, i); end < len(p.text) {
					return fmt.Errorf("%w: something follows the export (at byte %d)", ErrMalformed, end)
				}
			}
		}
		if err != nil {
			return err
		}
	}
	if p.out != nil {
		p.text = append(p.out, p.text[p.done:]...)
	}
	return nil
}

// field looks at what follows the name of an odd field.
func (p *plainJSON) field(at, digits int) (next int, err error) {
	if at = blanks(p.text, at); at == len(p.text) || p.text[at] != ':' {
		return at, nil // a value, not a name
	}
	at = blanks(p.text, at+1)
	switch {
	case bytes.HasPrefix(p.text[at:], []byte("null")):
		if digits == 0 {
			return at + 4, p.replace(at, at+4, "0")
		}
		return at + 4, p.replace(at, at+4, `""`)
	case digits > 0 && at < len(p.text) && p.text[at] == '"':
		end := stringEnd(p.text, at)
		if v := p.text[at+1 : max(end-1, at+1)]; len(v) > 0 && !isHex(v, digits) {
			return end, p.replace(at+1, end-1, "")
		}
		return end, nil
	}
	return at, nil
}

// replace puts something shorter in the place of a piece of the text.
func (p *plainJSON) replace(begin, end int, by string) error {
	if begin >= end {
		return nil
	}
	if p.out == nil {
		if p.room != nil && !p.room(len(p.text)) {
			return ErrNoRoom
		}
		p.out = make([]byte, 0, len(p.text))
	}
	p.out = append(append(p.out, p.text[p.done:begin]...), by...)
	p.done = end
	return nil
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

func isHex(v []byte, digits int) bool {
	if len(v) != digits {
		return false
	}
	for _, c := range v {
		if (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'f') {
			return false
		}
	}
	return true
}
