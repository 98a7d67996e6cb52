package head

import (
	"sync"
)

// index is the entries of a page's lists, by field: of rows, events or links. It is
// made in one walk over the page's records, so that a reader of many columns does
// not walk once for each.
type index struct {
	first []uint32 // by field: its first entry; one more at the end
	item  []uint32 // the row, event or link in the page, ascending within a field
	value []uint64 // as decoder.entry returns it
}

// of returns the entries of a field.
func (x *index) of(field uint32) (item []uint32, value []uint64) {
	if int(field)+1 >= len(x.first) {
		return nil, nil
	}
	from, to := x.first[field], x.first[field+1]
	return x.item[from:to], x.value[from:to]
}

// entries is an index in the making, in the order of the records.
type entries struct {
	field []uint32
	item  []uint32
	value []uint64
}

func (e *entries) add(field uint32, item int, value uint64) {
	e.field = append(e.field, field)
	e.item = append(e.item, uint32(item))
	e.value = append(e.value, value)
}

// index sorts the entries by field.
func (e *entries) index(fields int) index {
	x := index{first: make([]uint32, fields+1), item: make([]uint32, len(e.item)), value: make([]uint64, len(e.item))}
	for _, f := range e.field {
		x.first[f+1]++
	}
	for f := range fields {
		x.first[f+1] += x.first[f]
	}
	next := make([]uint32, fields)
	copy(next, x.first)
	for i, f := range e.field {
		at := next[f]
		next[f]++
		x.item[at], x.value[at] = e.item[i], e.value[i]
	}
	return x
}

// list is what a page's events or links have.
type list struct {
	index
	offsets []uint32 // by row: its first item; one more at the end
	times   []int64  // of events
	text    []uint64 // names of events, trace states of links
	ids     []byte   // of links: 16 and 8 bytes each
	flags   []int64  // of links
	dropped []int64
}

// pageIndex is what is found in the records of a page's rows.
type pageIndex struct {
	rows          index
	events, links list
	bytes         int
}

// read walks over the records of a page.
func (v *View) read(p *page) *pageIndex {
	x := &pageIndex{}
	d := newDecoder(v.types)
	var rows, events, links entries
	x.events.offsets = make([]uint32, 1, p.Rows+1)
	x.links.offsets = make([]uint32, 1, p.Rows+1)
	for i, r := range v.order[p.row : p.row+p.Rows] {
		chunk, k := int(r>>chunkBits), r&chunkMask
		d.begin(v.data[chunk], chunk, v.chunks[chunk].at[k])
		for end := int(d.uvarint()) + d.at; d.at < end; {
			f, value := d.entry()
			rows.add(f, i, value)
		}
		x.events.readEvents(d, &events, v.chunks[chunk].start[k])
		x.links.readLinks(d, &links)
	}
	x.rows = rows.index(len(v.types))
	x.events.index = events.index(len(v.types))
	x.links.index = links.index(len(v.types))
	const entryBytes, itemBytes = 4 + 8, 8 + 8 + 8
	x.bytes = 3*4*len(v.types) + 2*4*p.Rows + entryBytes*(len(rows.item)+len(events.item)+len(links.item)) +
		itemBytes*(len(x.events.times)+2*len(x.links.flags))
	return x
}

func (l *list) readEvents(d *decoder, to *entries, start uint64) {
	if n := int(d.uvarint()); n > 0 {
		d.uvarint() // bytes
		at := start
		for range n {
			at += uint64(d.varint())
			l.times = append(l.times, int64(at))
			l.text = append(l.text, d.text())
			l.readList(d, to)
		}
	}
	l.offsets = append(l.offsets, uint32(len(l.text)))
}

func (l *list) readLinks(d *decoder, to *entries) {
	for range int(d.uvarint()) {
		l.ids = append(l.ids, d.data[d.at:d.at+linkIDs]...)
		d.at += linkIDs
		l.text = append(l.text, d.text())
		l.flags = append(l.flags, int64(d.uvarint()))
		l.readList(d, to)
	}
	l.offsets = append(l.offsets, uint32(len(l.text)))
}

// linkIDs is the bytes of a link's two ids.
const linkIDs = 16 + 8

func (l *list) readList(d *decoder, to *entries) {
	end, dropped := d.list()
	for d.at < end {
		f, value := d.entry()
		to.add(f, len(l.dropped), value)
	}
	l.dropped = append(l.dropped, int64(dropped))
}

// cacheBytes is how much the indexes of a View's pages may take: those of 131,072
// rows of site traffic do.
const cacheBytes = 32 << 20

// cache keeps indexes of pages, the latest made.
type cache struct {
	mu    sync.Mutex
	pages map[int]*pageIndex
	made  []int // in which order
	bytes int
}

// index returns the index of a page. Two readers may make one at the same time.
func (v *View) index(page int) *pageIndex {
	c := &v.cache
	c.mu.Lock()
	x := c.pages[page]
	c.mu.Unlock()
	if x != nil {
		return x
	}
	x = v.read(&v.pages[page])
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pages == nil {
		c.pages = make(map[int]*pageIndex)
	}
	if c.pages[page] != nil {
		return x
	}
	c.pages[page] = x
	c.made = append(c.made, page)
	for c.bytes += x.bytes; c.bytes > cacheBytes && len(c.made) > 1; c.made = c.made[1:] {
		c.bytes -= c.pages[c.made[0]].bytes
		delete(c.pages, c.made[0])
	}
	return x
}

// origins is the values of one field in all resources or scopes.
type originValues struct {
	value   []uint64 // by number of the resource or scope
	present []bool
}

// perOrigin is the values of fields in resources, or in scopes, by field.
type perOrigin struct {
	once   sync.Once
	fields map[uint32]*originValues
}

// origin returns the values of a field of resources or scopes, nil if none has it.
func (v *View) origin(scope bool, field uint32) *originValues {
	at, records := &v.perOrigin[0], v.resources
	if scope {
		at, records = &v.perOrigin[1], v.scopes
	}
	at.once.Do(func() {
		at.fields = make(map[uint32]*originValues)
		d := newDecoder(v.types)
		for i, record := range records {
			for d.begin(record, i, 0); d.at < len(record); {
				f, value := d.entry()
				o := at.fields[f]
				if o == nil {
					o = &originValues{value: make([]uint64, len(records)), present: make([]bool, len(records))}
					at.fields[f] = o
				}
				if !o.present[i] {
					o.value[i], o.present[i] = value, true
				}
			}
		}
	})
	return at.fields[field]
}
