package traceql

// env is the place at which an expression is evaluated: a span of a trace.
type env struct {
	t *Trace
	i int

	bound Scope // ScopeEvent, ScopeLink: of these there is but one item
	item  int
}

// matches tells whether a filter selects the span.
func (e env) matches(f *Filter) bool { return f.Expr == nil || e.eval(f.Expr).True() }

func (e env) eval(x FieldExpr) Static {
	switch x := x.(type) {
	case *Literal:
		return x.Value
	case *Attr:
		return e.read(x.Attribute)
	case *Unary:
		return e.unary(x)
	case *Binary:
		switch {
		case x.Op.comparison():
			return Bool(e.compare(x))
		case x.Op.logical():
			return Bool(e.logical(x))
		}
		return arithmetic(x.Op, e.eval(x.L), e.eval(x.R))
	}
	return Nil()
}

func (e env) logical(x *Binary) bool {
	if x.joint != nil {
		return e.conjunction(x.joint)
	}
	if e.eval(x.L).True() {
		return x.Op == OpOr || e.eval(x.R).True()
	}
	return x.Op == OpOr && e.eval(x.R).True()
}

func (e env) unary(x *Unary) Static { return unary(x.Op, e.eval(x.X)) }

// unary turns a sign or a truth, part by part where the value is an array. What is
// neither a number nor a truth is nil.
func unary(op Op, v Static) Static {
	if v.typ == TypeArray {
		return mapParts(v, func(p Static) Static { return unary(op, p) })
	}
	if op == OpSub {
		if n, ok := negate(v); ok {
			return n
		}
		return Nil()
	}
	if v.typ != TypeBool {
		return Nil()
	}
	return Bool(!v.True())
}

// compare evaluates a comparison: true if any part of the left side satisfies it
// with any part of the right.
func (e env) compare(x *Binary) bool {
	if isNil(x.R) {
		return e.has(x.L) == (x.Op == OpNotEqual)
	}
	if isNil(x.L) {
		return e.has(x.R) == (x.Op == OpNotEqual)
	}
	if lit, ok := x.R.(*Literal); ok {
		return e.parts(x.L, func(v Static) bool { return x.holds(v, lit.Value) })
	}
	return e.parts(x.R, func(r Static) bool {
		return e.parts(x.L, func(l Static) bool { return x.holds(l, r) })
	})
}

func isNil(x FieldExpr) bool {
	lit, ok := x.(*Literal)
	return ok && lit.Value.IsNil()
}

// has tells whether an expression has a value.
func (e env) has(x FieldExpr) bool {
	if a, ok := x.(*Attr); ok {
		return e.exists(a.Attribute)
	}
	return !e.eval(x).IsNil()
}

// parts calls yield for each part of a value until it returns true, and tells
// whether it did. Attributes of events and links are read one by one.
func (e env) parts(x FieldExpr, yield func(Static) bool) bool {
	if a, ok := x.(*Attr); ok {
		return e.each(a.Attribute, yield)
	}
	return partsOf(e.eval(x), yield)
}

func partsOf(v Static, yield func(Static) bool) bool {
	switch v.typ {
	case TypeNil:
		return false
	case TypeArray:
		for _, p := range v.list {
			if partsOf(p, yield) {
				return true
			}
		}
		return false
	}
	return yield(v)
}

// holds evaluates the operator between two single values.
func (x *Binary) holds(l, r Static) bool {
	if x.Op.regex() {
		return l.typ == TypeString && x.re.MatchString(l.s) == (x.Op == OpRegex)
	}
	order, ok := Compare(l, r)
	return ok && ordered(x.Op, order)
}

// ordered tells whether the order of two values satisfies a comparison.
func ordered(op Op, order int) bool {
	switch op {
	case OpEqual:
		return order == 0
	case OpNotEqual:
		return order != 0
	case OpGreater:
		return order > 0
	case OpGreaterEqual:
		return order >= 0
	case OpLess:
		return order < 0
	case OpLessEqual:
		return order <= 0
	}
	return false
}
