package traceql

import "slices"

// shown is an attribute that the answer tells of each span.
type shown struct {
	attr   Attribute
	key    string
	tests  []shownTest // to tell which part of several matched
	nilToo bool        // the query asks for its absence
	named  bool        // select() or by() asks for it
}

// shownTest is a comparison of an attribute with a literal.
type shownTest struct {
	*Binary
	group *jointItems // nil, or what the same event or link has to satisfy too
}

// shownBy lists what a pipeline names: attributes, intrinsics of the span that
// an answer does not have anyhow, and what select() asks.
func shownBy(line *Pipeline) []shown {
	c := showCollector{index: make(map[Attribute]int)}
	visitStages(line, c.field)
	visitNamed(line, func(a *Attr) {
		c.at(a.Attribute).named = true
	})
	return c.list
}

type showCollector struct {
	list  []shown
	index map[Attribute]int // into list
}

func (c *showCollector) field(x FieldExpr) {
	walkAttrs(x, func(a *Attr) {
		if showsItself(a.Attribute) {
			c.at(a.Attribute)
		}
	})
	walkComparisons(x, nil, func(b shownTest, a *Attr) {
		if !showsItself(a.Attribute) {
			return
		}
		s := c.at(a.Attribute)
		s.tests = append(s.tests, b)
		s.nilToo = s.nilToo || b.Op == OpEqual && (isNil(b.R) || isNil(b.L))
	})
}

// maxDeduplicated bounds the search for equal keys in queries that name more.
const maxDeduplicated = 1000

// at finds or adds an entry.
func (c *showCollector) at(a Attribute) *shown {
	if i, ok := c.index[a]; ok {
		return &c.list[i]
	}
	c.index[a] = len(c.list)
	c.list = append(c.list, shown{attr: a, key: a.Key()})
	return &c.list[len(c.list)-1]
}

// showsItself leaves out what every answer tells anyhow, and what is the trace's.
func showsItself(a Attribute) bool {
	switch a.Intrinsic {
	case IntrinsicName, IntrinsicDuration, IntrinsicSpanID:
		return a.Parent
	}
	return !a.Intrinsic.ofTrace()
}

// walkComparisons visits comparisons of an attribute with a literal, in a group or none.
func walkComparisons(x FieldExpr, group *jointItems, visit func(shownTest, *Attr)) {
	switch x := x.(type) {
	case *Unary:
		walkComparisons(x.X, group, visit)
	case *Binary:
		if x.joint != nil && group == nil {
			walkJoint(x.joint, visit)
			return
		}
		if x.Op.comparison() {
			if a, ok := x.L.(*Attr); ok && isLiteral(x.R) {
				visit(shownTest{x, group}, a)
			} else if a, ok := x.R.(*Attr); ok && isNil(x.L) {
				visit(shownTest{x, group}, a)
			}
		}
		walkComparisons(x.L, group, visit)
		walkComparisons(x.R, group, visit)
	}
}

func walkJoint(j *joint, visit func(shownTest, *Attr)) {
	for _, x := range j.rest {
		walkComparisons(x, nil, visit)
	}
	for _, g := range j.parts {
		for _, x := range g {
			walkComparisons(x, nil, visit)
		}
	}
	for i := range j.groups {
		for _, x := range j.groups[i].exprs {
			walkComparisons(x, &j.groups[i], visit)
		}
	}
}

func isLiteral(x FieldExpr) bool {
	_, ok := x.(*Literal)
	return ok
}

// visitNamed visits the attributes that select() lists, and that by() groups by.
func visitNamed(s Stage, visit func(*Attr)) {
	switch s := s.(type) {
	case *Pipeline:
		for _, inner := range s.Stages {
			visitNamed(inner, visit)
		}
	case *SpansetOp:
		visitNamed(s.L, visit)
		visitNamed(s.R, visit)
	case *Select:
		for _, a := range s.Attrs {
			visit(a)
		}
	case *GroupBy:
		if a, ok := s.Expr.(*Attr); ok && showsItself(a.Attribute) {
			visit(a)
		}
	}
}

// show reads what the answer tells of a span. Of attributes with one key, as
// .a and resource.a, the first wins.
func (s *Search) show(e env) []Named {
	var out []Named
	for i := range s.shown {
		key := s.shown[i].key
		if len(out) < maxDeduplicated && slices.ContainsFunc(out, func(n Named) bool { return n.Name == key }) {
			continue
		}
		if v, ok := s.shown[i].value(e); ok {
			out = append(out, Named{key, v})
		}
	}
	return out
}

// value is the attribute's value. Of an array it is the parts that the query matched,
// of events and links the last such one, as Tempo shows; where none matched, or it is named,
// all of the array, or the last event's.
func (s *shown) value(e env) (Static, bool) {
	v := e.read(s.attr)
	if v.Type() == TypeArray {
		v = s.part(e, v)
	}
	if !v.IsNil() {
		return v, true
	}
	if s.named && !s.attr.Parent && s.attr.Intrinsic != IntrinsicNone {
		return s.attr.Intrinsic.none(), true
	}
	return v, s.nilToo
}

func (s *shown) part(e env, v Static) Static {
	if s.attr.itemScope() != ScopeNone {
		return s.lastPart(e)
	}
	var parts []Static
	partsOf(v, func(p Static) bool {
		if !s.named && s.matched(e, p) {
			parts = append(parts, p)
		}
		return false
	})
	if len(parts) == 0 {
		parts = v.Parts()
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return Array(parts)
}

// lastPart is that of the last event or link which the query matched, else of the last.
func (s *shown) lastPart(e env) (last Static) {
	e, a, _ := e.resolve(s.attr)
	scope, matched := a.itemScope(), false
	e.items(scope, func(i int) bool {
		e.bound, e.item = scope, i
		v := e.itemValue(a, scope, i)
		if v.IsNil() && s.matched(e, v) {
			matched, last = true, v
		}
		return partsOf(v, func(p Static) bool {
			if m := s.matched(e, p); m || !matched {
				matched, last = m, p
			}
			return false
		})
	})
	return last
}

// matched tells whether a comparison of the query holds for one part.
func (s *shown) matched(e env, p Static) bool {
	for _, t := range s.tests {
		lit, ok := t.R.(*Literal)
		if !ok || t.group != nil && !s.attr.Parent && !e.one(*t.group) {
			continue
		}
		if isNil(lit) && p.IsNil() == (t.Op == OpEqual) || !isNil(lit) && t.holds(p, lit.Value) {
			return true
		}
	}
	return false
}
