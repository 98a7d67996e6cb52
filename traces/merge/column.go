package merge

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"supersonic/traces/column"
)

// merged is a column of several inputs.
type merged struct {
	s      *Segment
	key    column.Key
	inputs []column.Column // nil: that input has none
	items  column.Key      // of a list: the column that tells how many values a row has
	dicts  dicts
}

// Column implements column.Segment.
func (s *Segment) Column(k column.Key) column.Column {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c, ok := s.columns[k]; ok {
		return c
	}
	var c column.Column // nil, and not a nil *merged
	if s.has(k) {
		c = s.newColumn(k)
	}
	s.columns[k] = c
	return c
}

// has tells whether there is a column.
func (s *Segment) has(k column.Key) bool {
	switch {
	case s.rows == 0:
		return false
	case k.Scope != column.ScopeFixed:
		return slices.Contains(s.keys, k)
	case k == column.ParentRow && len(s.distances) > 0 || k == column.Weight && len(s.weights) > 0:
		return true
	}
	return slices.ContainsFunc(s.inputs, func(in input) bool { return in.Column(k) != nil })
}

func (s *Segment) newColumn(k column.Key) *merged {
	c := &merged{s: s, key: k, inputs: make([]column.Column, len(s.inputs))}
	for i := range s.inputs {
		c.inputs[i] = s.inputs[i].Column(k)
	}
	if k.List() {
		c.items = column.EventTime
		if k.Scope == column.ScopeLink || k.Scope == column.ScopeFixed && strings.HasPrefix(k.Name, "link.") {
			c.items = column.LinkTraceID
		}
	}
	return c
}

// Zone implements column.Column.
func (c *merged) Zone(page int) (lo, hi int64, ok bool) {
	p := &c.s.pages[page]
	switch {
	case c.key == column.Start:
		return int64(p.MinStart), int64(p.MaxSpanStart), p.MaxSpanStart <= math.MaxInt64
	case c.key == column.Duration:
		return p.short, p.long, true
	case c.key.Type != column.Int:
		return 0, 0, false
	}
	lo, hi = math.MaxInt64, math.MinInt64
	if c.key == column.ParentRow {
		lo, hi = p.distLow, p.distHigh
	}
	for _, src := range p.sources {
		switch col := c.inputs[src.input]; {
		case col != nil:
			least, most, ok := col.Zone(int(src.page))
			if !ok {
				return 0, 0, false
			}
			lo, hi = min(lo, least), max(hi, most)
		case c.key.Scope == column.ScopeFixed:
			lo, hi = min(lo, 0), max(hi, 0)
		}
	}
	return lo, hi, lo <= hi
}

// Empty implements column.EmptyPage's question: it knows what all inputs know.
func (c *merged) Empty(page int) bool {
	for _, src := range c.s.pages[page].sources {
		if col := c.inputs[src.input]; col != nil && !column.EmptyPage(col, int(src.page)) {
			return false
		}
	}
	return c.key.Scope != column.ScopeFixed
}

// Dict implements column.Column.
func (c *merged) Dict(page int) (*column.Dict, error) {
	if !c.key.Type.Text() {
		return nil, nil
	}
	ch, err := c.chapter(page)
	if err != nil {
		return nil, err
	}
	return ch.of(page), nil
}

// Read implements column.Column.
func (c *merged) Read(number int, v *column.Vector) error {
	v.Reset()
	g := gatherer{c: c, page: number, v: v}
	if c.key.Type.Text() {
		ch, err := c.chapter(number)
		if err != nil {
			return err
		}
		g.chapter, g.dict = ch, ch.of(number)
	}
	v.Rows = c.s.pages[number].Rows
	v.Dict = g.dict
	if err := g.gather(c.s.pageRuns(number)); err != nil {
		return err
	}
	switch c.key {
	case column.ParentRow:
		apply(v.Ints, c.s.distances, c.s.pages, number, func(p *page) int { return p.distance })
	case column.Weight:
		apply(v.Floats, c.s.weights, c.s.pages, number, func(p *page) int { return p.weight })
	}
	return nil
}

// inputError says in which input's page something went wrong.
func (c *merged) inputError(input, page uint32, err error) error {
	return fmt.Errorf("merge: input %d of %d: page %d: %w", input+1, len(c.inputs), page, err)
}

// apply puts a page's patches into its values.
func apply[T any](values []T, patches []patch[T], pages []page, number int, begin func(*page) int) {
	end := len(patches)
	if number+1 < len(pages) {
		end = begin(&pages[number+1])
	}
	for _, p := range patches[begin(&pages[number]):end] {
		values[p.row] = p.value
	}
}
