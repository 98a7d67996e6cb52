package view

import (
	"math"
	"slices"

	"supersonic/ui/frame"
	"supersonic/ui/payload"
)

// maxValues bounds the values of one stat panel; Grafana shows 25 rows by default.
const maxValues = 500

// stats makes single values of stat, gauge and bar gauge.
func (m *maker) stats(frames []frame.Frame) *payload.StatsView {
	o := m.options
	text := o.sub("text")
	v := &payload.StatsView{
		Values: []payload.Stat{}, Orientation: orElse(o.text("orientation", ""), "auto"), TextMode: orElse(o.text("textMode", ""), "auto"),
		ColorMode: orElse(o.text("colorMode", ""), "value"), GraphMode: orElse(o.text("graphMode", ""), "area"), Justify: orElse(o.text("justifyMode", ""), "auto"),
		Wide: o.flag("wideLayout", true), ShowChange: o.flag("showPercentChange", false), ChangeColor: orElse(o.text("percentChangeColorMode", ""), "standard"), ValueSize: text.number("valueSize", 0), TitleSize: text.number("titleSize", 0),
		MarkThresholds: o.flag("showThresholdMarkers", true), LabelThresholds: o.flag("showThresholdLabels", false),
		MinWidth: o.number("minVizWidth", 75), MinHeight: o.number("minVizHeight", 75), Display: orElse(o.text("displayMode", ""), "gradient"),
		Unfilled: o.flag("showUnfilled", true), NamePlace: orElse(o.text("namePlacement", ""), "auto"), ValueMode: orElse(o.text("valueMode", ""), "color"), Legend: m.legend(),
	}
	if m.panel.Type == "gauge" || m.panel.Type == "bargauge" {
		v.GraphMode = "none"
	}
	v.Orientation = m.oneOf("orientation", v.Orientation, "auto", "horizontal", "vertical")
	v.ColorMode = m.oneOf("colorMode", v.ColorMode, "value", "none", "background", "background_solid")
	v.GraphMode = m.oneOf("graphMode", v.GraphMode, "none", "area", "line")
	v.TextMode = m.oneOf("textMode", v.TextMode, "auto", "value", "value_and_name", "name", "none")
	if o.text("sizing", "auto") == "manual" {
		v.MaxHeight = o.number("maxVizHeight", 300)
	}
	if m.panel.Type == "bargauge" {
		v.MinWidth, v.MinHeight = o.number("minVizWidth", 8), o.number("minVizHeight", 16)
	}
	if m.panel.Type == "bargauge" && !o.sub("legend").has("showLegend") {
		v.Legend.Shown = false
	}
	if m.panel.Type == "gauge" {
		v.Ring = m.ring()
	}
	for _, s := range m.sheets(frames) {
		v.Values = append(v.Values, m.statsOf(s)...)
	}
	if len(v.Values) == 0 {
		v.Values = append(v.Values, m.noStats(frames)...)
	}
	if len(v.Values) > maxValues {
		m.warn("only %d of %d values are shown: narrow the query", maxValues, len(v.Values))
		v.Values = v.Values[:maxValues]
	}
	return v
}

// noStats is the text that the panel has for no value, where no series came.
func (m *maker) noStats(frames []frame.Frame) []payload.Stat {
	o := m.panel.Field.Defaults
	if o.NoValue == nil || *o.NoValue == "" || m.panel.Type == "piechart" || m.panel.Type == "barchart" {
		return nil
	}
	for i := range frames {
		if frames[i].Rows() > 0 {
			return nil
		}
	}
	c := &column{Field: frame.Field{Name: "No data", Kind: frame.Number}, name: "No data", opts: o}
	m.finish(c, 0, 100)
	st := m.bare(c)
	st.Value = payload.Shown{Text: c.format.NoValue, Color: m.colorOf(c, math.Inf(-1))}
	return []payload.Stat{st}
}

// statsOf reduces the columns of one sheet.
func (m *maker) statsOf(s *sheet) []payload.Stat {
	var out []payload.Stat
	for _, c := range m.chosen(s) {
		out = append(out, m.reductions(s, c)...)
	}
	return out
}

// reductions are the values of one column: of each calculation, or of each row.
func (m *maker) reductions(s *sheet, c *column) []payload.Stat {
	r := m.options.sub("reduceOptions")
	if r.flag("values", false) {
		return m.rowStats(s, c, int(r.number("limit", 25)))
	}
	calcs := r.texts("calcs")
	if len(calcs) == 0 {
		calcs = []string{"lastNotNull"}
	}
	var out []payload.Stat
	for _, calc := range calcs {
		if reduceName(calc) == "" {
			m.warn("the calculation %q is not known", calc)
			continue
		}
		out = append(out, m.stat(s, c, calcID(calc)))
	}
	return out
}

// chosen are the numbers of a sheet, or the columns whose name fits those that the panel says.
func (m *maker) chosen(s *sheet) []*column {
	fields := m.options.sub("reduceOptions").text("fields", "")
	if fields == "" {
		var out []*column
		for _, c := range s.numbers() {
			if hide := c.hides(); !hide.all() && (!hide.area || m.panel.Type == "piechart") {
				out = append(out, c)
			}
		}
		return out
	}
	re, err := m.slashed(fields)
	if err != nil {
		m.warn("the fields to show: %s", err)
		return nil
	}
	var out []*column
	for _, c := range s.columns {
		if re.Match(c.name) || c.name == fields {
			out = append(out, c)
		}
	}
	return out
}

// stat is one reduction of one column.
func (m *maker) stat(s *sheet, c *column, calc string) payload.Stat {
	st := m.bare(c)
	if c.Kind == frame.Text {
		st.Value = m.shown(c, math.NaN(), reduceText(calc, c.Texts))
		st.Links = m.linksReduced(s, c, calc, st.Value)
		return st
	}
	st.Value = m.reduced(c, calc)
	st.Value.Color = m.statColor(c, st.Value)
	around(c, &st.Value)
	st.Links = m.linksReduced(s, c, calc, st.Value)
	if t := s.time(); t != nil && c.Kind == frame.Number {
		n := min(len(t.Values), len(c.Values))
		times := slices.Clone(t.Values[:n])
		line := series{column: c, times: times, stepMs: s.stepMs}
		st.TimesMs = times
		st.Values = line.spread(times)
		if change := reduce("diffperc", c.Values) / 100; !math.IsNaN(change) && !math.IsInf(change, 0) {
			st.Change = &change
		}
	}
	return st
}

// around puts what an old panel has before and behind its values there.
func around(c *column, v *payload.Shown) {
	if v.Text != "" {
		v.Prefix, v.Suffix = c.custom.text("prefix", "")+v.Prefix, v.Suffix+c.custom.text("postfix", "")
	}
}

// statColor is the mapping's colour if it has one, else that of the value.
func (m *maker) statColor(c *column, v payload.Shown) string {
	if v.Number == nil || byValueMode(c.mode()) && v.Color != "" {
		return v.Color
	}
	if w := find(c.words, *v.Number, "", c.Kind); w != nil && w.color != "" {
		return w.color
	}
	if c.mode() == "" { // a stat without a colour mode takes it from its thresholds
		return m.theme.color(m.threshold(c, *v.Number).Color)
	}
	return m.colorOf(c, *v.Number)
}

// rowStats shows each row of a column as a value of its own, named by the first
// text of the row.
func (m *maker) rowStats(s *sheet, c *column, limit int) []payload.Stat {
	var out []payload.Stat
	var label *column
	for _, x := range s.columns {
		if x.Kind == frame.Text {
			label = x
			break
		}
	}
	for row := range min(s.rows, max(1, limit), maxValues) {
		st := m.bare(c)
		st.Value = m.at(c, row)
		st.Value.Color = m.statColor(c, st.Value)
		around(c, &st.Value)
		if label != nil && label != c && row < len(label.Texts) {
			st.Name = label.Texts[row]
			if len(s.numbers()) > 1 {
				st.Name += " " + c.name
			}
		}
		st.Value.Href = m.href(s, c, row, st.Value)
		st.Links = m.linksTo(s, c, row, st.Value)
		out = append(out, st)
	}
	return out
}

// bare is a stat without its value.
func (m *maker) bare(c *column) payload.Stat {
	st := payload.Stat{Name: c.name, Min: c.lo, Max: c.hi, Bands: m.bands(c), TimesMs: []float64{}, Values: []*float64{}, Links: []payload.PanelLink{}, Format: c.format}
	if m.panel.Type == "gauge" || m.panel.Type == "bargauge" {
		m.gaugeRange(&st, c)
	}
	if m.panel.Type == "gauge" {
		st.Neutral = m.neutral(c)
	}
	st.MinText, st.MaxText = whole(m.shown(c, st.Min, "")), whole(m.shown(c, st.Max, ""))
	if byValueMode(c.mode()) && c.mode() != "thresholds" {
		st.Bands = m.valueBands(c)
	}
	return st
}

// gaugeRange is 0 to 100 where a gauge has no bounds of its own.
func (m *maker) gaugeRange(st *payload.Stat, c *column) {
	if m.panel.Type != "gauge" {
		return
	}
	if c.opts.Min == nil {
		st.Min, c.lo = 0, 0
	}
	if c.opts.Max == nil {
		st.Max, c.hi = 100, 100
	}
}

// reduceText reduces texts by what makes sense for them.
func reduceText(calc string, texts []string) string {
	if len(texts) == 0 {
		return ""
	}
	switch calc {
	case "first", "firstNotNull":
		return texts[0]
	}
	return texts[len(texts)-1]
}
