package view

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"supersonic/ui/frame"
	"supersonic/ui/grafana"
	"supersonic/ui/payload"
)

// grey is what has no colour of its own.
const grey = "#808080"

// shadeNames are the shades of a hue in the order of hues.
func shadeNames() []string { return []string{"super-light-", "light-", "", "semi-dark-", "dark-"} }

// theme knows colours by name.
type theme struct {
	light  bool
	named  map[string]string
	series []string // the classic palette
}

func newTheme(light bool) *theme {
	t := &theme{light: light, named: map[string]string{"transparent": "transparent", "text": "#ccccdc", "panel-bg": "#181b1f", "white": "#ffffff", "black": "#000000"}}
	if light {
		t.named["text"], t.named["panel-bg"] = "#24292e", "#ffffff"
	}
	for hue, shades := range hues(light) {
		for i, c := range strings.Fields(shades) {
			t.named[shadeNames()[i]+hue] = c
		}
	}
	for _, name := range strings.Fields(classic) {
		t.series = append(t.series, t.color(name))
	}
	return t
}

// color is what a file calls a colour: a name of Grafana's, of CSS, or its numbers.
func (t *theme) color(name string) string {
	if name == "" {
		return grey
	}
	if c, ok := t.named[name]; ok {
		return c
	}
	if c := cssColor(name); c != "" {
		return c
	}
	if c := hexOfRGB(name); c != "" {
		return c
	}
	return name
}

// hexOfRGB turns rgb(1, 2, 3) and rgba(1, 2, 3, 0.5) into #rrggbb or #rrggbbaa.
func hexOfRGB(s string) string {
	m := regexp.MustCompile(`^rgba?\(\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+)\s*(?:,\s*([\d.]+)\s*)?\)$`).FindStringSubmatch(strings.TrimSpace(s))
	if m == nil {
		return ""
	}
	out := "#"
	for _, p := range m[1:4] {
		n, _ := strconv.Atoi(p)
		out += fmt.Sprintf("%02x", min(255, n))
	}
	if m[4] != "" {
		if a, err := strconv.ParseFloat(m[4], 64); err == nil && a < 1 {
			out += fmt.Sprintf("%02x", int(math.Round(max(0, a)*255)))
		}
	}
	return out
}

// scheme are the colours of a palette or of a continuous scale, nil if it is none.
func (t *theme) scheme(mode string) []string {
	if mode == "palette-classic" {
		return t.series
	}
	if s, ok := lightSchemes()[mode]; ok && t.light {
		return strings.Fields(s)
	}
	return strings.Fields(schemes()[mode])
}

// rgb are the parts of #rrggbb; false for anything else.
func rgb(c string) (r, g, b float64, ok bool) {
	if len(c) == 4 && c[0] == '#' {
		c = "#" + strings.Repeat(c[1:2], 2) + strings.Repeat(c[2:3], 2) + strings.Repeat(c[3:4], 2)
	}
	if len(c) < 7 || c[0] != '#' {
		return 0, 0, 0, false
	}
	n, err := strconv.ParseUint(c[1:7], 16, 32)
	return float64(n >> 16), float64(n >> 8 & 255), float64(n & 255), err == nil
}

// along is the colour at share t (0 to 1) of a continuous scale, a B-spline
// through its colours as d3 draws it.
func along(colors []string, t float64) string {
	n := len(colors) - 1
	if n < 0 {
		return grey
	}
	if n == 0 || math.IsNaN(t) {
		return colors[0]
	}
	t = max(0, min(1, t))
	i := min(n-1, int(t*float64(n)))
	var out [3]float64
	for part := range 3 {
		at := func(i int) float64 {
			r, g, b, _ := rgb(colors[i])
			return [3]float64{r, g, b}[part]
		}
		v1, v2 := at(i), at(i+1)
		v0, v3 := 2*v1-v2, 2*v2-v1
		if i > 0 {
			v0 = at(i - 1)
		}
		if i < n-1 {
			v3 = at(i + 2)
		}
		out[part] = basis((t-float64(i)/float64(n))*float64(n), v0, v1, v2, v3)
	}
	return hexColor(out[0], out[1], out[2])
}

func basis(t, v0, v1, v2, v3 float64) float64 {
	t2, t3 := t*t, t*t*t
	return ((1-3*t+3*t2-t3)*v0 + (4-6*t2+3*t3)*v1 + (1+3*t+3*t2-3*t3)*v2 + t3*v3) / 6
}

// straight is the colour at share t where colours are joined by straight lines.
func straight(colors []string, t float64) string {
	n := len(colors) - 1
	if n < 1 || math.IsNaN(t) {
		return append(colors, grey)[0]
	}
	t = max(0, min(1, t)) * float64(n)
	i := min(n-1, int(t))
	r1, g1, b1, _ := rgb(colors[i])
	r2, g2, b2, _ := rgb(colors[i+1])
	f := t - float64(i)
	return hexColor(r1+(r2-r1)*f, g1+(g2-g1)*f, b1+(b2-b1)*f)
}

func hexColor(r, g, b float64) string {
	part := func(v float64) int { return int(max(0, min(255, math.Round(v)))) }
	return fmt.Sprintf("#%02x%02x%02x", part(r), part(g), part(b))
}

// isSampled says that a scheme's colours are samples of a curve, between which
// straight lines are nearer than a spline that misses them.
func isSampled(mode string) bool {
	switch strings.TrimPrefix(mode, "continuous-") {
	case "viridis", "magma", "plasma", "inferno", "cividis":
		return true
	}
	return false
}

func (t *theme) continuous(mode string, share float64) string {
	colors := t.scheme(mode)
	if isSampled(mode) {
		return straight(colors, share)
	}
	return along(colors, share)
}

// byValue says whether a mode takes the colour from the value.
func byValueMode(mode string) bool {
	return mode == "thresholds" || strings.HasPrefix(mode, "continuous-")
}

// mode is where the colour of a column comes from.
func (c *column) mode() string {
	if c.opts.Color == nil || c.opts.Color.Mode == "" {
		return ""
	}
	return c.opts.Color.Mode
}

// colorOf is the colour of one value of a column.
func (m *maker) colorOf(c *column, v float64) string {
	switch mode := c.mode(); {
	case mode == "thresholds":
		return m.theme.color(m.threshold(c, v).Color)
	case strings.HasPrefix(mode, "continuous-"):
		return m.theme.continuous(mode, c.share(v))
	}
	return m.seriesColor(c)
}

// share is how far a value lies within the column's range.
func (c *column) share(v float64) float64 {
	if math.IsNaN(v) {
		return 0
	}
	if c.hi == c.lo {
		return 1
	}
	return (v - c.lo) / (c.hi - c.lo)
}

// percent is where v stands between the column's bounds. Where they are one number,
// that one is 0 %, and others are beyond all steps.
func (c *column) percent(v float64) float64 {
	switch {
	case c.hi == c.lo && v > c.lo:
		return math.Inf(1)
	case c.hi == c.lo && v < c.lo:
		return math.Inf(-1)
	case c.hi == c.lo:
		return 0
	}
	return c.share(v) * 100
}

// seriesColor is the colour of a whole series.
func (m *maker) seriesColor(c *column) string {
	mode := c.mode()
	fixed := ""
	if c.opts.Color != nil {
		fixed = c.opts.Color.FixedColor
	}
	switch {
	case mode == "fixed" || mode == "gradient":
		return m.theme.color(fixed)
	case mode == "shades":
		return shade(m.theme.color(fixed), c.series)
	case mode == "palette-classic-by-name":
		colors := m.theme.scheme(mode)
		return colors[int(stringHash(c.name)%uint32(len(colors)))]
	case strings.HasPrefix(mode, "palette-"):
		if colors := m.theme.scheme(mode); len(colors) > 0 {
			return colors[c.series%len(colors)]
		}
	case byValueMode(mode):
		by := map[string]string{"min": "min", "max": "max"}[c.opts.Color.SeriesBy]
		return m.colorOf(c, reduce(orElse(by, "last"), c.Values))
	case mode == "" && c.Kind != frame.Text:
		return m.theme.series[c.series%len(m.theme.series)]
	}
	return grey
}

// stringHash is the hash by which Grafana finds a colour for a name.
func stringHash(s string) uint32 {
	h := uint32(5381)
	units := []rune(s)
	for i := len(units) - 1; i >= 0; i-- {
		h = h*33 ^ uint32(units[i])
	}
	return h
}

// shade is one of many of a colour: lighter and darker by turns.
func shade(c string, n int) string {
	r, g, b, ok := rgb(c)
	if !ok || n == 0 {
		return c
	}
	step := float64((n+1)/2) * 0.1
	if n%2 == 1 {
		return hexColor(r+(255-r)*step, g+(255-g)*step, b+(255-b)*step)
	}
	step = max(0, 1-step*1.2)
	return hexColor(r*step, g*step, b*step)
}

// threshold is the step that a value is in; without steps grey.
func (m *maker) threshold(c *column, v float64) grafana.Step {
	t := c.opts.Thresholds
	if t == nil || len(t.Steps) == 0 {
		return grafana.Step{Color: grey}
	}
	if t.Mode == "percentage" {
		v = c.percent(v)
	}
	found := t.Steps[0]
	for _, s := range t.Steps {
		if s.Value == nil || v >= *s.Value {
			found = s
		}
	}
	return found
}

// bands are the thresholds in the column's own numbers.
func (m *maker) bands(c *column) []payload.ColorBand {
	out := []payload.ColorBand{}
	t := c.opts.Thresholds
	if t == nil {
		return out
	}
	for i, s := range t.Steps {
		b := payload.ColorBand{Color: m.theme.color(s.Color)}
		if s.Value != nil && i > 0 {
			v := *s.Value
			if t.Mode == "percentage" {
				v = c.lo + (c.hi-c.lo)*v/100
			}
			b.From = &v
		}
		out = append(out, b)
	}
	return out
}

// valueBands are the colours of a column whose colour follows its values; a
// continuous scale is cut into steps.
func (m *maker) valueBands(c *column) []payload.ColorBand {
	mode := c.mode()
	if mode == "thresholds" {
		return m.bands(c)
	}
	out := []payload.ColorBand{}
	if !strings.HasPrefix(mode, "continuous-") {
		return out
	}
	const steps = 32
	for i := range steps {
		share := float64(i) / steps
		b := payload.ColorBand{Color: m.theme.continuous(mode, share+0.5/steps)}
		if i > 0 {
			v := c.lo + (c.hi-c.lo)*share
			b.From = &v
		}
		out = append(out, b)
	}
	return out
}
