package view

import (
	"maps"
	"math"
	"slices"
	"strings"

	"supersonic/ui/frame"
	"supersonic/ui/units"
)

// cellKey is a value as a key of joins and groups.
func cellKey(f *frame.Field, row int) string {
	if f.Kind == frame.Text {
		if row < len(f.Texts) {
			return "t" + f.Texts[row]
		}
		return ""
	}
	v := value(f.Values, row)
	if math.IsNaN(v) {
		return ""
	}
	return "n" + units.Plain(v)
}

// keyed is a frame with the field that it is joined by.
type keyed struct {
	frame.Frame
	key int
}

// joinByField puts the frames beside each other, row by row of one field: all rows
// (outer), those that every frame has (inner), or each of one with each of the other
// (outerTabular, and inner as well).
func (m *maker) joinByField(frames []frame.Frame, o options) []frame.Frame {
	by, mode := m.env.fill(o.text("byField", "")), o.text("mode", "outer")
	names := newNames(frames)
	var parts []keyed
	for i := range frames {
		j := slices.IndexFunc(frames[i].Fields, func(f frame.Field) bool { return f.Kind == frame.Time })
		if by != "" {
			j = fieldAt(frames, names, i, by)
		}
		if j >= 0 {
			parts = append(parts, keyed{frames[i], j})
		}
	}
	switch {
	case len(parts) == 0 || len(frames) == 1:
		return frames
	case mode == "inner" || mode == "outerTabular":
		return []frame.Frame{joinTables(parts, mode == "inner")}
	}
	return []frame.Frame{joinSeries(parts, longestStep(frames))}
}

// joinSeries has one row for each key; of several rows of a frame the last.
func joinSeries(parts []keyed, stepMs float64) frame.Frame {
	var keys []string
	first := map[string]frame.Field{} // a field and row that has the key
	at := map[string]int{}
	rows := make([]map[string]int, len(parts))
	for n, p := range parts {
		f := &p.Fields[p.key]
		rows[n] = map[string]int{}
		for r := range f.Len() {
			k := cellKey(f, r)
			if _, ok := at[k]; !ok {
				keys, first[k], at[k] = append(keys, k), *f, r
			}
			rows[n][k] = r
		}
	}
	key := parts[0].Fields[parts[0].key]
	out := frame.Frame{RefID: "joinByField", StepMs: stepMs, Fields: []frame.Field{keyField(key, keys, first, at, key.Kind != frame.Text)}}
	keys = keyOrder(keys, first, at, key.Kind != frame.Text)
	for n, p := range parts {
		idx := make([]int, len(keys))
		for i, k := range keys {
			idx[i] = -1
			if r, ok := rows[n][k]; ok {
				idx[i] = r
			}
		}
		out.Fields = append(out.Fields, p.beside(idx)...)
	}
	return out
}

// beside are the rows of all fields but the key.
func (p *keyed) beside(rows []int) []frame.Field {
	var out []frame.Field
	for j, f := range p.Fields {
		if j == p.key {
			continue
		}
		f := pickOr(f, rows)
		if f.Display == "" && p.Name != "" && f.Name == "Value" && len(f.Labels) == 0 {
			f.Display = p.Name
		}
		if f.Kind == frame.Time && f.Labels == nil {
			f.Labels = map[string]string{} // joined times are numbered like other fields
		}
		out = append(out, f)
	}
	return out
}

// maxJoined bounds the rows of a join of tables, which may be as many as the product
// of theirs.
const maxJoined = 100_000

// joinTables puts each row beside each row of the same key; without inner rows that
// have no other stay, those of the left before those of the right.
func joinTables(parts []keyed, inner bool) frame.Frame {
	left := parts[0]
	for _, right := range parts[1:] {
		l, r := matched(&left, &right, inner)
		key := pickOr(left.Fields[left.key], l)
		for i := range l {
			if l[i] >= 0 {
				continue
			}
			if of := &right.Fields[right.key]; key.Kind == frame.Text {
				key.Texts[i] = (&column{Field: *of}).raw(r[i])
			} else {
				key.Values[i] = value(of.Values, r[i])
			}
		}
		joined := frame.Frame{RefID: "joinByField", Fields: append([]frame.Field{key}, left.beside(l)...)}
		joined.Fields = append(joined.Fields, right.beside(r)...)
		left = keyed{joined, 0}
	}
	return left.Frame
}

// matched are the rows of both sides that stand beside each other, -1 for none.
func matched(left, right *keyed, inner bool) (l, r []int) {
	a, b := &left.Fields[left.key], &right.Fields[right.key]
	byKey := map[string][]int{}
	for i := range b.Len() {
		byKey[cellKey(b, i)] = append(byKey[cellKey(b, i)], i)
	}
	var alone []int
	for i := range a.Len() {
		others := byKey[cellKey(a, i)]
		if len(others) == 0 {
			alone = append(alone, i)
		}
		for _, other := range others[:min(len(others), maxJoined-len(l))] {
			l, r = append(l, i), append(r, other)
		}
	}
	if inner {
		return l, r
	}
	for _, i := range alone {
		l, r = append(l, i), append(r, -1)
	}
	has := map[string]bool{}
	for i := range a.Len() {
		has[cellKey(a, i)] = true
	}
	for i := range b.Len() {
		if !has[cellKey(b, i)] {
			l, r = append(l, -1), append(r, i)
		}
	}
	return l, r
}

// pickOr is pick where -1 stands for no value.
func pickOr(f frame.Field, at []int) frame.Field {
	if f.Kind == frame.Text {
		texts := make([]string, len(at))
		for i, r := range at {
			if r >= 0 && r < len(f.Texts) {
				texts[i] = f.Texts[r]
			}
		}
		f.Texts = texts
		return f
	}
	values := make([]float64, len(at))
	for i, r := range at {
		values[i] = math.NaN()
		if r >= 0 {
			values[i] = value(f.Values, r)
		}
	}
	f.Values, f.Trends = values, trendsOf(f, at)
	return f
}

func keyOrder(keys []string, first map[string]frame.Field, at map[string]int, ascending bool) []string {
	if !ascending {
		return keys
	}
	keys = slices.Clone(keys)
	slices.SortStableFunc(keys, func(a, b string) int {
		x, y := value(first[a].Values, at[a]), value(first[b].Values, at[b])
		switch {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	})
	return keys
}

func keyField(key frame.Field, keys []string, first map[string]frame.Field, at map[string]int, ascending bool) frame.Field {
	keys = keyOrder(keys, first, at, ascending)
	if key.Kind == frame.Text {
		key.Texts = make([]string, len(keys))
		for i, k := range keys {
			key.Texts[i] = strings.TrimPrefix(k, "t")
		}
		return key
	}
	key.Values = make([]float64, len(keys))
	for i, k := range keys {
		key.Values[i] = value(first[k].Values, at[k])
	}
	return key
}

// joinByLabels makes one row for each set of the joined labels, one column for each
// value of the named label.
func (m *maker) joinByLabels(frames []frame.Frame, o options) []frame.Frame {
	label := m.env.fill(o.text("value", ""))
	join := o.texts("join")
	type row struct {
		labels map[string]string
		values map[string]float64
	}
	rows, order := map[string]*row{}, []string{}
	var columns []string
	all := map[string]bool{}
	for i := range frames {
		for _, f := range frames[i].Fields {
			if f.Kind != frame.Number || f.Labels[label] == "" {
				continue
			}
			rest := maps.Clone(f.Labels)
			delete(rest, label)
			if len(join) > 0 {
				maps.DeleteFunc(rest, func(k, _ string) bool { return !contains(join, k) })
			}
			key := LabelText(rest)
			if rows[key] == nil {
				rows[key] = &row{rest, map[string]float64{}}
				order = append(order, key)
			}
			for k := range rest {
				all[k] = true
			}
			if !contains(columns, f.Labels[label]) {
				columns = append(columns, f.Labels[label])
			}
			rows[key].values[f.Labels[label]] = reduce("lastNotNull", f.Values)
		}
	}
	if len(order) == 0 {
		m.warn("the transformation joinByLabels: no series has the label %q", label)
		return frames
	}
	names := slices.Sorted(maps.Keys(all))
	if len(join) > 0 {
		names = join
	}
	out := frame.Frame{}
	for _, n := range names {
		f := frame.Field{Name: n, Kind: frame.Text}
		for _, k := range order {
			f.Texts = append(f.Texts, rows[k].labels[n])
		}
		out.Fields = append(out.Fields, f)
	}
	for _, c := range columns {
		f := frame.Field{Name: c, Kind: frame.Number}
		for _, k := range order {
			v, ok := rows[k].values[c]
			if !ok {
				v = math.NaN()
			}
			f.Values = append(f.Values, v)
		}
		out.Fields = append(out.Fields, f)
	}
	return []frame.Frame{out}
}

// seriesToRows makes one table of many series: Time, Metric, Value, latest first.
func seriesToRows(frames []frame.Frame, _ options) []frame.Frame {
	names := newNames(frames)
	type row struct {
		t, v float64
		name string
	}
	var rows []row
	found := false
	for i := range frames {
		t := slices.IndexFunc(frames[i].Fields, func(f frame.Field) bool { return f.Kind == frame.Time })
		if t < 0 {
			continue
		}
		for j, f := range frames[i].Fields {
			if f.Kind != frame.Number {
				continue
			}
			found = true
			for r, v := range f.Values {
				rows = append(rows, row{value(frames[i].Fields[t].Values, r), v, orElse(frames[i].Name, names.of(i, j))})
			}
		}
	}
	if !found {
		return frames
	}
	slices.SortStableFunc(rows, func(a, b row) int {
		switch {
		case a.t > b.t:
			return -1
		case a.t < b.t:
			return 1
		}
		return 0
	})
	out := frame.Frame{Fields: []frame.Field{{Name: "Time", Kind: frame.Time}, {Name: "Metric", Kind: frame.Text}, {Name: "Value", Kind: frame.Number}}}
	for _, r := range rows {
		out.Fields[0].Values = append(out.Fields[0].Values, r.t)
		out.Fields[1].Texts = append(out.Fields[1].Texts, r.name)
		out.Fields[2].Values = append(out.Fields[2].Values, r.v)
	}
	return []frame.Frame{out}
}

// merge makes one table of several: fields of the same name become one; rows that
// agree in what they share become one.
func (m *maker) merge(frames []frame.Frame, _ options) []frame.Frame {
	frames = withFields(slices.Clone(frames))
	if len(frames) < 2 {
		return frames
	}
	var columns []frame.Field
	at := map[string]int{}
	in := map[string]int{} // in how many frames
	names := make([][]string, len(frames))
	for i := range frames {
		for _, f := range frames[i].Fields {
			name := orElse(f.Display, f.Name)
			f.Labels = nil
			names[i] = append(names[i], name)
			in[name]++
			if _, ok := at[name]; !ok {
				at[name] = len(columns)
				f.Values, f.Texts = nil, nil
				columns = append(columns, f)
			}
		}
	}
	type cell struct{ frame, field, row int }
	var rows []map[string]cell
	byKey := map[string][]int{}
	for i := range frames {
		for r := range frames[i].Rows() {
			key := ""
			cells := map[string]cell{}
			for j, name := range names[i] {
				cells[name] = cell{i, j, r}
				if in[name] == len(frames) {
					key += cellKey(&frames[i].Fields[j], r) + "\x00"
				}
			}
			rows = place(rows, byKey, key, cells)
		}
	}
	for c := range columns {
		f := &columns[c]
		for name, n := range at {
			if n != c {
				continue
			}
			for _, row := range rows {
				x, ok := row[name]
				if f.Kind == frame.Text {
					text := ""
					if ok {
						text = (&column{Field: frames[x.frame].Fields[x.field]}).raw(x.row)
					}
					f.Texts = append(f.Texts, text)
					continue
				}
				v := math.NaN()
				if ok {
					v = value(frames[x.frame].Fields[x.field].Values, x.row)
				}
				f.Values = append(f.Values, v)
			}
		}
	}
	return []frame.Frame{{RefID: "merge", Fields: columns}}
}

// place puts cells into the rows of the same key that have none of their own
// columns yet, or into a new one.
func place[C comparable](rows []map[string]C, byKey map[string][]int, key string, cells map[string]C) []map[string]C {
	shared := strings.Count(key, "\x00")
	placed := false
	for _, at := range byKey[key] {
		row := rows[at]
		taken := 0
		for name := range cells {
			if _, has := row[name]; has {
				taken++
			}
		}
		if taken != shared || shared == 0 || taken == len(cells) {
			continue
		}
		for name, c := range cells {
			if _, has := row[name]; !has {
				row[name] = c
			}
		}
		placed = true
	}
	if placed {
		return rows
	}
	byKey[key] = append(byKey[key], len(rows))
	return append(rows, cells)
}

// concatenate puts all fields into one frame.
func concatenate(frames []frame.Frame, o options) []frame.Frame {
	if len(frames) < 2 {
		return frames
	}
	mode, label := o.text("frameNameMode", "field"), orElse(o.text("frameNameLabel", ""), "frame")
	rows := 0
	for i := range frames {
		rows = max(rows, frames[i].Rows())
	}
	idx := make([]int, rows)
	for i := range idx {
		idx[i] = i
	}
	var out frame.Frame
	for _, fr := range frames {
		for _, f := range fr.Fields {
			f = pick(f, idx)
			switch {
			case fr.Name == "":
			case mode == "field":
				f.Name = fr.Name + " · " + f.Name
			case mode == "label":
				f.Labels = maps.Clone(f.Labels)
				if f.Labels == nil {
					f.Labels = map[string]string{}
				}
				f.Labels[label] = fr.Name
			}
			out.Fields = append(out.Fields, f)
		}
	}
	return []frame.Frame{out}
}

func longestStep(frames []frame.Frame) float64 {
	step := 0.0
	for i := range frames {
		step = max(step, frames[i].StepMs)
	}
	return step
}
