package store

import (
	"errors"
	"slices"
	"sync/atomic"

	"supersonic/traces/block"
	"supersonic/traces/column"
	"supersonic/traces/head"
	"supersonic/traces/span"
)

// part is a block, or a head that was cut and waits to be one. It does not change.
type part struct {
	name    name
	seg     column.Segment // watched: damage that a reader finds is noted
	block   *block.Block   // nil: it waits
	meta    block.Meta
	filter  filter   // of a block
	applied uint64   // all records of the log below it were in heads when the last of its cuts was made
	wait    *cutHead // nil: it is a block

	damage atomic.Pointer[error] // what a reader found
}

// live is a head that takes spans, or took them, and what is known of its traces,
// which belongs to Store.build.
type live struct {
	head   *head.Head
	looked int // so many of its traces were looked up in the parts
	split  map[span.TraceID]struct{}
}

func newLive(h *head.Head) *live { return &live{head: h, split: make(map[span.TraceID]struct{})} }

// cutHead is a head that was cut.
type cutHead struct {
	live     *live
	view     *head.View // without what was carried over
	number   uint64
	position uint64 // replay starts here once it is a block
	applied  uint64
	adopted  bool // it is among Store.parts; belongs to Store.build
}

// label names a part in explanations.
func (p *part) label() string {
	if p.wait != nil {
		return "head " + p.name.String()
	}
	return p.name.String()
}

// find returns where a trace lies.
func (p *part) find(id span.TraceID) (column.Place, bool, error) {
	if p.block != nil {
		if !p.filter.has(spread(id)) {
			return column.Place{}, false, nil
		}
	}
	return p.seg.Find(id)
}

// findAll calls found for each of the ids, whose hashes are spread's, that is here.
func (p *part) findAll(ids []span.TraceID, hashes []uint64, found func(i int, at column.Place)) error {
	if p.block == nil {
		for i, id := range ids {
			at, ok, err := p.seg.Find(id)
			if err != nil {
				return err
			}
			if ok {
				found(i, at)
			}
		}
		return nil
	}
	var maybe [][16]byte
	var which []int
	for i, h := range hashes {
		if p.filter.has(h) {
			maybe, which = append(maybe, ids[i]), append(which, i)
		}
	}
	if len(maybe) == 0 {
		return nil
	}
	err := p.block.FindAll(maybe, func(i int, at column.Place) { found(which[i], at) })
	p.note(err)
	return err
}

// note keeps the first damage that was found.
func (p *part) note(err error) {
	if err != nil && errors.Is(err, block.ErrDamaged) {
		p.damage.CompareAndSwap(nil, &err)
	}
}

// end is when the latest span ended. A span from the future counts as if it had
// ended when the block was made.
func (p *part) end() uint64 { return min(p.meta.MaxEnd, p.meta.Created) }

// bytes is what a block takes on disk.
func (p *part) bytes() int64 { return p.meta.Bytes + 8*int64(len(p.filter)) }

// watched is a block of which damage is noted wherever a reader finds it.
type watched struct {
	*block.Block
	part *part
}

func (w watched) Bounds(page int) ([]uint32, error) {
	b, err := w.Block.Bounds(page)
	w.part.note(err)
	return b, err
}

func (w watched) Values(k column.Key) (*column.Vector, bool, error) {
	v, ok, err := w.Block.Values(k)
	w.part.note(err)
	return v, ok, err
}

func (w watched) Find(id [16]byte) (column.Place, bool, error) {
	at, ok, err := w.Block.Find(id)
	w.part.note(err)
	return at, ok, err
}

func (w watched) Column(k column.Key) column.Column {
	c := w.Block.Column(k)
	if c == nil {
		return nil
	}
	return watchedColumn{c, w.part}
}

type watchedColumn struct {
	column.Column
	part *part
}

func (c watchedColumn) Dict(page int) (*column.Dict, error) {
	d, err := c.Column.Dict(page)
	c.part.note(err)
	return d, err
}

func (c watchedColumn) Read(page int, v *column.Vector) error {
	err := c.Column.Read(page, v)
	c.part.note(err)
	return err
}

func (c watchedColumn) ReadRows(page, lo, hi int, v *column.Vector) error {
	err := column.ReadRows(c.Column, page, lo, hi, v)
	c.part.note(err)
	return err
}

func (c watchedColumn) FindTexts(page int, wanted []uint8, rows []uint64) (int, bool, error) {
	cost, ok, err := column.FindTexts(c.Column, page, wanted, rows)
	c.part.note(err)
	return cost, ok, err
}

func (c watchedColumn) Empty(page int) bool { return column.EmptyPage(c.Column, page) }

// known is a trace that has pieces in several parts, or was deleted.
type known struct {
	pieces []piece // all that the parts have
	tomb   *tombstone
}

// piece is where a trace, or what a part has of it, lies.
type piece struct {
	part       *part
	at         column.Place
	start, end uint64 // of its spans, once timed
	timed      bool
}

// dead tells whether a deletion concerns what a part has of the trace.
func (k *known) dead(p *part) bool { return k.tomb != nil && p.name.last <= k.tomb.cut }

// drop forgets the pieces in some parts, and tells whether there were any.
func (k *known) drop(parts []*part) bool {
	before := len(k.pieces)
	k.pieces = slices.DeleteFunc(k.pieces, func(p piece) bool { return slices.Contains(parts, p.part) })
	return len(k.pieces) < before
}

// locate finds the pieces of a trace in the parts. build is held.
func (s *Store) locate(id span.TraceID) ([]piece, error) {
	found, err := s.locateAll([]span.TraceID{id})
	return found[0], err
}

// locateAll finds the pieces of traces by their place in ids. It goes part by part: a
// part's filter fits the processor's cache, all of them do not. build is held.
func (s *Store) locateAll(ids []span.TraceID) (map[int][]piece, error) {
	out := make(map[int][]piece)
	hashes := make([]uint64, len(ids))
	for i, id := range ids {
		hashes[i] = spread(id)
	}
	for _, p := range s.parts {
		err := p.findAll(ids, hashes, func(i int, at column.Place) {
			out[i] = append(out[i], piece{part: p, at: at})
		})
		if err != nil && p.damage.Load() == nil { // what is damaged is set aside soon
			return nil, err
		}
	}
	return out, nil
}

// adopt makes parts of the heads that were cut meanwhile, and looks up what the
// active head has got since. It returns the active head. build is held.
func (s *Store) adopt() (*live, error) {
	s.swap.Lock()
	active, heads := s.live, slices.Clone(s.waiting)
	s.swap.Unlock()
	for _, c := range heads {
		if c.adopted {
			continue
		}
		if err := s.adoptHead(c); err != nil {
			return nil, err
		}
	}
	return active, s.look(active)
}

func (s *Store) adoptHead(c *cutHead) error {
	p := &part{name: name{first: c.number, last: c.number}, seg: c.view, applied: c.applied, wait: c}
	if err := s.look(c.live); err != nil { // what its last spans have in the parts before
		return err
	}
	c.adopted = true
	s.parts = append(s.parts, p)
	for id, k := range s.traces {
		at, ok, err := c.view.Find(id)
		if err != nil {
			return err
		}
		if ok {
			k.pieces = append(k.pieces, piece{part: p, at: at})
		}
	}
	s.forgetWhole(func(id span.TraceID) bool { _, ok := c.live.split[id]; return ok })
	return nil
}

// look looks up the head's new traces in the parts.
func (s *Store) look(l *live) error {
	ids := l.head.Since(l.looked)
	var fresh []span.TraceID
	for _, id := range ids {
		if s.traces[id] == nil {
			fresh = append(fresh, id)
		}
	}
	found, err := s.locateAll(fresh)
	if err != nil {
		return err
	}
	for i, pieces := range found {
		s.traces[fresh[i]] = &known{pieces: pieces}
	}
	for _, id := range ids {
		if s.traces[id] != nil {
			l.split[id] = struct{}{}
		}
	}
	l.looked += len(ids)
	return nil
}

// forgetWhole forgets traces, of some, that are in one place only and not deleted.
func (s *Store) forgetWhole(some func(span.TraceID) bool) {
	s.swap.Lock()
	heads := []*live{s.live}
	for _, c := range s.waiting {
		if !c.adopted {
			heads = append(heads, c.live)
		}
	}
	s.swap.Unlock()
	for id, k := range s.traces {
		inHead := func(l *live) bool { _, ok := l.split[id]; return ok }
		if k.tomb == nil && len(k.pieces) < 2 && some(id) && !slices.ContainsFunc(heads, inHead) {
			delete(s.traces, id)
		}
	}
}

// replace puts a part, nil for none, in the place of others. The new one is found by
// the next Snapshot. build is held.
func (s *Store) replace(old []*part, by *part) error {
	places := make(map[span.TraceID]piece)
	if by != nil {
		for id, k := range s.traces {
			if !slices.ContainsFunc(k.pieces, func(p piece) bool { return slices.Contains(old, p.part) }) {
				continue
			}
			at, ok, err := by.find(id)
			if err != nil {
				return err
			}
			if ok {
				places[id] = piece{part: by, at: at}
			}
		}
	}
	for id, k := range s.traces {
		if k.drop(old) {
			if p, ok := places[id]; ok {
				k.pieces = append(k.pieces, p)
			}
		}
	}
	at := slices.IndexFunc(s.parts, func(p *part) bool { return slices.Contains(old, p) })
	s.parts = slices.DeleteFunc(slices.Clone(s.parts), func(p *part) bool { return slices.Contains(old, p) })
	if by != nil {
		s.parts = slices.Insert(s.parts, max(at, 0), by)
	}
	for _, p := range old {
		if p.block != nil {
			p.block.Release()
		}
	}
	s.forgetWhole(func(span.TraceID) bool { return true })
	s.changed()
	return nil
}

// abortable is a Segment whose columns cannot be read any more when a store is closed:
// so a merge ends at once.
type abortable struct {
	column.Segment
	stop <-chan struct{}
}

func (a abortable) Column(k column.Key) column.Column {
	c := a.Segment.Column(k)
	if c == nil {
		return nil
	}
	return abortableColumn{c, a.stop}
}

type abortableColumn struct {
	column.Column
	stop <-chan struct{}
}

func (c abortableColumn) Read(page int, v *column.Vector) error {
	select {
	case <-c.stop:
		return ErrClosed
	default:
		return c.Column.Read(page, v)
	}
}
