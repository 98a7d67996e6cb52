package grafana

import "strings"

// oldNames are the options that graphs, single stats, tables and heat maps of old had
// beside "options". On a panel of today's type they are left of the type that it was
// before, and mean nothing, in Grafana neither.
const oldNames = "aliasColors alertThreshold autoMigrateFrom bars dashLength dashes decimals fill fillGradient grid hiddenSeries legend lines linewidth nullPointMode paceLength percentage pointradius points seriesOverrides spaceLength stack steppedLine " +
	"thresholds timeRegions tooltip xaxis yaxes yaxis x-axis y-axis zerofill colorBackground colorValue colors format gauge mappingType mappingTypes nullText postfix postfixFontSize prefix prefixFontSize rangeMaps sparkline tableColumn valueFontSize valueMaps valueName " +
	"columns fontSize pageSize scroll showHeader sort styles transform cards color dataFormat highlightCards hideZeroBuckets reverseYBuckets xBucketNumber xBucketSize yAxis xAxis yBucketBound yBucketNumber yBucketSize tooltipDecimals sorting_props default_title_for_rows"

// passLeft takes no notice of what a panel of today's type has left of an earlier one.
func passLeft(o *object, kind string) {
	switch _, known := kindOf(kind); {
	case kind == "heatmap" || kind == "text":
		o.pass(strings.Fields("aliasColors bars fill fillGradient lines linewidth nullPointMode points pointradius percentage seriesOverrides stack steppedLine yaxes yaxis style")...)
	case known:
		o.pass(strings.Fields(oldNames)...)
	}
}

// leftOf tells whether an option is one of another type of panels, left when the type was
// changed.
func leftOf(path string, other func(kind) string) bool {
	for _, k := range kinds {
		if fits(path, names(other(k))) {
			return true
		}
	}
	return false
}
