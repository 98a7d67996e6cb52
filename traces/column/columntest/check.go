package columntest

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"supersonic/traces/column"
)

// Check tells the first thing that a Segment has not as package column documents
// it: order, tree, bounds, zones, dictionaries, what Find and Values know.
func Check(seg column.Segment) error {
	t, err := readTable(seg)
	if err != nil {
		return err
	}
	keys := slices.Clone(seg.Keys())
	slices.SortFunc(keys, column.Key.Compare)
	if len(slices.Compact(slices.Clone(keys))) != len(keys) {
		return errors.New("a key is listed twice")
	}
	if i := slices.IndexFunc(keys, func(k column.Key) bool { return k.Scope == column.ScopeFixed }); i >= 0 {
		return fmt.Errorf("%s is listed, though it is fixed", name(keys[i]))
	}
	if err := errors.Join(t.checkOrder(), t.checkFind()); err != nil {
		return err
	}
	types := oneType{of: keys, has: make(map[place]column.Type)}
	for _, k := range slices.Concat(column.Fixed(), keys) {
		cells, err := t.column(k)
		if err == nil {
			err = errors.Join(types.check(k, cells), t.checkColumn(k, cells))
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name(k), err)
		}
	}
	return nil
}

// nodes reads what the order of rows depends on, and the distances to parents.
func (t *table) nodes() (nodes []column.Node, distance []int64, err error) {
	var cols [6][][]cell
	for i, k := range []column.Key{column.SpanID, column.ParentID, column.Start, column.Duration, column.Kind, column.ParentRow} {
		if cols[i], err = t.column(k); err != nil {
			return nil, nil, err
		}
	}
	id := func(c []cell) uint64 {
		if c[0].text == "" {
			return 0
		}
		return binary.BigEndian.Uint64([]byte(c[0].text))
	}
	for i := range t.rows {
		start := cols[2][i][0].num
		nodes = append(nodes, column.Node{ID: id(cols[0][i]), Parent: id(cols[1][i]), Start: start, End: start + cols[3][i][0].num, Kind: int32(cols[4][i][0].num)})
		distance = append(distance, int64(cols[5][i][0].num))
	}
	return nodes, distance, nil
}

// checkOrder checks the order of traces and of rows, and the pages' times.
func (t *table) checkOrder() error {
	nodes, distance, err := t.nodes()
	if err != nil {
		return err
	}
	var tree column.Tree
	var starts []uint64
	for i, id := range t.ids {
		lo, hi := t.bounds[i], t.bounds[i+1]
		order, want := tree.Order(nodes[lo:hi])
		if len(order) != hi-lo {
			return fmt.Errorf("trace %x holds a span twice", id)
		}
		for j := range order {
			if int(order[j]) != j || distance[lo+j] != want[j] {
				return fmt.Errorf("trace %x: its row %d is not in tree order, or its parent not %d rows back", id, j, distance[lo+j])
			}
		}
		starts = append(starts, slices.MinFunc(nodes[lo:hi], func(a, b column.Node) int { return cmp.Compare(a.Start, b.Start) }).Start)
		if i > 0 && cmp.Or(cmp.Compare(starts[i-1], starts[i]), cmp.Compare(t.ids[i-1], id)) >= 0 {
			return fmt.Errorf("trace %x of start %d comes after %x of start %d", id, starts[i], t.ids[i-1], starts[i-1])
		}
	}
	row, trace := 0, 0
	for p := range t.seg.Pages() {
		have := t.seg.Page(p)
		want := column.PageInfo{Rows: have.Rows, Traces: have.Traces, MinStart: starts[trace], MaxStart: starts[trace+have.Traces-1]}
		for _, n := range nodes[row : row+have.Rows] {
			want.MaxSpanStart = max(want.MaxSpanStart, n.Start)
			want.MaxEnd = max(want.MaxEnd, n.Start, n.End)
		}
		if have != want {
			return fmt.Errorf("page %d is %+v, says %+v", p, want, have)
		}
		row, trace = row+have.Rows, trace+have.Traces
	}
	return nil
}

// oneType checks that no row has an attribute in two columns: columns of one name
// come one after the other.
type oneType struct {
	of  []column.Key
	has map[place]column.Type // of the columns so far that are named as the last one
	at  int                   // how many of them were checked
}

// place is a value's within a column.
type place struct{ row, item int }

func (o *oneType) check(k column.Key, rows [][]cell) error {
	if k.Scope == column.ScopeFixed {
		return nil
	}
	alike := func(i int) bool {
		return i >= 0 && i < len(o.of) && o.of[i].Name == k.Name && o.of[i].Scope == k.Scope
	}
	before, after := alike(o.at-1), alike(o.at+1)
	o.at++
	if !before {
		clear(o.has)
	}
	if !before && !after {
		return nil // the only one of its name
	}
	for row := range rows {
		for item, c := range rows[row] {
			if !c.there {
				continue
			}
			if typ, ok := o.has[place{row, item}]; ok {
				return fmt.Errorf("row %d has it and of type %v", row, typ)
			}
			o.has[place{row, item}] = k.Type
		}
	}
	return nil
}

func (t *table) checkFind() error {
	trace, seen := 0, make(map[[16]byte]bool)
	for p := range t.seg.Pages() {
		for i := range t.seg.Page(p).Traces {
			id := [16]byte([]byte(t.ids[trace]))
			trace++
			if seen[id] {
				return fmt.Errorf("trace %x is here twice", id)
			}
			seen[id] = true
			at, ok, err := t.seg.Find(id)
			if err != nil || !ok || at != (column.Place{Page: p, Trace: i}) {
				return fmt.Errorf("trace %x is found at %v (%v, %v), lies in page %d as trace %d", id, at, ok, err, p, i)
			}
		}
	}
	absent := [16]byte{0xab, 0x5e, 0x27}
	for seen[absent] {
		absent[15]++
	}
	if at, ok, err := t.seg.Find(absent); ok || err != nil {
		return fmt.Errorf("a trace that is not here is found at %v, %w", at, err)
	}
	return nil
}

func (t *table) checkColumn(k column.Key, cells [][]cell) error {
	col := t.seg.Column(k)
	if col == nil {
		return nil
	}
	if k.List() {
		for row, items := range t.items[listOf(k)] {
			if len(cells[row]) != items {
				return fmt.Errorf("row %d has %d values for %d %ss", row, len(cells[row]), items, listOf(k))
			}
		}
	}
	row, texts := 0, &textsOf{}
	for p := range t.seg.Pages() {
		rows := t.seg.Page(p).Rows
		if err := checkPage(k, col, p, cells[row:row+rows], texts); err != nil {
			return fmt.Errorf("page %d: %w", p, err)
		}
		row += rows
	}
	return t.checkValues(k, cells)
}

// textsOf is the texts of a dictionary: pages share one.
type textsOf struct {
	dict *column.Dict
	has  map[string]bool
}

func (t *textsOf) read(d *column.Dict) error {
	if d == t.dict {
		return nil
	}
	if d != nil && (len(d.Texts) == 0 || d.Texts[0] != "") {
		return errors.New("the dictionary has no place for absent values")
	}
	t.dict, t.has = d, make(map[string]bool)
	if d != nil {
		for _, text := range d.Texts[1:] {
			t.has[text] = true
		}
	}
	return nil
}

// checkPage checks zone and dictionary.
func checkPage(k column.Key, col column.Column, page int, rows [][]cell, texts *textsOf) error {
	d, err := col.Dict(page)
	if err != nil {
		return err
	}
	if err := texts.read(d); err != nil {
		return err
	}
	lo, hi, zoned := col.Zone(page)
	if zoned && k.Type != column.Int {
		return errors.New("a zone, though it is no column of integers")
	}
	for _, cells := range rows {
		for _, c := range cells {
			if zoned && c.there && (int64(c.num) < lo || int64(c.num) > hi) {
				return fmt.Errorf("%d is not within %d and %d", int64(c.num), lo, hi)
			}
			if d != nil && c.there && !texts.has[c.text] && (k.Scope != column.ScopeFixed || c.text != "") {
				return fmt.Errorf("the dictionary lacks %q", c.text)
			}
		}
	}
	return nil
}

// checkValues compares Values with what was read. That a fixed column has a zero is
// not worth telling.
func (t *table) checkValues(k column.Key, rows [][]cell) error {
	v, ok, err := t.seg.Values(k)
	if err != nil || !ok {
		return err
	}
	want, have := make(map[cell]bool), make(map[cell]bool)
	for _, cells := range rows {
		for _, c := range cells {
			if c.there {
				want[c] = true
			}
		}
	}
	for i := range v.Len {
		c := cellAt(k, v, i)
		if have[c] {
			return fmt.Errorf("%+v is listed twice among the values", c)
		}
		have[c] = true
	}
	if k.Scope == column.ScopeFixed {
		delete(want, cell{there: true})
		delete(have, cell{there: true})
		delete(have, cell{})
	}
	for c := range want {
		if !have[c] {
			return fmt.Errorf("%+v is not among the values", c)
		}
	}
	if len(have) != len(want) {
		return fmt.Errorf("%d values, there are %d", len(have), len(want))
	}
	return nil
}
