package grafana

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// kind is what is known of a type of panel: the names of its options and of its
// fields' options. A name followed by ".*" has anything below it.
type kind struct{ options, custom string }

const (
	legendOptions  = "legend.showLegend legend.displayMode legend.placement legend.calcs legend.width legend.asTable legend.isVisible legend.sortBy legend.sortDesc legend.values legend.show legend.limit legend.overflow legend.enableFacetedFilter legend.facetedFilterPinned "
	tooltipOptions = "tooltip.mode tooltip.sort tooltip.hideZeros tooltip.maxWidth tooltip.maxHeight tooltip.show tooltip.hoverProximity "
	reduceOptions  = "reduceOptions.calcs reduceOptions.values reduceOptions.fields reduceOptions.limit text.titleSize text.valueSize text.percentSize orientation "
	axisCustom     = "axisPlacement axisLabel axisWidth axisSoftMin axisSoftMax axisCenteredZero axisColorMode axisBorderShow axisGridShow scaleDistribution.type scaleDistribution.log scaleDistribution.linearThreshold "
	hideCustom     = "hideFrom.legend hideFrom.tooltip hideFrom.viz "
	graphCustoms   = axisCustom + hideCustom + "drawStyle lineInterpolation lineWidth lineStyle.fill lineStyle.dash fillOpacity gradientMode fillBelowTo spanNulls insertNulls showPoints showValues pointSize pointSymbol stacking.mode stacking.group barAlignment barWidthFactor barMaxWidth thresholdsStyle.mode transform lineColor fillColor pointColor "
)

// kinds are the types that are known.
var kinds = map[string]kind{
	"row":        {},
	"text":       {options: "mode content code.language code.showLineNumbers code.showMiniMap renderMode"},
	"timeseries": {legendOptions + tooltipOptions + "orientation timezone timeCompare timeCompare.* annotations.* disableKeyboardEvents", graphCustoms},
	"trend":      {legendOptions + tooltipOptions + "xField", graphCustoms},
	"xychart":    {legendOptions + tooltipOptions + "mapping dims.* series seriesMapping xField", graphCustoms + "show pointShape pointStrokeWidth pointSize.*"},
	"stat":       {reduceOptions + "textMode colorMode graphMode justifyMode wideLayout showPercentChange percentChangeColorMode", hideCustom + "prefix postfix"},
	"gauge":      {reduceOptions + "showThresholdLabels showThresholdMarkers sizing minVizWidth minVizHeight text.* shape barWidthFactor sparkline effects.* segmentCount segmentSpacing barShape endpointMarker textMode neutral glow", hideCustom + "neutral prefix postfix"},
	"bargauge":   {reduceOptions + legendOptions + "displayMode valueMode namePlacement showUnfilled sizing minVizWidth minVizHeight maxVizHeight", hideCustom + "prefix postfix"},
	"histogram":  {legendOptions + tooltipOptions + "bucketSize bucketOffset bucketCount combine", hideCustom + "stacking.mode stacking.group lineWidth fillOpacity gradientMode axisPlacement " + axisCustom},
	"heatmap":    {tooltipOptions + "calculate calculation.xBuckets.* calculation.yBuckets.* color.* cellGap cellRadius cellValues.unit cellValues.decimals showValue yAxis.* rowsFrame.layout rowsFrame.value rowsFrame.unit rowsFrame.decimals rowsFrame.yBucketScale.* filterValues.le filterValues.ge legend.show legend.placement legend.width tooltip.yHistogram tooltip.showColorScale exemplars.color selectionMode annotations.*", hideCustom + "scaleDistribution.*"},
	"table": {"showHeader cellHeight footer.show footer.reducer footer.countRows footer.enablePagination footer.fields frameIndex sortBy enablePagination showTypeIcons frozenColumns.* maxRowHeight pageSize disableKeyboardEvents",
		hideCustom + "align width minWidth cellOptions.* displayMode filterable hidden hideHeader inspect wrapText wrapHeaderText footer.* tooltip.* styleField sortable"},
	"state-timeline": {legendOptions + tooltipOptions + "mergeValues showValue alignValue rowHeight colWidth perPage timezone annotations.*", axisCustom + hideCustom + "lineWidth fillOpacity spanNulls insertNulls"},
	"status-history": {legendOptions + tooltipOptions + "mergeValues showValue alignValue rowHeight colWidth perPage timezone annotations.*", axisCustom + hideCustom + "lineWidth fillOpacity spanNulls insertNulls"},
	"piechart":       {reduceOptions + legendOptions + tooltipOptions + "pieType displayLabels sort", hideCustom},
	"barchart":       {legendOptions + tooltipOptions + "orientation xField colorByField showValue stacking groupWidth barWidth barRadius fullHighlight xTickLabelRotation xTickLabelMaxLength xTickLabelSpacing text.*", axisCustom + hideCustom + "lineWidth fillOpacity gradientMode thresholdsStyle.mode"},
	"nodeGraph":      {options: "zoomMode layoutAlgorithm nodes.mainStatUnit nodes.secondaryStatUnit nodes.arcs edges.mainStatUnit edges.secondaryStatUnit"},
	"traces":         {options: "spanFilters.* timeRange.*"},
}

// kindOf gives what is known of a type, false for a type that is not.
func kindOf(name string) (kind, bool) {
	k, known := kinds[name]
	return k, known
}

// unknownOptions lists what the options of a panel ask for and nobody knows.
func unknownOptions(o *object, p Panel) {
	k, known := kindOf(p.Type)
	if !known {
		if p.Type != "" {
			o.say("its type %q is not known", p.Type)
		} else if !o.has("libraryPanel") {
			o.say("it has no type")
		}
		return
	}
	options := names(k.options)
	for _, path := range paths(p.Options, "", 0) {
		if !fits(path, options) && !leftOf(path, func(k kind) string { return k.options }) && path != "alertThreshold" {
			o.say("option options.%s is not known", path)
		}
	}
	custom := names(k.custom)
	for _, path := range paths(p.Field.Defaults.Custom, "", 0) {
		if !fits(path, custom) && !leftOf(path, func(k kind) string { return k.custom }) {
			o.say("option custom.%s is not known", path)
		}
	}
	for i, ov := range p.Field.Overrides {
		for _, pr := range ov.Properties {
			if text := unknownProperty(pr, custom); text != "" {
				o.say("override %d: %s", i+1, text)
			}
		}
	}
}

func unknownProperty(p Property, custom []string) string {
	key, ok := strings.CutPrefix(p.ID, "custom.")
	if !ok {
		var f FieldOptions
		if err := f.Set(p.ID, p.Value); err != nil {
			return err.Error()
		}
		return ""
	}
	for _, name := range custom {
		if name == key || strings.HasPrefix(name, key+".") || strings.HasPrefix(key, strings.TrimSuffix(name, "*")) && strings.HasSuffix(name, ".*") {
			return ""
		}
	}
	return "option custom." + key + " is not known"
}

func names(list string) []string { return strings.Fields(list) }

func fits(path string, known []string) bool {
	for _, k := range known {
		if prefix, any := strings.CutSuffix(k, ".*"); k == path || any && (path == prefix || strings.HasPrefix(path, prefix+".")) {
			return true
		}
	}
	return false
}

// paths are the names of the values in an object, with a dot between levels. What
// is null, empty or a list counts as one value.
func paths(raw json.RawMessage, prefix string, depth int) []string {
	var m map[string]json.RawMessage
	if len(raw) == 0 || json.Unmarshal(raw, &m) != nil {
		return nil
	}
	var out []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		v := m[k]
		switch {
		case len(v) > 2 && v[0] == '{' && depth < 4:
			out = append(out, paths(v, prefix+k+".", depth+1)...)
		case string(v) == "null" || string(v) == "{}":
		default:
			out = append(out, prefix+k)
		}
	}
	return out
}
