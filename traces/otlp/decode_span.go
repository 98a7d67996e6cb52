package otlp

import (
	"cmp"
	"math"
)

func (b *Batch) resource(m []byte, r *Resource) error {
	l, room := b.reopen(ofResource, r.Attrs), b.home.limits.SpanBytes
	for i := 0; i < len(m); {
		var tag, n uint64
		var v []byte
		var err error
		switch tag, i = uvarint(m, i); tag {
		case 1<<3 | wireBytes:
			if v, i = chunk(m, i); i >= 0 {
				err = b.add(&l, v, &room)
			}
		case 2<<3 | wireVarint:
			n, i = uvarint(m, i)
			r.Dropped = uint32(n)
		default:
			i, err = unknown(m, i, tag, 1<<1|1<<2)
		}
		if err != nil || i < 0 {
			return cmp.Or(err, errTruncated)
		}
	}
	r.Attrs = l.end()
	r.left = addDropped(r.left, l.dropped)
	r.marks |= l.marks
	return nil
}

func (b *Batch) scopeSpans(m []byte, resource int32) error {
	if err := b.memory.take(scopeSize); err != nil {
		return err
	}
	at := len(b.Scopes)
	b.Scopes = append(b.Scopes, Scope{})
	for i := 0; i < len(m); {
		var tag uint64
		var v []byte
		var err error
		switch tag, i = uvarint(m, i); tag {
		case 1<<3 | wireBytes:
			if v, i = chunk(m, i); i >= 0 {
				err = b.scope(v, &b.Scopes[at])
			}
		case 2<<3 | wireBytes:
			if v, i = chunk(m, i); i >= 0 {
				err = b.span(v, resource, int32(at))
			}
		case 3<<3 | wireBytes:
			v, i = chunk(m, i)
			s := &b.Scopes[at]
			s.SchemaURL = b.cutText(v, &s.marks)
		default:
			i, err = unknown(m, i, tag, 1<<1|1<<2|1<<3)
		}
		if err != nil || i < 0 {
			return cmp.Or(err, errTruncated)
		}
	}
	s := &b.Scopes[at]
	s.Dropped = addDropped(s.Dropped, s.left)
	return nil
}

func (b *Batch) scope(m []byte, s *Scope) error {
	l, room := b.reopen(ofScope, s.Attrs), b.home.limits.SpanBytes
	for i := 0; i < len(m); {
		var tag, n uint64
		var v []byte
		var err error
		switch tag, i = uvarint(m, i); tag {
		case 1<<3 | wireBytes:
			v, i = chunk(m, i)
			s.Name = b.cutText(v, &l.marks)
		case 2<<3 | wireBytes:
			v, i = chunk(m, i)
			s.Version = b.cutText(v, &l.marks)
		case 3<<3 | wireBytes:
			if v, i = chunk(m, i); i >= 0 {
				err = b.add(&l, v, &room)
			}
		case 4<<3 | wireVarint:
			n, i = uvarint(m, i)
			s.Dropped = uint32(n)
		default:
			i, err = unknown(m, i, tag, 1<<1|1<<2|1<<3|1<<4)
		}
		if err != nil || i < 0 {
			return cmp.Or(err, errTruncated)
		}
	}
	s.Attrs = l.end()
	s.left = addDropped(s.left, l.dropped)
	s.marks |= l.marks
	return nil
}

// spanFields are the fields of a Span that are read.
const spanFields fields = 1<<17 - 2

// reading is a span that is being read.
type reading struct {
	*Span
	list
	events, links         int // where its lists begin in the arenas
	leftEvents, leftLinks uint32
	room                  int
}

// span reads a Span and keeps it if it has ids.
func (b *Batch) span(m []byte, resource, scope int32) error {
	before := b.arenas()
	if err := b.memory.take(spanSize); err != nil {
		return err
	}
	b.Spans = append(b.Spans, Span{Resource: resource, Scope: scope})
	s := reading{Span: &b.Spans[before.spans], list: b.newList(ofSpan), events: before.events, links: before.links, room: b.home.limits.SpanBytes}
	if err := b.spanFields(m, &s); err != nil {
		return err
	}
	b.Counts.Spans++
	switch {
	case s.TraceID == [16]byte{}:
		b.Counts.NoTraceID++
		b.backTo(before)
	case s.ID == [8]byte{}:
		b.Counts.NoSpanID++
		b.backTo(before)
	default:
		s.Attrs = s.list.end()
		s.Events, s.Links = b.events[s.events:len(b.events):len(b.events)], b.links[s.links:len(b.links):len(b.links)]
		s.Dropped = addDropped(s.Dropped, s.list.dropped)
		s.DroppedEvents, s.DroppedLinks = addDropped(s.DroppedEvents, s.leftEvents), addDropped(s.DroppedLinks, s.leftLinks)
		s.Marks = s.list.marks
	}
	return nil
}

// backTo takes what was written since away.
func (b *Batch) backTo(a arenas) {
	b.outer, b.inner, b.events, b.links, b.Spans = b.outer[:a.outer], b.inner[:a.inner], b.events[:a.events], b.links[:a.links], b.Spans[:a.spans]
	b.memory.used = a.memory
}

func (b *Batch) spanFields(m []byte, s *reading) error {
	for i := 0; i < len(m); {
		var tag, n uint64
		var v []byte
		var err error
		switch tag, i = uvarint(m, i); tag {
		case 1<<3 | wireBytes:
			s.TraceID, i = id[[16]byte](m, i)
		case 2<<3 | wireBytes:
			s.ID, i = id[[8]byte](m, i)
		case 3<<3 | wireBytes:
			v, i = chunk(m, i)
			s.TraceState = b.cutText(v, &s.marks)
		case 4<<3 | wireBytes:
			s.Parent, i = id[[8]byte](m, i)
		case 5<<3 | wireBytes:
			v, i = chunk(m, i)
			s.Name = b.cutText(v, &s.marks)
		case 6<<3 | wireVarint:
			n, i = uvarint(m, i)
			s.Kind = int32(n)
		case 7<<3 | wire64:
			s.Start, i = fixed64(m, i)
		case 8<<3 | wire64:
			s.End, i = fixed64(m, i)
		case 9<<3 | wireBytes:
			if v, i = chunk(m, i); i >= 0 {
				err = b.add(&s.list, v, &s.room)
			}
		case 10<<3 | wireVarint:
			n, i = uvarint(m, i)
			s.Dropped = uint32(n)
		case 11<<3 | wireBytes:
			if v, i = chunk(m, i); i >= 0 {
				err = b.event(v, s)
			}
		case 12<<3 | wireVarint:
			n, i = uvarint(m, i)
			s.DroppedEvents = uint32(n)
		case 13<<3 | wireBytes:
			if v, i = chunk(m, i); i >= 0 {
				err = b.link(v, s)
			}
		case 14<<3 | wireVarint:
			n, i = uvarint(m, i)
			s.DroppedLinks = uint32(n)
		case 15<<3 | wireBytes:
			if v, i = chunk(m, i); i >= 0 {
				err = b.status(v, s)
			}
		case 16<<3 | wire32:
			s.Flags, i = fixed32(m, i)
		default:
			i, err = unknown(m, i, tag, spanFields)
		}
		if err != nil || i < 0 {
			return cmp.Or(err, errTruncated)
		}
	}
	return nil
}

func (b *Batch) status(m []byte, s *reading) error {
	for i := 0; i < len(m); {
		var tag, n uint64
		var v []byte
		var err error
		switch tag, i = uvarint(m, i); tag {
		case 2<<3 | wireBytes:
			v, i = chunk(m, i)
			s.StatusMessage = b.cutText(v, &s.marks)
		case 3<<3 | wireVarint:
			n, i = uvarint(m, i)
			s.Status = int32(n)
		default:
			i, err = unknown(m, i, tag, 1<<2|1<<3)
		}
		if err != nil || i < 0 {
			return cmp.Or(err, errTruncated)
		}
	}
	return nil
}

// event reads an Event of a span, and keeps it within the limits.
func (b *Batch) event(m []byte, s *reading) error {
	before := b.arenas()
	if err := b.memory.take(eventSize); err != nil {
		return err
	}
	b.events = append(b.events, Event{})
	e := &b.events[before.events]
	l, room := b.newList(ofEvent), math.MaxInt
	for i := 0; i < len(m); {
		var tag, n uint64
		var v []byte
		var err error
		switch tag, i = uvarint(m, i); tag {
		case 1<<3 | wire64:
			e.Time, i = fixed64(m, i)
		case 2<<3 | wireBytes:
			v, i = chunk(m, i)
			e.Name = b.cutText(v, &l.marks)
		case 3<<3 | wireBytes:
			if v, i = chunk(m, i); i >= 0 {
				err = b.add(&l, v, &room)
			}
		case 4<<3 | wireVarint:
			n, i = uvarint(m, i)
			e.Dropped = uint32(n)
		default:
			i, err = unknown(m, i, tag, 1<<1|1<<2|1<<3|1<<4)
		}
		if err != nil || i < 0 {
			return cmp.Or(err, errTruncated)
		}
	}
	e.Attrs, e.Dropped = l.end(), addDropped(e.Dropped, l.dropped)
	if size := keptSize(len(m), l.marks, e.Attrs, e.Name); before.events-s.events >= b.home.limits.Events || size > s.room {
		before.spans = len(b.Spans)
		b.backTo(before)
		s.leftEvents, s.marks = addDropped(s.leftEvents, 1), s.marks|EventsCut
	} else {
		s.room, s.marks = s.room-size, s.marks|l.marks
	}
	return nil
}

// link reads a Link of a span, and keeps it within the limits.
func (b *Batch) link(m []byte, s *reading) error {
	before := b.arenas()
	if err := b.memory.take(linkSize); err != nil {
		return err
	}
	b.links = append(b.links, Link{})
	k := &b.links[before.links]
	l, room := b.newList(ofLink), math.MaxInt
	for i := 0; i < len(m); {
		var tag, n uint64
		var v []byte
		var err error
		switch tag, i = uvarint(m, i); tag {
		case 1<<3 | wireBytes:
			k.TraceID, i = id[[16]byte](m, i)
		case 2<<3 | wireBytes:
			k.SpanID, i = id[[8]byte](m, i)
		case 3<<3 | wireBytes:
			v, i = chunk(m, i)
			k.TraceState = b.cutText(v, &l.marks)
		case 4<<3 | wireBytes:
			if v, i = chunk(m, i); i >= 0 {
				err = b.add(&l, v, &room)
			}
		case 5<<3 | wireVarint:
			n, i = uvarint(m, i)
			k.Dropped = uint32(n)
		case 6<<3 | wire32:
			k.Flags, i = fixed32(m, i)
		default:
			i, err = unknown(m, i, tag, 1<<1|1<<2|1<<3|1<<4|1<<5|1<<6)
		}
		if err != nil || i < 0 {
			return cmp.Or(err, errTruncated)
		}
	}
	k.Attrs, k.Dropped = l.end(), addDropped(k.Dropped, l.dropped)
	if size := keptSize(len(m), l.marks, k.Attrs, k.TraceState); before.links-s.links >= b.home.limits.Links || size > s.room {
		before.spans = len(b.Spans)
		b.backTo(before)
		s.leftLinks, s.marks = addDropped(s.leftLinks, 1), s.marks|LinksCut
	} else {
		s.room, s.marks = s.room-size, s.marks|l.marks
	}
	return nil
}

// keptSize is about how many bytes of an event or link are kept.
func keptSize(whole int, marks Marks, attrs []Attr, text []byte) int {
	if marks == 0 {
		return whole
	}
	size := 32 + len(text)
	for i := range attrs {
		size += 8 + len(attrs[i].Key) + len(attrs[i].Text)
	}
	return min(size, whole)
}

// addDropped adds to a count, which stays at what it can hold.
func addDropped(n, more uint32) uint32 { return n + min(more, math.MaxUint32-n) }
