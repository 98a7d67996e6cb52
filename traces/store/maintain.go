package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"supersonic/internal/atomicfile"
	"supersonic/traces/span"
)

// cacheIdle is how long a decoded record stays without being asked for.
const cacheIdle = time.Minute

// Maintain does what is due: ends old segments, seals those that get no more
// records, drops what retention does not cover, forgets unused records. It is
// called now and then, by one goroutine at a time. What fails is told by Events
// and tried again at the next call.
func (s *Store) Maintain(ctx context.Context) {
	s.log.Rotate()
	for _, seg := range s.snapshot() {
		if ctx.Err() != nil {
			return
		}
		if seg.state.Load().mem == nil || !seg.log.Quiet() {
			continue
		}
		if err := s.seal(seg); err != nil && s.opts.Events.SealFailed != nil {
			s.opts.Events.SealFailed(seg.log.Seq, err)
		}
	}
	s.retain()
	s.cache.dropUnused(time.Now().Add(-cacheIdle))
}

// seal writes the index of a segment that gets no more records.
func (s *Store) seal(seg *segment) error {
	mem := seg.state.Load().mem
	f := mem.freeze()
	if len(f.entries) == 0 {
		return s.drop(seg)
	}
	h := &indexHeader{sum: mem.summary(), logSize: seg.log.Size(), bloom: newBloom(f.entries)}
	var err error
	if h.split, err = s.findSplit(seg, f); err != nil {
		return err
	}
	data := encodeIndex(h, f)
	h.bodyAt = len(data) - (len(f.entries)*(entrySize+4) + len(f.refs)*4 + 4)
	h.refs = len(f.refs)
	if err := atomicfile.Write(s.files, s.log.Name(seg.log.Seq, indexEnding), data); err != nil {
		return err
	}
	s.addSplit(h.split) // before the memory index goes: a search must miss neither
	seg.state.Store(&indexState{head: h})
	return nil
}

// findSplit lists the traces of f that other sealed segments have too.
func (s *Store) findSplit(self *segment, f *fileIndex) ([]span.TraceID, error) {
	found := map[span.TraceID]struct{}{}
	for _, other := range s.snapshot() {
		h := other.state.Load().head
		if other == self || h == nil {
			continue
		}
		var x *fileIndex
		for i := range f.entries {
			id := f.entries[i].id
			if !h.bloom.has(id) {
				continue
			}
			if x == nil {
				var err error
				if x, err = s.index(other, h); err != nil {
					return nil, err
				}
			}
			if _, ok := x.find(id); ok {
				found[id] = struct{}{}
			}
		}
	}
	out := make([]span.TraceID, 0, len(found))
	for id := range found {
		out = append(out, id)
	}
	slices.SortFunc(out, func(a, b span.TraceID) int { return slices.Compare(a[:], b[:]) })
	return out, nil
}

// retain drops the segments whose newest span is older than the retention.
func (s *Store) retain() {
	if s.opts.Retention <= 0 {
		return
	}
	limit := s.opts.Now().Add(-s.opts.Retention)
	for _, seg := range s.snapshot() {
		sum := seg.summary()
		if seg.state.Load().mem != nil || s.newest(seg, sum).After(limit) {
			continue
		}
		if err := s.drop(seg); err != nil {
			s.damaged("drop", err)
		}
		if s.opts.Events.Dropped != nil {
			s.opts.Events.Dropped(seg.log.Seq, sum.traces, sum.spans)
		}
	}
}

// newest is the end of a segment's newest span, or the time at which this
// process first had the segment, if the span claims to end after that.
func (s *Store) newest(seg *segment, sum summary) time.Time {
	end := time.Unix(0, int64(min(sum.maxEnd, 1<<63-1)))
	if cap := seg.log.Created.Add(s.opts.Log.SegmentAge); end.After(cap) {
		return cap
	}
	return end
}

func (s *Store) drop(seg *segment) error {
	s.mu.Lock()
	s.segments = slices.DeleteFunc(slices.Clone(s.segments), func(o *segment) bool { return o == seg })
	s.mu.Unlock()
	s.cache.dropSegment(seg.log.Seq)
	if err := s.log.Drop(seg.log, indexEnding); err != nil {
		return fmt.Errorf("drop segment %d: %w", seg.log.Seq, err)
	}
	return nil
}

// readHeader reads the first part of a segment's index file.
func (s *Store) readHeader(seg *segment) (*indexHeader, error) {
	data, err := s.readIndexFile(seg)
	if err != nil {
		return nil, err
	}
	h, err := decodeIndexHeader(data)
	if err != nil {
		return nil, err
	}
	if h.logSize > seg.log.Size() {
		return nil, fmt.Errorf("%w: the log file of segment %d is shorter than the index says", errIndex, seg.log.Seq)
	}
	if _, err := decodeIndexBody(h, data); err != nil {
		return nil, err
	}
	return h, nil
}

func (s *Store) readIndexFile(seg *segment) ([]byte, error) {
	f, err := s.files.Open(s.log.Name(seg.log.Seq, indexEnding))
	if err != nil {
		return nil, err
	}
	size, err := f.Size()
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	data := make([]byte, size)
	if _, err := f.ReadAt(data, 0); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return data, f.Close()
}

// rebuild makes the index of a segment from its records.
func (s *Store) rebuild(seg *segment) (*fileIndex, error) {
	mem := newMemIndex()
	_, err := seg.log.Walk(func(off uint32, raw []byte) error {
		if spans, err := decodeSpans(raw); err == nil {
			mem.add(off, spans)
		}
		return nil
	})
	return mem.freeze(), err
}

// index returns the whole index of a sealed segment.
func (s *Store) index(seg *segment, h *indexHeader) (*fileIndex, error) {
	v, _, err := s.cache.get(cacheKey{seg.log.Seq, indexKey}, func() (any, int64, error) {
		data, err := s.readIndexFile(seg)
		if err != nil {
			return nil, 0, err
		}
		f, err := decodeIndexBody(h, data)
		if err != nil {
			s.damagedOnce(cacheKey{seg.log.Seq, indexKey}, "index", err)
			if f, err = s.rebuild(seg); err != nil {
				return nil, 0, err
			}
		}
		return f, f.cost(), nil
	})
	if err != nil {
		return nil, fmt.Errorf("index of segment %d: %w", seg.log.Seq, err)
	}
	return v.(*fileIndex), nil
}
