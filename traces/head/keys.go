package head

import (
	"sync"

	"supersonic/traces/column"
)

// used tells which fields the rows of a View have, where the View has not all rows
// of the head: some were duplicates, or were carried over.
type used struct {
	once   sync.Once
	fields []bool // nil: all that the head's rows have
}

// has tells whether a row has an entry of a field.
func (v *View) has(n uint32) bool {
	v.used.once.Do(v.findUsed)
	return v.used.fields == nil || v.used.fields[n]
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
	counts := make([]int, len(v.fields))
	here := len(v.order) <= v.rows/2
	d := newDecoder(v.types)
	shapes := make([]bool, len(v.shapes))
	for r := range uint32(v.rows) {
		c, k := v.chunks[r>>chunkBits], r&chunkMask
		if in[r] {
			shapes[c.shape[k]] = true
		}
		if in[r] == here {
			d.begin(v.data[r>>chunkBits], 0, c.at[k])
			d.count(counts)
		}
	}
	has := make([]bool, len(v.fields))
	for n := range has {
		has[n] = here && counts[n] > 0 || !here && counts[n] < v.fields[n].uses
	}
	v.useOrigins(d, shapes, has)
	v.used.fields = has
}

// count counts the entries of a row's record.
func (d *decoder) count(counts []int) {
	list := func(end int) {
		for d.at < end {
			f, _ := d.entry()
			counts[f]++
		}
	}
	list(int(d.uvarint()) + d.at)
	if n := int(d.uvarint()); n > 0 {
		d.uvarint()
		for range n {
			d.varint()
			d.text()
			counts[fieldEventName]++
			end, _ := d.list()
			list(end)
		}
	}
	for range int(d.uvarint()) {
		d.at += linkIDs
		d.text()
		counts[fieldLinkState]++
		d.uvarint()
		end, _ := d.list()
		list(end)
	}
}

// useOrigins tells of the fields of resources and scopes whether one that has them
// belongs to a row.
func (v *View) useOrigins(d *decoder, shapes, has []bool) {
	counts := make([]int, len(v.fields))
	seen := make(map[*byte]bool)
	count := func(record []byte) {
		if len(record) == 0 || seen[&record[0]] {
			return
		}
		seen[&record[0]] = true
		for d.begin(record, 0, 0); d.at < len(record); {
			f, _ := d.entry()
			counts[f]++
		}
	}
	for i, is := range shapes {
		if is {
			count(v.resources[v.shapes[i].resource])
			count(v.scopes[v.shapes[i].scope])
		}
	}
	for n := range has {
		if v.fields[n].ofOrigin() {
			has[n] = counts[n] > 0
		}
	}
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

// Values implements column.Segment, for texts in dictionaries, and for what few
// spans differ in. There may be values of spans among them that are not in the
// View, as they were sent twice or went to the next head.
func (v *View) Values(key column.Key) (*column.Vector, bool, error) {
	v.ready()
	if v.only >= 0 {
		return nil, false, nil // the dictionaries are those of all traces
	}
	switch key {
	case column.Kind:
		return v.shapeValues(func(s *shape) int64 { return int64(s.kind) }), true, nil
	case column.Status:
		return v.shapeValues(func(s *shape) int64 { return int64(s.status) }), true, nil
	}
	n, ok := v.number[key]
	if !ok || int(n) >= len(v.fields) {
		return &column.Vector{}, key.Scope != column.ScopeFixed, nil
	}
	f := &v.fields[n]
	if !f.key.Type.Text() {
		return v.originNumbers(n)
	}
	if f.plain {
		return nil, false, nil
	}
	out := &column.Vector{Dict: f.dict}
	for code := 1; code < len(f.dict.Texts); code++ {
		out.Codes = append(out.Codes, uint32(code))
	}
	out.Rows, out.Len = len(out.Codes), len(out.Codes)
	return out, true, nil
}

// shapeValues returns the distinct numbers of a property of shapes.
func (v *View) shapeValues(of func(*shape) int64) *column.Vector {
	out := &column.Vector{}
	seen := make(map[int64]bool)
	for i := range v.shapes {
		if n := of(&v.shapes[i]); !seen[n] {
			seen[n] = true
			out.Ints = append(out.Ints, n)
		}
	}
	out.Rows, out.Len = len(out.Ints), len(out.Ints)
	return out
}

// originNumbers returns the distinct numbers of a field of resources or scopes; of
// other fields only a scan can tell.
func (v *View) originNumbers(n uint32) (*column.Vector, bool, error) {
	f := &v.fields[n]
	if !f.ofOrigin() || f.key.Scope == column.ScopeFixed {
		return nil, false, nil
	}
	out := &column.Vector{}
	o := v.origin(f.key.Scope == column.ScopeInstrumentation, n)
	if o == nil {
		return out, true, nil
	}
	seen := make(map[uint64]bool)
	var values []uint64
	for i, value := range o.value {
		if o.present[i] && !seen[value] {
			seen[value] = true
			values = append(values, value)
		}
	}
	item := make([]uint32, len(values))
	for i := range item {
		item[i] = uint32(i)
	}
	out.Rows, out.Len = len(values), len(values)
	fillNumbers(out, f.key.Type, item, values)
	return out, true, nil
}
