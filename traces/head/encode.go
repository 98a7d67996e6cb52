package head

import (
	"encoding/binary"

	"supersonic/traces/column"
	"supersonic/traces/otlp"
)

// encoder writes the entries of records. A record is what belongs to one row,
// resource or scope; it has lists of attributes: a row one of its own, one for each
// event, one for each link.
//
//	record of a row: uvarint bytes of list, list,
//	                 uvarint events, if any: uvarint bytes of them, they
//	                 uvarint links, they
//	event:           varint time (since the event before, or the span's start), value of event.name, its list
//	link:            16 + 8 bytes of ids, value of link.trace_state, uvarint flags, its list
//	list of those:   uvarint 2*bytes of list, + 1 if uvarint dropped attributes follow; list
//	list:            entries: uvarint field, value
//	value:           text: uvarint code; 0 for a plain one: uvarint bytes, text
//	                 Int: varint, less the value before of the field in the record
//	                 Float: 8 bytes, little endian. Bool: 1 byte
type encoder struct {
	record uint64 // counts records

	// cache is, by scope and otlp.Attr.Name, the field that an attribute of the
	// batch had: the look-up by name is made once a batch.
	cache [scopes][]*field

	out   []byte      // the record
	items []byte      // its events
	attrs []byte      // a list
	more  []otlp.Attr // overflow of a list
}

// begin prepares for a batch with so many names.
func (e *encoder) begin(names int) {
	for i := range e.cache {
		e.cache[i] = sized(e.cache[i], names)
		clear(e.cache[i])
	}
}

// addText writes an entry of a fixed field, if there is a text.
func (h *Head) addText(out []byte, number int, text []byte) []byte {
	if len(text) == 0 {
		return out
	}
	f := h.fields.list[number]
	f.uses++
	return h.text(binary.AppendUvarint(out, uint64(number)), f, text)
}

// addCount writes an entry of a fixed field, if it is not 0.
func (h *Head) addCount(out []byte, number int, n uint32) []byte {
	if n == 0 {
		return out
	}
	h.fields.list[number].uses++
	return binary.AppendVarint(binary.AppendUvarint(out, uint64(number)), int64(n))
}

// text writes the value of a text.
func (h *Head) text(out []byte, f *field, text []byte) []byte {
	code, grown := f.dict.code(h.seed, text)
	h.bytes += grown
	if code == 0 {
		out = append(out, 0)
		out = binary.AppendUvarint(out, uint64(len(text)))
		return append(out, text...)
	}
	return binary.AppendUvarint(out, uint64(code))
}

// addList writes entries of attributes.
func (h *Head) addList(out []byte, scope column.Scope, attrs []otlp.Attr) []byte {
	e := &h.encoder
	e.more = e.more[:0]
	cache := e.cache[scope]
	for i := range attrs {
		a := &attrs[i]
		if a.Type == column.Map && string(a.Key) == More {
			// Of a head before this one, or it comes to the same.
			if otlp.EachPart(a.Text, func(p otlp.Attr) bool { e.more = append(e.more, p); return true }) == nil {
				continue
			}
		}
		if n := int(a.Name); n < len(cache) {
			f := cache[n]
			if f == nil || f.key.Type != a.Type {
				f = h.field(scope, a)
				cache[n] = f
			}
			if f != nil {
				out = h.addAttr(out, f, a)
				continue
			}
		} else if f := h.field(scope, a); f != nil {
			out = h.addAttr(out, f, a)
			continue
		}
		e.more = append(e.more, *a)
		h.overflow++
	}
	if len(e.more) > 0 {
		out = h.addMore(out, scope)
	}
	return out
}

// addMore writes the attributes that have no field as one. They are few, or an attack.
func (h *Head) addMore(out []byte, scope column.Scope) []byte {
	a := otlp.Attr{Key: []byte(More), Type: column.Map, Text: otlp.AppendMap(nil, h.encoder.more)}
	f := h.fields.find(scope, &a)
	if f == nil {
		f = h.newField(column.Key{Scope: scope, Type: column.Map, Name: More})
	}
	return h.addAttr(out, f, &a)
}

// addAttr writes an entry.
func (h *Head) addAttr(out []byte, f *field, a *otlp.Attr) []byte {
	f.uses++
	out = binary.AppendUvarint(out, uint64(f.number))
	switch a.Type {
	case column.Int:
		before := f.value
		if f.of != h.encoder.record {
			f.of, before = h.encoder.record, 0
		}
		f.value = int64(a.Num)
		return binary.AppendVarint(out, f.value-before)
	case column.Float:
		return binary.LittleEndian.AppendUint64(out, a.Num)
	case column.Bool:
		return append(out, byte(min(a.Num, 1)))
	}
	return h.text(out, f, a.Text)
}

// field finds the field of an attribute, or makes it; nil if there are too many.
func (h *Head) field(scope column.Scope, a *otlp.Attr) *field {
	if f := h.fields.find(scope, a); f != nil {
		return f
	}
	if len(h.fields.list) >= h.opts.MaxKeys+fixedFields {
		return nil
	}
	return h.newField(column.Key{Scope: scope, Type: a.Type, Name: string(a.Key)})
}

func (h *Head) newField(key column.Key) *field {
	h.bytes += fieldBytes + len(key.Name)
	return h.fields.add(key)
}

// encodeRow writes the record of a span to encoder.out; code is its name's.
func (h *Head) encodeRow(s *otlp.Span, code uint32) {
	e := &h.encoder
	e.record++
	list := e.attrs[:0]
	if code == 0 {
		list = append(list, fieldName, 0)
		list = binary.AppendUvarint(list, uint64(len(s.Name)))
		list = append(list, s.Name...)
	}
	list = h.addText(list, fieldState, s.TraceState)
	list = h.addText(list, fieldMessage, s.StatusMessage)
	list = h.addCount(list, fieldDropped, s.Dropped)
	list = h.addCount(list, fieldDroppedEvents, s.DroppedEvents)
	list = h.addCount(list, fieldDroppedLinks, s.DroppedLinks)
	list = h.addList(list, column.ScopeSpan, s.Attrs)
	e.attrs = list

	e.out = binary.AppendUvarint(e.out[:0], uint64(len(list)))
	e.out = append(e.out, list...)
	h.encodeEvents(s)
	h.encodeLinks(s)
}

// seldom tells what any event or link has had: columns that mostly are all zero.
type seldom struct{ eventDropped, linkFlags, linkDropped bool }

func (s *seldom) add(l *otlp.Link) {
	s.linkFlags = s.linkFlags || l.Flags != 0
	s.linkDropped = s.linkDropped || l.Dropped != 0
}

func (h *Head) encodeEvents(s *otlp.Span) {
	e := &h.encoder
	e.out = binary.AppendUvarint(e.out, uint64(len(s.Events)))
	if len(s.Events) == 0 {
		return
	}
	h.events += len(s.Events)
	items := e.items[:0]
	before := s.Start
	names := h.fields.list[fieldEventName]
	for i := range s.Events {
		v := &s.Events[i]
		items = binary.AppendVarint(items, int64(v.Time-before))
		before = v.Time
		names.uses++
		items = h.text(items, names, v.Name)
		h.seldom.eventDropped = h.seldom.eventDropped || v.Dropped != 0
		items = h.itemList(items, column.ScopeEvent, v.Attrs, v.Dropped)
	}
	e.items = items
	e.out = binary.AppendUvarint(e.out, uint64(len(items)))
	e.out = append(e.out, items...)
}

func (h *Head) encodeLinks(s *otlp.Span) {
	e := &h.encoder
	e.out = binary.AppendUvarint(e.out, uint64(len(s.Links)))
	h.links += len(s.Links)
	states := h.fields.list[fieldLinkState]
	for i := range s.Links {
		l := &s.Links[i]
		e.out = append(e.out, l.TraceID[:]...)
		e.out = append(e.out, l.SpanID[:]...)
		states.uses++
		h.seldom.add(l)
		e.out = h.text(e.out, states, l.TraceState)
		e.out = binary.AppendUvarint(e.out, uint64(l.Flags))
		e.out = h.itemList(e.out, column.ScopeLink, l.Attrs, l.Dropped)
	}
}

// itemList writes the list of an event or link.
func (h *Head) itemList(out []byte, scope column.Scope, attrs []otlp.Attr, dropped uint32) []byte {
	e := &h.encoder
	list := e.attrs[:0]
	if len(attrs) > 0 {
		list = h.addList(list, scope, attrs)
		e.attrs = list
	}
	head := uint64(len(list)) << 1
	if dropped != 0 {
		head |= 1
	}
	out = binary.AppendUvarint(out, head)
	if dropped != 0 {
		out = binary.AppendUvarint(out, uint64(dropped))
	}
	return append(out, list...)
}

// encodeResource writes the record of a resource to encoder.out.
func (h *Head) encodeResource(r *otlp.Resource) {
	h.encoder.record++
	out := h.addCount(h.encoder.out[:0], fieldResourceDropped, r.Dropped)
	out = h.addText(out, fieldResourceURL, r.SchemaURL)
	h.encoder.out = h.addList(out, column.ScopeResource, r.Attrs)
}

// encodeScope writes the record of an instrumentation scope to encoder.out.
func (h *Head) encodeScope(s *otlp.Scope) {
	h.encoder.record++
	out := h.addText(h.encoder.out[:0], fieldScopeName, s.Name)
	out = h.addText(out, fieldScopeVersion, s.Version)
	out = h.addCount(out, fieldScopeDropped, s.Dropped)
	out = h.addText(out, fieldScopeURL, s.SchemaURL)
	h.encoder.out = h.addList(out, column.ScopeInstrumentation, s.Attrs)
}
