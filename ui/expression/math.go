package expression

import (
	"fmt"
	"maps"
	"math"
	"slices"
)

// functions by name; those without an argument are nil here.
var functions = map[string]func(float64) float64{
	"abs": math.Abs, "log": math.Log, "round": math.Round, "ceil": math.Ceil, "floor": math.Floor,
	"is_inf":    func(v float64) float64 { return flag(math.IsInf(v, 0)) },
	"is_nan":    func(v float64) float64 { return flag(math.IsNaN(v) && !isNull(v)) },
	"is_null":   func(v float64) float64 { return flag(isNull(v)) },
	"is_number": func(v float64) float64 { return flag(real(v)) },
	"inf":       nil, "infn": nil, "nan": nil, "null": nil,
}

// real tells numbers from null, NaN and the infinite.
func real(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

func flag(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func number(v float64) Set { return Set{{Values: []float64{v}}} }

func (c constant) eval(given) (Set, error) { return number(float64(c)), nil }

func (v variable) eval(g given) (Set, error) { return g.sets[string(v)], nil }

func (u unary) eval(g given) (Set, error) {
	of, err := u.of.eval(g)
	if err != nil {
		return nil, err
	}
	if u.op == "-" {
		return mapped(of, func(v float64) float64 { return -v }), nil
	}
	return mapped(of, func(v float64) float64 {
		if math.IsNaN(v) {
			return v
		}
		return flag(v == 0)
	}), nil
}

func (c call) eval(g given) (Set, error) {
	if c.of == nil {
		return number(map[string]float64{"inf": math.Inf(1), "infn": math.Inf(-1), "nan": math.NaN(), "null": null}[c.name]), nil
	}
	of, err := c.of.eval(g)
	if err != nil {
		return nil, err
	}
	f := functions[c.name]
	if c.name[:2] == "is" {
		return applied(of, f), nil
	}
	return mapped(of, f), nil
}

// mapped puts each value that is there through f.
func mapped(set Set, f func(float64) float64) Set {
	return applied(set, func(v float64) float64 {
		if isNull(v) {
			return v
		}
		return f(v)
	})
}

func applied(set Set, f func(float64) float64) Set {
	out := make(Set, len(set))
	for i, item := range set {
		values := make([]float64, len(item.Values))
		for n, v := range item.Values {
			values[n] = f(v)
		}
		out[i] = Item{item.Labels, item.TimesMs, values}
	}
	return out
}

// eval joins the items of both sides whose labels fit. Where none fit, the names of
// metrics (__name__) are left aside, as in PromQL.
func (b binary) eval(g given) (Set, error) {
	left, err := b.left.eval(g)
	if err != nil {
		return nil, err
	}
	right, err := b.right.eval(g)
	if err != nil {
		return nil, err
	}
	out, err := b.join(left, right)
	if len(out) == 0 && err == nil && len(left) > 0 && len(right) > 0 {
		return b.join(unnamed(left), unnamed(right))
	}
	return out, err
}

func (b binary) join(left, right Set) (Set, error) {
	var out Set
	for i := range left {
		for j := range right {
			labels, fit := joined(left[i].Labels, right[j].Labels)
			if !fit && len(left) == 1 && len(right) == 1 {
				labels, fit = left[i].Labels, true
			}
			if !fit {
				continue
			}
			if len(out) >= maxItems {
				return nil, fmt.Errorf("%s would give more than %d series: narrow its queries", b.op, maxItems)
			}
			item := operated(b.op, &left[i], &right[j])
			item.Labels = labels
			out = append(out, item)
		}
	}
	return out, nil
}

// joined are the labels of a pair whose labels are the same, or of which one has all
// those of the other; it is the larger set.
func joined(a, b map[string]string) (map[string]string, bool) {
	if len(a) < len(b) {
		a, b = b, a
	}
	for k, v := range b {
		if a[k] != v {
			return nil, false
		}
	}
	return a, true
}

// unnamed are the items without the names of their metrics.
func unnamed(set Set) Set {
	out := slices.Clone(set)
	for i := range out {
		out[i].Labels = maps.Clone(out[i].Labels)
		delete(out[i].Labels, "__name__")
	}
	return out
}

// operated is the operation on each value, in two series on those of the same time.
func operated(op string, a, b *Item) Item {
	switch {
	case a.series() && b.series():
		return onTimes(op, a, b)
	case a.series():
		return onEach(a, func(v float64) float64 { return operate(op, v, b.Values[0]) })
	case b.series():
		return onEach(b, func(v float64) float64 { return operate(op, a.Values[0], v) })
	}
	return Item{Values: []float64{operate(op, a.Values[0], b.Values[0])}}
}

func onEach(item *Item, f func(float64) float64) Item {
	values := make([]float64, len(item.Values))
	for i, v := range item.Values {
		values[i] = f(v)
	}
	return Item{TimesMs: item.TimesMs, Values: values}
}

func onTimes(op string, a, b *Item) Item {
	at := make(map[float64]int, len(b.TimesMs))
	for i, t := range b.TimesMs {
		at[t] = i
	}
	out := Item{TimesMs: make([]float64, 0, len(a.TimesMs)), Values: make([]float64, 0, len(a.TimesMs))}
	for i, t := range a.TimesMs {
		if j, both := at[t]; both {
			out.TimesMs = append(out.TimesMs, t)
			out.Values = append(out.Values, operate(op, a.Values[i], b.Values[j]))
		}
	}
	return out
}

// operate is one operation on two values: nothing with null is null, with NaN it is
// NaN, but where the left side decides alone.
func operate(op string, a, b float64) float64 {
	switch {
	case isNull(a) || isNull(b):
		return null
	case op == "||" && a != 0 && !math.IsNaN(a):
		return 1
	case op == "&&" && a == 0:
		return 0
	case math.IsNaN(a) || math.IsNaN(b):
		return math.NaN()
	}
	switch op {
	case "+":
		return a + b
	case "-":
		return a - b
	case "*":
		return a * b
	case "/":
		return a / b
	case "%":
		return math.Mod(a, b)
	case "**":
		return math.Pow(a, b)
	case "||", "&&":
		return flag(b != 0)
	}
	return flag(compare(op, a, b))
}

func compare(op string, a, b float64) bool {
	switch op {
	case "==":
		return a == b
	case "!=":
		return a != b
	case ">":
		return a > b
	case ">=":
		return a >= b
	case "<":
		return a < b
	case "<=":
		return a <= b
	}
	return false
}
