package query

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"supersonic/traceql"
	"supersonic/traces/column"
)

// scan is one query's way through a Snapshot: the pages that may have something of
// interest, the newest first.
type scan struct {
	ctx  context.Context
	snap *Snapshot
	plan *plan
	rng  Range
	opts EngineOptions
	// keeps tells whether a candidate counts; nil: all do.
	keeps func(p *page, trace int) bool

	parts  []*partScan
	used   atomic.Int64 // bytes charged
	held   atomic.Int64 // of opts.Memory
	rows   atomic.Int64
	traces atomic.Int64
	splits atomic.Int64
}

// partScan is a part with what the scan found out about it.
type partScan struct {
	*Part
	index int

	listed  sync.Once
	keyList []column.Key

	mu      sync.Mutex
	read    int
	rows    int
	bytes   int64
	skipped map[string]int
	columns map[column.Key]bool
}

func newScan(ctx context.Context, snap *Snapshot, pl *plan, r Range, opts EngineOptions) *scan {
	s := &scan{ctx: ctx, snap: snap, plan: pl, rng: r, opts: opts}
	for i := range snap.Parts {
		s.parts = append(s.parts, &partScan{Part: &snap.Parts[i], index: i, skipped: make(map[string]int), columns: make(map[column.Key]bool)})
	}
	return s
}

// charge accounts for memory that the query keeps; negative: gives back.
func (s *scan) charge(what string, bytes int64) error {
	if s.used.Add(bytes) > s.opts.MaxBytes {
		return TooLarge{What: what, Bytes: s.opts.MaxBytes, Hint: "ask for a shorter range, fewer results or a narrower condition"}
	}
	return s.hold(bytes)
}

func (s *scan) countRows(n int) {
	s.rows.Add(int64(n))
	if s.opts.Rows != nil {
		s.opts.Rows(n)
	}
}

// keys lists the attributes of the part.
func (ps *partScan) keys() []column.Key {
	ps.listed.Do(func() { ps.keyList = ps.Segment.Keys() })
	return ps.keyList
}

func (ps *partScan) note(k column.Key) {
	ps.mu.Lock()
	ps.columns[k] = true
	ps.mu.Unlock()
}

func (ps *partScan) skip(reason string, pages int) {
	ps.mu.Lock()
	ps.skipped[reason] += pages
	ps.mu.Unlock()
}

// charge counts bytes that were read beside pages.
func (ps *partScan) charge(bytes int) {
	ps.mu.Lock()
	ps.bytes += int64(bytes)
	ps.mu.Unlock()
}

// count notes what was read of a page.
func (ps *partScan) count(p *page) {
	if !p.looked || p.counted && p.cost == 0 {
		return
	}
	ps.mu.Lock()
	if !p.counted {
		ps.read++
		ps.rows += p.info.Rows
	}
	ps.bytes += p.cost
	ps.mu.Unlock()
	p.counted, p.cost = true, 0
}

// worker reads pages. One goroutine uses it.
type worker struct {
	scan   *scan
	number int
	page   *page
	one    *page // a trace of page
	sel    rowBits
	pieces map[int]*page // by part, of split traces
	joined []row
}

func (s *scan) worker(number int) *worker {
	return &worker{scan: s, number: number, page: newPage(s), pieces: make(map[int]*page)}
}

// open turns to a page and returns the rows that are selected, of traces that
// count; none if it is not worth reading.
func (w *worker) open(it *item) (rows rowBits, err error) {
	p, s := w.page, w.scan
	p.open(it.part, it.page)
	if p.err != nil {
		return nil, p.err
	}
	if !s.plan.root.possible(p, true) {
		it.part.skip("no such value in the page", 1)
		return nil, p.err
	}
	w.sel = resized(w.sel, wordsOf(p.info.Rows))
	clear(w.sel)
	s.plan.root.rows(p, w.sel)
	if p.err == nil && !w.sel.none() {
		w.dropOthers(w.sel)
	}
	return w.sel, p.err
}

// dropOthers takes the rows out of traces that do not count: hidden or deleted ones,
// those outside the range, and those that the query does not keep.
func (w *worker) dropOthers(rows rowBits) {
	p, s := w.page, w.scan
	for _, t := range p.part.Hidden[p.number] {
		if int(t) < p.info.Traces {
			rows.drop(p.rowRange(int(t)))
		}
	}
	partial := overlapOf(p.info, s.rng) != within
	if !partial && len(p.part.Deleted) == 0 && s.keeps == nil {
		return
	}
	p.eachTrace(rows, func(t int) bool {
		deleted := false
		if len(p.part.Deleted) > 0 {
			_, deleted = p.part.Deleted[p.traceID(t)]
		}
		if deleted || partial && !w.overlaps(t) || s.keeps != nil && !s.keeps(p, t) {
			rows.drop(p.rowRange(t))
		}
		return true
	})
}

// overlaps tells whether a span of a trace overlaps the range.
func (w *worker) overlaps(t int) bool {
	p := w.page
	lo, hi := p.rowRange(t)
	for i := lo; i < hi; i++ {
		if start := uint64(p.starts()[i]); w.scan.rng.Overlaps(start, max(start, p.end(i))) {
			return true
		}
	}
	return false
}

// join shows a split trace as a whole, nil if it does not count. It is good until
// the next call.
func (w *worker) join(sp *Split) ([]row, error) {
	s := w.scan
	if !s.reaches(*sp) {
		return nil, nil
	}
	w.joined = w.joined[:0]
	for _, piece := range sp.Pieces {
		ps := s.parts[piece.Part]
		if _, deleted := ps.Deleted[sp.ID]; deleted {
			return nil, nil
		}
		p := w.pieces[piece.Part]
		if p == nil {
			p = newPage(s)
			w.pieces[piece.Part] = p
		}
		p.open(ps, piece.Place.Page)
		if p.err == nil && piece.Place.Trace >= p.info.Traces {
			p.err = fmt.Errorf("%s, page %d: it has no trace %d, where a piece of trace %s should lie", ps.Name, piece.Place.Page, piece.Place.Trace, sp.ID)
		}
		if p.err != nil {
			return nil, p.err
		}
	}
	if w.hopeless(sp) {
		return nil, w.failed()
	}
	s.splits.Add(1)
	for _, piece := range sp.Pieces {
		p := w.pieces[piece.Part]
		lo, hi := p.rowRange(piece.Place.Trace)
		for i := lo; i < hi; i++ {
			w.joined = append(w.joined, row{p: p, i: i})
		}
	}
	w.joined = joinRows(w.joined)
	weigh(w.joined)
	in := s.rng == Range{} || slices.ContainsFunc(w.joined, func(r row) bool { return s.rng.Overlaps(r.Start(), max(r.Start(), r.End())) })
	if !in || len(w.joined) == 0 {
		return nil, w.failed()
	}
	return w.joined, w.failed()
}

// hopeless tells whether no piece of a split trace has what the query needs. The
// pieces' pages are open.
func (w *worker) hopeless(sp *Split) bool {
	if len(w.scan.plan.needs) == 0 {
		return false
	}
	return !slices.ContainsFunc(w.scan.plan.needs, func(all []need) bool {
		return !slices.ContainsFunc(all, func(n need) bool {
			return !slices.ContainsFunc(sp.Pieces, func(piece Piece) bool {
				p, t := w.pieces[piece.Part], piece.Place.Trace
				return p.needed(n).any(p.rowRange(t))
			})
		})
	})
}

// needed is the rows that satisfy a condition which split traces need.
func (p *page) needed(n need) rowBits {
	b, ok := p.needs[n.number]
	if !ok {
		b = make(rowBits, wordsOf(p.info.Rows))
		if n.possible(p, false) && n.possible(p, true) {
			n.rows(p, b)
		}
		p.needs[n.number] = b
	}
	return b
}

// failed is what reading pieces failed with.
func (w *worker) failed() error {
	for _, p := range w.pieces {
		if p.err != nil {
			return p.err
		}
	}
	return nil
}

// done counts what was read for an item.
func (w *worker) done(it *item) {
	if it.part != nil {
		it.part.count(w.page)
		if w.page.looked {
			w.scan.traces.Add(int64(w.page.info.Traces))
		}
		return
	}
	for _, p := range w.pieces {
		p.part.count(p)
	}
	w.scan.traces.Add(int64(len(it.splits)))
}

// sink takes what is found, for one worker.
type sink interface {
	// page gets the selected rows of a page, if there are any. All that p shows is
	// good until the call ends.
	page(p *page, rows rowBits) error
	// split gets a split trace that may have something; only the evaluator can tell.
	split(t *traceql.Trace, rows []row) error
}

// all shows everything to sinks, one for each worker, in no order.
func (s *scan) all(newSink func() sink) error {
	var mu sync.Mutex
	sinks := make(map[int]sink)
	of := func(w *worker) sink {
		mu.Lock()
		defer mu.Unlock()
		if sinks[w.number] == nil {
			sinks[w.number] = newSink()
		}
		return sinks[w.number]
	}
	eval := func(w *worker, it *item) (struct{}, error) {
		return struct{}{}, w.show(it, of(w))
	}
	return readItems(s, eval, func(uint64) bool { return false }, func(struct{}) error { return nil })
}

// show shows an item to a sink.
func (w *worker) show(it *item, to sink) error {
	if it.part != nil {
		rows, err := w.open(it)
		if err != nil || rows == nil || rows.none() {
			return err
		}
		if err := to.page(w.page, rows); err != nil {
			return err
		}
		return w.page.err
	}
	for i := range slices.Backward(it.splits) {
		rows, err := w.join(&it.splits[i])
		if err != nil {
			return err
		}
		if rows == nil {
			continue
		}
		if err := to.split(languageRows(it.splits[i].ID, rows), rows); err != nil {
			return err
		}
		if err := w.failed(); err != nil {
			return err
		}
	}
	return nil
}

// stats is what was looked at.
func (s *scan) stats() Stats {
	st := Stats{Traces: int(s.traces.Load()), Spans: int(s.rows.Load())}
	for _, ps := range s.parts {
		st.Bytes += ps.bytes
	}
	return st
}

// explain tells how the query was answered. The scan has ended.
func (s *scan) explain(end string) *Explain {
	e := &Explain{Plan: s.planLines(), Rows: s.rows.Load(), Bytes: s.stats().Bytes, End: end,
		Split: ExplainSplit{Found: len(s.snap.Split), Evaluated: int(s.splits.Load())}}
	if s.plan.query != nil {
		e.Query = s.plan.query.String()
	}
	if end == endLimit {
		for _, ps := range s.parts {
			if left := ps.Segment.Pages() - ps.read - sumOf(ps.skipped); left > 0 {
				ps.skipped[endLimit] = left
			}
		}
	}
	newest := make(map[int]uint64)
	for _, ps := range s.parts {
		part := ExplainPart{Name: ps.Name, Pages: ps.Segment.Pages(), PagesRead: ps.read, RowsRead: ps.rows, BytesRead: ps.bytes, Skipped: maps.Clone(ps.skipped), Columns: []string{}}
		for n := range part.Pages {
			info := ps.Segment.Page(n)
			part.Rows += info.Rows
			newest[ps.index] = max(newest[ps.index], info.MaxStart)
		}
		for k := range ps.columns {
			part.Columns = append(part.Columns, columnName(k))
		}
		slices.Sort(part.Columns)
		part.Columns = slices.Compact(part.Columns)
		e.Parts = append(e.Parts, part)
	}
	order := make([]int, len(s.parts))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(newest[b], newest[a]) })
	parts := make([]ExplainPart, len(order))
	for i, n := range order {
		parts[i] = e.Parts[n]
	}
	e.Parts = parts
	return e
}

// columnName is a column in an explanation.
func columnName(k column.Key) string {
	if k.Scope == column.ScopeFixed {
		return k.Name
	}
	return k.Scope.String() + "." + k.Name
}

// endLimit is why a scan ended that found enough.
const endLimit = "limit reached"

func sumOf(counts map[string]int) int {
	n := 0
	for _, c := range counts {
		n += c
	}
	return n
}

func (s *scan) planLines() []string {
	lines := []string{"rows by column: " + s.plan.root.String()}
	if s.plan.exact {
		return append(lines, "these rows are the answer; no span is evaluated to find it")
	}
	return append(lines, "traces with such a row are evaluated span by span")
}
