package columntest

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"supersonic/traces/column"
)

// table is a Segment read as a whole: which rows are whose, and how many events and
// links each row has.
type table struct {
	seg    column.Segment
	rows   int
	bounds []int // first row of each trace, and the number of rows
	ids    []string
	items  map[string][]int // "event", "link": by row
}

func readTable(seg column.Segment) (*table, error) {
	t := &table{seg: seg, bounds: []int{0}, items: make(map[string][]int)}
	for p := range seg.Pages() {
		bounds, err := seg.Bounds(p)
		if err != nil {
			return nil, fmt.Errorf("bounds of page %d: %w", p, err)
		}
		if len(bounds) < 2 || bounds[0] != 0 || int(bounds[len(bounds)-1]) != seg.Page(p).Rows || seg.Page(p).Traces != len(bounds)-1 {
			return nil, fmt.Errorf("page %d: bounds %v do not fit %+v", p, bounds, seg.Page(p))
		}
		for i, b := range bounds[1:] {
			if b <= bounds[i] {
				return nil, fmt.Errorf("page %d: trace %d has no row", p, i)
			}
			t.bounds = append(t.bounds, t.rows+int(b))
		}
		t.rows += seg.Page(p).Rows
	}
	for kind, k := range map[string]column.Key{"event": column.EventTime, "link": column.LinkTraceID} {
		t.items[kind] = make([]int, t.rows)
		if seg.Column(k) == nil {
			continue
		}
		cells, err := t.read(k)
		if err != nil {
			return nil, err
		}
		for i := range cells {
			t.items[kind][i] = len(cells[i])
		}
	}
	ids, err := t.read(column.TraceID)
	if err != nil {
		return nil, err
	}
	for i := range t.bounds[1:] {
		t.ids = append(t.ids, ids[t.bounds[i]][0].text)
		for _, id := range ids[t.bounds[i]:t.bounds[i+1]] {
			if id[0].text != t.ids[i] {
				return nil, fmt.Errorf("trace %x has a row of trace %x", t.ids[i], id[0].text)
			}
		}
	}
	return t, nil
}

// listOf says of what a list column has a value for each.
func listOf(k column.Key) string {
	if k.Scope == column.ScopeLink || k.Scope == column.ScopeFixed && strings.HasPrefix(k.Name, "link.") {
		return "link"
	}
	return "event"
}

// column is the values of all rows. A column that is not there has no values, and a
// fixed one zeros.
func (t *table) column(k column.Key) ([][]cell, error) {
	if t.seg.Column(k) == nil {
		return t.absent(k), nil
	}
	out, err := t.read(k)
	if err != nil || k.Scope != column.ScopeFixed {
		return out, err
	}
	for _, cells := range out {
		for i, c := range cells {
			cells[i].there = true
			if c.zero() {
				cells[i].text = ""
			}
		}
	}
	return out, nil
}

// absent is the values of a column that is not there.
func (t *table) absent(k column.Key) [][]cell {
	out := make([][]cell, t.rows)
	all := make([]cell, 1) // the most values that a row has
	if k.List() && t.rows > 0 {
		all = make([]cell, slices.Max(t.items[listOf(k)]))
	}
	for i := range all {
		all[i].there = k.Scope == column.ScopeFixed
	}
	for i := range out {
		n := 1
		if k.List() {
			n = t.items[listOf(k)][i]
		}
		out[i] = all[:n:n]
	}
	return out
}

func (t *table) read(k column.Key) ([][]cell, error) {
	col := t.seg.Column(k)
	if col == nil {
		return nil, fmt.Errorf("%v is nil", k)
	}
	out := make([][]cell, 0, t.rows)
	var v column.Vector
	for p := range t.seg.Pages() {
		if err := col.Read(p, &v); err != nil {
			return nil, fmt.Errorf("%v, page %d: %w", k, p, err)
		}
		if err := fits(k, &v, t.seg.Page(p).Rows); err != nil {
			return nil, fmt.Errorf("%v, page %d: %w", k, p, err)
		}
		cells := make([]cell, v.Len) // of all rows
		for i := range cells {
			cells[i] = cellAt(k, &v, i)
		}
		for row := range v.Rows {
			lo, hi := row, row+1
			if k.List() {
				lo, hi = int(v.Offsets[row]), int(v.Offsets[row+1])
			}
			out = append(out, cells[lo:hi:hi])
		}
	}
	return out, nil
}

func cellAt(k column.Key, v *column.Vector, i int) cell {
	c := cell{there: v.Has(i)}
	switch {
	case k.Type == column.Float:
		c.num = math.Float64bits(v.Floats[i])
	case k.Type == column.ID8:
		c.text = string(v.IDs[8*i : 8*i+8])
	case k.Type == column.ID16:
		c.text = string(v.IDs[16*i : 16*i+16])
	case k.Type.Text():
		c.text = v.StringAt(i)
	default:
		c.num = uint64(v.Ints[i])
	}
	if !c.there && c != (cell{}) && k.Scope != column.ScopeFixed {
		c.text = fmt.Sprintf("absent, and yet %d %q", c.num, c.text) // shows in any comparison
	}
	return c
}

// fits tells what is wrong with a Vector's form.
func fits(k column.Key, v *column.Vector, rows int) error {
	if v.Rows != rows {
		return fmt.Errorf("%d rows, want %d", v.Rows, rows)
	}
	values := rows
	if k.List() {
		if len(v.Offsets) != rows+1 || v.Offsets[0] != 0 {
			return fmt.Errorf("offsets %v of %d rows", v.Offsets, rows)
		}
		for i := range rows {
			if v.Offsets[i] > v.Offsets[i+1] {
				return fmt.Errorf("offsets go down at row %d", i)
			}
		}
		values = int(v.Offsets[rows])
	}
	if v.Len != values || len(v.Present) != 0 && len(v.Present) != values {
		return fmt.Errorf("%d values, %d presences, want %d", v.Len, len(v.Present), values)
	}
	have, want := 0, values
	switch {
	case k.Type == column.Float:
		have = len(v.Floats)
	case k.Type == column.ID8:
		have, want = len(v.IDs), 8*values
	case k.Type == column.ID16:
		have, want = len(v.IDs), 16*values
	case k.Type.Text() && v.Dict != nil:
		have = len(v.Codes)
		for i, c := range v.Codes {
			if int(c) >= len(v.Dict.Texts) {
				return fmt.Errorf("value %d has code %d of %d", i, c, len(v.Dict.Texts))
			}
		}
	case k.Type.Text():
		have, want = len(v.Ends), values+1
	default:
		have = len(v.Ints)
	}
	if have != want {
		return fmt.Errorf("%d elements for %d values", have, values)
	}
	return nil
}
