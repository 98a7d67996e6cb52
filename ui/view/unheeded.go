package view

import (
	"strings"

	"supersonic/ui/grafana"
)

// unheeded are options that Grafana's editor offers for a type of panels and that are
// not drawn here, each with the value that asks for nothing. Those that are written
// into every file are as usual unless somebody changed them.
var unheeded = map[string]string{
	"timeseries":     `options.orientation=auto|horizontal`,
	"histogram":      `custom.axisPlacement=auto|left custom.axisLabel= custom.axisWidth= custom.axisSoftMin= custom.axisSoftMax= custom.axisColorMode=text custom.axisCenteredZero=false custom.axisBorderShow=false custom.axisGridShow=true custom.scaleDistribution.type=linear custom.gradientMode=none|opacity|hue`,
	"state-timeline": `custom.axisPlacement=auto|left custom.axisWidth= custom.axisLabel=`,
	"status-history": `custom.axisPlacement=auto|left custom.axisWidth= custom.axisLabel=`,
	"barchart":       `custom.axisWidth= custom.axisColorMode=text custom.axisBorderShow=false options.text.percentSize=`,
	"stat":           `options.text.percentSize=`,
	"gauge":          `options.text.percentSize=`,
	"bargauge":       `options.text.percentSize=`,
	"heatmap":        `options.calculation.xBuckets.scale.type=linear options.yAxis.scaleDistribution.type=linear options.yAxis.axisCenteredZero=false options.yAxis.axisGridShow=true options.yAxis.axisSoftMin= options.yAxis.axisSoftMax=`,
	"table":          `custom.cellOptions.dynamicHeight=false`,
}

// sayUnheeded says which of these a panel asks for, for all its fields or for some.
func (m *maker) sayUnheeded() {
	custom := readOptions(m.panel.Field.Defaults.Custom)
	for _, one := range strings.Fields(unheeded[m.panel.Type]) {
		path, usual, _ := strings.Cut(one, "=")
		area, name, _ := strings.Cut(path, ".")
		asked := asks(custom, name, usual)
		if area == "options" {
			asked = asks(m.options, name, usual)
		}
		for _, o := range m.panel.Field.Overrides {
			asked = asked || area == "custom" && overrideAsks(o.Properties, name, usual)
		}
		if asked {
			m.warn("the option %s is not heeded", path)
		}
	}
}

func overrideAsks(properties []grafana.Property, name, usual string) bool {
	for _, p := range properties {
		var f grafana.FieldOptions
		if strings.HasPrefix(p.ID, "custom.") && f.Set(p.ID, p.Value) == nil && asks(readOptions(f.Custom), name, usual) {
			return true
		}
	}
	return false
}

// asks tells whether an option at a path has another value than those that are usual;
// none, null and an empty text ask for nothing.
func asks(o options, path, usual string) bool {
	for {
		first, rest, deeper := strings.Cut(path, ".")
		if !deeper {
			break
		}
		o, path = o.sub(first), rest
	}
	value := strings.Trim(string(o[path]), `"`)
	if value == "" || value == "null" || value == "{}" {
		return false
	}
	for _, u := range strings.Split(usual, "|") {
		if value == u {
			return false
		}
	}
	return true
}
