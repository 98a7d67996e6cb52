package store

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"sync"
	"sync/atomic"

	"supersonic/internal/faultfs"
	"supersonic/traces/head"
	"supersonic/traces/otlp"
	"supersonic/traces/span"
	"supersonic/traces/wal"
)

// Errors of a store that callers tell apart.
var (
	// ErrBusy says that blocks cannot be written as fast as spans come: worth a retry.
	ErrBusy = errors.New("the trace store is busy: spans come faster than blocks can be written; try again")
	// ErrClosed says that the store was closed.
	ErrClosed = errors.New("the trace store is closed")
)

// Store keeps the traces of one tenant. Open it, and Close it.
type Store struct {
	files faultfs.FS
	dir   string
	opts  Options
	locks []io.Closer
	log   *wal.Journal
	found Replay

	gate    sync.RWMutex // held for reading while a batch goes to the log and the head
	closed  atomic.Bool  // set under gate
	version atomic.Uint64
	// appended is when a batch came to the head last, Unix nanoseconds.
	appended atomic.Int64

	swap      sync.Mutex
	live      *live
	waiting   []*cutHead // oldest first
	nextCut   uint64
	replaying uint64 // not 0: the position behind the record that is being replayed

	build  sync.Mutex
	parts  []*part // by cuts, oldest first
	traces map[span.TraceID]*known
	cached *shot

	cutting     sync.Mutex            // one cut at a time
	writing     sync.Mutex            // one block of a head at a time
	lastFailure atomic.Pointer[error] // of writing a block; nil: the last was written
	keep        sync.Mutex            // merges, retention, backups: who removes or replaces blocks
	floor       floor                 // under keep, as on disk
	leftover    []string              // under keep: blocks that could not be removed, see sweep
	stuck       atomic.Bool           // the last merge failed

	cutWake, writeWake, keepWake chan struct{}
	stop                         chan struct{}
	running                      sync.WaitGroup
}

// The folders and files of a directory.
const (
	lockName    = "LOCK"
	oldLockName = "lock" // of format 1
	walName     = "wal"
	blocksName  = "blocks"
	damagedName = "damaged"
	tmpName     = "tmp"
	deletedName = "deleted"
	floorName   = "floor"
	notesName   = "traces"
)

func (s *Store) path(elem ...string) string {
	return filepath.Join(append([]string{s.dir}, elem...)...)
}

// Append stores a batch. When it returns nil, what it did not refuse is on disk, and
// in the next Snapshot. It takes what it refuses out of b.Spans; the others keep
// their order. It does not hold b.
//
// After an error nothing is promised: the spans are not in this store's head, but
// may be found after a restart. Errors are worth a retry, but for ErrClosed.
func (s *Store) Append(b *otlp.Batch) (head.Refused, error) {
	s.gate.RLock()
	defer s.gate.RUnlock()
	if s.closed.Load() {
		return head.Refused{}, ErrClosed
	}
	h, room := s.active()
	if !room {
		return head.Refused{}, s.busy()
	}
	refused := h.Admit(b)
	if len(b.Spans) == 0 {
		return refused, nil
	}
	err := s.log.Append(b.Raw, b.Arrived, func(position uint64) { s.put(b, position) })
	if err != nil {
		return refused, fmt.Errorf("store spans: %w", err)
	}
	return refused, nil
}

// active returns the head that takes spans, and whether it may take more.
func (s *Store) active() (h *head.Head, room bool) {
	s.swap.Lock()
	h, full := s.live.head, len(s.waiting) >= waiting
	s.swap.Unlock()
	if full && h.Full() || h.Rows() >= 2*s.opts.Head.MaxRows || h.Bytes() >= 2*s.opts.Head.MaxBytes {
		return h, false
	}
	return h, true
}

// busy is ErrBusy, with what kept the last block from being written.
func (s *Store) busy() error {
	if cause := s.lastFailure.Load(); cause != nil {
		return fmt.Errorf("%w (%w)", ErrBusy, *cause)
	}
	return ErrBusy
}

// put appends a batch that is on disk to the head.
func (s *Store) put(b *otlp.Batch, position uint64) {
	for {
		s.swap.Lock()
		h := s.live.head
		s.swap.Unlock()
		if h.Append(b, position) != nil {
			continue // it was cut: the next one is there already
		}
		s.version.Add(1)
		s.appended.Store(s.opts.Now().UnixNano())
		if h.Full() {
			wake(s.cutWake)
		}
		return
	}
}

// wake lets a goroutine go on, or go on once more when it is done.
func wake(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Close makes blocks of what the heads hold, and gives back the files and the lock.
// If a block cannot be written its spans are in the log, and the error says so. It
// must be called once.
func (s *Store) Close() error {
	s.gate.Lock()
	s.closed.Store(true)
	s.gate.Unlock()
	close(s.stop)
	s.running.Wait()
	err := s.flush()
	s.build.Lock()
	s.uncache()
	for _, p := range s.parts {
		if p.block != nil {
			p.block.Release()
		}
	}
	s.parts = nil
	s.build.Unlock()
	return errors.Join(err, s.giveBack())
}

// flush makes a block of each head, the active one at last.
func (s *Store) flush() error {
	for {
		switch wrote, err := s.writeNext(); {
		case err != nil:
			return fmt.Errorf("close the trace store: a block could not be written; its spans are in the log: %w", err)
		case wrote:
			continue
		}
		if cut, err := s.cut(head.CarryNone); err != nil || cut == nil {
			return err
		}
	}
}

// giveBack closes the log and the locks.
func (s *Store) giveBack() error {
	var errs []error
	if s.log != nil {
		errs = append(errs, s.log.Close())
	}
	for _, l := range s.locks {
		errs = append(errs, l.Close())
	}
	return errors.Join(errs...)
}

// State is what a store holds now.
type State struct {
	Blocks      map[int]int // by level
	BlockBytes  int64
	BlockRows   int
	BlockTraces int   // a trace counts in each block that has a piece of it
	IndexBytes  int64 // memory of the blocks' indexes and filters, beside the cache
	CacheBytes  int64 // of Options.Cache, which tenants may share
	LogBytes    int64
	LogSegments int
	HeadRows    int // of all heads, those that wait included
	HeadBytes   int64
	Waiting     int // heads that wait for their blocks
	Split       int // traces in pieces, those that were deleted included
	Deleted     int // traces that were deleted and that some part still has
	Oldest      uint64
	Replay      Replay
}

// State sums up.
func (s *Store) State() State {
	s.swap.Lock()
	heads := []*head.Head{s.live.head}
	for _, c := range s.waiting {
		heads = append(heads, c.live.head)
	}
	s.swap.Unlock()
	out := State{Blocks: make(map[int]int), LogBytes: s.log.Bytes(), LogSegments: s.log.Segments(), Waiting: len(heads) - 1,
		CacheBytes: s.opts.Cache.Bytes(), Replay: s.found}
	for _, h := range heads {
		out.HeadRows += h.Rows()
		out.HeadBytes += int64(h.Bytes())
	}
	s.build.Lock()
	defer s.build.Unlock()
	for _, p := range s.parts {
		if p.wait != nil {
			continue
		}
		out.Blocks[p.name.level]++
		out.BlockBytes += p.bytes()
		out.BlockRows += p.meta.Rows
		out.IndexBytes += p.block.Memory() + 8*int64(len(p.filter))
		out.BlockTraces += p.meta.Traces
		if out.Oldest == 0 || p.meta.MinStart < out.Oldest {
			out.Oldest = p.meta.MinStart
		}
	}
	for _, k := range s.traces {
		if k.tomb != nil {
			out.Deleted++
		} else {
			out.Split++
		}
	}
	return out
}
