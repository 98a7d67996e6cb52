package store

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"supersonic/internal/faultfs"
	"supersonic/traces/wal"
)

// Backup copies the store to a directory that must not be there yet, and which Open
// opens. All that was acknowledged before the call is in it. Files of blocks are hard
// links where the file system has them. Merges and retention wait meanwhile; appends
// do not.
func (s *Store) Backup(dest string) error {
	s.keep.Lock()
	defer s.keep.Unlock()
	if s.closed.Load() {
		return ErrClosed
	}
	return Backup(s.files, s.dir, dest)
}

// Backup copies the directory of a store, which may be open in another process. Logs
// come first: what is in a log that vanishes is in a block by then. Blocks do not
// change; when one vanishes, those that took its place are copied.
func Backup(files faultfs.FS, dir, dest string) error {
	if _, err := files.ReadDir(filepath.Join(dir, blocksName)); err != nil {
		return fmt.Errorf("back up %s: it is no trace store: %w", dir, err)
	}
	if _, err := files.ReadDir(dest); err == nil {
		return fmt.Errorf("back up to %s: it is there already: choose another name", dest)
	}
	part := dest + ".part"
	err := removeAll(files, part)
	if err == nil {
		err = backup(files, dir, part)
	}
	if err == nil {
		err = files.Rename(part, dest)
	}
	if err == nil {
		err = syncAbove(files, dest)
	}
	if err != nil {
		return fmt.Errorf("back up %s to %s: %w", dir, dest, errors.Join(err, removeAll(files, part)))
	}
	return nil
}

func backup(files faultfs.FS, dir, to string) error {
	for _, d := range []string{walName, blocksName} {
		if err := files.MkdirAll(filepath.Join(to, d)); err != nil {
			return err
		}
	}
	for _, f := range []string{deletedName, floorName} {
		if err := copyFile(files, filepath.Join(dir, f), filepath.Join(to, f)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	logs, err := wal.Format1(files, dir) // of a store that was not taken over yet
	if err != nil {
		return err
	}
	for _, f := range logs {
		if err := copyFile(files, f, filepath.Join(to, filepath.Base(f))); err != nil {
			return err
		}
	}
	if err := copyAll(files, filepath.Join(dir, walName), filepath.Join(to, walName), copyFile); err != nil {
		return err
	}
	if err := copyBlocks(files, filepath.Join(dir, blocksName), filepath.Join(to, blocksName)); err != nil {
		return err
	}
	for _, d := range []string{filepath.Join(to, walName), filepath.Join(to, blocksName), to} {
		if err := files.SyncDir(d); err != nil {
			return err
		}
	}
	return nil
}

// copyBlocks copies blocks until there are no new ones.
func copyBlocks(files faultfs.FS, from, to string) error {
	have := make(map[name]bool)
	for {
		names, _, err := listBlocks(files, from)
		if err != nil {
			return err
		}
		more := false
		for _, n := range names {
			if have[n] {
				continue
			}
			more, have[n] = true, true
			target := filepath.Join(to, n.String())
			if err := files.MkdirAll(target); err != nil {
				return err
			}
			whole, err := copyBlock(files, filepath.Join(from, n.String()), target)
			if err == nil && !whole {
				err = removeAll(files, target)
			}
			if err != nil {
				return err
			}
		}
		if !more {
			return nil
		}
	}
}

// copyBlock copies a block; whole is false if it vanished meanwhile.
func copyBlock(files faultfs.FS, from, to string) (whole bool, err error) {
	err = copyAll(files, from, to, linkFile)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if _, err := files.ReadDir(from); errors.Is(err, fs.ErrNotExist) {
		return false, nil // its files may have vanished before they were listed
	}
	return true, files.SyncDir(to)
}

// copyAll copies the files of a directory.
func copyAll(files faultfs.FS, from, to string, one func(files faultfs.FS, from, to string) error) error {
	entries, err := files.ReadDir(from)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.IsDir() {
			continue
		}
		err := one(files, filepath.Join(from, e.Name()), filepath.Join(to, e.Name()))
		if errors.Is(err, fs.ErrNotExist) && filepath.Base(from) == walName {
			continue // its records are in a block
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// linkFile makes a hard link to a file that does not change, or else a copy.
func linkFile(files faultfs.FS, from, to string) error {
	if os.Link(from, to) == nil {
		return nil
	}
	return copyFile(files, from, to)
}

func copyFile(files faultfs.FS, from, to string) error {
	in, err := files.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := files.Create(to)
	if err != nil {
		return err
	}
	_, err = io.Copy(struct{ io.Writer }{out}, struct{ io.Reader }{in})
	if err == nil {
		err = out.Sync()
	}
	return errors.Join(err, out.Close())
}
