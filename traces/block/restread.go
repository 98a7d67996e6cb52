package block

import (
	"fmt"

	"supersonic/traces/column"
)

// restColumn is an attribute that has no column of its own.
type restColumn struct {
	b   *Block
	key column.Key
}

func (*restColumn) Zone(int) (lo, hi int64, ok bool) { return 0, 0, false }

func (c *restColumn) Dict(int) (*column.Dict, error) { return nil, nil }

// restPage is the rare attributes of a page.
type restPage struct {
	of   map[column.Key]*restVector
	cost int
}

func (c *restColumn) Read(page int, v *column.Vector) error {
	v.Reset()
	v.Rows = c.b.ix.pages[page].Rows
	v.Len = v.Rows
	rest, err := c.b.restPage(page)
	if err != nil {
		return err
	}
	cost := rest.cost
	if c.key.List() {
		of := column.EventTime
		if c.key.Scope == column.ScopeLink {
			of = column.LinkTraceID
		}
		if err := c.b.leaf(c.b.ix.byKey[of]).Read(page, v); err != nil {
			return err
		}
		v.Ints, v.IDs, v.Present = v.Ints[:0], v.IDs[:0], v.Present[:0]
	}
	v.Cost += cost
	values := rest.of[c.key]
	if values == nil {
		values = &restVector{}
	}
	if c.key.List() {
		if values, err = values.inLists(v.Offsets); err != nil {
			return c.damage(page, err)
		}
	}
	if err := values.fill(c.key, v); err != nil {
		return c.damage(page, err)
	}
	return nil
}

func (c *restColumn) damage(page int, err error) error {
	return c.b.damage(DataFile, c.b.ix.groups[c.b.ix.pages[page].group].chunks[c.b.ix.byKey[restKey]].offset,
		fmt.Sprintf("page %d, the rare attributes: %v", page, err))
}

// inLists replaces items, a row and which of its items, by numbers of items.
func (r *restVector) inLists(offsets []uint32) (*restVector, error) {
	out := *r
	out.items = make([]uint32, len(r.items))
	for i, row := range r.items {
		at := uint64(offsets[row]) + uint64(r.within[i])
		if at >= uint64(offsets[row+1]) {
			return nil, fmt.Errorf("an attribute of item %d of %d", r.within[i], offsets[row+1]-offsets[row])
		}
		out.items[i] = uint32(at)
	}
	return &out, nil
}

// restPage reads the rare attributes of a page.
func (b *Block) restPage(page int) (*restPage, error) {
	key := cacheKey{b.id, cacheRest, 0, int32(page)}
	if p, ok := b.cache.get(key).(*restPage); ok {
		return &restPage{of: p.of}, nil
	}
	var names, values column.Vector
	if err := b.leaf(b.ix.byKey[restKey]).Read(page, &names); err != nil {
		return nil, err
	}
	if err := b.leaf(b.ix.byKey[restValue]).Read(page, &values); err != nil {
		return nil, err
	}
	c := &restColumn{b: b}
	p := &restPage{of: make(map[column.Key]*restVector), cost: names.Cost + values.Cost}
	if names.Len != values.Len {
		return nil, c.damage(page, fmt.Errorf("%d names of %d values", names.Len, values.Len))
	}
	parsed := make(map[string]restKind)
	for row := range names.Rows {
		for i := names.Offsets[row]; i < names.Offsets[row+1]; i++ {
			if err := p.add(parsed, uint32(row), names.TextAt(int(i)), values.TextAt(int(i))); err != nil {
				return nil, c.damage(page, err)
			}
		}
	}
	size := int64(4*len(values.Text) + 40*values.Len + 200*len(p.of))
	b.cache.put(key, p, size)
	return p, nil
}

func (p *restPage) add(parsed map[string]restKind, row uint32, name, value []byte) error {
	k, ok := parsed[string(name)]
	if !ok {
		if k, ok = parseRest(string(name)); !ok {
			return fmt.Errorf("%q names no attribute", name)
		}
		parsed[string(name)] = k
	}
	v := p.of[k.key]
	if v == nil {
		v = &restVector{}
		p.of[k.key] = v
	}
	v.within = append(v.within, uint32(k.item))
	return v.add(k, row, value)
}
