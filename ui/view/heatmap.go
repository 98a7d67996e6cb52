package view

import (
	"math"
	"slices"
	"strings"
	"time"

	"supersonic/ui/frame"
	"supersonic/ui/payload"
	"supersonic/ui/steps"
	"supersonic/ui/units"
)

// heatmap makes counts over time and value, from buckets or from single values.
func (m *maker) heatmap(frames []frame.Frame) *payload.HeatmapView {
	o := m.options
	m.annotated()
	y, color := o.sub("yAxis"), o.sub("color")
	side := m.oneOf("yAxis.axisPlacement", y.text("axisPlacement", ""), "left", "right", "auto", "hidden")
	v := &payload.HeatmapView{
		TimesMs: []float64{}, Edges: []float64{}, Names: []string{}, Counts: [][]*float64{}, Links: [][]payload.PanelLink{}, Exemplars: []payload.Dot{}, Colors: m.heatColors(color),
		Reverse: y.flag("reverse", false), AxisRight: side == "right", AxisHidden: side == "hidden", AxisWidthPx: max(0, y.number("axisWidth", 0)), AxisLabel: m.env.fill(y.text("axisLabel", "")),
		ShowLegend: o.sub("legend").flag("show", true), GapPx: o.number("cellGap", 1), RadiusPx: max(0, o.number("cellRadius", 0)), Tooltip: m.tooltip(),
		TipColumn: o.sub("tooltip").flag("yHistogram", false), TipScale: o.sub("tooltip").flag("showColorScale", false),
		CountName:   m.env.fill(o.sub("rowsFrame").text("value", "")),
		ShowValues:  m.oneOf("showValue", o.text("showValue", ""), "never", "auto", "always") != "never",
		CountFormat: units.Of(o.sub("cellValues").text("unit", "short"), o.sub("cellValues").whole("decimals")),
	}
	m.heatNotes()
	sheets := m.sheets(frames)
	v.Format = m.heatUnit(sheets, y)
	if o.flag("calculate", false) {
		all := m.series(sheets)
		m.countOverTime(v, m.options.sub("calculation"), all)
		m.linksOfRows(v, m.linksOfAll(all))
	} else if !m.cellsOverTime(v, sheets) {
		m.bucketsOverTime(v, sheets)
	}
	cropped(v, y.maybe("min"), y.maybe("max"))
	m.bounds(v, color)
	if !slices.ContainsFunc(v.Links, func(l []payload.PanelLink) bool { return len(l) > 0 }) {
		v.Links = [][]payload.PanelLink{}
	}
	for _, s := range m.series(sheets) {
		v.Exemplars = append(v.Exemplars, s.exemplars()...)
	}
	return v
}

// heatNotes says what the file wants and is drawn otherwise.
func (m *maker) heatNotes() {
	const usual = "rgba(255,0,255,0.7)" // which Grafana writes into every file
	if c := m.options.sub("exemplars").text("color", usual); c != usual {
		m.warn("exemplars have the page's own colour (exemplars.color)")
	}
	if m.options.sub("legend").text("placement", "") == "right" {
		m.warn("the scale of colours stands below the map (legend.placement)")
	}
	if mode := m.options.text("selectionMode", ""); mode == "y" || mode == "xy" {
		m.warn("a drag chooses a time range alone (selectionMode)")
	}
}

// cropped leaves the rows that lie within the bounds of the axis.
func cropped(v *payload.HeatmapView, low, high *float64) {
	rows := len(v.Counts)
	if low == nil && high == nil || len(v.Edges) != rows+1 {
		return
	}
	from, to := 0, rows
	for from < rows && low != nil && v.Edges[from+1] <= *low {
		from++
	}
	for to > from && high != nil && v.Edges[to-1] >= *high {
		to--
	}
	v.Counts, v.Edges = v.Counts[from:to], v.Edges[from:to+1]
	if len(v.Names) == rows {
		v.Names = v.Names[from:to]
	}
	if len(v.Links) == rows {
		v.Links = v.Links[from:to]
	}
}

func (m *maker) heatUnit(sheets []*sheet, y options) payload.Format {
	if u := y.text("unit", ""); u != "" {
		return units.Of(u, y.whole("decimals"))
	}
	for _, s := range sheets {
		if n := s.numbers(); len(n) > 0 && n[0].format.Unit != "" {
			return n[0].format
		}
	}
	return units.Of("short", y.whole("decimals"))
}

// heatColors are the colours from few to many.
func (m *maker) heatColors(o options) []string {
	steps := int(max(2, min(128, o.number("steps", 64))))
	mode := m.oneOf("color.mode", o.text("mode", ""), "scheme", "opacity")
	linear := m.oneOf("color.scale", o.text("scale", ""), "exponential", "linear") == "linear"
	out := make([]string, steps)
	for i := range out {
		share := float64(i) / float64(steps-1)
		if mode == "opacity" {
			if !linear {
				share = math.Pow(share, o.number("exponent", 0.5))
			}
			out[i] = m.opacity(m.theme.color(o.text("fill", "dark-orange")), share)
			continue
		}
		if o.flag("reverse", false) {
			share = 1 - share
		}
		out[i] = m.heatScheme(o.text("scheme", "Oranges"), share)
	}
	return out
}

// opacity mixes a colour into the panel's background.
func (m *maker) opacity(color string, share float64) string {
	return straight([]string{m.theme.color("panel-bg"), color}, share)
}

// heatScheme is the colour at a share of a scheme, few to many: in the dark theme
// schemes of one hue run from dark to bright.
func (m *maker) heatScheme(scheme string, share float64) string {
	list, ok := heatSchemes()[scheme]
	if !ok {
		m.warn("the color scheme %q is not known", scheme)
		list = heatSchemes()["Oranges"]
	}
	colors := strings.Fields(list)
	return along(colors, m.direction(scheme, share))
}

// direction turns the schemes that run from light to dark around in the dark theme.
func (m *maker) direction(scheme string, share float64) float64 {
	switch scheme {
	case "Turbo", "Viridis", "Magma", "Inferno", "Plasma", "Cividis", "Warm", "Cool", "Cubehelix", "Rainbow", "Sinebow":
		return share
	}
	if m.theme.light {
		return share
	}
	return 1 - share
}

// heatSchemes are ColorBrewer's and matplotlib's scales by a few of their colours.
func heatSchemes() map[string]string {
	return map[string]string{
		"Oranges": "#fff5eb #fdd8b3 #fdae6b #f57622 #c54102 #7f2704", "Blues": "#f7fbff #cfe1f2 #93c3df #4b97c9 #1864aa #08306b",
		"Greens": "#f7fcf5 #d3eecd #98d594 #4bb062 #157f3b #00441b", "Reds": "#fff5f0 #fdcab5 #fc8a6b #f24734 #bc141a #67000d",
		"Greys": "#ffffff #e2e2e2 #b5b5b5 #7a7a7a #414141 #000000", "Purples": "#fcfbfd #e2e1ef #b6b5d8 #8683bd #61409b #3f007d",
		"Turbo":   "#23171b #4860e6 #2aabee #2ee5ae #6afd6a #c0ee3d #feb927 #fe6e1a #c2270a #900c00",
		"Viridis": "#440154 #443a83 #31688e #20908d #35b779 #8fd744 #fde725", "Magma": "#000004 #3b0f70 #8c2981 #de4968 #fe9f6d #fcfdbf",
		"Inferno": "#000004 #420a68 #932667 #dd513a #fca50a #fcffa4", "Plasma": "#0d0887 #6a00a8 #b12a90 #e16462 #fca636 #f0f921",
		"Cividis": "#002051 #3c4d6e #7f7c75 #bbaf71 #fdea45", "Warm": "#6e40aa #bf3caf #fe4b83 #ff7847 #e2b72f #aff05b",
		"Cool": "#6e40aa #4c6edb #23abd8 #1ddfa3 #52f667 #aff05b", "Cubehelix": "#000000 #1a1530 #163d4e #1f6642 #54792f #a07949 #d07e93 #cf9cda #c1caf3 #d2eeef #ffffff",
		"BuGn": "#f7fcfd #ccece6 #66c2a4 #238b45 #00441b", "BuPu": "#f7fcfd #bfd3e6 #8c96c6 #88419d #4d004b", "GnBu": "#f7fcf0 #ccebc5 #7bccc4 #2b8cbe #084081",
		"OrRd": "#fff7ec #fdd49e #fc8d59 #d7301f #7f0000", "PuBuGn": "#fff7fb #d0d1e6 #67a9cf #02818a #014636", "PuBu": "#fff7fb #d0d1e6 #74a9cf #0570b0 #023858",
		"PuRd": "#f7f4f9 #d4b9da #df65b0 #ce1256 #67001f", "RdPu": "#fff7f3 #fcc5c0 #f768a1 #ae017e #49006a", "YlGnBu": "#ffffd9 #c7e9b4 #41b6c4 #225ea8 #081d58",
		"YlGn": "#ffffe5 #d9f0a3 #78c679 #238443 #004529", "YlOrBr": "#ffffe5 #fee391 #fe9929 #cc4c02 #662506", "YlOrRd": "#ffffcc #fed976 #fd8d3c #e31a1c #800026",
		"BrBG": "#543005 #bf812d #f6e8c3 #eeeeee #c7eae5 #35978f #003c30", "PiYG": "#8e0152 #de77ae #fde0ef #f0f0f0 #e6f5d0 #7fbc41 #276419",
		"PRGn": "#40004b #9970ab #e7d4e8 #f0f0f0 #d9f0d3 #5aae61 #00441b", "PuOr": "#2d004b #8073ac #d8daeb #f7f7f7 #fee0b6 #e08214 #7f3b08",
		"RdBu": "#67001f #d6604d #fddbc7 #f7f7f7 #d1e5f0 #4393c3 #053061", "RdGy": "#67001f #d6604d #fddbc7 #ffffff #e0e0e0 #878787 #1a1a1a",
		"RdYlBu": "#a50026 #f46d43 #fee090 #ffffbf #e0f3f8 #74add1 #313695", "RdYlGn": "#a50026 #f46d43 #fee08b #ffffbf #d9ef8b #66bd63 #006837",
		"Spectral": "#9e0142 #f46d43 #fee08b #ffffbf #e6f598 #66c2a5 #5e4fa2", "Rainbow": "#6e40aa #fe4b83 #e2b72f #52f667 #23abd8 #6e40aa", "Sinebow": "#ff4040 #bfbf00 #40ff40 #00bfbf #4040ff #bf00bf #ff4040",
	}
}

// bucketsOverTime takes each column as a row of the map. With le labels counts are
// cumulative and told apart.
func (m *maker) bucketsOverTime(v *payload.HeatmapView, sheets []*sheet) {
	rows := bucketColumns(sheets)
	if rows == nil {
		m.namedRows(v, sheets)
		return
	}
	all := m.series(sheets)
	times := sharedTimes(all)
	v.TimesMs, v.StepMs = notNil(times), stepOf(times, all)
	auto := m.options.sub("rowsFrame").text("layout", "auto")
	cumulative := auto != "ge" && rows[0].cumulative()
	var before []*float64
	v.Edges = []float64{0}
	if rows[0].hi <= 0 {
		v.Edges[0] = rows[0].hi - 1
	}
	for i, r := range rows {
		s := find1(all, r.column)
		if s == nil {
			continue
		}
		values := s.spread(times)
		v.Counts = append(v.Counts, told(values, before, cumulative && i > 0))
		v.Links = append(v.Links, m.linksOf(r.column))
		before = values
		hi := r.hi
		if math.IsInf(hi, 1) {
			hi = endless(v.Edges)
		}
		v.Edges = append(v.Edges, hi)
		v.Names = append(v.Names, units.Plain(r.hi))
	}
	v.Log = isGeometric(v.Edges)
	if scale := m.options.sub("rowsFrame").sub("yBucketScale"); scale.has("type") {
		v.Log = m.oneOf("rowsFrame.yBucketScale", scale.text("type", ""), "linear", "log") == "log"
	}
}

func notNil(f []float64) []float64 {
	if f == nil {
		return []float64{}
	}
	return f
}

func find1(all []series, c *column) *series {
	for i := range all {
		if all[i].name == c.name && all[i].frame == c.frame && all[i].at == c.at {
			return &all[i]
		}
	}
	return nil
}

// endless gives the bucket without end a bound to draw it to.
func endless(edges []float64) float64 {
	n := len(edges)
	if n < 2 || edges[n-2] <= 0 {
		return edges[n-1] + max(1, edges[n-1])
	}
	return edges[n-1] * edges[n-1] / edges[n-2]
}

// isGeometric says that edges grow by factors rather than by steps.
func isGeometric(edges []float64) bool {
	if len(edges) < 4 || edges[1] <= 0 {
		return false
	}
	n := len(edges)
	return edges[n-2]/edges[1] > 8*float64(n)/4 && edges[2]/edges[1] > 1.2
}

// told is the part of a cumulative count that is not in the bucket below.
func told(values, before []*float64, cumulative bool) []*float64 {
	if !cumulative {
		return values
	}
	out := make([]*float64, len(values))
	for i, x := range values {
		if x == nil {
			continue
		}
		n := *x
		if before[i] != nil {
			n = max(0, n-*before[i])
		}
		out[i] = &n
	}
	return out
}

// namedRows draws columns that have no bounds, the first at the bottom.
func (m *maker) namedRows(v *payload.HeatmapView, sheets []*sheet) {
	all := m.series(sheets)
	times := sharedTimes(all)
	v.TimesMs, v.StepMs = notNil(times), stepOf(times, all)
	for i := range all {
		v.Counts = append(v.Counts, all[i].spread(times))
		v.Names = append(v.Names, all[i].name)
		v.Links = append(v.Links, m.linksOf(all[i].column))
	}
}

// linksOfRows gives every row the same links.
func (m *maker) linksOfRows(v *payload.HeatmapView, links []payload.PanelLink) {
	for range v.Counts {
		v.Links = append(v.Links, links)
	}
}

// linksOfAll are the links of several series that are counted together: each once.
func (m *maker) linksOfAll(all []series) []payload.PanelLink {
	const most = 20
	out := []payload.PanelLink{}
	for _, s := range all {
		for _, l := range m.linksOf(s.column) {
			if len(out) < most && !slices.Contains(out, l) {
				out = append(out, l)
			}
		}
	}
	return out
}

func stepOf(times []float64, all []series) float64 {
	step := 0.0
	for _, s := range all {
		step = max(step, s.stepMs)
	}
	for i := 1; i < len(times) && step == 0; i++ {
		step = times[i] - times[i-1]
	}
	return step
}

// countOverTime counts single values in buckets of time and value.
func (m *maker) countOverTime(v *payload.HeatmapView, calc options, all []series) {
	lo, hi, delta := math.Inf(1), math.Inf(-1), math.Inf(1)
	var columns []*column
	for _, s := range all {
		columns = append(columns, s.column)
	}
	if l, h, d := spread(columns); l <= h {
		lo, hi, delta = l, h, d
	}
	if lo > hi {
		return
	}
	yo := calc.sub("yBuckets")
	v.Log = yo.sub("scale").text("type", "linear") == "log"
	v.Edges = m.valueEdges(yo, lo, hi, delta, v.Log)
	step := m.timeBucket(calc.sub("xBuckets"))
	v.StepMs = step
	first := math.Floor(m.env.FromMs/step) * step
	for t := first; t < m.env.ToMs; t += step {
		v.TimesMs = append(v.TimesMs, t)
	}
	v.Counts = make([][]*float64, len(v.Edges)-1)
	for i := range v.Counts {
		v.Counts[i] = make([]*float64, len(v.TimesMs))
		v.Names = append(v.Names, units.Plain(v.Edges[i]))
	}
	for _, s := range all {
		for i, x := range s.Values {
			row := rowOf(v.Edges, x)
			col := int((s.times[i] - first) / step)
			if math.IsNaN(x) || row < 0 || col < 0 || col >= len(v.TimesMs) {
				continue
			}
			if v.Counts[row][col] == nil {
				v.Counts[row][col] = new(float64)
			}
			*v.Counts[row][col]++
		}
	}
}

// rowOf is the row that a value is in, -1 if in none.
func rowOf(edges []float64, x float64) int {
	i, found := slices.BinarySearch(edges, x)
	if !found {
		i--
	}
	if i == len(edges)-1 && x == edges[i] {
		i--
	}
	if i < 0 || i >= len(edges)-1 {
		return -1
	}
	return i
}

// valueEdges are the bounds of the rows.
func (m *maker) valueEdges(o options, lo, hi, delta float64, log bool) []float64 {
	const most = 200
	if log {
		base := max(2, o.sub("scale").number("log", 2))
		from := math.Floor(math.Log(max(lo, 1e-9)) / math.Log(base))
		to := math.Ceil(math.Log(max(hi, 1e-9)) / math.Log(base))
		split := max(1, o.number("value", 1))
		var edges []float64
		for e := from; e <= max(to, from+1) && len(edges) < most; e += 1 / split {
			edges = append(edges, tidy(math.Pow(base, e)))
		}
		return edges
	}
	size := bucketSize(lo, hi, 0, int(countOf(o, 30)))
	if o.text("mode", "size") == "size" && o.number("value", 0) > 0 {
		size = o.number("value", size)
	}
	for (hi-lo)/size > most {
		size *= 2
	}
	var edges []float64
	for e := math.Floor(lo/size) * size; ; e += size {
		edges = append(edges, tidy(e))
		if e > hi {
			return edges
		}
	}
}

func countOf(o options, none float64) float64 {
	if o.text("mode", "size") == "count" {
		return max(1, o.number("value", none))
	}
	return none
}

// timeBucket is the width of a column in milliseconds.
func (m *maker) timeBucket(o options) float64 {
	width := m.env.ToMs - m.env.FromMs
	const least, most = 1000, 500
	step := float64(steps.Round(time.Duration(width / 60 * float64(time.Millisecond))).Milliseconds())
	if o.text("mode", "size") == "count" {
		step = width / max(1, o.number("value", 60))
	} else if text := o.text("value", ""); text != "" {
		if ms := durationMs(text); ms > 0 {
			step = ms
		}
	}
	return max(least, step, width/most)
}

// bounds are the counts that have the first and the last colour.
func (m *maker) bounds(v *payload.HeatmapView, color options) {
	filter := m.options.sub("filterValues")
	below, above := filter.number("le", math.Inf(-1)), filter.number("ge", math.Inf(1))
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, row := range v.Counts {
		for i, x := range row {
			if x == nil {
				continue
			}
			if *x <= below || *x >= above {
				row[i] = nil
				continue
			}
			lo, hi = min(lo, *x), max(hi, *x)
		}
	}
	if lo > hi {
		lo, hi = 0, 1
	}
	v.CountMin, v.CountMax = min(0, lo), hi
	if n := color.maybe("min"); n != nil {
		v.CountMin = *n
	}
	if n := color.maybe("max"); n != nil {
		v.CountMax = *n
	}
}
