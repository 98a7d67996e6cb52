package traceql

// Conditions is what a storage may use to skip data. It is conservative: data
// that no condition excludes must still be evaluated by Search or Metrics.
type Conditions struct {
	// Reads is every attribute that evaluation or the answer reads.
	Reads []Attribute
	// Any holds alternatives: a trace can only have an answer if for at least one
	// alternative it has, for each of its conditions, a span that satisfies it.
	// Empty: nothing can be skipped.
	Any [][]Condition
	// AllConditions says that the first stage is one filter, Any has one alternative,
	// and a span passes that stage exactly if it satisfies all its conditions.
	AllConditions bool
}

// Condition is a comparison of a column with a constant, with the meaning it has
// in the language (any part of several, numbers of all types).
type Condition struct {
	Attr  Attribute // with Parent set, the span that satisfies it is the parent
	Op    Op        // a comparison; never with nil, never a negation of existence
	Value Static
	// Test evaluates the condition for one value of the column.
	Test func(Static) bool
}

// Conditions summarises a query for a storage.
func (q *Query) Conditions() Conditions {
	c := Conditions{Reads: readsOf(q)}
	first := q.Pipeline.Stages[0]
	c.Any = necessary(first.(SpansetExpr))
	if f, ok := first.(*Filter); ok && f.Expr != nil && len(c.Any) == 1 && len(c.Any[0]) < maxConditions {
		c.AllConditions = sufficient(f.Expr)
	}
	return c
}

// maxAlternatives bounds Any; a query with more gets none. maxConditions bounds
// each alternative; more are left out, which is safe.
const (
	maxAlternatives = 16
	maxConditions   = 32
)

// necessary returns alternatives of conditions that a trace needs; nil: unknown.
func necessary(x SpansetExpr) [][]Condition {
	switch x := x.(type) {
	case *Filter:
		if x.Expr == nil {
			return nil
		}
		return fieldNeeds(x.Expr)
	case *Pipeline:
		return necessary(x.Stages[0].(SpansetExpr))
	case *SpansetOp:
		switch {
		case x.Op == OpOr:
			return either(necessary(x.L), necessary(x.R))
		case x.Op.negated():
			return necessary(x.R)
		}
		return both(necessary(x.L), necessary(x.R))
	}
	return nil
}

func fieldNeeds(x FieldExpr) [][]Condition {
	b, ok := x.(*Binary)
	if !ok {
		return attributeIsTrue(x)
	}
	switch {
	case b.Op == OpAnd:
		return both(fieldNeeds(b.L), fieldNeeds(b.R))
	case b.Op == OpOr:
		return either(fieldNeeds(b.L), fieldNeeds(b.R))
	case b.Op.comparison():
		if c, ok := conditionOf(b); ok {
			return [][]Condition{{c}}
		}
	}
	return nil
}

// attributeIsTrue is the condition of { span.a }.
func attributeIsTrue(x FieldExpr) [][]Condition {
	a, ok := x.(*Attr)
	if !ok {
		return nil
	}
	return [][]Condition{{{Attr: a.Attribute, Op: OpEqual, Value: Bool(true), Test: Static.True}}}
}

func conditionOf(b *Binary) (Condition, bool) {
	op := b.Op
	a, isAttr := b.L.(*Attr)
	lit, isLit := b.R.(*Literal)
	if !isAttr || !isLit {
		a, isAttr = b.R.(*Attr)
		lit, isLit = b.L.(*Literal)
		op = op.mirrored()
	}
	if !isAttr || !isLit || lit.Value.IsNil() {
		return Condition{}, false
	}
	value, flipped := lit.Value, op != b.Op
	test := func(v Static) bool {
		return partsOf(v, func(p Static) bool {
			if flipped {
				return b.holds(value, p)
			}
			return b.holds(p, value)
		})
	}
	return Condition{Attr: a.Attribute, Op: op, Value: value, Test: test}, true
}

// mirrored is the comparison with its sides exchanged.
func (o Op) mirrored() Op {
	switch o {
	case OpGreater:
		return OpLess
	case OpGreaterEqual:
		return OpLessEqual
	case OpLess:
		return OpGreater
	case OpLessEqual:
		return OpGreaterEqual
	}
	return o
}

// both combines what two sides need: every pair of alternatives.
func both(a, b [][]Condition) [][]Condition {
	if len(a) == 0 || len(a)*len(b) > maxAlternatives {
		return b
	}
	if len(b) == 0 {
		return a
	}
	var out [][]Condition
	for _, x := range a {
		for _, y := range b {
			y = y[:min(len(y), max(0, maxConditions-len(x)))]
			out = append(out, append(x[:len(x):len(x)], y...))
		}
	}
	return out
}

func either(a, b [][]Condition) [][]Condition {
	if len(a) == 0 || len(b) == 0 || len(a)+len(b) > maxAlternatives {
		return nil
	}
	return append(a[:len(a):len(a)], b...)
}

// sufficient tells whether an expression is comparisons joined by && alone.
func sufficient(x FieldExpr) bool {
	b, ok := x.(*Binary)
	if !ok {
		a, isAttr := x.(*Attr)
		return isAttr && !a.Parent && a.itemScope() == ScopeNone // a list is no truth
	}
	if b.Op == OpAnd {
		return b.joint == nil && sufficient(b.L) && sufficient(b.R)
	}
	c, ok := conditionOf(b)
	return ok && !c.Attr.Parent
}

func readsOf(q *Query) []Attribute {
	var list []Attribute
	seen := make(map[Attribute]bool)
	add := func(a *Attr) {
		if !seen[a.Attribute] {
			seen[a.Attribute] = true
			list = append(list, a.Attribute)
		}
	}
	visitFields(q, func(x FieldExpr) { walkAttrs(x, add) })
	visitNamed(q.Pipeline, add)
	if m := q.Metrics; m != nil {
		if m.Arg != nil {
			add(m.Arg)
		}
		for _, a := range m.By {
			add(a)
		}
	}
	return list
}
