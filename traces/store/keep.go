package store

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"supersonic/internal/atomicfile"
	"supersonic/traces/block"
	"supersonic/traces/column"
	"supersonic/traces/merge"
	"supersonic/traces/span"
)

// keepOnce does what is due to the blocks: drops what retention does not cover, sets
// damaged ones aside, then rewrites or merges some, once. again tells that there may
// be more to do.
func (s *Store) keepOnce() (again bool) {
	s.keep.Lock()
	defer s.keep.Unlock()
	s.build.Lock()
	s.setAsideDamaged()
	s.build.Unlock()
	if err := s.sweep(); err != nil {
		s.events().failed("remove a block that is not needed", err)
		return false
	}
	if err := s.retain(); err != nil {
		s.events().failed("retention", err)
	}
	if err := s.forgetDeleted(); err != nil {
		s.events().failed("forget deleted traces", err)
	}
	j := s.due()
	if j == nil {
		return false
	}
	begun := time.Now()
	var from []string
	for _, p := range j.from {
		from = append(from, p.name.String())
	}
	made, err := s.do(j)
	s.stuck.Store(err != nil)
	if err != nil {
		if s.opts.Events.MergeFailed != nil && !errors.Is(err, ErrClosed) {
			s.opts.Events.MergeFailed(from, err)
		}
		return false // the next tick tries again
	}
	if s.opts.Events.Merged != nil {
		to, meta := "", block.Meta{}
		if made != nil {
			to, meta = made.name.String(), made.meta
		}
		s.opts.Events.Merged(from, to, meta, time.Since(begun))
	}
	return true
}

// job is blocks that are to become one.
type job struct {
	from []*part
	dead []map[span.TraceID]struct{} // by block: the deleted traces that it has
	to   name
}

// due finds what is to be done next: the rewriting of a block whose time has come,
// else a merge.
func (s *Store) due() *job {
	s.build.Lock()
	defer s.build.Unlock()
	if _, err := s.adopt(); err != nil {
		s.events().failed("look up split traces", err)
		return nil
	}
	var blocks []*part
	now := s.opts.Now()
	dead := s.dead()
	for _, p := range s.parts {
		if p.damage.Load() != nil {
			return nil // first it is set aside: no block's range may have it in the middle
		}
		if p.wait != nil {
			continue
		}
		blocks = append(blocks, p)
		if s.rewriteDue(dead[p], now) {
			to := p.name
			to.rewritten++
			return &job{from: []*part{p}, dead: []map[span.TraceID]struct{}{dead[p]}, to: to}
		}
	}
	lo, hi := pick(blocks, s.opts.FanIn, s.opts.MaxBlockRows, s.window())
	if hi <= lo {
		return nil
	}
	j := &job{from: slices.Clone(blocks[lo:hi]), to: name{first: blocks[lo].name.first, last: blocks[hi-1].name.last}}
	for _, p := range j.from {
		j.dead = append(j.dead, dead[p])
		j.to.level = max(j.to.level, p.name.level+1)
	}
	return j
}

// window is how far the ends of blocks may lie apart that become one: it is how much
// longer than Retention a span may stay. 0: any.
func (s *Store) window() uint64 {
	if s.opts.Retention <= 0 {
		return 0
	}
	return uint64(max(s.opts.Retention/8, 2*time.Hour))
}

// do makes one block of a job's, nil if nothing is left of them. keep is held.
func (s *Store) do(j *job) (*part, error) {
	inputs := make([]column.Segment, len(j.from))
	meta := block.Meta{First: j.to.first, Last: j.to.last, Level: j.to.level}
	applied := uint64(0)
	for i, p := range j.from {
		var err error
		if inputs[i], err = without(abortable{p.seg, s.stop}, j.dead[i]); err != nil {
			return nil, err
		}
		meta.LogPosition, meta.Created = max(meta.LogPosition, p.meta.LogPosition), max(meta.Created, p.meta.Created)
		applied = max(applied, p.applied)
	}
	seg := inputs[0]
	if len(inputs) > 1 {
		var err error
		if seg, err = merge.New(inputs, merge.Options{}); err != nil {
			return nil, err
		}
	}
	s.build.Lock()
	split := s.splitOf(j.from)
	s.build.Unlock()
	made, err := s.makeBlock(j.to, seg, split, meta, applied)
	if err != nil {
		return nil, err
	}
	if made == nil {
		err = s.unlinkAll(j.from)
	}
	if err == nil {
		s.build.Lock()
		err = s.replace(j.from, made)
		s.build.Unlock()
	}
	if err != nil {
		if made != nil {
			made.block.Release()
			err = errors.Join(err, s.discard(made.name.String()))
		}
		return nil, err
	}
	for _, p := range j.from {
		s.events().failed("remove a merged block", s.discard(p.name.String()))
	}
	return made, nil
}

// pick chooses neighbours among the blocks, which are in the order of their cuts, to
// become one; lo = hi if there are none. Of the lowest level that has some, and of the
// oldest:
//
//   - fanIn of one level;
//   - fewer, if the next one would make the block too large;
//   - two or more that can never be fanIn, since what follows them has its size, or
//     ended at another time.
//
// A block counts to the highest level that is behind it: the later ones are lower. One
// with more than half of maxRows is not merged any more. So a span is rewritten once a
// level, and there are one or two levels for blocks of full heads. Blocks whose ends
// lie more than window apart do not meet, unless there are too many blocks.
func pick(blocks []*part, fanIn, maxRows int, window uint64) (lo, hi int) {
	levels := make([]int, len(blocks))
	small, top := 0, 0
	for i, p := range slices.Backward(blocks) {
		top = max(top, p.name.level)
		levels[i] = top
		if p.meta.Rows <= maxRows/2 {
			small++
		}
	}
	if small > 8*fanIn {
		window = 0
	}
	for level := 0; level <= top; level++ {
		for lo = 0; lo < len(blocks); lo = max(hi, lo+1) {
			g := group{fanIn: fanIn, maxRows: maxRows, window: window}
			for hi = lo; hi < len(blocks) && levels[hi] == level && g.add(blocks[hi]); hi++ {
			}
			if hi-lo == fanIn || hi-lo >= 2 && hi < len(blocks) && levels[hi] == level {
				return lo, hi
			}
		}
	}
	return 0, 0
}

// group is neighbours that may be merged.
type group struct {
	fanIn, maxRows int
	window         uint64

	n, rows  int
	from, to uint64 // earliest and latest end
}

// add takes a block if it fits.
func (g *group) add(p *part) bool {
	end := p.end()
	from, to := end, end
	if g.n > 0 {
		from, to = min(g.from, end), max(g.to, end)
	}
	if g.n == g.fanIn || p.meta.Rows > g.maxRows/2 || g.rows+p.meta.Rows > g.maxRows || g.window > 0 && to-from > g.window {
		return false
	}
	g.n, g.rows, g.from, g.to = g.n+1, g.rows+p.meta.Rows, from, to
	return true
}

// retain drops blocks. keep is held.
func (s *Store) retain() error {
	s.build.Lock()
	var blocks []*part
	total := s.log.Bytes()
	for _, p := range s.parts {
		if p.wait == nil {
			blocks = append(blocks, p)
			total += p.bytes()
		}
	}
	s.build.Unlock()
	slices.SortFunc(blocks, func(a, b *part) int {
		return cmp.Or(cmp.Compare(a.end(), b.end()), compareNames(a.name, b.name))
	})
	limit := uint64(0)
	if s.opts.Retention > 0 {
		limit = uint64(max(0, s.opts.Now().Add(-s.opts.Retention).UnixNano()))
	}
	for _, p := range blocks {
		why := ""
		switch {
		case p.end() < limit:
			why = "age"
		case s.opts.RetentionBytes > 0 && total > s.opts.RetentionBytes:
			why = "bytes"
		default:
			return nil
		}
		if err := s.dropBlock(p, why); err != nil {
			return err
		}
		total -= p.bytes()
	}
	return nil
}

func (s *Store) dropBlock(p *part, why string) error {
	if err := s.unlinkAll([]*part{p}); err != nil {
		return err
	}
	s.build.Lock()
	err := s.replace([]*part{p}, nil)
	s.build.Unlock()
	if err != nil {
		return err
	}
	if s.opts.Events.Dropped != nil {
		s.opts.Events.Dropped(p.name.String(), why, p.meta)
	}
	return s.discard(p.name.String())
}

// unlinkAll takes blocks away that go without a successor. Until it succeeds they are
// served, so that later ones know of their traces. keep is held.
func (s *Store) unlinkAll(gone []*part) error {
	err := s.raiseFloor(gone)
	for _, p := range gone {
		if err == nil {
			err = s.unlink(p.name.String())
		}
	}
	return err
}

// raiseFloor notes what blocks that go without a successor tell of the log and of the
// cuts, if no other block tells as much. keep is held.
func (s *Store) raiseFloor(gone []*part) error {
	f := s.floor
	for _, p := range gone {
		f.position, f.cut = max(f.position, p.meta.LogPosition), max(f.cut, p.name.last)
	}
	s.build.Lock()
	var others floor
	for _, p := range s.parts {
		if p.wait == nil && !slices.Contains(gone, p) {
			others.position, others.cut = max(others.position, p.meta.LogPosition), max(others.cut, p.name.last)
		}
	}
	s.build.Unlock()
	if f == s.floor || others.position >= f.position && others.cut >= f.cut {
		return nil
	}
	if err := atomicfile.Write(s.files, s.path(floorName), encodeFloor(f)); err != nil {
		return err
	}
	s.floor = f
	return nil
}
