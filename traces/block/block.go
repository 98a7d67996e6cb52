package block

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"sync/atomic"

	"supersonic/internal/faultfs"
	"supersonic/traces/column"
)

// ErrDamaged says that a block's files are not what was written. The error around it
// names the file, the offset and what is wrong there.
var ErrDamaged = errors.New("the block is damaged")

// ErrFormat says that another version of the program wrote a block.
var ErrFormat = fmt.Errorf("this version reads blocks of format %d\n    hint: use the version that wrote it, or a later one", Format)

// Meta is what a block says about itself beside its columns.
type Meta struct {
	First, Last uint64 // range of cuts
	Level       int    // how often its spans were merged
	LogPosition uint64 // from where the log is replayed once this block is published
	Created     uint64 // Unix nanoseconds

	// Write fills what follows. Times are Unix nanoseconds.
	Rows, Traces int
	MinStart     uint64 // earliest start of a span
	MaxEnd       uint64 // latest end of a span
	MaxSpanStart uint64 // latest start of a span
	Bytes        int64  // of both files
}

// Options say how a Block is opened.
type Options struct {
	// Cache is shared with other Blocks; nil: the Block has a small one of its own.
	Cache *Cache
}

// ownCache is the size of a Cache that belongs to one Block.
const ownCache = 16 << 20

// Block is a block on disk. It is a column.Segment.
type Block struct {
	ix    *index
	data  faultfs.File
	index faultfs.File
	dir   string
	size  int64 // of the index file
	cache *Cache
	id    uint64 // in the cache
	keys  []column.Key
	refs  atomic.Int32
}

var _ column.Segment = (*Block)(nil)

// damage is ErrDamaged with where and what.
func (b *Block) damage(file string, at int64, what string) error {
	return fmt.Errorf("%s, offset %d: %s: %w", filepath.Join(b.dir, file), at, what, ErrDamaged)
}

// Open opens a block. It reads the head of the index and the footer's checksum, and
// no page: Verify reads everything. What Open returns has one holder.
func Open(fsys faultfs.FS, dir string, opts Options) (*Block, error) {
	b := &Block{dir: dir, cache: opts.Cache}
	if b.cache == nil {
		b.cache = NewCache(ownCache)
	}
	err := b.open(fsys)
	if err == nil {
		err = b.load()
	}
	if err != nil {
		b.close()
		return nil, err
	}
	b.id = b.cache.number()
	b.listKeys()
	b.refs.Store(1)
	return b, nil
}

// open opens the files. One that is missing is damage.
func (b *Block) open(fsys faultfs.FS) (err error) {
	if b.index, err = fsys.Open(filepath.Join(b.dir, IndexFile)); err != nil {
		b.index = nil
		return b.missing(IndexFile, err)
	}
	if b.data, err = fsys.Open(filepath.Join(b.dir, DataFile)); err != nil {
		b.data = nil
		return b.missing(DataFile, err)
	}
	return nil
}

func (b *Block) missing(file string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: %w", err, b.damage(file, 0, "there is no such file"))
	}
	return err
}

// load reads the head of the index, and compares it with spans.parquet.
func (b *Block) load() error {
	size, err := b.index.Size()
	if err != nil {
		return err
	}
	b.size = size
	header := make([]byte, indexHeader)
	if size < int64(indexHeader)+4 {
		return b.damage(IndexFile, 0, fmt.Sprintf("%d bytes are no index", size))
	}
	if err := b.readAt(b.index, IndexFile, header, 0); err != nil {
		return err
	}
	if string(header[:len(indexMagic)]) != indexMagic {
		return b.damage(IndexFile, 0, "it is no index of a block")
	}
	if f := binary.LittleEndian.Uint32(header[8:]); f != Format {
		return fmt.Errorf("%s: format %d: %w", filepath.Join(b.dir, IndexFile), f, ErrFormat)
	}
	n := int64(binary.LittleEndian.Uint32(header[12:]))
	if n > size-int64(indexHeader)-4 {
		return b.damage(IndexFile, 12, "the file ends within its head")
	}
	head := make([]byte, n)
	if err := b.readAt(b.index, IndexFile, head, int64(indexHeader)); err != nil {
		return err
	}
	if checksum(head) != binary.LittleEndian.Uint32(header[16:]) {
		return b.damage(IndexFile, int64(indexHeader), "its head has another checksum")
	}
	if b.ix, err = readIndex(head, size); err != nil {
		return b.damage(IndexFile, int64(indexHeader), err.Error())
	}
	return b.checkFooter()
}

// checkFooter makes sure that spans.parquet is the file that the index is about.
func (b *Block) checkFooter() error {
	size, err := b.data.Size()
	if err != nil {
		return err
	}
	d := &b.ix.data
	if size != d.size {
		return b.damage(DataFile, min(size, d.size), fmt.Sprintf("it has %d bytes, the index says %d", size, d.size))
	}
	b.ix.meta.Bytes = size + b.size
	foot := make([]byte, size-d.footer)
	if err := b.readAt(b.data, DataFile, foot, d.footer); err != nil {
		return err
	}
	if checksum(foot) != d.footerCRC {
		return b.damage(DataFile, d.footer, "its footer has another checksum than the index says")
	}
	return nil
}

// readAt fills buf. A file that ends early is damaged; another error is the disk's.
func (b *Block) readAt(f faultfs.File, name string, buf []byte, at int64) error {
	n, err := f.ReadAt(buf, at)
	switch {
	case n == len(buf):
		return nil
	case errors.Is(err, io.EOF):
		return b.damage(name, at+int64(n), "the file ends early")
	}
	return fmt.Errorf("read %s at %d: %w", filepath.Join(b.dir, name), at, err)
}

// listKeys lists the attributes that some row has.
func (b *Block) listKeys() {
	for i := range b.ix.leaves {
		if l := &b.ix.leaves[i]; l.some && l.key.Scope != column.ScopeFixed {
			b.keys = append(b.keys, l.key)
		}
	}
	b.keys = append(b.keys, b.ix.rest...)
}

// Meta is what the block says about itself.
func (b *Block) Meta() Meta { return b.ix.meta }

// Dir is the directory from which the block was opened.
func (b *Block) Dir() string { return b.dir }

// Memory is about how many bytes an open Block takes, beside what is in the Cache.
func (b *Block) Memory() int64 { return b.ix.memory() }

// Retain adds a holder.
func (b *Block) Retain() { b.refs.Add(1) }

// Release ends one holder's use. The files are closed with the last.
func (b *Block) Release() {
	switch n := b.refs.Add(-1); {
	case n == 0:
		b.close()
		b.cache.forget(b.id)
	case n < 0:
		panic("block: released more often than held")
	}
}

// close closes the files, which were only read: there is nothing to lose.
func (b *Block) close() {
	for _, f := range []faultfs.File{b.data, b.index} {
		if f != nil {
			_ = f.Close()
		}
	}
}

// Pages implements column.Segment, as do the methods below.
func (b *Block) Pages() int { return len(b.ix.pages) }

func (b *Block) Page(page int) column.PageInfo { return b.ix.pages[page].PageInfo }

func (b *Block) Keys() []column.Key { return b.keys }

func (b *Block) Bounds(page int) ([]uint32, error) {
	key := cacheKey{b.id, cacheBounds, 0, int32(page)}
	if v, ok := b.cache.get(key).([]uint32); ok {
		return v, nil
	}
	out, err := b.readBounds(page)
	if err != nil {
		return nil, err
	}
	return b.cache.put(key, out, 4*int64(len(out))).([]uint32), nil
}

// readBounds reads the list of a page's traces.
func (b *Block) readBounds(page int) ([]uint32, error) {
	p := &b.ix.pages[page]
	raw := make([]byte, p.size)
	at := b.ix.bounds.at + p.at
	if err := b.readAt(b.index, IndexFile, raw, at); err != nil {
		return nil, err
	}
	if checksum(raw) != p.crc {
		return nil, b.damage(IndexFile, at, "the list of a page's traces has another checksum")
	}
	out := make([]uint32, 1, p.Traces+1)
	for range p.Traces {
		n, size := binary.Uvarint(raw)
		if size <= 0 || n == 0 || n > uint64(p.Rows-int(out[len(out)-1])) {
			return nil, b.damage(IndexFile, at, "the list of a page's traces does not fit the page")
		}
		raw = raw[size:]
		out = append(out, out[len(out)-1]+uint32(n))
	}
	if len(raw) > 0 || int(out[p.Traces]) != p.Rows {
		return nil, b.damage(IndexFile, at, "the list of a page's traces does not fit the page")
	}
	return out, nil
}

// IDs yields the id of each trace, in order, until yield returns false.
func (b *Block) IDs(yield func(id [16]byte) bool) error {
	var v column.Vector
	for p := range b.ix.pages {
		bounds, err := b.Bounds(p)
		if err != nil {
			return err
		}
		if err := b.leaf(b.ix.byKey[column.TraceID]).Read(p, &v); err != nil {
			return err
		}
		for _, row := range bounds[:len(bounds)-1] {
			if !yield([16]byte(v.IDs[16*row:])) {
				return nil
			}
		}
	}
	return nil
}

// Verify reads every byte of both files and tells the first damage.
func (b *Block) Verify(ctx context.Context) error {
	if err := b.verifyIndex(ctx); err != nil {
		return err
	}
	return b.verifyData(ctx)
}
