package wal

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"supersonic/internal/faultfs"
)

// Options of a log.
type Options struct {
	SegmentBytes int64         // a segment is closed before it grows above
	SegmentAge   time.Duration // and when it is older
	Now          func() time.Time
	Events       Events
}

// Log is a directory of segments, one of which takes records.
type Log struct {
	files faultfs.FS
	dir   string
	opts  Options

	mu       sync.Mutex
	cond     sync.Cond // of mu: a sync ended
	segments []*Segment
	active   *Segment // nil: the next Append begins one
	next     uint64
	unsynced int // records written since the last sync began
	closed   bool
}

// Open lists the segments of dir. Nothing is read yet, and no segment takes
// records before Resume or the first Append.
func Open(files faultfs.FS, dir string, opts Options) (*Log, error) {
	entries, err := files.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	l := &Log{files: files, dir: dir, opts: opts, next: 1}
	l.cond.L = &l.mu
	for _, e := range entries {
		seq, ok := parseName(e)
		if !ok {
			continue
		}
		s, err := l.open(seq)
		if err != nil {
			l.Close()
			return nil, fmt.Errorf("open log: %w", err)
		}
		l.segments = append(l.segments, s)
		l.next = max(l.next, seq+1)
	}
	slices.SortFunc(l.segments, func(a, b *Segment) int { return int(int64(a.Seq) - int64(b.Seq)) })
	return l, nil
}

// Name is the path of a segment's file, or of a file that belongs to it, by its
// ending.
func (l *Log) Name(seq uint64, ending string) string {
	return filepath.Join(l.dir, fmt.Sprintf("%016d%s", seq, ending))
}

func (l *Log) open(seq uint64) (*Segment, error) {
	name := l.Name(seq, ".log")
	f, err := l.files.Append(name)
	if err != nil {
		return nil, err
	}
	size, err := f.Size()
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	head := make([]byte, min(size, headerSize))
	if _, err := f.ReadAt(head, 0); err != nil {
		return nil, errors.Join(fmt.Errorf("read %s: %w", name, err), f.Close())
	}
	// A damaged header loses nothing: records carry the number themselves.
	if err := checkHeader(head, seq); err != nil && !errors.Is(err, errHeader) {
		return nil, errors.Join(fmt.Errorf("%s: %w", name, err), f.Close())
	}
	return &Segment{Seq: seq, Created: l.opts.Now(), name: name, log: l, f: f, written: size, synced: size}, nil
}

// Segments lists the segments, oldest first.
func (l *Log) Segments() []*Segment {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.segments)
}

// Resume cuts a segment at good, the end of its last good record as Walk found
// it, and lets it take records again. It is meant for the last segment after a
// start, before the first Append.
func (l *Log) Resume(s *Segment, good int64) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if good < headerSize {
		return fmt.Errorf("resume %s: %w", s.name, errHeader)
	}
	if good < s.written {
		if err := s.f.Truncate(good); err != nil {
			return fmt.Errorf("cut the torn tail of %s: %w", s.name, err)
		}
		if err := s.f.Sync(); err != nil {
			return fmt.Errorf("cut the torn tail of %s: %w", s.name, err)
		}
		s.written, s.synced = good, good
	}
	l.active = s
	return nil
}

// Append stores raw as a record and returns when it is synced. Then, still before
// it returns, it calls done with the place of the record; the segment does not
// become Quiet before done has returned. raw is not kept.
//
// An error means that the record is not acknowledged; it may be found after a
// restart all the same. It is worth a retry.
func (l *Log) Append(raw []byte, done func(s *Segment, off uint32)) error {
	if len(raw) > MaxRecord {
		return fmt.Errorf("record of %d bytes: at most %d", len(raw), MaxRecord)
	}
	rec := encode(raw)
	l.mu.Lock()
	s, off, err := l.write(rec)
	if err != nil {
		l.mu.Unlock()
		return err
	}
	s.pending++
	err = l.await(s, off+int64(len(rec)))
	l.mu.Unlock()
	if err == nil {
		done(s, uint32(off))
	}
	l.mu.Lock()
	s.pending--
	l.mu.Unlock()
	return err
}

// write puts rec behind the last record. l.mu is held.
func (l *Log) write(rec []byte) (*Segment, int64, error) {
	if l.closed {
		return nil, 0, ErrClosed
	}
	if s := l.active; s != nil && s.written > headerSize &&
		(s.written+int64(len(rec)) > l.opts.SegmentBytes || l.opts.Now().Sub(s.Created) > l.opts.SegmentAge) {
		l.active = nil
	}
	if l.active == nil {
		if err := l.begin(); err != nil {
			return nil, 0, err
		}
	}
	s := l.active
	off := s.written
	sealHead(rec, s.Seq, off)
	if _, err := s.f.Write(rec); err != nil {
		err = fmt.Errorf("write %s: %w", s.name, err)
		if cut := s.f.Truncate(s.written); cut != nil {
			l.abandon(s, cut)
		}
		return nil, 0, err
	}
	s.written += int64(len(rec))
	l.unsynced++
	return s, off, nil
}

// begin makes a new active segment, its header and name on disk. l.mu is held.
func (l *Log) begin() error {
	seq := l.next
	name := l.Name(seq, ".log")
	f, err := l.files.Create(name)
	if err != nil {
		return fmt.Errorf("begin segment: %w", err)
	}
	l.next++ // a number is used once, even if the file could not be made
	_, err = f.Write(fileHeader(seq))
	if err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = l.files.SyncDir(l.dir)
	}
	if err != nil {
		return fmt.Errorf("begin segment %s: %w", name, errors.Join(err, f.Close(), l.files.Remove(name)))
	}
	s := &Segment{Seq: seq, Created: l.opts.Now(), name: name, log: l, f: f, written: headerSize, synced: headerSize}
	l.segments = append(l.segments, s)
	l.active = s
	return nil
}

// await returns when s is synced up to end. l.mu is held, and given up while it
// syncs or waits.
func (l *Log) await(s *Segment, end int64) error {
	for s.synced < end {
		switch {
		case s.failed != nil:
			return s.failed
		case s.syncing:
			l.cond.Wait()
		case l.closed:
			return ErrClosed
		default:
			l.sync(s)
		}
	}
	return nil
}

func (l *Log) sync(s *Segment) {
	f, upTo, records := s.f, s.written, l.unsynced
	s.syncing, l.unsynced = true, 0
	l.mu.Unlock()
	begun := time.Now()
	err := f.Sync()
	if err == nil && l.opts.Events.Synced != nil {
		l.opts.Events.Synced(time.Since(begun), records)
	}
	l.mu.Lock()
	s.syncing = false
	switch {
	case err != nil:
		l.abandon(s, fmt.Errorf("sync %s: %w", s.name, err))
	case s.failed == nil:
		s.synced = max(s.synced, upTo)
	}
	l.cond.Broadcast()
}

// abandon gives up a segment behind its last synced byte. l.mu is held.
func (l *Log) abandon(s *Segment, err error) {
	if s.failed != nil {
		return
	}
	s.failed = fmt.Errorf("segment abandoned: %w", err)
	if l.active == s {
		l.active = nil
	}
	s.written = s.synced
	// If this fails too the tail stays; a replay keeps its good records, which
	// nobody was promised, and passes over the rest.
	if s.f != nil {
		_ = s.f.Truncate(s.synced)
	}
	if l.opts.Events.Abandoned != nil {
		l.opts.Events.Abandoned(s.name, err)
	}
	l.cond.Broadcast()
}

// Rotate lets the active segment take no more records if it is older than the
// age limit, so that quiet times end segments too.
func (l *Log) Rotate() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if s := l.active; s != nil && s.written > headerSize && l.opts.Now().Sub(s.Created) > l.opts.SegmentAge {
		l.active = nil
	}
}

// Drop deletes a Quiet segment and the file that belongs to it by ending, after
// the reads that are under way.
func (l *Log) Drop(s *Segment, endings ...string) error {
	l.mu.Lock()
	l.segments = slices.DeleteFunc(l.segments, func(o *Segment) bool { return o == s })
	f := s.f
	s.f = nil
	l.mu.Unlock()
	s.readers.Lock()
	defer s.readers.Unlock()
	var errs []error
	if f != nil {
		errs = append(errs, f.Close())
	}
	errs = append(errs, l.files.Remove(s.name))
	for _, e := range endings {
		if err := l.files.Remove(l.Name(s.Seq, e)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// Close closes the files; an Append that comes later is refused, one under way
// fails.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	var errs []error
	for _, s := range l.segments {
		if s.f != nil {
			errs = append(errs, s.f.Close())
			s.f = nil
		}
	}
	l.active = nil
	return errors.Join(errs...)
}
