package query

import (
	"supersonic/traceql"
	"supersonic/traces/column"
)

// labelColumn numbers the values of one attribute of by(), row by row: equal values
// have one number. It belongs to one goroutine.
type labelColumn struct {
	attr   traceql.Attribute // without Parent
	parent bool              // of the parent's span

	values  []traceql.Static // by number; 0 is the absent value
	numbers map[labelKey]uint32
	tables  map[dictOf][]uint32 // by code: number + 1, 0 while it is not known
	bytes   int64
	closed  bool // values that are not known yet have the number newLabel

	key   column.Key // of the values that coded returned last
	codes []uint32   // by row of the page
	own   []uint32   // of the span itself, where codes are the parent's
}

// labelKey is a value in a form that can be a key.
type labelKey struct {
	typ  traceql.Type
	bits uint64
	text string
}

type dictOf struct {
	dict *column.Dict
	typ  column.Type
}

// newLabel stands for any value that was not known when the number of series
// reached its bound: no group can have it.
const newLabel = ^uint32(0)

// What a value and a dictionary's code take, about.
const (
	labelBytes = 120
	codeBytes  = 4
)

// newLabelColumn returns nil for what only the evaluator reads.
func newLabelColumn(a traceql.Attribute) *labelColumn {
	l := &labelColumn{attr: a, parent: a.Parent, values: make([]traceql.Static, 1), numbers: make(map[labelKey]uint32), tables: make(map[dictOf][]uint32)}
	l.attr.Parent = false
	switch a.Intrinsic {
	case traceql.IntrinsicNone:
		if a.Scope == traceql.ScopeEvent || a.Scope == traceql.ScopeLink {
			return nil
		}
	case traceql.IntrinsicStatus, traceql.IntrinsicKind, traceql.IntrinsicTraceRootName, traceql.IntrinsicTraceRootService:
	default:
		if _, ok := fixedText(a.Intrinsic); !ok {
			return nil
		}
	}
	return l
}

// read numbers the values of rows of the page; codes of other rows may be of any
// value.
func (l *labelColumn) read(p *page, rows []int32) {
	n := p.info.Rows
	l.codes = resized(l.codes, n)
	if v, table := l.coded(p); v != nil {
		l.some(p, v, table, rows)
		return
	}
	if !l.parent {
		l.fill(p, l.codes)
		return
	}
	l.own = resized(l.own, n)
	l.fill(p, l.own)
	up := p.parents()
	for _, row := range rows {
		l.codes[row] = 0
		if up[row] >= 0 {
			l.codes[row] = l.own[up[row]]
		}
	}
}

// coded is the values in dictionary form with the numbers of the dictionary's texts,
// if that is all there is of the attribute; else nil.
func (l *labelColumn) coded(p *page) (*column.Vector, []uint32) {
	k, ok := fixedText(l.attr.Intrinsic)
	pv := (*pageVector)(nil)
	switch {
	case ok:
		pv = p.column(k)
	case l.attr.Intrinsic == traceql.IntrinsicNone:
		for _, scope := range l.scopes() {
			list := p.attribute(scope, l.attr.Name)
			if len(list) > 1 || len(list) == 1 && pv != nil {
				return nil, nil
			}
			if len(list) == 1 {
				pv = list[0]
			}
		}
	}
	if pv == nil || pv.col == nil {
		return nil, nil
	}
	v := p.read(pv)
	if v == nil || v.Dict == nil {
		return nil, nil
	}
	l.key = pv.key
	return v, l.table(pv.key, v.Dict)
}

// some numbers the codes of rows.
func (l *labelColumn) some(p *page, v *column.Vector, table []uint32, rows []int32) {
	codes, out := v.Codes, l.codes
	if !l.parent {
		for _, row := range rows {
			n := table[codes[row]]
			if n == 0 {
				n = l.code(l.key, v.Dict, table, codes[row]) + 1
			}
			out[row] = n - 1
		}
		return
	}
	back := p.ints(column.ParentRow)
	for _, row := range rows {
		d := back[row]
		if d <= 0 || d > int64(row) {
			out[row] = 0
			continue
		}
		code := codes[int64(row)-d]
		n := table[code]
		if n == 0 {
			n = l.code(l.key, v.Dict, table, code) + 1
		}
		out[row] = n - 1
	}
}

// scopes are where the attribute is looked for; what comes later hides what is before.
func (l *labelColumn) scopes() []column.Scope {
	if l.attr.Scope == traceql.ScopeNone {
		return bothScopes
	}
	return []column.Scope{columnScope(l.attr.Scope)}
}

var bothScopes = []column.Scope{column.ScopeResource, column.ScopeSpan}

func (l *labelColumn) fill(p *page, out []uint32) {
	switch in := l.attr.Intrinsic; in {
	case traceql.IntrinsicNone:
		l.attribute(p, out)
	case traceql.IntrinsicStatus:
		l.few(p.ints(column.Status), func(n int64) traceql.Static { return traceql.StatusOf(traceql.Status(n)) }, out)
	case traceql.IntrinsicKind:
		l.few(p.ints(column.Kind), func(n int64) traceql.Static { return traceql.KindOf(traceql.Kind(n)) }, out)
	case traceql.IntrinsicTraceRootName, traceql.IntrinsicTraceRootService:
		l.ofTrace(p, out)
	default:
		k, _ := fixedText(in)
		if v := p.vector(k); v != nil {
			l.texts(k, v, out)
			return
		}
		empty := l.number(traceql.String(""))
		for i := range out {
			out[i] = empty
		}
	}
}

// attribute numbers the values of an attribute, of whatever types; without a scope
// the span's hides the resource's.
func (l *labelColumn) attribute(p *page, out []uint32) {
	filled := false
	for _, scope := range l.scopes() {
		for _, pv := range p.attribute(scope, l.attr.Name) {
			v := p.read(pv)
			if !filled && v.Dict != nil {
				l.texts(pv.key, v, out)
				filled = true
				continue
			}
			if !filled {
				clear(out)
				filled = true
			}
			l.over(pv.key, v, out)
		}
	}
	if !filled {
		clear(out)
	}
}

// over numbers the values that there are, and leaves the rows without one.
func (l *labelColumn) over(k column.Key, v *column.Vector, out []uint32) {
	if v.Dict != nil {
		table := l.table(k, v.Dict)
		for i, code := range v.Codes {
			if code != 0 && int(code) < len(table) {
				out[i] = l.code(k, v.Dict, table, code)
			}
		}
		return
	}
	last, number := -1, uint32(0)
	for i := range out {
		if !v.Has(i) {
			continue
		}
		if last < 0 || !same(k.Type, v, last, i) {
			number = l.number(traceql.LabelValue(valueStatic(k.Type, v, i)))
		}
		last, out[i] = i, number
	}
}

// same tells whether two values are equal, of the types that are cheap to compare.
func same(typ column.Type, v *column.Vector, i, j int) bool {
	switch typ {
	case column.Int, column.Bool:
		return v.Ints[i] == v.Ints[j]
	case column.String:
		return string(v.Text[v.Ends[i]:v.Ends[i+1]]) == string(v.Text[v.Ends[j]:v.Ends[j+1]])
	}
	return false
}

// texts numbers the texts of all rows; in a fixed column code 0 is "".
func (l *labelColumn) texts(k column.Key, v *column.Vector, out []uint32) {
	if v.Dict == nil {
		clear(out)
		for i := range out {
			out[i] = l.number(traceql.String(v.StringAt(i)))
		}
		return
	}
	table := l.table(k, v.Dict)
	for i, code := range v.Codes {
		if int(code) >= len(table) { // of a damaged page
			out[i] = 0
			continue
		}
		n := table[code]
		if n == 0 {
			out[i] = l.code(k, v.Dict, table, code)
			continue
		}
		out[i] = n - 1
	}
}

// table is the numbers of a dictionary's texts.
func (l *labelColumn) table(k column.Key, d *column.Dict) []uint32 {
	at := dictOf{d, k.Type}
	t, ok := l.tables[at]
	if !ok {
		if len(l.tables) > 4096 { // as many row groups: forgetting costs time only
			clear(l.tables)
		}
		t = make([]uint32, len(d.Texts))
		if k.Scope != column.ScopeFixed && len(t) > 0 {
			t[0] = 1 // absent
		}
		l.tables[at] = t
		l.bytes += int64(codeBytes * len(t))
	}
	return t
}

func (l *labelColumn) code(k column.Key, d *column.Dict, table []uint32, code uint32) uint32 {
	if n := table[code]; n != 0 {
		return n - 1
	}
	n := l.number(traceql.LabelValue(staticOf(k, d.Texts[code])))
	if n != newLabel {
		table[code] = n + 1
	}
	return n
}

// few numbers values of which only the low byte counts.
func (l *labelColumn) few(values []int64, static func(int64) traceql.Static, out []uint32) {
	var numbers [256]uint32 // + 1
	for i, v := range values {
		c := uint8(v)
		if numbers[c] == 0 {
			numbers[c] = l.number(static(int64(c))) + 1
		}
		out[i] = numbers[c] - 1
	}
}

// ofTrace numbers what is one for all spans of a trace.
func (l *labelColumn) ofTrace(p *page, out []uint32) {
	for t := range p.info.Traces {
		text := ""
		if l.attr.Intrinsic == traceql.IntrinsicTraceRootName {
			text = p.rootName(t)
		} else {
			text = p.rootService(t)
		}
		n := l.number(traceql.String(text))
		lo, hi := p.rowRange(t)
		for i := lo; i < hi; i++ {
			out[i] = n
		}
	}
}

// number finds or gives the number of a value.
func (l *labelColumn) number(v traceql.Static) uint32 {
	if v.IsNil() {
		return 0
	}
	key := labelKey{typ: v.Type(), bits: v.Bits(), text: v.Text()}
	n, ok := l.numbers[key]
	switch {
	case ok:
		return n
	case l.closed:
		return newLabel
	}
	n = uint32(len(l.values))
	l.values = append(l.values, v)
	l.numbers[key] = n
	l.bytes += labelBytes + int64(len(key.text))
	return n
}

// pairs2 numbers pairs of numbers.
type pairs2 struct {
	dense [][]uint32 // number + 1, by first and second
	other map[uint64]uint32
	count uint32
}

// denseLabels bounds the numbers whose pairs are looked up in slices.
const denseLabels = 1 << 10

func (t *pairs2) number(a, b uint32) uint32 {
	if a == newLabel || b == newLabel {
		return newLabel
	}
	if a < denseLabels && b < denseLabels {
		return t.small(a, b)
	}
	if t.other == nil {
		t.other = make(map[uint64]uint32)
	}
	key := uint64(a)<<32 | uint64(b)
	n, ok := t.other[key]
	if !ok {
		n = t.count
		t.count++
		t.other[key] = n
	}
	return n
}

func (t *pairs2) small(a, b uint32) uint32 {
	for int(a) >= len(t.dense) {
		t.dense = append(t.dense, nil)
	}
	row := t.dense[a]
	if int(b) >= len(row) {
		row = append(row, make([]uint32, int(b)+1-len(row))...)
		t.dense[a] = row
	}
	if row[b] == 0 {
		t.count++
		row[b] = t.count
	}
	return row[b] - 1
}
