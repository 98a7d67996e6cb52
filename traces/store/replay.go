package store

import (
	"fmt"
	"math"

	"supersonic/traces/head"
	"supersonic/traces/otlp"
	"supersonic/traces/wal"
)

// replay appends what the log has behind the blocks.
func (s *Store) replay() error {
	seen := newSeen(s.parts)
	dec := otlp.NewDecoder(s.opts.Limits)
	found, err := s.log.Replay(s.replayFrom(), func(position, arrived uint64, raw []byte) error {
		b, err := dec.Decode(raw, arrived)
		if err != nil {
			s.found.Unread++
			s.events().damaged("record", fmt.Errorf("log at %d:%d: %w", position>>32, position&math.MaxUint32, err))
			return nil
		}
		defer b.Release()
		s.bury(b, position)
		known, err := seen.remove(b, position)
		if err != nil {
			return err
		}
		s.found.Records++
		s.found.Known += known
		s.found.Spans += len(b.Spans)
		s.replaying = position + 1
		return s.again(b, position)
	})
	s.replaying = 0
	s.found.Log = found
	if found.Damaged > 0 {
		s.events().damaged("log", fmt.Errorf("%w: %d stretches were passed over", wal.ErrDamaged, found.Damaged))
	}
	return err
}

// bury takes the spans out of a batch of the log that were deleted since.
func (s *Store) bury(b *otlp.Batch, position uint64) {
	keep(b, func(sp *otlp.Span) bool {
		k := s.traces[sp.TraceID]
		return k == nil || k.tomb == nil || position >= k.tomb.position
	})
}

// keep keeps some spans of a batch, in their order.
func keep(b *otlp.Batch, wanted func(*otlp.Span) bool) (removed int) {
	n := 0
	for i := range b.Spans {
		if wanted(&b.Spans[i]) {
			// Exchanged, not copied: the batch uses the memory of each Span again.
			b.Spans[n], b.Spans[i] = b.Spans[i], b.Spans[n]
			n++
		}
	}
	removed = len(b.Spans) - n
	b.Spans = b.Spans[:n]
	return removed
}

// again appends to the head while the store opens, and makes blocks as they are due.
func (s *Store) again(b *otlp.Batch, position uint64) error {
	if err := s.live.head.Append(b, position); err != nil {
		return err
	}
	if !s.live.head.Full() {
		return nil
	}
	since := uint64(head.CarryNone)
	if carry := uint64(max(0, s.opts.CarryAge)); carry > 0 && b.Arrived > carry {
		since = b.Arrived - carry
	}
	if _, err := s.cut(since); err != nil {
		return err
	}
	for {
		wrote, err := s.writeNext()
		if err != nil && len(s.waiting) >= waiting {
			return fmt.Errorf("more spans are in the log than memory may hold: %w", err)
		}
		if err != nil || !wrote {
			return nil
		}
	}
}

// migrate takes over a store of format 1: its spans become blocks, file by file, and
// then the file is removed. A crash in between leaves spans in a block and in the
// file: they are found once, as spans sent twice are.
func (s *Store) migrate() error {
	names, err := wal.Format1(s.files, s.dir)
	if err != nil || len(names) == 0 {
		return err
	}
	s.replaying = s.replayFrom()
	dec := otlp.NewDecoder(s.opts.Limits)
	for _, path := range names {
		if err := s.migrateFile(dec, path); err != nil {
			return fmt.Errorf("take over %s: %w", path, err)
		}
	}
	s.replaying = 0
	return s.removeFormat1()
}

func (s *Store) migrateFile(dec *otlp.Decoder, path string) error {
	found, err := wal.ReadFormat1(s.files, path, func(raw []byte) error {
		b, err := dec.Decode(raw, 0)
		if err != nil {
			s.found.Unread++
			s.events().damaged("record", fmt.Errorf("%s: %w", path, err))
			return nil
		}
		defer b.Release()
		b.Arrived = latest(b, uint64(s.opts.Now().UnixNano()))
		s.bury(b, 0)
		s.found.Migrated += len(b.Spans)
		return s.again(b, s.replaying)
	})
	if err != nil {
		return err
	}
	s.found.Log.Damaged += found.Damaged
	if err := s.flush(); err != nil {
		return err
	}
	return s.files.Remove(path)
}

// latest is when the last span of a batch ended, but not later than now: about when
// it arrived.
func latest(b *otlp.Batch, now uint64) uint64 {
	var t uint64
	for i := range b.Spans {
		t = max(t, min(b.Spans[i].End, now))
	}
	return t
}

// removeFormat1 removes what a store of format 1 kept beside its log. Its lock stays:
// this process holds it.
func (s *Store) removeFormat1() error {
	entries, err := s.files.ReadDir(s.dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		n := len(e.Name()) - len(".idx")
		if n == 16 && e.Name()[n:] == ".idx" && !e.IsDir() {
			if err := s.files.Remove(s.path(e.Name())); err != nil {
				return err
			}
		}
	}
	return s.files.SyncDir(s.dir)
}
