package head

import (
	"encoding/binary"

	"supersonic/traces/otlp"
)

// restorer makes batches of rows of a View.
type restorer struct {
	view  *View
	names [][]byte // of the fields
	d     *decoder

	batch     *otlp.Batch
	resources map[uint32]int32 // numbers of the View and of the batch
	scopes    map[uint32]int32
	attrs     []otlp.Attr
	events    []otlp.Event
	links     []otlp.Link
	text      []byte
}

func newRestorer(v *View) *restorer {
	r := &restorer{view: v, d: newDecoder(v.types)}
	for i := range v.fields {
		r.names = append(r.names, []byte(v.fields[i].key.Name))
	}
	return r
}

// restore returns the spans of rows of the head. They are good until the next call.
func (r *restorer) restore(rows []uint32) *otlp.Batch {
	r.batch = &otlp.Batch{Names: r.names, Spans: make([]otlp.Span, len(rows))}
	r.resources, r.scopes = make(map[uint32]int32), make(map[uint32]int32)
	r.attrs, r.events, r.links, r.text = r.attrs[:0], r.events[:0], r.links[:0], r.text[:0]
	for i, row := range rows {
		r.span(&r.batch.Spans[i], row)
	}
	return r.batch
}

func (r *restorer) span(s *otlp.Span, row uint32) {
	v, n := r.view, int(row>>chunkBits)
	c, k := v.chunks[n], row&chunkMask
	of := &v.shapes[c.shape[k]]
	s.TraceID = v.ids[c.trace[k]]
	binary.BigEndian.PutUint64(s.ID[:], c.id[k])
	binary.BigEndian.PutUint64(s.Parent[:], c.parent[k])
	s.Start, s.End = c.start[k], c.start[k]+uint64(c.duration[k])
	s.Kind, s.Status, s.Flags = of.kind, of.status, of.flags
	s.Resource, s.Scope = r.resource(of.resource), r.scope(of.scope)
	if code := c.name[k]; code != 0 {
		s.Name = r.textOf(fieldName, uint64(code), nil)
	}
	r.d.begin(v.data[n], n, c.at[k])
	s.Attrs = r.list(int(r.d.uvarint())+r.d.at, v.data, func(field uint32, value uint64) {
		switch field {
		case fieldName:
			s.Name = r.textOf(field, value, v.data)
		case fieldState:
			s.TraceState = r.textOf(field, value, v.data)
		case fieldMessage:
			s.StatusMessage = r.textOf(field, value, v.data)
		case fieldDropped:
			s.Dropped = uint32(value)
		case fieldDroppedEvents:
			s.DroppedEvents = uint32(value)
		case fieldDroppedLinks:
			s.DroppedLinks = uint32(value)
		}
	})
	r.items(s)
}

func (r *restorer) items(s *otlp.Span) {
	d, data := r.d, r.view.data
	if n := int(d.uvarint()); n > 0 {
		d.uvarint()
		at, first := s.Start, len(r.events)
		for range n {
			at += uint64(d.varint())
			e := otlp.Event{Time: at, Name: r.textOf(fieldEventName, d.text(), data)}
			end, dropped := d.list()
			e.Attrs, e.Dropped = r.list(end, data, nil), uint32(dropped)
			r.events = append(r.events, e)
		}
		s.Events = r.events[first:]
	}
	if n := int(d.uvarint()); n > 0 {
		first := len(r.links)
		for range n {
			var l otlp.Link
			d.at += copy(l.TraceID[:], d.data[d.at:])
			d.at += copy(l.SpanID[:], d.data[d.at:])
			l.TraceState = r.textOf(fieldLinkState, d.text(), data)
			l.Flags = uint32(d.uvarint())
			end, dropped := d.list()
			l.Attrs, l.Dropped = r.list(end, data, nil), uint32(dropped)
			r.links = append(r.links, l)
		}
		s.Links = r.links[first:]
	}
}

// list reads attributes up to end. What is not an attribute goes to fixed.
func (r *restorer) list(end int, homes [][]byte, fixed func(field uint32, value uint64)) []otlp.Attr {
	first := len(r.attrs)
	for r.d.at < end {
		field, value := r.d.entry()
		if field < fixedFields {
			fixed(field, value)
			continue
		}
		a := otlp.Attr{Key: r.names[field], Name: int32(field), Type: r.view.types[field]}
		if a.Type.Text() {
			a.Text = r.textOf(field, value, homes)
		} else {
			a.Num = value
		}
		r.attrs = append(r.attrs, a)
	}
	return r.attrs[first:len(r.attrs):len(r.attrs)]
}

func (r *restorer) textOf(field uint32, value uint64, homes [][]byte) []byte {
	first := len(r.text)
	r.text = r.view.fields[field].appendText(r.text, value, homes)
	return r.text[first:len(r.text):len(r.text)]
}

func (r *restorer) resource(number uint32) int32 {
	if at, ok := r.resources[number]; ok {
		return at
	}
	var out otlp.Resource
	homes := r.view.resources
	r.d.begin(homes[number], int(number), 0)
	out.Attrs = r.list(len(homes[number]), homes, func(field uint32, value uint64) {
		switch field {
		case fieldResourceDropped:
			out.Dropped = uint32(value)
		case fieldResourceURL:
			out.SchemaURL = r.textOf(field, value, homes)
		}
	})
	at := int32(len(r.batch.Resources))
	r.batch.Resources = append(r.batch.Resources, out)
	r.resources[number] = at
	return at
}

func (r *restorer) scope(number uint32) int32 {
	if at, ok := r.scopes[number]; ok {
		return at
	}
	var out otlp.Scope
	homes := r.view.scopes
	r.d.begin(homes[number], int(number), 0)
	out.Attrs = r.list(len(homes[number]), homes, func(field uint32, value uint64) {
		switch field {
		case fieldScopeName:
			out.Name = r.textOf(field, value, homes)
		case fieldScopeVersion:
			out.Version = r.textOf(field, value, homes)
		case fieldScopeDropped:
			out.Dropped = uint32(value)
		case fieldScopeURL:
			out.SchemaURL = r.textOf(field, value, homes)
		}
	})
	at := int32(len(r.batch.Scopes))
	r.batch.Scopes = append(r.batch.Scopes, out)
	r.scopes[number] = at
	return at
}
