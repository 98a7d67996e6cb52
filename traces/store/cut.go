package store

import (
	"errors"
	"fmt"
	"time"

	"supersonic/traces/block"
	"supersonic/traces/column"
	"supersonic/traces/head"
	"supersonic/traces/merge"
	"supersonic/traces/span"
)

// retryFirst and retryMost bound the pause after a block that could not be written;
// retryMerge is the most after a merge, which costs more and can wait.
const (
	retryFirst = 100 * time.Millisecond
	retryMost  = 10 * time.Second
	retryMerge = time.Minute
)

// run starts the goroutines.
func (s *Store) run() {
	s.running.Go(func() {
		s.loop(s.cutWake, s.opts.Tick, func() time.Duration { s.cutDue(); return 0 })
	})
	var pause time.Duration
	s.running.Go(func() {
		s.loop(s.writeWake, s.opts.Tick, func() time.Duration {
			wrote, err := s.writeNext()
			switch {
			case err != nil:
				pause = min(max(2*pause, retryFirst), retryMost)
				return pause
			case wrote:
				wake(s.writeWake)
				wake(s.cutWake) // the active head may be full
				wake(s.keepWake)
			}
			pause = 0
			return 0
		})
	})
	var idle time.Duration
	s.running.Go(func() {
		s.loop(s.keepWake, s.opts.Tick, func() time.Duration {
			if s.keepOnce() {
				wake(s.keepWake)
			}
			if !s.stuck.Load() {
				idle = 0
				return 0
			}
			idle = min(max(2*idle, retryFirst), retryMerge)
			return idle
		})
	})
}

// loop calls step when it is woken and now and then, until the store is closed. step
// returns for how long it is not to be called.
func (s *Store) loop(wake <-chan struct{}, every time.Duration, step func() time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-s.stop:
			return
		case <-wake:
		case <-tick.C:
		}
		select {
		case <-s.stop:
			return
		default:
		}
		if pause := step(); pause > 0 {
			select {
			case <-s.stop:
				return
			case <-time.After(pause):
			}
		}
	}
}

// cutDue cuts the head if it is time.
func (s *Store) cutDue() {
	s.swap.Lock()
	h := s.live.head
	s.swap.Unlock()
	now := s.opts.Now()
	if last := s.appended.Load(); h.Rows() >= s.opts.IdleRows && now.Sub(time.Unix(0, last)) >= s.opts.CutIdle {
		s.log.Rotate() // so that nothing of it is needed
		_, _ = s.cut(head.CarryNone)
		return
	}
	old := h.Oldest()
	if !h.Full() && (old == 0 || old > uint64(now.Add(-s.opts.CutAge).UnixNano())) {
		return
	}
	since := uint64(head.CarryNone)
	if s.opts.CarryAge > 0 {
		since = uint64(now.Add(-s.opts.CarryAge).UnixNano())
	}
	_, _ = s.cut(since) // busy: when the next block is written
}

// cut ends the active head, and returns it, nil if it is empty. Traces touched since a
// time are carried over.
func (s *Store) cut(since uint64) (*cutHead, error) {
	s.cutting.Lock()
	defer s.cutting.Unlock()
	s.swap.Lock()
	l, busy := s.live, len(s.waiting) >= waiting
	s.swap.Unlock()
	if busy {
		return nil, s.busy()
	}
	if l.head.Rows() == 0 {
		return nil, nil
	}
	c := &cutHead{live: l}
	carried := 0
	l.head.Cut(since, func(full *head.View, next *head.Head) {
		s.swap.Lock()
		defer s.swap.Unlock()
		c.view, c.number = full, s.nextCut
		c.applied = s.log.Low()
		if s.replaying != 0 {
			c.applied = s.replaying
		}
		c.position = c.applied
		if low, ok := next.Low(); ok {
			c.position = min(c.position, low)
		}
		carried = next.Rows()
		s.nextCut++
		s.live = newLive(next)
		s.waiting = append(s.waiting, c)
		s.version.Add(1)
	})
	if s.opts.Events.Cut != nil {
		s.opts.Events.Cut(c.number, l.head.Rows()-carried, carried)
	}
	wake(s.writeWake)
	return c, nil
}

// writeNext makes a block of the head that waits longest; wrote is false if there is
// none.
func (s *Store) writeNext() (wrote bool, err error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	s.swap.Lock()
	var c *cutHead
	if len(s.waiting) > 0 {
		c = s.waiting[0]
	}
	s.swap.Unlock()
	if c == nil {
		return false, nil
	}
	begun := time.Now()
	c.view.Pages() // its order is made before a lock is held
	p, split, err := s.beginWrite(c)
	if err != nil {
		return false, s.cutFailed(p, err)
	}
	made, err := s.makePart(p, split, block.Meta{First: c.number, Last: c.number, LogPosition: c.position, Created: uint64(s.opts.Now().UnixNano())}, c.applied)
	if err != nil {
		return false, s.cutFailed(p, err)
	}
	s.build.Lock()
	err = s.replace([]*part{p}, made)
	s.build.Unlock()
	if err != nil {
		if made != nil {
			made.block.Release()
		}
		return false, s.cutFailed(p, err)
	}
	s.lastFailure.Store(nil)
	s.swap.Lock()
	s.waiting = s.waiting[1:]
	s.swap.Unlock()
	if made == nil {
		return true, nil
	}
	s.events().failed("remove the log behind a block", s.log.Drop(c.position))
	if s.opts.Events.Written != nil {
		s.opts.Events.Written(made.name.String(), made.meta, time.Since(begun))
	}
	return true, nil
}

func (s *Store) events() *Events { return &s.opts.Events }

func (s *Store) cutFailed(p *part, err error) error {
	what := "a head that was cut"
	if p != nil {
		what = p.name.String()
	}
	err = fmt.Errorf("write block %s: %w", what, err)
	s.lastFailure.Store(&err)
	if s.opts.Events.CutFailed != nil {
		s.opts.Events.CutFailed(what, err)
	}
	return err
}

// beginWrite returns the part of a head, and which of its traces others have too.
func (s *Store) beginWrite(c *cutHead) (*part, []span.TraceID, error) {
	s.build.Lock()
	defer s.build.Unlock()
	if _, err := s.adopt(); err != nil {
		return nil, nil, err
	}
	for _, p := range s.parts {
		if p.wait == c {
			return p, s.splitOf([]*part{p}), nil
		}
	}
	return nil, nil, errors.New("a head that waits is no part of the store")
}

// splitOf lists the traces of parts that other parts have too. build is held.
func (s *Store) splitOf(parts []*part) []span.TraceID {
	var out []span.TraceID
	for id, k := range s.traces {
		in, outside := false, false
		for _, p := range k.pieces {
			ours := false
			for _, o := range parts {
				ours = ours || p.part == o
			}
			in, outside = in || ours, outside || !ours
		}
		if in && outside {
			out = append(out, id)
		}
	}
	return out
}

// dead is the deleted traces that parts still have. build is held.
func (s *Store) dead() map[*part]map[span.TraceID]struct{} {
	out := make(map[*part]map[span.TraceID]struct{})
	for id, k := range s.traces {
		if k.tomb == nil {
			continue
		}
		for _, at := range k.pieces {
			if !k.dead(at.part) {
				continue
			}
			if out[at.part] == nil {
				out[at.part] = make(map[span.TraceID]struct{})
			}
			out[at.part][id] = struct{}{}
		}
	}
	return out
}

// without is a part's Segment without its deleted traces.
func without(seg column.Segment, dead map[span.TraceID]struct{}) (column.Segment, error) {
	if len(dead) == 0 {
		return seg, nil
	}
	return merge.New([]column.Segment{seg}, merge.Options{Deleted: func(id [16]byte) bool { _, ok := dead[id]; return ok }})
}

// makePart makes a block of a part that waits, nil if nothing is left of it.
func (s *Store) makePart(p *part, split []span.TraceID, meta block.Meta, applied uint64) (*part, error) {
	s.build.Lock()
	dead := s.dead()[p]
	s.build.Unlock()
	seg, err := without(p.seg, dead)
	if err != nil {
		return nil, err
	}
	return s.makeBlock(p.name, seg, split, meta, applied)
}
