package block

import (
	"encoding/binary"
	"fmt"

	"supersonic/traces/column"
)

// levels reads which rows and items have values, and returns what follows. m.there
// has the bits of values, unless all are there.
func (c *blockColumn) levels(m *memory, v *column.Vector, k *chunk, e *pageEntry, raw []byte) ([]byte, error) {
	coded := c.leaf.form == formText && k.encoding == encDictionary
	if c.leaf.nest == nestNone {
		if !c.leaf.optional {
			return raw, nil
		}
		if e.values == e.slots {
			_, raw, err := cutLevels(raw)
			return raw, err
		}
		raw, err := takeBits(&m.there, raw, int(e.slots))
		if err == nil {
			err = setPresent(v, m.there, int(e.values), coded)
		}
		return raw, err
	}
	raw, err := takeBits(&m.rep, raw, int(e.slots))
	if err != nil {
		return nil, err
	}
	v.Offsets = sized(v.Offsets, v.Rows+1)
	if !c.leaf.optional {
		if raw, err = takeBits(&m.there, raw, int(e.slots)); err == nil {
			v.Len, err = offsetsOf(v.Offsets, m.rep, m.there, int(e.slots))
		}
		if err == nil && v.Len != int(e.values) {
			err = errShort
		}
		return raw, err
	}
	def, raw, err := takeLevels(&m.levels, raw, int(e.slots), 2)
	if err != nil {
		return nil, err
	}
	m.there = zeroed(m.there, len(m.rep))
	m.items = zeroed(m.items, len(m.rep))
	splitLevels(m.items, m.there, def)
	if v.Len, err = offsetsOf(v.Offsets, m.rep, m.items, int(e.slots)); err != nil {
		return nil, err
	}
	m.there = m.there[:(v.Len+63)/64]
	return raw, setPresent(v, m.there, int(e.values), coded)
}

// splitLevels makes of levels 0 (no item), 1 (without a value) and 2 the bits of
// items, and for each item whether it has a value. Both are zero before.
func splitLevels(items, there []uint64, levels []uint32) {
	n := 0 // items so far
	for w := range items {
		part := levels[64*w : min(64*w+64, len(levels))]
		var item, value uint64
		k := uint(0)
		for i, d := range part {
			bit := uint64(d|d>>1) & 1
			item |= bit << (i & 63)
			value |= uint64(d>>1&1) << (k & 63)
			k += uint(bit)
		}
		items[w] = item
		there[n>>6] |= value << (n & 63)
		if n&63 != 0 && n>>6+1 < len(there) {
			there[n>>6+1] |= value >> (64 - n&63)
		}
		n += int(k)
	}
}

// cutLevels cuts the levels from what follows.
func cutLevels(raw []byte) (levels, rest []byte, err error) {
	if len(raw) < 4 || int64(binary.LittleEndian.Uint32(raw)) > int64(len(raw)-4) {
		return nil, nil, errShort
	}
	size := int(binary.LittleEndian.Uint32(raw)) + 4
	return raw[4:size], raw[size:], nil
}

// takeLevels reads levels, and returns what follows.
func takeLevels(to *[]uint32, raw []byte, n, width int) (levels []uint32, rest []byte, err error) {
	packed, rest, err := cutLevels(raw)
	if err != nil {
		return nil, nil, err
	}
	*to = sized(*to, n)
	return *to, rest, readHybrid(*to, packed, width, part{0, n, n})
}

// takeBits reads levels of one bit, and returns what follows.
func takeBits(to *[]uint64, raw []byte, n int) (rest []byte, err error) {
	packed, rest, err := cutLevels(raw)
	if err != nil {
		return nil, err
	}
	*to = sized(*to, (n+63)/64)
	return rest, readBits(*to, packed, n)
}

// setPresent marks the values whose bit is set, where not all are. coded: their codes
// tell.
func setPresent(v *column.Vector, there []uint64, values int, coded bool) error {
	if n := countBits(there); n != values {
		return fmt.Errorf("%d values are there, the index says %d", n, values)
	}
	if values == v.Len || coded {
		return nil
	}
	v.Present = sized(v.Present, v.Len)
	for w, x := range there {
		part := v.Present[64*w : min(64*w+64, v.Len)]
		for ; len(part) >= 8; part, x = part[8:], x>>8 {
			*(*[8]bool)(part) = bools[uint8(x)]
		}
		for i := range part {
			part[i] = x>>i&1 != 0
		}
	}
	return nil
}

// bools is the bits of a byte.
var bools = func() (t [256][8]bool) {
	for x := range t {
		for i := range t[x] {
			t[x][i] = x>>i&1 != 0
		}
	}
	return t
}()
