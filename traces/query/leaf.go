package query

import (
	"fmt"
	"math"
	"slices"
	"sync"

	"supersonic/traceql"
	"supersonic/traces/column"
)

// leaf is a condition on one attribute or intrinsic.
type leaf struct {
	attr   traceql.Attribute // without Parent
	parent bool              // the parent's row has to satisfy it
	text   string            // for explanations
	exists bool              // the attribute has to be there, whatever it is
	// test is the condition for one value, or for all parts of one.
	test func(traceql.Static) bool

	// Of a comparison with a number: what test does, for loops.
	op     traceql.Op // OpNone: there is none
	value  traceql.Static
	bounds bounds // of an int or a duration
	whole  bool   // bounds is the condition
	equal  string // the text that a comparison asks for
	isText bool

	// also is what a number has to satisfy too. test has all of it, of one part of an array.
	also []*leaf

	parts sync.Map // *partScan: *partAnswer
}

// bounds is the numbers from lo to hi, or all others.
type bounds struct {
	lo, hi  int64
	outside bool
}

// comparisonOf compiles a comparison of an attribute with a constant.
func comparisonOf(x *traceql.Binary) (node, bool) {
	a, lit := attrAndLiteral(x)
	if a == nil {
		return nil, false
	}
	if lit.Value.IsNil() {
		l := &leaf{attr: a.Attribute, exists: true, text: a.String() + " exists"}
		l.own()
		if x.Op != traceql.OpNotEqual {
			return notNode{l}, true
		}
		return l, true
	}
	c, ok := conditionOf(x)
	if !ok {
		return nil, false
	}
	return newLeaf(c), true
}

func attrAndLiteral(x *traceql.Binary) (*traceql.Attr, *traceql.Literal) {
	if a, ok := x.L.(*traceql.Attr); ok {
		if lit, ok := x.R.(*traceql.Literal); ok {
			return a, lit
		}
		return nil, nil
	}
	a, ok := x.R.(*traceql.Attr)
	lit, isLit := x.L.(*traceql.Literal)
	if !ok || !isLit {
		return nil, nil
	}
	return a, lit
}

// conditionOf asks the language what a comparison means: as a query of its own it is
// one condition.
func conditionOf(x *traceql.Binary) (traceql.Condition, bool) {
	q, err := traceql.Parse("{ " + traceql.FieldText(x) + " }")
	if err != nil {
		return traceql.Condition{}, false
	}
	c := q.Conditions()
	if len(c.Any) != 1 || len(c.Any[0]) != 1 {
		return traceql.Condition{}, false
	}
	return c.Any[0][0], true
}

// newLeaf compiles a condition.
func newLeaf(c traceql.Condition) *leaf {
	l := &leaf{attr: c.Attr, test: c.Test, text: fmt.Sprintf("%v %v %v", c.Attr, c.Op, shownValue(c.Value))}
	l.own()
	switch c.Value.Type() {
	case traceql.TypeInt, traceql.TypeDuration:
		l.op, l.value = c.Op, c.Value
		l.bounds, l.whole = boundsOf(c.Op, c.Value.AsInt())
	case traceql.TypeFloat:
		l.op, l.value = c.Op, c.Value
	case traceql.TypeString:
		l.isText = true
		if c.Op == traceql.OpEqual {
			l.equal = c.Value.Text()
		}
	}
	if c.Op == traceql.OpRegex || c.Op == traceql.OpNotRegex {
		l.op = traceql.OpNone
	}
	return l
}

// leafOfAll compiles conditions on one attribute that one part of an array has to satisfy.
func leafOfAll(list []traceql.Condition) *leaf {
	l := newLeaf(list[0])
	for _, c := range list[1:] {
		also := newLeaf(c)
		l.also, l.text = append(l.also, also), l.text+" && "+also.text
	}
	l.test = func(v traceql.Static) bool {
		return anyPart(v, func(p traceql.Static) bool {
			return !slices.ContainsFunc(list, func(c traceql.Condition) bool { return !c.Test(p) })
		})
	}
	return l
}

// anyPart tells whether something holds of a value, or of a part of an array.
func anyPart(v traceql.Static, holds func(traceql.Static) bool) bool {
	if v.Type() == traceql.TypeArray {
		return slices.ContainsFunc(v.Parts(), func(p traceql.Static) bool { return anyPart(p, holds) })
	}
	return holds(v)
}

func shownValue(v traceql.Static) string {
	if v.Type() == traceql.TypeString {
		return fmt.Sprintf("%q", v.Text())
	}
	return v.String()
}

// own takes Parent from the attribute.
func (l *leaf) own() {
	l.parent, l.attr.Parent = l.attr.Parent, false
}

// truth is the condition that an attribute, or one part of it, is true, or false.
func truth(a traceql.Attribute, want bool) node {
	l := &leaf{attr: a, text: fmt.Sprintf("%v = %v", a, want)}
	l.own()
	l.test = func(v traceql.Static) bool {
		return anyPart(v, func(p traceql.Static) bool { return p.Type() == traceql.TypeBool && p.True() == want })
	}
	return l
}

// itemScope is ScopeEvent or ScopeLink of what a span has many of.
func itemScope(a traceql.Attribute) traceql.Scope {
	switch a.Intrinsic {
	case traceql.IntrinsicEventName, traceql.IntrinsicEventTimeSinceStart:
		return traceql.ScopeEvent
	case traceql.IntrinsicLinkTraceID, traceql.IntrinsicLinkSpanID:
		return traceql.ScopeLink
	case traceql.IntrinsicNone:
		if a.Scope == traceql.ScopeEvent || a.Scope == traceql.ScopeLink {
			return a.Scope
		}
	}
	return traceql.ScopeNone
}

// boundsOf is the whole numbers that a comparison with one asks for.
func boundsOf(op traceql.Op, n int64) (b bounds, ok bool) {
	b = bounds{lo: math.MinInt64, hi: math.MaxInt64}
	switch op {
	case traceql.OpEqual:
		b.lo, b.hi = n, n
	case traceql.OpNotEqual:
		b = bounds{lo: n, hi: n, outside: true}
	case traceql.OpGreaterEqual:
		b.lo = n
	case traceql.OpLessEqual:
		b.hi = n
	case traceql.OpGreater:
		if n == math.MaxInt64 {
			return b, false
		}
		b.lo = n + 1
	case traceql.OpLess:
		if n == math.MinInt64 {
			return b, false
		}
		b.hi = n - 1
	default:
		return b, false
	}
	return b, true
}

// meets tells whether a number from lo to hi may be within the bounds.
func (b bounds) meets(lo, hi int64) bool {
	if b.outside {
		return lo != b.lo || hi != b.hi
	}
	return lo <= b.hi && hi >= b.lo
}

// has tells whether a number is one of them.
func (b bounds) has(n int64) bool { return (n >= b.lo && n <= b.hi) != b.outside }

// compares tells whether a number satisfies the comparison with a number.
func (l *leaf) compares(v traceql.Static) bool {
	order, ok := traceql.Compare(v, l.value)
	return ok && ordered(l.op, order)
}

func (l *leaf) String() string { return l.text }

// cost orders conditions: what is read fast, and excludes much, first.
func (l *leaf) cost() int {
	c := 0
	switch l.attr.Intrinsic {
	case traceql.IntrinsicKind, traceql.IntrinsicStatus, traceql.IntrinsicInstrumentationName, traceql.IntrinsicInstrumentationVersion:
		c = 1
	case traceql.IntrinsicName:
		c = 2
	case traceql.IntrinsicDuration:
		c = 4
	case traceql.IntrinsicNone:
		switch l.attr.Scope {
		case traceql.ScopeResource, traceql.ScopeInstrumentation:
			c = 1
		case traceql.ScopeSpan:
			c = 3
		case traceql.ScopeNone:
			c = 5
		default:
			c = 8
		}
	case traceql.IntrinsicEventName, traceql.IntrinsicEventTimeSinceStart, traceql.IntrinsicLinkSpanID, traceql.IntrinsicLinkTraceID:
		c = 9
	default:
		c = 7
	}
	if l.parent {
		c++
	}
	return c
}

// rows implements node.
func (l *leaf) rows(p *page, out rowBits) {
	if !l.parent {
		l.selects(p, out)
		return
	}
	own := p.temp(p.info.Rows)
	l.selects(p, own)
	if !own.none() {
		for i, parent := range p.parents() {
			if parent >= 0 && own.has(int(parent)) {
				out.set(i)
			}
		}
	}
	p.give(own)
}

// selects selects the rows of which the condition holds.
func (l *leaf) selects(p *page, out rowBits) {
	if l.attr.Intrinsic != traceql.IntrinsicNone {
		l.intrinsic(p, out)
		return
	}
	if l.attr.Scope != traceql.ScopeNone {
		l.columns(p, columnScope(l.attr.Scope), out)
		return
	}
	l.columns(p, column.ScopeSpan, out)
	if len(p.attribute(column.ScopeResource, l.attr.Name)) == 0 {
		return
	}
	resource := p.temp(p.info.Rows)
	l.columns(p, column.ScopeResource, resource)
	if !resource.none() {
		for _, pv := range p.attribute(column.ScopeSpan, l.attr.Name) { // hides the resource's
			present(p.read(pv), func(w int, x uint64) { resource[w] &^= x })
		}
		out.or(resource)
	}
	p.give(resource)
}

// columns selects rows by an attribute's columns.
func (l *leaf) columns(p *page, scope column.Scope, out rowBits) {
	for _, pv := range p.attribute(scope, l.attr.Name) {
		if !l.answer(p).keys[pv.key] || !l.columnPossible(p, pv) {
			continue
		}
		if l.find(p, pv, out) {
			continue
		}
		v := p.read(pv)
		if v.Offsets == nil || !pv.key.List() {
			l.values(p, pv.key, v, out)
			continue
		}
		values := p.temp(v.Len)
		l.values(p, pv.key, v, values)
		byRow(v, values, out)
		p.give(values)
	}
}

// byRow selects the rows that have one of the values of a list.
func byRow(v *column.Vector, values, out rowBits) {
	if values.none() {
		return
	}
	at := values.next(0)
	for i := 0; i < v.Rows && at >= 0; i++ {
		if end := int(v.Offsets[i+1]); at < end {
			out.set(i)
			at = values.next(end)
		}
	}
}

// present calls yield for the words of the set of values that are there.
func present(v *column.Vector, yield func(w int, x uint64)) {
	for w := range wordsOf(v.Len) {
		x := uint64(0)
		for k, end := 0, min(64, v.Len-w<<6); k < end; k++ {
			x |= bit(v.Has(w<<6+k)) << k
		}
		yield(w, x)
	}
}

// values selects the values of an attribute's column of which the condition holds.
func (l *leaf) values(p *page, k column.Key, v *column.Vector, out rowBits) {
	switch {
	case l.exists:
		present(v, func(w int, x uint64) { out[w] |= x })
	case k.Type.Text():
		l.texts(p, k, v, out)
	case k.Type == column.Float, k.Type == column.Int:
		l.numeric(p, k, v, out)
	default:
		for i, n := range v.Ints {
			if v.Has(i) && l.test(traceql.Bool(n != 0)) {
				out.set(i)
			}
		}
	}
}

// numeric selects the numbers of which the condition holds.
func (l *leaf) numeric(p *page, k column.Key, v *column.Vector, out rowBits) {
	if len(l.also) == 0 {
		l.compared(k, v, out)
		return
	}
	all, own := p.temp(v.Len), p.temp(v.Len)
	l.compared(k, v, all)
	for _, also := range l.also {
		clear(own)
		also.compared(k, v, own)
		all.and(own)
	}
	out.or(all)
	p.give(own)
	p.give(all)
}

func (l *leaf) compared(k column.Key, v *column.Vector, out rowBits) {
	switch {
	case l.op == traceql.OpNone: // no text compares with a number, and no truth
	case k.Type == column.Float:
		l.floats(v, out)
	default:
		l.ints(v, out)
	}
}

func (l *leaf) ints(v *column.Vector, out rowBits) {
	if l.whole {
		selectInts(v.Ints, v.Present, l.bounds, out)
		return
	}
	for i, n := range v.Ints {
		if v.Has(i) && l.compares(traceql.Int(n)) {
			out.set(i)
		}
	}
}

func (l *leaf) floats(v *column.Vector, out rowBits) {
	for i, f := range v.Floats {
		if v.Has(i) && l.compares(traceql.Float(f)) {
			out.set(i)
		}
	}
}

// selectInts adds the numbers within bounds.
func selectInts(values []int64, there []bool, b bounds, out rowBits) {
	lo, width, flip := b.lo, uint64(b.hi)-uint64(b.lo), uint64(0)
	if b.outside {
		flip = ^uint64(0)
	}
	in := func(n int64) uint64 { return bit(uint64(n)-uint64(lo) <= width) }
	for w := range wordsOf(len(values)) {
		part := values[w<<6 : min(w<<6+64, len(values))]
		x, k := uint64(0), 0
		for ; len(part)-k >= 8; k += 8 { // eight that need not wait for each other
			n := (*[8]int64)(part[k:])
			x |= (in(n[0]) | in(n[1])<<1 | in(n[2])<<2 | in(n[3])<<3 | in(n[4])<<4 | in(n[5])<<5 | in(n[6])<<6 | in(n[7])<<7) << (k & 63)
		}
		for ; k < len(part); k++ {
			x |= in(part[k]) << (k & 63)
		}
		x = (x ^ flip) & (^uint64(0) >> (uint(64-len(part)) & 63))
		if len(there) > 0 {
			y := uint64(0)
			for k, ok := range there[w<<6 : w<<6+len(part)] {
				y |= bit(ok) << k
			}
			x &= y
		}
		out[w] |= x
	}
}
