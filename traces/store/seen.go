package store

import (
	"encoding/binary"

	"supersonic/traces/column"
	"supersonic/traces/otlp"
	"supersonic/traces/span"
)

// seen tells which spans of the log blocks have already. A cut carries traces over to
// the next head, and the log is kept from their first record on; so after a crash it
// has spans of the block, too, which would be traces in pieces. Only records are
// looked at that came before a block's last cut.
type seen struct {
	parts   []*part
	applied uint64
	pages   map[seenPage]*spanIDs
	order   []seenPage
}

type seenPage struct {
	part *part
	page int
}

// seenPages bounds the pages that are kept (about 250 KB each).
const seenPages = 64

// spanIDs is what tells the spans of a page apart.
type spanIDs struct {
	bounds     []uint32
	ids        []byte
	kinds      []int64
	start, dur []int64
}

func newSeen(parts []*part) *seen {
	s := &seen{pages: make(map[seenPage]*spanIDs)}
	for _, p := range parts {
		s.parts = append(s.parts, p)
		s.applied = max(s.applied, p.applied)
	}
	return s
}

// remove takes out of a batch the spans that blocks have, and tells how many.
func (s *seen) remove(b *otlp.Batch, position uint64) (int, error) {
	if position >= s.applied {
		return 0, nil
	}
	var failed error
	n := keep(b, func(sp *otlp.Span) bool {
		if failed != nil {
			return true
		}
		has, err := s.has(sp, position)
		failed = err
		return !has
	})
	return n, failed
}

func (s *seen) has(sp *otlp.Span, position uint64) (bool, error) {
	for _, p := range s.parts {
		if p.applied <= position || p.damage.Load() != nil {
			continue
		}
		at, ok, err := p.find(span.TraceID(sp.TraceID))
		if err == nil && ok {
			var ids *spanIDs
			if ids, err = s.page(p, at.Page); err == nil && ids.has(at.Trace, sp) {
				return true, nil
			}
		}
		if err != nil && p.damage.Load() == nil {
			return false, err
		}
	}
	return false, nil
}

func (s *seen) page(p *part, page int) (*spanIDs, error) {
	key := seenPage{p, page}
	if ids := s.pages[key]; ids != nil {
		return ids, nil
	}
	ids := &spanIDs{}
	var err error
	if ids.bounds, err = p.seg.Bounds(page); err != nil {
		return nil, err
	}
	var v column.Vector
	if err := readInts(p.seg, column.SpanID, page, &v); err != nil {
		return nil, err
	}
	ids.ids = v.IDs
	for _, c := range []struct {
		to  *[]int64
		key column.Key
	}{{&ids.kinds, column.Kind}, {&ids.start, column.Start}, {&ids.dur, column.Duration}} {
		var v column.Vector
		if err := readInts(p.seg, c.key, page, &v); err != nil {
			return nil, err
		}
		*c.to = v.Ints
	}
	s.pages[key] = ids
	if s.order = append(s.order, key); len(s.order) > seenPages {
		delete(s.pages, s.order[0])
		s.order = s.order[1:]
	}
	return ids, nil
}

// has tells whether a trace of the page has the span, or one that counts in its place.
func (p *spanIDs) has(trace int, sp *otlp.Span) bool {
	id := binary.BigEndian.Uint64(sp.ID[:])
	at := func(list []int64, i int) int64 {
		if i < len(list) {
			return list[i]
		}
		return 0
	}
	for i := int(p.bounds[trace]); i < int(p.bounds[trace+1]); i++ {
		var own uint64
		if 8*i+8 <= len(p.ids) {
			own = binary.BigEndian.Uint64(p.ids[8*i:])
		}
		if own == id && at(p.kinds, i) == int64(sp.Kind) && uint64(at(p.start, i)+at(p.dur, i)) >= sp.End {
			return true
		}
	}
	return false
}
