package block

import (
	"math"
	"slices"

	"supersonic/traces/column"
)

// Values implements column.Segment: it tells where all row groups have a
// dictionary, and of Bools.
func (b *Block) Values(k column.Key) (*column.Vector, bool, error) {
	i, ok := b.ix.byKey[k]
	if !ok || !b.ix.leaves[i].some {
		return &column.Vector{}, !b.ix.slow[k], nil
	}
	if b.ix.leaves[i].rel != relNone {
		return nil, false, nil
	}
	if b.ix.leaves[i].form == formBool {
		return b.boolValues(i), true, nil
	}
	key := cacheKey{b.id, cacheValues, int32(i), 0}
	if v, ok := b.cache.get(key).(*column.Vector); ok {
		return v, true, nil
	}
	for g := range b.ix.groups {
		c := &b.ix.groups[g].chunks[i]
		if c.dict.count == 0 && slices.ContainsFunc(c.pages, func(p pageEntry) bool { return p.values > 0 }) {
			return nil, false, nil
		}
	}
	v := &column.Vector{}
	var err error
	if b.ix.leaves[i].form == formText {
		err = b.textValues(i, v)
	} else {
		err = b.numberValues(i, v)
	}
	if err != nil {
		return nil, false, err
	}
	size := int64(200 + 12*v.Len)
	if v.Dict != nil {
		size += 16 * int64(len(v.Dict.Texts)) // of texts in other dictionaries
		for _, t := range v.Dict.Texts {
			size += int64(len(t))
		}
	}
	return b.cache.put(key, v, size).(*column.Vector), true, nil
}

// boolValues are the least and the greatest value.
func (b *Block) boolValues(leaf int) *column.Vector {
	var there [2]bool
	for g := range b.ix.groups {
		if lo, hi, ok := b.ix.groups[g].chunks[leaf].zone(); ok {
			there[lo&1], there[hi&1] = true, true
		}
	}
	v := &column.Vector{}
	for i, ok := range there {
		if ok {
			v.Ints = append(v.Ints, int64(i))
		}
	}
	v.Rows, v.Len = len(v.Ints), len(v.Ints)
	return v
}

func (b *Block) textValues(leaf int, v *column.Vector) error {
	d := &column.Dict{Texts: []string{""}}
	seen := make(map[string]bool)
	for g := range b.ix.groups {
		if b.ix.groups[g].chunks[leaf].dict.count == 0 {
			continue
		}
		of, err := b.leaf(leaf).dict(g)
		if err != nil {
			return err
		}
		for _, t := range of.texts.Texts[1:] {
			if !seen[t] {
				seen[t] = true
				d.Texts = append(d.Texts, t)
			}
		}
	}
	v.Dict = d
	for i := range d.Texts[1:] {
		v.Codes = append(v.Codes, uint32(i+1))
	}
	v.Rows, v.Len = len(v.Codes), len(v.Codes)
	return nil
}

func (b *Block) numberValues(leaf int, v *column.Vector) error {
	seen := make(map[uint64]bool)
	for g := range b.ix.groups {
		if b.ix.groups[g].chunks[leaf].dict.count == 0 {
			continue
		}
		of, err := b.leaf(leaf).dict(g)
		if err != nil {
			return err
		}
		for _, w := range of.words {
			switch {
			case seen[w]:
				continue
			case b.ix.leaves[leaf].form == formDouble:
				v.Floats = append(v.Floats, math.Float64frombits(w))
			default:
				v.Ints = append(v.Ints, int64(w))
			}
			seen[w] = true
		}
	}
	v.Rows = len(seen)
	v.Len = v.Rows
	return nil
}
