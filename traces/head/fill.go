package head

import (
	"math"

	"supersonic/traces/column"
)

// fillNames reads codes, and where they are 0 the names in the records.
func (v *View) fillNames(p *page, number int, out *column.Vector) {
	codes := sized(out.Codes, p.Rows)
	for i := range codes {
		c, k := v.at(p, i)
		codes[i] = c.name[k]
	}
	out.Codes = codes
	if out.Dict = v.dict(fieldName); out.Dict != nil {
		return
	}
	_, plains := v.index(number).rows.of(fieldName)
	texts := v.fields[fieldName].dict.Texts
	text, ends := out.Text[:0], append(out.Ends[:0], 0)
	for _, code := range codes {
		if code != 0 {
			text = append(text, texts[code]...)
		} else {
			text = append(text, plainText(v.data[homeOf(plains[0])], plains[0])...)
			plains = plains[1:]
		}
		ends = append(ends, uint32(len(text)))
	}
	out.Codes, out.Text, out.Ends = codes[:0], text, ends
}

// entries fills a column from the entries of a field. all: a row without one has 0
// or "", and not nothing.
func (v *View) entries(n uint32, all bool) func(*View, *page, int, *column.Vector) {
	f := &v.fields[n]
	return func(v *View, p *page, number int, out *column.Vector) {
		x := v.index(number)
		entries := &x.rows
		switch f.key.Scope {
		case column.ScopeEvent:
			entries = &x.events.index
			x.events.setItems(out)
		case column.ScopeLink:
			entries = &x.links.index
			x.links.setItems(out)
		}
		item, value := entries.of(n)
		if f.key.Type.Text() {
			f.fillTexts(out, item, value, v.data)
		} else {
			fillNumbers(out, f.key.Type, item, value)
			if all {
				out.Present = out.Present[:0]
			}
		}
	}
}

// setItems makes out a list.
func (l *list) setItems(out *column.Vector) {
	out.Offsets = append(out.Offsets[:0], l.offsets...)
	out.Len = len(l.text)
}

// fillTexts fills a text column from entries, the first of each item. homes is the
// memory of plain texts.
func (f *fieldView) fillTexts(out *column.Vector, item []uint32, value []uint64, homes [][]byte) {
	if !f.plain {
		out.Dict = f.dict
		out.Codes = sized(out.Codes, out.Len)
		clear(out.Codes)
		for i := len(item) - 1; i >= 0; i-- {
			out.Codes[item[i]] = uint32(value[i])
		}
		return
	}
	out.Present = sized(out.Present, out.Len)
	clear(out.Present)
	out.Ends = append(out.Ends[:0], 0)
	for i := range uint32(out.Len) {
		if len(item) > 0 && item[0] == i {
			out.Present[i] = true
			out.Text = f.appendText(out.Text, value[0], homes)
		}
		for len(item) > 0 && item[0] == i {
			item, value = item[1:], value[1:]
		}
		out.Ends = append(out.Ends, uint32(len(out.Text)))
	}
}

// appendText appends the text that a value stands for.
func (f *fieldView) appendText(out []byte, value uint64, homes [][]byte) []byte {
	if value&plain != 0 {
		return append(out, plainText(homes[homeOf(value)], value)...)
	}
	return append(out, f.dict.Texts[value]...)
}

// fillNumbers fills a column of Ints or Floats from entries, the first of each item.
func fillNumbers(out *column.Vector, typ column.Type, item []uint32, value []uint64) {
	out.Present = sized(out.Present, out.Len)
	clear(out.Present)
	for _, i := range item {
		out.Present[i] = true
	}
	if typ == column.Float {
		out.Floats = sized(out.Floats, out.Len)
		clear(out.Floats)
		for i := len(item) - 1; i >= 0; i-- {
			out.Floats[item[i]] = math.Float64frombits(value[i])
		}
		return
	}
	out.Ints = sized(out.Ints, out.Len)
	clear(out.Ints)
	for i := len(item) - 1; i >= 0; i-- {
		out.Ints[item[i]] = int64(value[i])
	}
}

// originColumn returns a column of what resources or scopes have.
func (v *View) originColumn(key column.Key, scope bool) column.Column {
	n, ok := v.lookup(key)
	if !ok {
		return nil
	}
	o := v.origin(scope, n)
	if o == nil {
		return nil
	}
	homes, of := v.resources, func(s *shape) uint32 { return s.resource }
	if scope {
		homes, of = v.scopes, func(s *shape) uint32 { return s.scope }
	}
	f := &v.fields[n]
	fixed := key.Scope == column.ScopeFixed
	if f.key.Type.Text() && !f.plain { // mostly: values are codes, of what is absent 0
		return &columnOf{view: v, dict: f.dict, fill: func(v *View, p *page, _ int, out *column.Vector) {
			out.Dict, out.Codes = f.dict, sized(out.Codes, p.Rows)
			for i, shape := range v.rowShapes(p) {
				out.Codes[i] = uint32(o.value[of(&v.shapes[shape])])
			}
		}}
	}
	return &columnOf{view: v, dict: v.dict(n), fill: func(v *View, p *page, _ int, out *column.Vector) {
		item := make([]uint32, 0, p.Rows)
		value := make([]uint64, 0, p.Rows)
		for i, shape := range v.rowShapes(p) {
			if from := of(&v.shapes[shape]); o.present[from] {
				item, value = append(item, uint32(i)), append(value, o.value[from])
			}
		}
		if f.key.Type.Text() {
			f.fillTexts(out, item, value, homes)
			return
		}
		fillNumbers(out, f.key.Type, item, value)
		if fixed {
			out.Present = out.Present[:0]
		}
	}}
}

// itemInts returns a column of numbers of events or links; some: one may be another
// than 0.
func (v *View) itemInts(in func(*pageIndex) *list, of func(*list) []int64, some bool) column.Column {
	zone := func(*page) (lo, hi int64, ok bool) { return 0, 0, !some }
	return &columnOf{view: v, zone: zone, fill: func(v *View, _ *page, number int, out *column.Vector) {
		l := in(v.index(number))
		l.setItems(out)
		if ints := of(l); ints != nil {
			out.Ints = append(out.Ints[:0], ints...)
			return
		}
		out.Ints = sized(out.Ints, out.Len)
		clear(out.Ints)
	}}
}

// itemTexts returns a column of texts of events or links.
func (v *View) itemTexts(in func(*pageIndex) *list, field uint32) column.Column {
	f := &v.fields[field]
	return &columnOf{view: v, dict: v.dict(field), fill: func(v *View, _ *page, number int, out *column.Vector) {
		l := in(v.index(number))
		l.setItems(out)
		if !f.plain {
			out.Dict = f.dict
			out.Codes = sized(out.Codes, out.Len)
			for i, value := range l.text {
				out.Codes[i] = uint32(value)
			}
			return
		}
		out.Ends = append(out.Ends[:0], 0)
		for _, value := range l.text {
			out.Text = f.appendText(out.Text, value, v.data)
			out.Ends = append(out.Ends, uint32(len(out.Text)))
		}
	}}
}

// linkIDs returns a column of ids of links: bytes from to to of both.
func (v *View) linkIDs(from, to int) column.Column {
	return &columnOf{view: v, fill: func(v *View, _ *page, number int, out *column.Vector) {
		l := &v.index(number).links
		l.setItems(out)
		for at := 0; at < len(l.ids); at += linkIDs {
			out.IDs = append(out.IDs, l.ids[at+from:at+to]...)
		}
	}}
}
