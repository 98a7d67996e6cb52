package query

import (
	"fmt"

	"supersonic/traceql"
)

// bothNode selects the rows of two sides in the traces that have one of each.
type bothNode struct{ l, r node }

func (n bothNode) rows(p *page, out rowBits) {
	n.l.rows(p, out)
	if out.none() {
		return
	}
	right := p.temp(p.info.Rows)
	n.r.rows(p, right)
	pairs(p, out, right)
	out.or(right)
	p.give(right)
}

// pairs takes the rows of traces out in which one side has none.
func pairs(p *page, l, r rowBits) {
	for t := range p.info.Traces {
		lo, hi := p.rowRange(t)
		switch a, b := l.any(lo, hi), r.any(lo, hi); {
		case a && !b:
			l.drop(lo, hi)
		case b && !a:
			r.drop(lo, hi)
		}
	}
}

func (n bothNode) possible(p *page, opened bool) bool {
	return n.l.possible(p, opened) && n.r.possible(p, opened)
}

func (n bothNode) String() string { return fmt.Sprintf("(%v, and in the same trace %v)", n.l, n.r) }

// relation selects rows of one side by their place in the tree relative to those of
// the other.
type relation struct {
	op, base traceql.Op
	negated  bool // rows of the right side that have no partner
	union    bool // partners of both sides
	l, r     node
	exact    bool // the sides are; else all of their rows may have a partner
}

func newRelation(op traceql.Op, l, r node, exact bool) node {
	n := &relation{op: op, base: op, l: l, r: r, exact: exact}
	switch {
	case op >= traceql.OpNotChild && op <= traceql.OpNotSibling:
		n.negated, n.base = true, relations[op-traceql.OpNotChild]
	case op >= traceql.OpUnionChild && op <= traceql.OpUnionSibling:
		n.union, n.base = true, relations[op-traceql.OpUnionChild]
	}
	return n
}

// relations is the plain relations in the order of the negated and the union ones.
var relations = [...]traceql.Op{traceql.OpChild, traceql.OpParent, traceql.OpDescendant, traceql.OpAncestor, traceql.OpSibling}

// inverse is a relation seen from the other side.
func inverse(op traceql.Op) traceql.Op {
	switch op {
	case traceql.OpChild:
		return traceql.OpParent
	case traceql.OpParent:
		return traceql.OpChild
	case traceql.OpDescendant:
		return traceql.OpAncestor
	case traceql.OpAncestor:
		return traceql.OpDescendant
	}
	return op
}

func (n *relation) rows(p *page, out rowBits) {
	n.r.rows(p, out)
	if out.none() {
		return
	}
	left := p.temp(p.info.Rows)
	n.l.rows(p, left)
	switch {
	case !n.exact:
		if !n.negated {
			pairs(p, left, out)
		}
		if n.union {
			out.or(left)
		}
	case n.union:
		right := p.temp(p.info.Rows)
		copy(right, out)
		n.keep(p, n.base, left, out, false)
		n.keep(p, inverse(n.base), right, left, false)
		out.or(left)
		p.give(right)
	default:
		n.keep(p, n.base, left, out, n.negated)
	}
	p.give(left)
}

// keep keeps the rows of right that stand in the relation to one of left, or, if
// negated, those that do not.
func (n *relation) keep(p *page, op traceql.Op, left, right rowBits, negated bool) {
	marked := p.temp(p.info.Rows)
	if !left.none() {
		relate(p, op, left, right, marked)
	}
	if negated {
		right.andNot(marked)
	} else {
		right.and(marked)
	}
	p.give(marked)
}

// relate marks rows that stand in a relation to one of left; of other rows than those
// of right it may say anything. Parents' rows come before their children's.
func relate(p *page, op traceql.Op, left, right, marked rowBits) {
	parents := p.parents()
	switch op {
	case traceql.OpChild:
		for i, up := range parents {
			if up >= 0 && left.has(int(up)) {
				marked.set(i)
			}
		}
	case traceql.OpDescendant:
		for i, up := range parents {
			if up >= 0 && (left.has(int(up)) || marked.has(int(up))) {
				marked.set(i)
			}
		}
	case traceql.OpParent:
		left.each(func(i int) {
			if up := parents[i]; up >= 0 {
				marked.set(int(up))
			}
		})
	case traceql.OpAncestor:
		left.each(func(i int) {
			for up := parents[i]; up >= 0 && !marked.has(int(up)); up = parents[up] {
				marked.set(int(up))
			}
		})
	default:
		siblings(parents, left, right, marked)
	}
}

// siblings marks rows of right that share a parent with another row of left.
func siblings(parents []int32, left, right, marked rowBits) {
	count := make([]int32, len(parents)) // of children that are of left, by row
	left.each(func(i int) {
		if up := parents[i]; up >= 0 {
			count[up]++
		}
	})
	right.each(func(i int) {
		up := parents[i]
		if up >= 0 && count[up] > int32(bit(left.has(i))) {
			marked.set(i)
		}
	})
}

func (n *relation) possible(p *page, opened bool) bool {
	return n.r.possible(p, opened) && (n.negated || n.l.possible(p, opened))
}

func (n *relation) String() string { return fmt.Sprintf("(%v %v %v)", n.l, n.op, n.r) }
