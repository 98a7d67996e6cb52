package store

import (
	"container/heap"
	"context"
	"runtime"
	"sync"

	"supersonic/traces/query"
	"supersonic/traces/span"
)

// candidate is a trace's piece that a scan came across.
type candidate struct {
	seg int
	id  span.TraceID
	piece
}

// cursor walks the pieces of one segment, newest first. Its index is loaded when
// its turn comes.
type cursor struct {
	seg    int
	next   uint64 // start of the next piece, or a bound above it before open
	opened bool
	mem    *snapshot
	file   *fileIndex
	pos    int
}

type cursors []*cursor

func (c cursors) Len() int { return len(c) }
func (c cursors) Less(i, j int) bool {
	if c[i].next != c[j].next {
		return c[i].next > c[j].next
	}
	return c[i].seg > c[j].seg
}
func (c cursors) Swap(i, j int) { c[i], c[j] = c[j], c[i] }
func (c *cursors) Push(x any)   { *c = append(*c, x.(*cursor)) }
func (c *cursors) Pop() any {
	last := (*c)[len(*c)-1]
	*c = (*c)[:len(*c)-1]
	return last
}

// merge yields pieces of all segments that overlap r, newest first.
type merge struct {
	view    *view
	visited []bool
	mem     []*snapshot // of the segments in memory that are visited
	heap    cursors
}

func newMerge(v *view, r query.Range) *merge {
	m := &merge{view: v, visited: make([]bool, len(v.segs)), mem: make([]*snapshot, len(v.segs))}
	for i, st := range v.state {
		var sum summary
		if st.mem != nil {
			sum = st.mem.summary()
		} else {
			sum = st.head.sum
		}
		if sum.overlaps(r) {
			m.visited[i] = true
			if st.mem != nil {
				m.mem[i] = st.mem.snapshot()
			}
			m.heap = append(m.heap, &cursor{seg: i, next: sum.maxStart})
		}
	}
	heap.Init(&m.heap)
	return m
}

// next returns the next piece, false at the end.
func (m *merge) next() (candidate, bool, error) {
	for len(m.heap) > 0 {
		c := m.heap[0]
		if !c.opened {
			if err := m.open(c); err != nil {
				return candidate{}, false, err
			}
			m.fix(c)
			continue
		}
		out := c.take()
		m.fix(c)
		return out, true, nil
	}
	return candidate{}, false, nil
}

func (m *merge) open(c *cursor) error {
	c.opened = true
	if c.mem = m.mem[c.seg]; c.mem != nil {
		return nil
	}
	var err error
	c.file, err = m.view.index(c.seg)
	return err
}

// fix puts c, the top of the heap, in its place, or takes it away at its end.
func (m *merge) fix(c *cursor) {
	switch {
	case c.mem != nil && c.pos < len(c.mem.newest):
		c.next = c.mem.newest[c.pos].start
	case c.file != nil && c.pos < len(c.file.byStart):
		c.next = c.file.entries[c.file.byStart[c.pos]].start
	default:
		heap.Pop(&m.heap)
		return
	}
	heap.Fix(&m.heap, 0)
}

func (c *cursor) take() candidate {
	defer func() { c.pos++ }()
	if c.mem != nil {
		e := &c.mem.newest[c.pos]
		return candidate{seg: c.seg, id: e.id, piece: piece{start: e.start, end: e.end}}
	}
	i := c.file.byStart[c.pos]
	return candidate{c.seg, c.file.entries[i].id, c.file.piece(int(i))}
}

// chunk is the unit of work of a scan: consecutive candidates, most likely in the
// same few records. The first ones are small, so that the newest twenty are found
// soon; later ones are large enough to make the hand-over cheap.
type chunk struct {
	list []candidate
	done chan struct{} // closed when results, stats, err are set

	results []any
	stats   query.Stats
	err     error
}

const (
	firstChunk = 16
	maxChunk   = 512
)

// Scan shows every trace that has a span in r to v.
func (s *Store) Scan(ctx context.Context, r query.Range, v query.Visitor) (query.Stats, error) {
	ctx, stop := context.WithCancel(ctx)
	m := newMerge(s.view(), r)
	workers := runtime.GOMAXPROCS(0)
	work, ordered := make(chan *chunk), make(chan *chunk, 2*workers)
	failed := make(chan error, 1)
	var wg sync.WaitGroup
	wg.Go(func() {
		defer close(work)
		defer close(ordered)
		failed <- m.produce(ctx, work, ordered)
	})
	for range workers {
		wg.Go(func() {
			for c := range work {
				m.evaluate(ctx, r, v.Eval, c)
				close(c.done)
			}
		})
	}
	stats, enough, err := emit(ordered, v.Emit)
	stop()
	for range ordered { // unblocks produce
	}
	wg.Wait()
	if produced := <-failed; err == nil && !enough {
		err = produced
	}
	return stats, err
}

func emit(ordered <-chan *chunk, yield func(any) bool) (stats query.Stats, enough bool, err error) {
	for c := range ordered {
		<-c.done
		stats.Add(c.stats)
		for _, r := range c.results {
			if !yield(r) {
				return stats, true, nil
			}
		}
		if c.err != nil {
			return stats, false, c.err
		}
	}
	return stats, false, nil
}

// produce cuts the merge into chunks until its end or ctx's.
func (m *merge) produce(ctx context.Context, work, ordered chan<- *chunk) error {
	for size := firstChunk; ; size = min(2*size, maxChunk) {
		c := &chunk{done: make(chan struct{})}
		for len(c.list) < size {
			cand, ok, err := m.next()
			if err != nil {
				return err
			}
			if !ok {
				break
			}
			c.list = append(c.list, cand)
		}
		if len(c.list) == 0 {
			return nil
		}
		select {
		case ordered <- c:
		case <-ctx.Done():
			return ctx.Err()
		}
		// Whoever reads ordered waits for done: every chunk there must get it.
		select {
		case work <- c:
		case <-ctx.Done():
			c.err = ctx.Err()
			close(c.done)
			return ctx.Err()
		}
	}
}

func (m *merge) evaluate(ctx context.Context, r query.Range, eval func(*query.Trace) any, c *chunk) {
	for i := range c.list {
		if c.err = ctx.Err(); c.err != nil {
			return
		}
		t, err := m.trace(ctx, r, &c.list[i], &c.stats)
		if err != nil {
			c.err = err
			return
		}
		if t == nil {
			continue
		}
		if res := eval(t); res != nil {
			c.results = append(c.results, res)
		}
	}
}

// trace assembles the trace of a candidate, nil if it is out of r or if its place
// in the order is another piece's.
func (m *merge) trace(ctx context.Context, r query.Range, c *candidate, stats *query.Stats) (*query.Trace, error) {
	v, place := m.view, c.start
	if v.state[c.seg].mem != nil {
		c.piece, _ = v.state[c.seg].mem.find(c.id)
	}
	pieces, err := v.pieces(c.id, c.seg, c.piece)
	if err != nil {
		return nil, err
	}
	start, end := c.start, c.end
	for _, p := range pieces {
		if at, ok := m.place(c.id, p); ok && p.seg != c.seg && (at < place || at == place && p.seg < c.seg) {
			return nil, nil
		}
		start, end = min(start, p.start), max(end, p.end)
	}
	if !r.Overlaps(start, end) {
		return nil, nil
	}
	t, err := v.assemble(ctx, c.id, pieces, stats)
	if t != nil && !t.Within(r) {
		return nil, err
	}
	return t, err
}

// place is where a piece stands in the order of this scan, false if it is not in
// it. A piece that came, or grew, since the scan began must not hide its trace.
func (m *merge) place(id span.TraceID, p located) (uint64, bool) {
	if snap := m.mem[p.seg]; snap != nil {
		return m.view.state[p.seg].mem.startAt(id, snap)
	}
	return p.start, m.visited[p.seg]
}
