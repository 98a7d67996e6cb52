package query

import (
	"fmt"

	"supersonic/traceql"
	"supersonic/traces/column"
)

// page is a page of a part as one query reads it: columns are read when they are
// first asked for, into memory that serves the next page. One goroutine uses it.
//
// What a read fails with stands in err, and stays there; what is returned then are
// zeros of the right number.
type page struct {
	scan   *scan
	part   *partScan
	number int
	info   column.PageInfo
	limits []uint32 // see bounds; nil until they are asked for
	err    error
	stamp  int // changes with what is shown
	window window

	vectors map[column.Key]*pageVector
	often   struct{ start, duration, kind, id, parent, name, status *pageVector } // of vectors
	attrs   map[attrName]*attrColumns
	tables  map[tableKey]*table
	free    []rowBits // for temporary use
	zeros   []int64
	looked  bool // a column of the page was read
	counted bool // and the part's counts know
	cost    int64

	made     made
	parent   []int32 // by row: the parent's row, -1 without one
	length   []int64 // by row: the duration as the language sees it
	lengths  []int64 // length, or the column
	rootRow  []int32 // by trace: its root's row, -1 without one
	nested   column.Nested
	numbers  [4][]int64 // of the tree, see tree
	rows     []row
	rowOrder []int32
	needs    map[int]rowBits // of conditions that split traces need, by number, see worker.hopeless
}

// maxTables bounds the tables that a page keeps: a part may have a dictionary for
// each page.
const maxTables = 256

// made tells which of the page's own columns are made.
type made struct{ parents, durations, roots, tree bool }

// pageVector is a column in the memory of a page.
type pageVector struct {
	key   column.Key
	part  *partScan
	col   column.Column // of part, nil if it has none
	stamp int           // of what vec holds, -1 nothing
	vec   column.Vector
}

type attrName struct {
	scope column.Scope
	name  string
}

// attrColumns is the columns of an attribute, of all types that it has in a part.
type attrColumns struct {
	part *partScan
	list []*pageVector
}

func newPage(s *scan) *page {
	p := &page{scan: s, vectors: make(map[column.Key]*pageVector), attrs: make(map[attrName]*attrColumns), tables: make(map[tableKey]*table),
		needs: make(map[int]rowBits)}
	for k, pv := range map[column.Key]**pageVector{
		column.Start: &p.often.start, column.Duration: &p.often.duration, column.Kind: &p.often.kind, column.SpanID: &p.often.id,
		column.ParentID: &p.often.parent, column.Name: &p.often.name, column.Status: &p.often.status,
	} {
		*pv = &pageVector{key: k}
		p.vectors[k] = *pv
	}
	return p
}

// open turns to another page. Nothing is read yet.
func (p *page) open(part *partScan, number int) {
	if p.part == part && p.number == number && p.err == nil {
		return
	}
	if len(p.tables) > maxTables {
		clear(p.tables)
	}
	p.stamp++
	p.part, p.number, p.info = part, number, part.Segment.Page(number)
	p.err, p.looked, p.counted, p.cost, p.made = nil, false, false, 0, made{}
	clear(p.needs)
	p.limits = nil
}

// column returns the place of a column; its col is nil if the part has none.
func (p *page) column(k column.Key) *pageVector {
	pv := p.vectors[k]
	if pv == nil {
		pv = &pageVector{key: k}
		p.vectors[k] = pv
	}
	p.bind(pv)
	return pv
}

// bind looks a column up in the page's part.
func (p *page) bind(pv *pageVector) {
	if pv.part != p.part {
		pv.part, pv.stamp = p.part, -1
		pv.col = p.part.Segment.Column(pv.key)
	}
}

// vector returns the values of a column, nil if the part has none.
func (p *page) vector(k column.Key) *column.Vector { return p.read(p.column(k)) }

func (p *page) read(pv *pageVector) *column.Vector {
	if p.has(pv) {
		return &pv.vec
	}
	p.bind(pv)
	if pv.col == nil {
		return nil
	}
	pv.stamp = p.stamp
	err := p.readable()
	if err == nil {
		if err = p.window.read(pv.col, p.number, &pv.vec); err == nil {
			err = fits(pv.key, &pv.vec, p.info.Rows)
		}
	}
	if err != nil {
		p.fail(pv, err)
		pv.vec = *zeroVector(pv.key, p.info.Rows) // until the page is opened again
		return &pv.vec
	}
	p.note(pv, pv.vec.Cost)
	return &pv.vec
}

// has tells whether a column of the page was read.
func (p *page) has(pv *pageVector) bool { return pv.part == p.part && pv.stamp == p.stamp }

// readable tells why no more is read.
func (p *page) readable() error {
	if p.err != nil {
		return p.err
	}
	return p.scan.ctx.Err()
}

// fail keeps what the reading of a column failed with, if nothing failed before.
func (p *page) fail(pv *pageVector, err error) {
	if p.err == nil {
		p.err = fmt.Errorf("%s, page %d, column %v %q: %w", p.part.Name, p.number, pv.key.Scope, pv.key.Name, err)
	}
}

// note counts what was read of a column.
func (p *page) note(pv *pageVector, cost int) {
	p.cost += int64(cost)
	if !p.looked {
		p.looked = true
		p.scan.countRows(p.info.Rows)
	}
	p.part.note(pv.key)
}

// findTexts adds the rows that have a wanted text, and tells whether the column could.
func (p *page) findTexts(pv *pageVector, wanted []uint8, out rowBits) bool {
	err := p.readable()
	if err == nil {
		var cost int
		var ok bool
		if cost, ok, err = column.FindTexts(pv.col, p.number, wanted, out); err == nil {
			if ok {
				p.note(pv, cost)
			}
			return ok
		}
	}
	p.fail(pv, err)
	return true
}

// fits tells whether a Vector is as long as its key and the page ask for. What is in
// it, a Segment has seen to.
func fits(k column.Key, v *column.Vector, rows int) error {
	values := rows
	ok := v.Rows == rows
	if k.List() {
		values = v.Len
		ok = ok && len(v.Offsets) == rows+1
	}
	ok = ok && (len(v.Present) == 0 || len(v.Present) == values)
	switch {
	case k.Type == column.ID8:
		ok = ok && len(v.IDs) == 8*values
	case k.Type == column.ID16:
		ok = ok && len(v.IDs) == 16*values
	case k.Type == column.Float:
		ok = ok && len(v.Floats) == values
	case k.Type.Text() && v.Dict != nil:
		ok = ok && len(v.Codes) == values
	case k.Type.Text():
		ok = ok && len(v.Ends) == values+1
	default:
		ok = ok && len(v.Ints) == values
	}
	if !ok {
		return fmt.Errorf("its values do not fit the page's %d rows; the part is damaged", rows)
	}
	return nil
}

// zeroVector is a column in which nothing is.
func zeroVector(k column.Key, rows int) *column.Vector {
	v := &column.Vector{Rows: rows, Len: rows}
	if k.List() {
		v.Len, v.Offsets = 0, make([]uint32, rows+1)
	}
	v.Present = make([]bool, v.Len)
	switch {
	case k.Type == column.ID8:
		v.IDs = make([]byte, 8*v.Len)
	case k.Type == column.ID16:
		v.IDs = make([]byte, 16*v.Len)
	case k.Type == column.Float:
		v.Floats = make([]float64, v.Len)
	case k.Type.Text():
		v.Ends = make([]uint32, v.Len+1)
	default:
		v.Ints = make([]int64, v.Len)
	}
	return v
}

// ints is a fixed column of numbers, zeros if the part has none.
func (p *page) ints(k column.Key) []int64 {
	return p.numbersOf(p.column(k))
}

func (p *page) numbersOf(pv *pageVector) []int64 {
	if v := p.read(pv); v != nil {
		return v.Ints
	}
	if len(p.zeros) < p.info.Rows {
		p.zeros = make([]int64, p.info.Rows)
	}
	return p.zeros[:p.info.Rows]
}

// starts is the starts of spans, the bits of uint64.
func (p *page) starts() []int64 { return p.numbersOf(p.often.start) }

// attribute returns the columns of an attribute, but for those of empty values:
// the language does not see them.
func (p *page) attribute(scope column.Scope, name string) []*pageVector {
	a := p.attrs[attrName{scope, name}]
	if a == nil {
		a = &attrColumns{}
		p.attrs[attrName{scope, name}] = a
	}
	if a.part == p.part {
		for _, pv := range a.list { // the page may have been in another part meanwhile
			p.bind(pv)
		}
		return a.list
	}
	a.part, a.list = p.part, a.list[:0]
	for _, typ := range [...]column.Type{column.String, column.Int, column.Float, column.Bool, column.Bytes, column.Array, column.Map} {
		if pv := p.column(column.Key{Scope: scope, Type: typ, Name: name}); pv.col != nil {
			a.list = append(a.list, pv)
		}
	}
	return a.list
}

// temp returns an empty set for n rows or values; give takes it back.
func (p *page) temp(n int) rowBits {
	words := wordsOf(n)
	if k := len(p.free); k > 0 && cap(p.free[k-1]) >= words {
		b := p.free[k-1][:words]
		p.free = p.free[:k-1]
		clear(b)
		return b
	}
	return make(rowBits, words, words+words/4)
}

func (p *page) give(b rowBits) { p.free = append(p.free, b) }

// parents is the rows of the parents, -1 for tops.
func (p *page) parents() []int32 {
	if p.made.parents {
		return p.parent
	}
	p.made.parents = true
	p.parent = resized(p.parent, p.info.Rows)
	back := p.ints(column.ParentRow)
	for t := range p.info.Traces {
		lo, hi := p.rowRange(t)
		for i := lo; i < hi; i++ {
			p.parent[i] = -1
			if d := back[i]; d > 0 && d <= int64(i-lo) {
				p.parent[i] = int32(i) - int32(d)
			}
		}
	}
	return p.parent
}

// durations is the durations of spans as the language sees them: see traceql.Between.
func (p *page) durations() []int64 {
	if p.made.durations {
		return p.lengths
	}
	p.made.durations = true
	raw := p.ints(column.Duration)
	p.lengths = raw
	if p.plainDurations() {
		return raw
	}
	p.length = resized(p.length, p.info.Rows)
	p.lengths = p.length
	start := p.starts()
	for i, d := range raw {
		s := uint64(start[i])
		p.length[i] = int64(traceql.Between(s, s+uint64(d)))
	}
	return p.length
}

// plainDurations tells whether no span of the page ends before it starts, as no
// duration is negative and no end beyond 1<<63.
func (p *page) plainDurations() bool {
	col := p.often.duration.col
	if col == nil || p.info.MaxEnd >= 1<<63 {
		return false
	}
	lo, _, ok := col.Zone(p.number)
	return ok && lo >= 0
}

// end is when the span of a row ends, as it says.
func (p *page) end(i int) uint64 {
	return uint64(p.starts()[i]) + uint64(p.numbersOf(p.often.duration)[i])
}

// before tells whether one row's span comes before another's: by start, id, kind.
func (p *page) before(a, b int) bool {
	start := p.starts()
	if start[a] != start[b] {
		return uint64(start[a]) < uint64(start[b])
	}
	return compareIDs(p, a, p, b) < 0
}

// roots is the root of each trace: its earliest span without a parent's id.
func (p *page) roots() []int32 {
	if p.made.roots {
		return p.rootRow
	}
	p.made.roots = true
	p.rootRow = resized(p.rootRow, p.info.Traces)
	ids := p.vector(column.ParentID)
	for t := range p.info.Traces {
		p.rootRow[t] = -1
		lo, hi := p.rowRange(t)
		for i := lo; i < hi; i++ {
			if ids != nil && [8]byte(ids.IDs[8*i:]) != [8]byte{} {
				continue
			}
			if r := p.rootRow[t]; r < 0 || p.before(i, int(r)) {
				p.rootRow[t] = int32(i)
			}
		}
	}
	return p.rootRow
}

// tree is numbers of the spans in their trees, by intrinsic.
func (p *page) tree(in traceql.Intrinsic) []int64 {
	if !p.made.tree {
		p.made.tree = true
		for i := range p.numbers {
			p.numbers[i] = resized(p.numbers[i], p.info.Rows)
		}
		back := p.ints(column.ParentRow)
		for t := range p.info.Traces {
			lo, hi := p.rowRange(t)
			p.nested.Number(back[lo:hi])
			for k, list := range [...][]int32{p.nested.Children, p.nested.Left, p.nested.Right, p.nested.Parent} {
				for i, n := range list {
					p.numbers[k][lo+i] = int64(n)
				}
			}
		}
		p.orphans()
	}
	switch in {
	case traceql.IntrinsicChildCount:
		return p.numbers[0]
	case traceql.IntrinsicNestedSetLeft:
		return p.numbers[1]
	case traceql.IntrinsicNestedSetRight:
		return p.numbers[2]
	}
	return p.numbers[3]
}

// orphans tells spans whose parent is not here from roots: 0, not -1.
func (p *page) orphans() {
	ids := p.vector(column.ParentID)
	if ids == nil {
		return
	}
	for i, parent := range p.numbers[3] {
		if parent < 0 && [8]byte(ids.IDs[8*i:]) != [8]byte{} {
			p.numbers[3][i] = 0
		}
	}
}

// traceTimes is the earliest start and the latest end of a trace's spans, where late
// also counts the starts.
func (p *page) traceTimes(t int) (start, end, late uint64) {
	starts := p.starts()
	lo, hi := p.rowRange(t)
	for i := lo; i < hi; i++ {
		s, e := uint64(starts[i]), p.end(i)
		if i == lo || s < start {
			start = s
		}
		end, late = max(end, e), max(late, s, e)
	}
	return start, end, late
}

// resized returns a slice of n elements of any value, in s's memory if it fits.
func resized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n, n+n/4)
	}
	return s[:n]
}
