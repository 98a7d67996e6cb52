package block

import (
	"cmp"
	"slices"
	"unicode/utf8"

	"supersonic/traces/column"
)

// restBuilder makes the entries of the map of rare attributes.
type restBuilder struct {
	keys   []column.Key
	values []column.Vector // by page of the row group
}

type restEntry struct {
	row, key, item uint32
	coded          bool // the text is a string in base64
	from, to       int  // of the value's text
}

// readRest makes page p of the map's keys, and keeps that of its values until it is
// asked for.
func (w *writer) readRest(l *leaf, p int) (*listLevels, error) {
	if l.key == restValue {
		w.vec = w.rest.values[p]
		return w.lists[nestRest][p], nil
	}
	if p == 0 {
		w.rest.values = w.rest.values[:0]
	}
	entries, text, err := w.restEntries(w.first + p)
	if err != nil {
		return nil, err
	}
	rows := w.ix.pages[w.first+p].Rows
	offsets := make([]uint32, rows+1)
	for _, e := range entries {
		offsets[e.row+1]++
	}
	for i := range rows {
		offsets[i+1] += offsets[i]
	}
	keys := column.Vector{Rows: rows, Len: len(entries), Offsets: offsets, Ends: []uint32{0}}
	values := column.Vector{Rows: rows, Len: len(entries), Offsets: offsets, Ends: []uint32{0}}
	type id struct {
		key, item uint32
		coded     bool
	}
	names := make(map[id]string)
	for _, e := range entries {
		id := id{e.key, e.item, e.coded}
		name, ok := names[id]
		if !ok {
			name = restName(w.rest.keys[e.key], int(e.item), e.coded)
			names[id] = name
		}
		keys.Text = append(keys.Text, name...)
		keys.Ends = append(keys.Ends, uint32(len(keys.Text)))
		values.Text = append(values.Text, text[e.from:e.to]...)
		values.Ends = append(values.Ends, uint32(len(values.Text)))
	}
	w.vec = keys
	w.rest.values = append(w.rest.values, values)
	w.lists[nestRest] = append(w.lists[nestRest], w.newList(offsets))
	return w.lists[nestRest][p], nil
}

// restEntries lists the rare attributes of a page by row.
func (w *writer) restEntries(page int) (entries []restEntry, text []byte, err error) {
	v := &w.vec
	for n, k := range w.rest.keys {
		if err := w.seg.Column(k).Read(page, v); err != nil {
			return nil, nil, err
		}
		for row := range v.Rows {
			lo, hi := uint32(row), uint32(row+1)
			if k.List() {
				lo, hi = v.Offsets[row], v.Offsets[row+1]
			}
			for i := lo; i < hi; i++ {
				if !v.Has(int(i)) {
					continue
				}
				from := len(text)
				text = restText(text, k, v, int(i))
				coded := k.Type == column.String && !utf8.Valid(v.TextAt(int(i)))
				entries = append(entries, restEntry{uint32(row), uint32(n), i - lo, coded, from, len(text)})
			}
		}
	}
	slices.SortStableFunc(entries, func(a, b restEntry) int { return cmp.Compare(a.row, b.row) })
	return entries, text, nil
}
