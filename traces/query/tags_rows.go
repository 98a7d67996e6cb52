package query

import (
	"fmt"

	"supersonic/traces/column"
)

// rowSet tells which rows of a page count: all, none, or those that are marked.
type rowSet struct {
	all    bool
	marked []bool // by row, unless all; nil: none
}

func (s rowSet) none() bool { return !s.all && s.marked == nil }

func (s rowSet) has(row int) bool { return s.all || s.marked != nil && s.marked[row] }

// overlap says how a page lies to a range: outside, wholly within (each of its
// traces has a span that overlaps the range), or neither.
type overlap int

const (
	outside overlap = iota
	partly
	within
)

func overlapOf(info column.PageInfo, r Range) overlap {
	switch {
	case r == Range{}:
		return within
	case !r.Overlaps(info.MinStart, info.MaxEnd):
		return outside
	case info.MinStart >= r.Start && (r.End == 0 || info.MaxStart <= r.End):
		return within
	}
	return partly
}

// wholly tells whether everything in a part counts for a range, so that what the
// part tells of itself is the answer.
func (p *Part) wholly(r Range) bool {
	if len(p.Deleted) > 0 {
		return false
	}
	for page := range p.Segment.Pages() {
		if overlapOf(p.Segment.Page(page), r) != within {
			return false
		}
	}
	return true
}

// rowReader finds the rows of a part that count for a range: those of traces that
// are not hidden and have a span that overlaps it.
type rowReader struct {
	part            *Part
	rng             Range
	start, duration column.Vector
	rows            []bool
	cost            int
}

// read returns the rows of a page. They are good until the next call.
func (r *rowReader) read(page int) (rowSet, error) {
	info := r.part.Segment.Page(page)
	lies, hidden := overlapOf(info, r.rng), r.part.Hidden[page]
	switch {
	case lies == outside || len(hidden) >= info.Traces:
		return rowSet{}, nil
	case lies == within && len(hidden) == 0:
		return rowSet{all: true}, nil
	}
	bounds, err := r.part.Segment.Bounds(page)
	if err != nil {
		return rowSet{}, err
	}
	if len(r.rows) < info.Rows {
		r.rows = make([]bool, info.Rows)
	}
	rows := r.rows[:info.Rows]
	for i := range rows {
		rows[i] = lies == within
	}
	if lies == partly {
		if err := r.mark(page, bounds, rows); err != nil {
			return rowSet{}, err
		}
	}
	for _, trace := range hidden {
		clear(rows[bounds[trace]:bounds[trace+1]])
	}
	return rowSet{marked: rows}, nil
}

// mark marks the rows of traces that have a span which overlaps the range.
func (r *rowReader) mark(page int, bounds []uint32, rows []bool) error {
	if err := r.fixed(column.Start, page, &r.start); err != nil {
		return err
	}
	if err := r.fixed(column.Duration, page, &r.duration); err != nil {
		return err
	}
	for trace := range len(bounds) - 1 {
		lo, hi := int(bounds[trace]), int(bounds[trace+1])
		if r.overlaps(lo, hi) {
			for row := lo; row < hi; row++ {
				rows[row] = true
			}
		}
	}
	return nil
}

func (r *rowReader) overlaps(lo, hi int) bool {
	for row := lo; row < hi; row++ {
		start := intAt(&r.start, row)
		if end := start + intAt(&r.duration, row); r.rng.Overlaps(start, max(start, end)) {
			return true
		}
	}
	return false
}

// fixed reads a fixed column, of which nothing is zeros.
func (r *rowReader) fixed(k column.Key, page int, v *column.Vector) error {
	v.Reset()
	c := r.part.Segment.Column(k)
	if c == nil {
		return nil
	}
	if err := c.Read(page, v); err != nil {
		return fmt.Errorf("%s, column %s, page %d: %w", r.part.Name, k.Name, page, err)
	}
	r.cost += v.Cost
	return nil
}

// intAt is a number of a fixed column as bits, 0 if the column is not there.
func intAt(v *column.Vector, i int) uint64 {
	if len(v.Ints) == 0 {
		return 0
	}
	return uint64(v.Ints[i])
}
