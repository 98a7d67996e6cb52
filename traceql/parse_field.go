package traceql

import (
	"math"
	"slices"
)

// namedConstants are the words that are values.
var namedConstants = func() map[string]Static {
	m := map[string]Static{
		"true": Bool(true), "false": Bool(false), "nil": Nil(),
		"minInt": Int(math.MinInt64), "maxInt": Int(math.MaxInt64),
	}
	for i, name := range statusNames {
		m[name] = StatusOf(Status(i))
	}
	for i, name := range kindNames {
		m[name] = KindOf(Kind(i))
	}
	return m
}()

// fieldWords is every word that may stand in a field expression, sorted.
var fieldWords = func() []string {
	var words []string
	for name := range namedConstants {
		words = append(words, name)
	}
	for _, info := range intrinsics {
		if info.plain != "" {
			words = append(words, info.plain)
		}
	}
	slices.Sort(words)
	return words
}()

// field reads an expression over one span.
func (p *parser) field() FieldExpr { return p.fieldAbove(1) }

// fieldAbove climbs precedence: operators of at least the level given. ^ binds
// to the right, the rest to the left.
func (p *parser) fieldAbove(level int) FieldExpr {
	left := p.unary()
	for {
		t := p.peek()
		if t.kind != tokenOp || t.op.precedence() < level {
			return left
		}
		p.next()
		above := t.op.precedence() + 1
		if t.op == OpPow {
			above--
		}
		leave := p.enter()
		left = &Binary{Pos: t.pos, Op: t.op, L: left, R: p.fieldAbove(above)}
		leave()
	}
}

func (p *parser) unary() FieldExpr {
	defer p.enter()()
	t := p.peek()
	if t.kind != tokenOp || t.op != OpNot && t.op != OpSub {
		return p.operand()
	}
	p.next()
	x := p.unary()
	if lit, ok := x.(*Literal); ok && t.op == OpSub {
		if v, ok := negate(lit.Value); ok {
			return &Literal{Pos: t.pos, Value: v}
		}
	}
	return &Unary{Pos: t.pos, Op: t.op, X: x}
}

func (p *parser) operand() FieldExpr {
	t := p.next()
	switch t.kind {
	case tokenLiteral:
		return &Literal{Pos: t.pos, Value: t.val}
	case tokenAttr:
		return &Attr{Pos: t.pos, Attribute: t.attr}
	case tokenWord:
		return p.named(t)
	}
	if t.is("(") {
		x := p.field()
		p.expect(")", "in an expression")
		if b, ok := x.(*Binary); ok {
			b.enclosed = true
		}
		return x
	}
	err := fault(t.pos, "%s where a value should be", t.describe()).
		expecting("an intrinsic, an attribute (.a, span.a, resource.a), a value or (")
	if t.kind == tokenOp && t.op == OpEqual {
		err.Suggestion = "="
	}
	panic(err)
}

func (p *parser) named(t token) FieldExpr {
	if in, ok := intrinsicByName[t.text]; ok {
		return &Attr{Pos: t.pos, Attribute: Attribute{Intrinsic: in}}
	}
	if v, ok := namedConstants[t.text]; ok {
		return &Literal{Pos: t.pos, Value: v}
	}
	panic(fault(t.pos, "unknown name %q", t.text).
		expecting("an intrinsic, an attribute (.a, span.a, resource.a) or a value").near(t.text, slices.Concat(fieldWords, scopedIntrinsics())))
}

// attribute reads one attribute or intrinsic, as by() and select() take.
func (p *parser) attribute(place string) *Attr {
	t := p.peek()
	if t.kind == tokenAttr || t.kind == tokenWord {
		if a, ok := p.operand().(*Attr); ok {
			return a
		}
	}
	panic(fault(t.pos, "%s %s", t.describe(), place).expecting("an attribute or intrinsic"))
}

// attributes reads ( a, b, ... ), at least one.
func (p *parser) attributes(of string) []*Attr {
	p.expect("(", "after "+of)
	list := []*Attr{p.attribute("in " + of)}
	for p.peek().is(",") {
		p.next()
		list = append(list, p.attribute("in "+of))
	}
	p.expect(")", "in "+of)
	return list
}
