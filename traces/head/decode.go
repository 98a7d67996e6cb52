package head

import (
	"encoding/binary"

	"supersonic/traces/column"
)

// plain marks the value of a text that is in no dictionary: below it are the number
// of the chunk and where in its data the text's length stands. Of resources and
// scopes it is their number instead of the chunk's.
const plain = 1 << 63

// decoder reads records. It trusts them: they never leave memory.
type decoder struct {
	data []byte
	at   int
	home uint64 // number of the chunk, resource or scope, shifted for a plain text

	types  []column.Type
	ints   []int64 // by field: the last value of an Int
	of     []uint32
	record uint32
}

func newDecoder(types []column.Type) *decoder {
	return &decoder{types: types, ints: make([]int64, len(types)), of: make([]uint32, len(types))}
}

// begin starts the record at a place of data.
func (d *decoder) begin(data []byte, home int, at uint32) {
	d.data, d.at, d.home = data, int(at), uint64(home)<<32
	d.record++
}

func (d *decoder) uvarint() uint64 {
	if b := d.data[d.at]; b < 0x80 {
		d.at++
		return uint64(b)
	}
	v, n := binary.Uvarint(d.data[d.at:])
	d.at += n
	return v
}

func (d *decoder) varint() int64 {
	u := d.uvarint()
	return int64(u>>1) ^ -int64(u&1)
}

// entry reads the next entry of a list. The value of a text is its code or plain,
// of the others its bits.
func (d *decoder) entry() (field uint32, value uint64) {
	field = uint32(d.uvarint())
	switch d.types[field] {
	case column.Int:
		n := d.varint()
		if d.of[field] == d.record {
			n += d.ints[field]
		}
		d.of[field], d.ints[field] = d.record, n
		return field, uint64(n)
	case column.Float:
		d.at += 8
		return field, binary.LittleEndian.Uint64(d.data[d.at-8:])
	case column.Bool:
		d.at++
		return field, uint64(d.data[d.at-1])
	}
	return field, d.text()
}

func (d *decoder) text() uint64 {
	if code := d.uvarint(); code != 0 {
		return code
	}
	value := plain | d.home | uint64(d.at)
	n := d.uvarint()
	d.at += int(n)
	return value
}

// list begins the list of an event or link: where it ends, and dropped attributes.
func (d *decoder) list() (end int, dropped uint64) {
	n := d.uvarint()
	if n&1 != 0 {
		dropped = d.uvarint()
	}
	return d.at + int(n>>1), dropped
}

// plainText is the text of a value with plain set, in its home's data.
func plainText(data []byte, value uint64) []byte {
	at := uint32(value)
	n, size := binary.Uvarint(data[at:])
	at += uint32(size)
	return data[at : uint64(at)+n]
}

// homeOf is the number of the chunk, resource or scope of a plain value.
func homeOf(value uint64) int { return int(value &^ plain >> 32) }
