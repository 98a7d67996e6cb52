package store

import (
	"cmp"
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
// that were synced, and the names whose directory was.
type disk struct {
	mu     sync.Mutex
	now    map[string]*node // by path
	safe   map[string]*node // what is durable
	names  []renaming       // changes of names that are not durable, oldest first
	locked map[string]bool
}

type node struct {
	dir  bool
	data []byte
	safe []byte
}

// renaming is a change of names in some directories.
type renaming struct {
	dirs  []string
	apply func(map[string]*node)
}

func newDisk() *disk {
	return &disk{now: make(map[string]*node), safe: make(map[string]*node), locked: make(map[string]bool)}
}

// crash is the disk after a power cut: of what is not durable, a part may be there.
func (d *disk) crash(r *rand.Rand) *disk {
	d.mu.Lock()
	defer d.mu.Unlock()
	names := maps.Clone(d.safe)
	for _, n := range d.names[:r.IntN(len(d.names)+1)] {
		n.apply(names)
	}
	out := newDisk()
	copies := make(map[*node]*node)
	for path, n := range names {
		c := copies[n]
		if c == nil {
			c = &node{dir: n.dir, data: slices.Clone(n.safe)}
			if more := len(n.data) - len(n.safe); more > 0 && strings.HasPrefix(string(n.data), string(n.safe)) {
				c.data = append(c.data, n.data[len(n.safe):len(n.safe)+r.IntN(more+1)]...)
				if r.IntN(3) == 0 && len(c.data) > len(n.safe) {
					c.data[len(n.safe)+r.IntN(len(c.data)-len(n.safe))] ^= 0x41
				}
			}
			c.safe = slices.Clone(c.data)
			copies[n] = c
		}
		out.now[path] = c
	}
	out.safe = maps.Clone(out.now)
	return out
}

func (d *disk) change(dirs []string, apply func(map[string]*node)) {
	apply(d.now)
	d.names = append(d.names, renaming{dirs, apply})
}

func (d *disk) MkdirAll(dir string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for p := dir; p != "/" && p != "."; p = filepath.Dir(p) {
		if n := d.now[p]; n != nil {
			if !n.dir {
				return fmt.Errorf("mkdir %s: %w", p, fs.ErrExist)
			}
			continue
		}
		n := &node{dir: true}
		d.change([]string{filepath.Dir(p)}, func(m map[string]*node) { m[p] = n })
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
	if n := d.now[dir]; n == nil || !n.dir {
		return nil, fmt.Errorf("readdir %s: %w", dir, fs.ErrNotExist)
	}
	var out []fs.DirEntry
	for p, n := range d.now {
		if filepath.Dir(p) == dir {
			out = append(out, dirEntry{filepath.Base(p), n})
		}
	}
	slices.SortFunc(out, func(a, b fs.DirEntry) int { return cmp.Compare(a.Name(), b.Name()) })
	return out, nil
}

func (d *disk) Open(name string) (faultfs.File, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if n := d.now[name]; n != nil && !n.dir {
		return &diskFile{d: d, n: n}, nil
	}
	return nil, fmt.Errorf("open %s: %w", name, fs.ErrNotExist)
}

func (d *disk) Append(name string) (faultfs.File, error) { return d.Open(name) }

func (d *disk) Create(name string) (faultfs.File, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.now[name] != nil {
		return nil, fmt.Errorf("create %s: %w", name, fs.ErrExist)
	}
	if dir := d.now[filepath.Dir(name)]; dir == nil || !dir.dir {
		return nil, fmt.Errorf("create %s: %w", name, fs.ErrNotExist)
	}
	n := &node{}
	d.change([]string{filepath.Dir(name)}, func(m map[string]*node) { m[name] = n })
	return &diskFile{d: d, n: n}, nil
}

func (d *disk) Rename(from, to string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := d.now[from]
	if n == nil {
		return fmt.Errorf("rename %s: %w", from, fs.ErrNotExist)
	}
	if n.dir && d.now[to] != nil {
		return fmt.Errorf("rename %s to %s: %w", from, to, fs.ErrExist)
	}
	d.change([]string{filepath.Dir(from), filepath.Dir(to)}, func(m map[string]*node) {
		moved := make(map[string]*node)
		for p, n := range m {
			if rest, ok := strings.CutPrefix(p, from); ok && (rest == "" || rest[0] == '/') {
				moved[to+rest] = n
				delete(m, p)
			}
		}
		maps.Copy(m, moved)
	})
	return nil
}

func (d *disk) Remove(name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := d.now[name]
	if n == nil {
		return fmt.Errorf("remove %s: %w", name, fs.ErrNotExist)
	}
	for p := range d.now {
		if n.dir && filepath.Dir(p) == name {
			return fmt.Errorf("remove %s: not empty", name)
		}
	}
	d.change([]string{filepath.Dir(name)}, func(m map[string]*node) { delete(m, name) })
	return nil
}

func (d *disk) SyncDir(dir string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	last := -1
	for i, n := range d.names {
		if slices.Contains(n.dirs, dir) {
			last = i
		}
	}
	for _, n := range d.names[:last+1] {
		n.apply(d.safe)
	}
	d.names = slices.Clone(d.names[last+1:])
	return nil
}

func (d *disk) Lock(name string) (io.Closer, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.locked[name] {
		return nil, fmt.Errorf("%s: %w", name, faultfs.ErrLocked)
	}
	d.locked[name] = true
	if d.now[name] == nil {
		n := &node{}
		d.change([]string{filepath.Dir(name)}, func(m map[string]*node) { m[name] = n })
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
	for p, n := range d.now {
		if strings.Contains(string(n.data), text) {
			paths = append(paths, p)
		}
	}
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
