package query

import (
	"supersonic/traceql"
	"supersonic/traces/column"
)

// comparer gathers compare() column by column. It belongs to one goroutine.
type comparer struct {
	g        *gatherer
	filter   node // what makes the selection; exact
	from, to uint64

	side  []uint8 // by row that counts: 1 for those of the selection
	known map[comparedDict]*[2][]*traceql.ComparedValue
}

// comparedDict is the texts of a dictionary as values of an attribute.
type comparedDict struct {
	key  column.Key
	dict *column.Dict
}

// comparisonFilter compiles the selection of compare(); nil if only the evaluator can
// tell it.
func comparisonFilter(q *traceql.Query) node {
	f := q.Metrics.Compare.Filter
	if f.Expr == nil {
		return allNode{}
	}
	c := &compiler{}
	n := c.field(f.Expr)
	if c.inexact {
		return nil
	}
	return n
}

func newComparer(g *gatherer) *comparer {
	args := g.agg.Comparison()
	c := &comparer{g: g, filter: g.metrics.selection, from: uint64(args.Start), to: uint64(args.End), known: make(map[comparedDict]*[2][]*traceql.ComparedValue)}
	if c.from == 0 && c.to == 0 {
		c.to = ^uint64(0)
	}
	return c
}

// page counts the values of the rows that are selected.
func (c *comparer) page(p *page, selected rowBits) {
	c.g.choose(p, selected)
	chosen := p.temp(p.info.Rows)
	if c.filter.possible(p, true) {
		c.filter.rows(p, chosen)
	}
	c.side = resized(c.side, len(c.g.rows))
	starts := p.starts()
	for k, row := range c.g.rows {
		start := uint64(starts[row])
		c.side[k] = uint8(bit(chosen.has(int(row)) && start >= c.from && start <= c.to))
	}
	p.give(chosen)
	for _, in := range traceql.ComparedIntrinsics() {
		c.intrinsic(p, in)
	}
	for _, k := range p.part.keys() {
		if scope, ok := comparedScopes[k.Scope]; ok {
			c.column(p, k, traceql.Attribute{Scope: scope, Name: k.Name}, p.vector(k))
		}
	}
}

// comparedScopes are the scopes of the attributes that compare() looks at.
var comparedScopes = map[column.Scope]traceql.Scope{
	column.ScopeSpan: traceql.ScopeSpan, column.ScopeResource: traceql.ScopeResource, column.ScopeInstrumentation: traceql.ScopeInstrumentation,
}

// intrinsic counts what every span has.
func (c *comparer) intrinsic(p *page, in traceql.Intrinsic) {
	of := traceql.Attribute{Intrinsic: in}
	switch in {
	case traceql.IntrinsicStatus:
		values := p.ints(column.Status)
		c.each(p, of, func(row int) traceql.Static { return traceql.StatusOf(traceql.Status(values[row])) })
	case traceql.IntrinsicKind:
		values := p.ints(column.Kind)
		c.each(p, of, func(row int) traceql.Static { return traceql.KindOf(traceql.Kind(values[row])) })
	case traceql.IntrinsicTraceRootName:
		c.ofTraces(p, of, p.rootName)
	case traceql.IntrinsicTraceRootService:
		c.ofTraces(p, of, p.rootService)
	default:
		k, _ := fixedText(in)
		if v := p.vector(k); v != nil {
			c.column(p, k, of, v)
			return
		}
		c.each(p, of, func(int) traceql.Static { return traceql.String("") })
	}
}

// sides finds or makes an attribute on both sides: not before a span has it, since
// an attribute that no span has is not in the answer.
type sides struct {
	c   *comparer
	of  traceql.Attribute
	has [2]*traceql.Compared
}

func (s *sides) at(side uint8) *traceql.Compared {
	if s.has[side] == nil {
		s.has[side] = s.c.g.agg.Compared(side == 1, s.of)
	}
	return s.has[side]
}

// each counts a value of each row; equal neighbours are looked up once.
func (c *comparer) each(p *page, of traceql.Attribute, value func(row int) traceql.Static) {
	s := sides{c: c, of: of}
	weights := c.weights(p)
	var last [2]traceql.Static
	var held [2]*traceql.ComparedValue
	var known [2]bool
	for k, row := range c.g.rows {
		side := c.side[k]
		a := s.at(side)
		if v := value(int(row)); !known[side] || !v.Equal(last[side]) {
			last[side], held[side], known[side] = v, c.g.agg.ComparedValue(a, v), true
		}
		c.g.agg.Compare(a, held[side], int(c.g.at[k]), weightAt(weights, row))
	}
}

func (c *comparer) ofTraces(p *page, of traceql.Attribute, text func(trace int) string) {
	lo, hi, value := 0, 0, traceql.Nil()
	c.each(p, of, func(row int) traceql.Static {
		if row < lo || row >= hi {
			trace := p.traceOf(row)
			lo, hi = p.rowRange(trace)
			value = traceql.String(text(trace))
		}
		return value
	})
}

// column counts the values of a column in the rows that have one.
func (c *comparer) column(p *page, k column.Key, of traceql.Attribute, v *column.Vector) {
	if v == nil {
		return
	}
	if v.Dict != nil {
		c.coded(p, k, of, v)
		return
	}
	s := sides{c: c, of: of}
	weights := c.weights(p)
	fixed := k.Scope == column.ScopeFixed
	var held [2]*traceql.ComparedValue
	last := [2]int{-1, -1}
	for i, row := range c.g.rows {
		if !fixed && !v.Has(int(row)) {
			continue
		}
		side := c.side[i]
		a := s.at(side)
		if last[side] < 0 || !same(k.Type, v, last[side], int(row)) {
			value := traceql.String("")
			if fixed {
				value = traceql.String(v.StringAt(int(row)))
			} else {
				value = valueStatic(k.Type, v, int(row))
			}
			held[side] = c.g.agg.ComparedValue(a, value)
		}
		last[side] = int(row)
		c.g.agg.Compare(a, held[side], int(c.g.at[i]), weightAt(weights, row))
	}
}

// coded counts texts by their codes, each of which is looked up once.
func (c *comparer) coded(p *page, k column.Key, of traceql.Attribute, v *column.Vector) {
	s := sides{c: c, of: of}
	weights := c.weights(p)
	fixed := k.Scope == column.ScopeFixed
	values := c.values(k, v.Dict)
	for i, row := range c.g.rows {
		code := v.Codes[row]
		if code == 0 && !fixed || int(code) >= len(values[0]) {
			continue
		}
		side := c.side[i]
		a, value := s.at(side), values[side][code]
		if value == nil {
			value = c.g.agg.ComparedValue(a, staticOf(k, v.Dict.Texts[code]))
			values[side][code] = value
		}
		c.g.agg.Compare(a, value, int(c.g.at[i]), weightAt(weights, row))
	}
}

// maxComparedDicts bounds the dictionaries whose values are kept: forgetting them
// costs time only.
const maxComparedDicts = 512

func (c *comparer) values(k column.Key, d *column.Dict) *[2][]*traceql.ComparedValue {
	at := comparedDict{k, d}
	if c.known[at] == nil {
		if len(c.known) >= maxComparedDicts {
			clear(c.known)
		}
		c.known[at] = &[2][]*traceql.ComparedValue{make([]*traceql.ComparedValue, len(d.Texts)), make([]*traceql.ComparedValue, len(d.Texts))}
	}
	return c.known[at]
}

// weights is the weights of the rows, nil if each counts once.
func (c *comparer) weights(p *page) *column.Vector {
	if !c.g.metrics.weighted {
		return nil
	}
	return p.vector(column.Weight)
}

func weightAt(v *column.Vector, row int32) float64 {
	if v != nil && v.Floats[row] > 0 {
		return v.Floats[row]
	}
	return 1
}
