package wal

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"supersonic/internal/faultfs"
)

// Events tells the caller what happened; nil functions are not called. They are
// called with no lock held that an Append needs, but must not call the log.
type Events struct {
	Synced    func(took time.Duration, records int)
	Abandoned func(segment string, err error)
}

// ErrClosed says that a log was closed: another process may have its directory.
var ErrClosed = errors.New("the log is closed")

// JournalOptions of a Journal.
type JournalOptions struct {
	// SegmentBytes is when a segment is closed: before it grows above it; 0: 8 MiB.
	SegmentBytes int64
	// First is the least number of a new segment, 0: 1.
	First  uint64
	Events Events
}

// Journal is the log in format 2: a directory of segments, one of which takes
// records. Open it with OpenJournal.
//
// Concurrency: all methods may be called by any number of goroutines.
type Journal struct {
	files faultfs.FS
	dir   string
	opts  JournalOptions

	mu       sync.Mutex
	cond     sync.Cond  // of mu: a sync ended
	segments []*section // by number
	active   *section   // the last of segments, or nil: the next Append begins one
	next     uint64
	unsynced int             // records written since the last sync began
	pending  map[uint64]bool // records whose done has not returned
	buffers  sync.Pool
	closed   bool
}

// section is one file of a Journal. All belongs to Journal.mu.
type section struct {
	number  uint64
	name    string
	f       faultfs.File // nil: found at the start, or closed
	written int64        // end of the last whole record
	synced  int64        // what a crash leaves
	syncing bool
	failed  error // not nil: abandoned at synced
}

// OpenJournal lists the segments of dir, which must exist. It reads nothing else;
// records go to new segments.
func OpenJournal(files faultfs.FS, dir string, opts JournalOptions) (*Journal, error) {
	opts.SegmentBytes = min(cmp.Or(opts.SegmentBytes, 8<<20), 2<<30) // an offset has 32 bits
	j := &Journal{files: files, dir: dir, opts: opts, next: max(1, opts.First), pending: make(map[uint64]bool)}
	j.cond.L = &j.mu
	found, err := journalFiles(files, dir)
	if err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	for _, f := range found {
		j.segments = append(j.segments, &section{number: f.number, name: f.path, written: f.size, synced: f.size})
		j.next = max(j.next, f.number+1, f.named+1)
	}
	return j, nil
}

// Append stores raw, which arrived at a time, as a record, and returns when it is
// synced. Before it returns it calls done with the record's position. raw is not
// kept.
//
// An error means that the record is not acknowledged, and done was not called; it
// may be found after a restart all the same. It is worth a retry.
func (j *Journal) Append(raw []byte, arrived uint64, done func(position uint64)) error {
	if len(raw) > MaxRecord {
		return fmt.Errorf("record of %d bytes: at most %d", len(raw), MaxRecord)
	}
	buf, _ := j.buffers.Get().([]byte)
	rec := encodeEntry(buf, raw)
	j.mu.Lock()
	s, off, err := j.write(rec, arrived)
	if cap(rec) <= keptBuffer {
		j.buffers.Put(rec[:0]) //nolint:staticcheck // a slice header a record is nothing beside the record
	}
	if err != nil {
		j.mu.Unlock()
		return err
	}
	at := position(s.number, off)
	j.pending[at] = true
	err = j.await(s, off+int64(len(rec)))
	j.mu.Unlock()
	if err == nil {
		done(at)
	}
	j.mu.Lock()
	delete(j.pending, at)
	j.mu.Unlock()
	return err
}

// keptBuffer is how large a buffer may be that is used again.
const keptBuffer = 4 << 20

// write puts rec behind the last record. j.mu is held.
func (j *Journal) write(rec []byte, arrived uint64) (*section, int64, error) {
	if j.closed {
		return nil, 0, ErrClosed
	}
	if s := j.active; s != nil && s.written > headerSize && s.written+int64(len(rec)) > j.opts.SegmentBytes {
		j.finish()
	}
	if j.active == nil {
		if err := j.begin(); err != nil {
			return nil, 0, err
		}
	}
	s := j.active
	off := s.written
	sealEntry(rec, arrived, s.number, off)
	if _, err := s.f.Write(rec); err != nil {
		err = fmt.Errorf("write %s: %w", s.name, err)
		if cut := s.f.Truncate(s.written); cut != nil {
			j.abandon(s, cut)
		}
		return nil, 0, err
	}
	s.written += int64(len(rec))
	j.unsynced++
	return s, off, nil
}

// begin makes a new active segment, its header and name on disk. j.mu is held.
func (j *Journal) begin() error {
	number := j.next
	name := journalName(j.dir, number)
	f, err := j.files.Create(name)
	if err != nil {
		return fmt.Errorf("begin segment: %w", err)
	}
	j.next++ // a number is used once, even if the file could not be made
	_, err = f.Write(journalHeader(number))
	if err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = j.files.SyncDir(j.dir)
	}
	if err != nil {
		return fmt.Errorf("begin segment %s: %w", name, errors.Join(err, f.Close(), j.files.Remove(name)))
	}
	j.active = &section{number: number, name: name, f: f, written: headerSize, synced: headerSize}
	j.segments = append(j.segments, j.active)
	return nil
}

// finish lets the active segment take no more records. Its file is closed by the
// sync that covers its last record, or here. j.mu is held.
func (j *Journal) finish() {
	s := j.active
	j.active = nil
	j.closeIdle(s)
}

// closeIdle closes the file of a segment that nobody needs any more. j.mu is held.
func (j *Journal) closeIdle(s *section) {
	if s.f == nil || s == j.active || s.syncing || s.failed == nil && s.synced < s.written {
		return
	}
	_ = s.f.Close() // everything in it was synced, or given up
	s.f = nil
}

// await returns when s is synced up to end. j.mu is held, and given up while it
// syncs or waits.
func (j *Journal) await(s *section, end int64) error {
	for s.synced < end {
		switch {
		case s.failed != nil:
			return s.failed
		case s.syncing:
			j.cond.Wait()
		case j.closed:
			return ErrClosed
		default:
			j.sync(s)
		}
	}
	return nil
}

func (j *Journal) sync(s *section) {
	f, upTo, records := s.f, s.written, j.unsynced
	s.syncing, j.unsynced = true, 0
	j.mu.Unlock()
	begun := time.Now()
	err := f.Sync()
	if err == nil && j.opts.Events.Synced != nil {
		j.opts.Events.Synced(time.Since(begun), records)
	}
	j.mu.Lock()
	s.syncing = false
	switch {
	case err != nil:
		j.abandon(s, fmt.Errorf("sync %s: %w", s.name, err))
	case s.failed == nil:
		s.synced = max(s.synced, upTo)
	}
	j.closeIdle(s)
	j.cond.Broadcast()
}

// abandon gives up a segment behind its last synced byte. j.mu is held.
func (j *Journal) abandon(s *section, err error) {
	if s.failed != nil {
		return
	}
	s.failed = fmt.Errorf("segment abandoned: %w", err)
	if j.active == s {
		j.active = nil
	}
	s.written = s.synced
	// If this fails too the tail stays; a replay keeps its good records, which
	// nobody was promised, and passes over the rest.
	if s.f != nil {
		_ = s.f.Truncate(s.synced)
	}
	if j.opts.Events.Abandoned != nil {
		j.opts.Events.Abandoned(s.name, err)
	}
	j.closeIdle(s)
	j.cond.Broadcast()
}

// Rotate lets the active segment take no more records, so that it can be dropped
// when they are not needed.
func (j *Journal) Rotate() {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.active != nil && j.active.written > headerSize {
		j.finish()
	}
}

// Low is a position below which every record was handed to its done, which has
// returned; records to come are at it or above.
func (j *Journal) Low() uint64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	low := j.end()
	for at := range j.pending {
		low = min(low, at)
	}
	return low
}

// End is where the next record will be, or a position below it that no record has.
func (j *Journal) End() uint64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.end()
}

func (j *Journal) end() uint64 {
	if j.active != nil {
		return position(j.active.number, j.active.written)
	}
	return position(j.next, 0)
}

// First is the position at which the oldest segment begins, End if there is none.
func (j *Journal) First() uint64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.segments) == 0 {
		return j.end()
	}
	return position(j.segments[0].number, 0)
}

// Drop removes the segments of which every record is below a position, but for the
// active one. What could not be removed is tried again by the next Drop.
func (j *Journal) Drop(below uint64) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	var errs []error
	j.segments = slices.DeleteFunc(j.segments, func(s *section) bool {
		if s == j.active || s.syncing || s.f != nil && s.failed == nil || position(s.number, s.written) > below {
			return false
		}
		err := j.files.Remove(s.name)
		if err != nil {
			errs = append(errs, fmt.Errorf("drop %s: %w", s.name, err))
		}
		return err == nil
	})
	return errors.Join(errs...)
}

// Bytes is the length of all segments.
func (j *Journal) Bytes() int64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	var n int64
	for _, s := range j.segments {
		n += s.written
	}
	return n
}

// Segments is the number of segments.
func (j *Journal) Segments() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return len(j.segments)
}

// Close closes the files; an Append that comes later is refused, one under way
// fails.
func (j *Journal) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.closed = true
	j.active = nil
	var errs []error
	for _, s := range j.segments {
		for s.syncing {
			j.cond.Wait()
		}
		if s.f != nil {
			errs = append(errs, s.f.Close())
			s.f = nil
		}
	}
	j.cond.Broadcast()
	return errors.Join(errs...)
}
