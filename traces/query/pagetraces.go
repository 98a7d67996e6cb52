package query

import (
	"fmt"
	"slices"
)

// bounds is the first row of each trace, and the number of rows. It is read when it is
// first asked for: most pages have nothing that a query looks for.
func (p *page) bounds() []uint32 {
	if p.limits == nil {
		p.limits = p.readBounds()
	}
	return p.limits
}

// rowRange is the first row of a trace, and the first behind it.
func (p *page) rowRange(trace int) (lo, hi int) {
	b := p.bounds()
	return int(b[trace]), int(b[trace+1])
}

// readBounds reads them. Of a page whose list cannot be read each trace has a row and the
// last one the rest: what is found of it is thrown away with the error.
func (p *page) readBounds() []uint32 {
	b, err := p.part.Segment.Bounds(p.number)
	n := p.info.Traces
	if err == nil && len(b) == n+1 && int(b[n]) == p.info.Rows {
		return b
	}
	switch {
	case p.err != nil:
	case err != nil:
		p.err = fmt.Errorf("%s, page %d: %w", p.part.Name, p.number, err)
	default:
		p.err = fmt.Errorf("%s, page %d: its traces do not fit its %d rows; the part is damaged", p.part.Name, p.number, p.info.Rows)
	}
	b = make([]uint32, n+1)
	for t := range n {
		b[t] = uint32(min(t, p.info.Rows))
	}
	b[n] = uint32(p.info.Rows)
	return b
}

// traceOf is the trace of a row.
func (p *page) traceOf(row int) int {
	t, ok := slices.BinarySearch(p.bounds(), uint32(row))
	if !ok {
		t--
	}
	return t
}

// eachTrace calls yield for the traces that have a row in the set, the newest first,
// until it returns false.
func (p *page) eachTrace(rows rowBits, yield func(trace int) bool) {
	row := rows.before(p.info.Rows)
	if row < 0 {
		return
	}
	bounds := p.bounds()
	for t := p.traceOf(row); ; {
		if !yield(t) {
			return
		}
		if row = rows.before(int(bounds[t])); row < 0 {
			return
		}
		if t--; row < int(bounds[t]) { // else it is the neighbour
			t = p.traceOf(row)
		}
	}
}
