// Package atomicfile writes a file so that its name holds the old content or the
// new one, whatever happens, and the new one for good when Write has returned.
package atomicfile

import (
	"errors"
	"fmt"
	"path/filepath"

	"supersonic/internal/faultfs"
)

// Suffix ends the name of a file that is not finished: one that is found after a
// crash may be removed.
const Suffix = ".tmp"

// Write replaces name by data: temporary file beside it, sync, rename, sync of
// the directory. After an error the temporary file is gone, if the disk allows.
func Write(files faultfs.FS, name string, data []byte) error {
	temp := name + Suffix
	if err := write(files, temp, data); err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", name, err), removed(files, temp))
	}
	if err := files.Rename(temp, name); err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", name, err), removed(files, temp))
	}
	if err := files.SyncDir(filepath.Dir(name)); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

func write(files faultfs.FS, temp string, data []byte) error {
	f, err := files.Create(temp)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

func removed(files faultfs.FS, temp string) error {
	if err := files.Remove(temp); err != nil {
		return fmt.Errorf("leave no %s behind: %w", temp, err)
	}
	return nil
}
