package view

import (
	"slices"
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
	list := strings.Fields(unheeded[m.panel.Type])
	if len(list) == 0 {
		return
	}
	areas := map[string][]options{"options": {m.options}, "custom": customs(m.panel.Field)}
	for _, one := range list {
		path, usual, _ := strings.Cut(one, "=")
		area, name, _ := strings.Cut(path, ".")
		if slices.ContainsFunc(areas[area], func(o options) bool { return asks(o, name, usual) }) {
			m.warn("the option %s is not heeded", path)
		}
	}
}

// customs are the options of a type of panels: those of all fields, and each that an
// override sets.
func customs(of grafana.FieldConfig) []options {
	out := []options{readOptions(of.Defaults.Custom)}
	for _, o := range of.Overrides {
		for _, p := range o.Properties {
			var f grafana.FieldOptions
			if strings.HasPrefix(p.ID, "custom.") && f.Set(p.ID, p.Value) == nil {
				out = append(out, readOptions(f.Custom))
			}
		}
	}
	return out
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
	return value != "" && value != "null" && value != "{}" && !slices.Contains(strings.Split(usual, "|"), value)
}
