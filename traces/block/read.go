package block

import (
	"encoding/binary"
	"fmt"
	"math"
	"sync"

	"github.com/klauspost/compress/zstd"

	"supersonic/traces/column"
)

// blockColumn is a column of a Block that lies in the file as one.
type blockColumn struct {
	b    *Block
	leaf *leaf
	at   int // number of the leaf
}

// Column implements column.Segment.
func (b *Block) Column(k column.Key) column.Column {
	if i, ok := b.ix.byKey[k]; ok {
		if l := &b.ix.leaves[i]; !l.some || l.nest == nestRest {
			return nil
		}
		return b.leaf(i)
	}
	if b.ix.slow[k] {
		return &restColumn{b: b, key: k}
	}
	return nil
}

func (b *Block) leaf(i int) *blockColumn {
	return &blockColumn{b: b, leaf: &b.ix.leaves[i], at: i}
}

// entry is where a page of the column lies.
func (c *blockColumn) entry(page int) (*chunk, *pageEntry) {
	p := &c.b.ix.pages[page]
	k := &c.b.ix.groups[p.group].chunks[c.at]
	return k, &k.pages[p.inside]
}

// Zone implements column.Column, as do the methods below.
func (c *blockColumn) Zone(page int) (lo, hi int64, ok bool) {
	k, e := c.entry(page)
	if c.leaf.form != formInt || e.values == 0 {
		return 0, 0, false
	}
	z := k.zones[c.b.ix.pages[page].inside]
	return z.lo, z.hi, true
}

func (c *blockColumn) damage(at int64, what string) error {
	return c.b.damage(DataFile, at, fmt.Sprintf("column %q: %s", c.leaf.name, what))
}

// memory is what reading a page needs and nobody keeps.
type memory struct {
	packed, raw []byte
	levels      []uint32
	codes       []uint32
	pairs       []uint64 // levels of two bits
	there       []uint64 // bits: which values are there
	rep, items  []uint64
	ints        []int64
	before      []int64 // with what comes before a part
	starts      column.Vector
	times       column.Vector
}

var memories = sync.Pool{New: func() any { return new(memory) }}

var decoders = sync.Pool{New: func() any {
	d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecodeAllCapLimit(true), zstd.WithDecoderLowmem(true))
	if err != nil {
		panic(err) // of options that are constants
	}
	return d
}}

// bytes reads a page and unpacks it. They are m's.
func (c *blockColumn) bytes(m *memory, codec uint8, at int64, size, raw, crc uint32) ([]byte, error) {
	m.packed = sized(m.packed, int(size))
	if err := c.packed(m.packed, at, crc); err != nil || codec == codecNone {
		return m.packed, err
	}
	m.raw = sized(m.raw, int(raw))
	return c.unpack(m.raw, m.packed, at)
}

// packed reads a page as it lies in the file.
func (c *blockColumn) packed(to []byte, at int64, crc uint32) error {
	if err := c.b.readAt(c.b.data, DataFile, to, at); err != nil {
		return err
	}
	if checksum(to) != crc {
		return c.damage(at, "a page has another checksum")
	}
	return nil
}

// unpack unpacks a page, of one frame or several, to where there is room for just it.
func (c *blockColumn) unpack(to, packed []byte, at int64) ([]byte, error) {
	z := decoders.Get().(*zstd.Decoder)
	out, err := z.DecodeAll(packed, to[:0:len(to)])
	decoders.Put(z)
	if err != nil {
		return nil, c.damage(at, "a page cannot be unpacked: "+err.Error())
	}
	if len(out) != len(to) {
		return nil, c.damage(at, fmt.Sprintf("a page has %d bytes unpacked, the index says %d", len(out), len(to)))
	}
	return out, nil
}

func (c *blockColumn) Read(page int, v *column.Vector) error {
	v.Reset()
	m := memories.Get().(*memory)
	defer memories.Put(m)
	return c.read(m, page, v)
}

func (c *blockColumn) read(m *memory, page int, v *column.Vector) error {
	k, e := c.entry(page)
	v.Rows = c.b.ix.pages[page].Rows
	v.Len = v.Rows
	if e.values == 0 && c.leaf.nest == nestNone && c.leaf.optional {
		c.absent(v)
		return nil
	}
	at := e.offset + int64(e.head)
	raw, err := c.bytes(m, k.codec, at, e.size, e.raw, e.crc)
	if err != nil {
		return err
	}
	v.Cost += int(e.size)
	raw, err = c.levels(m, v, k, e, raw)
	if err == nil {
		err = c.values(m, page, v, k, part{0, int(e.values), int(e.values)}, raw)
	}
	if err != nil {
		return c.damage(at, fmt.Sprintf("page %d: %v", page, err))
	}
	if c.leaf.rel != relNone {
		return c.relate(m, page, 0, v.Rows, v)
	}
	return nil
}

// absent fills v with Len absent values.
func (c *blockColumn) absent(v *column.Vector) {
	v.Present = zeroed(v.Present, v.Len)
	switch c.leaf.form {
	case formInt, formBool:
		v.Ints = zeroed(v.Ints, v.Len)
	case formDouble:
		v.Floats = zeroed(v.Floats, v.Len)
	case formText:
		v.Present = v.Present[:0]
		v.Codes, v.Dict = zeroed(v.Codes, v.Len), nothing
	case formUUID:
		v.Ends = zeroed(v.Ends, v.Len+1)
	default:
		v.IDs = zeroed(v.IDs, v.Len*c.leaf.form.width())
		v.Present = v.Present[:0] // ids are fixed columns: zero is none
	}
}

// values reads values and puts them where they belong.
func (c *blockColumn) values(m *memory, page int, v *column.Vector, k *chunk, p part, raw []byte) error {
	if k.encoding == encDictionary {
		return c.coded(m, page, v, k, p, raw)
	}
	if k.encoding == encDelta {
		dense := m.numbers(v, p.n)
		if err := m.deltas(dense, raw, p); err != nil {
			return err
		}
		m.place(v, dense)
		return c.zeroIsNone(v)
	}
	raw, err := c.cut(raw, p)
	if err != nil {
		return err
	}
	n := p.n
	switch c.leaf.form {
	case formInt:
		dense := m.numbers(v, n)
		for i := range dense {
			dense[i] = int64(binary.LittleEndian.Uint64(raw[8*i:]))
		}
		m.place(v, dense)
	case formBool:
		dense := m.numbers(v, n)
		for i := range dense {
			at := p.from + i
			dense[i] = int64(raw[at>>3] >> (at & 7) & 1)
		}
		m.place(v, dense)
	case formDouble:
		v.Floats = sized(v.Floats, v.Len)
		for i := range n {
			v.Floats[i] = math.Float64frombits(binary.LittleEndian.Uint64(raw[8*i:]))
		}
		spread(v, v.Floats, n, 1)
	case formID8, formID16:
		width := c.leaf.form.width()
		v.IDs = sized(v.IDs, width*v.Len)
		copy(v.IDs, raw)
		spread(v, v.IDs, n, width)
	default:
		return c.texts(v, n, raw)
	}
	return c.zeroIsNone(v)
}

func (c *blockColumn) zeroIsNone(v *column.Vector) error {
	if c.leaf.key.Scope == column.ScopeFixed {
		v.Present = v.Present[:0]
	}
	return nil
}

// cut returns the bytes of the part's plain values; of Bools, of all. The last text
// may end early.
func (c *blockColumn) cut(raw []byte, p part) ([]byte, error) {
	switch width := c.leaf.form.width(); {
	case width > 0 && len(raw) != width*p.all || c.leaf.form == formBool && len(raw) < (p.all+7)/8:
		return nil, errShort
	case width > 0:
		return raw[width*p.from : width*(p.from+p.n)], nil
	case c.leaf.form == formBool:
		return raw, nil
	}
	for range p.from {
		if len(raw) < 4 || int64(binary.LittleEndian.Uint32(raw)) > int64(len(raw)-4) {
			return nil, errShort
		}
		raw = raw[4+int(binary.LittleEndian.Uint32(raw)):]
	}
	return raw, nil
}

// numbers is where n numbers are read to: v's, if it needs no other places for them.
func (m *memory) numbers(v *column.Vector, n int) []int64 {
	v.Ints = sized(v.Ints, v.Len)
	if n == v.Len {
		return v.Ints
	}
	m.ints = sized(m.ints, n)
	return m.ints
}

// place puts what numbers returned to where it belongs.
func (m *memory) place(v *column.Vector, dense []int64) {
	if len(dense) < v.Len {
		expand(v.Ints, dense, m.there)
	}
}

// deltas reads a part of differences to dst, which m.ints may be: it reads what is
// before the part as well.
func (m *memory) deltas(dst []int64, raw []byte, p part) error {
	if p.from == 0 {
		return readDelta(dst, raw, p.all)
	}
	m.before = sized(m.before, p.from+p.n)
	err := readDelta(m.before, raw, p.all)
	copy(dst, m.before[p.from:])
	return err
}

// spread moves the n values at the beginning of a list, of width elements each, to
// where Present has them.
func spread[T any](v *column.Vector, list []T, n, width int) {
	if n == v.Len {
		return
	}
	var zero T
	for i := v.Len - 1; i >= 0; i-- {
		to := list[i*width : (i+1)*width]
		if v.Present[i] {
			n--
			copy(to, list[n*width:(n+1)*width])
			continue
		}
		for k := range to {
			to[k] = zero
		}
	}
}

// texts reads n plain texts.
func (c *blockColumn) texts(v *column.Vector, n int, raw []byte) error {
	uuid := c.leaf.form == formUUID
	if uuid {
		v.Text = sized(v.Text, uuidText*n)[:0]
	} else if n == v.Len {
		v.Text = sized(v.Text, len(raw))[:0]
	} else {
		v.Text = v.Text[:0]
	}
	v.Ends = sized(v.Ends, v.Len+1)
	v.Ends[0] = 0
	all := n == v.Len
	for i := range v.Len {
		switch {
		case !all && !v.Present[i]:
		case uuid:
			v.Text = appendUUID(v.Text, raw[:16])
			raw = raw[16:]
		default:
			if len(raw) < 4 || int64(binary.LittleEndian.Uint32(raw)) > int64(len(raw)-4) {
				return errShort
			}
			size := 4 + int(binary.LittleEndian.Uint32(raw))
			v.Text = append(v.Text, raw[4:size]...)
			raw = raw[size:]
		}
		v.Ends[i+1] = uint32(len(v.Text))
	}
	return nil
}

// relate makes numbers of differences. v has the rows from lo to before hi.
func (c *blockColumn) relate(m *memory, page, lo, hi int, v *column.Vector) error {
	b := c.b
	if c.leaf.rel == relBefore {
		starts := &m.starts
		starts.Reset()
		inner := memories.Get().(*memory)
		err := b.leaf(b.ix.byKey[column.Start]).some(inner, page, lo, hi, starts)
		memories.Put(inner)
		if err != nil {
			return err
		}
		v.Cost += starts.Cost
		for row, last := range starts.Ints {
			for i := v.Offsets[row]; i < v.Offsets[row+1]; i++ {
				last += v.Ints[i]
				v.Ints[i] = last
			}
		}
		return nil
	}
	times := &m.times
	times.Reset()
	inner := memories.Get().(*memory)
	err := b.leaf(b.ix.byKey[column.EventTime]).some(inner, page, lo, hi, times)
	memories.Put(inner)
	if err != nil {
		return err
	}
	if times.Len != v.Len {
		return c.damage(0, fmt.Sprintf("page %d: %d values for %d events", page, v.Len, times.Len))
	}
	v.Cost += times.Cost
	for i := range v.Ints {
		if v.Has(i) {
			v.Ints[i] += times.Ints[i]
		}
	}
	return nil
}

// some reads rows of a page, which may be all.
func (c *blockColumn) some(m *memory, page, lo, hi int, v *column.Vector) error {
	if lo == 0 && hi == c.b.ix.pages[page].Rows {
		return c.read(m, page, v)
	}
	return c.readRows(m, page, lo, hi, v)
}
