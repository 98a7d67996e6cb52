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
	// trace is shown the spans of traces that lie in several parts.
	trace func(t *Trace, s spanView)
	// full tells that the answer cannot grow; nil: never.
	full func() bool
}

// tagScan looks at the spans of which names or values are asked, newest first.
type tagScan struct {
	*scan
	search *traceql.Search // nil: all spans
	end    string
	stats  Stats // of what the scan does not count: whole traces
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
			for range ps.Segment.Pages() {
				ps.skip("the part lists its values")
			}
		}
	}
	w := s.worker(0)
	for _, it := range s.items() {
		if it.part == nil || told[it.part] {
			continue
		}
		if err := s.ctx.Err(); err != nil {
			return err
		}
		if v.full != nil && v.full() {
			s.end = "limit reached"
			return nil
		}
		err := s.page(w, &it, v)
		w.done(&it)
		if err != nil {
			return err
		}
	}
	if len(told) == len(s.parts) && allTrue(told) {
		return nil // the parts told of their pieces of split traces too
	}
	return eachSplit(s.ctx, s.snap, s.rng, func(t *Trace, cost int) error {
		s.splits.Add(1)
		s.stats.Add(Stats{Traces: 1, Spans: len(t.Spans), Bytes: int64(cost)})
		s.selected(t, v.trace)
		return nil
	})
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

// selected calls visit for the spans of a trace that the query selects.
func (s *tagScan) selected(t *Trace, visit func(t *Trace, s spanView)) {
	if s.search == nil {
		for i := range t.Spans {
			visit(t, spanView{&t.Spans[i]})
		}
		return
	}
	for _, set := range s.search.Eval(languageTrace(t)) {
		for _, m := range set.Spans {
			visit(t, spanView{&t.Spans[m.Index]})
		}
	}
}

// answered is what was looked at, and how, if that is asked.
func (s *tagScan) answered(query string, explain bool) (Stats, *Explain) {
	st := s.scan.stats()
	st.Add(s.stats)
	if !explain {
		return st, nil
	}
	e := s.explain(s.end)
	e.Query = query
	return st, e
}
