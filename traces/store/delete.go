package store

import (
	"fmt"
	"time"

	"supersonic/internal/atomicfile"
	"supersonic/traces/head"
	"supersonic/traces/span"
)

// Delete removes traces: what is stored of them now. When it returns nil they are in
// no later Snapshot, also after a crash. Their bytes are gone when the blocks that
// have them were rewritten and the log behind was dropped: Options.RewriteAfter and
// two cuts later. A merge that is under way may still write them; its block is
// rewritten like the others. Spans of them that come after Delete are kept. Ids that
// are not there are no error. ErrBusy is worth a retry.
func (s *Store) Delete(ids [][16]byte) error {
	s.build.Lock() // so no merge begins that does not know of it
	defer s.build.Unlock()
	tomb, err := s.mark(ids)
	if err != nil {
		return fmt.Errorf("delete traces: %w", err)
	}
	if _, err := s.adopt(); err != nil {
		return fmt.Errorf("delete traces: %w", err)
	}
	add := make(map[span.TraceID]*known)
	for _, id := range ids {
		t := tomb
		t.id = id
		if s.traces[id] != nil {
			add[id] = &known{tomb: &t}
			continue
		}
		pieces, err := s.locate(id)
		if err != nil {
			return fmt.Errorf("delete traces: %w", err)
		}
		if len(pieces) > 0 || s.log.First() < t.position {
			add[id] = &known{tomb: &t, pieces: pieces}
		}
	}
	if err := s.writeDeleted(add); err != nil {
		return fmt.Errorf("delete traces: %w", err)
	}
	for id, k := range add {
		if had := s.traces[id]; had != nil {
			had.tomb = k.tomb
		} else {
			s.traces[id] = k
		}
	}
	s.changed()
	return nil
}

// mark makes the line between what was before a deletion and what is behind it: a
// head that has a trace is cut, and the log goes on in another segment.
func (s *Store) mark(ids [][16]byte) (tombstone, error) {
	s.gate.Lock()
	defer s.gate.Unlock()
	if s.closed.Load() {
		return tombstone{}, ErrClosed
	}
	h, _ := s.active()
	for _, id := range ids {
		if h.Has(id) {
			if _, err := s.cut(head.CarryNone); err != nil {
				return tombstone{}, err
			}
			break
		}
	}
	s.log.Rotate()
	s.swap.Lock()
	defer s.swap.Unlock()
	return tombstone{cut: s.nextCut - 1, position: s.log.End(), at: s.opts.Now()}, nil
}

// writeDeleted writes the list of deleted traces, with more. build is held.
func (s *Store) writeDeleted(more map[span.TraceID]*known) error {
	var list []tombstone
	for id, k := range s.traces {
		if _, again := more[id]; k.tomb != nil && !again {
			list = append(list, *k.tomb)
		}
	}
	for _, k := range more {
		list = append(list, *k.tomb)
	}
	return atomicfile.Write(s.files, s.path(deletedName), encodeTombstones(list))
}

// forgetDeleted forgets deletions that concern nothing any more: no part has the
// trace of before, and the log has no record of it. keep is held.
func (s *Store) forgetDeleted() error {
	s.build.Lock()
	defer s.build.Unlock()
	if _, err := s.adopt(); err != nil {
		return err
	}
	gone := make(map[span.TraceID]*tombstone)
	first := s.log.First()
	for id, k := range s.traces {
		if k.tomb == nil || first < k.tomb.position || k.hasDead() {
			continue
		}
		gone[id], k.tomb = k.tomb, nil
	}
	if len(gone) == 0 {
		return nil
	}
	if err := s.writeDeleted(nil); err != nil {
		for id, t := range gone {
			s.traces[id].tomb = t
		}
		return err
	}
	s.forgetWhole(func(id span.TraceID) bool { return gone[id] != nil })
	return nil
}

// hasDead tells whether some part still has what was deleted.
func (k *known) hasDead() bool {
	for _, p := range k.pieces {
		if k.dead(p.part) {
			return true
		}
	}
	return false
}

// rewriteDue tells whether a block has to lose deleted traces now, of those it has. build is held.
func (s *Store) rewriteDue(dead map[span.TraceID]struct{}, now time.Time) bool {
	for id := range dead {
		if now.Sub(s.traces[id].tomb.at) >= s.opts.RewriteAfter {
			return true
		}
	}
	return false
}
