package view

import (
	"supersonic/ui/frame"
	"supersonic/ui/payload"
)

// trend draws numbers over another number.
func (m *maker) trend(frames []frame.Frame) *payload.ChartView {
	sheets := m.sheets(frames)
	var all []series
	for _, s := range sheets {
		x := m.across(s)
		if x == nil {
			continue
		}
		for _, c := range s.numbers() {
			if c != x && c.Kind == frame.Number {
				all = append(all, sorted(series{column: c, times: x.Values}))
			}
		}
	}
	for i := range all {
		all[i].column.series = i
	}
	if len(all) > maxLines {
		m.warn("only %d of %d series are drawn: narrow the query", maxLines, len(all))
		all = all[:maxLines]
	}
	v := m.lines(all)
	if m.panel.Type == "xychart" {
		for i := range v.Lines {
			v.Lines[i].Draw, v.Lines[i].Points = "points", "always"
		}
	}
	return v
}

// across is the column that a trend is drawn over: the one that the panel names,
// or the first number.
func (m *maker) across(s *sheet) *column {
	name := m.env.fill(m.options.text("xField", ""))
	for _, c := range s.numbers() {
		if name == "" || c.name == name || c.Name == name {
			return c
		}
	}
	return nil
}
