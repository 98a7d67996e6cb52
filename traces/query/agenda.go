package query

import (
	"cmp"
	"container/heap"
	"slices"

	"supersonic/traces/column"
)

// item is what a worker does at a time: a page, or a few split traces.
type item struct {
	part   *partScan // nil: split traces
	page   int
	splits []Split // oldest first, as in the Snapshot
	newest uint64  // no trace of it starts later
}

// splitBatch is how many split traces are one item.
const splitBatch = 16

// agenda hands out the items of a scan, the newest first. A part is asked, and its
// pages are listed, when its turn comes: a search that ends early pays nothing for the
// parts behind, and one that finds nothing pays for parts, not for their pages. One
// goroutine uses it at a time.
type agenda struct {
	scan *scan
	page *page // asks parts
	rows lines // a heap
	left int   // items that are left at most
	err  error // what asking a part failed with
}

// line is what is left of a part, or of the split traces.
type line struct {
	part   *partScan // nil: split traces
	order  int       // among lines that are as new
	newest uint64    // nothing of it starts later
	listed bool      // items are known
	items  []item    // newest first
}

func newAgenda(s *scan) *agenda {
	a := &agenda{scan: s, page: newPage(s)}
	for _, ps := range s.parts {
		pages, all := ps.Segment.Pages(), extentOf(ps.Segment)
		switch {
		case pages == 0:
		case overlapOf(all, s.rng) == outside:
			ps.skip("time", pages)
		default:
			a.rows = append(a.rows, &line{part: ps, order: ps.index, newest: all.MaxStart})
			a.left += pages
		}
	}
	if n := len(s.snap.Split); n > 0 {
		a.rows = append(a.rows, &line{order: len(s.parts), newest: s.snap.Split[n-1].Start})
		a.left += batches(s.snap.Split)
	}
	heap.Init(&a.rows)
	return a
}

// extentOf is what a part's pages hold together.
func extentOf(seg column.Segment) column.PageInfo {
	var all column.PageInfo
	for n := range seg.Pages() {
		info := seg.Page(n)
		if n == 0 {
			all = info
			continue
		}
		all.Rows, all.Traces = all.Rows+info.Rows, all.Traces+info.Traces
		all.MinStart, all.MaxStart = min(all.MinStart, info.MinStart), max(all.MaxStart, info.MaxStart)
		all.MaxSpanStart, all.MaxEnd = max(all.MaxSpanStart, info.MaxSpanStart), max(all.MaxEnd, info.MaxEnd)
	}
	return all
}

// peek tells how new the next item is; ok is false at the end.
func (a *agenda) peek() (newest uint64, ok bool, err error) {
	for a.err == nil && len(a.rows) > 0 {
		l := a.rows[0]
		if !l.listed {
			a.list(l)
		}
		if len(l.items) > 0 && l.newest == l.items[0].newest {
			return l.newest, a.err == nil, a.err
		}
		if len(l.items) == 0 {
			heap.Pop(&a.rows)
		} else {
			l.newest = l.items[0].newest
			heap.Fix(&a.rows, 0)
		}
	}
	return 0, false, a.err
}

// pop takes the item that peek told of.
func (a *agenda) pop() *item {
	l := a.rows[0]
	out := &l.items[0]
	l.items = l.items[1:]
	a.left--
	return out
}

// all takes all items.
func (a *agenda) all() ([]item, error) {
	var out []item
	for {
		if _, ok, err := a.peek(); !ok {
			return out, err
		}
		out = append(out, *a.pop())
	}
}

func (a *agenda) list(l *line) {
	l.listed = true
	guess := 0
	if l.part == nil {
		guess, l.items = batches(a.scan.snap.Split), a.scan.splitItems()
	} else {
		guess, l.items = l.part.Segment.Pages(), a.pages(l.part)
	}
	a.left -= guess - len(l.items)
}

func batches(splits []Split) int { return (len(splits) + splitBatch - 1) / splitBatch }

// pages lists the pages of a part that may have something.
func (a *agenda) pages(ps *partScan) []item {
	pages := ps.Segment.Pages()
	a.page.open(ps, 0)
	possible := a.scan.plan.root.possible(a.page, false)
	if a.err = a.page.err; a.err != nil {
		return nil
	}
	if !possible {
		ps.skip("no such value in the part", pages)
		return nil
	}
	out := make([]item, 0, pages)
	for n := pages - 1; n >= 0; n-- {
		switch info := ps.Segment.Page(n); {
		case overlapOf(info, a.scan.rng) == outside:
			ps.skip("time", 1)
		case len(ps.Hidden[n]) >= info.Traces:
			ps.skip("split or deleted", 1)
		default:
			out = append(out, item{part: ps, page: n, newest: info.MaxStart})
		}
	}
	slices.SortStableFunc(out, newestItem)
	return out
}

// splitItems lists split traces.
func (s *scan) splitItems() []item {
	var out []item
	for end := len(s.snap.Split); end > 0; end -= splitBatch {
		list := s.snap.Split[max(0, end-splitBatch):end]
		if slices.ContainsFunc(list, s.reaches) {
			out = append(out, item{splits: list, newest: list[len(list)-1].Start})
		}
	}
	return out
}

// reaches tells whether a split trace may have a span in the range.
func (s *scan) reaches(sp Split) bool {
	return s.rng == (Range{}) || s.rng.Overlaps(sp.Start, max(sp.Start, sp.End))
}

func newestItem(a, b item) int { return cmp.Compare(b.newest, a.newest) }

// lines is a heap, the newest first.
type lines []*line

func (h lines) Len() int { return len(h) }
func (h lines) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(h[j].newest, h[i].newest), cmp.Compare(h[i].order, h[j].order)) < 0
}
func (h lines) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *lines) Push(x any)   { *h = append(*h, x.(*line)) }
func (h *lines) Pop() any {
	old := *h
	x := old[len(old)-1]
	*h = old[:len(old)-1]
	return x
}
