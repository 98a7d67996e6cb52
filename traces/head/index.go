package head

import (
	"slices"
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

// entry is an entry of an index in the making.
type entry struct {
	field, item uint32
	value       uint64
}

// entries is an index in the making, in the order of the records.
type entries []entry

func (e *entries) add(field uint32, item int, value uint64) {
	*e = append(*e, entry{field, uint32(item), value})
}

// index sorts the entries by field.
func (e entries) index(fields int) index {
	x := index{first: make([]uint32, fields+1), item: make([]uint32, len(e)), value: make([]uint64, len(e))}
	for i := range e {
		x.first[e[i].field+1]++
	}
	for f := range fields {
		x.first[f+1] += x.first[f]
	}
	next := slices.Clone(x.first)
	for i := range e {
		at := next[e[i].field]
		next[e[i].field]++
		x.item[at], x.value[at] = e[i].item, e[i].value
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
	dropped []int64  // nil: all are 0
}

// grown is memory in which a page's index grows, before it is copied to its size.
type grown struct {
	rows, items   entries
	times, counts []int64
	text          []uint64
}

var growns = sync.Pool{New: func() any { return new(grown) }}

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
	g := growns.Get().(*grown)
	defer growns.Put(g)
	rows := g.rows[:0]
	events := listReader{entries: g.items[:0], text: g.text[:0], times: g.times[:0], dropped: g.counts[:0]}
	var links listReader
	x.events.offsets = make([]uint32, 1, p.Rows+1)
	x.links.offsets = make([]uint32, 1, p.Rows+1)
	for i, r := range v.order[p.row : p.row+p.Rows] {
		chunk, k := int(r>>chunkBits), r&chunkMask
		d.begin(v.data[chunk], chunk, v.chunks[chunk].at[k])
		for end := int(d.uvarint()) + d.at; d.at < end; {
			f, value := d.entry()
			rows.add(f, i, value)
		}
		events.readEvents(d, v.chunks[chunk].start[k])
		x.events.offsets = append(x.events.offsets, uint32(len(events.text)))
		links.readLinks(d)
		x.links.offsets = append(x.links.offsets, uint32(len(links.text)))
	}
	x.rows = rows.index(len(v.types))
	events.list(&x.events, len(v.types))
	links.list(&x.links, len(v.types))
	g.rows, g.items, g.text, g.times, g.counts = rows, events.entries, events.text, events.times, events.dropped
	const entryBytes, itemBytes = 4 + 8, 8 + 8 + 8
	x.bytes = 3*4*len(v.types) + 2*4*p.Rows + entryBytes*(len(rows)+len(events.entries)+len(links.entries)) +
		itemBytes*(len(x.events.times)+2*len(x.links.flags))
	return x
}

// listReader reads the events, or the links, of a page's rows.
type listReader struct {
	entries
	times, flags, dropped []int64
	text                  []uint64
	ids                   []byte
	some                  bool // one dropped attributes
}

// list makes l of what was read.
func (r *listReader) list(l *list, fields int) {
	l.index = r.index(fields)
	l.times, l.flags, l.text, l.ids = slices.Clone(r.times), slices.Clone(r.flags), slices.Clone(r.text), slices.Clone(r.ids)
	if r.some {
		l.dropped = slices.Clone(r.dropped)
	}
}

func (r *listReader) readEvents(d *decoder, start uint64) {
	if n := int(d.uvarint()); n > 0 {
		d.uvarint() // bytes
		at := start
		for range n {
			at += uint64(d.varint())
			r.times = append(r.times, int64(at))
			r.text = append(r.text, d.text())
			r.readList(d)
		}
	}
}

func (r *listReader) readLinks(d *decoder) {
	for range int(d.uvarint()) {
		r.ids = append(r.ids, d.data[d.at:d.at+linkIDs]...)
		d.at += linkIDs
		r.text = append(r.text, d.text())
		r.flags = append(r.flags, int64(d.uvarint()))
		r.readList(d)
	}
}

// linkIDs is the bytes of a link's two ids.
const linkIDs = 16 + 8

func (r *listReader) readList(d *decoder) {
	end, dropped := d.list()
	for d.at < end {
		f, value := d.entry()
		r.add(f, len(r.dropped), value)
	}
	r.dropped = append(r.dropped, int64(dropped))
	r.some = r.some || dropped != 0
}

// cacheBytes is how much the indexes of a View's pages may take: those of 131,072
// rows of site traffic do. When the View is all that a Cut ended, it is mostly read
// by who writes a block of it, some pages after the other: cutBytes do.
const (
	cacheBytes = 32 << 20
	cutBytes   = 8 << 20
)

// cachePages are kept however large they are: a writer reads all columns of 8 pages
// before it goes on.
const cachePages = 9

// cache keeps indexes of pages, the latest made.
type cache struct {
	mu    sync.Mutex
	pages map[int]*pageIndex
	made  []int // in which order
	bytes int
	limit int // of bytes
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
	for c.bytes += x.bytes; c.bytes > c.limit && len(c.made) > cachePages; c.made = c.made[1:] {
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
