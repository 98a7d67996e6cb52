package traceql

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// String is the query in canonical form: parsed again, it gives the same tree.
func (q *Query) String() string {
	var p printer
	p.pipeline(q.Pipeline)
	if q.Metrics != nil {
		p.text(" | ")
		p.metrics(q.Metrics)
	}
	for _, s := range q.Second {
		p.second(s)
	}
	for i, h := range q.Hints {
		p.text(map[bool]string{true: " with(", false: ", "}[i == 0])
		p.text(h.Name + "=" + literalText(h.Value))
	}
	if len(q.Hints) > 0 {
		p.text(")")
	}
	return p.String()
}

// FieldText is the canonical form of an expression within braces.
func FieldText(x FieldExpr) string {
	var p printer
	p.field(x)
	return p.String()
}

type printer struct{ strings.Builder }

func (p *printer) text(s string) { p.WriteString(s) }

func (p *printer) pipeline(line *Pipeline) {
	for i, s := range line.Stages {
		if i > 0 {
			p.text(" | ")
		}
		p.stage(s)
	}
}

func (p *printer) stage(s Stage) {
	switch s := s.(type) {
	case SpansetExpr:
		p.spansets(s)
	case *GroupBy:
		p.text("by(")
		p.field(s.Expr)
		p.text(")")
	case *Coalesce:
		p.text("coalesce()")
	case *Select:
		p.text("select")
		p.attrs(s.Attrs)
	case *ScalarFilter:
		p.scalar(s.L)
		p.text(" " + s.Op.String() + " ")
		p.scalar(s.R)
	}
}

func (p *printer) spansets(x SpansetExpr) {
	switch x := x.(type) {
	case *Filter:
		if x.Expr == nil {
			p.text("{}")
			return
		}
		p.text("{ ")
		p.field(x.Expr)
		p.text(" }")
	case *Pipeline:
		p.text("(")
		p.pipeline(x)
		p.text(")")
	case *SpansetOp:
		p.spansetOperand(x.L, x.Op, false)
		p.text(" " + x.Op.String() + " ")
		p.spansetOperand(x.R, x.Op, true)
	}
}

func (p *printer) spansetOperand(x SpansetExpr, outer Op, right bool) {
	inner, ok := x.(*SpansetOp)
	weak := ok && (inner.Op.logical() && !outer.logical() || right && inner.Op.logical() == outer.logical())
	p.enclosed(weak, func() { p.spansets(x) })
}

// enclosed writes parentheses around what f writes, if they are needed.
func (p *printer) enclosed(needed bool, f func()) {
	if needed {
		p.text("(")
	}
	f()
	if needed {
		p.text(")")
	}
}

func (p *printer) field(x FieldExpr) {
	switch x := x.(type) {
	case *Literal:
		p.text(literalText(x.Value))
	case *Attr:
		p.text(x.Attribute.String())
	case *Unary:
		_, compound := x.X.(*Binary)
		if lit, ok := x.X.(*Literal); ok && x.Op == OpSub {
			compound = lit.Value.Type().numeric() // else it would fold
		}
		p.text(x.Op.String())
		p.enclosed(compound, func() { p.field(x.X) })
	case *Binary:
		p.fieldOperand(x.L, x.Op, x.Op == OpPow)
		p.text(" " + x.Op.String() + " ")
		p.fieldOperand(x.R, x.Op, x.Op != OpPow)
	}
}

// fieldOperand encloses an operand that binds weaker, or as weakly on the side to
// which the operator does not associate; and an || that stood in parentheses before an
// &&, which would get a warning without them.
func (p *printer) fieldOperand(x FieldExpr, outer Op, strict bool) {
	inner, ok := x.(*Binary)
	weak := ok && (inner.Op.precedence() < outer.precedence() || strict && inner.Op.precedence() == outer.precedence() || inner.enclosed && inner.Op == OpOr && outer == OpAnd)
	p.enclosed(weak, func() { p.field(x) })
}

func (p *printer) scalar(x ScalarExpr) {
	switch x := x.(type) {
	case *ScalarLiteral:
		p.text(literalText(x.Value))
	case *Aggregate:
		p.text(x.Func + "(")
		if x.Arg != nil {
			p.field(x.Arg)
		}
		p.text(")")
	case *ScalarOp:
		p.scalarOperand(x.L, x.Op, x.Op == OpPow)
		p.text(" " + x.Op.String() + " ")
		p.scalarOperand(x.R, x.Op, x.Op != OpPow)
	}
}

func (p *printer) scalarOperand(x ScalarExpr, outer Op, strict bool) {
	inner, ok := x.(*ScalarOp)
	weak := ok && (inner.Op.precedence() < outer.precedence() || strict && inner.Op.precedence() == outer.precedence())
	p.enclosed(weak, func() { p.scalar(x) })
}

func (p *printer) attrs(list []*Attr) {
	p.text("(")
	for i, a := range list {
		if i > 0 {
			p.text(", ")
		}
		p.text(a.Attribute.String())
	}
	p.text(")")
}

func (p *printer) metrics(m *Metrics) {
	p.text(m.Func + "(")
	if m.Arg != nil {
		p.text(m.Arg.Attribute.String())
	}
	for _, q := range m.Quantiles {
		p.text(", " + floatText(q))
	}
	if c := m.Compare; c != nil {
		p.spansets(c.Filter)
		p.text(", " + strconv.Itoa(c.TopN))
		if c.Start != 0 || c.End != 0 {
			p.text(", " + strconv.FormatInt(c.Start, 10) + ", " + strconv.FormatInt(c.End, 10))
		}
	}
	p.text(")")
	if len(m.By) > 0 {
		p.text(" by ")
		p.attrs(m.By)
	}
}

func (p *printer) second(s Second) {
	if s.Func != "" {
		p.text(" | " + s.Func + "(" + strconv.Itoa(s.N) + ")")
		return
	}
	p.text(" " + s.Op.String() + " " + literalText(s.Value))
}

// literalText writes a value so that the lexer reads the same one.
func literalText(v Static) string {
	switch v.Type() {
	case TypeString:
		return strconv.Quote(v.Text())
	case TypeFloat:
		return floatText(v.float())
	case TypeInt:
		if v.AsInt() == math.MinInt64 {
			return "minInt"
		}
	case TypeDuration:
		return durationText(time.Duration(v.AsInt()))
	}
	return v.String()
}

func floatText(f float64) string {
	s := strconv.FormatFloat(f, 'g', -1, 64)
	if strings.ContainsAny(s, ".e") {
		return s
	}
	return s + ".0"
}

// durationText avoids fractions of units, which the lexer would round.
func durationText(d time.Duration) string {
	s := d.String()
	if strings.Contains(s, ".") {
		return strconv.FormatInt(int64(d), 10) + "ns"
	}
	return s
}

// quoteName quotes an attribute name where the lexer would read another one.
func quoteName(name string) string {
	if name != "" && !startsDigit(name) && allNameRunes(name) {
		return name
	}
	return strconv.Quote(name)
}

// labelName quotes an attribute name with runes that end one in a query, as Tempo's
// labels do.
func labelName(name string) string {
	if allNameRunes(name) {
		return name
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(name) + `"`
}

func allNameRunes(name string) bool {
	for _, r := range name {
		if !isNameRune(r) {
			return false
		}
	}
	return true
}
