package view

import "supersonic/ui/payload"

// ring is how the rings of gauges look. The options are Grafana 13's; a file that has none
// keeps the look of gauges before it.
func (m *maker) ring() payload.Ring {
	o, effects := m.options, m.options.sub("effects")
	if effects.flag("barGlow", false) || effects.flag("centerGlow", false) || o.text("endpointMarker", "") == "glow" || o.flag("glow", false) {
		m.warn("gauges do not glow (effects.barGlow, effects.centerGlow, endpointMarker)")
	}
	return payload.Ring{
		Circle: m.oneOf("shape", o.text("shape", ""), "gauge", "circle") == "circle", Width: max(0.05, min(1, o.number("barWidthFactor", 0.5))),
		Round: m.oneOf("barShape", o.text("barShape", ""), "flat", "rounded") == "rounded", Segments: int(max(1, min(100, o.number("segmentCount", 1)))),
		Gap: max(0, min(0.9, o.number("segmentSpacing", 0.3))), Spark: o.flag("sparkline", false),
	}
}

// neutral is the value from which the ring of a column goes up or down, nil for its least.
func (m *maker) neutral(c *column) *float64 {
	if n := c.custom.maybe("neutral"); n != nil {
		return n
	}
	return m.options.maybe("neutral")
}
