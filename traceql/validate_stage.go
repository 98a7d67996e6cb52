package traceql

func (v validator) scalarFilter(s *ScalarFilter) *SyntaxError {
	if s.Op.regex() {
		return fault(s.Pos, "%s between numbers", s.Op).expecting("= != > >= < or <=")
	}
	for _, side := range []ScalarExpr{s.L, s.R} {
		if err := v.scalar(side); err != nil {
			return err
		}
	}
	switch n := aggregatesIn(s.L) + aggregatesIn(s.R); {
	case n == 0:
		return fault(s.Pos, "a comparison of constants as a stage").expecting("an aggregate, as count()")
	case n > 1 && !v.scalarMath:
		return fault(s.Pos, "several aggregates in one filter").
			expecting("one aggregate and numbers, or with(" + HintScalarMath + "=true) at the end of the query")
	}
	return nil
}

func (v validator) scalar(x ScalarExpr) *SyntaxError {
	switch x := x.(type) {
	case *ScalarLiteral:
		if !x.Value.Type().numeric() {
			return fault(x.Pos, "an aggregate never compares with %s", x.Value.Type()).expecting("a number or a duration")
		}
	case *ScalarOp:
		if err := v.scalar(x.L); err != nil {
			return err
		}
		return v.scalar(x.R)
	case *Aggregate:
		return checkAggregate(x)
	}
	return nil
}

func checkAggregate(a *Aggregate) *SyntaxError {
	if a.Arg == nil {
		a.name = a.Func + "()"
		return nil
	}
	a.name = a.Func + "(" + FieldText(a.Arg) + ")"
	t, err := typeOf(a.Arg)
	if err != nil {
		return err
	}
	if !t.numeric() && t != typeAny {
		return fault(posOf(a.Arg), "%s of a value of type %s", a.Func, t).expecting("a number or a duration")
	}
	if !readsSpan(a.Arg) {
		return fault(posOf(a.Arg), "%s needs something of the span", a.Func).expecting("an attribute or intrinsic")
	}
	return nil
}

func aggregatesIn(x ScalarExpr) int {
	switch x := x.(type) {
	case *Aggregate:
		return 1
	case *ScalarOp:
		return aggregatesIn(x.L) + aggregatesIn(x.R)
	}
	return 0
}

func (v validator) metrics(m *Metrics, second []Second) *SyntaxError {
	if m.Arg != nil {
		if _, err := typeOf(m.Arg); err != nil {
			return err
		}
	}
	for _, a := range m.By {
		if _, err := typeOf(a); err != nil {
			return err
		}
	}
	if m.Compare == nil {
		return nil
	}
	if len(second) > 0 {
		return fault(second[0].Pos, "compare() with a stage after it").expecting("compare() at the end")
	}
	return checkFilter(m.Compare.Filter)
}

// hasEffect tells hints that change an answer here, or ask for what is done anyhow.
func hasEffect(hint string) bool {
	switch hint {
	case HintWeighted, HintBuckets, HintScalarMath, "exemplars", "most_recent":
		return true
	}
	return false
}

// warnings finds hints without effect, and && and || mixed without parentheses where other languages would
// read the query differently: a || b && c.
func warnings(q *Query) []Warning {
	var list []Warning
	for _, h := range q.Hints {
		if !hasEffect(h.Name) {
			list = append(list, Warning{h.Pos, "the hint " + h.Name + " has no effect here: every answer is exact and complete"})
		}
	}
	visitFields(q, func(x FieldExpr) {
		walkMixed(x, func(b *Binary) {
			list = append(list, Warning{b.Pos, "&& and || have one precedence, left to right: this reads (a || b) && c; put parentheses"})
		})
	})
	return list
}

// walkMixed visits each && whose left side is an || without parentheses.
func walkMixed(x FieldExpr, visit func(*Binary)) {
	switch x := x.(type) {
	case *Unary:
		walkMixed(x.X, visit)
	case *Binary:
		if l, ok := x.L.(*Binary); ok && x.Op == OpAnd && l.Op == OpOr && !l.enclosed {
			visit(x)
		}
		walkMixed(x.L, visit)
		walkMixed(x.R, visit)
	}
}

// visitFields visits every expression of a query, those of compare() included.
func visitFields(q *Query, visit func(FieldExpr)) {
	visitStages(q.Pipeline, visit)
	if q.Metrics != nil && q.Metrics.Compare != nil && q.Metrics.Compare.Filter.Expr != nil {
		visit(q.Metrics.Compare.Filter.Expr)
	}
}

func visitStages(s Stage, visit func(FieldExpr)) {
	switch s := s.(type) {
	case *Pipeline:
		for _, inner := range s.Stages {
			visitStages(inner, visit)
		}
	case *SpansetOp:
		visitStages(s.L, visit)
		visitStages(s.R, visit)
	case *Filter:
		if s.Expr != nil {
			visit(s.Expr)
		}
	case *GroupBy:
		visit(s.Expr)
	case *ScalarFilter:
		visitScalar(s.L, visit)
		visitScalar(s.R, visit)
	}
}

func visitScalar(x ScalarExpr, visit func(FieldExpr)) {
	switch x := x.(type) {
	case *Aggregate:
		if x.Arg != nil {
			visit(x.Arg)
		}
	case *ScalarOp:
		visitScalar(x.L, visit)
		visitScalar(x.R, visit)
	}
}
