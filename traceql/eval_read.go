package traceql

// read returns an attribute or intrinsic of the span. One that events or links
// have is an array of what they have, nil if none has it.
func (e env) read(a Attribute) Static {
	e, a, ok := e.resolve(a)
	if !ok {
		return Nil()
	}
	if scope := a.itemScope(); scope != ScopeNone {
		return e.collect(a)
	}
	return e.single(a)
}

// each calls yield for each part of an attribute until it returns true.
func (e env) each(a Attribute, yield func(Static) bool) bool {
	e, a, ok := e.resolve(a)
	if !ok {
		return false
	}
	scope := a.itemScope()
	if scope == ScopeNone {
		return partsOf(e.single(a), yield)
	}
	return e.items(scope, func(i int) bool { return partsOf(e.itemValue(a, scope, i), yield) })
}

// items calls yield for each event or link until it returns true; for the one alone that a
// conjunction is about.
func (e env) items(scope Scope, yield func(i int) bool) bool {
	if e.bound == scope {
		return yield(e.item)
	}
	for i := range e.span().Items(scope) {
		if yield(i) {
			return true
		}
	}
	return false
}

// exists tells whether the span has the attribute, be it an empty array.
func (e env) exists(a Attribute) bool {
	e, a, ok := e.resolve(a)
	if !ok {
		return false
	}
	scope := a.itemScope()
	if scope == ScopeNone {
		return !e.single(a).IsNil()
	}
	return e.items(scope, func(i int) bool { return !e.itemValue(a, scope, i).IsNil() })
}

// groupValue is what by() groups a span by: of events and links what the first has;
// an intrinsic is never nil.
func (e env) groupValue(a Attribute) Static {
	v := e.read(a)
	if v.IsNil() && !a.Parent {
		return a.Intrinsic.none()
	}
	if a.itemScope() != ScopeNone {
		return LabelValue(v)
	}
	return v
}

func (e env) span() Span { return e.t.spans[e.i] }

// resolve goes to the parent span where the attribute is the parent's.
func (e env) resolve(a Attribute) (env, Attribute, bool) {
	if !a.Parent {
		return e, a, true
	}
	parent := e.t.tree()[e.i].parent
	a.Parent = false
	return env{t: e.t, i: int(parent)}, a, parent >= 0
}

// itemScope is ScopeEvent or ScopeLink for what a span has many of.
func (a Attribute) itemScope() Scope {
	if a.Intrinsic != IntrinsicNone {
		return a.Intrinsic.itemScope()
	}
	if a.Scope == ScopeEvent || a.Scope == ScopeLink {
		return a.Scope
	}
	return ScopeNone
}

func (e env) itemValue(a Attribute, scope Scope, i int) Static {
	if a.Intrinsic != IntrinsicNone {
		return e.span().ItemIntrinsic(i, a.Intrinsic)
	}
	return e.span().ItemAttribute(scope, i, a.Name)
}

func (e env) collect(a Attribute) Static {
	var list []Static
	e.each(a, func(v Static) bool {
		list = append(list, v)
		return false
	})
	if list == nil {
		return Nil()
	}
	return Array(list)
}

// single reads what a span has one of.
func (e env) single(a Attribute) Static {
	s := e.span()
	switch {
	case a.Intrinsic > IntrinsicInstrumentationVersion:
		return e.t.intrinsic(e.i, a.Intrinsic)
	case a.Intrinsic != IntrinsicNone:
		return s.Intrinsic(a.Intrinsic)
	case a.Scope != ScopeNone:
		return s.Attribute(a.Scope, a.Name)
	}
	if v := s.Attribute(ScopeSpan, a.Name); !v.IsNil() {
		return v
	}
	return s.Attribute(ScopeResource, a.Name)
}

// Read returns an attribute or intrinsic of the i-th span as the language sees
// it: nil if the span has none, an array of what its events or links have.
func (t *Trace) Read(i int, a Attribute) Static { return env{t: t, i: i}.read(a) }
