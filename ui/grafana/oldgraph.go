package grafana

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// fromGraph makes a timeseries of the graph of before Grafana 8.
func fromGraph(m map[string]any, say func(string)) map[string]any {
	out := keep(m)
	out["type"] = "timeseries"
	axes := items(m, "yaxes")
	custom := graphCustom(m)
	defaults := map[string]any{"custom": custom, "decimals": m["decimals"], "links": part(m, "options")["dataLinks"]}
	if len(axes) > 0 {
		graphAxis(axes[0], defaults, custom)
	}
	graphThresholds(m, defaults, custom)
	out["fieldConfig"] = map[string]any{"defaults": defaults, "overrides": graphOverrides(m, axes, say)}
	out["options"] = map[string]any{"legend": graphLegend(part(m, "legend")), "tooltip": graphTooltip(part(m, "tooltip"))}
	if mode := word(part(m, "xaxis"), "mode"); mode == "histogram" {
		out["type"] = "histogram"
		defaults["custom"] = map[string]any{"fillOpacity": custom["fillOpacity"], "lineWidth": custom["lineWidth"]}
		out["options"] = map[string]any{"legend": graphLegend(part(m, "legend"))}
	} else if mode == "series" {
		out["type"] = "bargauge"
		delete(defaults, "custom")
		out["options"] = map[string]any{"orientation": "vertical", "reduceOptions": map[string]any{"calcs": []any{"lastNotNull"}}}
	}
	if regions := items(m, "timeRegions"); len(regions) > 0 {
		say("option timeRegions is not known")
	}
	return out
}

func graphCustom(m map[string]any) map[string]any {
	c := map[string]any{
		"drawStyle": "line", "lineWidth": orNumber(m["linewidth"], 1), "fillOpacity": orNumber(m["fill"], 1) * 10,
		"pointSize": orNumber(m["pointradius"], 2) * 2, "showPoints": "never", "spanNulls": false, "axisPlacement": "auto",
	}
	if n := num(m, "fillGradient"); n > 0 {
		c["gradientMode"], c["fillOpacity"] = "opacity", n*10
	}
	switch lines := m["lines"] == nil || isSet(m, "lines"); {
	case isSet(m, "bars"):
		c["drawStyle"], c["fillOpacity"] = "bars", 100.0
		if !lines {
			c["lineWidth"] = 1.0
		}
	case !lines && isSet(m, "points"):
		c["drawStyle"] = "points"
	case !lines:
		c["lineWidth"] = 0.0
	}
	if isSet(m, "points") {
		c["showPoints"] = "always"
	}
	if isSet(m, "steppedLine") {
		c["lineInterpolation"] = "stepAfter"
	}
	if isSet(m, "dashes") {
		c["lineStyle"] = map[string]any{"fill": "dash", "dash": []any{orNumber(m["dashLength"], 10), orNumber(m["spaceLength"], 10)}}
	}
	if word(m, "nullPointMode") == "connected" {
		c["spanNulls"] = true
	}
	if isSet(m, "stack") {
		mode := "normal"
		if isSet(m, "percentage") {
			mode = "percent"
		}
		c["stacking"] = map[string]any{"mode": mode, "group": "A"}
	}
	return c
}

func graphAxis(axis, defaults, custom map[string]any) {
	defaults["unit"], defaults["min"], defaults["max"] = axis["format"], axis["min"], axis["max"]
	if defaults["decimals"] == nil {
		defaults["decimals"] = axis["decimals"]
	}
	custom["axisLabel"] = word(axis, "label")
	if axis["show"] == false {
		custom["axisPlacement"] = "hidden"
	}
	if base := num(axis, "logBase"); base > 1 {
		custom["scaleDistribution"] = map[string]any{"type": "log", "log": base}
	}
}

func graphThresholds(m, defaults, custom map[string]any) {
	list := items(m, "thresholds")
	if len(list) == 0 {
		return
	}
	colors := map[string]string{"critical": "red", "warning": "orange", "ok": "green"}
	steps := []any{map[string]any{"color": "transparent", "value": nil}}
	line, area := false, false
	slices.SortStableFunc(list, func(a, b map[string]any) int { return int(num(a, "value") - num(b, "value")) })
	for _, t := range list {
		color := colors[word(t, "colorMode")]
		if color == "" {
			color = orElse(word(t, "lineColor"), "red")
		}
		line, area = line || isSet(t, "line"), area || isSet(t, "fill")
		if word(t, "op") == "lt" {
			steps[len(steps)-1].(map[string]any)["color"] = color
			color = "transparent"
		}
		steps = append(steps, map[string]any{"color": color, "value": t["value"]})
	}
	mode := "off"
	switch {
	case line && area:
		mode = "line+area"
	case area:
		mode = "area"
	case line:
		mode = "line"
	}
	defaults["thresholds"] = map[string]any{"mode": "absolute", "steps": steps}
	custom["thresholdsStyle"] = map[string]any{"mode": mode}
}

func graphLegend(old map[string]any) map[string]any {
	legend := map[string]any{"showLegend": old["show"] == nil || isSet(old, "show"), "displayMode": "list", "placement": "bottom"}
	if isSet(old, "rightSide") {
		legend["placement"] = "right"
		legend["width"] = old["sideWidth"]
	}
	if isSet(old, "alignAsTable") {
		legend["displayMode"] = "table"
	}
	var calcs []any
	for _, c := range [][2]string{{"min", "min"}, {"max", "max"}, {"avg", "mean"}, {"current", "lastNotNull"}, {"total", "sum"}} {
		if isSet(old, c[0]) && isSet(old, "values") {
			calcs = append(calcs, c[1])
		}
	}
	legend["calcs"] = calcs
	sorts := map[string]string{"min": "Min", "max": "Max", "avg": "Mean", "current": "Last *", "total": "Total"}
	if by := sorts[word(old, "sort")]; by != "" {
		legend["sortBy"], legend["sortDesc"] = by, isSet(old, "sortDesc")
	}
	return legend
}

func graphTooltip(old map[string]any) map[string]any {
	mode := "multi"
	if old["shared"] == false {
		mode = "single"
	}
	return map[string]any{"mode": mode, "sort": []string{"none", "asc", "desc"}[int(max(0, min(2, num(old, "sort"))))]}
}

// graphOverrides turns seriesOverrides, aliasColors and the second axis into
// overrides of fields.
func graphOverrides(m map[string]any, axes []map[string]any, say func(string)) []any {
	var out []any
	add := func(alias string, props []any) {
		if len(props) > 0 {
			out = append(out, map[string]any{"matcher": aliasMatcher(alias), "properties": props})
		}
	}
	colors := part(m, "aliasColors")
	for _, name := range slices.Sorted(maps.Keys(colors)) {
		add(name, []any{prop("color", map[string]any{"mode": "fixed", "fixedColor": colors[name]})})
	}
	for _, s := range items(m, "seriesOverrides") {
		add(word(s, "alias"), seriesProps(s, axes, say))
	}
	return out
}

func aliasMatcher(alias string) map[string]any {
	if strings.HasPrefix(alias, "/") {
		return map[string]any{"id": "byRegexp", "options": alias}
	}
	return map[string]any{"id": "byName", "options": alias}
}

func prop(id string, v any) map[string]any { return map[string]any{"id": id, "value": v} }

func seriesProps(s map[string]any, axes []map[string]any, say func(string)) []any {
	var props []any
	for _, k := range slices.Sorted(maps.Keys(s)) {
		v := s[k]
		switch k {
		case "alias", "$$hashKey", "dashLength", "spaceLength", "hiddenSeries":
		case "yaxis":
			props = append(props, secondAxis(v, axes)...)
		case "lines":
			if v == false {
				props = append(props, prop("custom.lineWidth", 0.0))
			}
		case "linewidth":
			props = append(props, prop("custom.lineWidth", v))
		case "fill":
			props = append(props, prop("custom.fillOpacity", orNumber(v, 0)*10))
		case "fillGradient":
			props = append(props, prop("custom.gradientMode", "opacity"), prop("custom.fillOpacity", orNumber(v, 0)*10))
		case "fillBelowTo":
			props = append(props, prop("custom.fillBelowTo", v))
		case "bars":
			if v == true {
				props = append(props, prop("custom.drawStyle", "bars"), prop("custom.fillOpacity", 100.0))
			}
		case "points":
			props = append(props, prop("custom.showPoints", map[bool]string{true: "always", false: "never"}[v == true]))
		case "pointradius":
			props = append(props, prop("custom.pointSize", orNumber(v, 2)*2))
		case "steppedLine":
			if v == true {
				props = append(props, prop("custom.lineInterpolation", "stepAfter"))
			}
		case "dashes":
			if v == true {
				dash := []any{orNumber(s["dashLength"], 10), orNumber(s["spaceLength"], 10)}
				props = append(props, prop("custom.lineStyle", map[string]any{"fill": "dash", "dash": dash}))
			}
		case "stack":
			props = append(props, seriesStack(v))
		case "color":
			props = append(props, prop("color", map[string]any{"mode": "fixed", "fixedColor": v}))
		case "nullPointMode":
			props = append(props, prop("custom.spanNulls", v == "connected"))
		case "transform":
			if v == "negative-Y" {
				props = append(props, prop("custom.transform", v))
			}
		case "legend":
			props = append(props, prop("custom.hideFrom", map[string]any{"legend": v == false, "tooltip": false, "viz": false}))
		case "hideTooltip":
			props = append(props, prop("custom.hideFrom", map[string]any{"legend": false, "tooltip": v == true, "viz": false}))
		default:
			say(fmt.Sprintf("option seriesOverrides.%s is not known", k))
		}
	}
	return props
}

func seriesStack(v any) map[string]any {
	switch v := v.(type) {
	case bool:
		return prop("custom.stacking", map[string]any{"mode": map[bool]string{true: "normal", false: "none"}[v], "group": "A"})
	case string:
		return prop("custom.stacking", map[string]any{"mode": "normal", "group": v})
	}
	return prop("custom.stacking", map[string]any{"mode": "none", "group": "A"})
}

func secondAxis(v any, axes []map[string]any) []any {
	if n, ok := toNumber(v); !ok || n != 2 {
		return nil
	}
	props := []any{prop("custom.axisPlacement", "right")}
	if len(axes) < 2 {
		return props
	}
	defaults, custom := map[string]any{}, map[string]any{}
	graphAxis(axes[1], defaults, custom)
	if word(axes[0], "label") != "" && word(axes[1], "label") == "" { // or the left one's would hold
		props = append(props, prop("custom.axisLabel", ""))
	}
	for _, k := range slices.Sorted(maps.Keys(defaults)) {
		if defaults[k] != nil {
			props = append(props, prop(k, defaults[k]))
		}
	}
	for _, k := range slices.Sorted(maps.Keys(custom)) {
		if custom[k] != "" {
			props = append(props, prop("custom."+k, custom[k]))
		}
	}
	return props
}
