package traceql

import (
	"slices"
)

// hintTypes are the hints that Parse takes. Those of Tempo that steer its engine
// are read and have no effect here.
var hintTypes = map[string]Type{
	"sample": TypeNil, "trace_sample": TypeNil, "span_sample": TypeNil, "exemplars": TypeNil,
	"most_recent": TypeBool, "job_size": TypeNil, "time_overlap_cutoff": TypeNil, "concurrent_blocks": TypeNil,
	"debug": TypeNil, "debug_span_fetch": TypeNil, "info": TypeNil, "skip_ast_transformations": TypeNil, "spanonly_fetch": TypeNil,
	HintWeighted: TypeBool, HintBuckets: TypeBool, HintScalarMath: TypeBool,
}

// Hints of ours.
const (
	// HintWeighted counts each span as many times as it stands for.
	HintWeighted = "weighted"
	// HintBuckets estimates quantiles from power-of-two buckets, as Tempo does.
	HintBuckets = "buckets"
	// HintScalarMath allows several aggregates in one scalar filter.
	HintScalarMath = "scalar_math"
)

// validate checks types, compiles regular expressions and names what an answer
// shows.
func validate(q *Query) *SyntaxError {
	for _, h := range q.Hints {
		if err := checkHint(h); err != nil {
			return err
		}
	}
	visitFields(q, join)
	v := validator{scalarMath: q.Hint(HintScalarMath).True()}
	if err := v.pipeline(q.Pipeline); err != nil {
		return err
	}
	if q.Metrics != nil {
		return v.metrics(q.Metrics, q.Second)
	}
	return nil
}

func checkHint(h Hint) *SyntaxError {
	want, ok := hintTypes[h.Name]
	if !ok {
		names := make([]string, 0, len(hintTypes))
		for name := range hintTypes {
			names = append(names, name)
		}
		slices.Sort(names)
		return fault(h.Pos, "unknown hint %q", h.Name).near(h.Name, names)
	}
	if want != TypeNil && h.Value.Type() != want {
		return fault(h.Pos, "the hint %s is %s", h.Name, h.Value.Type()).expecting(want.String())
	}
	if n, ok := h.Value.AsFloat(); ok && n < 0 {
		return fault(h.Pos, "the hint %s is %s", h.Name, h.Value).expecting("0 or more")
	}
	return nil
}

type validator struct{ scalarMath bool }

func (v validator) pipeline(line *Pipeline) *SyntaxError {
	for _, s := range line.Stages {
		if err := v.stage(s); err != nil {
			return err
		}
	}
	return nil
}

func (v validator) stage(s Stage) *SyntaxError {
	switch s := s.(type) {
	case *Filter:
		return checkFilter(s)
	case *SpansetOp:
		if err := v.stage(s.L); err != nil {
			return err
		}
		return v.stage(s.R)
	case *Pipeline:
		return v.pipeline(s)
	case *GroupBy:
		return checkGroup(s)
	case *Select:
		for _, a := range s.Attrs {
			if _, err := typeOf(a); err != nil {
				return err
			}
		}
	case *ScalarFilter:
		return v.scalarFilter(s)
	}
	return nil
}

func checkFilter(f *Filter) *SyntaxError {
	if f.Expr == nil {
		return nil
	}
	t, err := typeOf(f.Expr)
	if err == nil && t != TypeBool && t != typeAny {
		return fault(posOf(f.Expr), "the braces hold a value of type %s", t).expecting("a condition, as name = \"x\"")
	}
	return err
}

func checkGroup(g *GroupBy) *SyntaxError {
	if _, err := typeOf(g.Expr); err != nil {
		return err
	}
	g.name = "by(" + FieldText(g.Expr) + ")"
	if !readsSpan(g.Expr) {
		return fault(posOf(g.Expr), "by needs something of the span").expecting("an attribute or intrinsic")
	}
	return nil
}

// typeAny is the type of an attribute: known only when it is read.
const typeAny = Type(0xff)

// typeOf checks an expression and tells its type.
func typeOf(x FieldExpr) (Type, *SyntaxError) {
	switch x := x.(type) {
	case *Literal:
		return x.Value.Type(), nil
	case *Attr:
		return typeOfAttr(x)
	case *Unary:
		return typeOfUnary(x)
	case *Binary:
		return typeOfBinary(x)
	}
	return TypeNil, nil
}

func typeOfAttr(a *Attr) (Type, *SyntaxError) {
	if a.Intrinsic == IntrinsicParent {
		return TypeNil, fault(a.Pos, "parent alone is not supported").
			expecting("an attribute of the parent, as parent.span.a, or span:parentID, nestedSetParent")
	}
	if a.Intrinsic == IntrinsicNone {
		return typeAny, nil
	}
	return a.Intrinsic.Type(), nil
}

func typeOfUnary(x *Unary) (Type, *SyntaxError) {
	t, err := typeOf(x.X)
	if err != nil {
		return t, err
	}
	if x.Op == OpNot {
		if t != TypeBool && t != typeAny {
			return t, fault(x.Pos, "! before a value of type %s", t).expecting("a condition")
		}
		return TypeBool, nil
	}
	if !t.numeric() && t != typeAny {
		return t, fault(x.Pos, "a minus before a value of type %s", t).expecting("a number")
	}
	return t, nil
}

func typeOfBinary(x *Binary) (Type, *SyntaxError) {
	l, err := typeOf(x.L)
	if err != nil {
		return l, err
	}
	r, err := typeOf(x.R)
	if err != nil {
		return r, err
	}
	switch {
	case x.Op.regex():
		return TypeBool, compileRegex(x, l)
	case x.Op.comparison():
		wholeID(x)
		return TypeBool, checkComparison(x, l, r)
	case x.Op.arithmetic():
		return arithmeticType(x, l, r)
	}
	for _, t := range []Type{l, r} {
		if t != TypeBool && t != typeAny {
			return t, fault(x.Pos, "%s joins conditions, not a value of type %s", x.Op, t).expecting("conditions on both sides")
		}
	}
	return TypeBool, nil
}

func compileRegex(x *Binary, l Type) *SyntaxError {
	if l != TypeString && l != typeAny {
		return fault(x.Pos, "%s on a value of type %s", x.Op, l).expecting("text on its left")
	}
	lit, ok := x.R.(*Literal)
	if !ok || lit.Value.Type() != TypeString {
		return fault(posOf(x.R), "%s needs a regular expression in quotes on its right", x.Op).expecting("a string")
	}
	re, err := wholeText(lit.Value.Text())
	if err != nil {
		return fault(lit.Pos, "%v", err).expecting("RE2 syntax; it matches the whole text")
	}
	x.re = re
	return nil
}

func checkComparison(x *Binary, l, r Type) *SyntaxError {
	if l == TypeNil || r == TypeNil {
		return checkNil(x, l, r)
	}
	ordered := x.Op != OpEqual && x.Op != OpNotEqual
	for _, t := range []Type{l, r} {
		if ordered && (t == TypeBool || t == TypeStatus || t == TypeKind) {
			return fault(x.Pos, "values of type %s have no order", t).expecting("= or !=")
		}
	}
	if l == r || l == typeAny || r == typeAny || l.numeric() && r.numeric() {
		return nil
	}
	return fault(x.Pos, "%s never compares with %s", l, r).expecting("one type on both sides")
}

// checkNil allows nil where it can be either, and to ask whether an intrinsic is there:
// clients ask that of whatever attribute they group by.
func checkNil(x *Binary, l, r Type) *SyntaxError {
	if x.Op != OpEqual && x.Op != OpNotEqual {
		return fault(x.Pos, "%s with nil", x.Op).expecting("= nil or != nil")
	}
	other, t := x.L, l
	if l == TypeNil {
		other, t = x.R, r
	}
	a, ok := other.(*Attr)
	switch {
	case t == TypeNil, ok && x.Op == OpNotEqual, computed(other):
		return nil
	case ok && a.Attribute == ServiceName:
		return fault(a.Pos, "resource.service.name is always there, so comparing it with nil says nothing")
	case t != typeAny:
		return fault(posOf(other), "%s is never nil", FieldText(other)).expecting("an attribute, as span.a = nil")
	}
	return nil
}

// computed tells whether an expression is computed: what cannot be is nil, as a division
// by zero.
func computed(x FieldExpr) bool {
	switch x := x.(type) {
	case *Unary:
		return x.Op == OpSub && computed(x.X)
	case *Binary:
		return x.Op.arithmetic()
	}
	return false
}

func arithmeticType(x *Binary, l, r Type) (Type, *SyntaxError) {
	for _, t := range []Type{l, r} {
		if !t.numeric() && t != typeAny {
			return t, fault(x.Pos, "%s with a value of type %s", x.Op, t).expecting("numbers on both sides")
		}
	}
	switch {
	case l == typeAny && r == typeAny:
		return typeAny, nil
	case l == typeAny || r == typeAny:
		return TypeFloat, nil // of whatever kind: numbers compare with each other
	}
	return arithmeticResult(x.Op, l, r), nil
}

// posOf is where an expression is, or its operator.
func posOf(x FieldExpr) Pos {
	switch x := x.(type) {
	case *Literal:
		return x.Pos
	case *Attr:
		return x.Pos
	case *Unary:
		return x.Pos
	case *Binary:
		return x.Pos
	}
	return 0
}

// readsSpan tells whether an expression depends on the span.
func readsSpan(x FieldExpr) bool {
	found := false
	walkAttrs(x, func(*Attr) { found = true })
	return found
}

// walkAttrs visits the attributes of an expression from left to right.
func walkAttrs(x FieldExpr, visit func(*Attr)) {
	switch x := x.(type) {
	case *Attr:
		visit(x)
	case *Unary:
		walkAttrs(x.X, visit)
	case *Binary:
		walkAttrs(x.L, visit)
		walkAttrs(x.R, visit)
	}
}
