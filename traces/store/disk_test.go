package store

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"supersonic/internal/faultfs"
)

// disk is a file system in memory that knows what a power cut would leave: the bytes
// that were synced, and the names whose directory was. What was not synced is there or
// not, in any directory for itself; but a rename is there or not as a whole.
type disk struct {
	mu     sync.Mutex
	root   *node
	locked map[string]bool
}

// node is a file or a directory, now and as a power cut would leave it at least.
type node struct {
	dir        bool
	data, safe []byte
	kids, kept map[string]*node
	changes    []*change // of kids, that are not in kept
}

// change is a name that appears, or goes (nil). twin is the other side of a rename.
type change struct {
	in   *node
	name string
	to   *node
	twin *change
}

func newDir() *node {
	return &node{dir: true, kids: make(map[string]*node), kept: make(map[string]*node)}
}

func newDisk() *disk { return &disk{root: newDir(), locked: make(map[string]bool)} }

func (n *node) set(name string, to *node) *change {
	if to == nil {
		delete(n.kids, name)
	} else {
		n.kids[name] = to
	}
	c := &change{in: n, name: name, to: to}
	n.changes = append(n.changes, c)
	return c
}

// keep makes the first changes durable.
func (n *node) keep(first int) {
	for range first {
		if len(n.changes) == 0 {
			return // a twin's doing
		}
		c := n.changes[0]
		n.changes = n.changes[1:]
		if c.to == nil {
			delete(n.kept, c.name)
		} else {
			n.kept[c.name] = c.to
		}
		if t := c.twin; t != nil {
			if i := slices.Index(t.in.changes, t); i >= 0 {
				t.in.keep(i + 1)
			}
		}
	}
}

// crash is the disk after a power cut. The one before must not be used any more.
func (d *disk) crash(r *rand.Rand) *disk {
	d.mu.Lock()
	defer d.mu.Unlock()
	var all []*node
	var walk func(n *node)
	walk = func(n *node) {
		all = append(all, n)
		for _, name := range slices.Sorted(maps.Keys(n.kids)) {
			walk(n.kids[name])
		}
	}
	walk(d.root)
	for _, n := range all {
		n.keep(r.IntN(len(n.changes) + 1))
	}
	out := newDisk()
	out.root = d.root.left(r)
	return out
}

// left is what a power cut leaves.
func (n *node) left(r *rand.Rand) *node {
	if n.dir {
		out := newDir()
		for _, name := range slices.Sorted(maps.Keys(n.kept)) {
			out.kids[name] = n.kept[name].left(r)
		}
		out.kept = maps.Clone(out.kids)
		return out
	}
	out := &node{data: slices.Clone(n.safe)}
	if more := len(n.data) - len(n.safe); more > 0 && bytes.HasPrefix(n.data, n.safe) {
		out.data = append(out.data, n.data[len(n.safe):len(n.safe)+r.IntN(more+1)]...)
		if r.IntN(3) == 0 && len(out.data) > len(n.safe) {
			out.data[len(n.safe)+r.IntN(len(out.data)-len(n.safe))] ^= 0x41
		}
	}
	out.safe = slices.Clone(out.data)
	return out
}

// at finds a node, nil if it is missing.
func (d *disk) at(path string) *node {
	n := d.root
	for _, e := range strings.Split(strings.Trim(path, "/"), "/") {
		if n == nil || e == "" {
			return n
		}
		n = n.kids[e]
	}
	return n
}

// parent finds the directory of a path.
func (d *disk) parent(path string) (*node, error) {
	n := d.at(filepath.Dir(path))
	if n == nil || !n.dir {
		return nil, fmt.Errorf("%s: %w", path, fs.ErrNotExist)
	}
	return n, nil
}

func (d *disk) MkdirAll(dir string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := d.root
	for _, e := range strings.Split(strings.Trim(dir, "/"), "/") {
		if n.kids[e] == nil {
			n.set(e, newDir())
		}
		if n = n.kids[e]; !n.dir {
			return fmt.Errorf("mkdir %s: %w", dir, fs.ErrExist)
		}
	}
	return nil
}

type dirEntry struct {
	name string
	n    *node
}

func (e dirEntry) Name() string { return e.name }
func (e dirEntry) IsDir() bool  { return e.n.dir }
func (e dirEntry) Type() fs.FileMode {
	if e.n.dir {
		return fs.ModeDir
	}
	return 0
}
func (e dirEntry) Info() (fs.FileInfo, error) { return e, nil }
func (e dirEntry) Size() int64                { return int64(len(e.n.data)) }
func (e dirEntry) Mode() fs.FileMode          { return e.Type() }
func (e dirEntry) ModTime() time.Time         { return time.Time{} }
func (e dirEntry) Sys() any                   { return nil }

func (d *disk) ReadDir(dir string) ([]fs.DirEntry, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := d.at(dir)
	if n == nil || !n.dir {
		return nil, fmt.Errorf("readdir %s: %w", dir, fs.ErrNotExist)
	}
	var out []fs.DirEntry
	for _, name := range slices.Sorted(maps.Keys(n.kids)) {
		out = append(out, dirEntry{name, n.kids[name]})
	}
	return out, nil
}

func (d *disk) Open(name string) (faultfs.File, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if n := d.at(name); n != nil && !n.dir {
		return &diskFile{d: d, n: n}, nil
	}
	return nil, fmt.Errorf("open %s: %w", name, fs.ErrNotExist)
}

func (d *disk) Append(name string) (faultfs.File, error) { return d.Open(name) }

func (d *disk) Create(name string) (faultfs.File, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	in, err := d.parent(name)
	if err != nil {
		return nil, err
	}
	if in.kids[filepath.Base(name)] != nil {
		return nil, fmt.Errorf("create %s: %w", name, fs.ErrExist)
	}
	n := &node{}
	in.set(filepath.Base(name), n)
	return &diskFile{d: d, n: n}, nil
}

func (d *disk) Rename(from, to string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := d.at(from)
	in, err := d.parent(to)
	if n == nil || err != nil {
		return fmt.Errorf("rename %s to %s: %w", from, to, fs.ErrNotExist)
	}
	if n.dir && in.kids[filepath.Base(to)] != nil {
		return fmt.Errorf("rename %s to %s: %w", from, to, fs.ErrExist)
	}
	added, gone := in.set(filepath.Base(to), n), d.at(filepath.Dir(from)).set(filepath.Base(from), nil)
	added.twin, gone.twin = gone, added
	return nil
}

func (d *disk) Remove(name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := d.at(name)
	if n == nil {
		return fmt.Errorf("remove %s: %w", name, fs.ErrNotExist)
	}
	if len(n.kids) > 0 {
		return fmt.Errorf("remove %s: not empty", name)
	}
	d.at(filepath.Dir(name)).set(filepath.Base(name), nil)
	return nil
}

func (d *disk) SyncDir(dir string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := d.at(dir)
	if n == nil || !n.dir {
		return fmt.Errorf("sync %s: %w", dir, fs.ErrNotExist)
	}
	n.keep(len(n.changes))
	return nil
}

func (d *disk) Lock(name string) (io.Closer, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.locked[name] {
		return nil, fmt.Errorf("%s: %w", name, faultfs.ErrLocked)
	}
	in, err := d.parent(name)
	if err != nil {
		return nil, err
	}
	d.locked[name] = true
	if in.kids[filepath.Base(name)] == nil {
		in.set(filepath.Base(name), &node{})
	}
	return unlocker{d, name}, nil
}

type unlocker struct {
	d    *disk
	name string
}

func (u unlocker) Close() error {
	u.d.mu.Lock()
	defer u.d.mu.Unlock()
	delete(u.d.locked, u.name)
	return nil
}

// find lists the files that have a text in them.
func (d *disk) find(text string) (paths []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var walk func(path string, n *node)
	walk = func(path string, n *node) {
		if bytes.Contains(n.data, []byte(text)) {
			paths = append(paths, path)
		}
		for name, k := range n.kids {
			walk(path+"/"+name, k)
		}
	}
	walk("", d.root)
	return paths
}

type diskFile struct {
	d  *disk
	n  *node
	at int
}

func (f *diskFile) Read(b []byte) (int, error) {
	n, err := f.ReadAt(b, int64(f.at))
	f.at += n
	if n > 0 {
		err = nil
	}
	return n, err
}

func (f *diskFile) ReadAt(b []byte, off int64) (int, error) {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	if off > int64(len(f.n.data)) {
		return 0, io.EOF
	}
	n := copy(b, f.n.data[off:])
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

func (f *diskFile) Write(b []byte) (int, error) {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	f.n.data = append(f.n.data, b...)
	return len(b), nil
}

func (f *diskFile) Sync() error {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	f.n.safe = slices.Clone(f.n.data)
	return nil
}

func (f *diskFile) Truncate(size int64) error {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	f.n.data = f.n.data[:size]
	return nil
}

func (f *diskFile) Size() (int64, error) {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	return int64(len(f.n.data)), nil
}

func (f *diskFile) Close() error { return nil }
