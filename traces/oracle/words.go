package oracle

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"supersonic/traceql"
	"supersonic/traces/query"
	"supersonic/traces/span"
)

// words is what random queries name: attributes and intrinsics with values that some
// spans have.
type words struct {
	attrs  []traceql.Attribute                    // that some span has, with their scopes
	values map[traceql.Attribute][]traceql.Static // some of each
	own    map[traceql.Intrinsic][]traceql.Static // likewise
}

// fewValues is how many values of one attribute are remembered.
const fewValues = 20

// wordsOf reads the words of spans.
func wordsOf(spans []span.Span) *words {
	w := &words{values: make(map[traceql.Attribute][]traceql.Static), own: make(map[traceql.Intrinsic][]traceql.Static)}
	byTrace := make(map[span.TraceID][]span.Span)
	var ids []span.TraceID
	for _, s := range spans {
		if byTrace[s.TraceID] == nil {
			ids = append(ids, s.TraceID)
		}
		byTrace[s.TraceID] = append(byTrace[s.TraceID], s)
	}
	for _, id := range ids {
		w.read(query.NewTrace(id, byTrace[id]))
	}
	for a := range w.values {
		w.attrs = append(w.attrs, a)
	}
	slices.SortFunc(w.attrs, func(a, b traceql.Attribute) int {
		return cmp.Or(cmp.Compare(a.Scope, b.Scope), cmp.Compare(a.Name, b.Name))
	})
	return w
}

func (w *words) read(t *query.Trace) {
	tree := shown(t)
	for i := range t.Spans {
		v := view{&t.Spans[i]}
		for _, s := range scopes {
			for _, name := range namesOf(v, s.scope) {
				a := traceql.Attribute{Scope: s.scope, Name: name}
				readTag(v, s.scope, name, func(value traceql.Static) { note(w.values, a, value) })
			}
		}
		for _, in := range traceql.Intrinsics() {
			note(w.own, in, tree.Read(i, traceql.Attribute{Intrinsic: in}))
		}
	}
}

// note remembers values, and the parts of arrays.
func note[K comparable](m map[K][]traceql.Static, k K, v traceql.Static) {
	if v.Type() == traceql.TypeArray {
		for _, part := range v.Parts() {
			note(m, k, part)
		}
		return
	}
	if _, ok := m[k]; !ok {
		m[k] = nil
	}
	if len(m[k]) < fewValues && !v.IsNil() && !slices.ContainsFunc(m[k], v.Equal) {
		m[k] = append(m[k], v)
	}
}

// literal writes a value as a query does; ok is false for what has no literal.
func literal(v traceql.Static) (text string, ok bool) {
	switch v.Type() {
	case traceql.TypeString:
		return strconv.Quote(v.Text()), true
	case traceql.TypeFloat:
		f, _ := v.AsFloat()
		text := strconv.FormatFloat(f, 'f', -1, 64)
		if len(text) > 30 || f != f {
			return "", false
		}
		if f == float64(int64(f)) {
			text += ".0"
		}
		return text, true
	case traceql.TypeDuration:
		return strconv.FormatInt(v.AsInt(), 10) + "ns", true
	case traceql.TypeNil, traceql.TypeArray:
		return "", false
	}
	return v.String(), true
}

// constants are literals that fit any spans.
var constants = []string{
	`""`, `"word-1"`, `"service-2"`, `"ü-3"`, "0", "1", "-3", "7", "1000000", "1.5", "-0.5", "0.0", "1ns", "250ms", "1s", "2m",
	"true", "false", "ok", "error", "unset", "server", "client", "internal", "producer", "consumer", "unspecified",
}

// of returns a literal like those that an attribute has.
func (w *words) of(r *rand.Rand, a traceql.Attribute) string {
	list := w.own[a.Intrinsic]
	if a.Intrinsic == traceql.IntrinsicNone {
		a.Parent = false
		if a.Scope == traceql.ScopeNone {
			a.Scope = []traceql.Scope{traceql.ScopeSpan, traceql.ScopeResource}[r.IntN(2)]
		}
		list = w.values[a]
	}
	if r.IntN(12) > 0 && len(list) > 0 {
		v := list[r.IntN(len(list))]
		if v.Type() == traceql.TypeDuration && r.IntN(3) == 0 {
			v = traceql.Duration(time.Duration(v.AsInt() + r.Int64N(2000) - 1000))
		}
		if text, ok := literal(v); ok {
			return text
		}
	}
	return constants[r.IntN(len(constants))]
}

// attribute names an attribute that some span has, or, rarely, none has.
func (w *words) attribute(r *rand.Rand) traceql.Attribute {
	a := traceql.Attribute{Scope: traceql.ScopeSpan, Name: "nobody.has.it"}
	if len(w.attrs) > 0 && r.IntN(25) > 0 {
		a = w.attrs[r.IntN(len(w.attrs))]
	}
	if r.IntN(3) == 0 && (a.Scope == traceql.ScopeSpan || a.Scope == traceql.ScopeResource) {
		a.Scope = traceql.ScopeNone
	}
	a.Parent = r.IntN(10) == 0 && !ofItems(a.Scope)
	return a
}

// intrinsic names an intrinsic, of those with a type if one is given.
func (w *words) intrinsic(r *rand.Rand, types ...traceql.Type) traceql.Attribute {
	all := traceql.Intrinsics()
	for {
		in := all[r.IntN(len(all))]
		if len(types) == 0 || slices.Contains(types, in.Type()) {
			return traceql.Attribute{Intrinsic: in, Parent: r.IntN(12) == 0}
		}
	}
}
