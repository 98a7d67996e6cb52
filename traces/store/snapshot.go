package store

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"supersonic/traces/block"
	"supersonic/traces/column"
	"supersonic/traces/head"
	"supersonic/traces/query"
	"supersonic/traces/span"
)

var _ query.Snapshots = (*Store)(nil)

// shot is a snapshot that several may hold, the store among them.
type shot struct {
	query.Snapshot
	version uint64
	blocks  []*block.Block
	refs    atomic.Int32
}

func (s *shot) release() {
	if s.refs.Add(-1) == 0 {
		for _, b := range s.blocks {
			b.Release()
		}
	}
}

// Snapshot shows what the store holds: all that was acknowledged before the call.
// While nothing changes it is the same one and costs nothing; else it costs a View
// of the head and the lists of split traces (looked up are only the new ones).
func (s *Store) Snapshot() (*query.Snapshot, error) {
	s.build.Lock()
	defer s.build.Unlock()
	if s.closed.Load() {
		return nil, ErrClosed
	}
	s.setAsideDamaged()
	version := s.version.Load()
	if s.cached == nil || s.cached.version != version {
		made, err := s.take(version)
		if err != nil {
			return nil, fmt.Errorf("snapshot: %w", err)
		}
		s.uncache()
		s.cached = made
	}
	held := s.cached
	held.refs.Add(1)
	out := held.Snapshot
	out.Release = sync.OnceFunc(held.release)
	return &out, nil
}

// changed says that the next Snapshot is another one. build is held.
func (s *Store) changed() {
	s.version.Add(1)
	s.uncache()
}

// uncache gives back what the kept snapshot holds. build is held.
func (s *Store) uncache() {
	if s.cached != nil {
		s.cached.release()
		s.cached = nil
	}
}

// take makes a snapshot. build is held.
func (s *Store) take(version uint64) (*shot, error) {
	// The view first: what comes between it and the look-up is looked up too early,
	// and not too late.
	s.swap.Lock()
	active := s.live
	s.swap.Unlock()
	view := active.head.View()
	if _, err := s.adopt(); err != nil {
		return nil, err
	}
	s.swap.Lock()
	same := s.live == active
	s.swap.Unlock()
	if !same { // it was cut meanwhile, and is among the parts now
		return s.take(version)
	}
	t := &taking{index: make(map[*part]int)}
	if active.head.Rows() > 0 {
		t.add("head", view)
	}
	for _, p := range slices.Backward(s.parts) {
		if p.damage.Load() == nil {
			t.index[p] = t.add(p.label(), p.seg)
		}
	}
	if err := s.list(t, active, view); err != nil {
		return nil, err
	}
	out := &shot{Snapshot: query.Snapshot{Parts: t.parts, Split: t.split}, version: version}
	out.refs.Store(1)
	for _, p := range s.parts {
		if p.block != nil {
			p.block.Retain()
			out.blocks = append(out.blocks, p.block)
		}
	}
	return out, nil
}

// taking is a snapshot in the making.
type taking struct {
	parts []query.Part
	split []query.Split
	index map[*part]int // into parts
}

func (t *taking) add(label string, seg column.Segment) int {
	t.parts = append(t.parts, query.Part{Segment: seg, Name: label})
	return len(t.parts) - 1
}

func (t *taking) hide(part int, at column.Place) {
	p := &t.parts[part]
	if p.Hidden == nil {
		p.Hidden = make(map[int][]uint32)
	}
	p.Hidden[at.Page] = append(p.Hidden[at.Page], uint32(at.Trace))
}

// list fills the lists of split, hidden and deleted traces.
func (s *Store) list(t *taking, active *live, view *head.View) error {
	times := timer{}
	for id, k := range s.traces {
		times.add(k)
		if _, ok := active.split[id]; ok {
			at, ok, err := view.Find(id)
			if err != nil {
				return err
			}
			if ok {
				times.inHead(id, at)
			}
		}
	}
	if err := times.read(view); err != nil {
		return err
	}
	for id, k := range s.traces {
		t.trace(id, k, times.head[id])
	}
	slices.SortFunc(t.split, func(a, b query.Split) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), bytes.Compare(a.ID[:], b.ID[:]))
	})
	for i := range t.parts {
		for _, hidden := range t.parts[i].Hidden {
			slices.Sort(hidden)
		}
	}
	return nil
}

// trace lists one trace; inHead is its piece in the active head, nil if it has none.
func (t *taking) trace(id span.TraceID, k *known, inHead *piece) {
	out := query.Split{ID: id}
	add := func(part int, p *piece) {
		if len(out.Pieces) == 0 {
			out.Start, out.End = p.start, p.end
		}
		out.Start, out.End = min(out.Start, p.start), max(out.End, p.end)
		out.Pieces = append(out.Pieces, query.Piece{Part: part, Place: p.at})
	}
	if inHead != nil {
		add(0, inHead)
	}
	for i := range k.pieces {
		p := &k.pieces[i]
		at, ok := t.index[p.part]
		switch {
		case !ok: // damaged
		case k.dead(p.part):
			t.hide(at, p.at)
			if t.parts[at].Deleted == nil {
				t.parts[at].Deleted = make(map[span.TraceID]struct{})
			}
			t.parts[at].Deleted[id] = struct{}{}
		default:
			add(at, p)
		}
	}
	if len(out.Pieces) < 2 {
		return
	}
	for _, p := range out.Pieces {
		t.hide(p.Part, p.Place)
	}
	t.split = append(t.split, out)
}

// timer finds out when pieces begin and end.
type timer struct {
	todo []*piece
	head map[span.TraceID]*piece
}

func (t *timer) add(k *known) {
	for i := range k.pieces {
		if p := &k.pieces[i]; !p.timed && p.part.damage.Load() == nil && !k.dead(p.part) {
			t.todo = append(t.todo, p)
		}
	}
}

func (t *timer) inHead(id span.TraceID, at column.Place) {
	if t.head == nil {
		t.head = make(map[span.TraceID]*piece)
	}
	p := &piece{at: at}
	t.head[id] = p
	t.todo = append(t.todo, p)
}

// read reads the times, each page once.
func (t *timer) read(view *head.View) error {
	slices.SortFunc(t.todo, func(a, b *piece) int {
		if a.part != b.part {
			if a.part == nil || b.part == nil {
				return cmp.Compare(b2i(a.part != nil), b2i(b.part != nil))
			}
			return cmp.Or(cmp.Compare(a.part.name.first, b.part.name.first), cmp.Compare(a.part.name.last, b.part.name.last))
		}
		return cmp.Compare(a.at.Page, b.at.Page)
	})
	var r pageTimes
	for _, p := range t.todo {
		seg := column.Segment(view)
		if p.part != nil {
			seg = p.part.seg
		}
		if err := r.at(seg, p.at.Page); err != nil {
			if p.part != nil && p.part.damage.Load() != nil {
				continue
			}
			return err
		}
		p.start, p.end = r.of(p.at.Trace)
		p.timed = true
	}
	return nil
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// pageTimes is the times of a page's spans.
type pageTimes struct {
	seg             column.Segment
	page            int
	bounds          []uint32
	start, duration column.Vector
	hasDuration     bool
}

func (r *pageTimes) at(seg column.Segment, page int) error {
	if r.seg == seg && r.page == page {
		return nil
	}
	r.seg = nil
	var err error
	if r.bounds, err = seg.Bounds(page); err != nil {
		return err
	}
	if err := readInts(seg, column.Start, page, &r.start); err != nil {
		return err
	}
	if err := readInts(seg, column.Duration, page, &r.duration); err != nil {
		return err
	}
	r.seg, r.page = seg, page
	return nil
}

// readInts reads a page of a fixed column, which may not be there: then v is empty.
func readInts(seg column.Segment, k column.Key, page int, v *column.Vector) error {
	v.Reset()
	if c := seg.Column(k); c != nil {
		return c.Read(page, v)
	}
	return nil
}

// of returns the earliest start and the latest end of a trace's spans.
func (r *pageTimes) of(trace int) (start, end uint64) {
	for i := int(r.bounds[trace]); i < int(r.bounds[trace+1]); i++ {
		from, to := r.times(i)
		if i == int(r.bounds[trace]) {
			start = from
		}
		start, end = min(start, from), max(end, from, to)
	}
	return start, end
}

func (r *pageTimes) times(i int) (from, to uint64) {
	if i < len(r.start.Ints) {
		from = uint64(r.start.Ints[i])
	}
	to = from
	if i < len(r.duration.Ints) {
		to += uint64(r.duration.Ints[i])
	}
	return from, to
}
