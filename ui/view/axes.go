package view

import (
	"encoding/json"
	"fmt"
	"strings"

	"supersonic/ui/payload"
	"supersonic/ui/units"
)

func decodeInto(raw json.RawMessage, into any) error {
	if len(raw) == 0 {
		return nil
	}
	return json.Unmarshal(raw, into)
}

// axes collects the scales of a chart: fields with the same unit, bounds, place and
// label share one.
type axes struct {
	m    *maker
	keys []string
	list []payload.ChartAxis
	auto []bool
}

// placement is where a column's axis stands.
func (m *maker) placement(c *column) string {
	return m.oneOf("axisPlacement", c.custom.text("axisPlacement", ""), "auto", "left", "right", "hidden")
}

// of is the index of a column's axis.
func (a *axes) of(c *column) int {
	axis := a.m.axis(c)
	placement := a.m.placement(c)
	key := fmt.Sprintf("%s|%s|%s|%v|%v|%v|%v|%s|%v|%v", axis.Format.Unit, placement, axis.Label, val(axis.Min), val(axis.Max), val(axis.SoftMin), val(axis.SoftMax), axis.Scale, axis.LogBase, axis.Centered)
	for i, k := range a.keys {
		if k == key {
			if a.list[i].ThresholdStyle == "off" && axis.ThresholdStyle != "off" {
				a.list[i].ThresholdStyle, a.list[i].Thresholds = axis.ThresholdStyle, axis.Thresholds
			}
			return i
		}
	}
	axis.Side = a.side(placement)
	a.keys, a.list, a.auto = append(a.keys, key), append(a.list, axis), append(a.auto, placement == "auto")
	return len(a.list) - 1
}

// side: the first axis is at the left, further ones that may choose at the right.
func (a *axes) side(placement string) string {
	switch placement {
	case "left", "right", "hidden":
		return placement
	}
	for _, x := range a.list {
		if x.Side == "left" {
			return "right"
		}
	}
	return "left"
}

// finish draws a grid for the first axis and shows shares where lines are stacked
// to a hundred percent.
func (a *axes) finish(lines []payload.Line) []payload.ChartAxis {
	grid := false
	for i := range a.list {
		x := &a.list[i]
		for _, l := range lines {
			if l.Axis == i && l.Stack != "" && l.StackMode == "percent" {
				x.Format = units.Of("percentunit", nil)
				if x.Min == nil && x.Max == nil {
					zero, one := 0.0, 1.0
					x.Min, x.Max = &zero, &one
				}
			}
		}
		if x.Grid && grid {
			x.Grid = false
		}
		grid = grid || x.Grid
	}
	if a.list == nil {
		return []payload.ChartAxis{}
	}
	return a.list
}

func val(f *float64) string {
	if f == nil {
		return ""
	}
	return units.Plain(*f)
}

// axis reads the scale of a column.
func (m *maker) axis(c *column) payload.ChartAxis {
	o := c.custom
	dist := o.sub("scaleDistribution")
	x := payload.ChartAxis{
		Label: m.env.fill(o.text("axisLabel", "")), Format: c.format, Min: c.opts.Min, Max: c.opts.Max, SoftMin: o.maybe("axisSoftMin"), SoftMax: o.maybe("axisSoftMax"),
		Scale: m.oneOf("scaleDistribution.type", dist.text("type", ""), "linear", "log", "symlog"), LogBase: dist.number("log", 2), LinearBelow: dist.number("linearThreshold", 1),
		Centered: o.flag("axisCenteredZero", false), Grid: o.flag("axisGridShow", true), Border: o.flag("axisBorderShow", false), WidthPx: o.number("axisWidth", 0),
		SeriesColor: o.text("axisColorMode", "text") == "series", ThresholdStyle: m.thresholdStyle(o.sub("thresholdsStyle").text("mode", "off")), Thresholds: []payload.ColorBand{},
	}
	if o.text("transform", "") == "negative-Y" {
		x.Min, x.Max = nil, nil
	}
	if x.ThresholdStyle != "off" {
		x.Thresholds = m.bands(c)
	}
	return x
}

// thresholdStyle reads "line+area", "dashed" and the like.
func (m *maker) thresholdStyle(mode string) string {
	if mode == "series" { // the colour mode scheme draws it
		return "off"
	}
	return m.oneOf("thresholdsStyle.mode", strings.ReplaceAll(mode, " ", ""), "off", "line", "dashed", "area", "line+area", "dashed+area")
}
