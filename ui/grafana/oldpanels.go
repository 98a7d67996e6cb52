package grafana

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// withOldType gives a panel the type that it says it comes from: Grafana upgrades such a
// one when it is loaded, from the old options that the file still has.
func withOldType(m map[string]any) map[string]any {
	switch from := word(m, "autoMigrateFrom"); from {
	case "graph", "singlestat", "grafana-singlestat-panel", "table-old":
		m = maps.Clone(m)
		m["type"] = from
		delete(m, "autoMigrateFrom")
	}
	return m
}

// upgradePanel turns the panels of older Grafanas into today's. What is not read
// stays as it is, so that it is listed.
func upgradePanel(m map[string]any, say func(string)) map[string]any {
	m = maps.Clone(m)
	switch word(m, "type") {
	case "graph":
		return fromGraph(m, say)
	case "singlestat", "grafana-singlestat-panel":
		return fromSinglestat(m)
	case "table-old":
		return fromOldTable(m, say)
	case "table":
		if m["styles"] != nil && isOldTable(m) {
			return fromOldTable(m, say)
		}
	case "text":
		fromOldText(m)
	case "heatmap":
		fromOldHeatmap(m)
	case "grafana-piechart-panel":
		fromOldPie(m)
	case "tempo-trace", "jaeger-trace":
		m["type"] = "traces"
	}
	fromFieldOptions(m)
	return m
}

// fromValueOptions turns the options of Grafana 6.0 to 6.2, which stand beside those of
// the drawing or in valueOptions, into the fieldOptions of 6.3.
func fromValueOptions(m map[string]any) {
	options := part(m, "options")
	inner := part(options, "valueOptions")
	if word(m, "type") != "gauge" && word(m, "type") != "bargauge" || inner == nil && options["minValue"] == nil && options["valueMappings"] == nil && options["stat"] == nil {
		return
	}
	options = maps.Clone(options)
	field := map[string]any{}
	for to, from := range map[string]string{"unit": "unit", "decimals": "decimals", "stat": "stat", "min": "minValue", "max": "maxValue", "thresholds": "thresholds", "mappings": "valueMappings", "prefix": "prefix", "postfix": "suffix"} {
		v := options[from]
		if v == nil {
			v = inner[from]
		}
		if v != nil && v != "" {
			field[to] = v
		}
		delete(options, from)
	}
	delete(options, "valueOptions")
	options["fieldOptions"] = field
	m["options"] = options
}

// fromFieldOptions turns options.fieldOptions of Grafana 6 and 7.0 into
// reduceOptions and fieldConfig.
func fromFieldOptions(m map[string]any) {
	fromValueOptions(m)
	options := part(m, "options")
	old := part(options, "fieldOptions")
	if old == nil {
		return
	}
	options = maps.Clone(options)
	delete(options, "fieldOptions")
	calcs := old["calcs"]
	if calcs == nil && old["stat"] != nil {
		calcs = []any{old["stat"]}
	}
	options["reduceOptions"] = map[string]any{"calcs": calcs, "values": isSet(old, "values"), "limit": old["limit"], "fields": ""}
	m["options"] = options
	if m["fieldConfig"] != nil {
		return
	}
	defaults := map[string]any{}
	for _, from := range []map[string]any{old, part(old, "defaults")} {
		for _, k := range []string{"unit", "decimals", "min", "max", "mappings", "links", "noValue"} {
			if from[k] != nil {
				defaults[k] = from[k]
			}
		}
		if t := from["thresholds"]; t != nil {
			defaults["thresholds"] = t
		}
	}
	if list, ok := defaults["thresholds"].([]any); ok {
		defaults["thresholds"] = map[string]any{"mode": "absolute", "steps": stepsOf(list)}
	}
	if pre, post := word(old, "prefix"), word(old, "postfix"); pre != "" || post != "" {
		defaults["custom"] = map[string]any{"prefix": pre, "postfix": post}
	}
	if title := part(old, "defaults")["title"]; title != nil {
		defaults["displayName"] = title
	}
	overrides, _ := old["overrides"].([]any)
	m["fieldConfig"] = map[string]any{"defaults": defaults, "overrides": overrides}
}

// stepsOf turns a list of thresholds into steps; the first has no value.
func stepsOf(list []any) []any {
	var out []any
	for i, v := range list {
		t, _ := v.(map[string]any)
		step := map[string]any{"color": t["color"], "value": t["value"]}
		if i == 0 {
			step["value"] = nil
		}
		out = append(out, step)
	}
	return out
}

func fromOldText(m map[string]any) {
	if m["content"] == nil {
		return
	}
	options := maps.Clone(part(m, "options"))
	if options == nil {
		options = map[string]any{}
	}
	mode := word(m, "mode")
	if mode == "" {
		mode = "markdown"
	}
	if mode == "text" {
		mode = "code"
	}
	options["mode"], options["content"] = mode, m["content"]
	m["options"] = options
	delete(m, "content")
	delete(m, "mode")
}

// fromSinglestat makes a stat, or a gauge where the old one drew one.
func fromSinglestat(m map[string]any) map[string]any {
	out := keep(m)
	out["type"] = "stat"
	defaults := map[string]any{"unit": m["format"], "decimals": m["decimals"], "links": m["links"]}
	calc := map[string]any{
		"avg": "mean", "min": "min", "max": "max", "current": "lastNotNull", "total": "sum", "name": "lastNotNull", "first": "firstNotNull",
		"delta": "delta", "diff": "diff", "range": "range", "last_time": "lastNotNull",
	}[word(m, "valueName")]
	if calc == nil {
		calc = "mean"
	}
	options := map[string]any{
		"reduceOptions": map[string]any{"calcs": []any{calc}, "values": false, "fields": word(m, "tableColumn")},
		"colorMode":     "none", "graphMode": "none", "orientation": "horizontal", "textMode": "auto", "justifyMode": "auto",
	}
	if word(m, "valueName") == "name" {
		options["textMode"] = "name"
	}
	if isSet(part(m, "sparkline"), "show") {
		options["graphMode"] = "area"
	}
	if isSet(m, "colorValue") {
		options["colorMode"] = "value"
	}
	if isSet(m, "colorBackground") {
		options["colorMode"] = "background"
	}
	if steps := singlestatSteps(word(m, "thresholds"), m["colors"]); len(steps) > 0 {
		defaults["thresholds"] = map[string]any{"mode": "absolute", "steps": steps}
	}
	defaults["mappings"] = oldMaps(m)
	if text := word(m, "nullText"); text != "" {
		defaults["noValue"] = text
	}
	if g := part(m, "gauge"); isSet(g, "show") {
		out["type"] = "gauge"
		maps.DeleteFunc(options, func(k string, _ any) bool { return k == "colorMode" || k == "graphMode" || k == "justifyMode" })
		defaults["min"], defaults["max"] = g["minValue"], g["maxValue"]
		options["showThresholdMarkers"], options["showThresholdLabels"] = isSet(g, "thresholdMarkers"), isSet(g, "thresholdLabels")
	}
	if pre, post := word(m, "prefix"), word(m, "postfix"); pre != "" || post != "" {
		defaults["custom"] = map[string]any{"prefix": pre, "postfix": post}
	}
	out["fieldConfig"] = map[string]any{"defaults": defaults, "overrides": []any{}}
	out["options"] = options
	return out
}

// keep are the parts that every panel has, whatever its type.
func keep(m map[string]any) map[string]any {
	out := map[string]any{}
	for _, k := range []string{"id", "title", "description", "transparent", "gridPos", "repeat", "repeatDirection", "maxPerRow", "datasource",
		"targets", "interval", "maxDataPoints", "timeFrom", "timeShift", "hideTimeOverride", "transformations", "libraryPanel"} {
		if m[k] != nil {
			out[k] = m[k]
		}
	}
	return out
}

// singlestatSteps reads "50,80" with three colours.
func singlestatSteps(thresholds string, colors any) []any {
	list, _ := colors.([]any)
	if len(list) == 0 {
		return nil
	}
	steps := []any{map[string]any{"color": list[0], "value": nil}}
	for i, t := range strings.Split(thresholds, ",") {
		if n, ok := toNumber(t); ok && i+1 < len(list) {
			steps = append(steps, map[string]any{"color": list[i+1], "value": n})
		}
	}
	return steps
}

// oldMaps are valueMaps and rangeMaps as the mappings of Grafana 7, which
// setMappings reads.
func oldMaps(m map[string]any) []any {
	var out []any
	kind := num(m, "mappingType")
	if kind != 2 {
		for _, v := range items(m, "valueMaps") {
			out = append(out, map[string]any{"type": 1.0, "value": v["value"], "text": v["text"]})
		}
	}
	if kind != 1 {
		for _, v := range items(m, "rangeMaps") {
			out = append(out, map[string]any{"type": 2.0, "from": v["from"], "to": v["to"], "text": v["text"]})
		}
	}
	return out
}

// fromOldPie makes a pie of the plugin of before Grafana 8.
func fromOldPie(m map[string]any) {
	options := maps.Clone(part(m, "options"))
	if options == nil {
		options = map[string]any{}
	}
	m["type"] = "piechart"
	if options["reduceOptions"] == nil {
		options["reduceOptions"] = map[string]any{"calcs": []any{oldCalc(orElse(word(m, "valueName"), "current"))}}
	}
	if kind := word(m, "pieType"); kind != "" {
		options["pieType"] = kind
	}
	if unit := word(m, "format"); unit != "" && m["fieldConfig"] == nil {
		m["fieldConfig"] = map[string]any{"defaults": map[string]any{"unit": unit}}
	}
	m["options"] = options
	for _, key := range []string{"valueName", "pieType", "format", "aliasColors", "legend", "legendType", "fontSize", "strokeWidth", "combine", "breakPoint", "nullPointMode", "decimals", "maxDataPoints"} {
		delete(m, key)
	}
}

// oldCalc is today's name of a reduction.
func oldCalc(name string) string {
	if today, old := map[string]string{"current": "lastNotNull", "avg": "mean", "total": "sum"}[name]; old {
		return today
	}
	return name
}

// oldTransform is the transformation that an old table names, nil for none.
func oldTransform(m map[string]any) map[string]any {
	switch word(m, "transform") {
	case "timeseries_aggregations":
		var calcs []any
		for _, c := range items(m, "columns") {
			calcs = append(calcs, oldCalc(word(c, "value")))
		}
		if len(calcs) == 0 {
			calcs = []any{"mean"}
		}
		return map[string]any{"id": "reduce", "options": map[string]any{"reducers": calcs}}
	case "timeseries_to_rows":
		return map[string]any{"id": "seriesToRows", "options": map[string]any{}}
	case "timeseries_to_columns":
		return map[string]any{"id": "joinByField", "options": map[string]any{"byField": "Time"}}
	case "table":
		return map[string]any{"id": "merge", "options": map[string]any{}}
	}
	return nil
}

var cellVariable = regexp.MustCompile(`\$\{?__cell(?:_(\d+))?(:raw)?\}?`)

// cellLink writes an address with the cells of an old table as today's has them.
func cellLink(url string) string {
	return cellVariable.ReplaceAllStringFunc(url, func(v string) string {
		g := cellVariable.FindStringSubmatch(v)
		switch {
		case g[1] != "":
			return "${__data.fields[" + g[1] + "]}"
		case g[2] != "":
			return "${__value.raw}"
		}
		return "${__value.text}"
	})
}

// fromOldTable makes a table of the one with column styles.
func fromOldTable(m map[string]any, say func(string)) map[string]any {
	out := keep(m)
	out["type"] = "table"
	if t := oldTransform(m); t != nil {
		list, _ := m["transformations"].([]any)
		out["transformations"] = append([]any{t}, list...)
	}
	var overrides []any
	for _, s := range items(m, "styles") {
		pattern := word(s, "pattern")
		var props []any
		add := func(id string, v any) {
			if v != nil && v != "" {
				props = append(props, map[string]any{"id": id, "value": v})
			}
		}
		add("displayName", s["alias"])
		add("custom.align", map[string]any{"auto": "auto", "left": "left", "right": "right", "center": "center"}[word(s, "align")])
		switch word(s, "type") {
		case "number":
			add("unit", s["unit"])
			add("decimals", s["decimals"])
			if list, ok := s["thresholds"].([]any); ok {
				var texts []string
				for _, t := range list {
					text, _ := asText(t)
					texts = append(texts, text)
				}
				if steps := singlestatSteps(strings.Join(texts, ","), s["colors"]); len(steps) > 1 {
					add("thresholds", map[string]any{"mode": "absolute", "steps": steps})
				}
			}
			if cell := map[string]string{"cell": "color-background-solid", "row": "color-background-solid", "value": "color-text"}[word(s, "colorMode")]; cell != "" {
				add("custom.cellOptions", map[string]any{"type": cell, "mode": "basic", "applyToRow": word(s, "colorMode") == "row"})
			}
		case "date":
			add("unit", "time:"+orElse(word(s, "dateFormat"), "YYYY-MM-DD HH:mm:ss"))
		case "hidden":
			add("custom.hidden", true)
		}
		if maps := oldMaps(s); len(maps) > 0 && word(s, "type") != "hidden" {
			add("mappings", maps)
		}
		if url := word(s, "linkUrl"); isSet(s, "link") && url != "" {
			add("links", []any{map[string]any{"title": word(s, "linkTooltip"), "url": cellLink(url), "targetBlank": isSet(s, "linkTargetBlank")}})
		}
		if pattern == "" || len(props) == 0 {
			continue
		}
		id := "byName"
		if strings.HasPrefix(pattern, "/") {
			id = "byRegexp"
		}
		overrides = append(overrides, map[string]any{"matcher": map[string]any{"id": id, "options": pattern}, "properties": props})
	}
	out["fieldConfig"] = map[string]any{"defaults": ownDefaults(m), "overrides": overrides}
	out["options"] = oldTableOptions(m, say)
	return out
}

// ownDefaults are what an old table says of all columns in today's words: a unit, decimals.
func ownDefaults(m map[string]any) map[string]any {
	out := maps.Clone(part(part(m, "fieldConfig"), "defaults"))
	if out == nil {
		out = map[string]any{}
	}
	delete(out, "custom") // of the kind of panel that wrote it
	return out
}

// isOldTable tells an old table from one of today, which may have old options left.
func isOldTable(m map[string]any) bool {
	options := part(m, "options")
	today := func(key string) bool { return options[key] != nil }
	return word(m, "type") == "table" && !slices.ContainsFunc([]string{"showHeader", "cellHeight", "footer", "sortBy", "frameIndex"}, today)
}

func oldTableOptions(m map[string]any, say func(string)) map[string]any {
	out := map[string]any{"showHeader": m["showHeader"] == nil || isSet(m, "showHeader")}
	if sort := part(m, "sort"); sort["col"] != nil {
		out["sortBy"] = []any{map[string]any{"column": sort["col"], "desc": sort["desc"]}}
	}
	if num(m, "pageSize") > 0 {
		out["footer"] = map[string]any{"enablePagination": true}
	}
	if size := word(m, "fontSize"); size != "" && size != "100%" {
		say("letters of " + size + " (fontSize) are not heeded")
	}
	return out
}

// oldBuckets are the sizes of an old heat map's cells.
func oldBuckets(m map[string]any) map[string]any {
	out := map[string]any{}
	for _, axis := range []string{"x", "y"} {
		if size := m[axis+"BucketSize"]; size != nil && size != "" {
			out[axis+"Buckets"] = map[string]any{"mode": "size", "value": size}
		} else if n := m[axis+"BucketNumber"]; n != nil && n != "" {
			out[axis+"Buckets"] = map[string]any{"mode": "count", "value": n}
		}
	}
	y := part(m, "yAxis")
	if base := num(y, "logBase"); base > 1 {
		scale := map[string]any{"type": "log", "log": base}
		out["yBuckets"] = map[string]any{"mode": "count", "value": max(1, num(y, "splitFactor")), "scale": scale}
	}
	return out
}

// fromOldHeatmap reads the heat map of before Grafana 9.
func fromOldHeatmap(m map[string]any) {
	if m["dataFormat"] == nil && m["yAxis"] == nil {
		return
	}
	y, c, legend := part(m, "yAxis"), part(m, "color"), part(m, "legend")
	unit := y["format"]
	options := map[string]any{
		"calculate": word(m, "dataFormat") != "tsbuckets",
		"yAxis":     map[string]any{"axisPlacement": "left", "unit": unit, "decimals": y["decimals"], "min": y["min"], "max": y["max"], "reverse": isSet(m, "reverseYBuckets")},
		"color":     map[string]any{"mode": "scheme", "scheme": strings.TrimPrefix(word(c, "colorScheme"), "interpolate"), "exponent": c["exponent"], "steps": 64.0, "fill": c["cardColor"], "min": c["min"], "max": c["max"]},
		"legend":    map[string]any{"show": isSet(legend, "show")},
		"tooltip":   map[string]any{"mode": "single", "yHistogram": isSet(part(m, "tooltip"), "showHistogram")},
		"cellGap":   part(m, "cards")["cardPadding"], "cellRadius": part(m, "cards")["cardRound"], "calculation": oldBuckets(m),
	}
	if layout := map[string]string{"lower": "ge", "upper": "le", "middle": "unknown"}[word(m, "yBucketBound")]; layout != "" {
		options["rowsFrame"] = map[string]any{"layout": layout}
	}
	if word(c, "colorScale") == "linear" {
		part(options, "color")["scale"] = "linear"
	}
	if word(c, "mode") == "opacity" {
		part(options, "color")["mode"] = "opacity"
	}
	if isSet(m, "hideZeroBuckets") {
		options["filterValues"] = map[string]any{"le": 1e-9}
	}
	kept := keep(m)
	clear(m)
	maps.Copy(m, kept)
	m["type"] = "heatmap"
	m["options"] = options
	m["fieldConfig"] = map[string]any{"defaults": map[string]any{}, "overrides": []any{}}
}
