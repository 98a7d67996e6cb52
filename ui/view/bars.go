package view

import (
	"slices"

	"supersonic/ui/frame"
	"supersonic/ui/payload"
	"supersonic/ui/units"
)

// maxGroups bounds the names of a bar chart, maxBars its series.
const (
	maxGroups = 300
	maxBars   = 50
)

// barchart makes bars of each row's numbers, named by the row's text or time.
func (m *maker) barchart(frames []frame.Frame) *payload.BarsView {
	o := m.options
	v := &payload.BarsView{
		Names: []string{}, Series: []payload.BarSeries{}, Orientation: m.oneOf("orientation", orElse(o.text("orientation", ""), "auto"), "auto", "horizontal", "vertical"),
		Stacking: m.oneOf("stacking", orElse(o.text("stacking", ""), "none"), "none", "normal", "percent"), ShowValue: m.oneOf("showValue", orElse(o.text("showValue", ""), "auto"), "auto", "always", "never"),
		GroupWidth: o.number("groupWidth", 0.7), BarWidth: o.number("barWidth", 0.97), BarRadius: max(0, min(0.5, o.number("barRadius", 0))), Whole: o.flag("fullHighlight", false),
		TickTurn: max(-90, min(90, o.number("xTickLabelRotation", 0))), TickLength: int(max(0, min(1000, o.number("xTickLabelMaxLength", 0)))), TickSpacing: o.number("xTickLabelSpacing", 0),
		ValueSize: o.sub("text").number("valueSize", 0), Legend: m.legend(), Tooltip: m.tooltip(),
	}
	s := m.barSheet(frames)
	if s == nil {
		return v
	}
	x := m.barNames(s)
	if x == nil {
		return v
	}
	rows := min(s.rows, maxGroups)
	v.Cut = s.rows - rows
	m.shortTimes(x, rows)
	for row := range rows {
		v.Names = append(v.Names, whole(m.at(x, row)))
	}
	by := s.find(m.env.fill(o.text("colorByField", "")))
	for _, c := range s.numbers() {
		if c == x || c.Kind != frame.Number || c.hides().all() {
			continue
		}
		if len(v.Series) == maxBars {
			m.warn("only %d series of bars are drawn", maxBars)
			break
		}
		if v.Axis == nil {
			axis := m.axis(c)
			axis.Side = m.placement(c)
			if axis.Scale == "log" {
				m.unplaced(v, s, rows)
			}
			v.Axis = &axis
		}
		c.series = len(v.Series)
		v.Series = append(v.Series, m.barSeries(s, c, by, rows))
	}
	return v
}

// unplaced says that values have no place on a logarithmic axis, where some are so.
func (m *maker) unplaced(v *payload.BarsView, s *sheet, rows int) {
	if v.Stacking == "percent" {
		m.warn("bars of shares stand on a linear axis, not on a logarithmic one")
		return
	}
	for _, c := range s.numbers() {
		if c.Kind == frame.Number && slices.ContainsFunc(c.Values[:min(rows, len(c.Values))], func(v float64) bool { return v <= 0 }) {
			m.warn("values at or below nought have no place on a logarithmic axis: they are not drawn")
			return
		}
	}
}

// barSheet is the one table of a bar chart: of several series those of one time stand
// beside each other.
func (m *maker) barSheet(frames []frame.Frame) *sheet {
	frames = slices.DeleteFunc(slices.Clone(frames), func(f frame.Frame) bool { return f.Rows() == 0 })
	if len(frames) > 1 {
		timed := func(f frame.Frame) bool {
			return slices.ContainsFunc(f.Fields, func(f frame.Field) bool { return f.Kind == frame.Time })
		}
		if slices.ContainsFunc(frames, func(f frame.Frame) bool { return !timed(f) }) {
			m.warn("only the first of %d tables is drawn: join them by a transformation", len(frames))
			frames = frames[:1]
		} else {
			frames = m.joinByField(frames, options{})
		}
	}
	if len(frames) == 0 {
		return nil
	}
	return m.sheets(frames)[0]
}

// barNames is the column of names: the one that the panel says, else the first of
// texts, else the times.
func (m *maker) barNames(s *sheet) *column {
	if name := m.env.fill(m.options.text("xField", "")); name != "" {
		if c := s.find(name); c != nil {
			return c
		}
		m.warn("the field %q of the names is not in the data", name)
	}
	for _, c := range s.columns {
		if c.Kind == frame.Text {
			return c
		}
	}
	return s.time()
}

// shortTimes writes times that are names no longer than they must be to be told apart.
func (m *maker) shortTimes(x *column, rows int) {
	if x.Kind != frame.Time || x.opts.Unit != nil && *x.opts.Unit != "" || rows == 0 {
		return
	}
	layout := "HH:mm"
	const day = 24 * 3600e3
	switch length, each := x.Values[rows-1]-x.Values[0], (x.Values[rows-1]-x.Values[0])/float64(max(1, rows-1)); {
	case each >= day:
		layout = "YYYY-MM-DD"
	case length >= day:
		layout = "MM-DD HH:mm"
	case each < 60e3:
		layout = "HH:mm:ss"
	}
	x.format = units.Of("time:"+layout, nil)
}

// find is a column by the name that is shown or its own, nil for none.
func (s *sheet) find(name string) *column {
	for _, c := range s.columns {
		if name != "" && (c.name == name || c.Name == name) {
			return c
		}
	}
	return nil
}

func (m *maker) barSeries(s *sheet, c, by *column, rows int) payload.BarSeries {
	hide := c.hides()
	b := payload.BarSeries{
		Name: c.name, Color: m.seriesColor(c), Fill: c.custom.number("fillOpacity", 80) / 100, Width: c.custom.number("lineWidth", 1),
		Gradient: m.oneOf("gradientMode", c.custom.text("gradientMode", ""), "none", "opacity", "hue"), Bars: []payload.Shown{}, Links: [][]payload.PanelLink{}, Calcs: []payload.Shown{}, HideLegend: hide.legend, Off: hide.off(), HideTooltip: hide.tooltip,
	}
	for row := range rows {
		shown := m.at(c, row)
		if !byValueMode(c.mode()) && find(c.words, value(c.Values, row), "", c.Kind) == nil {
			shown.Color = b.Color
		}
		if by != nil {
			shown.Color = m.at(by, row).Color
			if by.Kind != frame.Text && !byValueMode(by.mode()) {
				shown.Color = m.theme.series[row%len(m.theme.series)]
			}
		}
		b.Bars = append(b.Bars, shown)
		if len(c.opts.Links) > 0 {
			b.Links = append(b.Links, m.linksTo(s, c, row, shown))
		}
	}
	for _, calc := range m.calcs() {
		b.Calcs = append(b.Calcs, m.reduced(c, calc))
	}
	return b
}
