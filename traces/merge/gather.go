package merge

import (
	"fmt"
	"slices"

	"supersonic/traces/column"
)

// gatherer puts a page of a column together.
type gatherer struct {
	c       *merged
	page    int
	v       *column.Vector
	chapter *chapter
	dict    *column.Dict // of a page of codes

	open  []opened // by input: its page that was read last
	items []opened // likewise, how many events or links rows have
	left  []source // pages that were kept, though the page that is read may be the last to need them
}

// opened is a page of an input that is being read.
type opened struct {
	page  uint32
	vec   *column.Vector
	table []uint32 // translates codes; nil: they are the same
}

func (g *gatherer) gather(runs []run) error {
	if done, err := g.whole(runs); done || err != nil {
		return err
	}
	g.open = make([]opened, len(g.c.inputs))
	defer g.close()
	list := g.c.key.List()
	if list {
		g.v.Offsets = append(g.v.Offsets, 0)
	}
	for _, r := range runs {
		lo, hi := int(r.row), int(r.row+r.rows)
		if g.c.inputs[r.input] == nil {
			if err := g.absent(r, lo, hi, list); err != nil {
				return err
			}
			continue
		}
		o, err := g.read(r.input, r.page)
		if err != nil {
			return err
		}
		if list {
			lo, hi = g.offsets(o.vec.Offsets, lo, hi)
		}
		g.copy(o, lo, hi)
	}
	g.v.Len = g.v.Rows
	if list {
		g.v.Len = int(g.v.Offsets[g.v.Rows])
	}
	if !slices.Contains(g.v.Present, false) {
		g.v.Present = g.v.Present[:0]
	}
	if g.c.key.Type.Text() && g.dict == nil && len(g.v.Ends) == 0 {
		g.v.Ends = append(g.v.Ends, 0)
	}
	return nil
}

// whole reads a page that is a page of an input, if this one is.
func (g *gatherer) whole(runs []run) (bool, error) {
	r := runs[0]
	in := &g.c.s.inputs[r.input]
	col := g.c.inputs[r.input]
	if len(runs) > 1 || col == nil || int(r.rows) != in.Page(int(r.page)).Rows {
		return false, nil
	}
	if g.c.key.Type.Text() && g.dict == nil {
		return false, nil // the input may have codes and not tell of what
	}
	k := pageKey{key: g.c.key, input: r.input, page: r.page}
	if held := g.c.s.cache.take(k); held != nil { // it was decoded for its neighbour
		g.c.s.cache.give(k, held)
		return false, nil
	}
	if err := readPage(col, g.c.key, int(r.page), int(r.rows), g.v); err != nil {
		return true, g.c.inputError(r.input, r.page, err)
	}
	if g.c.key.Scope == column.ScopeFixed {
		g.v.Present = g.v.Present[:0]
	}
	if g.dict == nil {
		return true, nil
	}
	table, err := g.table(g.v)
	if err != nil {
		return true, g.c.inputError(r.input, r.page, err)
	}
	for i := range g.v.Codes {
		if table == nil {
			break
		}
		g.v.Codes[i] = table[g.v.Codes[i]]
	}
	g.v.Dict = g.dict
	return true, nil
}

// read returns a page of an input.
func (g *gatherer) read(input, page uint32) (*opened, error) {
	o := &g.open[input]
	if o.vec != nil && o.page == page {
		return o, nil
	}
	cache := &g.c.s.cache
	if o.vec != nil { // a trace that was joined may go back to it
		cache.give(pageKey{key: g.c.key, input: input, page: o.page}, o.vec)
		g.left = append(g.left, source{input, o.page})
		o.vec = nil
	}
	v := cache.take(pageKey{key: g.c.key, input: input, page: page})
	if v == nil {
		v = cache.empty(g.c.key.Type)
		if err := readPage(g.c.inputs[input], g.c.key, int(page), g.c.s.inputs[input].Page(int(page)).Rows, v); err != nil {
			return nil, g.c.inputError(input, page, err)
		}
		g.v.Cost += v.Cost
	}
	table, err := g.table(v)
	if err != nil {
		return nil, g.c.inputError(input, page, err)
	}
	*o = opened{page: page, vec: v, table: table}
	return o, nil
}

// table returns what translates the codes of a page of an input, nil if nothing needs
// to.
func (g *gatherer) table(v *column.Vector) ([]uint32, error) {
	if g.dict == nil {
		return nil, nil
	}
	if v.Dict == nil {
		if err := g.chapter.encode(v, g.c.key.Scope == column.ScopeFixed); err != nil {
			return nil, err
		}
	}
	table, err := g.chapter.table(v.Dict)
	if err != nil {
		err = fmt.Errorf("%v %q: %w", g.c.key.Scope, g.c.key.Name, err)
	}
	return table, err
}

// close gives back what was read: to be kept where the next page has rows of it.
func (g *gatherer) close() {
	cache := &g.c.s.cache
	for _, l := range g.left {
		if int(g.c.s.inputs[l.input].lastUse[l.page]) > g.page {
			continue
		}
		if v := cache.take(pageKey{key: g.c.key, input: l.input, page: l.page}); v != nil {
			cache.discard(g.c.key.Type, v)
		}
	}
	for i, o := range g.open {
		switch {
		case o.vec == nil:
		case int(g.c.s.inputs[i].lastUse[o.page]) > g.page:
			cache.give(pageKey{key: g.c.key, input: uint32(i), page: o.page}, o.vec)
		default:
			cache.discard(g.c.key.Type, o.vec)
		}
	}
	for i, o := range g.items {
		if o.vec != nil {
			cache.give(pageKey{key: g.c.items, items: true, input: uint32(i), page: o.page}, o.vec)
		}
	}
}

// absent appends rows of an input that has not this column.
func (g *gatherer) absent(r run, lo, hi int, list bool) error {
	if list {
		offsets, err := g.itemOffsets(r.input, r.page)
		if err != nil {
			return err
		}
		if offsets == nil {
			last := g.v.Offsets[len(g.v.Offsets)-1]
			for range hi - lo {
				g.v.Offsets = append(g.v.Offsets, last)
			}
			return nil
		}
		lo, hi = g.offsets(offsets, lo, hi)
	}
	appendAbsent(g.v, g.c.key, hi-lo, g.dict == nil)
	return nil
}

// itemOffsets returns how many events, or links, the rows of a page have; nil: none.
func (g *gatherer) itemOffsets(input, page uint32) ([]uint32, error) {
	if g.items == nil {
		g.items = make([]opened, len(g.c.inputs))
	}
	o := &g.items[input]
	if o.vec != nil && o.page == page {
		return o.vec.Offsets, nil
	}
	in, cache := &g.c.s.inputs[input], &g.c.s.cache
	col := in.Column(g.c.items)
	if col == nil {
		return nil, nil
	}
	if o.vec != nil {
		cache.give(pageKey{key: g.c.items, items: true, input: input, page: o.page}, o.vec)
		o.vec = nil
	}
	v := cache.take(pageKey{key: g.c.items, items: true, input: input, page: page})
	if v == nil {
		whole := cache.empty(g.c.items.Type)
		if err := readPage(col, g.c.items, int(page), in.Page(int(page)).Rows, whole); err != nil {
			return nil, g.c.inputError(input, page, err)
		}
		g.v.Cost += whole.Cost
		v = &column.Vector{Rows: whole.Rows, Offsets: slices.Clone(whole.Offsets)}
		cache.discard(g.c.items.Type, whole)
	}
	*o = opened{page: page, vec: v}
	return v.Offsets, nil
}

// offsets appends the offsets of rows and returns which values are theirs.
func (g *gatherer) offsets(from []uint32, lo, hi int) (first, end int) {
	out := g.v.Offsets
	shift := out[len(out)-1] - from[lo]
	for _, at := range from[lo+1 : hi+1] {
		out = append(out, at+shift)
	}
	g.v.Offsets = out
	return int(from[lo]), int(from[hi])
}

// copy appends values of a page.
func (g *gatherer) copy(o *opened, lo, hi int) {
	v, from := g.v, o.vec
	if g.c.key.Type.Text() {
		if g.dict != nil {
			v.Codes = appendCodes(v.Codes, from.Codes[lo:hi], o.table)
			return
		}
		appendTexts(v, from, lo, hi)
	}
	if g.c.key.Scope != column.ScopeFixed {
		for i := lo; i < hi; i++ {
			v.Present = append(v.Present, from.Has(i))
		}
	}
	switch g.c.key.Type {
	case column.Int, column.Bool:
		v.Ints = append(v.Ints, from.Ints[lo:hi]...)
	case column.Float:
		v.Floats = append(v.Floats, from.Floats[lo:hi]...)
	case column.ID8:
		v.IDs = append(v.IDs, from.IDs[8*lo:8*hi]...)
	case column.ID16:
		v.IDs = append(v.IDs, from.IDs[16*lo:16*hi]...)
	}
}

func appendCodes(to, codes, table []uint32) []uint32 {
	if table == nil {
		return append(to, codes...)
	}
	for _, c := range codes {
		to = append(to, table[c])
	}
	return to
}

// appendTexts appends texts as plain ones.
func appendTexts(v, from *column.Vector, lo, hi int) {
	if len(v.Ends) == 0 {
		v.Ends = append(v.Ends, 0)
	}
	if from.Dict != nil {
		for _, c := range from.Codes[lo:hi] {
			v.Text = append(v.Text, from.Dict.Texts[c]...)
			v.Ends = append(v.Ends, uint32(len(v.Text)))
		}
		return
	}
	shift := uint32(len(v.Text)) - from.Ends[lo]
	v.Text = append(v.Text, from.Text[from.Ends[lo]:from.Ends[hi]]...)
	for _, end := range from.Ends[lo+1 : hi+1] {
		v.Ends = append(v.Ends, end+shift)
	}
}

// appendAbsent appends n values that are not there, texts as plain ones or as codes.
func appendAbsent(v *column.Vector, k column.Key, n int, plain bool) {
	switch {
	case k.Type == column.Int || k.Type == column.Bool:
		v.Ints = append(v.Ints, make([]int64, n)...)
	case k.Type == column.Float:
		v.Floats = append(v.Floats, make([]float64, n)...)
	case k.Type == column.ID8:
		v.IDs = append(v.IDs, make([]byte, 8*n)...)
	case k.Type == column.ID16:
		v.IDs = append(v.IDs, make([]byte, 16*n)...)
	case !plain:
		v.Codes = append(v.Codes, make([]uint32, n)...)
		return
	default:
		if len(v.Ends) == 0 {
			v.Ends = append(v.Ends, 0)
		}
		for range n {
			v.Ends = append(v.Ends, uint32(len(v.Text)))
		}
	}
	if k.Scope != column.ScopeFixed {
		v.Present = append(v.Present, make([]bool, n)...)
	}
}

// readPage reads a page of an input's column and checks that it has the form that
// it ought to have, so that what follows may rely on it.
func readPage(c column.Column, k column.Key, page, rows int, v *column.Vector) error {
	err := c.Read(page, v)
	if err == nil {
		err = checkForm(k, v, rows)
	}
	if err != nil {
		return fmt.Errorf("%v %q (%v): %w", k.Scope, k.Name, k.Type, err)
	}
	return nil
}
