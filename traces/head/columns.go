package head

import (
	"encoding/binary"
	"math"

	"supersonic/traces/column"
)

// columnOf is a column of a View: what fills a Vector.
type columnOf struct {
	view *View
	fill func(v *View, page *page, number int, out *column.Vector)
	zone func(page *page) (lo, hi int64, ok bool)
	dict *column.Dict
}

func (c *columnOf) Zone(page int) (lo, hi int64, ok bool) {
	if c.zone == nil {
		return 0, 0, false
	}
	return c.zone(&c.view.pages[page])
}

func (c *columnOf) Dict(int) (*column.Dict, error) { return c.dict, nil }

func (c *columnOf) Read(page int, out *column.Vector) error {
	out.Reset()
	out.Rows = c.view.pages[page].Rows
	out.Len = out.Rows
	c.fill(c.view, &c.view.pages[page], page, out)
	return nil
}

// Column implements column.Segment.
func (v *View) Column(key column.Key) column.Column {
	v.ready()
	if len(v.order) == 0 {
		return nil
	}
	switch key.Scope {
	case column.ScopeFixed:
		return v.fixed(key)
	case column.ScopeResource, column.ScopeInstrumentation:
		return v.originColumn(key, key.Scope == column.ScopeInstrumentation)
	}
	n, ok := v.lookup(key)
	if !ok {
		return nil
	}
	return &columnOf{view: v, fill: v.entries(n, false), dict: v.dict(n)}
}

// lookup returns the number of a column's field; ok is false if no row has it.
func (v *View) lookup(key column.Key) (number uint32, ok bool) {
	n, ok := v.number[key]
	if !ok || int(n) >= len(v.fields) || v.fields[n].uses == 0 || !v.has(n) {
		return 0, false
	}
	return n, true
}

// dict is the dictionary of a field, nil if it has plain texts as well.
func (v *View) dict(n uint32) *column.Dict {
	if v.fields[n].plain {
		return nil
	}
	return v.fields[n].dict
}

// fixed returns one of the fixed columns.
func (v *View) fixed(key column.Key) column.Column {
	switch key {
	case column.TraceID:
		return &columnOf{view: v, fill: (*View).fillTraceIDs}
	case column.Name:
		return &columnOf{view: v, fill: (*View).fillNames, dict: v.dict(fieldName)}
	case column.SpanID:
		return v.ids8(func(c *chunk) *[chunkRows]uint64 { return &c.id })
	case column.ParentID:
		return v.ids8(func(c *chunk) *[chunkRows]uint64 { return &c.parent })
	case column.ParentRow:
		return &columnOf{view: v, fill: (*View).fillParentRows}
	case column.Start:
		return &columnOf{view: v, fill: (*View).fillStarts, zone: (*page).starts}
	case column.Duration:
		return &columnOf{view: v, fill: (*View).fillDurations, zone: (*page).durations}
	case column.Weight:
		return &columnOf{view: v, fill: (*View).fillWeights}
	case column.Kind:
		return v.ofShape(func(s *shape) int64 { return int64(s.kind) })
	case column.Status:
		return v.ofShape(func(s *shape) int64 { return int64(s.status) })
	case column.Flags:
		return v.ofShape(func(s *shape) int64 { return int64(s.flags) })
	case column.TraceState, column.StatusMessage, column.Dropped, column.DroppedEvents, column.DroppedLinks:
		if n, ok := v.lookup(key); ok {
			return &columnOf{view: v, fill: v.entries(n, true), dict: v.dict(n)}
		}
	case column.ResourceDrop, column.ResourceURL:
		return v.originColumn(key, false)
	case column.ScopeName, column.ScopeVersion, column.ScopeDropped, column.ScopeURL:
		return v.originColumn(key, true)
	default:
		return v.itemColumn(key)
	}
	return nil
}

// itemColumn returns one of the fixed columns of events and links.
func (v *View) itemColumn(key column.Key) column.Column {
	events, links := v.items()
	if key == column.EventTime || key == column.EventName || key == column.EventDropped {
		if !events {
			return nil
		}
	} else if !links {
		return nil
	}
	switch key {
	case column.EventTime:
		return v.itemInts((*pageIndex).eventList, func(l *list) []int64 { return l.times }, true)
	case column.EventDropped:
		return v.itemInts((*pageIndex).eventList, func(l *list) []int64 { return l.dropped }, v.seldom.eventDropped)
	case column.EventName:
		return v.itemTexts((*pageIndex).eventList, fieldEventName)
	case column.LinkState:
		return v.itemTexts((*pageIndex).linkList, fieldLinkState)
	case column.LinkFlags:
		return v.itemInts((*pageIndex).linkList, func(l *list) []int64 { return l.flags }, v.seldom.linkFlags)
	case column.LinkDropped:
		return v.itemInts((*pageIndex).linkList, func(l *list) []int64 { return l.dropped }, v.seldom.linkDropped)
	case column.LinkTraceID:
		return v.linkIDs(0, 16)
	case column.LinkSpanID:
		return v.linkIDs(16, linkIDs)
	}
	return nil
}

func (x *pageIndex) eventList() *list { return &x.events }
func (x *pageIndex) linkList() *list  { return &x.links }

func (p *page) durations() (lo, hi int64, ok bool) { return p.short, p.long, true }

// starts does not know the order of Ints where a start is beyond year 2262.
func (p *page) starts() (lo, hi int64, ok bool) {
	return int64(p.MinStart), int64(p.MaxSpanStart), p.MaxSpanStart <= math.MaxInt64
}

// at returns where a row of the page lies.
func (v *View) at(p *page, i int) (*chunk, int) {
	r := v.order[p.row+i]
	return v.chunks[r>>chunkBits], int(r & chunkMask)
}

func (v *View) fillTraceIDs(p *page, _ int, out *column.Vector) {
	out.IDs = sized(out.IDs, p.Rows*16)
	for i := range p.Rows {
		c, k := v.at(p, i)
		copy(out.IDs[i*16:], v.ids[c.trace[k]][:])
	}
}

// ids8 returns a column of ids.
func (v *View) ids8(of func(*chunk) *[chunkRows]uint64) column.Column {
	return &columnOf{view: v, fill: func(v *View, p *page, _ int, out *column.Vector) {
		out.IDs = sized(out.IDs, p.Rows*8)
		for i := range p.Rows {
			c, k := v.at(p, i)
			binary.BigEndian.PutUint64(out.IDs[i*8:], of(c)[k])
		}
	}}
}

func (v *View) fillParentRows(p *page, _ int, out *column.Vector) {
	out.Ints = sized(out.Ints, p.Rows)
	for i, d := range v.distance[p.row : p.row+p.Rows] {
		out.Ints[i] = int64(d)
	}
}

func (v *View) fillStarts(p *page, _ int, out *column.Vector) {
	out.Ints = sized(out.Ints, p.Rows)
	for i := range out.Ints {
		c, k := v.at(p, i)
		out.Ints[i] = int64(c.start[k])
	}
}

func (v *View) fillDurations(p *page, _ int, out *column.Vector) {
	out.Ints = sized(out.Ints, p.Rows)
	for i := range out.Ints {
		c, k := v.at(p, i)
		out.Ints[i] = c.duration[k]
	}
}

// rowShapes is the shapes of a page's rows, in which many columns are.
func (v *View) rowShapes(p *page) []uint32 {
	v.shaped.Do(func() {
		v.shapeOf = make([]uint32, len(v.order))
		for i, r := range v.order {
			v.shapeOf[i] = v.chunks[r>>chunkBits].shape[r&chunkMask]
		}
	})
	return v.shapeOf[p.row : p.row+p.Rows]
}

func (v *View) ofShape(of func(*shape) int64) column.Column {
	return &columnOf{view: v, fill: func(v *View, p *page, _ int, out *column.Vector) {
		out.Ints = sized(out.Ints, p.Rows)
		for i, shape := range v.rowShapes(p) {
			out.Ints[i] = of(&v.shapes[shape])
		}
	}}
}

// fillWeights gives spans without a threshold of their own that of their trace, as
// query.NewTrace does: the first ingress that tells one counts.
func (v *View) fillWeights(p *page, _ int, out *column.Vector) {
	out.Floats = sized(out.Floats, p.Rows)
	bounds := v.bounds[p.bound : p.bound+p.Traces+1]
	for t := range p.Traces {
		head, known := v.headWeight(p, int(bounds[t]), int(bounds[t+1]))
		for i := int(bounds[t]); i < int(bounds[t+1]); i++ {
			c, k := v.at(p, i)
			w := v.shapes[c.shape[k]].weight
			if w == 0 && known {
				w = head
			}
			out.Floats[i] = w
		}
	}
}

// headWeight is the weight of the head threshold of the trace in some rows.
func (v *View) headWeight(p *page, from, to int) (weight float64, ok bool) {
	var first column.Node
	for i := from; i < to; i++ {
		c, k := v.at(p, i)
		s := &v.shapes[c.shape[k]]
		if !s.ingress {
			continue
		}
		n := column.Node{Start: c.start[k], ID: c.id[k], Kind: s.kind}
		if !ok || n.Compare(&first) < 0 {
			first, weight, ok = n, s.head, true
		}
	}
	return weight, ok
}
