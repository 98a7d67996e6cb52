package view

import (
	"maps"
	"math"
	"slices"

	"supersonic/ui/frame"
)

// reduceFrames makes one row of each series (seriesToRows), or one value of each
// field (reduceFields).
func (m *maker) reduceFrames(frames []frame.Frame, o options) []frame.Frame {
	var calcs []string
	for _, c := range o.texts("reducers") {
		if reduceName(c) == "" {
			m.warn("the calculation %q is not known", c)
			continue
		}
		calcs = append(calcs, calcID(c))
	}
	if len(calcs) == 0 {
		calcs = []string{"max"}
	}
	if o.text("mode", "seriesToRows") == "reduceFields" {
		return reduceFields(frames, calcs, o.flag("includeTimeField", false))
	}
	return m.reduceToRows(frames, calcs, o)
}

func reduceFields(frames []frame.Frame, calcs []string, times bool) []frame.Frame {
	out := make([]frame.Frame, 0, len(frames))
	for _, fr := range frames {
		n := frame.Frame{Name: fr.Name, RefID: fr.RefID}
		for _, f := range fr.Fields {
			if f.Kind == frame.Time && !times {
				continue
			}
			for _, calc := range calcs {
				r := reducedField(f, calc)
				if len(calcs) > 1 {
					r.Labels = maps.Clone(f.Labels)
					if r.Labels == nil {
						r.Labels = map[string]string{}
					}
					r.Labels["reducer"] = reduceName(calc)
				}
				n.Fields = append(n.Fields, r)
			}
		}
		out = append(out, n)
	}
	return withFields(out)
}

func (m *maker) reduceToRows(frames []frame.Frame, calcs []string, o options) []frame.Frame {
	names := newNames(frames)
	labels := o.flag("labelsToFields", false)
	var keys []string
	if labels {
		keys = labelKeys(frames)
	}
	out := frame.Frame{Fields: []frame.Field{{Name: "Field", Kind: frame.Text}}}
	for _, k := range keys {
		out.Fields = append(out.Fields, frame.Field{Name: k, Kind: frame.Text})
	}
	first := len(out.Fields)
	for _, calc := range calcs {
		f := frame.Field{Name: reduceName(calc), Kind: frame.Number}
		if calc == "allIsNull" || calc == "allIsZero" {
			f.Kind = frame.Bool
		}
		out.Fields = append(out.Fields, f)
	}
	for i := range frames {
		for j, f := range frames[i].Fields {
			if f.Kind == frame.Time && !o.flag("includeTimeField", false) {
				continue
			}
			name := names.of(i, j)
			if labels {
				name = orElse(f.Name, name)
			}
			out.Fields[0].Texts = append(out.Fields[0].Texts, name)
			for n, k := range keys {
				out.Fields[1+n].Texts = append(out.Fields[1+n].Texts, f.Labels[k])
			}
			for n, calc := range calcs {
				addReduced(&out.Fields[first+n], reducedField(f, calc))
				if out.Fields[first+n].Unit == "" {
					out.Fields[first+n].Unit = f.Unit
				}
			}
		}
	}
	return []frame.Frame{out}
}

// reducedField is a field with its reduction as the only row.
func reducedField(f frame.Field, calc string) frame.Field {
	f.Exemplars, f.Trends, f.Nested = nil, nil, nil
	if f.Kind != frame.Text {
		f.Values = []float64{reduce(calc, f.Values)}
		return f
	}
	switch calc {
	case "first", "firstNotNull", "last", "lastNotNull":
		f.Texts = []string{reduceText(calc, f.Texts)}
		return f
	}
	f.Kind, f.Values, f.Texts = frame.Number, []float64{reduceTexts(calc, f.Texts)}, nil
	return f
}

// reduceTexts counts texts; other calculations make nothing of them.
func reduceTexts(calc string, texts []string) float64 {
	numbers, known := make([]float64, len(texts)), map[string]float64{}
	for i, t := range texts {
		if _, ok := known[t]; !ok {
			known[t] = float64(len(known) + 1)
		}
		numbers[i] = known[t]
	}
	switch calc {
	case "count", "countAll", "distinctCount", "changeCount", "allIsNull":
		return reduce(calc, numbers)
	}
	return math.NaN()
}

// addReduced adds a row; a column that has texts as well as numbers is one of texts.
func addReduced(to *frame.Field, row frame.Field) {
	if row.Kind == frame.Text && to.Kind != frame.Text {
		for i := range to.Values {
			to.Texts = append(to.Texts, (&column{Field: *to}).raw(i))
		}
		to.Kind, to.Values = frame.Text, nil
	}
	if to.Kind == frame.Text {
		to.Texts = append(to.Texts, (&column{Field: row}).raw(0))
		return
	}
	to.Values = append(to.Values, row.Values...)
}

func labelKeys(frames []frame.Frame) []string {
	var keys []string
	for i := range frames {
		for _, f := range frames[i].Fields {
			for _, k := range slices.Sorted(maps.Keys(f.Labels)) {
				if !contains(keys, k) {
					keys = append(keys, k)
				}
			}
		}
	}
	return keys
}

// labelsToFields makes columns of labels: each value of a label beside the series'
// samples, or rows of label and value.
func (m *maker) labelsToFields(frames []frame.Frame, o options) []frame.Frame {
	keep := o.texts("keepLabels")
	valueLabel := o.text("valueLabel", "")
	if o.text("mode", "columns") == "rows" {
		return labelRows(frames, keep)
	}
	out := make([]frame.Frame, 0, len(frames))
	for _, fr := range frames {
		n := frame.Frame{Name: fr.Name, RefID: fr.RefID}
		seen := map[string]bool{}
		var columns []frame.Field
		for _, f := range fr.Fields {
			if len(f.Labels) == 0 {
				n.Fields = append(n.Fields, f)
				continue
			}
			for _, k := range slices.Sorted(maps.Keys(f.Labels)) {
				if k == valueLabel || seen[k] || len(keep) > 0 && !contains(keep, k) {
					continue
				}
				seen[k] = true
				columns = append(columns, repeated(k, f.Labels[k], fr.Rows()))
			}
			f.Name, f.Labels, f.Display = orElse(f.Labels[valueLabel], f.Name), nil, ""
			n.Fields = append(n.Fields, f)
		}
		n.Fields = append(n.Fields, columns...)
		out = append(out, n)
	}
	return out
}

func repeated(name, text string, rows int) frame.Field {
	f := frame.Field{Name: name, Kind: frame.Text, Texts: make([]string, rows)}
	for i := range f.Texts {
		f.Texts[i] = text
	}
	return f
}

func labelRows(frames []frame.Frame, keep []string) []frame.Frame {
	var out []frame.Frame
	for _, fr := range frames {
		for _, f := range fr.Fields {
			if len(f.Labels) == 0 {
				continue
			}
			n := frame.Frame{Name: orElse(f.Display, f.Name), RefID: fr.RefID, Fields: []frame.Field{{Name: "label", Kind: frame.Text}, {Name: "value", Kind: frame.Text}}}
			for _, k := range slices.Sorted(maps.Keys(f.Labels)) {
				if len(keep) == 0 || contains(keep, k) {
					n.Fields[0].Texts = append(n.Fields[0].Texts, k)
					n.Fields[1].Texts = append(n.Fields[1].Texts, f.Labels[k])
				}
			}
			out = append(out, n)
		}
	}
	return out
}

// groupBy makes one row for each set of values of some fields, and reductions of
// others.
func (m *maker) groupBy(frames []frame.Frame, o options) []frame.Frame {
	rules := o.sub("fields")
	names := newNames(frames)
	var out []frame.Frame
	for i := range frames {
		if fr, ok := m.grouped(frames, names, i, rules); ok {
			out = append(out, fr)
		}
	}
	return out
}

func (m *maker) grouped(frames []frame.Frame, names *names, at int, rules options) (frame.Frame, bool) {
	fr := &frames[at]
	out := frame.Frame{Name: fr.Name, RefID: fr.RefID}
	var by []int
	for j := range fr.Fields {
		if rules.sub(names.of(at, j)).text("operation", "") == "groupby" {
			by = append(by, j)
		}
	}
	if len(by) == 0 {
		return out, false
	}
	groups, order := groupRows(fr, by)
	firsts := make([]int, len(order))
	for i, k := range order {
		firsts[i] = groups[k][0]
	}
	for _, j := range by {
		out.Fields = append(out.Fields, pick(fr.Fields[j], firsts))
	}
	for j, f := range fr.Fields {
		rule := rules.sub(names.of(at, j))
		if rule.text("operation", "") != "aggregate" {
			continue
		}
		for _, calc := range rule.texts("aggregations") {
			if reduceName(calc) == "" {
				m.warn("the calculation %q is not known", calc)
				continue
			}
			n := frame.Field{Name: names.of(at, j) + " (" + calc + ")", Kind: frame.Number, Unit: f.Unit}
			if f.Kind == frame.Time && slices.Contains([]string{"first", "last", "firstNotNull", "lastNotNull", "min", "max"}, calc) {
				n.Kind = frame.Time
			}
			if f.Kind == frame.Text && calc != "count" && calc != "distinctCount" && calc != "countAll" && calc != "changeCount" {
				n.Kind = frame.Text
			}
			for _, k := range order {
				g := pick(f, groups[k])
				switch {
				case n.Kind == frame.Text:
					n.Texts = append(n.Texts, reduceText(calc, g.Texts))
				case f.Kind == frame.Text:
					n.Values = append(n.Values, reduce(calcID(calc), numbered(g.Texts)))
				default:
					n.Values = append(n.Values, reduce(calcID(calc), g.Values))
				}
			}
			out.Fields = append(out.Fields, n)
		}
	}
	return out, true
}

// numbered gives equal texts equal numbers, so that they can be counted.
func numbered(texts []string) []float64 {
	seen := map[string]float64{}
	out := make([]float64, len(texts))
	for i, t := range texts {
		if _, ok := seen[t]; !ok {
			seen[t] = float64(len(seen))
		}
		out[i] = seen[t]
	}
	return out
}

func groupRows(fr *frame.Frame, by []int) (map[string][]int, []string) {
	groups, order := map[string][]int{}, []string{}
	for r := range fr.Rows() {
		key := ""
		for _, j := range by {
			key += cellKey(&fr.Fields[j], r) + "\x00"
		}
		if groups[key] == nil {
			order = append(order, key)
		}
		groups[key] = append(groups[key], r)
	}
	return groups, order
}

// partition makes a frame of each set of values of some fields.
func (m *maker) partition(frames []frame.Frame, o options) []frame.Frame {
	listed := o.texts("fields")
	keep := o.flag("keepFields", false)
	names := newNames(frames)
	var out []frame.Frame
	for i := range frames {
		var by []int
		for _, name := range listed {
			if j := fieldAt(frames, names, i, name); j >= 0 {
				by = append(by, j)
			}
		}
		if len(by) == 0 {
			out = append(out, frames[i])
			continue
		}
		groups, order := groupRows(&frames[i], by)
		for _, k := range order {
			n := rowsOf(&frames[i], groups[k])
			n.Name = ""
			for _, j := range by {
				if n.Name != "" {
					n.Name += " "
				}
				n.Name += (&column{Field: frames[i].Fields[j]}).raw(groups[k][0])
			}
			if !keep {
				var fields []frame.Field
				for j, f := range n.Fields {
					if !slices.Contains(by, j) {
						fields = append(fields, f)
					}
				}
				n.Fields = fields
			}
			out = append(out, n)
		}
	}
	return out
}

// matrix makes columns of the values of one field and rows of another.
func (m *maker) matrix(frames []frame.Frame, o options) []frame.Frame {
	if len(frames) != 1 {
		m.warn("the transformation groupingToMatrix works on one frame; there are %d", len(frames))
		return frames
	}
	names := newNames(frames)
	col := fieldAt(frames, names, 0, o.text("columnField", "Time"))
	row := fieldAt(frames, names, 0, o.text("rowField", "Time"))
	val := fieldAt(frames, names, 0, o.text("valueField", "Value"))
	if col < 0 || row < 0 || val < 0 {
		m.warn("the transformation groupingToMatrix: one of its fields is not there")
		return frames
	}
	fr := &frames[0]
	cells := map[[2]string]int{}
	var cols, rows []string
	var firsts []int
	for r := range fr.Rows() {
		c, k := (&column{Field: fr.Fields[col]}).raw(r), cellKey(&fr.Fields[row], r)
		if !contains(cols, c) {
			cols = append(cols, c)
		}
		if !contains(rows, k) {
			rows, firsts = append(rows, k), append(firsts, r)
		}
		cells[[2]string{c, k}] = r
	}
	head := pick(fr.Fields[row], firsts)
	head.Name = names.of(0, row) + `\` + names.of(0, col)
	head.Display = ""
	out := frame.Frame{RefID: fr.RefID, Fields: []frame.Field{head}}
	empty := math.NaN()
	if o.text("emptyValue", "empty") == "zero" {
		empty = 0
	}
	for _, c := range cols {
		idx := make([]int, len(rows))
		for i, k := range rows {
			idx[i] = -1
			if r, ok := cells[[2]string{c, k}]; ok {
				idx[i] = r
			}
		}
		f := pickOr(fr.Fields[val], idx)
		f.Name, f.Display, f.Labels = c, "", nil
		for i := range f.Values {
			if idx[i] < 0 {
				f.Values[i] = empty
			}
		}
		out.Fields = append(out.Fields, f)
	}
	return []frame.Frame{out}
}
