package store

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"time"

	"supersonic/internal/atomicfile"
	"supersonic/internal/faultfs"
	"supersonic/traces/block"
	"supersonic/traces/head"
	"supersonic/traces/span"
	"supersonic/traces/wal"
)

// Replay is what Open found.
type Replay struct {
	Blocks   int // that are served
	Covered  int // that a crash left beside those that they were merged into
	SetAside int // damaged blocks
	Log      wal.Found
	Records  int // of the log whose spans went to the head
	Spans    int // of them
	Known    int // that were left out, as blocks have them
	Unread   int // records that are no exports
	Migrated int // spans of a store of format 1
	Took     time.Duration
}

// Open locks a directory, which it makes if it is missing, and reads what is there:
// blocks, then the log behind them. A directory of a store of format 1 is taken over.
func Open(files faultfs.FS, dir string, opts Options) (*Store, Replay, error) {
	s := &Store{
		files: files, dir: dir, opts: opts.defaults(), traces: make(map[span.TraceID]*known), nextCut: 1, stop: make(chan struct{}),
		cutWake: make(chan struct{}, 1), writeWake: make(chan struct{}, 1), keepWake: make(chan struct{}, 1),
	}
	begun := time.Now()
	s.live = newLive(head.New(s.opts.Head))
	if err := s.open(); err != nil {
		s.uncache()
		for _, p := range s.parts {
			if p.block != nil {
				p.block.Release()
			}
		}
		return nil, s.found, errors.Join(fmt.Errorf("open trace store %s: %w", dir, err), s.giveBack())
	}
	s.found.Took = time.Since(begun)
	if !s.opts.manual {
		s.run()
		wake(s.cutWake)
		wake(s.writeWake)
		wake(s.keepWake)
	}
	return s, s.found, nil
}

func (s *Store) open() error {
	if err := s.files.MkdirAll(s.dir); err != nil {
		return err
	}
	if err := s.takeLocks(); err != nil {
		return err
	}
	for _, d := range []string{walName, blocksName, tmpName} {
		if err := s.files.MkdirAll(s.path(d)); err != nil {
			return err
		}
	}
	if err := s.files.SyncDir(s.dir); err != nil {
		return err
	}
	if err := syncAbove(s.files, s.dir); err != nil {
		return err
	}
	if err := s.emptyTmp(); err != nil {
		return err
	}
	if err := s.loadFloor(); err != nil {
		return err
	}
	if err := s.loadBlocks(); err != nil {
		return err
	}
	tombs, err := s.loadDeleted()
	if err != nil {
		return err
	}
	first := s.replayFrom()
	for _, t := range tombs {
		first = max(first, t.position)
		s.nextCut = max(s.nextCut, t.cut+1)
	}
	if s.log, err = wal.OpenJournal(s.files, s.path(walName), wal.JournalOptions{SegmentBytes: s.opts.SegmentBytes, First: first>>32 + 1, Events: s.opts.Events.Log}); err != nil {
		return err
	}
	if err := s.findSplit(tombs); err != nil {
		return err
	}
	if err := s.migrate(); err != nil {
		return err
	}
	if err := s.replay(); err != nil {
		return err
	}
	s.events().failed("remove the log behind a block", s.log.Drop(s.replayFrom()))
	return nil
}

// takeLocks keeps a second process out, and one that still writes format 1.
func (s *Store) takeLocks() error {
	names := []string{lockName}
	entries, err := s.files.ReadDir(s.dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name() == oldLockName {
			names = append(names, oldLockName)
		}
	}
	for _, n := range names {
		l, err := s.files.Lock(s.path(n))
		if errors.Is(err, faultfs.ErrLocked) {
			return fmt.Errorf("%w: stop that process, or choose another --data-dir", err)
		}
		if err != nil {
			return err
		}
		s.locks = append(s.locks, l)
	}
	return nil
}

// emptyTmp removes what was being made or removed when a process ended.
func (s *Store) emptyTmp() error {
	for _, dir := range []string{s.dir, s.path(tmpName)} {
		entries, err := s.files.ReadDir(dir)
		if err != nil {
			return err
		}
		for _, e := range entries {
			name := e.Name()
			if dir == s.dir && name != deletedName+atomicfile.Suffix && name != floorName+atomicfile.Suffix {
				continue
			}
			if dir == s.dir {
				err = s.files.Remove(s.path(name))
			} else {
				err = removeAll(s.files, s.path(tmpName, name))
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// small reads a small file; there is none if it is missing, or damaged, which is told.
func small[T any](s *Store, name string, decode func([]byte) (T, error)) (T, error) {
	var none T
	data, err := readFile(s.files, s.path(name))
	if errors.Is(err, fs.ErrNotExist) {
		return none, nil
	}
	if err != nil {
		return none, err
	}
	v, err := decode(data)
	if err != nil {
		s.events().damaged(name, fmt.Errorf("%s: %w", s.path(name), err))
		return none, nil
	}
	return v, nil
}

func (s *Store) loadFloor() (err error) {
	s.floor, err = small(s, floorName, decodeFloor)
	s.nextCut = max(s.nextCut, s.floor.cut+1)
	return err
}

func (s *Store) loadDeleted() ([]tombstone, error) { return small(s, deletedName, decodeTombstones) }

// loadBlocks opens the blocks. Those that others cover are removed, if the others are
// whole; the damaged ones are set aside.
func (s *Store) loadBlocks() error {
	names, foreign, err := listBlocks(s.files, s.path(blocksName))
	if err != nil {
		return err
	}
	for _, f := range foreign {
		s.events().damaged("name in blocks", fmt.Errorf("%s is no name of a block: it is left alone", s.path(blocksName, f)))
	}
	for _, n := range names {
		if slices.ContainsFunc(s.parts, func(p *part) bool { return p.name.covers(n) }) {
			if err := s.removeBlock(n.String()); err != nil {
				return err
			}
			s.found.Covered++
			continue
		}
		s.nextCut = max(s.nextCut, n.last+1)
		p, err := s.openPart(n)
		if errors.Is(err, block.ErrDamaged) {
			s.found.SetAside++
			s.setAside(n, err)
			continue
		}
		if err != nil {
			return err
		}
		s.parts = append(s.parts, p)
	}
	slices.SortFunc(s.parts, func(a, b *part) int { return compareNames(a.name, b.name) })
	s.found.Blocks = len(s.parts)
	return s.settleBlocks()
}

// settleBlocks makes sure that a power cut leaves the blocks that were found, and no
// others, before anything relies on it: the log behind a block that was published by
// a process that ended before it knew is dropped soon; and a block that was taken back
// in vain would name a place in the log that the next process counts up to again, for
// other spans.
func (s *Store) settleBlocks() error { return s.files.SyncDir(s.path(blocksName)) }

// setAside moves a damaged block's directory where it is not looked at again.
func (s *Store) setAside(n name, cause error) {
	s.events().damaged("block "+n.String(), cause)
	if err := s.files.MkdirAll(s.path(blocksName, damagedName)); err != nil {
		s.events().failed("set a block aside", err)
		return
	}
	to := s.path(blocksName, damagedName, n.String())
	for i := 1; ; i++ {
		if _, err := s.files.ReadDir(to); err != nil {
			break
		}
		to = s.path(blocksName, damagedName, n.String()+"."+strconv.Itoa(i))
	}
	err := s.files.Rename(s.path(blocksName, n.String()), to)
	if err == nil {
		err = errors.Join(s.files.SyncDir(s.path(blocksName, damagedName)), s.files.SyncDir(s.path(blocksName)))
	}
	s.events().failed("set a block aside", err)
}

// setAsideDamaged takes the blocks away of which a reader found damage. build is held.
func (s *Store) setAsideDamaged() {
	for _, p := range slices.Clone(s.parts) {
		cause := p.damage.Load()
		if cause == nil || p.wait != nil {
			continue
		}
		s.setAside(p.name, *cause)
		s.events().failed("set a block aside", s.replace([]*part{p}, nil))
	}
}

// replayFrom is the position below which blocks have all, or had.
func (s *Store) replayFrom() uint64 {
	from := s.floor.position
	for _, p := range s.parts {
		from = max(from, p.meta.LogPosition)
	}
	return from
}

// findSplit lists the traces that have pieces in several blocks, and the deleted ones.
// The later of two blocks knows what they share.
func (s *Store) findSplit(tombs []tombstone) error {
	var ids []span.TraceID
	for _, p := range s.parts {
		split, err := s.readNotes(p)
		if err != nil {
			return err
		}
		ids = append(ids, split...)
	}
	for _, id := range ids {
		if s.traces[id] == nil {
			if err := s.know(id, nil); err != nil {
				return err
			}
		}
	}
	for _, t := range tombs {
		if err := s.know(t.id, &t); err != nil {
			return err
		}
	}
	return nil
}

// readNotes reads what a block's file `traces` says. Where it is damaged all traces
// are looked through, so all of them may be split.
func (s *Store) readNotes(p *part) (split []span.TraceID, err error) {
	data, err := readFile(s.files, s.path(blocksName, p.name.String(), notesName))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	n, err := decodeNotes(data)
	if err == nil {
		p.applied, p.filter = n.applied, n.filter
		return n.split, nil
	}
	s.events().damaged("list of traces", fmt.Errorf("block %s: %w: it is made again", p.name, err))
	p.filter, err = filterOf(p.seg)
	if err == nil {
		err = p.block.IDs(func(id [16]byte) bool { split = append(split, id); return true })
		p.note(err)
	}
	if err != nil && p.damage.Load() == nil {
		return nil, err
	}
	if p.filter == nil {
		p.filter = newFilter(0)
	}
	return split, nil
}

// know looks a trace up, and keeps it if it is in pieces or deleted. build is held, or
// nobody else has the store yet.
func (s *Store) know(id span.TraceID, tomb *tombstone) error {
	k := s.traces[id]
	if k == nil {
		pieces, err := s.locate(id)
		if err != nil {
			return err
		}
		k = &known{pieces: pieces}
	}
	if tomb != nil {
		k.tomb = tomb
	}
	if k.tomb != nil || len(k.pieces) > 1 {
		s.traces[id] = k
	}
	return nil
}
