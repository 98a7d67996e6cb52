package traceql

import "slices"

// scalarFilter reads a comparison of aggregates and numbers.
func (p *parser) scalarFilter() *ScalarFilter {
	left := p.scalar(OpAdd.precedence())
	t := p.peek()
	if t.kind != tokenOp || !t.op.comparison() {
		panic(fault(t.pos, "%s after an aggregate", t.describe()).expecting("a comparison, as > 2"))
	}
	p.next()
	return &ScalarFilter{Pos: t.pos, Op: t.op, L: left, R: p.scalar(OpAdd.precedence())}
}

// scalar climbs precedence of arithmetic.
func (p *parser) scalar(level int) ScalarExpr {
	left := p.scalarOperand()
	for {
		t := p.peek()
		if t.kind != tokenOp || !t.op.arithmetic() || t.op.precedence() < level {
			return left
		}
		p.next()
		above := t.op.precedence() + 1
		if t.op == OpPow {
			above--
		}
		leave := p.enter()
		left = &ScalarOp{Pos: t.pos, Op: t.op, L: left, R: p.scalar(above)}
		leave()
	}
}

func (p *parser) scalarOperand() ScalarExpr {
	defer p.enter()()
	t := p.peek()
	switch {
	case t.is("("):
		p.next()
		x := p.scalar(OpAdd.precedence())
		p.expect(")", "in a scalar expression")
		return x
	case t.kind == tokenWord && slices.Contains(aggregateNames, t.text):
		return p.aggregate()
	case t.kind == tokenWord:
		if _, ok := namedConstants[t.text]; !ok {
			panic(fault(t.pos, "unknown aggregate %q", t.text).expecting("count, avg, min, max, sum or a number").
				near(t.text, aggregateNames))
		}
	}
	return &ScalarLiteral{Pos: t.pos, Value: p.constant("in a scalar filter")}
}

func (p *parser) aggregate() *Aggregate {
	t := p.next()
	a := &Aggregate{Pos: t.pos, Func: t.text}
	p.expect("(", "after "+t.text)
	if t.text == "count" {
		p.expect(")", "in count, which takes nothing")
		return a
	}
	a.Arg = p.field()
	p.expect(")", "in "+t.text)
	return a
}

// ParseLiteral reads text that is one value and nothing else.
func ParseLiteral(text string) (Static, bool) {
	tokens, err := lex(text)
	if err != nil {
		return Nil(), false
	}
	p := &parser{tokens: tokens}
	var v Static
	err = p.catch(func() { v = p.constant("as a value") })
	return v, err == nil && p.peek().kind == tokenEnd
}
