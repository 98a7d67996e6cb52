package traceql

// scalarFilter tells whether a spanset stays, and adds its aggregates to it.
func scalarFilter(t *Trace, s *ScalarFilter, set spanset) (spanset, bool) {
	attrs := set.attrs
	c := &scalarRun{t: t, spans: set.spans, attrs: &attrs}
	order, ok := Compare(c.eval(s.L), c.eval(s.R))
	set.attrs = attrs
	return set, ok && ordered(s.Op, order)
}

type scalarRun struct {
	t     *Trace
	spans []int32
	attrs *[]Named
}

func (c *scalarRun) eval(x ScalarExpr) Static {
	switch x := x.(type) {
	case *ScalarLiteral:
		return x.Value
	case *ScalarOp:
		return arithmetic(x.Op, c.eval(x.L), c.eval(x.R))
	case *Aggregate:
		v := c.aggregate(x)
		*c.attrs = withNamed(*c.attrs, Named{x.name, v})
		return v
	}
	return Nil()
}

func (c *scalarRun) aggregate(a *Aggregate) Static {
	if a.Arg == nil {
		return Int(int64(len(c.spans)))
	}
	f := fold{name: a.Func}
	for _, i := range c.spans {
		env{t: c.t, i: int(i)}.parts(a.Arg, func(v Static) bool {
			if v.Type().numeric() {
				f.add(v)
			}
			return false
		})
	}
	return f.result()
}

// fold gathers avg, min, max or sum of numbers.
type fold struct {
	name string
	n    int
	sum  Static
	edge Static // the least or largest so far
}

func (f *fold) add(v Static) {
	f.n++
	if f.n == 1 {
		f.sum, f.edge = v, v
		return
	}
	f.sum = arithmetic(OpAdd, f.sum, v)
	order, ok := Compare(v, f.edge)
	if ok && (order < 0 && f.name == "min" || order > 0 && f.name == "max") {
		f.edge = v
	}
}

func (f *fold) result() Static {
	switch {
	case f.n == 0:
		return Nil()
	case f.name == "sum":
		return f.sum
	case f.name != "avg":
		return f.edge
	case f.sum.Type() == TypeDuration:
		return Static{typ: TypeDuration, n: uint64(f.sum.AsInt() / int64(f.n))}
	}
	return Float(f.sum.float() / float64(f.n))
}
