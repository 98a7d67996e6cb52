package head

import (
	"bytes"
	"cmp"
	"slices"
	"sync"

	"supersonic/traces/column"
)

// View is what a head held at an instant, as a Segment. It does not change, and
// outlives the head. The order of its rows is made when it is first asked for
// anything; columns are made page by page as they are read.
type View struct {
	head *Head // for its table of traces

	// What there was at the instant.
	rows      int
	chunks    []*chunk
	data      [][]byte // of the chunks
	ids       [][16]byte
	fields    []fieldView
	types     []column.Type
	number    map[column.Key]uint32 // of fields
	shapes    []shape
	resources [][]byte
	scopes    [][]byte
	seldom    seldom

	left []bool // by number of the trace: not in this View; nil: all are
	only int    // the one trace that is in this View, -1: all are

	ordered  sync.Once
	order    []uint32 // by row: the head's row
	distance []int32  // by row: rows back to the parent
	pages    []page
	bounds   []uint32
	place    []uint32 // by number of the trace: its place in the order of traces + 1

	shaped  sync.Once
	shapeOf []uint32 // by row

	perOrigin [2]perOrigin // resources, scopes
	used      used
	goneCodes goneCodes
	cache     cache
}

// fieldView is a field as it was.
type fieldView struct {
	key   column.Key
	dict  *column.Dict
	plain bool // some values are in no dictionary
	uses  int
}

// page is a page of a View.
type page struct {
	column.PageInfo
	row, trace  int   // its first row, its first trace in the order of traces
	bound       int   // its first entry in bounds
	short, long int64 // shortest and longest duration
}

// View returns what the head holds. While nothing is appended it is the same one.
func (h *Head) View() *View {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.view == nil {
		h.view = h.snapshot()
	}
	return h.view
}

// One returns a View of one trace alone, nil if the head has no span of it. It
// costs a look at each row's trace number (30 µs for 131,072), and no order of all.
func (h *Head) One(id [16]byte) *View {
	h.mu.Lock()
	defer h.mu.Unlock()
	n, ok := h.traces.find(h.seed, id)
	if !ok {
		return nil
	}
	v := h.snapshot()
	v.only = int(n)
	return v
}

// snapshot notes what there is. h is locked.
func (h *Head) snapshot() *View {
	v := &View{
		head: h, rows: h.rows, chunks: h.chunks[:len(h.chunks):len(h.chunks)], data: make([][]byte, len(h.chunks)),
		ids: h.traces.ids[:len(h.traces.ids):len(h.traces.ids)], fields: make([]fieldView, len(h.fields.list)),
		types: h.fields.types[:len(h.fields.types):len(h.fields.types)], number: h.fields.numbers(),
		shapes: h.shapes.list[:len(h.shapes.list):len(h.shapes.list)], resources: h.resources.list[:len(h.resources.list):len(h.resources.list)],
		scopes: h.scopes.list[:len(h.scopes.list):len(h.scopes.list)], seldom: h.seldom, only: -1,
		cache: cache{limit: cacheBytes},
	}
	for i, c := range h.chunks {
		v.data[i] = c.data
	}
	for i, f := range h.fields.list {
		v.fields[i] = fieldView{key: f.key, plain: f.dict.plain, uses: f.uses}
		if f.key.Type.Text() {
			v.fields[i].dict = f.dict.snapshot()
		}
	}
	return v
}

// numbers returns the fields' numbers by key, for readers.
func (f *fields) numbers() map[column.Key]uint32 {
	if len(f.known) != len(f.list) {
		f.known = make(map[column.Key]uint32, len(f.list))
		for i, n := range f.list {
			f.known[n.key] = uint32(i)
		}
	}
	return f.known
}

// ready makes the order of rows.
func (v *View) ready() { v.ordered.Do(v.sort) }

// trace is a trace of a View that is being ordered.
type trace struct {
	first, rows int // in byTrace and distance
	number      uint32

	start, last, end uint64 // earliest and latest start, latest end
	short, long      int64  // durations
}

// sort orders first the rows of each trace, in the order in which the traces came
// (so the head is read from front to back), then the traces.
func (v *View) sort() {
	byTrace, traces := v.group()
	distance := make([]int32, len(byTrace))
	var tree column.Tree
	var nodes []column.Node
	var rows []uint32
	for i := range traces {
		t := &traces[i]
		rows = append(rows[:0], byTrace[t.first:t.first+t.rows]...)
		nodes = v.nodes(nodes[:0], rows)
		order, back := tree.Order(nodes)
		t.rows = len(order)
		for k, at := range order {
			byTrace[t.first+k], distance[t.first+k] = rows[at], int32(back[k])
			t.add(k == 0, &nodes[at])
		}
	}
	slices.SortFunc(traces, func(a, b trace) int {
		if c := cmp.Compare(a.start, b.start); c != 0 {
			return c
		}
		return bytes.Compare(v.ids[a.number][:], v.ids[b.number][:])
	})
	v.paginate(traces, byTrace, distance)
}

// add counts a span.
func (t *trace) add(first bool, s *column.Node) {
	duration := int64(s.End - s.Start)
	if first {
		t.start, t.short, t.long = s.Start, duration, duration
	}
	t.start, t.last, t.end = min(t.start, s.Start), max(t.last, s.Start), max(t.end, s.Start, s.End)
	t.short, t.long = min(t.short, duration), max(t.long, duration)
}

// group lists the head's rows by trace, and the traces.
func (v *View) group() (byTrace []uint32, traces []trace) {
	next := make([]uint32, len(v.ids)+1)
	v.each(func(_, trace uint32) { next[trace+1]++ })
	for t := range v.ids {
		if n := next[t+1]; n > 0 {
			traces = append(traces, trace{first: int(next[t]), rows: int(n), number: uint32(t)})
		}
		next[t+1] += next[t]
	}
	byTrace = make([]uint32, next[len(v.ids)])
	v.each(func(row, trace uint32) {
		byTrace[next[trace]] = row
		next[trace]++
	})
	return byTrace, traces
}

// each visits the rows that are in the View, in the head's order.
func (v *View) each(visit func(row, trace uint32)) {
	for i, c := range v.chunks {
		n := min(chunkRows, v.rows-i<<chunkBits)
		for k, trace := range c.trace[:n] {
			if v.only >= 0 && trace != uint32(v.only) || v.left != nil && v.left[trace] {
				continue
			}
			visit(uint32(i<<chunkBits|k), trace)
		}
	}
}

func (v *View) nodes(nodes []column.Node, rows []uint32) []column.Node {
	for _, r := range rows {
		c, i := v.chunks[r>>chunkBits], r&chunkMask
		nodes = append(nodes, column.Node{
			ID: c.id[i], Parent: c.parent[i], Start: c.start[i], End: c.start[i] + uint64(c.duration[i]), Kind: v.shapes[c.shape[i]].kind,
		})
	}
	return nodes
}

// paginate fills order, distance, pages, bounds and place.
func (v *View) paginate(traces []trace, byTrace []uint32, distance []int32) {
	v.order = make([]uint32, 0, len(byTrace))
	v.distance = make([]int32, 0, len(byTrace))
	v.bounds = make([]uint32, 0, len(traces)+len(byTrace)/column.PageRows+2)
	v.place = make([]uint32, len(v.ids))
	for i := range traces {
		t := &traces[i]
		if n := len(v.pages); n == 0 || v.pages[n-1].Rows >= column.PageRows {
			v.endPage()
			v.pages = append(v.pages, page{row: len(v.order), trace: i, bound: len(v.bounds)})
		}
		v.pages[len(v.pages)-1].add(t)
		v.bounds = append(v.bounds, uint32(len(v.order)-v.pages[len(v.pages)-1].row))
		v.order = append(v.order, byTrace[t.first:t.first+t.rows]...)
		v.distance = append(v.distance, distance[t.first:t.first+t.rows]...)
		v.place[t.number] = uint32(i + 1)
	}
	v.endPage()
}

func (p *page) add(t *trace) {
	if p.Traces == 0 {
		p.MinStart, p.short, p.long = t.start, t.short, t.long
	}
	p.MaxStart = t.start // traces are in order
	p.MaxSpanStart, p.MaxEnd = max(p.MaxSpanStart, t.last), max(p.MaxEnd, t.end)
	p.short, p.long = min(p.short, t.short), max(p.long, t.long)
	p.Rows += t.rows
	p.Traces++
}

func (v *View) endPage() {
	if n := len(v.pages); n > 0 {
		v.bounds = append(v.bounds, uint32(v.pages[n-1].Rows))
	}
}

// Pages implements column.Segment, as do the methods below.
func (v *View) Pages() int {
	v.ready()
	return len(v.pages)
}

func (v *View) Page(page int) column.PageInfo {
	v.ready()
	return v.pages[page].PageInfo
}

func (v *View) Bounds(page int) ([]uint32, error) {
	v.ready()
	p := &v.pages[page]
	return v.bounds[p.bound : p.bound+p.Traces+1 : p.bound+p.Traces+1], nil
}

func (v *View) Find(id [16]byte) (at column.Place, ok bool, err error) {
	v.ready()
	v.head.mu.RLock()
	n, ok := v.head.traces.find(v.head.seed, id)
	v.head.mu.RUnlock()
	if !ok || int(n) >= len(v.place) || v.place[n] == 0 {
		return column.Place{}, false, nil
	}
	trace := int(v.place[n] - 1)
	page := v.pageOf(trace)
	return column.Place{Page: page, Trace: trace - v.pages[page].trace}, true, nil
}

// Rows is the number of rows.
func (v *View) Rows() int {
	v.ready()
	return len(v.order)
}
