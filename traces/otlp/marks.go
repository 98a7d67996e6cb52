package otlp

import (
	"bytes"
	"time"

	"supersonic/traces/column"
)

// MarkKey is the attribute that lists a span's marks in one text, with commas.
const MarkKey = "supersonic.mark"

// Marks is a set of marks.
type Marks uint8

// The marks.
const (
	Future           Marks = 1 << iota // starts more than FutureAfter after it arrived
	NegativeDuration                   // ends before it starts
	AttributesCut                      // attributes were left out
	ValueCut                           // a text was cut
	EventsCut                          // events were left out
	LinksCut                           // links were left out
)

var markNames = [...]string{"future", "negative_duration", "attributes_cut", "value_cut", "events_cut", "links_cut"}

// AllMarks lists the marks, in the order of their bits.
func AllMarks() []string { return markNames[:] }

// FutureAfter is how far in the future a span may start without a mark: clocks of
// machines differ.
const FutureAfter = 10 * time.Minute

// mark says on each span what was found odd about it. It is the last step, since
// a resource may come behind its spans.
func (b *Batch) mark() error {
	var ofLists Marks
	for i := range b.Resources {
		ofLists |= b.Resources[i].marks
	}
	for i := range b.Scopes {
		ofLists |= b.Scopes[i].marks
	}
	late := b.Arrived + uint64(FutureAfter)
	if b.Arrived == 0 || late < b.Arrived {
		late = ^uint64(0)
	}
	for i := range b.Spans {
		s := &b.Spans[i]
		if s.Start > late {
			s.Marks |= Future
		}
		if s.End < s.Start {
			s.Marks |= NegativeDuration
		}
		if ofLists != 0 {
			s.Marks |= b.Resources[s.Resource].marks | b.Scopes[s.Scope].marks
		}
		if s.Marks != 0 {
			if err := b.memory.take((len(s.Attrs)+1)*attrSize + markText); err != nil {
				return err
			}
			b.writeMarks(s)
		}
	}
	return nil
}

// markText is about how long the text of some marks is.
const markText = 64

// writeMarks puts the span's marks into its attribute MarkKey, behind those that
// it has.
func (b *Batch) writeMarks(s *Span) {
	begin := len(b.outer)
	b.outer = append(b.outer, s.Attrs...)
	s.Attrs = b.outer[begin:len(b.outer):len(b.outer)]
	old := Find(s.Attrs, MarkKey)
	if old == nil {
		key := b.text(MarkKey)
		b.outer = append(b.outer, Attr{Key: key, Name: b.lookup(key)})
		s.Attrs = b.outer[begin:len(b.outer):len(b.outer)]
		old = &s.Attrs[len(s.Attrs)-1]
	}
	had := old.Text
	if old.Type != column.String {
		had = nil
	}
	at := len(b.texts)
	b.texts = append(b.texts, had...)
	for i, name := range markNames {
		if s.Marks>>i&1 == 0 {
			continue
		}
		b.Counts.Marked[i]++
		if hasMark(had, name) {
			continue
		}
		if len(b.texts) > at {
			b.texts = append(b.texts, ',')
		}
		b.texts = append(b.texts, name...)
	}
	old.Type, old.Num, old.Text = column.String, 0, b.texts[at:len(b.texts):len(b.texts)]
}

// text keeps a text that is not in Raw.
func (b *Batch) text(s string) []byte {
	at := len(b.texts)
	b.texts = append(b.texts, s...)
	return b.texts[at:len(b.texts):len(b.texts)]
}

func hasMark(text []byte, name string) bool {
	for len(text) > 0 {
		word, rest, _ := bytes.Cut(text, []byte{','})
		if string(word) == name {
			return true
		}
		text = rest
	}
	return false
}
