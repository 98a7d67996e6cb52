package head

import (
	"slices"
	"sync"

	"supersonic/traces/column"
)

// used tells what the rows of a View have, where the View has not all rows of the
// head: some were duplicates, or were carried over.
type used struct {
	once   sync.Once
	fields []bool   // nil: all that the head's rows have
	shapes []bool   // likewise
	out    []uint32 // the head's rows that are not in the View
}

// has tells whether a row has an entry of a field.
func (v *View) has(n uint32) bool {
	v.used.once.Do(v.findUsed)
	return v.used.fields == nil || v.used.fields[n]
}

// hasShape tells whether a row has a shape.
func (v *View) hasShape(n int) bool {
	v.used.once.Do(v.findUsed)
	return v.used.shapes == nil || v.used.shapes[n]
}

// findUsed counts what the rows have that are here, or, if those are fewer, what
// those have that are not.
func (v *View) findUsed() {
	if len(v.order) == v.rows {
		return
	}
	in := make([]bool, v.rows)
	for _, r := range v.order {
		in[r] = true
	}
	v.used.shapes = make([]bool, len(v.shapes))
	for r := range uint32(v.rows) {
		if in[r] {
			v.used.shapes[v.chunks[r>>chunkBits].shape[r&chunkMask]] = true
		} else {
			v.used.out = append(v.used.out, r)
		}
	}
	counted, here := v.used.out, len(v.order) < len(v.used.out)
	if here {
		counted = v.order
	}
	counts := make([]int, len(v.fields))
	v.walk(counted, func(f uint32, _ uint64) bool { counts[f]++; return true })
	has := make([]bool, len(v.fields))
	for n := range has {
		has[n] = here && counts[n] > 0 || !here && counts[n] < v.fields[n].uses
	}
	v.useOrigins(has)
	v.used.fields = has
}

// walk visits the entries of rows, event names and links' trace states too, until
// visit returns false.
func (v *View) walk(rows []uint32, visit func(field uint32, value uint64) bool) {
	d := newDecoder(v.types)
	for _, r := range rows {
		chunk := int(r >> chunkBits)
		d.begin(v.data[chunk], chunk, v.chunks[chunk].at[r&chunkMask])
		if !d.walk(visit) {
			return
		}
	}
}

// walk visits the entries of a row's record.
func (d *decoder) walk(visit func(field uint32, value uint64) bool) bool {
	list := func(end int) bool {
		for d.at < end {
			if !visit(d.entry()) {
				return false
			}
		}
		return true
	}
	if !list(int(d.uvarint()) + d.at) {
		return false
	}
	if n := int(d.uvarint()); n > 0 {
		d.uvarint()
		for range n {
			d.varint()
			if !visit(fieldEventName, d.text()) || !list(d.listEnd()) {
				return false
			}
		}
	}
	for range int(d.uvarint()) {
		d.at += linkIDs
		state := d.text()
		d.uvarint()
		if !visit(fieldLinkState, state) || !list(d.listEnd()) {
			return false
		}
	}
	return true
}

func (d *decoder) listEnd() int {
	end, _ := d.list()
	return end
}

// useOrigins tells of the fields of resources and scopes whether one that has them
// belongs to a row.
func (v *View) useOrigins(has []bool) {
	for n := range has {
		if f := &v.fields[n]; f.ofOrigin() {
			has[n] = false
			if o := v.origin(f.ofScope(), uint32(n)); o != nil {
				has[n] = slices.Contains(v.present(f, o), true)
			}
		}
	}
}

// present tells in which resources, or scopes, of spans in the View a field is.
func (v *View) present(f *fieldView, o *originValues) []bool {
	out := make([]bool, len(o.present))
	for i := range v.shapes {
		if v.used.shapes != nil && !v.used.shapes[i] {
			continue
		}
		n := v.shapes[i].resource
		if f.ofScope() {
			n = v.shapes[i].scope
		}
		out[n] = o.present[n]
	}
	return out
}

// ofOrigin tells whether a field is one of resources or scopes.
func (f *fieldView) ofOrigin() bool {
	switch f.key.Scope {
	case column.ScopeResource, column.ScopeInstrumentation:
		return true
	case column.ScopeFixed:
		switch f.key {
		case column.ResourceDrop, column.ResourceURL, column.ScopeName, column.ScopeVersion, column.ScopeDropped, column.ScopeURL:
			return true
		}
	}
	return false
}

// ofScope tells whether a field, of those, is one of scopes.
func (f *fieldView) ofScope() bool {
	switch f.key {
	case column.ScopeName, column.ScopeVersion, column.ScopeDropped, column.ScopeURL:
		return true
	}
	return f.key.Scope == column.ScopeInstrumentation
}

// items tells whether there are events and links.
func (v *View) items() (events, links bool) {
	has := func(n uint32) bool { return v.fields[n].uses > 0 && v.has(n) }
	return has(fieldEventName), has(fieldLinkState)
}

// Keys implements column.Segment.
func (v *View) Keys() []column.Key {
	v.ready()
	var keys []column.Key
	if len(v.order) == 0 {
		return nil
	}
	for n := range v.fields {
		if f := &v.fields[n]; f.key.Scope != column.ScopeFixed && f.uses > 0 && v.has(uint32(n)) {
			keys = append(keys, f.key)
		}
	}
	return keys
}
