package view

import (
	"encoding/json"
	"slices"

	"supersonic/ui/frame"
	"supersonic/ui/grafana"
)

// nest groups rows as groupBy does and puts the rows of a group below it, as a table
// of the fields that are neither grouped nor reduced.
func (m *maker) nest(frames []frame.Frame, o options) []frame.Frame {
	rules := o.sub("fields")
	names := newNames(frames)
	out := make([]frame.Frame, 0, len(frames))
	for i := range frames {
		fr, ok := m.grouped(frames, names, i, rules)
		if !ok {
			out = append(out, frames[i])
			continue
		}
		fr.Fields = append(fr.Fields, nestedField(frames, names, i, rules))
		out = append(out, fr)
	}
	return out
}

// innerHeaders tells whether the tables below the rows have headers.
func (m *maker) innerHeaders() bool {
	for _, t := range m.panel.Transformations {
		if t.ID == "groupToNestedTable" && !t.Disabled {
			return readOptions(t.Options).flag("showSubframeHeaders", true)
		}
	}
	return true
}

func nestedField(frames []frame.Frame, names *names, at int, rules options) frame.Field {
	fr := &frames[at]
	var by []int
	inner := frame.Frame{}
	for j := range fr.Fields {
		switch rules.sub(names.of(at, j)).text("operation", "") {
		case "groupby":
			by = append(by, j)
		case "aggregate":
		default:
			f := fr.Fields[j]
			f.Display = names.of(at, j)
			inner.Fields = append(inner.Fields, f)
		}
	}
	groups, order := groupRows(fr, by)
	out := frame.Field{Name: "__nestedFrames", Kind: frame.Text, Texts: make([]string, len(order)), Nested: make([]frame.Frame, len(order))}
	for i, key := range order {
		out.Nested[i] = rowsOf(&inner, groups[key])
	}
	return out
}

// nestedOf are the tables below some rows; a row that is not there has none.
func nestedOf(f frame.Field, at []int) []frame.Frame {
	if f.Nested == nil {
		return nil
	}
	out := make([]frame.Frame, len(at))
	for i, r := range at {
		if r >= 0 && r < len(f.Nested) {
			out[i] = f.Nested[r]
		}
	}
	return out
}

// filterFields keeps the fields that one matcher finds and another does not.
func (m *maker) filterFields(frames []frame.Frame, o options) []frame.Frame {
	rule := func(key string) func(*column) bool {
		s := o.sub(key)
		if s.text("id", "") == "" {
			return nil
		}
		match, err := m.matcher(grafana.Matcher{ID: s.text("id", ""), Options: json.RawMessage(s["options"])})
		if err != nil {
			m.warn("the transformation filterFields: %s", err)
		}
		return match
	}
	include, exclude := rule("include"), rule("exclude")
	names := newNames(frames)
	out := make([]frame.Frame, 0, len(frames))
	for i, fr := range frames {
		n := frame.Frame{Name: fr.Name, RefID: fr.RefID, StepMs: fr.StepMs}
		for j, f := range fr.Fields {
			c := &column{Field: f, name: names.of(i, j), refID: fr.RefID, at: j}
			if (include == nil || include(c)) && (exclude == nil || !exclude(c)) {
				n.Fields = append(n.Fields, f)
			}
		}
		out = append(out, n)
	}
	return slices.DeleteFunc(out, func(f frame.Frame) bool { return len(f.Fields) == 0 })
}
