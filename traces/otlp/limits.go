package otlp

import (
	"encoding/binary"
	"math"
	"unicode/utf8"

	"supersonic/traces/column"
)

// Limits bound what is kept of a span; 0 is no limit. What they cut depends on the
// export alone, so that reading it again from the log gives the same spans. What is
// left out is added to the span's, event's, link's, resource's or scope's dropped
// counts, and the span is marked.
type Limits struct {
	// SpanBytes bounds the attributes, events and links of a span, by their bytes in
	// the export: in the order in which they came, what does not fit is left out.
	SpanBytes int
	// ValueBytes bounds each text: a value, a name, a status message. A longer one is
	// cut, UTF-8 between two characters, an array or map between two parts. An
	// attribute with a longer key is left out.
	ValueBytes int
	// Attributes bounds each list of attributes: a span's, an event's, a link's, a
	// resource's, a scope's. Events and Links bound a span's.
	Attributes, Events, Links int
}

func (l Limits) withDefaults() Limits {
	for _, p := range []*int{&l.SpanBytes, &l.ValueBytes, &l.Attributes, &l.Events, &l.Links} {
		if *p <= 0 {
			*p = math.MaxInt
		}
	}
	return l
}

// cutText cuts a text that is not an attribute's.
func (b *Batch) cutText(text []byte, marks *Marks) []byte {
	if len(text) <= b.home.limits.ValueBytes {
		return text
	}
	*marks |= ValueCut
	return cutUTF8(text, b.home.limits.ValueBytes)
}

// cutUTF8 cuts before a character that does not fit. What is no UTF-8 anyway is cut
// where the limit is.
func cutUTF8(text []byte, most int) []byte {
	for n := most; n > 0 && n > most-utf8.UTFMax; n-- {
		if utf8.RuneStart(text[n]) {
			return text[:n:n]
		}
	}
	return text[:most:most]
}

// cutValue cuts a value that is too long, and returns how many bytes it took away.
func (b *Batch) cutValue(a *Attr) int {
	long, most := len(a.Text), b.home.limits.ValueBytes
	switch a.Type {
	case column.String:
		a.Text = cutUTF8(a.Text, most)
	case column.Array, column.Map:
		a.Text = b.cutParts(a.Text, most)
	default:
		a.Text = a.Text[:most:most]
	}
	return long - len(a.Text)
}

// cutParts writes an array or map anew with the parts that fit, up to the first
// that does not.
func (b *Batch) cutParts(v []byte, most int) []byte {
	field, whole := lastList(v)
	parts := whole[:0]
	for i := 0; i < len(whole); {
		tag, next := uvarint(whole, i)
		next = skip(whole, next, tag, 0)
		if next < 0 || 1+uvarintSize(next)+next > most {
			break
		}
		parts, i = whole[:next], next
	}
	at := len(b.texts)
	b.texts = append(b.texts, field<<3|wireBytes)
	b.texts = binary.AppendUvarint(b.texts, uint64(len(parts)))
	b.texts = append(b.texts, parts...)
	return b.texts[at:len(b.texts):len(b.texts)]
}
