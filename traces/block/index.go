package block

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"sort"
	"sync/atomic"

	"supersonic/traces/column"
)

// index is the head of the file "index": what is known of a block without reading
// its pages.
type index struct {
	meta   Meta
	data   dataFile
	leaves []leaf
	rest   []column.Key // attributes without a column of their own
	pages  []pageInfo
	groups []group
	ids    idTable

	bounds, table region // of the index file

	byKey map[column.Key]int // of leaves
	slow  map[column.Key]bool
}

// dataFile is what the index knows of spans.parquet as a whole.
type dataFile struct {
	size      int64
	crc       uint32
	footer    int64 // where it begins
	footerCRC uint32
}

// region is a part of a file.
type region struct{ at, size int64 }

type pageInfo struct {
	column.PageInfo
	trace  int    // number of its first trace in the block
	at     int64  // of its bounds, in the region of bounds
	size   uint32 // of its bounds
	crc    uint32
	inside int // which page of its group it is
	group  int
}

// group is a row group.
type group struct {
	first, pages int
	chunks       []chunk // by leaf
}

// chunk is a column in a row group.
type chunk struct {
	offset   int64 // in the file
	encoding uint8
	codec    uint8
	known    atomic.Uint32 // bits: pages of which every code was seen to be one of the dictionary
	dict     dictEntry
	pages    []pageEntry
	zones    []zone // by page, of numbers; nil: of other values
}

// dictEntry is a dictionary's page; count 0: there is none.
type dictEntry struct {
	size, raw, crc, count uint32
	head                  uint8 // bytes of the page's header
}

// pageEntry is a page of a column.
type pageEntry struct {
	offset         int64 // of the header
	size, raw, crc uint32
	slots          uint32 // rows; of a list: items, and rows without one
	values         uint32 // that are there
	head           uint8
}

// zone is the least and greatest of numbers.
type zone struct{ lo, hi int64 }

func (d *dictEntry) whole() int64 { return int64(d.head) + int64(d.size) }
func (p *pageEntry) whole() int64 { return int64(p.head) + int64(p.size) }

// size is how many bytes of the file the chunk has.
func (c *chunk) size() int64 {
	n := c.dict.whole()
	for i := range c.pages {
		n += c.pages[i].whole()
	}
	return n
}

// zone is the least and greatest number of all pages.
func (c *chunk) zone() (lo, hi int64, ok bool) {
	for i := range c.pages {
		p := &c.pages[i]
		if p.values == 0 {
			continue
		}
		z := c.zones[i]
		if !ok {
			lo, hi, ok = z.lo, z.hi, true
		}
		lo, hi = min(lo, z.lo), max(hi, z.hi)
	}
	return lo, hi, ok
}

// link fills what follows from the rest.
func (ix *index) link() {
	ix.byKey = make(map[column.Key]int, len(ix.leaves))
	for i := range ix.leaves {
		ix.byKey[ix.leaves[i].key] = i
	}
	ix.slow = make(map[column.Key]bool, len(ix.rest))
	for _, k := range ix.rest {
		ix.slow[k] = true
	}
	trace := 0
	for g := range ix.groups {
		for i := range ix.groups[g].pages {
			p := &ix.pages[ix.groups[g].first+i]
			p.trace, p.group, p.inside = trace, g, i
			trace += p.Traces
		}
	}
}

// place is where a trace of a number lies.
func (ix *index) place(number int) column.Place {
	p := sort.Search(len(ix.pages), func(i int) bool { return ix.pages[i].trace > number }) - 1
	return column.Place{Page: p, Trace: number - ix.pages[p].trace}
}

// memory is about how many bytes the index takes.
func (ix *index) memory() int64 {
	n := int64(len(ix.pages))*112 + int64(len(ix.ids.buckets))*16 + int64(len(ix.rest))*100 + 1000
	for i := range ix.leaves {
		n += 200 + 2*int64(len(ix.leaves[i].name))
	}
	for i := range ix.groups {
		for k := range ix.groups[i].chunks {
			n += 96 + 32*int64(len(ix.groups[i].chunks[k].pages)) + 16*int64(len(ix.groups[i].chunks[k].zones))
		}
	}
	return n
}

// idTable finds traces by id. The upper bits of an id's hash choose a bucket; in it
// the next 16 bits are followed by the trace's number, sorted.
type idTable struct {
	bits    int // buckets are 2 to the power of it
	width   int // bytes of a number
	buckets []bucket
}

type bucket struct {
	at    int64 // in the region of ids
	count uint32
	crc   uint32
}

// bucketTraces is about how many traces a bucket has: one in 1,000 searches for an
// absent trace looks at a page in vain.
const bucketTraces = 64

// fingerprint is the 16 bits that a bucket keeps.
const fingerprint = 2

func hashID(id [16]byte) uint64 {
	x := binary.LittleEndian.Uint64(id[:])*0x9e3779b97f4a7c15 ^ bits.RotateLeft64(binary.LittleEndian.Uint64(id[8:])*0xc2b2ae3d27d4eb4f, 32)
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}

// split is a hash's bucket and what the bucket keeps of it.
func (t *idTable) split(hash uint64) (bucket int, print uint16) {
	hash = bits.RotateLeft64(hash, t.bits)
	bucket = int(hash & (1<<t.bits - 1))
	return bucket, uint16(hash >> 48)
}

func (t *idTable) entry() int { return fingerprint + t.width }

// makeIDs makes the table of traces whose hashes are given, and its bytes.
func makeIDs(hashes []uint64) (t idTable, data []byte) {
	t.width = max(1, (bits.Len(uint(len(hashes)))+7)/8)
	t.bits = max(0, bits.Len(uint(len(hashes)/bucketTraces)))
	type item struct {
		print  uint16
		number uint32
	}
	ends := make([]int, 1<<t.bits+1) // of each bucket's items; while they are put there, where the next one goes
	for _, h := range hashes {
		b, _ := t.split(h)
		ends[b+1]++
	}
	for b := range 1 << t.bits {
		ends[b+1] += ends[b]
	}
	items := make([]item, len(hashes))
	for i, h := range hashes {
		b, print := t.split(h)
		items[ends[b]] = item{print, uint32(i)}
		ends[b]++
	}
	data = make([]byte, 0, len(hashes)*t.entry())
	for b, first := 0, 0; b < 1<<t.bits; b++ {
		list := items[first:ends[b]]
		first = ends[b]
		slices.SortFunc(list, func(a, b item) int {
			if a.print != b.print {
				return int(a.print) - int(b.print)
			}
			return int(a.number) - int(b.number)
		})
		from := len(data)
		for _, it := range list {
			data = binary.LittleEndian.AppendUint16(data, it.print)
			for k := range t.width {
				data = append(data, byte(it.number>>(8*k)))
			}
		}
		t.buckets = append(t.buckets, bucket{at: int64(from), count: uint32(len(list)), crc: checksum(data[from:])})
	}
	return t, data
}

// numbers lists the traces of a bucket's bytes whose hash has a print.
func (t *idTable) numbers(data []byte, print uint16) []int {
	size := t.entry()
	n := len(data) / size
	at := func(i int) uint16 { return binary.LittleEndian.Uint16(data[i*size:]) }
	var out []int
	for i := sort.Search(n, func(i int) bool { return at(i) >= print }); i < n && at(i) == print; i++ {
		number := 0
		for b := range t.width {
			number |= int(data[i*size+fingerprint+b]) << (8 * b)
		}
		out = append(out, number)
	}
	return out
}
