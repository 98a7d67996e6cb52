package store

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

	"supersonic/internal/faultfs"
	"supersonic/traces/block"
	"supersonic/traces/column"
	"supersonic/traces/span"
)

// makeBlock writes a Segment as a block and opens it; nil if it has no rows. When it
// returns the block is there for good. After an error nothing of it is.
func (s *Store) makeBlock(n name, seg column.Segment, split []span.TraceID, meta block.Meta, applied uint64) (*part, error) {
	if seg.Pages() == 0 {
		return nil, nil
	}
	f, err := filterOf(seg)
	if err != nil {
		return nil, err
	}
	keep := notes{applied: applied, split: split, filter: f}
	tmp := s.path(tmpName, n.String())
	if err := removeAll(s.files, tmp); err != nil { // of an attempt before
		return nil, err
	}
	final := s.path(blocksName, n.String())
	meta, err = s.writeBlock(tmp, final, seg, keep.encode(), meta)
	if err != nil {
		return nil, errors.Join(err, removeAll(s.files, tmp))
	}
	p, err := s.openPart(n)
	if err != nil {
		return nil, errors.Join(err, s.removeBlock(n.String()))
	}
	p.applied, p.filter = keep.applied, keep.filter
	p.meta.Bytes = max(p.meta.Bytes, meta.Bytes)
	return p, nil
}

func (s *Store) writeBlock(tmp, final string, seg column.Segment, keep []byte, meta block.Meta) (block.Meta, error) {
	if err := s.files.MkdirAll(tmp); err != nil {
		return meta, err
	}
	meta, err := block.Write(s.files, tmp, seg, meta)
	if err != nil {
		return meta, err
	}
	if err := writeFile(s.files, filepath.Join(tmp, notesName), keep); err != nil {
		return meta, err
	}
	if err := s.files.SyncDir(tmp); err != nil {
		return meta, err
	}
	// What is there of that name is what an attempt left that failed behind its rename.
	if err := s.removeBlock(filepath.Base(final)); err != nil {
		return meta, err
	}
	if err := s.files.Rename(tmp, final); err != nil {
		return meta, err
	}
	if err := s.files.SyncDir(filepath.Dir(final)); err != nil {
		return meta, errors.Join(err, s.removeBlock(filepath.Base(final)))
	}
	return meta, nil
}

// writeFile makes a new file for good.
func writeFile(files faultfs.FS, path string, data []byte) error {
	f, err := files.Create(path)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// removeAll removes a file, or a directory with all that is in it; it may be missing.
func removeAll(files faultfs.FS, path string) error {
	entries, err := files.ReadDir(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		for _, e := range entries {
			if e.IsDir() {
				err = removeAll(files, filepath.Join(path, e.Name()))
			} else {
				err = files.Remove(filepath.Join(path, e.Name()))
			}
			if err != nil {
				return err
			}
		}
	}
	if err := files.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// unlink takes a block out of blocks/ for good: when it returns nil no start finds it
// again. It may be called again after an error. The files are in tmp/ then, and who
// has them open reads on.
func (s *Store) unlink(base string) error {
	from, gone := s.path(blocksName, base), s.gone(base)
	if _, err := s.files.ReadDir(from); !errors.Is(err, fs.ErrNotExist) {
		if err := removeAll(s.files, gone); err != nil {
			return err
		}
		if err := s.files.Rename(from, gone); err != nil {
			return err
		}
	}
	return s.files.SyncDir(s.path(blocksName))
}

func (s *Store) gone(base string) string { return s.path(tmpName, "gone-"+base) }

// removeBlock takes a block's directory away at once, then removes its files. It may
// be missing.
func (s *Store) removeBlock(base string) error {
	if err := s.unlink(base); err != nil {
		return err
	}
	return removeAll(s.files, s.gone(base))
}

// discard removes a block that another one covers, or that was unlinked. What could not
// be removed is tried again by sweep. keep is held.
func (s *Store) discard(base string) error {
	err := s.removeBlock(base)
	if err != nil {
		s.leftover = append(s.leftover, base)
	}
	return err
}

// sweep removes what could not be removed before. Until it succeeds no block may go: at
// a start one that was left over would be there again, and nobody knew which traces it
// shares with later ones. keep is held.
func (s *Store) sweep() error {
	for len(s.leftover) > 0 {
		base := s.leftover[len(s.leftover)-1]
		s.leftover = s.leftover[:len(s.leftover)-1]
		if err := s.discard(base); err != nil {
			return err
		}
	}
	return nil
}

// openPart opens a block.
func (s *Store) openPart(n name) (*part, error) {
	b, err := block.Open(s.files, s.path(blocksName, n.String()), block.Options{Cache: s.opts.Cache})
	if err != nil {
		return nil, err
	}
	p := &part{name: n, block: b, meta: b.Meta()}
	p.seg = watched{b, p}
	if p.meta.First != n.first || p.meta.Last != n.last {
		b.Release()
		return nil, fmt.Errorf("%w: block %s says that it is of cuts %d to %d: it was renamed", block.ErrDamaged, n, p.meta.First, p.meta.Last)
	}
	return p, nil
}

// listBlocks lists the blocks of a directory by name, those with larger ranges and
// higher levels before what they cover. foreign are other names in it.
func listBlocks(files faultfs.FS, dir string) (names []name, foreign []string, err error) {
	entries, err := files.ReadDir(dir)
	if err != nil {
		return nil, nil, err
	}
	for _, e := range entries {
		n, ok := parseName(e.Name())
		switch {
		case ok && e.IsDir():
			names = append(names, n)
		case e.Name() != damagedName:
			foreign = append(foreign, e.Name())
		}
	}
	slices.SortFunc(names, func(a, b name) int {
		return cmp.Or(cmp.Compare(b.last-b.first, a.last-a.first), cmp.Compare(b.level, a.level), cmp.Compare(b.rewritten, a.rewritten), cmp.Compare(a.first, b.first))
	})
	return names, foreign, nil
}

// syncAbove makes a directory's own name durable, and those of the ones above it, as
// far as this process may: they may all be new.
func syncAbove(files faultfs.FS, dir string) error {
	for up := filepath.Dir(dir); ; up = filepath.Dir(up) {
		if err := files.SyncDir(up); errors.Is(err, fs.ErrPermission) {
			return nil
		} else if err != nil {
			return err
		}
		if up == filepath.Dir(up) || up == "." {
			return nil
		}
	}
}
