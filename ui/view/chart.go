package view

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"supersonic/ui/frame"
	"supersonic/ui/payload"
	"supersonic/ui/units"
)

// maxLines bounds the lines of one chart.
const maxLines = 2000

// chart makes lines over time.
func (m *maker) chart(frames []frame.Frame) *payload.ChartView {
	all := m.series(m.sheets(frames))
	v := m.lines(all)
	v.XIsTime = true
	return v
}

// series are all columns of numbers that stand beside times.
func (m *maker) series(sheets []*sheet) []series {
	var out []series
	for _, s := range sheets {
		t := s.time()
		if t == nil {
			continue
		}
		step := s.stepMs
		for _, c := range s.numbers() {
			out = append(out, sorted(series{column: c, times: t.Values, stepMs: step}))
		}
	}
	if len(out) > maxLines {
		m.warn("only %d of %d series are drawn: narrow the query", maxLines, len(out))
		out = out[:maxLines]
	}
	for i := range out {
		out[i].column.series = i
	}
	return out
}

// sorted puts samples into the order of their times.
func sorted(s series) series {
	n := min(len(s.times), len(s.Values))
	s.times, s.Values = s.times[:n], s.Values[:n]
	if slices.IsSorted(s.times) {
		return s
	}
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return int(math.Copysign(1, s.times[a]-s.times[b])) * boolInt(s.times[a] != s.times[b])
	})
	times, values := make([]float64, n), make([]float64, n)
	for i, o := range order {
		times[i], values[i] = s.times[o], s.Values[o]
	}
	c := *s.column
	c.Values = values
	s.column, s.times = &c, times
	return s
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// lines draws series over the union of their places.
func (m *maker) lines(all []series) *payload.ChartView {
	v := &payload.ChartView{Lines: []payload.Line{}, Axes: []payload.ChartAxis{}, Exemplars: []payload.Dot{}}
	v.TimesMs = sharedTimes(all)
	if v.TimesMs == nil {
		v.TimesMs = []float64{}
	}
	v.Legend, v.Tooltip = m.legend(), m.tooltip()
	m.annotated()
	calcs := m.calcs()
	axes := &axes{m: m}
	for i := range all {
		s := &all[i]
		if v.StepMs == 0 || s.stepMs > 0 && s.stepMs < v.StepMs {
			v.StepMs = s.stepMs
		}
		line := m.line(s, v.TimesMs)
		line.Axis = axes.of(s.column)
		line.Stack, line.StackMode = stack(&line, s.custom.sub("stacking"))
		for _, calc := range calcs {
			line.Calcs = append(line.Calcs, m.reduced(s.column, calc))
		}
		v.Lines = append(v.Lines, line)
		v.Exemplars = append(v.Exemplars, s.exemplars()...)
	}
	m.belowNothing(v.Lines)
	v.Axes = axes.finish(v.Lines)
	return v
}

// belowNothing says where a line is to be filled down to one that is not there.
func (m *maker) belowNothing(lines []payload.Line) {
	there := map[string]bool{}
	for i := range lines {
		there[lines[i].Name] = true
	}
	for i := range lines {
		if below := lines[i].FillBelow; below != "" && !there[below] {
			m.warn("%s is to be filled down to %q, which is no series here", lines[i].Name, below)
		}
	}
}

// line is how one series is drawn.
func (m *maker) line(s *series, times []float64) payload.Line {
	c := s.custom
	hide := s.hides()
	l := payload.Line{
		Name: s.name, RefID: s.refID, Labels: s.Labels, Values: s.spread(times), Color: m.seriesColor(s.column),
		Bands: []payload.ColorBand{}, Draw: c.text("drawStyle", "line"), Curve: orElse(c.text("lineInterpolation", ""), "linear"),
		Width: c.number("lineWidth", 1), Dash: dash(c.sub("lineStyle")), Fill: c.number("fillOpacity", 0) / 100,
		Gradient: c.text("gradientMode", "none"), FillBelow: c.text("fillBelowTo", ""), Points: c.text("showPoints", "auto"),
		PointSize: c.number("pointSize", 5), SpanGapsMs: s.spanGaps(len(times)), BarAlign: int(c.number("barAlignment", 0)),
		BarWidth: c.number("barWidthFactor", 0.6), BarMaxPx: max(0, c.number("barMaxWidth", 0)), Symbol: m.symbol(c), ShowValues: c.flag("showValues", false), HideLegend: hide.legend, HideTooltip: hide.tooltip,
		Hidden: hide.all(), Off: hide.off(), Format: s.format, Calcs: []payload.Shown{}, Links: m.linksOf(s.column),
	}
	if l.Labels == nil {
		l.Labels = map[string]string{}
	}
	l.Draw = m.oneOf("drawStyle", l.Draw, "line", "bars", "points")
	l.Curve = m.oneOf("lineInterpolation", l.Curve, "linear", "smooth", "stepBefore", "stepAfter")
	l.Gradient = m.oneOf("gradientMode", l.Gradient, "none", "opacity", "hue", "scheme")
	l.Points = m.oneOf("showPoints", l.Points, "auto", "always", "never")
	m.oneOf("stacking.mode", c.sub("stacking").text("mode", "none"), "none", "normal", "percent")
	m.oneOf("transform", orElse(c.text("transform", ""), "none"), "none", "constant", "negative-Y")
	m.oneOf("thresholdsStyle.mode", orElse(c.sub("thresholdsStyle").text("mode", ""), "off"), "off", "line", "dashed", "area", "line+area", "dashed+area", "series")
	m.oneOf("scaleDistribution.type", orElse(c.sub("scaleDistribution").text("type", ""), "linear"), "linear", "log", "symlog")
	if l.Gradient == "scheme" || byValueMode(s.mode()) && l.Draw == "points" {
		l.Bands = m.valueBands(s.column)
	}
	switch c.text("transform", "") {
	case "negative-Y":
		l.Values = negated(l.Values)
	case "constant":
		l.Values = constant(l.Values)
	}
	return l
}

// oneOf says of a value of an option that it is none of those known, and gives the first.
func (m *maker) oneOf(option, value string, known ...string) string {
	if contains(known, value) {
		return value
	}
	if value != "" {
		m.warn("the value %q of the option %s is not known", value, option)
	}
	return known[0]
}

// symbol is the shape of a line's points, by today's and by the older names.
func (m *maker) symbol(c options) string {
	name := orElse(c.text("pointSymbol", ""), c.text("pointShape", "circle"))
	if at := strings.LastIndexByte(name, '/'); at >= 0 { // "img/icons/marker/star.svg"
		name = strings.TrimSuffix(name[at+1:], ".svg")
	}
	name = strings.TrimSuffix(name, "-filled")
	switch name {
	case "circle", "square", "triangle", "diamond", "cross", "plus", "star":
		return name
	case "x-mark":
		return "cross"
	}
	m.warn("points are drawn as circles, not as %q", name)
	return "circle"
}

func dash(o options) []float64 {
	out := []float64{}
	fill := o.text("fill", "solid")
	if fill == "solid" {
		return out
	}
	_ = decodeInto(o["dash"], &out)
	if len(out) == 0 {
		out = map[string][]float64{"dash": {10, 10}, "square": {10, 10}, "dot": {0, 10}}[fill]
	}
	if out == nil {
		out = []float64{}
	}
	return out
}

func negated(values []*float64) []*float64 {
	out := make([]*float64, len(values))
	for i, v := range values {
		if v != nil {
			n := -*v
			out[i] = &n
		}
	}
	return out
}

// constant draws the first value over the whole width.
func constant(values []*float64) []*float64 {
	out := make([]*float64, len(values))
	i := slices.IndexFunc(values, func(v *float64) bool { return v != nil })
	for j := range out {
		if i >= 0 {
			out[j] = values[i]
		}
	}
	return out
}

// stack names the group of lines that are put upon each other: lines and bars do
// not mix, nor do axes, nor what is drawn downwards.
func stack(l *payload.Line, o options) (group, mode string) {
	mode = o.text("mode", "none")
	if mode != "normal" && mode != "percent" {
		return "", "normal"
	}
	group = orElse(o.text("group", "A"), "A")
	if l.Draw == "bars" {
		group += " bars"
	}
	if l.Axis > 0 {
		group += fmt.Sprintf(" axis %d", l.Axis+1)
	}
	return group, mode
}

// legend reads where the names of series stand.
func (m *maker) legend() payload.Legend {
	o := m.options.sub("legend")
	mode := m.oneOf("legend.displayMode", o.text("displayMode", ""), "list", "table", "hidden")
	l := payload.Legend{
		Shown: o.flag("showLegend", true) && mode != "hidden", Mode: "list", Placement: m.oneOf("legend.placement", o.text("placement", ""), "bottom", "right"), Width: o.number("width", 0),
		Calcs: []string{}, SortBy: o.text("sortBy", ""), SortDesc: o.flag("sortDesc", false), Limit: int(max(0, min(1e6, o.number("limit", 0)))),
	}
	if mode == "table" {
		l.Mode = "table"
	}
	m.oneOf("legend.overflow", o.text("overflow", ""), "ellipsis")
	if o.flag("enableFacetedFilter", false) {
		m.warn("the legend is not filtered by labels (enableFacetedFilter)")
	}
	for _, calc := range m.calcs() {
		l.Calcs = append(l.Calcs, reduceName(calc))
	}
	return l
}

// calcs are the reductions in the legend that are known.
func (m *maker) calcs() []string {
	var out []string
	for _, calc := range m.options.sub("legend").texts("calcs") {
		if reduceName(calc) == "" {
			m.warn("the calculation %q in the legend is not known", calc)
			continue
		}
		out = append(out, calcID(calc))
	}
	return out
}

// annotated says how annotations look and keys act that the file wants otherwise.
func (m *maker) annotated() {
	o := m.options.sub("annotations")
	if o.flag("multiLane", false) {
		m.warn("annotations are on one lane (annotations.multiLane)")
	}
	if o.number("clustering", 0) > 0 {
		m.warn("annotations are not put together (annotations.clustering)")
	}
	if !math.IsNaN(o.sub("lines").number("width", math.NaN())) || !math.IsNaN(o.sub("regions").number("opacity", math.NaN())) {
		m.warn("annotations have the page's own width and opacity (annotations.lines, annotations.regions)")
	}
	if m.options.flag("disableKeyboardEvents", false) {
		m.warn("keys go on to work (disableKeyboardEvents)")
	}
}

func (m *maker) tooltip() payload.Tooltip {
	o := m.options.sub("tooltip")
	return payload.Tooltip{
		Mode: m.oneOf("tooltip.mode", o.text("mode", ""), "single", "multi", "none"), Sort: m.oneOf("tooltip.sort", o.text("sort", ""), "none", "asc", "desc"), HideZeros: o.flag("hideZeros", false),
		MaxWidth: o.number("maxWidth", 0), MaxHeight: o.number("maxHeight", 0), WithinPx: max(0, o.number("hoverProximity", 0)),
	}
}

// reduced is a reduction of a column, in its unit where it still has that.
func (m *maker) reduced(c *column, calc string) payload.Shown {
	v := reduce(calc, c.Values)
	switch calc {
	case "count", "countAll", "changeCount", "distinctCount":
		return m.plain(c, v, "")
	case "diffperc":
		return m.plain(c, v, "percent")
	case "allIsZero", "allIsNull":
		return m.plain(c, v, "bool")
	}
	return m.shown(c, v, "")
}

// plain writes a number in another unit than the column's.
func (m *maker) plain(c *column, v float64, unit string) payload.Shown {
	f := units.Of(unit, nil)
	s := payload.Shown{Color: m.seriesColor(c)}
	if math.IsNaN(v) {
		return s
	}
	s.Number = &v
	s.Prefix, s.Text, s.Suffix = units.Text(f, v, m.env.clock())
	return s
}
