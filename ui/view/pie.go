package view

import (
	"math"
	"slices"
	"strings"

	"supersonic/ui/frame"
	"supersonic/ui/payload"
	"supersonic/ui/units"
)

// pie makes shares of reduced values, or of a column's rows.
func (m *maker) pie(frames []frame.Frame) *payload.PieView {
	o := m.options
	v := &payload.PieView{Slices: []payload.Slice{}, Donut: m.oneOf("pieType", orElse(o.text("pieType", ""), "pie"), "pie", "donut") == "donut", Labels: []string{}, Legend: m.legend(), Tooltip: m.tooltip()}
	for _, label := range o.texts("displayLabels") {
		if known := m.oneOf("displayLabels", label, "", "name", "value", "percent"); known != "" {
			v.Labels = append(v.Labels, known)
		}
	}
	v.Legend.Calcs = []string{}
	for _, value := range o.sub("legend").texts("values") {
		if name := map[string]string{"value": "Value", "percent": "Percent"}[value]; name != "" {
			v.Legend.Calcs = append(v.Legend.Calcs, name)
		} else {
			m.warn("the value %q of the option legend.values is not known", value)
		}
	}
	for _, s := range m.sheets(frames) {
		for _, c := range m.chosen(s) {
			v.Slices = append(v.Slices, m.slices(s, c, len(v.Slices))...)
		}
	}
	if n := len(v.Slices); n > maxValues {
		m.warn("only %d of %d values are shown: narrow the query", maxValues, n)
		v.Slices = v.Slices[:maxValues]
	}
	total := 0.0
	for _, s := range v.Slices {
		if !s.Off {
			total += part(s.Value)
		}
	}
	for i, s := range v.Slices {
		if !s.Off {
			v.Slices[i].Percent = m.percent(part(s.Value), total)
		}
	}
	sortSlices(v.Slices, m.oneOf("sort", orElse(o.text("sort", ""), "desc"), "desc", "asc", "none"))
	return v
}

// slices are those of one column, before which there are so many: shares of what is seen come later.
func (m *maker) slices(s *sheet, c *column, before int) []payload.Slice {
	hide := c.hides()
	rows := m.options.sub("reduceOptions").flag("values", false) && strings.HasPrefix(orElse(m.mode(), "palette-classic"), "palette-classic")
	var out []payload.Slice
	for i, st := range m.reductions(s, c) {
		if rows && !slices.ContainsFunc(st.Format.Words, func(w payload.Word) bool { return w.Color == st.Value.Color }) {
			st.Value.Color = m.theme.series[(before+i)%len(m.theme.series)]
		}
		out = append(out, payload.Slice{Name: st.Name, Value: st.Value, HideLegend: hide.legend, Off: hide.off(), Links: st.Links})
	}
	return out
}

// mode is the colour mode of the panel, "" for its type's own.
func (m *maker) mode() string {
	if c := m.panel.Field.Defaults.Color; c != nil {
		return c.Mode
	}
	return ""
}

// part is what a value adds to a whole: nothing if it is none or below nought.
func part(v payload.Shown) float64 {
	if v.Number == nil {
		return 0
	}
	return math.Max(0, *v.Number)
}

// percent writes a share with as many decimals as the panel has, none without.
func (m *maker) percent(n, total float64) payload.Shown {
	if total <= 0 {
		return payload.Shown{}
	}
	share, decimals := n/total, 0
	if d := m.panel.Field.Defaults.Decimals; d != nil {
		decimals = *d
	}
	s := payload.Shown{Number: &share}
	s.Prefix, s.Text, s.Suffix = units.Text(units.Of("percentunit", &decimals), share, m.env.clock())
	return s
}

func sortSlices(list []payload.Slice, order string) {
	if order == "none" {
		return
	}
	slices.SortStableFunc(list, func(a, b payload.Slice) int {
		x, y := part(a.Value), part(b.Value)
		if order == "asc" {
			x, y = y, x
		}
		switch {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return 0
	})
}
