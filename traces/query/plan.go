package query

import (
	"strings"

	"supersonic/traceql"
)

// plan is how the rows are found that a query selects. It is immutable.
type plan struct {
	query *traceql.Query // nil: a search by tags
	root  node
	// exact: the rows that root selects are the spans that the pipeline selects. Else
	// there may be more, and only the traces that have one are candidates.
	exact bool
	// needs is alternatives of conditions: a trace can only be in the answer if of one
	// alternative each condition is satisfied by some span. Empty: any trace can. It
	// is for split traces, of which no part has all.
	needs [][]need
}

// node selects rows of a page.
type node interface {
	// rows puts the rows of p that are selected into out, which is empty.
	rows(p *page, out rowBits)
	// possible tells whether a row of the page, or, of opened false, of the whole part
	// may be selected, without reading the page.
	possible(p *page, opened bool) bool
	// String is for explanations.
	String() string
}

// newPlan compiles a query's pipeline.
func newPlan(q *traceql.Query) *plan {
	c := &compiler{}
	pl := &plan{query: q, exact: true, needs: needsOf(q)}
	for i, s := range q.Pipeline.Stages {
		if i == 0 {
			pl.root = c.spanset(s.(traceql.SpansetExpr), nil)
			continue
		}
		if !c.stage(pl, s) {
			c.inexact = true
			break
		}
	}
	pl.exact = !c.inexact
	return pl
}

// need is a condition with its number in the plan.
type need struct {
	number int
	node
}

// needsOf is the conditions that a piece of a trace can tell of.
func needsOf(q *traceql.Query) [][]need {
	var out [][]need
	number := 0
	for _, all := range q.Conditions().Any {
		var list []need
		for _, c := range all {
			c.Attr.Parent = false
			if in := c.Attr.Intrinsic; in >= traceql.IntrinsicChildCount {
				continue // of the whole trace
			}
			list = append(list, need{number, newLeaf(c)})
			number++
		}
		if len(list) == 0 {
			return nil
		}
		out = append(out, list)
	}
	return out
}

// compiler turns expressions into nodes; what it cannot turn selects all.
type compiler struct {
	inexact bool
	joint   bool // within a conjunction that is about one event, which columns do not tell
	grouped bool // there was a by(): the spans come in several spansets
	// denials are comparisons that are compiled together, see conjunction.
	denials map[*traceql.Binary]bool
}

// stage adds a later stage of the pipeline; false if the evaluator has to do it.
func (c *compiler) stage(pl *plan, s traceql.Stage) bool {
	switch s := s.(type) {
	case *traceql.Filter, *traceql.SpansetOp, *traceql.Pipeline:
		if _, filter := s.(*traceql.Filter); c.grouped && !filter {
			return false
		}
		pl.root = c.spanset(s.(traceql.SpansetExpr), pl.root)
		return true
	case *traceql.Select, *traceql.Coalesce:
		return true
	case *traceql.GroupBy:
		c.grouped = true
		return true
	case *traceql.ScalarFilter:
		if n, ok := countOf(s); ok && !c.grouped && !c.inexact {
			n.of = pl.root
			pl.root = n
			return true
		}
		if n, ok := durationsOf(s); ok && !c.grouped && !c.inexact {
			n.of = pl.root
			pl.root = n
		}
	}
	return false
}

// countOf turns count() and a comparison with a number into a node.
func countOf(s *traceql.ScalarFilter) (*countNode, bool) {
	a, isCount := s.L.(*traceql.Aggregate)
	n, isNumber := s.R.(*traceql.ScalarLiteral)
	if !isCount || !isNumber || a.Func != "count" || a.Arg != nil {
		return nil, false
	}
	return &countNode{op: s.Op, value: n.Value}, true
}

// durationsOf turns a comparison of an aggregate of durations into a node that takes
// out traces of which it does not hold; the evaluator has the last word.
func durationsOf(s *traceql.ScalarFilter) (*durationsNode, bool) {
	a, isAggregate := s.L.(*traceql.Aggregate)
	n, isNumber := s.R.(*traceql.ScalarLiteral)
	if !isAggregate || !isNumber || a.Arg == nil {
		return nil, false
	}
	arg, isAttr := a.Arg.(*traceql.Attr)
	if !isAttr || arg.Attribute != (traceql.Attribute{Intrinsic: traceql.IntrinsicDuration}) {
		return nil, false
	}
	return &durationsNode{name: a.Func, op: s.Op, value: n.Value}, true
}

// spanset compiles an expression over the rows of in; nil: over all.
func (c *compiler) spanset(x traceql.SpansetExpr, in node) node {
	switch x := x.(type) {
	case *traceql.Filter:
		if x.Expr == nil {
			return restrict(in, allNode{})
		}
		return restrict(in, c.field(x.Expr))
	case *traceql.SpansetOp:
		return c.operator(x, in)
	case *traceql.Pipeline:
		inner := &plan{root: c.spanset(x.Stages[0].(traceql.SpansetExpr), in)}
		for _, s := range x.Stages[1:] {
			if !c.stage(inner, s) {
				c.inexact = true
				break
			}
		}
		return inner.root
	}
	c.inexact = true
	return restrict(in, allNode{})
}

// restrict selects the rows of n that are also rows of in.
func restrict(in, n node) node {
	if in == nil {
		return n
	}
	if _, all := n.(allNode); all {
		return in
	}
	return andNode{[]node{in, n}}
}

// operator compiles a relation of spansets. Where a side is not exact all of the
// right side stays: it may have a partner.
func (c *compiler) operator(x *traceql.SpansetOp, in node) node {
	left, right := &compiler{inexact: c.inexact}, &compiler{inexact: c.inexact} // as in is
	l, r := left.spanset(x.L, in), right.spanset(x.R, in)
	sides := !left.inexact && !right.inexact
	c.inexact = !sides
	c.grouped = c.grouped || left.grouped || right.grouped
	switch x.Op {
	case traceql.OpOr:
		return orNode{[]node{l, r}}
	case traceql.OpAnd:
		return bothNode{l, r}
	}
	return newRelation(x.Op, l, r, sides)
}

// conjunction compiles both sides.
func (c *compiler) conjunction(x *traceql.Binary) node {
	outer := c.joint
	c.joint = outer || x.Joint()
	together := c.together(x.Denials())
	n := joinAnd(c.field(x.L), c.field(x.R))
	for _, l := range together {
		n = joinAnd(n, l)
	}
	c.inexact, c.joint = c.inexact || c.joint, outer
	return n
}

// together compiles comparisons that one part of an array has to satisfy.
func (c *compiler) together(groups [][]*traceql.Binary) (out []node) {
	for _, g := range groups {
		var list []traceql.Condition
		for _, x := range g {
			if cond, ok := conditionOf(x); ok {
				list = append(list, cond)
				c.deny(x)
			}
		}
		c.inexact = c.inexact || len(list) < len(g)
		if len(list) > 0 {
			out = append(out, leafOfAll(list))
		}
	}
	return out
}

func (c *compiler) deny(x *traceql.Binary) {
	if c.denials == nil {
		c.denials = make(map[*traceql.Binary]bool)
	}
	c.denials[x] = true
}

// field compiles the expression of a filter.
func (c *compiler) field(x traceql.FieldExpr) node {
	if c.joint && traceql.Denies(x) { // it may hold of one event and not of all
		c.inexact = true
		return allNode{}
	}
	switch x := x.(type) {
	case *traceql.Binary:
		switch x.Op {
		case traceql.OpAnd:
			return c.conjunction(x)
		case traceql.OpOr:
			return orNode{[]node{c.field(x.L), c.field(x.R)}}
		}
		if c.denials[x] {
			return allNode{}
		}
		if n, ok := comparisonOf(x); ok {
			return n
		}
	case *traceql.Unary:
		if n, ok := c.negation(x); ok {
			return n
		}
	case *traceql.Attr:
		return truth(x.Attribute, true)
	case *traceql.Literal:
		if x.Value.True() {
			return allNode{}
		}
		return noneNode{}
	}
	c.inexact = true
	return allNode{}
}

// negation compiles !x, if it is known where x is a truth. What is no truth is none
// after any number of negations: those of an attribute ask for true or for false,
// and are not the complement of each other.
func (c *compiler) negation(x *traceql.Unary) (node, bool) {
	want := true
	var of traceql.FieldExpr = x
	for not, ok := of.(*traceql.Unary); ok; not, ok = of.(*traceql.Unary) {
		if not.Op != traceql.OpNot {
			return nil, false
		}
		want, of = !want, not.X
	}
	switch of := of.(type) {
	case *traceql.Attr:
		return truth(of.Attribute, want), true
	case *traceql.Binary:
		if !isTruth(of.Op) {
			return nil, false
		}
		inner := &compiler{}
		n := inner.field(of)
		if inner.inexact {
			return nil, false
		}
		if !want {
			n = notNode{n}
		}
		return n, true
	}
	return nil, false
}

// joinAnd flattens conjunctions, the cheapest conditions first: when no row is left
// the others are not read.
func joinAnd(l, r node) node {
	list := append(conjuncts(l), conjuncts(r)...)
	for i := 1; i < len(list); i++ { // stable, and short
		for j := i; j > 0 && costOf(list[j]) < costOf(list[j-1]); j-- {
			list[j], list[j-1] = list[j-1], list[j]
		}
	}
	return andNode{list}
}

func conjuncts(n node) []node {
	switch n := n.(type) {
	case andNode:
		return n.list
	case allNode:
		return nil
	}
	return []node{n}
}

func costOf(n node) int {
	if l, ok := n.(*leaf); ok {
		return l.cost()
	}
	return 50
}

// allNode selects every row, noneNode none.
type (
	allNode  struct{}
	noneNode struct{}
)

func (allNode) rows(p *page, out rowBits)  { out.fill(0, p.info.Rows) }
func (allNode) possible(*page, bool) bool  { return true }
func (allNode) String() string             { return "every span" }
func (noneNode) rows(*page, rowBits)       {}
func (noneNode) possible(*page, bool) bool { return false }
func (noneNode) String() string            { return "no span" }

// andNode selects rows that all select, orNode those that one selects.
type (
	andNode struct{ list []node }
	orNode  struct{ list []node }
	notNode struct{ of node }
)

func (n andNode) rows(p *page, out rowBits) {
	if len(n.list) == 0 {
		out.fill(0, p.info.Rows)
		return
	}
	n.list[0].rows(p, out)
	for _, other := range n.list[1:] {
		if out.none() {
			return
		}
		if l, ok := other.(*leaf); ok && l.keep(p, out) {
			continue
		}
		t := p.temp(p.info.Rows)
		other.rows(p, t)
		out.and(t)
		p.give(t)
	}
}

func (n andNode) possible(p *page, opened bool) bool {
	for _, x := range n.list {
		if !x.possible(p, opened) {
			return false
		}
	}
	return true
}

func (n andNode) String() string { return joined(n.list, " and ") }

func (n orNode) rows(p *page, out rowBits) {
	for _, other := range n.list {
		if !other.possible(p, true) {
			continue
		}
		t := p.temp(p.info.Rows)
		other.rows(p, t)
		out.or(t)
		p.give(t)
	}
}

func (n orNode) possible(p *page, opened bool) bool {
	for _, x := range n.list {
		if x.possible(p, opened) {
			return true
		}
	}
	return false
}

func (n orNode) String() string { return joined(n.list, " or ") }

func (n notNode) rows(p *page, out rowBits) {
	t := p.temp(p.info.Rows)
	n.of.rows(p, t)
	out.fill(0, p.info.Rows)
	out.andNot(t)
	p.give(t)
}

func (n notNode) possible(*page, bool) bool { return true }
func (n notNode) String() string            { return "not (" + n.of.String() + ")" }

func joined(list []node, with string) string {
	var texts []string
	for _, n := range list {
		texts = append(texts, n.String())
	}
	return "(" + strings.Join(texts, with) + ")"
}

// ordered tells whether the order of two values satisfies a comparison.
func ordered(op traceql.Op, order int) bool {
	switch op {
	case traceql.OpEqual:
		return order == 0
	case traceql.OpNotEqual:
		return order != 0
	case traceql.OpGreater:
		return order > 0
	case traceql.OpGreaterEqual:
		return order >= 0
	case traceql.OpLess:
		return order < 0
	case traceql.OpLessEqual:
		return order <= 0
	}
	return false
}

// isTruth tells whether an operator between fields makes a truth.
func isTruth(op traceql.Op) bool {
	return op >= traceql.OpEqual && op <= traceql.OpLessEqual || op == traceql.OpAnd || op == traceql.OpOr
}
