package query

import (
	"supersonic/traces/column"
)

// window is the rows of one trace, where a page shows no others.
type window struct {
	narrow bool
	lo, hi int
	bounds [2]uint32
}

// read reads a column: the page, or the window's rows of it.
func (w *window) read(c column.Column, page int, v *column.Vector) error {
	if w.narrow {
		return column.ReadRows(c, page, w.lo, w.hi, v)
	}
	return c.Read(page, v)
}

// show turns to one trace of another page, as though that page had no others.
func (p *page) show(of *page, t int) {
	lo, hi := of.rowRange(t)
	p.stamp++
	p.part, p.number, p.info = of.part, of.number, of.info
	p.err, p.made = of.err, made{}
	clear(p.needs)
	if !of.looked { // what is read of it counts as read of the page
		of.looked = true
		p.scan.countRows(of.info.Rows)
	}
	p.looked = true
	w := &p.window
	w.narrow, w.lo, w.hi = true, lo, hi
	w.bounds = [2]uint32{0, uint32(w.hi - w.lo)}
	p.info.Rows, p.info.Traces, p.limits = w.hi-w.lo, 1, w.bounds[:]
}

// trace shows one trace of the worker's page, until the next call.
func (w *worker) trace(t int) *page {
	if w.one == nil {
		w.one = newPage(w.scan)
	}
	w.one.show(w.page, t)
	return w.one
}

// close gives the page what reading a trace of it cost, and what it failed with.
func (p *page) close(of *page) {
	of.cost += p.cost
	p.cost = 0
	if of.err == nil {
		of.err = p.err
	}
}

// fewTraces is how many traces of a page are read one by one: more cost as much as
// the page.
const fewTraces = 8

// few tells whether the rows are of a few traces at most.
func (p *page) few(rows rowBits) bool {
	n := 0
	for i := rows.next(0); i >= 0 && i < p.info.Rows; i = rows.next(i) {
		if n++; n > fewTraces {
			return false
		}
		_, i = p.rowRange(p.traceOf(i))
	}
	return true
}
