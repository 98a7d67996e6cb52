package block

import (
	"cmp"
	"fmt"
	"slices"

	"supersonic/traces/column"
)

// Find implements column.Segment.
func (b *Block) Find(id [16]byte) (at column.Place, ok bool, err error) {
	err = b.FindAll([][16]byte{id}, func(_ int, place column.Place) { at, ok = place, true })
	return at, ok, err
}

// Has tells whether a trace is here. Who has many to ask for asks FindAll.
func (b *Block) Has(id [16]byte) (bool, error) {
	_, ok, err := b.Find(id)
	return ok, err
}

// wanted is a trace that is looked for.
type wanted struct {
	id     int // which of the ids
	bucket int
	print  uint16
}

// candidate is a trace whose fingerprint is that of an id.
type candidate struct {
	id     int
	number int
}

// FindAll calls found, for each of the ids that is here, with its number among ids
// and where it lies, in no order. An id of a few in a million spans costs 2 µs; of
// many ids, the table is read once, and each page of ids at most once. What one id
// needs stays in the cache, for who finds a trace reads it next; what many need does not.
func (b *Block) FindAll(ids [][16]byte, found func(i int, at column.Place)) error {
	t := &b.ix.ids
	want := make([]wanted, len(ids))
	for i, id := range ids {
		want[i].id = i
		want[i].bucket, want[i].print = t.split(hashID(id))
	}
	slices.SortFunc(want, func(x, y wanted) int { return cmp.Compare(x.bucket, y.bucket) })
	candidates, err := b.candidates(want)
	if err != nil {
		return err
	}
	if len(ids) == 1 {
		return b.findOne(ids[0], candidates, found)
	}
	slices.SortFunc(candidates, func(x, y candidate) int { return cmp.Compare(x.number, y.number) })
	var v column.Vector
	var bounds []uint32
	last := -1
	for _, c := range candidates {
		at := b.ix.place(c.number)
		if at.Page != last {
			if bounds, err = b.readBounds(at.Page); err == nil {
				err = b.leaf(b.ix.byKey[column.TraceID]).Read(at.Page, &v)
			}
			if err != nil {
				return err
			}
			last = at.Page
		}
		if row := bounds[at.Trace]; [16]byte(v.IDs[16*row:]) == ids[c.id] {
			found(c.id, at)
		}
	}
	return nil
}

// findOne reads one row of each candidate.
func (b *Block) findOne(id [16]byte, candidates []candidate, found func(i int, at column.Place)) error {
	var v column.Vector
	for _, c := range candidates {
		at := b.ix.place(c.number)
		bounds, err := b.Bounds(at.Page)
		if err == nil {
			row := int(bounds[at.Trace])
			err = b.leaf(b.ix.byKey[column.TraceID]).ReadRows(at.Page, row, row+1, &v)
		}
		if err != nil {
			return err
		}
		if [16]byte(v.IDs) == id {
			found(c.id, at)
		}
	}
	return nil
}

// windowBytes is how much of the table is read at once where the next bucket is near.
const windowBytes = 1 << 16

// candidates looks into the table. want is in the order of buckets.
func (b *Block) candidates(want []wanted) ([]candidate, error) {
	t := &b.ix.ids
	var out []candidate
	var window []byte
	from, checked := int64(0), -1
	for i, w := range want {
		k := &t.buckets[w.bucket]
		size := int64(k.count) * int64(t.entry())
		if k.at+size > from+int64(len(window)) || window == nil {
			from = k.at
			window = sized(window, int(b.windowSize(want[i:], size)))
			if err := b.readAt(b.index, IndexFile, window, b.ix.table.at+from); err != nil {
				return nil, err
			}
		}
		raw := window[k.at-from:][:size]
		if w.bucket != checked && checksum(raw) != k.crc {
			return nil, b.damage(IndexFile, b.ix.table.at+k.at, "a list of ids has another checksum")
		}
		checked = w.bucket
		for _, number := range t.numbers(raw, w.print) {
			if number >= b.ix.meta.Traces {
				return nil, b.damage(IndexFile, b.ix.table.at+k.at, fmt.Sprintf("no trace has number %d", number))
			}
			out = append(out, candidate{w.id, number})
		}
	}
	return out, nil
}

// windowSize is how much to read for the first of want, whose bucket has a size: as
// far as the last one that is near.
func (b *Block) windowSize(want []wanted, size int64) int64 {
	t := &b.ix.ids
	from := t.buckets[want[0].bucket].at
	for _, w := range want[1:] {
		k := &t.buckets[w.bucket]
		end := k.at + int64(k.count)*int64(t.entry())
		if end-from > windowBytes {
			break
		}
		size = max(size, end-from)
	}
	return size
}
