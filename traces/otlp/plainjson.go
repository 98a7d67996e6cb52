package otlp

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// form is how the value of a field is written.
type form uint8

const (
	idForm8 form = iota + 1
	idForm16
	numberForm // a whole one, or the name of one of a list
	// Those of an attribute's value, in which null means that there is none.
	wholeValue
	bytesValue
	otherValue
)

// odd are the fields that are looked at, in quotes.
var odd = map[string]form{
	`"traceId"`: idForm16, `"trace_id"`: idForm16, `"spanId"`: idForm8, `"span_id"`: idForm8, `"parentSpanId"`: idForm8, `"parent_span_id"`: idForm8,
	`"startTimeUnixNano"`: numberForm, `"start_time_unix_nano"`: numberForm, `"endTimeUnixNano"`: numberForm, `"end_time_unix_nano"`: numberForm,
	`"timeUnixNano"`: numberForm, `"time_unix_nano"`: numberForm, `"kind"`: numberForm, `"code"`: numberForm, `"flags"`: numberForm,
	`"droppedAttributesCount"`: numberForm, `"dropped_attributes_count"`: numberForm, `"droppedEventsCount"`: numberForm,
	`"dropped_events_count"`: numberForm, `"droppedLinksCount"`: numberForm, `"dropped_links_count"`: numberForm,
	`"intValue"`: wholeValue, `"int_value"`: wholeValue, `"bytesValue"`: bytesValue, `"bytes_value"`: bytesValue,
	`"boolValue"`: otherValue, `"bool_value"`: otherValue, `"doubleValue"`: otherValue, `"double_value"`: otherValue,
	`"stringValue"`: otherValue, `"string_value"`: otherValue,
}

// plainJSON counts the objects of an export, and writes otherwise what protobuf's JSON
// allows and the collector does not read: whole numbers with a point or an exponent,
// null, base64 of the kind that is for addresses. It takes out an id that is none, which
// becomes empty, as the decoder of protobuf reads it, and what nests too deep.
type plainJSON struct {
	text    []byte
	objects int
	room    func(bytes int) bool // asked before memory is used; nil grants it
	used    int                  // what was granted

	out  []byte // the copy up to done; nil: nothing was changed
	done int
}

// take asks for memory.
func (p *plainJSON) take(bytes int) error {
	if p.room != nil && !p.room(bytes) {
		return ErrNoRoom
	}
	p.used += bytes
	return nil
}

func (p *plainJSON) read() error {
	depth := 0
	for i := 0; i < len(p.text); {
		begin := i
		var err error
		switch i++; p.text[begin] {
		case '"':
			i = stringEnd(p.text, begin)
			if is, ok := odd[string(p.text[begin:i])]; ok {
				i, err = p.field(begin, i, is)
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
	if p.out == nil {
		return nil
	}
	err := p.replace(len(p.text), len(p.text), "")
	p.text = p.out
	return err
}

// field looks at the value of an odd field, whose name is from name to at.
func (p *plainJSON) field(name, at int, is form) (next int, err error) {
	if at = blanks(p.text, at); at == len(p.text) || p.text[at] != ':' {
		return at, nil // a value, not a name
	}
	at = blanks(p.text, at+1)
	if at < len(p.text) && p.text[at] == '"' {
		end := stringEnd(p.text, at)
		return end, p.quoted(at, end, is)
	}
	end := wordEnd(p.text, at)
	switch word := p.text[at:end]; {
	case string(word) == "null":
		err = p.null(name, at, is)
	case is == numberForm || is == wholeValue:
		if whole, ok := wholeNumber(word); ok {
			err = p.replace(at, end, whole)
		}
	}
	return end, err
}

// null writes of a field that is null what it has when it is not there.
func (p *plainJSON) null(name, at int, is form) error {
	switch is {
	case idForm8, idForm16:
		return p.replace(at, at+4, `""`)
	case numberForm:
		return p.replace(at, at+4, "0")
	}
	return p.replace(name, name+2, `"-`) // a name that is nobody's
}

// quoted looks at a value from one quote to the other.
func (p *plainJSON) quoted(at, end int, is form) error {
	value := p.text[at+1 : max(end-1, at+1)]
	switch is {
	case idForm8, idForm16:
		if digits := map[form]int{idForm8: 16, idForm16: 32}[is]; len(value) > 0 && !isHex(value, digits) {
			return p.replace(at+1, end-1, "")
		}
	case numberForm, wholeValue:
		if whole, ok := wholeNumber(value); ok {
			return p.replace(at+1, end-1, whole)
		}
	case bytesValue:
		return p.base64(at+1, value)
	}
	return nil
}

// base64 writes base64 for addresses, without its end or with escaped slashes, as the
// usual one.
func (p *plainJSON) base64(at int, value []byte) error {
	size := len(value)
	for i := 0; i < len(value); i++ {
		from, by := at+i, map[byte]string{'-': "+", '_': "/"}[value[i]]
		if value[i] == '\\' && i+1 < len(value) && value[i+1] == '/' {
			i, by, size = i+1, "/", size-1
		}
		if by == "" {
			continue
		}
		if err := p.replace(from, at+i+1, by); err != nil {
			return err
		}
	}
	if missing := -size & 3; missing > 0 && missing < 3 {
		return p.replace(at+len(value), at+len(value), "=="[:missing])
	}
	return nil
}

// replace puts something in the place of a piece of the text.
func (p *plainJSON) replace(begin, end int, by string) error {
	if begin > end {
		return nil
	}
	if need := len(p.out) + begin - p.done + len(by); p.out == nil || need > cap(p.out) {
		size := max(len(p.text), 2*cap(p.out), need)
		if err := p.take(size); err != nil {
			return err
		}
		p.out = append(make([]byte, 0, size), p.out...)
	}
	p.out = append(append(p.out, p.text[p.done:begin]...), by...)
	p.done = end
	return nil
}

// longestNumber has an exponent, and all digits of a number of 64 bits and some zeros.
const longestNumber = 64

// wholeNumber writes a number that has a point or an exponent (or is -0) without; ok is false
// if it has none, or is not whole, or too large for any field.
func wholeNumber(v []byte) (whole string, ok bool) {
	if len(v) > longestNumber || bytes.IndexAny(v, ".eE") < 0 && string(v) != "-0" || !isNumber(v) {
		return "", false
	}
	text, after, _ := strings.Cut(strings.ToLower(string(v)), "e")
	digits, sign := strings.CutPrefix(text, "-")
	digits, fraction, _ := strings.Cut(digits, ".")
	digits = strings.TrimLeft(digits+fraction, "0")
	short := strings.TrimRight(digits, "0")
	if short == "" { // whatever the exponent
		return "0", true
	}
	exponent := 0
	if after != "" {
		var err error
		if exponent, err = strconv.Atoi(after); err != nil {
			return "", false
		}
	}
	exponent += len(digits) - len(short) - len(fraction)
	if exponent < 0 || exponent > 20 || len(short)+exponent > 20 { // 2^64 has 20 digits
		return "", false
	}
	whole = short + strings.Repeat("0", exponent)
	if sign {
		whole = "-" + whole
	}
	return whole, true
}

// isNumber tells whether v is a number as JSON has them, but for zeros before it.
func isNumber(v []byte) bool {
	v = bytes.TrimPrefix(v, []byte("-"))
	whole, rest := leadingDigits(v)
	if fraction, ok := bytes.CutPrefix(rest, []byte(".")); ok {
		var n int
		if n, rest = leadingDigits(fraction); n == 0 {
			return false
		}
	}
	if len(rest) > 0 && rest[0]|0x20 == 'e' {
		rest = rest[1:]
		if len(rest) > 0 && (rest[0] == '+' || rest[0] == '-') {
			rest = rest[1:]
		}
		var n int
		if n, rest = leadingDigits(rest); n == 0 {
			return false
		}
	}
	return whole > 0 && len(rest) == 0
}

func leadingDigits(v []byte) (n int, rest []byte) {
	for n < len(v) && v[n] >= '0' && v[n] <= '9' {
		n++
	}
	return n, v[n:]
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
