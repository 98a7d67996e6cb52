package view

import (
	"math"
	"regexp"
	"slices"
	"strings"

	"supersonic/ui/frame"
	"supersonic/ui/grafana"
	"supersonic/ui/pattern"
)

// transform runs the panel's transformations, one after the other. One that is not
// known leaves the data as it is and says so.
func (m *maker) transform(frames []frame.Frame) []frame.Frame {
	for _, t := range m.panel.Transformations {
		said := len(m.notes)
		m.step(frames)
		if !t.Disabled {
			frames = m.transformed(frames, t)
		}
		m.says(said)
	}
	m.step(frames)
	return frames
}

func (m *maker) transformed(frames []frame.Frame, t grafana.Transformation) []frame.Frame {
	run := m.transformation(t.ID)
	if run == nil {
		m.warn("the transformation %q %s", t.ID, orElse(instead[t.ID], "is not known: the panel shows its data without it"))
		return frames
	}
	taken, rest, at := m.split(frames, t.Filter)
	made := run(taken, readOptions(t.Options))
	return slices.Insert(made, min(at, len(made)), rest...)
}

// instead says of transformations that this page knows and does not do what does their work.
var instead = map[string]string{
	"spatial":     "prepares places for maps, which are not drawn here: the panel shows its data without it, and as a table it can be read",
	"fieldLookup": "looks places up in lists that Grafana brings along, which are not here: the panel shows its data without it; a second query with the places and \"Join by field\" do the same",
	"sql":         "asks SQL of the other data, which this page does not run: the panel shows its data without it; \"Group by\", \"Filter data by values\" and \"Join by field\" do the same step by step",
}

type change func([]frame.Frame, options) []frame.Frame

func (m *maker) transformation(id string) change {
	switch id {
	case "organize":
		return m.organize
	case "renameByRegex":
		return m.renameByRegex
	case "filterFieldsByName":
		return m.filterByName
	case "filterByRefId":
		return m.filterByRefID
	case "filterByValue":
		return m.filterByValue
	case "joinByField", "seriesToColumns":
		return m.joinByField
	case "joinByLabels":
		return m.joinByLabels
	case "seriesToRows":
		return seriesToRows
	case "merge":
		return m.merge
	case "calculateField":
		return m.calculate
	case "reduce":
		return m.reduceFrames
	case "labelsToFields":
		return m.labelsToFields
	case "convertFieldType":
		return m.convert
	case "sortBy":
		return m.sortBy
	case "limit":
		return m.limit
	case "groupBy":
		return m.groupBy
	case "concatenate":
		return concatenate
	case "extractFields":
		return m.extract
	case "groupingToMatrix":
		return m.matrix
	case "partitionByValues":
		return m.partition
	case "timeSeriesTable":
		return m.trends
	case "rowsToFields":
		return m.rowsToFields
	case "configFromData":
		return m.configFromData
	case "transpose":
		return m.transpose
	case "formatTime":
		return m.formatTime
	case "formatString":
		return m.formatString
	case "prepareTimeSeries":
		return m.timeSeries
	case "histogram":
		return m.buckets
	case "heatmap":
		return m.cells
	case "regression":
		return m.regression
	case "smoothing":
		return m.smooth
	case "groupToNestedTable":
		return m.nest
	}
	return m.plainTransformation(id)
}

// plainTransformation are those that say less than others, of older files.
func (m *maker) plainTransformation(id string) change {
	switch id {
	case "order", "rename":
		return m.organize
	case "ensureColumns":
		return func(frames []frame.Frame, o options) []frame.Frame { return m.joinByField(frames, options{}) }
	case "filterFields":
		return m.filterFields
	case "noop", "append", "convertFrameType":
		return func(frames []frame.Frame, o options) []frame.Frame { return frames }
	}
	return nil
}

// split parts the frames that a transformation is for from the others, and tells where
// these go among what it makes. As in Grafana that is where the first of them was, the
// very first frame not counted.
func (m *maker) split(frames []frame.Frame, filter *grafana.Matcher) (taken, rest []frame.Frame, at int) {
	if filter == nil || filter.ID == "" {
		return frames, nil, 0
	}
	if filter.ID != "byRefId" && filter.ID != "byFrameRefID" {
		m.warn("the filter %q of a transformation is not known", filter.ID)
		return frames, nil, 0
	}
	text := ""
	_ = decodeInto(filter.Options, &text)
	if !strings.HasPrefix(text, "/") {
		text = "/^(?:" + strings.ReplaceAll(regexp.QuoteMeta(text), `\|`, "|") + ")$/"
	}
	re, err := m.slashed(text)
	if err != nil {
		m.warn("the filter of a transformation: %s", err)
		return frames, nil, 0
	}
	for i, f := range frames {
		if re.Match(f.RefID) {
			taken = append(taken, f)
			continue
		}
		rest = append(rest, f)
		if at == 0 {
			at = i
		}
	}
	return taken, rest, at
}

// fieldsOf makes new frames of those fields that keep wants, maybe changed.
func fieldsOf(frames []frame.Frame, keep func(name string, f frame.Field) (frame.Field, bool)) []frame.Frame {
	names := newNames(frames)
	out := make([]frame.Frame, 0, len(frames))
	for i, fr := range frames {
		n := frame.Frame{Name: fr.Name, RefID: fr.RefID, StepMs: fr.StepMs}
		for j, f := range fr.Fields {
			if f, ok := keep(names.of(i, j), f); ok {
				n.Fields = append(n.Fields, f)
			}
		}
		out = append(out, n)
	}
	return out
}

// withFields are the frames that still have fields.
func withFields(frames []frame.Frame) []frame.Frame {
	return slices.DeleteFunc(frames, func(f frame.Frame) bool { return len(f.Fields) == 0 })
}

// organize leaves out, orders and renames fields by name.
func (m *maker) organize(frames []frame.Frame, o options) []frame.Frame {
	out, include, rename, index := o.sub("excludeByName"), o.sub("includeByName"), o.sub("renameByName"), o.sub("indexByName")
	place := map[string]float64{}
	frames = fieldsOf(frames, func(name string, f frame.Field) (frame.Field, bool) {
		if out.flag(name, false) || len(include) > 0 && !include.flag(name, false) {
			return f, false
		}
		if n := rename.text(name, ""); n != "" && n != name {
			f.Display = m.env.fill(n)
			place[f.Display] = index.number(name, math.Inf(1))
		} else {
			place[name] = index.number(name, math.Inf(1))
		}
		return f, true
	})
	switch {
	case o.text("orderByMode", "manual") == "auto":
		names := newNames(frames)
		for i := range frames {
			frames[i].Fields = orderedBy(names, i, o.list("orderBy"))
		}
	case len(index) > 0:
		for i := range frames {
			order(frames, i, place)
		}
	}
	return withFields(frames)
}

// orderedBy are the fields of a frame in the order of their names or labels; the first
// time stays the first.
func orderedBy(names *names, at int, rules []options) []frame.Field {
	type named struct {
		frame.Field
		name string
	}
	var list []named
	for j, f := range names.frames[at].Fields {
		list = append(list, named{f, names.of(at, j)})
	}
	from := slices.IndexFunc(list, func(f named) bool { return f.Kind == frame.Time })
	if from > 0 {
		first := list[from]
		list = slices.Insert(slices.Delete(list, from, from+1), 0, first)
	}
	slices.SortStableFunc(list[boolInt(from >= 0):], func(a, b named) int {
		for _, rule := range rules {
			x, y := a.name, b.name
			if rule.text("type", "name") == "label" {
				x, y = a.Labels[rule.text("name", "")], b.Labels[rule.text("name", "")]
			}
			c := natural(strings.ToLower(x), strings.ToLower(y))
			if c != 0 && rule.flag("desc", false) {
				return -c
			}
			if c != 0 {
				return c
			}
		}
		return 0
	})
	out := make([]frame.Field, len(list))
	for i := range list {
		out[i] = list[i].Field
	}
	return out
}

func order(frames []frame.Frame, at int, place map[string]float64) {
	names := newNames(frames)
	fields := frames[at].Fields
	idx := make([]int, len(fields))
	for i := range idx {
		idx[i] = i
	}
	rank := func(i int) float64 {
		if p, ok := place[names.of(at, i)]; ok {
			return p
		}
		return math.Inf(1)
	}
	slices.SortStableFunc(idx, func(a, b int) int {
		x, y := rank(a), rank(b)
		switch {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	})
	sorted := make([]frame.Field, len(fields))
	for i, j := range idx {
		sorted[i] = fields[j]
	}
	frames[at].Fields = sorted
}

// renameByRegex writes names anew: $1 is the first group.
func (m *maker) renameByRegex(frames []frame.Frame, o options) []frame.Frame {
	re, all, err := m.searching(m.env.fill(o.text("regex", "")))
	if err != nil {
		m.warn("the transformation renameByRegex: %s", err)
		return frames
	}
	with := m.env.fill(o.text("renamePattern", ""))
	return fieldsOf(frames, func(name string, f frame.Field) (frame.Field, bool) {
		if f.Kind == frame.Time && len(f.Labels) == 0 || o.text("regex", "") == "" {
			return f, true
		}
		if n := re.Replace(name, with, all); n != name {
			f.Display = n
		}
		return f, true
	})
}

// searching reads a pattern that may stand anywhere; all says that it has the flag g.
func (m *maker) searching(text string) (re *pattern.Pattern, all bool, err error) {
	if !strings.HasPrefix(text, "/") {
		re, err = m.slashed("/" + text + "/")
		return re, false, err
	}
	re, err = m.slashed(text)
	return re, everyPlace(text), err
}

// everyPlace tells whether a pattern has the flag g.
func everyPlace(text string) bool {
	return strings.HasPrefix(text, "/") && strings.Contains(text[strings.LastIndexByte(text, '/')+1:], "g")
}

// filterByName keeps fields by name or pattern.
func (m *maker) filterByName(frames []frame.Frame, o options) []frame.Frame {
	include, errI := m.nameRule(o, "include")
	exclude, errE := m.nameRule(o, "exclude")
	if errI != nil || errE != nil {
		m.warn("the transformation filterFieldsByName: its pattern cannot be read")
		return frames
	}
	return withFields(fieldsOf(frames, func(name string, f frame.Field) (frame.Field, bool) {
		if include != nil && !include(name) {
			return f, false
		}
		return f, exclude == nil || !exclude(name)
	}))
}

func (m *maker) nameRule(o options, key string) (func(string) bool, error) {
	rule := o.sub(key)
	listed, pattern := rule.texts("names"), m.env.fill(rule.text("pattern", ""))
	if key == "include" && o.flag("byVariable", false) {
		listed = strings.FieldsFunc(m.env.fill(rule.text("variable", "")), func(r rune) bool { return r == ',' || r == '{' || r == '}' })
	}
	if len(listed) == 0 && pattern == "" {
		return nil, nil
	}
	if pattern == "" {
		return func(name string) bool { return contains(listed, name) }, nil
	}
	re, err := m.slashed(pattern)
	if err != nil {
		return nil, err
	}
	return func(name string) bool { return contains(listed, name) || re.Match(name) }, nil
}

func (m *maker) filterByRefID(frames []frame.Frame, o options) []frame.Frame {
	include := m.env.fill(o.text("include", ""))
	if include == "" {
		return frames
	}
	re, err := m.slashed("/^(?:" + strings.Trim(include, "/") + ")$/")
	if err != nil {
		m.warn("the transformation filterByRefId: %s", err)
		return frames
	}
	var out []frame.Frame
	for _, f := range frames {
		if re.Match(f.RefID) {
			out = append(out, f)
		}
	}
	return out
}

// limit keeps so many rows: the first ones, of a negative number the last ones.
func (m *maker) limit(frames []frame.Frame, o options) []frame.Frame {
	limit := o.number("limitField", 10)
	if n := textNumber(m.env.fill(o.text("limitField", ""))); n != nil {
		limit = *n
	}
	out := make([]frame.Frame, len(frames))
	for i := range frames {
		rows := frames[i].Rows()
		n := min(int(min(math.Abs(limit), 1e9)), rows)
		at := make([]int, n)
		for r := range at {
			at[r] = r
			if limit < 0 {
				at[r] = rows - n + r
			}
		}
		out[i] = rowsOf(&frames[i], at)
	}
	return out
}

// rowsOf makes a new frame of some rows.
func rowsOf(fr *frame.Frame, at []int) frame.Frame {
	out := frame.Frame{Name: fr.Name, RefID: fr.RefID, StepMs: fr.StepMs}
	for _, f := range fr.Fields {
		out.Fields = append(out.Fields, pick(f, at))
	}
	return out
}

// pick makes a new field of some rows.
func pick(f frame.Field, at []int) frame.Field {
	if f.Kind == frame.Text {
		texts := make([]string, len(at))
		for i, r := range at {
			if r < len(f.Texts) {
				texts[i] = f.Texts[r]
			}
		}
		f.Texts, f.Nested = texts, nestedOf(f, at)
		return f
	}
	values := make([]float64, len(at))
	for i, r := range at {
		values[i] = value(f.Values, r)
	}
	f.Values, f.Trends = values, trendsOf(f, at)
	return f
}

// find field by the name that is shown or its own; -1 if none.
func fieldAt(frames []frame.Frame, names *names, frameAt int, name string) int {
	for j := range frames[frameAt].Fields {
		if names.of(frameAt, j) == name {
			return j
		}
	}
	return slices.IndexFunc(frames[frameAt].Fields, func(f frame.Field) bool { return f.Name == name })
}

// sortBy sorts rows by fields.
func (m *maker) sortBy(frames []frame.Frame, o options) []frame.Frame {
	rules := o.list("sort")
	names := newNames(frames)
	out := slices.Clone(frames)
	for i := range frames {
		rows := make([]int, frames[i].Rows())
		for r := range rows {
			rows[r] = r
		}
		for _, rule := range slices.Backward(rules) {
			j := fieldAt(frames, names, i, m.env.fill(rule.text("field", "")))
			if j < 0 {
				continue
			}
			c := &column{Field: frames[i].Fields[j]}
			desc := rule.flag("desc", false)
			slices.SortStableFunc(rows, func(a, b int) int {
				if desc {
					return c.compare(b, a)
				}
				return c.compare(a, b)
			})
		}
		out[i] = rowsOf(&frames[i], rows)
	}
	return out
}
