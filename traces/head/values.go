package head

import (
	"maps"
	"slices"
	"sort"
	"sync"

	"supersonic/traces/column"
)

// goneCodes is, by field, the codes of its dictionary that no row of the View has.
type goneCodes struct {
	mu     sync.Mutex
	fields map[uint32]map[uint64]bool
}

// Values implements column.Segment: for texts in dictionaries, for what resources
// and scopes have, for kind and status.
func (v *View) Values(key column.Key) (*column.Vector, bool, error) {
	v.ready()
	switch key {
	case column.Kind:
		return v.shapeValues(func(s *shape) int64 { return int64(s.kind) }), true, nil
	case column.Status:
		return v.shapeValues(func(s *shape) int64 { return int64(s.status) }), true, nil
	}
	n, ok := v.lookup(key)
	if !ok {
		return &column.Vector{}, key.Scope != column.ScopeFixed, nil
	}
	f := &v.fields[n]
	switch {
	case f.ofOrigin():
		return v.originDistinct(n), true, nil
	case !f.key.Type.Text() || f.plain || v.only >= 0:
		return nil, false, nil
	}
	out := &column.Vector{Dict: f.dict}
	gone := v.gone(n)
	for code := 1; code < len(f.dict.Texts); code++ {
		if !gone[uint64(code)] {
			out.Codes = append(out.Codes, uint32(code))
		}
	}
	out.Rows, out.Len = len(out.Codes), len(out.Codes)
	return out, true, nil
}

// shapeValues returns the distinct numbers of a property of shapes.
func (v *View) shapeValues(of func(*shape) int64) *column.Vector {
	out := &column.Vector{}
	for i := range v.shapes {
		if n := of(&v.shapes[i]); v.hasShape(i) && !slices.Contains(out.Ints, n) {
			out.Ints = append(out.Ints, n)
		}
	}
	out.Rows, out.Len = len(out.Ints), len(out.Ints)
	return out
}

// originDistinct returns the distinct values of a field of resources or scopes.
func (v *View) originDistinct(n uint32) *column.Vector {
	f := &v.fields[n]
	o := v.origin(f.ofScope(), n)
	homes := v.resources
	if f.ofScope() {
		homes = v.scopes
	}
	type distinct struct { // by text, since one may be in the dictionary and plain as well
		text string
		bits uint64
	}
	seen := make(map[distinct]bool)
	var item []uint32
	var value []uint64
	for i, there := range v.present(f, o) {
		is := distinct{bits: o.value[i]}
		if there && f.key.Type.Text() {
			is = distinct{text: string(f.appendText(nil, o.value[i], homes))}
		}
		if there && !seen[is] {
			seen[is] = true
			item, value = append(item, uint32(len(item))), append(value, o.value[i])
		}
	}
	out := &column.Vector{Rows: len(item), Len: len(item)}
	if f.key.Type.Text() {
		f.fillTexts(out, item, value, homes)
	} else {
		fillNumbers(out, f.key.Type, item, value)
	}
	return out
}

// gone returns the codes of a field that only rows have which are not in the View.
func (v *View) gone(n uint32) map[uint64]bool {
	g := &v.goneCodes
	g.mu.Lock()
	defer g.mu.Unlock()
	if codes, ok := g.fields[n]; ok {
		return codes
	}
	codes := make(map[uint64]bool)
	v.eachText(n, v.used.out, func(code uint64) bool { codes[code] = true; return true })
	found := func(code uint64) bool {
		delete(codes, code)
		return len(codes) > 0
	}
	if len(codes) > 0 { // the span that stays of a duplicate has most of them
		v.eachText(n, v.besides(v.used.out), found)
	}
	if len(codes) > 0 {
		v.eachText(n, v.order, found)
	}
	if g.fields == nil {
		g.fields = make(map[uint32]map[uint64]bool)
	}
	g.fields[n] = codes
	return codes
}

// eachText visits the values of a text field in rows of the head.
func (v *View) eachText(n uint32, rows []uint32, visit func(value uint64) bool) {
	if n == fieldName {
		for _, r := range rows {
			if !visit(uint64(v.chunks[r>>chunkBits].name[r&chunkMask])) {
				return
			}
		}
		return
	}
	v.walk(rows, func(f uint32, value uint64) bool { return f != n || visit(value) })
}

// besides returns the rows in the View of the traces that some rows belong to.
func (v *View) besides(rows []uint32) []uint32 {
	traces := make(map[int]bool)
	for _, r := range rows {
		if at := v.place[v.chunks[r>>chunkBits].trace[r&chunkMask]]; at > 0 {
			traces[int(at-1)] = true
		}
	}
	var out []uint32
	for _, t := range slices.Sorted(maps.Keys(traces)) {
		p := &v.pages[v.pageOf(t)]
		bounds := v.bounds[p.bound+t-p.trace:]
		out = append(out, v.order[p.row+int(bounds[0]):p.row+int(bounds[1])]...)
	}
	return out
}

// pageOf is the page of a trace, by its place in the order of traces.
func (v *View) pageOf(trace int) int {
	return sort.Search(len(v.pages), func(i int) bool { return v.pages[i].trace > trace }) - 1
}
