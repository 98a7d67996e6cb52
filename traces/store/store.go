package store

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"supersonic/internal/atomicfile"
	"supersonic/internal/faultfs"
	"supersonic/traces/query"
	"supersonic/traces/span"
	"supersonic/traces/wal"
)

// Options of a store.
type Options struct {
	Log        wal.Options
	Retention  time.Duration // 0: for ever
	CacheBytes int64
	Now        func() time.Time
	Events     Events
}

// Events tells what happened; nil functions are not called. They may be called
// by several goroutines at once and must not call the store.
type Events struct {
	// Damaged: bytes on disk were not what was written, and were left out.
	Damaged func(what string, err error)
	// SealFailed: an index could not be written; it is tried again.
	SealFailed func(segment uint64, err error)
	// Dropped: retention deleted a segment with so many traces and spans.
	Dropped func(segment uint64, traces, spans int)
}

// Replay is what Open found.
type Replay struct {
	Segments int   // all of them
	Read     int   // those without a good index, read record by record
	Records  int   // in those
	Spans    int   // in all segments
	Torn     int64 // bytes cut behind the last good record of the last segment
	Damaged  int   // stretches that were passed over
}

// Store keeps traces. Close it.
type Store struct {
	files faultfs.FS
	opts  Options
	lock  io.Closer
	log   *wal.Log
	cache *cache

	split atomic.Pointer[map[span.TraceID]struct{}] // traces with pieces in several sealed segments

	mu       sync.RWMutex
	segments []*segment // by number; replaced, never changed in place

	toldMu sync.Mutex
	told   map[cacheKey]bool // damage that Events has heard of
}

// segment is a segment of the log with its index, in memory until it is sealed.
type segment struct {
	log   *wal.Segment
	state atomic.Pointer[indexState]
}

type indexState struct {
	mem  *memIndex    // not sealed
	head *indexHeader // sealed
}

func (s *segment) summary() summary {
	st := s.state.Load()
	if st.mem != nil {
		return st.mem.summary()
	}
	return st.head.sum
}

var _ query.Source = (*Store)(nil)

// Open locks dir, which it makes if it is missing, and reads what is there.
func Open(files faultfs.FS, dir string, opts Options) (*Store, Replay, error) {
	if err := files.MkdirAll(dir); err != nil {
		return nil, Replay{}, fmt.Errorf("open trace store: %w", err)
	}
	lock, err := files.Lock(filepath.Join(dir, "lock"))
	if errors.Is(err, faultfs.ErrLocked) {
		return nil, Replay{}, fmt.Errorf("open trace store: %w: stop that process or choose another --data-dir", err)
	}
	if err != nil {
		return nil, Replay{}, fmt.Errorf("open trace store: %w", err)
	}
	s := &Store{files: files, opts: opts, lock: lock, cache: newCache(opts.CacheBytes), told: map[cacheKey]bool{}}
	s.split.Store(&map[span.TraceID]struct{}{})
	r, err := s.load(dir)
	if err != nil {
		return nil, r, errors.Join(fmt.Errorf("open trace store: %w", err), s.Close())
	}
	return s, r, nil
}

func (s *Store) load(dir string) (Replay, error) {
	var r Replay
	if err := s.removeUnfinished(dir); err != nil {
		return r, err
	}
	var err error
	if s.log, err = wal.Open(s.files, dir, s.opts.Log); err != nil {
		return r, err
	}
	segments := s.log.Segments()
	for i, ws := range segments {
		seg := &segment{log: ws}
		if err := s.loadSegment(seg, i == len(segments)-1, &r); err != nil {
			return r, err
		}
		s.segments = append(s.segments, seg)
		r.Spans += seg.summary().spans
	}
	r.Segments = len(segments)
	return r, nil
}

// removeUnfinished deletes what a crash left half-written or half-deleted: an
// index without its log would be taken for that of the next log with its number.
func (s *Store) removeUnfinished(dir string) error {
	entries, err := s.files.ReadDir(dir)
	if err != nil {
		return err
	}
	names := map[string]bool{}
	for _, e := range entries {
		names[e.Name()] = true
	}
	for _, e := range entries {
		number, isIndex := strings.CutSuffix(e.Name(), indexEnding)
		if strings.HasSuffix(e.Name(), atomicfile.Suffix) || isIndex && !names[number+".log"] {
			if err := s.files.Remove(filepath.Join(dir, e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Store) loadSegment(seg *segment, last bool, r *Replay) error {
	h, err := s.readHeader(seg)
	if err == nil {
		seg.state.Store(&indexState{head: h})
		s.addSplit(h.split)
		return nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		r.Damaged++
		s.damaged("index", err)
	}
	mem := newMemIndex()
	scan, err := seg.log.Walk(func(off uint32, raw []byte) error {
		spans, err := decodeSpans(raw)
		if err != nil { // its checksum is good: this was never stored by us
			s.damaged("record", fmt.Errorf("segment %d at %d: %w", seg.log.Seq, off, err))
			return nil
		}
		mem.add(off, spans)
		return nil
	})
	if err != nil {
		return err
	}
	seg.state.Store(&indexState{mem: mem})
	r.Read++
	r.Records += scan.Records
	r.Damaged += scan.Damaged
	if scan.Damaged > 0 {
		s.damaged("segment", fmt.Errorf("segment %d: %w: passed over %d stretches", seg.log.Seq, wal.ErrDamaged, scan.Damaged))
	}
	if tail := seg.log.Size() - scan.Good; tail > 0 {
		r.Torn += tail
	}
	if !last || scan.Damaged > 0 || scan.Records == 0 {
		return nil // no more records for this one
	}
	if err := s.log.Resume(seg.log, scan.Good); err != nil {
		s.damaged("torn tail", err) // a new segment is begun instead
	}
	return nil
}

func (s *Store) damaged(what string, err error) {
	if s.opts.Events.Damaged != nil {
		s.opts.Events.Damaged(what, err)
	}
}

// maxTold bounds what damagedOnce remembers; beyond it every find is told.
const maxTold = 10_000

// damagedOnce tells of damage that every request comes across, the first time.
func (s *Store) damagedOnce(where cacheKey, what string, err error) {
	s.toldMu.Lock()
	told := s.told[where]
	if !told && len(s.told) < maxTold {
		s.told[where] = true
	}
	s.toldMu.Unlock()
	if !told {
		s.damaged(what, err)
	}
}

func (s *Store) addSplit(ids []span.TraceID) {
	if len(ids) == 0 {
		return
	}
	grown := map[span.TraceID]struct{}{}
	for id := range *s.split.Load() {
		grown[id] = struct{}{}
	}
	for _, id := range ids {
		grown[id] = struct{}{}
	}
	s.split.Store(&grown)
}

// Append stores an export: raw is its OTLP protobuf, spans what is in it. When it
// returns nil the spans are on disk and found. It keeps neither. After an error
// some of a large export may be found all the same.
func (s *Store) Append(raw []byte, spans []span.Span) error {
	pieces, err := split(raw, spans)
	if err != nil {
		return err
	}
	if len(pieces) == 1 {
		return s.appendPiece(pieces[0])
	}
	errs := make([]error, len(pieces))
	var all sync.WaitGroup // side by side, so that one sync of the disk is for them all
	for i, p := range pieces {
		all.Go(func() { errs[i] = s.appendPiece(p) })
	}
	all.Wait()
	return errors.Join(errs...)
}

func (s *Store) appendPiece(p recordPiece) error {
	return s.log.Append(p.raw, func(ws *wal.Segment, off uint32) {
		s.segmentOf(ws).state.Load().mem.add(off, p.spans)
	})
}

// segmentOf finds the segment of a log segment that is not sealed, or adds it.
func (s *Store) segmentOf(ws *wal.Segment) *segment {
	s.mu.RLock()
	seg := find(s.segments, ws)
	s.mu.RUnlock()
	if seg != nil {
		return seg
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if seg = find(s.segments, ws); seg != nil {
		return seg
	}
	seg = &segment{log: ws}
	seg.state.Store(&indexState{mem: newMemIndex()})
	s.segments = append(slices.Clone(s.segments), seg)
	slices.SortFunc(s.segments, func(a, b *segment) int { return int(int64(a.log.Seq) - int64(b.log.Seq)) })
	return seg
}

func find(segments []*segment, ws *wal.Segment) *segment {
	for _, seg := range slices.Backward(segments) {
		if seg.log == ws {
			return seg
		}
	}
	return nil
}

func (s *Store) snapshot() []*segment {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.segments
}

// Close gives back the files and the lock. No call may be under way. What was
// acknowledged is on disk already.
func (s *Store) Close() error {
	var err error
	if s.log != nil {
		err = s.log.Close()
	}
	return errors.Join(err, s.lock.Close())
}

// Sizes is what a store holds now.
type Sizes struct {
	Segments, Sealed int
	Bytes            int64 // of segments, without indexes
	Traces           int   // a trace counts once in each segment that has a piece
	Spans            int
	CacheBytes       int64
}

// Sizes sums up.
func (s *Store) Sizes() Sizes {
	out := Sizes{CacheBytes: s.cache.bytes()}
	for _, seg := range s.snapshot() {
		sum := seg.summary()
		out.Segments++
		if seg.state.Load().head != nil {
			out.Sealed++
		}
		out.Bytes += seg.log.Size()
		out.Traces += sum.traces
		out.Spans += sum.spans
	}
	return out
}
