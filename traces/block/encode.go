package block

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"

	"github.com/klauspost/compress/zstd"

	"supersonic/traces/column"
)

// write writes what was gathered of a column.
func (w *writer) write(c *chunk) error {
	g := &w.gather
	c.offset = w.out.size
	c.encoding, c.codec = encPlain, codecZstd
	w.tried = w.tried[:0]
	dict, count := w.dictionary()
	switch {
	case count > 0:
		c.encoding = encDictionary
		c.dict.count = uint32(count)
	case g.leaf.form == formInt && g.leaf.key != column.EventTime && g.leaf.key.Type == column.Int:
		c.encoding = encDelta
	}
	if g.leaf.form == formText && !g.leaf.blob {
		g.leaf.blob = !g.texts.valid()
	}
	tried, vain := w.random(c)
	if vain {
		c.codec = codecNone
	}
	if count > 0 {
		head, size, crc, err := w.page(w.pack(c, dict, nil), true, len(dict), count, encPlain)
		if err != nil {
			return err
		}
		c.dict.head, c.dict.size, c.dict.raw, c.dict.crc = head, size, uint32(len(dict)), crc
	}
	c.pages = make([]pageEntry, len(g.pages))
	if g.leaf.form.zoned() {
		c.zones = make([]zone, len(g.pages))
	}
	for i := range g.pages {
		p, e := &g.pages[i], &c.pages[i]
		e.offset = w.out.size
		w.raw = w.body(w.raw[:0], c, p)
		if len(w.raw) > math.MaxInt32 {
			return fmt.Errorf("page %d has %d bytes, a page of Parquet has at most 2 GiB", w.first+i, len(w.raw))
		}
		body := w.tried
		if i != tried || c.codec == codecNone {
			body = w.pack(c, w.raw, p)
		}
		var err error
		if e.head, e.size, e.crc, err = w.page(body, false, len(w.raw), p.slots, int32(c.encoding)); err != nil {
			return err
		}
		e.raw, e.slots, e.values = uint32(len(w.raw)), uint32(p.slots), uint32(p.last-p.first)
		if c.zones != nil {
			c.zones[i] = p.zone
		}
	}
	return nil
}

// Compressed pages that are longer than these shares of the plain ones are not worth
// the time to pack and unpack them: ids and times are random (parents' ids, of which some
// are there twice, take a tenth of a block's time for 0.4 bytes a span), and codes take 2
// to 3 times as long. Those that most queries read are compressed for a large gain only
// (0.8 bytes a span that are not saved). In per cent.
const (
	worthPlain = 90
	worthDelta = 80
	worthCodes = 80
	worthOften = 30
)

// leastSaved is how many bytes a page of codes must save: most of those that save less
// are the levels of an attribute with one value. A trace is found among 40 such
// columns, at 8 µs each; they are 1.2 bytes a span. In bytes.
const leastSaved = 600

// worth is the share for a column.
func worth(c *chunk, k column.Key) int {
	switch {
	case c.encoding == encDelta:
		return worthDelta
	case c.encoding == encPlain:
		return worthPlain
	case k == column.Name || k == column.ParentRow || k == column.Kind || k == column.Status:
		return worthOften
	}
	return worthCodes
}

// random tells whether compression is in vain, by the first page with values: w.tried
// is that page packed. -1: there is none.
func (w *writer) random(c *chunk) (tried int, vain bool) {
	for i := range w.gather.pages {
		if p := &w.gather.pages[i]; p.last-p.first >= 64 {
			w.raw = w.body(w.raw[:0], c, p)
			w.tried = w.zip(w.tried[:0], c, w.raw, p)
			return i, len(w.tried)*100 > len(w.raw)*worth(c, w.gather.leaf.key) || c.encoding == encDictionary && len(w.raw)-len(w.tried) < leastSaved
		}
	}
	return -1, false
}

// pack returns a page's bytes as the file has them, until it is called again; p is nil
// for a dictionary.
func (w *writer) pack(c *chunk, raw []byte, p *gathered) []byte {
	if c.codec != codecZstd {
		return raw
	}
	w.packed = w.zip(w.packed[:0], c, raw, p)
	return w.packed
}

func (w *writer) zip(dst []byte, c *chunk, raw []byte, p *gathered) []byte {
	l, z := w.gather.leaf, w.packer(c)
	if p == nil {
		return z.EncodeAll(raw, dst)
	}
	return appendFrames(dst, z, raw, p.levEnd-p.levels, p.last-p.first, l.frameValues(c), l.form.width())
}

// packer is what packs a column. The packer of the smaller result looks up a megabyte of its
// own at random for each byte, which costs twice the time of the fast one, three times
// where neighbours take the processor's cache; plain values become 1.2 bytes a span
// smaller by it, codes, of which there are few, 0.6. A block that will be merged soon
// is not worth any of that.
func (w *writer) packer(c *chunk) *zstd.Encoder {
	if w.ix.meta.Level == 0 || c.encoding == encPlain {
		return w.fast
	}
	return w.small
}

// page writes a page, which has so many bytes before it is packed.
func (w *writer) page(body []byte, dictionary bool, raw, values int, encoding int32) (head uint8, size, crc uint32, err error) {
	crc = checksum(body)
	header := pageHeader(dictionary, raw, len(body), crc, values, encoding)
	if _, err = w.out.Write(header); err == nil {
		_, err = w.out.Write(body)
	}
	return uint8(len(header)), uint32(len(body)), crc, err
}

// dictionary is the bytes of the column's dictionary and its number of values, 0 if
// there is none. w.coded are then the values' codes.
func (w *writer) dictionary() (raw []byte, count int) {
	g := &w.gather
	switch {
	case g.leaf.form == formText && !g.texts.plain:
		if len(g.texts.codes) == 0 {
			return nil, 0
		}
		w.coded = g.texts.codes
		raw = w.dict[:0]
		for _, t := range g.texts.dict {
			raw = binary.LittleEndian.AppendUint32(raw, uint32(len(t)))
			raw = append(raw, t...)
		}
		w.dict = raw
		return raw, len(g.texts.dict)
	case g.leaf.form == formInt && !packed(g.leaf.key):
		return numberCodes(w, g.ints)
	case g.leaf.form == formDouble:
		w.words = w.words[:0]
		for _, v := range g.floats {
			w.words = append(w.words, math.Float64bits(v))
		}
		return numberCodes(w, w.words)
	}
	return nil, 0
}

// packed tells which numbers never have a dictionary.
func packed(k column.Key) bool {
	return k == column.Start || k == column.Duration || k == column.EventTime
}

// mostNumbers is up to how many different numbers there is a dictionary.
const mostNumbers = 256

// numberCodes makes a dictionary of numbers, if they are few: count is 0 where they
// are not.
func numberCodes[T int64 | uint64](w *writer, vals []T) (raw []byte, count int) {
	var slots [4 * mostNumbers]struct {
		word uint64
		code uint32 // + 1
	}
	codes := sized(w.codes, len(vals))
	w.codes, raw = codes, w.dict[:0]
	var last uint64
	code := uint32(0)
	for i, v := range vals {
		x := uint64(v)
		if code == 0 || x != last {
			s := x * 0x9e3779b97f4a7c15 >> 54
			for slots[s].code != 0 && slots[s].word != x {
				s = (s + 1) % uint64(len(slots))
			}
			if slots[s].code == 0 {
				if count++; count > mostNumbers {
					return nil, 0
				}
				slots[s].word, slots[s].code = x, uint32(count)
				raw = binary.LittleEndian.AppendUint64(raw, x)
			}
			last, code = x, slots[s].code
		}
		codes[i] = code - 1
	}
	w.coded, w.dict = codes, raw
	return raw, count
}

// body appends a page's bytes before compression.
func (w *writer) body(dst []byte, c *chunk, p *gathered) []byte {
	g := &w.gather
	dst = append(dst, g.levels[p.levels:p.levEnd]...)
	switch {
	case c.encoding == encDictionary:
		width := bits.Len32(c.dict.count - 1)
		return appendHybrid(append(dst, byte(width)), w.coded[p.first:p.last], width)
	case c.encoding == encDelta:
		return appendDelta(dst, g.ints[p.first:p.last])
	}
	switch g.leaf.form {
	case formInt:
		for _, v := range g.ints[p.first:p.last] {
			dst = binary.LittleEndian.AppendUint64(dst, uint64(v))
		}
	case formDouble:
		for _, v := range g.floats[p.first:p.last] {
			dst = binary.LittleEndian.AppendUint64(dst, math.Float64bits(v))
		}
	case formBool:
		w.codes = w.codes[:0]
		for _, v := range g.ints[p.first:p.last] {
			w.codes = append(w.codes, uint32(v)&1)
		}
		dst = appendPacked(dst, w.codes, 1)
	case formText:
		from := 0
		if p.first > 0 {
			from = g.texts.ends[p.first-1]
		}
		for _, end := range g.texts.ends[p.first:p.last] {
			dst = binary.LittleEndian.AppendUint32(dst, uint32(end-from))
			dst = append(dst, g.texts.text[from:end]...)
			from = end
		}
	default:
		n := g.leaf.form.width()
		dst = append(dst, g.ids[p.first*n:p.last*n]...)
	}
	return dst
}
