package faultfs

import (
	"fmt"
	"io"
	"io/fs"
	"sync"
	"syscall"
)

// Op is an operation that changes what is on disk.
type Op string

// The operations that a Faulty counts and can fail.
const (
	OpWrite    Op = "write"
	OpSync     Op = "sync"
	OpTruncate Op = "truncate"
	OpCreate   Op = "create"
	OpRename   Op = "rename"
	OpRemove   Op = "remove"
	OpSyncDir  Op = "syncdir"
)

// Fault is how an operation fails. The zero Fault does not.
type Fault struct {
	Err error
	// Torn is how many bytes of a failing write reach the disk all the same.
	Torn int
}

// Faulty is a file system that asks Decide before every changing operation. n
// counts them from 0 over all files. Decide is called under a lock.
type Faulty struct {
	FS
	Decide func(n int, op Op, name string, size int) Fault
	// SkipSync lets syncs that do not fail return at once: a test that ends its
	// process and not the machine loses nothing, and runs many times as fast.
	SkipSync bool

	mu sync.Mutex
	n  int
}

// FailNth fails the n-th changing operation with ENOSPC, writes torn in the
// middle, and with sticky all operations after it.
func FailNth(under FS, n int, sticky bool) *Faulty {
	return &Faulty{FS: under, SkipSync: true, Decide: func(i int, _ Op, _ string, size int) Fault {
		if i == n || sticky && i > n {
			return Fault{Err: syscall.ENOSPC, Torn: size / 2}
		}
		return Fault{}
	}}
}

// Ops is how many changing operations there were.
func (f *Faulty) Ops() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.n
}

func (f *Faulty) ask(op Op, name string, size int) Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	fault := f.Decide(f.n, op, name, size)
	f.n++
	if fault.Err != nil {
		fault.Err = fmt.Errorf("%s %s: %w (injected)", op, name, fault.Err)
	}
	return fault
}

// Create makes a file, or fails as Decide says.
func (f *Faulty) Create(name string) (File, error) {
	if fault := f.ask(OpCreate, name, 0); fault.Err != nil {
		return nil, fault.Err
	}
	return f.wrap(name)(f.FS.Create(name))
}

// Append opens a file to write at its end.
func (f *Faulty) Append(name string) (File, error) { return f.wrap(name)(f.FS.Append(name)) }

// Rename moves a file, or fails as Decide says.
func (f *Faulty) Rename(from, to string) error {
	if fault := f.ask(OpRename, to, 0); fault.Err != nil {
		return fault.Err
	}
	return f.FS.Rename(from, to)
}

// Remove deletes a file, or fails as Decide says.
func (f *Faulty) Remove(name string) error {
	if fault := f.ask(OpRemove, name, 0); fault.Err != nil {
		return fault.Err
	}
	return f.FS.Remove(name)
}

// SyncDir syncs a directory, or fails as Decide says.
func (f *Faulty) SyncDir(dir string) error {
	if fault := f.ask(OpSyncDir, dir, 0); fault.Err != nil {
		return fault.Err
	}
	if f.SkipSync {
		return nil
	}
	return f.FS.SyncDir(dir)
}

// ReadDir lists a directory.
func (f *Faulty) ReadDir(dir string) ([]fs.DirEntry, error) { return f.FS.ReadDir(dir) }

// Lock takes a lock; it never fails on purpose.
func (f *Faulty) Lock(name string) (io.Closer, error) { return f.FS.Lock(name) }

func (f *Faulty) wrap(name string) func(File, error) (File, error) {
	return func(under File, err error) (File, error) {
		if err != nil {
			return nil, err
		}
		return &faultyFile{File: under, fs: f, name: name}, nil
	}
}

type faultyFile struct {
	File
	fs   *Faulty
	name string
}

func (f *faultyFile) Write(b []byte) (int, error) {
	fault := f.fs.ask(OpWrite, f.name, len(b))
	if fault.Err == nil {
		return f.File.Write(b)
	}
	n, err := f.File.Write(b[:min(fault.Torn, len(b))])
	if err != nil {
		return n, err
	}
	return n, fault.Err
}

func (f *faultyFile) Sync() error {
	if fault := f.fs.ask(OpSync, f.name, 0); fault.Err != nil {
		return fault.Err
	}
	if f.fs.SkipSync {
		return nil
	}
	return f.File.Sync()
}

func (f *faultyFile) Truncate(size int64) error {
	if fault := f.fs.ask(OpTruncate, f.name, 0); fault.Err != nil {
		return fault.Err
	}
	return f.File.Truncate(size)
}
