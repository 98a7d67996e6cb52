package traceql

import "slices"

// Words that begin a stage.
var (
	aggregateNames = []string{"count", "avg", "min", "max", "sum"}
	stageNames     = slices.Concat([]string{"by", "coalesce", "select"}, aggregateNames)
	metricNames    = []string{
		"rate", "count_over_time", "min_over_time", "max_over_time", "avg_over_time", "sum_over_time",
		"quantile_over_time", "histogram_over_time", "compare",
	}
	secondNames = []string{"topk", "bottomk"}
)

// pipeline reads stages up to a metrics function, which it leaves with the |
// before it. One that begins with by, select or an aggregate is about all spans.
func (p *parser) pipeline() *Pipeline {
	defer p.enter()()
	line := &Pipeline{}
	if t := p.peek(); t.kind == tokenWord && t.text != "coalesce" && slices.Contains(stageNames, t.text) {
		line.Stages = append(line.Stages, &Filter{Pos: t.pos}, p.stage())
	} else {
		line.Stages = append(line.Stages, p.spansets(1))
	}
	for p.peek().is("|") {
		if t := p.peekAt(1); t.kind == tokenWord && slices.Contains(metricNames, t.text) {
			break
		}
		p.next()
		line.Stages = append(line.Stages, p.stage())
	}
	return line
}

func (p *parser) stage() Stage {
	t := p.peek()
	if t.is("{") || t.is("(") && p.opensSpanset() {
		return p.spansets(1)
	}
	if t.kind == tokenWord && !slices.Contains(aggregateNames, t.text) {
		return p.namedStage(t)
	}
	if t.kind == tokenEnd {
		panic(fault(t.pos, "the query ends after |").expecting("a stage: {...}, by, coalesce, select, an aggregate or a metrics function"))
	}
	return p.scalarFilter()
}

// opensSpanset tells ({ from (count().
func (p *parser) opensSpanset() bool {
	n := 0
	for p.peekAt(n).is("(") {
		n++
	}
	return p.peekAt(n).is("{")
}

func (p *parser) namedStage(t token) Stage {
	switch t.text {
	case "by":
		p.next()
		p.expect("(", "after by")
		x := p.field()
		p.expect(")", "in by")
		return &GroupBy{Pos: t.pos, Expr: x}
	case "coalesce":
		p.next()
		p.expect("(", "after coalesce")
		p.expect(")", "in coalesce")
		return &Coalesce{Pos: t.pos}
	case "select":
		p.next()
		return &Select{Pos: t.pos, Attrs: p.attributes("select")}
	case "topk", "bottomk":
		panic(fault(t.pos, "%s needs series", t.text).expecting("a metrics function before it, as | rate()"))
	}
	known := slices.Concat(stageNames, metricNames, secondNames)
	panic(fault(t.pos, "unknown stage %q", t.text).
		expecting("{...}, by, coalesce, select, an aggregate or a metrics function").near(t.text, known))
}

// spansets climbs precedence: && and || bind weaker than relations, all to the
// left.
func (p *parser) spansets(level int) SpansetExpr {
	left := p.spansetOperand()
	for {
		t := p.peek()
		op, prec := spansetOp(t)
		if prec < level {
			return left
		}
		p.next()
		leave := p.enter()
		left = &SpansetOp{Pos: t.pos, Op: op, L: left, R: p.spansets(prec + 1)}
		leave()
	}
}

// spansetOp reads a token as an operator between spansets; precedence 0: it is none.
func spansetOp(t token) (Op, int) {
	switch {
	case t.kind != tokenOp:
		return OpNone, 0
	case t.op.logical():
		return t.op, 1
	case t.op == OpNotRegex:
		return OpNotSibling, 2
	case t.op.relation():
		return t.op, 2
	}
	return OpNone, 0
}

func (p *parser) spansetOperand() SpansetExpr {
	defer p.enter()()
	t := p.next()
	if t.is("{") {
		return p.filterBody(t.pos)
	}
	if !t.is("(") {
		panic(fault(t.pos, "%s where spans should be selected", t.describe()).expecting("{"))
	}
	line := p.pipeline()
	if next := p.peek(); next.is("|") {
		panic(fault(p.peekAt(1).pos, "a metrics function within parentheses").expecting("it at the end of the query"))
	}
	p.expect(")", "after a pipeline")
	if one, ok := line.Stages[0].(SpansetExpr); ok && len(line.Stages) == 1 {
		return one
	}
	return line
}

// filterBody reads what follows {.
func (p *parser) filterBody(pos Pos) *Filter {
	f := &Filter{Pos: pos}
	if p.peek().is("}") {
		p.next()
		return f
	}
	f.Expr = p.field()
	t := p.peek()
	if !t.is("}") {
		panic(fault(t.pos, "%s within braces", t.describe()).expecting("an operator or }"))
	}
	p.next()
	return f
}
