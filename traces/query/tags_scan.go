package query

import (
	"context"

	"supersonic/traceql"
)

// tagVisitor is what a tagScan shows what it finds.
type tagVisitor struct {
	// whole is shown a part of which everything counts; false asks for its pages.
	whole func(part *Part) (bool, error)
	// page is shown a page and the rows of it that count, of which there is one.
	page func(p *page, rows rowBits) error
	// split is shown the spans that count of a trace that lies in several parts, by
	// their places among its rows, which are in the order of their starts.
	split func(t *traceql.Trace, rows []row, spans []int)
	// full tells that the answer cannot grow; nil: never.
	full func() bool
}

// tagScan looks at the spans of which names or values are asked, newest first.
type tagScan struct {
	*scan
	search *traceql.Search // nil: all spans
	end    string
}

func newTagScan(ctx context.Context, snap *Snapshot, query string, r Range, opts EngineOptions) (*tagScan, error) {
	s := &tagScan{end: "all read"}
	pl := &plan{root: allNode{}, exact: true}
	if query != "" {
		q, err := traceql.Parse(query)
		if err != nil {
			return nil, BadRequest{err}
		}
		if s.search, err = traceql.NewSearch(q); err != nil {
			return nil, BadRequest{err}
		}
		pl = newPlan(q)
		if _, all := pl.root.(allNode); all && pl.exact {
			s.search = nil
		}
	}
	s.scan = newScan(ctx, snap, pl, r, opts)
	return s, nil
}

// run shows the parts that can tell of themselves, then the pages of the others, then
// split traces.
func (s *tagScan) run(v tagVisitor) error {
	told := make(map[*partScan]bool)
	for _, ps := range s.parts {
		if s.search != nil || !ps.wholly(s.rng) {
			continue
		}
		ok, err := v.whole(ps.Part)
		if err != nil {
			return err
		}
		if told[ps] = ok; ok {
			ps.skip("the part lists its values", ps.Segment.Pages())
		}
	}
	if len(told) == len(s.parts) && allTrue(told) { // of pieces of split traces too
		return nil
	}
	w, todo := s.worker(0), newAgenda(s.scan)
	for {
		if _, ok, err := todo.peek(); !ok {
			return err
		}
		it := todo.pop()
		if it.part != nil && told[it.part] {
			continue
		}
		if err := s.ctx.Err(); err != nil {
			return err
		}
		if v.full != nil && v.full() {
			s.end = "limit reached"
			return nil
		}
		show := s.page
		if it.part == nil {
			show = s.pieces
		}
		err := show(w, it, v)
		w.done(it)
		if err != nil {
			return err
		}
	}
}

func allTrue(m map[*partScan]bool) bool {
	for _, is := range m {
		if !is {
			return false
		}
	}
	return true
}

// page shows the rows of a page that the query selects.
func (s *tagScan) page(w *worker, it *item, v tagVisitor) error {
	rows, err := w.open(it)
	if err != nil || rows == nil {
		return err
	}
	p := w.page
	if s.search != nil && !s.plan.exact {
		rows = s.evaluated(p, rows)
	}
	if rows.none() {
		return p.err
	}
	if err := v.page(p, rows); err != nil {
		return err
	}
	return p.err
}

// evaluated is the rows that the evaluator selects, of traces that have one in rows.
func (s *tagScan) evaluated(p *page, rows rowBits) rowBits {
	out := make(rowBits, len(rows))
	p.eachTrace(rows, func(t int) bool {
		tr, list := p.trace(t)
		for _, set := range s.search.Eval(tr) {
			for _, m := range set.Spans {
				out.set(list[m.Index].i)
			}
		}
		return p.err == nil
	})
	return out
}

// pieces shows split traces.
func (s *tagScan) pieces(w *worker, it *item, v tagVisitor) error {
	for i := range it.splits {
		rows, err := w.join(&it.splits[i])
		if err != nil {
			return err
		}
		if rows == nil {
			continue
		}
		t := languageRows(it.splits[i].ID, rows)
		var spans []int
		if s.search == nil {
			for i := range rows {
				spans = append(spans, i)
			}
		} else {
			for _, set := range s.search.Eval(t) {
				for _, m := range set.Spans {
					spans = append(spans, m.Index)
				}
			}
		}
		v.split(t, rows, spans)
		if err := w.failed(); err != nil {
			return err
		}
	}
	return nil
}

// answered is what was looked at, and how, if that is asked.
func (s *tagScan) answered(query string, explain bool) (Stats, *Explain) {
	st := s.stats()
	if !explain {
		return st, nil
	}
	e := s.explain(s.end)
	e.Query = query
	return st, e
}
