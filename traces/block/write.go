package block

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"path/filepath"
	"sync"

	"github.com/klauspost/compress/zstd"

	"supersonic/internal/faultfs"
	"supersonic/traces/column"
)

// The files of a block.
const (
	DataFile  = "spans.parquet"
	IndexFile = "index"
)

// groupPages is how many pages a row group has; fewPages in a block that will be merged
// soon: a head keeps what it found in so many pages while their columns are read.
const (
	groupPages = 32
	fewPages   = 8
)

func (w *writer) groupPages() int {
	if w.ix.meta.Level == 0 {
		return fewPages
	}
	return groupPages
}

// Write makes a block of a Segment in a directory that is there and empty, and syncs
// both files. The caller syncs the directory, and removes what is in it after an
// error. Of meta, who calls fills what the Segment does not tell; the rest is filled
// in what Write returns.
//
// It reads each column of the Segment once, a row group at a time, some columns
// twice, and holds one column of a row group in memory.
func Write(fs faultfs.FS, dir string, seg column.Segment, meta Meta) (Meta, error) {
	name := filepath.Join(dir, DataFile)
	w := &writer{seg: seg, tools: toolsets.Get().(*tools)}
	defer w.tools.giveBack()
	err := w.writeData(fs, name, meta)
	for odd := (*noUUID)(nil); errors.As(err, &odd); err = w.writeData(fs, name, meta) {
		if err := fs.Remove(name); err != nil {
			return Meta{}, err
		}
		w = &writer{seg: seg, tools: w.tools, texts: append(w.texts, odd.key)}
	}
	if err != nil {
		return Meta{}, fmt.Errorf("write %s: %w", name, err)
	}
	raw := w.ix.encode(w.bounds, w.makeIDs())
	if err := writeFile(fs, filepath.Join(dir, IndexFile), raw); err != nil {
		return Meta{}, fmt.Errorf("write %s: %w", filepath.Join(dir, IndexFile), err)
	}
	w.ix.meta.Bytes = w.ix.data.size + int64(len(raw))
	return w.ix.meta, nil
}

// tools is memory that the next block can use.
type tools struct {
	small  *zstd.Encoder // the smaller result
	fast   *zstd.Encoder
	vec    column.Vector
	gather gather
	raw    []byte
	packed []byte
	tried  []byte   // a page that is packed already
	dict   []byte   // a dictionary's bytes
	codes  []uint32 // of numbers, or scratch
	coded  []uint32 // the values' codes: where they lie
	words  []uint64
	starts [][]int64 // of the row group that is being written, by page
	times  [][]int64 // of events
	spare  []*listLevels
	levels []uint32
}

// zstdWindow is how far back the packer looks. It keeps two windows in memory, and
// few pages are longer.
const zstdWindow = 512 << 10

var toolsets = sync.Pool{New: func() any {
	return &tools{small: newPacker(zstd.SpeedDefault), fast: newPacker(zstd.SpeedFastest)}
}}

func newPacker(level zstd.EncoderLevel) *zstd.Encoder {
	z, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(level), zstd.WithEncoderConcurrency(1), zstd.WithEncoderCRC(false),
		zstd.WithWindowSize(zstdWindow), zstd.WithLowerEncoderMem(true))
	if err != nil {
		panic(err) // of options that are constants
	}
	return z
}

// mostKept is how much memory the next block may find.
const mostKept = 32 << 20

// giveBack keeps the tools for the next block, but not those that a block of long
// texts has made large.
func (t *tools) giveBack() {
	g := &t.gather
	t.vec.Dict, g.leaf, g.texts.dict, g.texts.own, g.texts.others = nil, nil, nil, nil, nil
	if cap(g.texts.text)+cap(t.raw)+cap(t.packed)+cap(t.dict)+cap(t.vec.Text) <= mostKept {
		toolsets.Put(t)
	}
}

func writeFile(fs faultfs.FS, name string, raw []byte) error {
	f, err := fs.Create(name)
	if err != nil {
		return err
	}
	_, err = f.Write(raw)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// counted counts what is written, and its checksum.
type counted struct {
	*bufio.Writer
	size int64
	crc  uint32
}

func (c *counted) Write(b []byte) (int, error) {
	c.size += int64(len(b))
	c.crc = crc32.Update(c.crc, crc32.IEEETable, b)
	return c.Writer.Write(b)
}

// writer writes one block.
type writer struct {
	seg    column.Segment
	ix     index
	cols   []column.Column // by leaf
	taken  map[string]bool // names of columns
	texts  []column.Key    // that began with UUIDs and had another text later
	out    counted
	bounds []byte
	hashes []uint64 // by trace

	// Of the row group that is being written, by page.
	first int
	lists [nests][]*listLevels

	*tools
	rest restBuilder
}

func (w *writer) makeIDs() []byte {
	var raw []byte
	w.ix.ids, raw = makeIDs(w.hashes)
	return raw
}

func (w *writer) writeData(fs faultfs.FS, name string, meta Meta) (err error) {
	w.ix.meta, w.taken = meta, make(map[string]bool)
	if err := w.plan(); err != nil {
		return err
	}
	f, err := fs.Create(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w.out = counted{Writer: bufio.NewWriterSize(f, 1<<20)}
	if _, err := w.out.Write([]byte(parquetMagic)); err != nil {
		return err
	}
	for w.first = 0; w.first < len(w.ix.pages); w.first += w.groupPages() {
		if err := w.group(); err != nil {
			return err
		}
	}
	d := &w.ix.data
	d.footer = w.out.size
	foot := footer(&w.ix)
	d.footerCRC = checksum(foot)
	if _, err := w.out.Write(foot); err != nil {
		return err
	}
	d.size, d.crc = w.out.size, w.out.crc
	if err := w.out.Flush(); err != nil {
		return err
	}
	return f.Sync()
}

// plan decides on columns, and reads what the Segment tells of pages.
func (w *writer) plan() (err error) {
	m := &w.ix.meta
	m.Rows, m.Traces, m.MinStart, m.MaxEnd, m.MaxSpanStart = 0, 0, 0, 0, 0
	for p := range w.seg.Pages() {
		info := w.seg.Page(p)
		if p == 0 {
			m.MinStart = info.MinStart
		}
		m.Rows, m.Traces = m.Rows+info.Rows, m.Traces+info.Traces
		m.MaxEnd, m.MaxSpanStart = max(m.MaxEnd, info.MaxEnd), max(m.MaxSpanStart, info.MaxSpanStart)
		bounds, err := w.seg.Bounds(p)
		if err != nil {
			return err
		}
		at := len(w.bounds)
		for i, b := range bounds[1:] {
			w.bounds = binary.AppendUvarint(w.bounds, uint64(b-bounds[i]))
		}
		w.ix.pages = append(w.ix.pages, pageInfo{PageInfo: info, size: uint32(len(w.bounds) - at), crc: checksum(w.bounds[at:])})
	}
	w.hashes = make([]uint64, 0, m.Traces)
	if w.ix.leaves, w.ix.rest, err = leavesOf(w.seg, w.taken); err != nil {
		return err
	}
	for i := range w.ix.leaves {
		l := &w.ix.leaves[i]
		var col column.Column
		if l.nest != nestRest {
			col = w.seg.Column(l.key)
		}
		w.cols = append(w.cols, col)
		if err := w.choose(l, col); err != nil {
			return fmt.Errorf("column %q: %w", l.name, err)
		}
	}
	w.rest.keys = w.ix.rest
	return nil
}

// group writes a row group.
func (w *writer) group() error {
	n := min(w.groupPages(), len(w.ix.pages)-w.first)
	for i, lists := range w.lists {
		w.spare, w.lists[i] = append(w.spare, lists...), lists[:0]
	}
	for len(w.starts) < n {
		w.starts, w.times = append(w.starts, nil), append(w.times, nil)
	}
	g := group{first: w.first, pages: n, chunks: make([]chunk, len(w.ix.leaves))}
	for i := range w.ix.leaves {
		if err := w.column(i, &g.chunks[i], n); err != nil {
			return fmt.Errorf("column %q: %w", w.ix.leaves[i].name, err)
		}
	}
	w.ix.groups = append(w.ix.groups, g)
	return nil
}

// column writes a column of a row group.
func (w *writer) column(i int, c *chunk, pages int) error {
	l := &w.ix.leaves[i]
	w.gather.reset(l, pages)
	w.gather.texts.never = l.key == restValue
	for p := range pages {
		list, err := w.read(i, p)
		if err != nil {
			return err
		}
		var of zone
		if l.rel != relNone {
			of = boundsOf(&w.vec)
			w.relate(l, p)
		}
		if err := w.gather.add(&w.vec, list); err != nil {
			return err
		}
		if l.rel != relNone {
			w.gather.pages[p].zone = of
		}
	}
	w.gather.texts.settle()
	return w.write(c)
}

// boundsOf is the least and the greatest number of a vector that is there.
func boundsOf(v *column.Vector) (z zone) {
	if len(v.Present) == 0 {
		z.lo, z.hi = bounds(v.Ints)
		return z
	}
	z = zone{math.MaxInt64, math.MinInt64}
	for i, there := range v.Present {
		if there {
			z.lo, z.hi = min(z.lo, v.Ints[i]), max(z.hi, v.Ints[i])
		}
	}
	return z
}

// read reads page p of the row group into the vector, zeros if there is no column,
// and notes what other columns need.
func (w *writer) read(i, p int) (*listLevels, error) {
	l, page := &w.ix.leaves[i], w.first+p
	if l.nest == nestRest {
		return w.readRest(l, p)
	}
	v := &w.vec
	if w.cols[i] == nil {
		w.zeros(l, p)
	} else if l.optional && l.nest == nestNone && column.EmptyPage(w.cols[i], page) {
		v.Reset()
		v.Rows, v.Len = w.ix.pages[page].Rows, w.ix.pages[page].Rows
		v.Present = zeroed(v.Present, v.Len)
	} else if err := w.cols[i].Read(page, v); err != nil {
		return nil, err
	}
	if v.Rows != w.ix.pages[page].Rows {
		return nil, fmt.Errorf("page %d has %d rows, the column %d", page, w.ix.pages[page].Rows, v.Rows)
	}
	switch l.key {
	case column.TraceID:
		if err := w.noteTraces(page); err != nil {
			return nil, err
		}
	case column.Start:
		w.starts[p] = append(w.starts[p][:0], v.Ints...)
	case column.EventTime:
		w.times[p] = append(w.times[p][:0], v.Ints...)
	}
	if l.nest == nestNone {
		return nil, nil
	}
	if len(w.lists[l.nest]) == p { // the list's first column
		w.lists[l.nest] = append(w.lists[l.nest], w.newList(v.Offsets))
	}
	list := w.lists[l.nest][p]
	if n := len(list.offsets) - 1; v.Len != int(list.offsets[n]) {
		return nil, fmt.Errorf("page %d: %d values for %d items", page, v.Len, list.offsets[n])
	}
	return list, nil
}

// newList describes the items of a page's rows.
func (w *writer) newList(offsets []uint32) *listLevels {
	l := new(listLevels)
	if n := len(w.spare); n > 0 {
		l, w.spare = w.spare[n-1], w.spare[:n-1]
	}
	w.levels = l.set(offsets, w.levels)
	return l
}

// zeros fills the vector with what a fixed column has that is not there.
func (w *writer) zeros(l *leaf, p int) {
	v := &w.vec
	v.Reset()
	v.Rows = w.ix.pages[w.first+p].Rows
	v.Len = v.Rows
	if l.nest != nestNone {
		if len(w.lists[l.nest]) > p {
			v.Offsets = append(v.Offsets, w.lists[l.nest][p].offsets...)
		} else {
			v.Offsets = zeroed(v.Offsets, v.Rows+1)
		}
		v.Len = int(v.Offsets[v.Rows])
	}
	switch l.form {
	case formInt, formBool:
		v.Ints = zeroed(v.Ints, v.Len)
	case formDouble:
		v.Floats = zeroed(v.Floats, v.Len)
	case formText:
		v.Ends = zeroed(v.Ends, v.Len+1)
	default:
		v.IDs = zeroed(v.IDs, v.Len*l.form.width())
	}
}

// noteTraces notes the hashes of a page's traces.
func (w *writer) noteTraces(page int) error {
	bounds, err := w.seg.Bounds(page)
	if err != nil {
		return err
	}
	for _, row := range bounds[:len(bounds)-1] {
		w.hashes = append(w.hashes, hashID([16]byte(w.vec.IDs[16*row:])))
	}
	return nil
}

// relate makes the vector's numbers differences.
func (w *writer) relate(l *leaf, p int) {
	ints := w.vec.Ints
	if l.rel == relTime {
		for i := range ints {
			if w.vec.Has(i) {
				ints[i] -= w.times[p][i]
			}
		}
		return
	}
	for row, last := range w.starts[p] {
		for i := w.vec.Offsets[row]; i < w.vec.Offsets[row+1]; i++ {
			ints[i], last = ints[i]-last, ints[i]
		}
	}
}
