package traceql

// joint is a conjunction of which several parts ask for events, or for links: those are
// asked of one event, one link, as { event:name = "exception" && event.type = "oom" }
// reads. So are several != of one attribute, and several !~, of one part of an array.
type joint struct {
	rest   []FieldExpr
	groups []jointItems
	parts  [][]*Binary
}

// jointItems are conjuncts that one item has to satisfy.
type jointItems struct {
	scope Scope
	exprs []FieldExpr
}

// join finds the conjunctions in an expression that are joint.
func join(x FieldExpr) {
	switch x := x.(type) {
	case *Unary:
		join(x.X)
	case *Binary:
		if x.Op != OpAnd {
			join(x.L)
			join(x.R)
			return
		}
		list := conjuncts(x, nil)
		for _, c := range list {
			join(c)
		}
		x.joint = jointOf(list)
	}
}

func conjuncts(x FieldExpr, list []FieldExpr) []FieldExpr {
	if b, ok := x.(*Binary); ok && b.Op == OpAnd {
		return conjuncts(b.R, conjuncts(b.L, list))
	}
	return append(list, x)
}

// jointOf is nil if no two conjuncts ask for items of one kind alone, or deny values of
// one attribute.
func jointOf(list []FieldExpr) *joint {
	var j joint
	of := make(map[Scope][]FieldExpr)
	list, j.parts = denials(list)
	for _, c := range list {
		if scope := itemScopeOf(c); scope != ScopeNone {
			of[scope] = append(of[scope], c)
			continue
		}
		j.rest = append(j.rest, c)
	}
	for _, scope := range [...]Scope{ScopeEvent, ScopeLink} {
		switch exprs := of[scope]; len(exprs) {
		case 0:
		case 1:
			j.rest = append(j.rest, exprs[0])
		default:
			j.groups = append(j.groups, jointItems{scope, exprs})
		}
	}
	if j.groups == nil && j.parts == nil {
		return nil
	}
	return &j
}

// denials takes the conjuncts out that deny several values of one attribute.
func denials(list []FieldExpr) (rest []FieldExpr, groups [][]*Binary) {
	type denied struct {
		of Attribute
		op Op
	}
	var order []denied
	by := make(map[denied][]*Binary)
	for _, c := range list {
		b, ok := c.(*Binary)
		if !ok || b.Op != OpNotEqual && b.Op != OpNotRegex {
			rest = append(rest, c)
			continue
		}
		a, ok := b.L.(*Attr)
		if !ok || a.Intrinsic != IntrinsicNone || a.itemScope() != ScopeNone || !isLiteral(b.R) || isNil(b.R) {
			rest = append(rest, c)
			continue
		}
		k := denied{a.Attribute, b.Op}
		if by[k] == nil {
			order = append(order, k)
		}
		by[k] = append(by[k], b)
	}
	for _, k := range order {
		if len(by[k]) > 1 {
			groups = append(groups, by[k])
			continue
		}
		rest = append(rest, by[k][0])
	}
	return rest, groups
}

// itemScopeOf is the kind of items that an expression reads, if it is one kind.
func itemScopeOf(x FieldExpr) (scope Scope) {
	several := false
	walkAttrs(x, func(a *Attr) {
		switch s := a.itemScope(); {
		case s == ScopeNone || a.Parent:
		case scope == ScopeNone:
			scope = s
		default:
			several = several || s != scope
		}
	})
	if several {
		return ScopeNone
	}
	return scope
}

// Denies tells whether an expression asks for what an event or link is not or lacks: of
// the one that a conjunction is about, where it is joint.
func Denies(x FieldExpr) bool {
	items := false
	walkAttrs(x, func(a *Attr) { items = items || a.itemScope() != ScopeNone })
	switch x := x.(type) {
	case *Unary:
		return items && x.Op == OpNot
	case *Binary:
		return items && x.Op == OpEqual && (isNil(x.L) || isNil(x.R))
	}
	return false
}

// Joint tells whether parts of the conjunction are asked of one event or link.
func (x *Binary) Joint() bool { return x.joint != nil && x.joint.groups != nil }

// Denials lists the comparisons of the conjunction that one part of an array has to satisfy
// together: several != or !~ of one attribute.
func (x *Binary) Denials() [][]*Binary {
	if x.joint == nil {
		return nil
	}
	return x.joint.parts
}

// conjunction evaluates a joint one.
func (e env) conjunction(j *joint) bool {
	if !e.all(j.rest) {
		return false
	}
	for _, g := range j.groups {
		if !e.one(g) {
			return false
		}
	}
	for _, g := range j.parts {
		if !e.parts(g[0].L, func(v Static) bool { return allHold(g, v) }) {
			return false
		}
	}
	return true
}

// allHold tells whether a part is none of the values that are denied.
func allHold(list []*Binary, v Static) bool {
	for _, b := range list {
		if !b.holds(v, b.R.(*Literal).Value) {
			return false
		}
	}
	return true
}

func (e env) all(list []FieldExpr) bool {
	for _, x := range list {
		if !e.eval(x).True() {
			return false
		}
	}
	return true
}

// one tells whether there is an item that satisfies all of a group.
func (e env) one(g jointItems) bool {
	if e.bound == g.scope {
		return e.all(g.exprs)
	}
	e.bound = g.scope
	for e.item = range e.span().Items(g.scope) {
		if e.all(g.exprs) {
			return true
		}
	}
	return false
}
