package explore

import (
	"slices"
	"strconv"
	"strings"

	"supersonic/traceql"
	"supersonic/ui/payload"
)

// Form reads a query as the search form shows it: one filter whose conditions all
// have to hold, each an attribute compared with one value or with any of a few,
// and select() after it. nil: the query says more than that.
func Form(q *traceql.Query) *payload.ExploreForm {
	if q.IsMetrics() || len(q.Hints) > 0 || len(q.Pipeline.Stages) > 2 {
		return nil
	}
	filter, ok := q.Pipeline.Stages[0].(*traceql.Filter)
	if !ok {
		return nil
	}
	form := &payload.ExploreForm{Conditions: []payload.FormCondition{}, Select: []string{}}
	if len(q.Pipeline.Stages) == 2 {
		if form.Select, ok = selected(q.Pipeline.Stages[1]); !ok {
			return nil
		}
	}
	for _, term := range terms(filter.Expr) {
		c, ok := condition(term)
		if !ok {
			return nil
		}
		form.Conditions = append(form.Conditions, c)
	}
	return form
}

func selected(s traceql.Stage) ([]string, bool) {
	list, ok := s.(*traceql.Select)
	if !ok {
		return nil, false
	}
	names := make([]string, 0, len(list.Attrs))
	for _, a := range list.Attrs {
		names = append(names, a.Attribute.String())
	}
	return names, true
}

// terms are the expressions that x joins by &&, x itself if it does not.
func terms(x traceql.FieldExpr) []traceql.FieldExpr { return joined(x, traceql.OpAnd) }

func joined(x traceql.FieldExpr, by traceql.Op) []traceql.FieldExpr {
	if x == nil {
		return nil
	}
	if b, ok := x.(*traceql.Binary); ok && b.Op == by {
		return append(joined(b.L, by), joined(b.R, by)...)
	}
	return []traceql.FieldExpr{x}
}

// condition reads one comparison, or several of one attribute joined by ||.
func condition(x traceql.FieldExpr) (payload.FormCondition, bool) {
	parts := joined(x, traceql.OpOr)
	first, ok := comparison(parts[0])
	if !ok || len(parts) == 1 {
		return first, ok
	}
	for _, part := range parts[1:] {
		next, ok := comparison(part)
		if !ok || next.Tag != first.Tag || next.Op != first.Op || first.Op != "=" {
			return first, false
		}
		first.Values = append(first.Values, next.Values...)
	}
	first.Values = either(first.Values)
	return first, true
}

// either joins neighbours "13" and 13, which the form writes for a number that may
// be kept as text.
func either(list []payload.FormValue) []payload.FormValue {
	var out []payload.FormValue
	for _, v := range list {
		if n := len(out); n > 0 && v.Kind == "plain" && out[n-1].Kind == "text" && out[n-1].Text == v.Text {
			out[n-1].Kind = "either"
			continue
		}
		out = append(out, v)
	}
	return out
}

var formOps = []traceql.Op{traceql.OpEqual, traceql.OpNotEqual, traceql.OpRegex, traceql.OpNotRegex,
	traceql.OpGreater, traceql.OpGreaterEqual, traceql.OpLess, traceql.OpLessEqual}

func comparison(x traceql.FieldExpr) (payload.FormCondition, bool) {
	none := payload.FormCondition{}
	b, ok := x.(*traceql.Binary)
	if !ok || !slices.Contains(formOps, b.Op) {
		return none, false
	}
	left, isAttr := b.L.(*traceql.Attr)
	right, isLiteral := b.R.(*traceql.Literal)
	if !isAttr || !isLiteral || left.Parent || right.Value.IsNil() {
		return none, false
	}
	v := payload.FormValue{Text: right.Value.String(), Kind: "plain"}
	if right.Value.Type() == traceql.TypeString {
		v.Kind = "text"
	}
	return payload.FormCondition{Tag: left.Attribute.String(), Op: b.Op.String(), Values: []payload.FormValue{v}}, true
}

// termText is a term in canonical form, but that durations keep the unit in which
// a person reads them.
func termText(x traceql.FieldExpr) string {
	b, ok := x.(*traceql.Binary)
	if !ok {
		return traceql.FieldText(x)
	}
	if b.Op == traceql.OpOr {
		return "(" + traceql.FieldText(x) + ")"
	}
	attr, isAttr := b.L.(*traceql.Attr)
	value, isLiteral := b.R.(*traceql.Literal)
	if isAttr && isLiteral && value.Value.Type() == traceql.TypeDuration {
		return attr.Attribute.String() + " " + b.Op.String() + " " + value.Value.String()
	}
	return traceql.FieldText(x)
}

// filterText is a filter of terms.
func filterText(list []string) string {
	if len(list) == 0 {
		return "{}"
	}
	return "{ " + strings.Join(list, " && ") + " }"
}

// Condition is the term that finds spans whose attribute has a value of a type as
// the store names it ("string", "int", ...).
func Condition(attribute, kind, value string) string {
	if attribute == "status" || attribute == "kind" {
		kind = "word"
	}
	switch kind {
	case "string":
		return attributeText(attribute) + " = " + strconv.Quote(value)
	case "missing":
		return attributeText(attribute) + " = nil"
	}
	return attributeText(attribute) + " = " + value
}

// attributeText is an attribute that a label names as a query has to write it.
func attributeText(label string) string {
	if _, known := traceql.IntrinsicByName(label); known {
		return label
	}
	for _, scope := range [...]traceql.Scope{traceql.ScopeSpan, traceql.ScopeResource, traceql.ScopeEvent, traceql.ScopeLink, traceql.ScopeInstrumentation, traceql.ScopeNone} {
		if name, has := strings.CutPrefix(label, scope.String()+"."); has {
			if strings.HasPrefix(name, `"`) && strings.HasSuffix(name, `"`) && len(name) > 2 {
				return label // as labels write names that a query has to quote
			}
			return traceql.Attribute{Scope: scope, Name: name}.String()
		}
	}
	return traceql.Attribute{Name: label}.String()
}
