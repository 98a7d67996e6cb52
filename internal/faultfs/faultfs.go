// Package faultfs is the only door of a store to the disk: a small file system
// interface, the real one behind it, and one that fails on purpose.
//
// Everything that makes data durable (writing, syncing, renaming, removing,
// truncating) goes through FS, so that a test can fail the n-th of them for
// every n. Concurrency: an FS and its Files may be used by many goroutines as
// package os allows it.
package faultfs

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// FS is what a store needs of a file system. Names are paths as os takes them.
type FS interface {
	MkdirAll(dir string) error
	ReadDir(dir string) ([]fs.DirEntry, error)
	// Open opens a file to read.
	Open(name string) (File, error)
	// Create makes a file that must not exist, to write.
	Create(name string) (File, error)
	// Append opens an existing file to read and to write at its end.
	Append(name string) (File, error)
	Rename(from, to string) error
	Remove(name string) error
	// SyncDir makes the names in a directory durable.
	SyncDir(dir string) error
	// Lock takes an exclusive lock on a file, which it makes if it is missing.
	// It fails at once with ErrLocked if another process, or another opener in
	// this one, has it. The lock ends with the process at the latest.
	Lock(name string) (io.Closer, error)
}

// File is an open file.
type File interface {
	io.Reader
	io.ReaderAt
	io.Writer
	io.Closer
	Sync() error
	// Truncate cuts the file, and later writes go to its new end.
	Truncate(size int64) error
	Size() (int64, error)
}

// ErrLocked says that somebody else has the lock.
var ErrLocked = errors.New("locked by another process")

// OS is the real file system.
type OS struct{}

var _ FS = OS{}

type osFile struct{ *os.File }

func (f osFile) Size() (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func wrap(f *os.File, err error) (File, error) {
	if err != nil {
		return nil, err
	}
	return osFile{f}, nil
}

// MkdirAll makes a directory for its owner alone.
func (OS) MkdirAll(dir string) error { return os.MkdirAll(dir, 0o700) }

// ReadDir lists a directory by name.
func (OS) ReadDir(dir string) ([]fs.DirEntry, error) { return os.ReadDir(dir) }

// Open opens a file to read.
func (OS) Open(name string) (File, error) { return wrap(os.Open(name)) }

// Create makes a new file for its owner alone.
func (OS) Create(name string) (File, error) {
	return wrap(os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL|os.O_APPEND, 0o600))
}

// Append opens a file to read and to write at its end.
func (OS) Append(name string) (File, error) {
	return wrap(os.OpenFile(name, os.O_RDWR|os.O_APPEND, 0o600))
}

// Rename moves a file over another.
func (OS) Rename(from, to string) error { return os.Rename(from, to) }

// Remove deletes a file.
func (OS) Remove(name string) error { return os.Remove(name) }

// SyncDir syncs a directory.
func (OS) SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// Lock takes a flock, which belongs to the open file: the same process is kept
// out as another would be.
func (OS) Lock(name string) (io.Closer, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		return f, nil
	}
	f.Close()
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, fmt.Errorf("%s: %w", name, ErrLocked)
	}
	return nil, fmt.Errorf("lock %s: %w", name, err)
}
