package traceql

import "slices"

// metrics reads the metrics function, at its name.
func (p *parser) metrics() *Metrics {
	t := p.next()
	m := &Metrics{Pos: t.pos, Func: t.text}
	p.expect("(", "after "+t.text)
	switch t.text {
	case "rate", "count_over_time":
	case "compare":
		m.Compare = p.compare()
	default:
		m.Arg = p.attribute("in " + t.text)
	}
	if t.text == "quantile_over_time" {
		m.Quantiles = p.quantiles()
	}
	p.expect(")", "in "+t.text)
	if p.word("by") {
		if m.Compare != nil {
			panic(fault(p.peek().pos, "compare has no by").expecting("compare alone: it groups by every attribute"))
		}
		p.next()
		m.By = p.attributes("by")
	}
	return m
}

func (p *parser) quantiles() []float64 {
	var list []float64
	for p.peek().is(",") {
		p.next()
		pos := p.peek().pos
		v := p.constant("as a quantile")
		f, ok := v.AsFloat()
		if !ok || v.Type() == TypeDuration || f < 0 || f > 1 {
			panic(fault(pos, "%s is no quantile", v).expecting("a number from 0 to 1"))
		}
		list = append(list, f)
	}
	if len(list) == 0 {
		panic(fault(p.peek().pos, "quantile_over_time without a quantile").expecting("as quantile_over_time(duration, .9)"))
	}
	return list
}

// compareTopN is how many values compare() tells of each attribute by default.
const compareTopN = 10

// maxCompareTopN is the most that it may be asked for, as Tempo documents.
const maxCompareTopN = 1000

func (p *parser) compare() *CompareArgs {
	c := &CompareArgs{TopN: compareTopN}
	open := p.expect("{", "in compare")
	c.Filter = p.filterBody(open.pos)
	var numbers []int64
	for p.peek().is(",") {
		p.next()
		pos := p.peek().pos
		v := p.constant("in compare")
		if v.Type() != TypeInt || v.AsInt() <= 0 {
			panic(fault(pos, "%s in compare", v).expecting("a whole number above 0"))
		}
		if len(numbers) == 0 && v.AsInt() > maxCompareTopN {
			panic(fault(pos, "%s values of an attribute in compare", v).expecting("at most 1000"))
		}
		numbers = append(numbers, v.AsInt())
	}
	switch len(numbers) {
	case 0:
	case 1, 3:
		c.TopN = int(numbers[0])
		if len(numbers) == 3 {
			c.Start, c.End = numbers[1], numbers[2]
		}
	default:
		panic(fault(p.peek().pos, "compare with %d numbers", len(numbers)).
			expecting("compare({...}), compare({...}, topN) or compare({...}, topN, start, end)"))
	}
	if c.End < c.Start {
		panic(fault(open.pos, "compare ends before it starts"))
	}
	return c
}

// seconds reads the stages after the metrics function.
func (p *parser) seconds() []Second {
	var list []Second
	for {
		t := p.peek()
		switch {
		case t.is("|"):
			p.next()
			list = append(list, p.topk())
		case t.kind == tokenOp && t.op.comparison() && !t.op.regex():
			p.next()
			pos := p.peek().pos
			v := p.constant("as a threshold")
			if !v.Type().numeric() {
				panic(fault(pos, "%s as a threshold of series", v).expecting("a number or a duration"))
			}
			list = append(list, Second{Pos: t.pos, Op: t.op, Value: v})
		default:
			return list
		}
	}
}

func (p *parser) topk() Second {
	t := p.next()
	if t.kind != tokenWord || !slices.Contains(secondNames, t.text) {
		panic(fault(t.pos, "%s after a metrics function", t.describe()).expecting("topk(n) or bottomk(n)").
			near(t.text, secondNames))
	}
	p.expect("(", "after "+t.text)
	pos := p.peek().pos
	v := p.constant("in " + t.text)
	if v.Type() != TypeInt || v.AsInt() <= 0 {
		panic(fault(pos, "%s in %s", v, t.text).expecting("a whole number above 0"))
	}
	p.expect(")", "in "+t.text)
	return Second{Pos: t.pos, Func: t.text, N: int(min(v.AsInt(), 1<<30))}
}
