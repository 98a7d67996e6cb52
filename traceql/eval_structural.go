package traceql

// operate evaluates an operator between spansets.
func operate(t *Trace, x *SpansetOp, set spanset) []int32 {
	left := operand(t, x.L, set)
	if len(left) == 0 && !x.Op.negated() && x.Op != OpOr {
		return nil
	}
	right := operand(t, x.R, set)
	switch {
	case x.Op == OpOr:
		return union(left, right)
	case len(right) == 0:
		return nil
	case x.Op == OpAnd:
		return union(left, right)
	}
	r := relate(t, x.Op.base(), left, right)
	switch {
	case x.Op.negated():
		return r.pick(right, false)
	case x.Op >= OpUnionChild:
		return union(r.pick(right, true), relate(t, x.Op.base().inverse(), right, left).pick(left, true))
	}
	return r.pick(right, true)
}

func (o Op) negated() bool { return o >= OpNotChild && o <= OpNotSibling }

// base is the plain relation of a negated or union operator.
func (o Op) base() Op {
	switch o {
	case OpNotChild, OpUnionChild:
		return OpChild
	case OpNotParent, OpUnionParent:
		return OpParent
	case OpNotDescendant, OpUnionDescendant:
		return OpDescendant
	case OpNotAncestor, OpUnionAncestor:
		return OpAncestor
	case OpNotSibling, OpUnionSibling:
		return OpSibling
	}
	return o
}

// inverse is the relation seen from the other side.
func (o Op) inverse() Op {
	switch o {
	case OpChild:
		return OpParent
	case OpParent:
		return OpChild
	case OpDescendant:
		return OpAncestor
	case OpAncestor:
		return OpDescendant
	}
	return o
}

// marks is a set of spans of a trace.
type marks []bool

func (m marks) pick(spans []int32, want bool) []int32 {
	var out []int32
	for _, i := range spans {
		if m[i] == want {
			out = append(out, i)
		}
	}
	return out
}

func mark(t *Trace, spans []int32) marks {
	m := make(marks, len(t.tree()))
	for _, i := range spans {
		m[i] = true
	}
	return m
}

// relate marks the spans of right that stand in the relation to one of left.
func relate(t *Trace, op Op, left, right []int32) marks {
	switch op {
	case OpChild:
		return children(t, mark(t, left), right)
	case OpDescendant:
		return descendants(t, mark(t, left))
	case OpParent:
		return parents(t, left)
	case OpAncestor:
		return ancestors(t, left)
	}
	return siblings(t, left, right)
}

func children(t *Trace, left marks, right []int32) marks {
	m := make(marks, len(t.tree()))
	for _, i := range right {
		p := t.tree()[i].parent
		m[i] = p >= 0 && left[p]
	}
	return m
}

func parents(t *Trace, left []int32) marks {
	m := make(marks, len(t.tree()))
	for _, i := range left {
		if p := t.tree()[i].parent; p >= 0 {
			m[p] = true
		}
	}
	return m
}

// ancestors walks up from each span until it meets a path already walked.
func ancestors(t *Trace, left []int32) marks {
	m := make(marks, len(t.tree()))
	for _, i := range left {
		for p := t.tree()[i].parent; p >= 0 && !m[p]; p = t.tree()[p].parent {
			m[p] = true
		}
	}
	return m
}

// descendants marks what is below a span of left. It walks up from each span to
// the first whose answer is known and writes the answer on the way back.
func descendants(t *Trace, left marks) marks {
	m := make(marks, len(t.tree()))
	known := make(marks, len(t.tree()))
	var path []int32
	for i := range t.tree() {
		path = path[:0]
		at := int32(i)
		for at >= 0 && !known[at] {
			path = append(path, at)
			at = t.tree()[at].parent
		}
		for j := len(path) - 1; j >= 0; j-- {
			n := path[j]
			p := t.tree()[n].parent
			m[n] = p >= 0 && (left[p] || m[p])
			known[n] = true
		}
	}
	return m
}

// siblings marks spans of right that share a parent with another span of left.
func siblings(t *Trace, left, right []int32) marks {
	m := make(marks, len(t.tree()))
	count := make(map[int32]int) // of left, by parent
	isLeft := mark(t, left)
	for _, i := range left {
		count[t.tree()[i].parent]++
	}
	for _, i := range right {
		p := t.tree()[i].parent
		others := count[p]
		if isLeft[i] {
			others--
		}
		m[i] = p >= 0 && others > 0
	}
	return m
}
