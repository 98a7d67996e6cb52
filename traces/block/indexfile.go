package block

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"slices"

	"supersonic/traces/column"
)

const (
	indexMagic  = "SUPERIDX"
	indexHeader = len(indexMagic) + 12 // format, length and CRC-32 of the head
)

// checksum is Parquet's CRC-32, used everywhere.
func checksum(b []byte) uint32 { return crc32.ChecksumIEEE(b) }

// encode is the file "index".
func (ix *index) encode(bounds, ids []byte) []byte {
	w := &indexWriter{}
	ix.write(w, int64(len(bounds)), int64(len(ids)))
	out := append(make([]byte, 0, indexHeader+len(w.b)+len(bounds)+len(ids)+4), indexMagic...)
	out = binary.LittleEndian.AppendUint32(out, Format)
	out = binary.LittleEndian.AppendUint32(out, uint32(len(w.b)))
	out = binary.LittleEndian.AppendUint32(out, checksum(w.b))
	out = append(append(append(out, w.b...), bounds...), ids...)
	return binary.LittleEndian.AppendUint32(out, checksum(out))
}

type indexWriter struct{ b []byte }

func (w *indexWriter) num(v uint64)  { w.b = binary.AppendUvarint(w.b, v) }
func (w *indexWriter) int(v int64)   { w.b = binary.AppendVarint(w.b, v) }
func (w *indexWriter) crc(v uint32)  { w.b = binary.LittleEndian.AppendUint32(w.b, v) }
func (w *indexWriter) text(v string) { w.num(uint64(len(v))); w.b = append(w.b, v...) }
func (w *indexWriter) key(k column.Key) {
	w.b = append(w.b, byte(k.Scope), byte(k.Type))
	w.text(k.Name)
}

func (w *indexWriter) flag(v bool) {
	if v {
		w.b = append(w.b, 1)
	} else {
		w.b = append(w.b, 0)
	}
}

func (ix *index) write(w *indexWriter, bounds, ids int64) {
	m := &ix.meta
	for _, v := range []uint64{m.First, m.Last, uint64(m.Level), m.LogPosition, m.Created, uint64(m.Rows), uint64(m.Traces), m.MinStart, m.MaxEnd, m.MaxSpanStart} {
		w.num(v)
	}
	w.num(uint64(ix.data.size))
	w.crc(ix.data.crc)
	w.num(uint64(ix.data.footer))
	w.crc(ix.data.footerCRC)
	w.num(uint64(bounds))
	w.num(uint64(ids))
	w.num(uint64(len(ix.leaves)))
	for i := range ix.leaves {
		l := &ix.leaves[i]
		w.key(l.key)
		w.text(l.name)
		w.b = append(w.b, byte(l.nest), byte(l.form), byte(l.rel))
		w.flag(l.optional)
		w.flag(l.some)
	}
	w.num(uint64(len(ix.rest)))
	for _, k := range ix.rest {
		w.key(k)
	}
	w.num(uint64(len(ix.pages)))
	for i := range ix.pages {
		p := &ix.pages[i]
		w.num(uint64(p.Rows))
		w.num(uint64(p.Traces))
		for _, t := range []uint64{p.MinStart, p.MaxStart, p.MaxSpanStart, p.MaxEnd} {
			w.num(t)
		}
		w.num(uint64(p.size))
		w.crc(p.crc)
	}
	w.num(uint64(len(ix.groups)))
	for i := range ix.groups {
		ix.writeGroup(w, &ix.groups[i])
	}
	w.b = append(w.b, byte(ix.ids.bits), byte(ix.ids.width))
	for _, b := range ix.ids.buckets {
		w.num(uint64(b.count))
		w.crc(b.crc)
	}
}

func (ix *index) writeGroup(w *indexWriter, g *group) {
	w.num(uint64(g.pages))
	for i := range g.chunks {
		c := &g.chunks[i]
		w.b = append(w.b, c.encoding, c.codec)
		w.num(uint64(c.dict.count))
		if c.dict.count > 0 {
			w.piece(c.dict.head, c.dict.size, c.dict.raw, c.dict.crc)
		}
		for k := range c.pages {
			p := &c.pages[k]
			w.piece(p.head, p.size, p.raw, p.crc)
			w.num(uint64(p.slots))
			w.num(uint64(p.values))
			if c.zones != nil && p.values > 0 {
				w.int(c.zones[k].lo)
				w.num(uint64(c.zones[k].hi) - uint64(c.zones[k].lo))
			}
		}
	}
}

func (w *indexWriter) piece(head uint8, size, raw, crc uint32) {
	w.b = append(w.b, head)
	w.num(uint64(size))
	w.num(uint64(raw))
	w.crc(crc)
}

// indexReader reads the head. After an error it reads zeros.
type indexReader struct {
	b    []byte
	size int // of all
	err  error
}

func (r *indexReader) fail(what string) {
	if r.err == nil {
		r.err = fmt.Errorf("offset %d: %s", indexHeader+r.size-len(r.b), what)
	}
	r.b = nil
}

func (r *indexReader) num() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.fail("it ends early")
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *indexReader) int() int64 {
	v, n := binary.Varint(r.b)
	if n <= 0 {
		r.fail("it ends early")
		return 0
	}
	r.b = r.b[n:]
	return v
}

// count reads a number of things that take at least so many bytes each of what
// follows, or of max things where least is 0.
func (r *indexReader) count(what string, least, most int) int {
	v := r.num()
	if least > 0 {
		most = min(most, len(r.b)/least)
	}
	if v > uint64(most) {
		r.fail(fmt.Sprintf("%d %s, which is more than fit", v, what))
		return 0
	}
	return int(v)
}

func (r *indexReader) u32(what string) uint32 { return uint32(r.count(what, 0, math.MaxInt32)) }

func (r *indexReader) crc() uint32 {
	if len(r.b) < 4 {
		r.fail("it ends early")
		return 0
	}
	v := binary.LittleEndian.Uint32(r.b)
	r.b = r.b[4:]
	return v
}

func (r *indexReader) byte(what string, below int) uint8 {
	if len(r.b) == 0 {
		r.fail("it ends early")
		return 0
	}
	v := r.b[0]
	if int(v) >= below {
		r.fail(fmt.Sprintf("no %s has number %d", what, v))
		return 0
	}
	r.b = r.b[1:]
	return v
}

func (r *indexReader) text() string {
	n := r.count("bytes of a text", 1, math.MaxInt32)
	if r.err != nil {
		return ""
	}
	v := string(r.b[:n])
	r.b = r.b[n:]
	return v
}

func (r *indexReader) key() column.Key {
	scope := r.byte("scope", int(column.ScopeLink)+1)
	typ := r.byte("type", int(column.ID16)+1)
	return column.Key{Scope: column.Scope(scope), Type: column.Type(typ), Name: r.text()}
}

// readIndex reads the head of an index file of a size.
func readIndex(head []byte, size int64) (*index, error) {
	r := &indexReader{b: head, size: len(head)}
	ix := &index{}
	ix.readMeta(r)
	bounds, ids := r.num(), r.num()
	at := int64(indexHeader + len(head))
	if left := uint64(size - 4 - at); bounds > left || ids != left-bounds {
		r.fail("its parts are not as long as it says")
	}
	ix.bounds = region{at, int64(bounds)}
	ix.table = region{at + int64(bounds), int64(ids)}
	ix.readLeaves(r)
	ix.readPages(r)
	ix.readGroups(r)
	ix.readIDs(r)
	if r.err == nil && len(r.b) > 0 {
		r.fail("more follows than it should")
	}
	if r.err != nil {
		return nil, r.err
	}
	ix.link()
	return ix, ix.check()
}

func (ix *index) readMeta(r *indexReader) {
	m := &ix.meta
	m.First, m.Last, m.Level, m.LogPosition, m.Created = r.num(), r.num(), r.count("levels", 0, math.MaxInt32), r.num(), r.num()
	m.Rows, m.Traces = r.count("rows", 0, math.MaxInt32), r.count("traces", 0, math.MaxInt32)
	m.MinStart, m.MaxEnd, m.MaxSpanStart = r.num(), r.num(), r.num()
	ix.data.size = int64(r.count("bytes", 0, math.MaxInt64))
	ix.data.crc = r.crc()
	ix.data.footer = int64(r.count("bytes", 0, math.MaxInt64))
	ix.data.footerCRC = r.crc()
}

func (ix *index) readLeaves(r *indexReader) {
	ix.leaves = make([]leaf, r.count("columns", 8, math.MaxInt32))
	for i := range ix.leaves {
		l := &ix.leaves[i]
		l.key, l.name = r.key(), r.text()
		l.nest, l.form, l.rel = nest(r.byte("list", int(nests))), form(r.byte("form", int(forms))), relation(r.byte("relation", int(relations)))
		l.optional, l.some = r.byte("flag", 2) == 1, r.byte("flag", 2) == 1
	}
	ix.rest = make([]column.Key, r.count("attributes", 3, math.MaxInt32))
	for i := range ix.rest {
		ix.rest[i] = r.key()
	}
}

func (ix *index) readPages(r *indexReader) {
	ix.pages = make([]pageInfo, r.count("pages", 11, math.MaxInt32))
	at := int64(0)
	for i := range ix.pages {
		p := &ix.pages[i]
		p.Rows, p.Traces = r.count("rows", 0, math.MaxInt32), r.count("traces", 0, math.MaxInt32)
		p.MinStart, p.MaxStart, p.MaxSpanStart, p.MaxEnd = r.num(), r.num(), r.num(), r.num()
		p.at, p.size, p.crc = at, r.u32("bytes"), r.crc()
		at += int64(p.size)
	}
	if at != ix.bounds.size {
		r.fail("the bounds of pages are not as long as it says")
	}
}

func (ix *index) readGroups(r *indexReader) {
	ix.groups = make([]group, r.count("row groups", 1+2*max(1, len(ix.leaves)), math.MaxInt32))
	at, first := int64(len(parquetMagic)), 0
	for i := range ix.groups {
		g := &ix.groups[i]
		g.first, g.pages = first, r.count("pages", max(1, 9*len(ix.leaves)), len(ix.pages)-first)
		first += g.pages
		g.chunks = make([]chunk, len(ix.leaves))
		for k := range g.chunks {
			at = ix.readChunk(r, &ix.leaves[k], &g.chunks[k], g.pages, at)
			if r.err != nil {
				return
			}
		}
	}
	if first != len(ix.pages) {
		r.fail("row groups do not have all pages")
	}
	if at != ix.data.footer {
		r.fail("the pages of spans.parquet do not end where its footer begins")
	}
}

func (ix *index) readChunk(r *indexReader, l *leaf, c *chunk, pages int, at int64) int64 {
	c.offset, c.encoding, c.codec = at, r.byte("encoding", encDictionary+1), r.byte("codec", codecZstd+1)
	c.dict.count = r.u32("texts")
	if c.dict.count > 0 {
		c.dict.head, c.dict.size, c.dict.raw, c.dict.crc = r.byte("length", 256), r.u32("bytes"), r.u32("bytes"), r.crc()
		at += c.dict.whole()
	}
	c.pages = make([]pageEntry, pages)
	if l.form.zoned() {
		c.zones = make([]zone, pages)
	}
	for i := range c.pages {
		p := &c.pages[i]
		p.offset = at
		p.head, p.size, p.raw, p.crc = r.byte("length", 256), r.u32("bytes"), r.u32("bytes"), r.crc()
		p.slots, p.values = r.u32("values"), r.u32("values")
		if l.form.zoned() && p.values > 0 {
			z := &c.zones[i]
			z.lo = r.int()
			z.hi = int64(uint64(z.lo) + r.num())
		}
		at += p.whole()
	}
	return at
}

func (ix *index) readIDs(r *indexReader) {
	t := &ix.ids
	t.bits, t.width = int(r.byte("length", 33)), int(r.byte("length", 5))
	if t.width == 0 || len(r.b)/5>>t.bits == 0 {
		r.fail("the table of ids is not as long as it says")
		return
	}
	t.buckets = make([]bucket, 1<<t.bits)
	at := int64(0)
	for i := range t.buckets {
		b := &t.buckets[i]
		b.at, b.count, b.crc = at, r.u32("traces"), r.crc()
		at += int64(b.count) * int64(t.entry())
	}
	if at != ix.table.size {
		r.fail("the table of ids is not as long as it says")
	}
}

// check tells what does not fit together. After it, counts of rows and values are
// such as the bytes in spans.parquet explain.
func (ix *index) check() error {
	rows, traces := 0, 0
	for i := range ix.pages {
		p := &ix.pages[i]
		if p.Traces < 1 || p.Rows < p.Traces || int(p.size) < p.Traces {
			return fmt.Errorf("page %d has %d traces and %d rows", i, p.Traces, p.Rows)
		}
		rows, traces = rows+p.Rows, traces+p.Traces
	}
	if rows != ix.meta.Rows || traces != ix.meta.Traces {
		return fmt.Errorf("%d rows and %d traces, the pages have %d and %d", ix.meta.Rows, ix.meta.Traces, rows, traces)
	}
	if ix.data.footer < int64(len(parquetMagic)) || ix.data.size-ix.data.footer < int64(len(parquetMagic))+4 {
		return errors.New("spans.parquet has no place for a footer")
	}
	for _, k := range column.Fixed() {
		if _, ok := ix.byKey[k]; !ok && !seldom(k) {
			return fmt.Errorf("the column %s is missing", k.Name)
		}
	}
	_, keys := ix.byKey[restKey]
	if _, values := ix.byKey[restValue]; keys != values || keys != (len(ix.rest) > 0) {
		return errors.New("the columns of rare attributes are missing")
	}
	for i := range ix.leaves {
		if err := ix.checkLeaf(i); err != nil {
			return fmt.Errorf("column %q: %w", ix.leaves[i].name, err)
		}
	}
	return nil
}

func (ix *index) checkLeaf(i int) error {
	l := &ix.leaves[i]
	if ix.byKey[l.key] != i {
		return errors.New("it is there twice")
	}
	if ix.slow[l.key] || l.nest != nestOf(l.key) || l.form != formOf(l.key.Type) && (l.form != formUUID || l.key.Type != column.String) {
		return errors.New("its form does not fit its type")
	}
	if l.rel == relBefore != (l.key == column.EventTime) || l.rel == relTime && (l.nest != nestEvent || l.form != formInt) {
		return errors.New("it cannot be a difference")
	}
	if l.key.Scope == column.ScopeFixed && (l.optional != (l.key == column.ParentID) || l.key.Name == restKey.Name && l.key != restKey) {
		return errors.New("it is no fixed column")
	}
	for g := range ix.groups {
		c := &ix.groups[g].chunks[i]
		if !slices.Contains([]uint8{encPlain, encDelta, encDictionary}, c.encoding) || c.encoding == encDictionary != (c.dict.count > 0) ||
			c.encoding == encDelta && l.form != formInt || c.codec != codecNone && c.codec != codecZstd {
			return errors.New("its encoding is not known")
		}
		if c.dict.count > 0 && (int64(c.dict.count)*int64(least(l.form)) > int64(c.dict.raw) || !plausible(c.codec, c.dict.size, c.dict.raw)) {
			return errors.New("its dictionary is larger than its bytes explain")
		}
		for k := range c.pages {
			if err := ix.checkEntry(l, g, c, k); err != nil {
				return fmt.Errorf("page %d: %w", ix.groups[g].first+k, err)
			}
			if !l.some && !l.vacant(c, k) {
				return fmt.Errorf("page %d has values, though no page should", ix.groups[g].first+k)
			}
		}
	}
	return nil
}

// vacant tells whether a page may be one of a column that Block.Column leaves out. It
// may not have ids, nor the times of events: they tell how many traces, spans,
// events and links there are, and readers rely on them.
func (l *leaf) vacant(c *chunk, page int) bool {
	switch {
	case c.pages[page].values == 0:
		return true
	case l.optional || l.key.Type == column.ID8 || l.key.Type == column.ID16 || l.key == column.EventTime:
		return false
	case l.form.zoned():
		return c.zones[page] == zone{}
	}
	return true
}

// least is the least size of a plain value.
func least(f form) int {
	if f == formText {
		return 4
	}
	return f.width()
}

func (ix *index) checkEntry(l *leaf, g int, c *chunk, k int) error {
	p := &c.pages[k]
	if p.values > p.slots || !l.optional && l.nest == nestNone && p.values != p.slots || !plausible(c.codec, p.size, p.raw) {
		return errors.New("it is larger than its bytes explain")
	}
	// Who has a value in each row or item says how many there are.
	rows := ix.pages[ix.groups[g].first+k].Rows
	switch l.key {
	case column.SpanID, column.TraceID, column.EventTime, column.LinkTraceID:
		if c.encoding != encPlain || int64(p.values)*int64(l.form.width()) > int64(p.raw) {
			return errors.New("it has fewer values than it says")
		}
	}
	switch l.nest {
	case nestNone:
		if int(p.slots) != rows {
			return errors.New("it has not a value for each row")
		}
	case nestRest:
		o := &ix.groups[g].chunks[ix.byKey[restValue]]
		if p.slots != o.pages[k].slots || p.values != o.pages[k].values || o.encoding != encPlain || int64(p.values)*4 > int64(o.pages[k].raw) ||
			int64(p.slots) > int64(rows)+int64(p.values) {
			return errors.New("it has not the values of its rows")
		}
	default:
		of := column.EventTime
		if l.nest == nestLink {
			of = column.LinkTraceID
		}
		o := &ix.groups[g].chunks[ix.byKey[of]].pages[k]
		if p.slots != o.slots || p.values > o.values || !l.optional && p.values != o.values || int64(o.slots) > int64(rows)+int64(o.values) {
			return errors.New("it has not the values of its list")
		}
	}
	return nil
}

// plausible tells whether so many bytes may become so many: zstd makes at most
// 128 KiB of 4.
func plausible(codec uint8, size, raw uint32) bool {
	if codec == codecNone {
		return size == raw
	}
	return int64(raw) <= (int64(size)/4+1)<<17
}
