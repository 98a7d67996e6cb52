package block

import (
	"fmt"
	"math/bits"

	"supersonic/traces/column"
)

var (
	_ column.RowReader = (*blockColumn)(nil)
	_ column.Emptier   = (*blockColumn)(nil)
)

// Empty implements column.Emptier, by the index.
func (c *blockColumn) Empty(page int) bool {
	_, e := c.entry(page)
	return e.values == 0
}

// part is which of a page's values are read: n of them from one on.
type part struct{ from, n, all int }

// ReadRows implements column.RowReader. The page is unpacked as a whole, and kept in
// the Cache like that: who reads a trace often reads its neighbours next. Only what
// the rows need is decoded.
func (c *blockColumn) ReadRows(page, lo, hi int, v *column.Vector) error {
	v.Reset()
	m := memories.Get().(*memory)
	defer memories.Put(m)
	return c.readRows(m, page, lo, hi, v)
}

func (c *blockColumn) readRows(m *memory, page, lo, hi int, v *column.Vector) error {
	k, e := c.entry(page)
	rows := c.b.ix.pages[page].Rows
	if lo < 0 || lo > hi || hi > rows {
		return fmt.Errorf("rows %d to %d of a page of %d", lo, hi, rows)
	}
	v.Rows = hi - lo
	v.Len = v.Rows
	if e.values == 0 && c.leaf.nest == nestNone && c.leaf.optional {
		c.absent(v)
		return nil
	}
	of, raw, err := c.kept(m, page, v)
	if err != nil {
		return err
	}
	if of != nil {
		raw, err = of.levels()
	}
	var p part
	if err == nil {
		raw, p, err = c.rowLevels(m, v, k, e, raw, lo, hi)
	}
	if err == nil && of != nil {
		raw, p, err = of.values(&m.raw, p)
	}
	if err == nil {
		err = c.values(m, page, v, k, p, raw)
	}
	if err != nil {
		return c.damage(e.offset+int64(e.head), fmt.Sprintf("page %d: %v", page, err))
	}
	if c.leaf.rel != relNone {
		return c.relate(m, page, lo, hi, v)
	}
	return nil
}

// kept returns the unpacked bytes of a page, or its frames if it has several, and
// leaves them in the Cache. They must not be changed.
func (c *blockColumn) kept(m *memory, page int, v *column.Vector) (*frames, []byte, error) {
	k, e := c.entry(page)
	key := cacheKey{c.b.id, cacheRaw, int32(c.at), int32(page)}
	switch of := c.b.cache.get(key).(type) {
	case *frames:
		return of, nil, nil
	case []byte:
		return nil, of, nil
	}
	at := e.offset + int64(e.head)
	several := c.leaf.frameValues(k) > 0
	m.packed = sized(m.packed, int(e.size))
	packed := m.packed
	if several || k.codec == codecNone { // they stay
		packed = make([]byte, e.size)
	}
	if err := c.packed(packed, at, e.crc); err != nil {
		return nil, nil, err
	}
	v.Cost += int(e.size)
	if several {
		of, err := c.newFrames(k, packed, e.raw)
		if err != nil {
			return nil, nil, c.damage(at, err.Error())
		}
		if of != nil {
			return c.b.cache.put(key, of, int64(e.size)+int64(e.raw)).(*frames), nil, nil
		}
	}
	raw := packed
	if k.codec != codecNone {
		var err error
		if raw, err = c.unpack(make([]byte, e.raw), packed, at); err != nil {
			return nil, nil, err
		}
	}
	return nil, c.b.cache.put(key, raw, int64(len(raw))).([]byte), nil
}

// rowLevels reads which of the rows from lo to before hi, and of their items, have
// values, as levels does of all rows. It also tells which values these are.
func (c *blockColumn) rowLevels(m *memory, v *column.Vector, k *chunk, e *pageEntry, raw []byte, lo, hi int) ([]byte, part, error) {
	p := part{from: lo, n: hi - lo, all: int(e.values)}
	coded := c.leaf.form == formText && k.encoding == encDictionary
	if c.leaf.nest != nestNone {
		return c.itemLevels(m, v, e, coded, raw, lo, hi)
	}
	if !c.leaf.optional {
		return raw, p, nil
	}
	if e.values == e.slots {
		_, raw, err := cutLevels(raw)
		return raw, p, err
	}
	raw, err := takeBits(&m.there, raw, int(e.slots))
	if err != nil {
		return nil, p, err
	}
	if n := countBits(m.there); n != p.all {
		return nil, p, fmt.Errorf("%d values are there, the index says %d", n, p.all)
	}
	p.from = rank(m.there, lo)
	m.there = cutBits(m.there, lo, hi)
	p.n = countBits(m.there)
	return raw, p, setPresent(v, m.there, p.n, coded)
}

// itemLevels is rowLevels of a list.
func (c *blockColumn) itemLevels(m *memory, v *column.Vector, e *pageEntry, coded bool, raw []byte, lo, hi int) ([]byte, part, error) {
	p := part{all: int(e.values)}
	slots := int(e.slots)
	raw, err := takeBits(&m.rep, raw, slots)
	if err != nil {
		return nil, p, err
	}
	from, to := slotOf(m.rep, lo, slots), slotOf(m.rep, hi, slots)
	m.rep = cutBits(m.rep, from, to)
	v.Offsets = sized(v.Offsets, v.Rows+1)
	if !c.leaf.optional {
		if raw, err = takeBits(&m.there, raw, slots); err != nil {
			return nil, p, err
		}
		if n := countBits(m.there); n != p.all {
			return nil, p, fmt.Errorf("%d values are there, the index says %d", n, p.all)
		}
		p.from = rank(m.there, from)
		m.there = cutBits(m.there, from, to)
		v.Len, err = offsetsOf(v.Offsets, m.rep, m.there, to-from)
		p.n = v.Len
		return raw, p, err
	}
	packed, raw, err := cutLevels(raw)
	if err != nil {
		return nil, p, err
	}
	m.pairs = sized(m.pairs, (slots+31)/32)
	if err := readPairs(m.pairs, packed, slots); err != nil {
		return nil, p, err
	}
	if n := countUpper(m.pairs, slots); n != p.all {
		return nil, p, fmt.Errorf("%d values are there, the index says %d", n, p.all)
	}
	p.from = countUpper(m.pairs, from)
	p.n = countUpper(m.pairs, to) - p.from
	m.levels = sized(m.levels, to-from)
	for i := range m.levels {
		m.levels[i] = uint32(m.pairs[(from+i)>>5]>>(2*((from+i)&31))) & 3
	}
	m.there, m.items = zeroed(m.there, len(m.rep)), zeroed(m.items, len(m.rep))
	splitLevels(m.items, m.there, m.levels)
	if v.Len, err = offsetsOf(v.Offsets, m.rep, m.items, to-from); err != nil {
		return nil, p, err
	}
	m.there = m.there[:(v.Len+63)/64]
	return raw, p, setPresent(v, m.there, p.n, coded)
}

// rank is how many of the first n bits are set.
func rank(words []uint64, n int) int {
	out := countBits(words[:n>>6])
	if left := n & 63; left != 0 {
		out += bits.OnesCount64(words[n>>6] & (1<<left - 1))
	}
	return out
}

// cutBits moves the bits from lo to before hi to the front, and clears what is behind
// them in the last word.
func cutBits(words []uint64, lo, hi int) []uint64 {
	n := (hi - lo + 63) / 64
	w, shift := lo>>6, uint(lo&63)
	for i := range n {
		x := words[w+i] >> shift
		if w+i+1 < len(words) {
			x |= words[w+i+1] << (64 - shift) // 0 where shift is 0
		}
		words[i] = x
	}
	words = words[:n]
	if over := (hi - lo) & 63; over != 0 {
		words[n-1] &= 1<<over - 1
	}
	return words
}

// slotOf is the slot with which a row begins, by the bits of repetition; slots if
// there is no such row.
func slotOf(rep []uint64, row, slots int) int {
	for w, r := range rep {
		begins := ^r
		if n := bits.OnesCount64(begins); row >= n {
			row -= n
			continue
		}
		for range row {
			begins &= begins - 1
		}
		return min(slots, w<<6+bits.TrailingZeros64(begins))
	}
	return slots
}
