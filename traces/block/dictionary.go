package block

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/bits"

	"supersonic/traces/column"
)

// nothing is the dictionary of pages without a value.
var nothing = &column.Dict{Texts: []string{""}}

func (c *blockColumn) Dict(page int) (*column.Dict, error) {
	k, e := c.entry(page)
	switch {
	case c.leaf.form != formText:
		return nil, nil
	case e.values == 0 && c.leaf.optional:
		return nothing, nil
	case k.dict.count == 0:
		return nil, nil
	}
	d, err := c.dict(c.b.ix.pages[page].group)
	if err != nil {
		return nil, err
	}
	return d.texts, nil
}

// dictionary is a decoded dictionary: of texts, or of numbers.
type dictionary struct {
	texts *column.Dict
	words []uint64
	few   *[mostNumbers]int64 // words, and behind them zeros, if they fit
}

// dict reads the dictionary of a row group.
func (c *blockColumn) dict(group int) (*dictionary, error) {
	key := cacheKey{c.b.id, cacheDict, int32(c.at), int32(group)}
	if d, ok := c.b.cache.get(key).(*dictionary); ok {
		return d, nil
	}
	k := &c.b.ix.groups[group].chunks[c.at]
	m := memories.Get().(*memory)
	defer memories.Put(m)
	raw, err := c.bytes(m, k.codec, k.offset+int64(k.dict.head), k.dict.size, k.dict.raw, k.dict.crc)
	if err != nil {
		return nil, err
	}
	d, ok := decodeDict(raw, c.leaf.form, int(k.dict.count))
	if !ok {
		return nil, c.damage(k.offset, "the dictionary does not fit its page")
	}
	return c.b.cache.put(key, d, int64(2*len(raw)+24*int(k.dict.count))).(*dictionary), nil
}

func decodeDict(raw []byte, f form, count int) (*dictionary, bool) {
	if f != formText {
		if len(raw) != 8*count || f.width() != 8 {
			return nil, false
		}
		d := &dictionary{words: make([]uint64, count)}
		for i := range d.words {
			d.words[i] = binary.LittleEndian.Uint64(raw[8*i:])
		}
		if count <= mostNumbers {
			d.few = new([mostNumbers]int64)
			for i, w := range d.words {
				d.few[i] = int64(w)
			}
		}
		return d, true
	}
	all, texts := string(raw), make([]string, 0, count) // one piece of memory for all
	for at := 0; len(texts) < count; {
		if len(raw)-at < 4 {
			return nil, false
		}
		n := int64(binary.LittleEndian.Uint32(raw[at:]))
		at += 4
		if n > int64(len(raw)-at) {
			return nil, false
		}
		texts = append(texts, all[at:at+int(n)])
		at += int(n)
	}
	return &dictionary{texts: &column.Dict{Texts: texts}}, texts[0] == ""
}

// coded reads values that are codes of the dictionary.
func (c *blockColumn) coded(m *memory, page int, v *column.Vector, k *chunk, p part, raw []byte) error {
	d, err := c.dict(c.b.ix.pages[page].group)
	if err != nil {
		return err
	}
	to := &m.codes
	if c.leaf.form == formText && p.n == v.Len {
		to = &v.Codes
	}
	dense, err := codes(to, k, c.b.ix.pages[page].inside, p, raw)
	if err != nil {
		return err
	}
	switch c.leaf.form {
	case formText:
		v.Codes = sized(v.Codes, v.Len)
		if p.n < v.Len {
			expand(v.Codes, dense, m.there)
		}
		v.Dict, v.Present = d.texts, v.Present[:0]
	case formInt:
		ints := m.numbers(v, p.n)
		if d.few != nil {
			for i, code := range dense[:len(ints)] {
				ints[i] = d.few[uint8(code)]
			}
		} else {
			for i, code := range dense[:len(ints)] {
				ints[i] = int64(d.words[code])
			}
		}
		m.place(v, ints)
	default:
		v.Floats = sized(v.Floats, v.Len)
		for i, code := range dense {
			v.Floats[i] = math.Float64frombits(d.words[code])
		}
		spread(v, v.Floats, p.n, 1)
	}
	return nil
}

// codes reads a part's codes, all of which the dictionary has. That is looked at once a
// page: its checksum says each time that it is the same. inside is which page of its
// group it is.
func codes(to *[]uint32, k *chunk, inside int, p part, raw []byte) ([]uint32, error) {
	if len(raw) < 1 || int(raw[0]) != bits.Len32(k.dict.count-1) {
		return nil, errShort
	}
	*to = sized(*to, p.n)
	if err := readHybrid(*to, raw[1:], int(raw[0]), p); err != nil {
		return nil, err
	}
	page := uint32(1) << inside // 0 of one beyond 32, of which there are none in our own files
	if k.known.Load()&page != 0 {
		return *to, nil
	}
	if greatest(*to) >= k.dict.count {
		return nil, errCode
	}
	if p.n == p.all {
		k.known.Or(page)
	}
	return *to, nil
}

// FindTexts implements column.TextFinder where a page has a Dict.
func (c *blockColumn) FindTexts(page int, wanted []uint8, rows []uint64) (cost int, ok bool, err error) {
	k, e := c.entry(page)
	if c.leaf.form != formText || c.leaf.nest != nestNone || k.encoding != encDictionary || len(wanted) != int(k.dict.count) {
		return 0, false, nil
	}
	m := memories.Get().(*memory)
	defer memories.Put(m)
	at := e.offset + int64(e.head)
	raw, err := c.bytes(m, k.codec, at, e.size, e.raw, e.crc)
	if err != nil {
		return 0, true, err
	}
	v := &m.times
	v.Reset()
	v.Rows = c.b.ix.pages[page].Rows
	v.Len = v.Rows
	raw, err = c.levels(m, v, k, e, raw)
	var dense []uint32
	if err == nil {
		dense, err = codes(&m.codes, k, c.b.ix.pages[page].inside, part{0, int(e.values), int(e.values)}, raw)
	}
	if err != nil {
		return int(e.size), true, c.damage(at, fmt.Sprintf("page %d: %v", page, err))
	}
	if len(dense) == v.Len {
		column.SelectCodes(dense, wanted, rows)
		return int(e.size), true, nil
	}
	m.items = zeroed(m.items, (len(dense)+63)/64)
	column.SelectCodes(dense, wanted, m.items)
	expandBits(rows, m.items, m.there)
	return int(e.size), true, nil
}

// greatest is the greatest of codes, 0 of none.
func greatest(codes []uint32) uint32 {
	var a, b, c, d uint32
	for ; len(codes) >= 4; codes = codes[4:] {
		a, b, c, d = max(a, codes[0]), max(b, codes[1]), max(c, codes[2]), max(d, codes[3])
	}
	for _, code := range codes {
		a = max(a, code)
	}
	return max(a, b, c, d)
}

var errCode = errors.New("a code that the dictionary has not")
