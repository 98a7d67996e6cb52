package columntest

import (
	"math"
	"slices"

	"supersonic/traces/column"
)

// Pages implements column.Segment.
func (s *Segment) Pages() int { return len(s.pages) }

// Page implements column.Segment.
func (s *Segment) Page(page int) column.PageInfo { return s.pages[page].info }

// Bounds implements column.Segment.
func (s *Segment) Bounds(page int) ([]uint32, error) { return s.pages[page].bounds, nil }

// Find implements column.Segment.
func (s *Segment) Find(id [16]byte) (column.Place, bool, error) {
	at, ok := s.find[id]
	return at, ok, nil
}

// Keys implements column.Segment.
func (s *Segment) Keys() []column.Key {
	var keys []column.Key
	for _, k := range s.keys {
		if k.Scope != column.ScopeFixed {
			keys = append(keys, k)
		}
	}
	return keys
}

// Column implements column.Segment.
func (s *Segment) Column(k column.Key) column.Column {
	if _, ok := slices.BinarySearchFunc(s.keys, k, column.Key.Compare); !ok {
		return nil
	}
	return reader{s, k}
}

// Values implements column.Segment: it knows those of all columns but ids.
func (s *Segment) Values(k column.Key) (*column.Vector, bool, error) {
	if k.Type == column.ID8 || k.Type == column.ID16 {
		return nil, false, nil
	}
	v := new(column.Vector)
	seen := make(map[cell]bool)
	for p := range s.pages {
		for _, cells := range s.cells(k, p) {
			for _, c := range cells {
				if c.there && !seen[c] {
					seen[c] = true
					v.Len++
					s.put(v, k, c, false)
				}
			}
		}
	}
	v.Rows = v.Len
	v.Present = nil
	return v, true, nil
}

// part is a page of a column.
type part struct {
	of   column.Key
	page int
}

// cells is the values of a page's rows, in one column. They are looked up once.
func (s *Segment) cells(k column.Key, page int) [][]cell {
	if kept, ok := s.parts.Load(part{k, page}); ok {
		return kept.([][]cell)
	}
	all := s.lookUp(k, page)
	s.parts.Store(part{k, page}, all)
	return all
}

func (s *Segment) lookUp(k column.Key, page int) [][]cell {
	all := make([][]cell, len(s.pages[page].rows))
	var none [1]cell // of rows without a value
	for i, r := range s.pages[page].rows {
		all[i] = r[k]
		switch {
		case all[i] != nil:
		case k.List():
			all[i] = make([]cell, r.items(k))
		default:
			all[i] = none[:]
		}
	}
	return all
}

// items is how many values a row has in a column.
func (r row) items(k column.Key) int {
	switch {
	case !k.List():
		return 1
	case k.Scope == column.ScopeLink || k.Scope == column.ScopeFixed && k.Name[:5] == "link.":
		return len(r[column.LinkTraceID])
	}
	return len(r[column.EventTime])
}

// put appends a value to v.
func (s *Segment) put(v *column.Vector, k column.Key, c cell, plain bool) {
	v.Present = append(v.Present, c.there)
	switch {
	case k.Type == column.Int || k.Type == column.Bool:
		v.Ints = append(v.Ints, int64(c.num))
	case k.Type == column.Float:
		v.Floats = append(v.Floats, math.Float64frombits(c.num))
	case k.Type == column.ID8 || k.Type == column.ID16:
		v.IDs = append(v.IDs, c.text...)
	case plain:
		v.Text = append(v.Text, c.text...)
		if len(v.Ends) == 0 {
			v.Ends = append(v.Ends, 0)
		}
		v.Ends = append(v.Ends, uint32(len(v.Text)))
	default:
		d := s.dicts[k]
		v.Dict = &d.texts
		code := uint32(0)
		if c.there {
			code = d.codes[c.text]
		}
		v.Codes = append(v.Codes, code)
	}
}

// reader is a column.
type reader struct {
	s *Segment
	k column.Key
}

func (r reader) plain(page int) bool {
	return r.k.Type.Text() && r.s.opts.Plain != nil && r.s.opts.Plain(r.k, page)
}

// Zone implements column.Column.
func (r reader) Zone(page int) (lo, hi int64, ok bool) {
	if r.k.Type != column.Int {
		return 0, 0, false
	}
	for _, cells := range r.s.cells(r.k, page) {
		for _, c := range cells {
			if !c.there {
				continue
			}
			if n := int64(c.num); !ok {
				lo, hi, ok = n, n, true
			} else {
				lo, hi = min(lo, n), max(hi, n)
			}
		}
	}
	return lo, hi, ok
}

// Dict implements column.Column.
func (r reader) Dict(page int) (*column.Dict, error) {
	if d := r.s.dicts[r.k]; d != nil && !r.plain(page) {
		return &d.texts, nil
	}
	return nil, nil
}

// Read implements column.Column.
func (r reader) Read(page int, v *column.Vector) error {
	v.Reset()
	v.Dict = nil
	plain := r.plain(page)
	for _, cells := range r.s.cells(r.k, page) {
		if r.k.List() {
			v.Offsets = append(v.Offsets, uint32(v.Len))
		}
		for _, c := range cells {
			v.Len++
			r.s.put(v, r.k, c, plain)
		}
		v.Rows++
	}
	if r.k.List() {
		v.Offsets = append(v.Offsets, uint32(v.Len))
	}
	if r.k.Type.Text() && !plain {
		v.Dict, _ = r.Dict(page) // though the page has no value
	}
	if plain && len(v.Ends) == 0 {
		v.Ends = append(v.Ends, 0)
	}
	if v.Dict != nil || !slices.Contains(v.Present, false) {
		v.Present = v.Present[:0] // all
	}
	return nil
}
