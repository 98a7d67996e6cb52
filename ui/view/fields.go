package view

import (
	"math"
	"strconv"
	"strings"

	"supersonic/ui/frame"
	"supersonic/ui/grafana"
	"supersonic/ui/payload"
	"supersonic/ui/units"
)

// column is a field with the options that hold for it.
type column struct {
	frame.Field
	name     string // as it is shown
	refID    string
	compared bool // of another time
	frame    int  // index of its frame
	at       int  // index within the frame
	series   int  // index among the fields that are drawn, which the classic palette counts
	opts     grafana.FieldOptions
	custom   options
	format   payload.Format
	words    []word
	lo, hi   float64 // the range that percentages are of
}

// hides is where a column does not show, as its option hideFrom says.
type hides struct{ area, legend, tooltip bool }

func (c *column) hides() hides {
	o := c.custom.sub("hideFrom")
	return hides{area: o.flag("viz", false), legend: o.flag("legend", false), tooltip: o.flag("tooltip", false)}
}

// all says that nothing of it is seen.
func (h hides) all() bool { return h.area && h.legend }

// off says that its name in the legend is seen alone, a click on which draws it: what a
// legend keeps of the series that a reader has left out.
func (h hides) off() bool { return h.area && !h.legend }

// sheet is a frame with its columns.
type sheet struct {
	name    string
	refID   string
	columns []*column
	rows    int
	stepMs  float64 // of its samples, 0: not known
}

// time is the first column of times, nil if there is none.
func (s *sheet) time() *column {
	for _, c := range s.columns {
		if c.Kind == frame.Time {
			return c
		}
	}
	return nil
}

func (s *sheet) numbers() []*column {
	var out []*column
	for _, c := range s.columns {
		if c.Kind == frame.Number || c.Kind == frame.Bool {
			out = append(out, c)
		}
	}
	return out
}

// textNumber is the number that a text is, nil for none: "NaN" and "Inf" are none.
func textNumber(s string) *float64 {
	n, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
		return nil
	}
	return &n
}

// sheets gives each field of the frames its name, its options and its format.
func (m *maker) sheets(frames []frame.Frame) []*sheet {
	out := make([]*sheet, 0, len(frames))
	series := 0
	for i := range frames {
		f := &frames[i]
		s := &sheet{name: f.Name, refID: f.RefID, rows: f.Rows(), stepMs: m.env.step(f)}
		for j := range f.Fields {
			c := &column{Field: f.Fields[j], refID: f.RefID, compared: f.Compared, frame: i, at: j, series: series, opts: m.panel.Field.Defaults}
			if c.Kind == frame.Number || c.Kind == frame.Bool {
				series++
			}
			m.fromData(c)
			s.columns = append(s.columns, c)
		}
		out = append(out, s)
	}
	names := newNames(frames)
	for _, s := range out {
		for _, c := range s.columns {
			c.name = names.of(c.frame, c.at)
		}
	}
	m.applyOverrides(out, names)
	lo, hi := extent(out)
	for _, s := range out {
		for _, c := range s.columns {
			m.finish(c, lo, hi)
		}
	}
	return out
}

// fromData sets the options that came with the data: what the panel says of all fields
// does not change them, what it says of some does.
func (m *maker) fromData(c *column) {
	if c.Unit != "" {
		c.opts.Unit = &c.Unit
	}
	for _, o := range c.Config {
		if err := c.opts.Set(o.ID, o.Value); err != nil {
			m.warn("%s: %s", orElse(c.Name, "a field"), err)
		}
	}
}

// finish reads what the options of a column mean.
func (m *maker) finish(c *column, lo, hi float64) {
	if c.opts.DisplayName != nil && *c.opts.DisplayName != "" {
		if c.name = m.env.fill(fillField(*c.opts.DisplayName, c)); c.compared && c.Kind != frame.Time {
			c.name += comparison
		}
	}
	c.custom = readOptions(c.opts.Custom)
	m.usualColor(c)
	unit := ""
	if c.opts.Unit != nil {
		unit = *c.opts.Unit
	}
	c.format = units.Of(dates(c.Kind, unit), c.opts.Decimals)
	if c.opts.NoValue != nil {
		c.format.NoValue = m.env.fill(*c.opts.NoValue)
	}
	c.words = m.readWords(c.opts.Mappings)
	c.format.Words = numberWords(c.words)
	if c.opts.Min == nil {
		c.opts.Min = c.Min
	}
	if c.opts.Max == nil {
		c.opts.Max = c.Max
	}
	c.lo, c.hi = lo, hi
	if c.opts.OwnRange {
		c.lo, c.hi = extent([]*sheet{{columns: []*column{c}}})
	}
	if c.opts.Min != nil {
		c.lo = *c.opts.Min
	}
	if c.opts.Max != nil {
		c.hi = *c.opts.Max
	}
}

// extent is the range of all numbers, 0 to 100 where there are none.
func extent(sheets []*sheet) (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, s := range sheets {
		for _, c := range s.columns {
			if c.Kind != frame.Number {
				continue
			}
			for _, v := range c.Values {
				if !math.IsNaN(v) && !math.IsInf(v, 0) {
					lo, hi = math.Min(lo, v), math.Max(hi, v)
				}
			}
		}
	}
	if lo > hi {
		return 0, 100
	}
	return lo, hi
}

// usualColor is what a type of panel takes where its file says nothing of colours.
func (m *maker) usualColor(c *column) {
	switch m.panel.Type {
	case "stat", "gauge", "bargauge", "table", "status-history":
		if c.mode() == "" {
			c.opts.Color = &grafana.Color{Mode: "thresholds"}
		}
	case "piechart", "barchart":
		if c.mode() == "" {
			c.opts.Color = &grafana.Color{Mode: "palette-classic"}
		}
	case "state-timeline":
		if c.mode() == "" {
			c.opts.Color = &grafana.Color{Mode: "continuous-GrYlRd"}
		}
	}
	if c.opts.Thresholds == nil && (c.mode() == "thresholds" || c.custom.sub("thresholdsStyle").text("mode", "off") != "off") {
		eighty := 80.0
		c.opts.Thresholds = &grafana.Thresholds{Mode: "absolute", Steps: []grafana.Step{{Color: "green"}, {Color: "red", Value: &eighty}}}
	}
}
