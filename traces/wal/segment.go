package wal

import (
	"errors"
	"fmt"
	"io"
	"math"
	"sync"
	"time"

	"supersonic/internal/faultfs"
)

// Segment is one file of the log.
type Segment struct {
	Seq     uint64
	Created time.Time // of the file in this process: when it was begun or found

	name string
	log  *Log

	// What follows belongs to log.mu.
	f       faultfs.File
	written int64 // end of the last whole record
	synced  int64 // what a crash leaves
	syncing bool
	failed  error // not nil: abandoned at synced
	pending int   // appends whose done has not returned

	readers sync.RWMutex // held for reading while f is read: Drop waits
}

// Size is the length of the segment's good bytes.
func (s *Segment) Size() int64 {
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	return s.written
}

// Quiet tells whether the segment gets no more records and everybody who
// appended has been told: it can be sealed.
func (s *Segment) Quiet() bool {
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	return s.log.active != s && s.pending == 0 && !s.syncing
}

// ErrGone says that a segment was dropped.
var ErrGone = errors.New("segment was dropped")

// Read returns the record at off, as Append got it.
func (s *Segment) Read(off uint32) ([]byte, error) {
	s.readers.RLock()
	defer s.readers.RUnlock()
	s.log.mu.Lock()
	f := s.f
	s.log.mu.Unlock()
	if f == nil {
		return nil, ErrGone
	}
	var head [recordHead]byte
	if _, err := f.ReadAt(head[:], int64(off)); err != nil {
		return nil, fmt.Errorf("read %s at %d: %w", s.name, off, errors.Join(err, ErrDamaged))
	}
	n, ok := parseHead(head[:], s.Seq, int64(off))
	if !ok {
		return nil, fmt.Errorf("read %s at %d: %w: head", s.name, off, ErrDamaged)
	}
	rec := make([]byte, recordHead+n)
	if _, err := f.ReadAt(rec, int64(off)); err != nil {
		return nil, fmt.Errorf("read %s at %d: %w", s.name, off, errors.Join(err, ErrDamaged))
	}
	raw, err := decode(rec)
	if err != nil {
		return nil, fmt.Errorf("read %s at %d: %w", s.name, off, err)
	}
	return raw, nil
}

// Walk calls visit for every good record, in order. It reads the whole file.
func (s *Segment) Walk(visit func(off uint32, raw []byte) error) (Scan, error) {
	s.readers.RLock()
	defer s.readers.RUnlock()
	data, err := s.bytes()
	if err != nil {
		return Scan{}, err
	}
	scan, err := walk(data, s.Seq, func(off int64, raw []byte) error {
		if off > math.MaxUint32 {
			return fmt.Errorf("%s: record at %d: a segment has at most 4 GiB", s.name, off)
		}
		return visit(uint32(off), raw)
	})
	if err != nil {
		return scan, fmt.Errorf("%s: %w", s.name, err)
	}
	return scan, nil
}

func (s *Segment) bytes() ([]byte, error) {
	s.log.mu.Lock()
	f := s.f
	s.log.mu.Unlock()
	if f == nil {
		return nil, ErrGone
	}
	size, err := f.Size()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.name, err)
	}
	data := make([]byte, size)
	n, err := f.ReadAt(data, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read %s: %w", s.name, err)
	}
	return data[:n], nil
}
