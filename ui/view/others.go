package view

import (
	"slices"

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

// barchart shows each row's numbers as bars named by the row's text.
func (m *maker) barchart(frames []frame.Frame) *payload.StatsView {
	v := m.stats(nil)
	v.Display, v.Unfilled, v.Orientation = "basic", false, orElse(m.options.text("orientation", ""), "vertical")
	if v.Orientation == "auto" {
		v.Orientation = "vertical"
	}
	for _, s := range m.sheets(frames) {
		for _, c := range s.numbers() {
			stats := m.rowStats(s, c, maxValues)
			for i := range stats {
				if c.mode() == "" {
					stats[i].Value.Color = m.seriesColor(c)
				}
			}
			v.Values = append(v.Values, stats...)
		}
	}
	m.warn("bar charts are drawn as bar gauges")
	return v
}

// pie shows shares of a whole as bars from large to small.
func (m *maker) pie(frames []frame.Frame) *payload.StatsView {
	v := m.stats(frames)
	v.Display, v.Unfilled, v.Orientation, v.GraphMode = "basic", true, "horizontal", "none"
	total := 0.0
	for i := range v.Values {
		if n := v.Values[i].Value.Number; n != nil {
			total += *n
		}
	}
	for i := range v.Values {
		v.Values[i].Min, v.Values[i].Max = 0, total
		v.Values[i].Value.Color = m.theme.series[i%len(m.theme.series)]
	}
	slices.SortStableFunc(v.Values, func(a, b payload.Stat) int {
		x, y := a.Value.Number, b.Value.Number
		switch {
		case x == nil && y == nil:
			return 0
		case y == nil || x != nil && *x > *y:
			return -1
		case x == nil || *x < *y:
			return 1
		}
		return 0
	})
	m.warn("pie charts are drawn as bars, the largest share first")
	return v
}
