package query

import (
	"context"
	"fmt"
	"iter"

	"supersonic/traceql"
	"supersonic/traces/column"
)

// selector narrows the rows of a part's pages to those that a query selects.
type selector interface {
	rows(page int, in rowSet) (rowSet, error)
}

// tagVisitor is what a tagScan calls.
type tagVisitor struct {
	// whole is shown a part of which everything counts; false asks for its pages.
	whole func(part *Part) (bool, error)
	// page is shown a page of which some rows count.
	page func(p *tagPage) error
	// trace is shown the spans of traces that lie in several parts.
	trace func(t *Trace, s spanView)
}

// tagScan looks at the spans of which names or values are asked, newest part first.
type tagScan struct {
	snap  *Snapshot
	rng   Range
	query string
	rows  func(part int) selector // what the query selects; nil: everything
	full  func() bool             // tells that the answer cannot grow; nil: never
	stats *Stats
}

func (s *tagScan) run(ctx context.Context, v tagVisitor) error {
	scanned := false
	for i := range s.snap.Parts {
		part := &s.snap.Parts[i]
		if s.rows == nil && part.wholly(s.rng) {
			ok, err := v.whole(part)
			if err != nil {
				return err
			}
			if ok {
				continue
			}
		}
		scanned = true
		if err := s.part(ctx, i, v.page); err != nil {
			return err
		}
	}
	if !scanned {
		return nil // the parts told of their pieces of split traces too
	}
	each, err := selected(s.query, v.trace)
	if err != nil {
		return err
	}
	return eachSplit(ctx, s.snap, s.rng, func(t *Trace, cost int) error {
		s.stats.Traces++
		s.stats.Spans += len(t.Spans)
		s.stats.Bytes += int64(cost)
		each(t)
		return nil
	})
}

// selected calls visit for the spans that a query selects, all without one.
func selected(query string, visit func(t *Trace, s spanView)) (func(t *Trace), error) {
	if query == "" {
		return func(t *Trace) {
			for i := range t.Spans {
				visit(t, spanView{&t.Spans[i]})
			}
		}, nil
	}
	search, _, err := compile(query)
	return func(t *Trace) {
		for _, set := range search.Eval(languageTrace(t)) {
			for _, m := range set.Spans {
				visit(t, spanView{&t.Spans[m.Index]})
			}
		}
	}, err
}

// part shows the pages of a part, newest first.
func (s *tagScan) part(ctx context.Context, i int, visit func(p *tagPage) error) error {
	part := &s.snap.Parts[i]
	reader := rowReader{part: part, rng: s.rng}
	var narrow selector
	if s.rows != nil {
		narrow = s.rows(i)
	}
	p := tagPage{part: part, vectors: make(map[column.Key]*tagVector)}
	for page := part.Segment.Pages() - 1; page >= 0; page-- {
		if err := ctx.Err(); err != nil {
			return err
		}
		if s.full != nil && s.full() {
			break
		}
		rows, err := reader.read(page)
		if err == nil && narrow != nil && !rows.none() {
			rows, err = narrow.rows(page, rows)
		}
		if err != nil {
			return err
		}
		if rows.none() {
			continue
		}
		p.page, p.rows, p.info = page, rows, part.Segment.Page(page)
		s.stats.Traces += p.info.Traces
		s.stats.Spans += p.info.Rows
		if err := visit(&p); err != nil {
			return err
		}
	}
	s.stats.Bytes += int64(p.cost + reader.cost)
	return nil
}

// tagPage is a page and the rows of it that count.
type tagPage struct {
	part    *Part
	page    int
	info    column.PageInfo
	rows    rowSet
	vectors map[column.Key]*tagVector
	cost    int
}

// tagVector is a column that was read of a page, -1 of none.
type tagVector struct {
	page int
	column.Vector
}

// maxTagVectors bounds the columns whose memory a scan keeps from page to page.
const maxTagVectors = 32

// read returns a column of the page, nil if the part has none. It is good until the
// next page.
func (p *tagPage) read(k column.Key) (*column.Vector, error) {
	c := p.part.Segment.Column(k)
	if c == nil {
		return nil, nil
	}
	v := p.vectors[k]
	if v == nil {
		if len(p.vectors) >= maxTagVectors { // those handed out stay with who has them
			clear(p.vectors)
		}
		v = &tagVector{page: -1}
		p.vectors[k] = v
	}
	if v.page == p.page {
		return &v.Vector, nil
	}
	if err := c.Read(p.page, &v.Vector); err != nil {
		return nil, p.failed(k, err)
	}
	v.page = p.page
	p.cost += v.Cost
	return &v.Vector, nil
}

func (p *tagPage) failed(k column.Key, err error) error {
	return fmt.Errorf("%s, column %s, page %d: %w", p.part.Name, k.Name, p.page, err)
}

// none is a column of zeros that is not there.
var none column.Vector

// times reads starts, and differences to the ends.
func (p *tagPage) times() (start, duration *column.Vector, err error) {
	if start, err = p.read(column.Start); err != nil {
		return nil, nil, err
	}
	if duration, err = p.read(column.Duration); err != nil {
		return nil, nil, err
	}
	if start == nil {
		start = &none
	}
	if duration == nil {
		duration = &none
	}
	return start, duration, nil
}

// eachRow lists the rows that count.
func (p *tagPage) eachRow() iter.Seq[int] {
	return func(yield func(int) bool) {
		for row := range p.info.Rows {
			if p.rows.has(row) && !yield(row) {
				return
			}
		}
	}
}

// items lists the values of a column in the rows that count.
func (p *tagPage) items(v *column.Vector) iter.Seq[int] {
	if len(v.Offsets) == 0 {
		return p.eachRow()
	}
	return func(yield func(int) bool) {
		for row := range p.eachRow() {
			for i := v.Offsets[row]; i < v.Offsets[row+1]; i++ {
				if !yield(int(i)) {
					return
				}
			}
		}
	}
}

// tagRef is what a tag means: an intrinsic, or an attribute in one of some scopes.
type tagRef struct {
	intrinsic traceql.Intrinsic
	scopes    []traceql.Scope
	name      string
}
