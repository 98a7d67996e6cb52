package compare

import "supersonic/ui/payload"

// step is a span of a trace with what is below it.
type step struct {
	span     *payload.Span
	index    int
	children []*step
}

// tree gives the spans, which are in the order in which they are drawn, their
// children back.
func tree(t *payload.Trace) *step {
	top := &step{index: -1}
	way := []*step{top}
	for i := range t.Spans {
		s := &step{span: &t.Spans[i], index: i}
		way = way[:s.span.Depth+1]
		parent := way[s.span.Depth]
		parent.children = append(parent.children, s)
		way = append(way, s)
	}
	return top
}

// place is which child of its parent a step is.
type place struct {
	name string
	nth  int
}

// pair is a step of both traces, or of one.
type pair struct {
	place
	a, b *step
}

// pairs aligns the children of two steps, either of which may be nil. They come in
// the order of a; those of b alone stand after the one before them in b.
func pairs(a, b *step) []pair {
	index := map[place]int{}
	var ours []pair
	each(a, func(at place, s *step) {
		index[at] = len(ours)
		ours = append(ours, pair{place: at, a: s})
	})
	extra := map[int][]pair{} // by the index in ours that they stand after
	last := -1
	each(b, func(at place, s *step) {
		i, both := index[at]
		if !both {
			extra[last] = append(extra[last], pair{place: at, b: s})
			return
		}
		ours[i].b = s
		last = i
	})
	all := extra[-1]
	for i, p := range ours {
		all = append(append(all, p), extra[i]...)
	}
	return all
}

func each(s *step, visit func(place, *step)) {
	if s == nil {
		return
	}
	count := map[string]int{}
	for _, c := range s.children {
		count[c.span.Name]++
		visit(place{c.span.Name, count[c.span.Name]}, c)
	}
}

// aligner makes the rows of a comparison.
type aligner struct {
	criticalA, criticalB []float64
	rows                 []payload.ComparedRow
}

func (l *aligner) below(a, b *step, depth int) {
	for _, p := range pairs(a, b) {
		at := len(l.rows)
		row := payload.ComparedRow{Name: p.name, Nth: p.nth, Depth: depth, A: compared(p.a, l.criticalA), B: compared(p.b, l.criticalB)}
		if row.A != nil && row.B != nil {
			longer, self := row.B.DurationNs-row.A.DurationNs, row.B.SelfNs-row.A.SelfNs
			row.DeltaNs, row.DeltaSNs = &longer, &self
		}
		l.rows = append(l.rows, row)
		l.below(p.a, p.b, depth+1)
		l.rows[at].Below = len(l.rows) - at - 1
	}
}

func compared(s *step, critical []float64) *payload.ComparedSpan {
	if s == nil {
		return nil
	}
	return &payload.ComparedSpan{ID: s.span.ID, Service: s.span.Service, OffsetNs: s.span.OffsetNs, DurationNs: s.span.DurationNs,
		SelfNs: s.span.SelfNs, CriticalNs: critical[s.index], Failed: s.span.Failed}
}
