package view

import (
	"math"
	"slices"

	"supersonic/ui/frame"
	"supersonic/ui/grafana"
	"supersonic/ui/units"
)

// calculate adds a field that is computed from others of its frame.
func (m *maker) calculate(frames []frame.Frame, o options) []frame.Frame {
	mode := o.text("mode", "reduceRow")
	each := m.eachLeft(o, mode)
	if each == nil && len(frames) > 1 && o.flag("timeSeries", true) && mode != "unary" && mode != "cumulativeFunctions" && mode != "windowFunctions" {
		if joined := m.joinByField(frames, options{}); len(joined) == 1 {
			frames = joined
		}
	}
	names := newNames(frames)
	out := make([]frame.Frame, 0, len(frames))
	for i := range frames {
		n := frame.Frame{Name: frames[i].Name, RefID: frames[i].RefID, StepMs: frames[i].StepMs}
		if each != nil {
			n.Fields = m.eachCalculated(frames, names, i, each, o)
			out = append(out, n)
			continue
		}
		fields := m.calculated(frames, names, i, mode, o)
		if !o.flag("replaceFields", false) || len(fields) == 0 {
			n.Fields = slices.Clone(frames[i].Fields)
		} else if mode != "index" {
			n.Fields = firstTime(frames[i].Fields)
		}
		n.Fields = append(n.Fields, fields...)
		out = append(out, n)
	}
	return out
}

func firstTime(fields []frame.Field) []frame.Field {
	for _, f := range fields {
		if f.Kind == frame.Time {
			return []frame.Field{f}
		}
	}
	return nil
}

// eachLeft is the condition by which a binary calculation is made of many fields: a
// matcher of types on its left side. nil where it is made of one.
func (m *maker) eachLeft(o options, mode string) func(*column) bool {
	left := o.sub("binary").sub("left").sub("matcher")
	if mode != "binary" || left.text("id", "") != "byType" {
		return nil
	}
	match, err := m.matcher(grafana.Matcher{ID: "byType", Options: left["options"]})
	if err != nil {
		m.warn("the transformation calculateField: %s", err)
		return nil
	}
	return match
}

// eachCalculated puts behind each field that matches what is computed of it.
func (m *maker) eachCalculated(frames []frame.Frame, names *names, at int, match func(*column) bool, o options) []frame.Field {
	fr := &frames[at]
	var out []frame.Field
	if o.flag("replaceFields", false) {
		out = firstTime(fr.Fields)
	}
	b := o.sub("binary")
	_, right, _, ok := m.side(b, "right", func(name string) *frame.Field { return fieldNamed(frames, names, at, m.env.fill(name)) })
	op := b.text("operator", "+")
	for j := range fr.Fields {
		f := &fr.Fields[j]
		if !o.flag("replaceFields", false) {
			out = append(out, *f)
		}
		c := &column{Field: *f, name: names.of(at, j), refID: fr.RefID, at: j}
		if !ok || f.Kind != frame.Number || !match(c) {
			continue
		}
		n := frame.Field{Name: f.Name + " " + op + " " + sideName(b, "right"), Kind: frame.Number, Labels: f.Labels, Values: make([]float64, fr.Rows())}
		if f.Display != "" {
			n.Display = f.Display + " " + op + " " + sideName(b, "right")
		}
		for r := range n.Values {
			n.Values[r] = binaryOp(op, value(f.Values, r), right(r))
		}
		out = append(out, n)
	}
	return out
}

func fieldNamed(frames []frame.Frame, names *names, at int, name string) *frame.Field {
	if j := fieldAt(frames, names, at, name); j >= 0 && frames[at].Fields[j].Kind != frame.Text {
		return &frames[at].Fields[j]
	}
	return nil
}

func (m *maker) calculated(frames []frame.Frame, names *names, at int, mode string, o options) []frame.Field {
	alias := m.env.fill(o.text("alias", ""))
	numbers := func(keep func(string) bool) []frame.Field {
		var out []frame.Field
		for j, f := range frames[at].Fields {
			if f.Kind == frame.Number && keep(names.of(at, j)) {
				out = append(out, f)
			}
		}
		return out
	}
	field := func(name string) *frame.Field { return fieldNamed(frames, names, at, m.env.fill(name)) }
	switch mode {
	case "reduceRow":
		r := o.sub("reduce")
		include := r.texts("include")
		calc := calcID(r.text("reducer", "sum"))
		if reduceName(calc) == "" {
			m.warn("the calculation %q is not known", calc)
			return nil
		}
		fields := numbers(func(name string) bool { return len(include) == 0 || contains(include, name) })
		return rowReduction(fields, frames[at].Rows(), calc, orElse(alias, reduceName(calc)))
	case "binary":
		return m.binary(o.sub("binary"), field, frames[at].Rows(), alias)
	case "unary":
		return m.unary(o.sub("unary"), field, alias)
	case "index":
		return rowIndex(o, frames[at].Rows(), alias)
	case "cumulativeFunctions":
		c := o.sub("cumulative")
		f := field(c.text("field", ""))
		if f == nil {
			return nil
		}
		calc := c.text("reducer", "sum")
		return []frame.Field{{Name: orElse(alias, "cumulative "+calc+"("+orElse(f.Display, f.Name)+")"), Kind: frame.Number, Values: cumulative(f.Values, calc)}}
	case "windowFunctions":
		return window(o.sub("window"), field, alias)
	}
	m.warn("the calculation mode %q is not known", mode)
	return nil
}

// unary takes no value for zero, as JavaScript does.
func (m *maker) unary(o options, field func(string) *frame.Field, alias string) []frame.Field {
	f := field(o.text("fieldName", ""))
	if f == nil {
		return nil
	}
	op := o.text("operator", "abs")
	if !slices.Contains([]string{"abs", "exp", "ln", "floor", "ceil", "round", "percent"}, op) {
		m.warn("the operation %q of a calculation is not known", op)
		return nil
	}
	total := reduce("sum", f.Values)
	return []frame.Field{derived(orElse(alias, op+"("+orElse(f.Display, f.Name)+")"), f.Values, func(v float64) float64 {
		if math.IsNaN(v) {
			v = 0
		}
		if op == "percent" {
			return v / total
		}
		return unary(op, v)
	})}
}

func derived(name string, values []float64, f func(float64) float64) frame.Field {
	out := make([]float64, len(values))
	for i, v := range values {
		out[i] = f(v)
	}
	return frame.Field{Name: name, Kind: frame.Number, Values: out}
}

func rowReduction(fields []frame.Field, rows int, calc, name string) []frame.Field {
	out := make([]float64, rows)
	row := make([]float64, len(fields))
	for r := range out {
		for i := range fields {
			row[i] = value(fields[i].Values, r)
		}
		out[r] = reduce(calc, row)
		if calc == "count" { // as Grafana counts along a row
			out[r] = float64(len(row))
		}
	}
	return []frame.Field{{Name: name, Kind: frame.Number, Values: out}}
}

// binary computes left operator right; either may be a field or a number.
func (m *maker) binary(o options, field func(string) *frame.Field, rows int, alias string) []frame.Field {
	leftName, left, fl, ok1 := m.side(o, "left", field)
	rightName, right, fr, ok2 := m.side(o, "right", field)
	if !ok1 || !ok2 || !fl && !fr {
		return nil
	}
	op := o.text("operator", "+")
	out := make([]float64, rows)
	for r := range out {
		out[r] = binaryOp(op, left(r), right(r))
	}
	return []frame.Field{{Name: orElse(alias, leftName+" "+op+" "+rightName), Kind: frame.Number, Values: out}}
}

// sideName is the field or the number of a side: "A", {"fixed": "2"} or
// {"matcher": {"options": "A"}}.
func sideName(o options, key string) string {
	if name := o.text(key, ""); name != "" {
		return name
	}
	s := o.sub(key)
	if n := s.maybe("fixed"); n != nil && s.text("fixed", "") == "" {
		return units.Plain(*n)
	}
	return orElse(s.text("fixed", ""), s.sub("matcher").text("options", ""))
}

// side gives the values of one side.
func (m *maker) side(o options, key string, field func(string) *frame.Field) (name string, at func(int) float64, isField, ok bool) {
	name = sideName(o, key)
	if n := o.maybe(key); name == "" && n != nil {
		return "", func(int) float64 { return *n }, false, true
	}
	if f := field(name); f != nil {
		return name, func(r int) float64 { return value(f.Values, r) }, true, true
	}
	if n := textNumber(m.env.fill(name)); n != nil {
		return name, func(int) float64 { return *n }, false, true
	}
	return name, nil, false, false
}

// binaryOp takes no value for zero, as JavaScript does.
func binaryOp(op string, a, b float64) float64 {
	if math.IsNaN(a) {
		a = 0
	}
	if math.IsNaN(b) {
		b = 0
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
	case "**", "^":
		return math.Pow(a, b)
	case "%":
		return math.Mod(a, b)
	}
	return flagNumber(compare(a, op, b))
}

func unary(op string, v float64) float64 {
	switch op {
	case "abs":
		return math.Abs(v)
	case "exp":
		return math.Exp(v)
	case "ln":
		return math.Log(v)
	case "floor":
		return math.Floor(v)
	case "ceil":
		return math.Ceil(v)
	case "round":
		return math.Floor(v + 0.5)
	}
	return math.NaN()
}

func rowIndex(o options, rows int, alias string) []frame.Field {
	share := o.sub("index").flag("asPercentile", false)
	out := frame.Field{Name: orElse(alias, "Row"), Kind: frame.Number, Values: make([]float64, rows)}
	for i := range out.Values {
		out.Values[i] = float64(i)
		if share {
			out.Values[i] = float64(i) / float64(rows)
		}
	}
	if share {
		out.Unit = "percentunit"
	}
	return []frame.Field{out}
}

// cumulative is the running total, or the running mean.
func cumulative(values []float64, calc string) []float64 {
	out := make([]float64, len(values))
	total := 0.0
	for i, v := range values {
		if !math.IsNaN(v) {
			total += v
		}
		out[i] = total
		if calc == "mean" {
			out[i] = total / float64(i+1)
		}
	}
	return out
}

// window is a moving mean, variance or deviation.
func window(o options, field func(string) *frame.Field, alias string) []frame.Field {
	f := field(o.text("field", ""))
	if f == nil {
		return nil
	}
	calc := o.text("reducer", "mean")
	size := o.number("windowSize", 0.1)
	n := int(size)
	if o.text("windowSizeMode", "percentage") == "percentage" {
		n = int(math.Ceil(size * float64(len(f.Values))))
	}
	n = max(1, n)
	kind := o.text("windowAlignment", "trailing")
	centered := kind == "centered"
	out := make([]float64, len(f.Values))
	for i := range out {
		from, to := i-n+1, i+1
		if centered {
			from, to = i-n/2, i+(n+1)/2
		}
		from, to = max(0, from), min(len(out), to)
		out[i] = reduce(calc, f.Values[from:to])
	}
	return []frame.Field{{Name: orElse(alias, kind+" moving "+calc+"("+orElse(f.Display, f.Name)+")"), Kind: frame.Number, Values: out}}
}
