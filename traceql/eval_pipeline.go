package traceql

import "strconv"

// spanset is spans on their way through a pipeline: indices into the trace, in
// ascending order, and what stages computed of them.
type spanset struct {
	spans []int32
	attrs []Named
}

func allOf(t *Trace) []spanset { return []spanset{{spans: t.all}} }

// runPipeline takes spansets through the stages; empty ones are left out.
func runPipeline(t *Trace, line *Pipeline, sets []spanset) []spanset {
	for _, s := range line.Stages {
		sets = runStage(t, s, sets)
		if len(sets) == 0 {
			return nil
		}
	}
	return sets
}

func runStage(t *Trace, s Stage, sets []spanset) []spanset {
	switch s := s.(type) {
	case *Pipeline:
		return runPipeline(t, s, sets)
	case *Coalesce:
		return []spanset{{spans: unionAll(sets)}}
	case *Select:
		return sets
	}
	var out []spanset
	for _, set := range sets {
		out = append(out, runOn(t, s, set)...)
	}
	return out
}

// runOn runs a stage that looks at one spanset at a time.
func runOn(t *Trace, s Stage, set spanset) []spanset {
	switch s := s.(type) {
	case *Filter:
		set.spans = filterSpans(t, s, set.spans)
	case *SpansetOp:
		set.spans = operate(t, s, set)
	case *GroupBy:
		return group(t, s, set)
	case *ScalarFilter:
		var ok bool
		if set, ok = scalarFilter(t, s, set); !ok {
			return nil
		}
	}
	if len(set.spans) == 0 {
		return nil
	}
	return []spanset{set}
}

func filterSpans(t *Trace, f *Filter, spans []int32) []int32 {
	if f.Expr == nil {
		return spans
	}
	var out []int32
	for _, i := range spans {
		if (env{t: t, i: int(i)}).matches(f) {
			out = append(out, i)
		}
	}
	return out
}

// group splits a spanset by the value of an expression, in the order in which
// the values first appear.
func group(t *Trace, g *GroupBy, set spanset) []spanset {
	var out []spanset
	at := make(map[string]int)
	for _, i := range set.spans {
		v := env{t: t, i: int(i)}.groupKey(g.Expr)
		key := strconv.Itoa(int(v.Type())) + v.String()
		n, ok := at[key]
		if !ok {
			n = len(out)
			at[key] = n
			out = append(out, spanset{attrs: withNamed(set.attrs, Named{g.name, v})})
		}
		out[n].spans = append(out[n].spans, i)
	}
	return out
}

func (e env) groupKey(x FieldExpr) Static {
	if a, ok := x.(*Attr); ok {
		return e.groupValue(a.Attribute)
	}
	return e.eval(x)
}

// withNamed appends to a copy: sets share what came before.
func withNamed(list []Named, n Named) []Named {
	return append(list[:len(list):len(list)], n)
}

// operand evaluates one side of a spanset operator to a set of spans.
func operand(t *Trace, x SpansetExpr, set spanset) []int32 {
	switch x := x.(type) {
	case *Filter:
		return filterSpans(t, x, set.spans)
	case *SpansetOp:
		return operate(t, x, set)
	case *Pipeline:
		return unionAll(runPipeline(t, x, []spanset{set}))
	}
	return nil
}

// unionAll merges spansets, which may overlap, in ascending order.
func unionAll(sets []spanset) []int32 {
	var out []int32
	for _, s := range sets {
		out = union(out, s.spans)
	}
	return out
}

// union merges two ascending lists.
func union(a, b []int32) []int32 {
	if len(a) == 0 {
		return b
	}
	if len(b) == 0 {
		return a
	}
	out := make([]int32, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0] < b[0]:
			out, a = append(out, a[0]), a[1:]
		case a[0] > b[0]:
			out, b = append(out, b[0]), b[1:]
		default:
			out, a, b = append(out, a[0]), a[1:], b[1:]
		}
	}
	return append(append(out, a...), b...)
}
