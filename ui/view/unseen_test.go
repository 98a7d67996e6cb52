package view

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supersonic/ui/frame"
	"supersonic/ui/grafana"
	"supersonic/ui/payload"
)

// What dashboards of other people taught; testdata/foreign has them.

func notes(v []string) string { return strings.Join(v, " | ") }

func TestASingleValueWithoutDataShowsTheTextForNone(t *testing.T) {
	for _, kind := range []string{"stat", "gauge", "bargauge"} {
		v := made(t, `{"type":"`+kind+`","targets":[{"refId":"A"}],"fieldConfig":{"defaults":{"noValue":"0","thresholds":{"mode":"absolute","steps":[{"color":"red","value":null}]}}}}`)
		if len(v.Stats.Values) != 1 || v.Stats.Values[0].Value.Text != "0" || v.Stats.Values[0].Value.Color != newTheme(false).color("red") || v.Empty != "" {
			t.Errorf("%s: %+v, empty %q", kind, v.Stats.Values, v.Empty)
		}
	}
	if v := made(t, `{"type":"stat","targets":[{"refId":"A"}]}`); len(v.Stats.Values) != 0 || v.Empty == "" {
		t.Errorf("without such a text it says that there is no data: %+v %q", v.Stats.Values, v.Empty)
	}
	if v := made(t, `{"type":"timeseries","targets":[{"refId":"A"}],"fieldConfig":{"defaults":{"noValue":"no servers"}}}`); v.Empty != "no servers" {
		t.Errorf("a chart: %q", v.Empty)
	}
}

func TestAnOverrideOfTheOlderDisplayModeWins(t *testing.T) {
	v := made(t, `{"type":"table","fieldConfig":{"defaults":{"custom":{"cellOptions":{"type":"auto"}}},"overrides":[{"matcher":{"id":"byName","options":"a"},"properties":[{"id":"custom.displayMode","value":"color-background-solid"}]}]}}`,
		frame.Frame{Fields: []frame.Field{{Name: "a", Kind: frame.Number, Values: []float64{1}}}})
	if got := v.Table.Columns[0].Cell; got != "colour-background" {
		t.Errorf("cell %q", got)
	}
}

func TestAnOldTableKeepsItsWordsAndItsRows(t *testing.T) {
	v := made(t, `{"type":"table-old","styles":[{"pattern":"pod","type":"string","mappingType":1,"valueMaps":[{"value":"triton-0","text":"zero"}]},{"pattern":"Value","type":"number","colorMode":"row","colors":["green","red"],"thresholds":["1"]}]}`,
		frame.Frame{Fields: []frame.Field{{Name: "pod", Kind: frame.Text, Texts: []string{"triton-0", "triton-1"}}, {Name: "Value", Kind: frame.Number, Values: []float64{0, 2}}}})
	if got := []string{v.Table.Rows[0][0].Text, v.Table.Rows[1][0].Text}; !cmp.Equal(got, []string{"zero", "triton-1"}) || !v.Table.Columns[1].WholeRow || v.Table.Columns[1].Gradient {
		t.Errorf("%v, %+v", got, v.Table.Columns[1])
	}
}

func TestAnOldTableIsSortedByItsColumnsNumberAndHasPages(t *testing.T) {
	v := made(t, `{"type":"table-old","styles":[],"sort":{"col":1,"desc":true},"pageSize":5,"fontSize":"100%"}`,
		frame.Frame{Fields: []frame.Field{texts("pod", "a", "b", "c"), number("Value", nil, 2, 3, 1)}})
	var order []string
	for _, row := range v.Table.Rows {
		order = append(order, row[0].Text)
	}
	if !cmp.Equal(order, []string{"b", "a", "c"}) || v.Table.SortBy != "Value" || !v.Table.SortDesc || v.Table.PageSize == 0 {
		t.Errorf("%v, by %q, pages of %d", order, v.Table.SortBy, v.Table.PageSize)
	}
}

func TestValuesOfOptionsThatNobodyKnowsAreSaidOfEveryKind(t *testing.T) {
	one := samples("A", "a", nil, 1, 2)
	for text, want := range map[string][]string{
		`{"type":"timeseries","options":{"legend":{"displayMode":"tree","placement":"left"},"tooltip":{"mode":"all","sort":"name"}},"fieldConfig":{"defaults":{"custom":{"axisPlacement":"top"}}}}`: {`"tree"`, `"left"`, `"all"`, `"name"`, `"top"`},
		`{"type":"heatmap","options":{"yAxis":{"axisPlacement":"below"},"color":{"mode":"rainbow","scale":"cubic"},"showValue":"sometimes"}}`:                                                       {`"below"`, `"rainbow"`, `"cubic"`, `"sometimes"`},
		`{"type":"table","options":{"cellHeight":"xl"}}`: {`"xl"`},
		`{"type":"barchart","fieldConfig":{"defaults":{"custom":{"gradientMode":"scheme","scaleDistribution":{"type":"ordinal"}}}}}`: {"gradientMode", `"ordinal"`},
	} {
		var said []string
		for _, n := range made(t, text, one).Notes {
			said = append(said, n.Text)
		}
		for _, value := range want {
			if !strings.Contains(notes(said), value) {
				t.Errorf("%s is not said: %s", value, notes(said))
			}
		}
	}
}

func TestAnOldHeatMapHasItsOwnBuckets(t *testing.T) {
	v := made(t, `{"type":"heatmap","dataFormat":"timeseries","yAxis":{"logBase":2,"splitFactor":2,"format":"ms"},"cards":{"cardRound":3}}`, samples("A", "a", nil, 1, 2, 4, 7)).Heatmap
	if !v.Log || v.RadiusPx != 3 || !cmp.Equal(v.Edges[:3], []float64{1, 1.41421356237, 2}) {
		t.Errorf("log %v, radius %v, edges %v", v.Log, v.RadiusPx, v.Edges)
	}
}

func TestBoundsOfAHeatMapsAxisLeaveTheRowsBetween(t *testing.T) {
	buckets := []frame.Frame{samples("A", "1", map[string]string{"le": "1"}, 1), samples("A", "5", map[string]string{"le": "5"}, 2), samples("A", "9", map[string]string{"le": "9"}, 3)}
	v := made(t, `{"type":"heatmap","options":{"yAxis":{"min":"1","max":5}}}`, buckets...).Heatmap
	if !cmp.Equal(v.Edges, []float64{1, 5}) || len(v.Counts) != 1 || !cmp.Equal(v.Names, []string{"5"}) {
		t.Errorf("edges %v, names %v, %d rows", v.Edges, v.Names, len(v.Counts))
	}
}

func TestWhatALineAsksForAndNobodyKnowsIsSaid(t *testing.T) {
	v := made(t, `{"type":"timeseries","fieldConfig":{"defaults":{"custom":{"drawStyle":"area","lineInterpolation":"wavy","fillBelowTo":"nobody","stacking":{"mode":"sideways"}}}}}`, samples("A", "a", nil, 1, 2))
	var said []string
	for _, n := range v.Notes {
		said = append(said, n.Text)
	}
	for _, want := range []string{`"area"`, `"wavy"`, `"nobody"`, `"sideways"`} {
		if !strings.Contains(notes(said), want) {
			t.Errorf("%s is not said: %s", want, notes(said))
		}
	}
	if l := v.Chart.Lines[0]; l.Draw != "line" || l.Curve != "linear" {
		t.Errorf("%s %s", l.Draw, l.Curve)
	}
}

func TestPartsOfATextBecomeFields(t *testing.T) {
	f := func(options string, want ...string) {
		t.Helper()
		rows := frame.Frame{Fields: []frame.Field{{Name: "s", Kind: frame.Text, Texts: []string{"cms/7", "atlas/12"}}}}
		m := &maker{panel: &grafana.Panel{Transformations: []grafana.Transformation{{ID: "extractFields", Options: []byte(options)}}}, env: &Env{}, theme: newTheme(false)}
		if diff := cmp.Diff([][]string{want}, linesOf(m.transform([]frame.Frame{rows}))); diff != "" || len(m.notes) > 0 {
			t.Errorf("%s: %s %v", options, diff, m.notes)
		}
	}
	f(`{"source":"s","format":"regexp","regExp":"/(?<site>\\w+)\\/(?<n>\\d+)/","replace":true}`, "n: 7,12", "site: cms,atlas")
	f(`{"source":"s","format":"delimiter","delimiter":"/","replace":true}`, "7: true,", "cms: true,", "12: ,true", "atlas: ,true")
}

func TestWhatIsHiddenInTheAreaAloneIsOffInTheLegend(t *testing.T) {
	data := []frame.Frame{samples("A", "a", nil, 1, 2), samples("B", "b", nil, 3, 4), samples("C", "c", nil, 5, 6)}
	for kind, of := range map[string]func(payload.PanelView) []string{
		"timeseries": func(v payload.PanelView) (out []string) {
			for _, l := range v.Chart.Lines {
				out = append(out, fmt.Sprintf("%s off=%v seen=%v", l.Name, l.Off, !l.Hidden))
			}
			return out
		},
		"histogram": func(v payload.PanelView) (out []string) {
			for _, l := range v.Histogram.Lines {
				out = append(out, fmt.Sprintf("%s off=%v seen=%v", l.Name, l.Off, !l.Hidden))
			}
			return out
		},
		"barchart": func(v payload.PanelView) []string {
			out := []string{"", "", "c off=false seen=false"} // is not even told
			for i, s := range v.Bars.Series {
				out[i] = fmt.Sprintf("%s off=%v seen=true", s.Name, s.Off)
			}
			return out
		},
		"piechart": func(v payload.PanelView) []string {
			out := []string{"", "", "c off=false seen=false"}
			for i, s := range v.Pie.Slices {
				out[len(v.Pie.Slices)-1-i] = fmt.Sprintf("%s off=%v seen=true", s.Name, s.Off)
			}
			equal(t, "shares of what is seen", []string{"", "100%"}, []string{whole(v.Pie.Slices[0].Percent), whole(v.Pie.Slices[1].Percent)})
			return out
		},
	} {
		v := made(t, `{"type":"`+kind+`","fieldConfig":{"overrides":[
			{"matcher":{"id":"byName","options":"b"},"properties":[{"id":"custom.hideFrom","value":{"viz":true,"legend":false,"tooltip":true}}]},
			{"matcher":{"id":"byName","options":"c"},"properties":[{"id":"custom.hideFrom","value":{"viz":true,"legend":true,"tooltip":true}}]}]}}`, data...)
		equal(t, kind, []string{"a off=false seen=true", "b off=true seen=true", "c off=false seen=false"}, of(v))
	}
}

func TestAPieHasSharesOfTheSumInOrder(t *testing.T) {
	v := made(t, `{"type":"piechart","options":{"pieType":"donut","displayLabels":["name","percent"],"legend":{"values":["percent"]}},"fieldConfig":{"defaults":{"decimals":1},"overrides":[{"matcher":{"id":"byName","options":"b"},"properties":[{"id":"color","value":{"mode":"fixed","fixedColor":"red"}}]}]}}`,
		samples("A", "a", nil, 1), samples("A", "b", nil, 6), samples("A", "c", nil, -3), samples("A", "d", nil, 2)).Pie
	var got []string
	for _, s := range v.Slices {
		got = append(got, s.Name+" "+whole(s.Percent))
	}
	if diff := cmp.Diff([]string{"b 66.7%", "d 22.2%", "a 11.1%", "c 0.0%"}, got); diff != "" {
		t.Error(diff)
	}
	theme := newTheme(false)
	if !v.Donut || !cmp.Equal(v.Legend.Calcs, []string{"Percent"}) || v.Slices[0].Value.Color != theme.color("red") || v.Slices[1].Value.Color != theme.series[3] {
		t.Errorf("donut %v, legend %v, %s %s", v.Donut, v.Legend.Calcs, v.Slices[0].Value.Color, v.Slices[1].Value.Color)
	}
}

func TestEveryRowOfAPieOfRowsHasAColour(t *testing.T) {
	rows := frame.Frame{Fields: []frame.Field{{Name: "model", Kind: frame.Text, Texts: []string{"jets", "taus"}}, {Name: "n", Kind: frame.Number, Values: []float64{1, 3}}}}
	v := made(t, `{"type":"piechart","options":{"reduceOptions":{"values":true},"sort":"none"}}`, rows).Pie
	if len(v.Slices) != 2 || v.Slices[0].Name != "jets" || v.Slices[0].Value.Color == v.Slices[1].Value.Color {
		t.Errorf("%+v", v.Slices)
	}
}

func TestABarChartHasANameForEachRowAndASeriesForEachNumber(t *testing.T) {
	rows := frame.Frame{Fields: []frame.Field{
		{Name: "Time", Kind: frame.Time, Values: []float64{1, 2}}, {Name: "model", Kind: frame.Text, Texts: []string{"jets", "taus"}},
		{Name: "ok", Kind: frame.Number, Values: []float64{1, 3}}, {Name: "bad", Kind: frame.Number, Values: []float64{0, 9}},
	}}
	v := made(t, `{"type":"barchart","options":{"stacking":"percent","xTickLabelRotation":-45,"orientation":"horizontal"},"fieldConfig":{"defaults":{"unit":"reqps"},"overrides":[{"matcher":{"id":"byName","options":"bad"},"properties":[{"id":"color","value":{"mode":"thresholds"}},{"id":"thresholds","value":{"mode":"absolute","steps":[{"color":"green","value":null},{"color":"red","value":5}]}}]}]}}`, rows).Bars
	if !cmp.Equal(v.Names, []string{"jets", "taus"}) || len(v.Series) != 2 || v.Stacking != "percent" || v.Orientation != "horizontal" || v.TickTurn != -45 {
		t.Fatalf("%+v", v)
	}
	theme := newTheme(false)
	if b := v.Series[1].Bars; b[0].Color != theme.color("green") || b[1].Color != theme.color("red") || whole(v.Series[0].Bars[1]) != "3 req/s" || v.Series[0].Color != theme.series[0] {
		t.Errorf("%+v", v.Series)
	}
}

func TestABarChartOfSeveralSeriesJoinsThemByTimeAndWritesItShort(t *testing.T) {
	v := made(t, `{"type":"barchart"}`, samples("A", "a", nil, 1, 2), samples("B", "b", nil, 3, 4)).Bars
	if len(v.Series) != 2 || len(v.Names) != 2 || len(v.Names[0]) > len("00:00:00") {
		t.Errorf("%v, %d series", v.Names, len(v.Series))
	}
	if got := made(t, `{"type":"barchart","options":{"xField":"nobody"}}`, frame.Frame{Fields: []frame.Field{{Name: "n", Kind: frame.Number, Values: []float64{1}}}}); got.Empty == "" || len(got.Notes) != 1 {
		t.Errorf("without names: %q, %v", got.Empty, got.Notes)
	}
}

func TestAnOldSinglestatKeepsWhatStandsAroundItsValue(t *testing.T) {
	v := made(t, `{"type":"singlestat","format":"percent","prefix":"is ","postfix":" now","valueName":"current"}`, samples("A", "a", nil, 2))
	if got := whole(v.Stats.Values[0].Value); got != "is 2% now" {
		t.Errorf("%q", got)
	}
}

func TestBarsStandOnALogarithmicAxis(t *testing.T) {
	rows := frame.Frame{Fields: []frame.Field{texts("pod", "a", "b"), number("n", nil, 5, 4000)}}
	one := func(custom, options string, fr frame.Frame) payload.PanelView {
		return made(t, `{"type":"barchart","options":{`+options+`},"fieldConfig":{"defaults":{"custom":{`+custom+`}}}}`, fr)
	}
	v := one(`"scaleDistribution":{"type":"log","log":10},"axisPlacement":"right","gradientMode":"opacity","thresholdsStyle":{"mode":"area"}`, "", rows)
	if x := v.Bars.Axis; len(v.Notes) != 0 || x.Scale != "log" || x.LogBase != 10 || x.Side != "right" || x.ThresholdStyle != "area" || v.Bars.Series[0].Gradient != "opacity" {
		t.Errorf("%+v, said %v", x, v.Notes)
	}
	if x := one(`"scaleDistribution":{"type":"symlog","linearThreshold":5}`, "", rows).Bars.Axis; x.Scale != "symlog" || x.LinearBelow != 5 {
		t.Errorf("%+v", x)
	}
	rows.Fields[1].Values[0] = 0
	if v := one(`"scaleDistribution":{"type":"log"}`, "", rows); len(v.Notes) != 1 || !strings.Contains(v.Notes[0].Text, "at or below nought") {
		t.Errorf("a bar that is not drawn is not said: %v", v.Notes)
	}
	if v := one(`"scaleDistribution":{"type":"log"}`, `"stacking":"percent"`, rows); len(v.Notes) != 1 || !strings.Contains(v.Notes[0].Text, "linear axis") {
		t.Errorf("the axis of shares is not said: %v", v.Notes)
	}
}

func TestAHeatMapsAxisIsLeftRightOrHidden(t *testing.T) {
	for place, want := range map[string][2]bool{"left": {}, "auto": {}, "right": {true, false}, "hidden": {false, true}} {
		v := made(t, `{"type":"heatmap","options":{"calculate":true,"yAxis":{"axisWidth":70,"axisPlacement":"`+place+`"}}}`, samples("A", "a", nil, 1, 2))
		if h := v.Heatmap; len(v.Notes) != 0 || [2]bool{h.AxisRight, h.AxisHidden} != want || h.AxisWidthPx != 70 {
			t.Errorf("%s: right %v, hidden %v, %v px, said %v", place, h.AxisRight, h.AxisHidden, h.AxisWidthPx, v.Notes)
		}
	}
}

func TestAGraphOfDataWithoutNodesSaysWhatItNeeds(t *testing.T) {
	v := made(t, `{"type":"nodeGraph"}`, samples("nodes", "a", nil, 1, 2))
	if !strings.Contains(v.Empty, "column of nodes") {
		t.Errorf("%q", v.Empty)
	}
}

func TestTheLegendsOfTheNewestGrafanaAreReadOrSaid(t *testing.T) {
	said := func(legend string) string {
		var list []string
		for _, n := range made(t, `{"type":"timeseries","options":{"legend":`+legend+`}}`, samples("A", "a", nil, 1, 2)).Notes {
			list = append(list, n.Text)
		}
		return notes(list)
	}
	if text := said(`{"overflow":"ellipsis","enableFacetedFilter":false}`); text != "" {
		t.Error(text)
	}
	if text := said(`{"overflow":"wrap","enableFacetedFilter":true}`); !strings.Contains(text, `"wrap"`) || !strings.Contains(text, "enableFacetedFilter") {
		t.Error(text)
	}
}

func TestHowAnnotationsLookAndKeysActIsSaidWhereItIsWantedOtherwise(t *testing.T) {
	for _, kind := range []string{"timeseries", "heatmap", "state-timeline"} {
		said := func(options string) string {
			var list []string
			for _, n := range made(t, `{"type":"`+kind+`","options":{"calculate":true,`+options+`}}`, samples("A", "a", nil, 1, 2)).Notes {
				list = append(list, n.Text)
			}
			return notes(list)
		}
		if text := said(`"annotations":{"multiLane":false,"clustering":-1}`); text != "" {
			t.Errorf("%s: %s", kind, text)
		}
		text := said(`"annotations":{"multiLane":true,"clustering":1,"lines":{"width":4}}`)
		for _, want := range []string{"multiLane", "clustering", "annotations.lines"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s does not say %s: %q", kind, want, text)
			}
		}
	}
	if v := made(t, `{"type":"timeseries","options":{"disableKeyboardEvents":true}}`, samples("A", "a", nil, 1, 2)); len(v.Notes) != 1 {
		t.Errorf("%v", v.Notes)
	}
}

func TestAMappingOfNaNIsOfAValueThatIsNone(t *testing.T) {
	v := made(t, `{"type":"stat","fieldConfig":{"defaults":{"mappings":[{"type":"value","options":{"NaN":{"text":"none","index":0},"Infinity":{"text":"much","index":1}}}]}}}`,
		samples("A", "a", nil, frame.Missing()), samples("B", "b", nil, 3))
	if got := whole(v.Stats.Values[0].Value) + " " + whole(v.Stats.Values[1].Value); got != "none 3" {
		t.Error(got)
	}
	if _, err := json.Marshal(v); err != nil {
		t.Errorf("the page cannot send it: %v", err)
	}
}

func TestPatternsWithLookAroundAreThoseOfJavaScript(t *testing.T) {
	v := made(t, `{"type":"stat","fieldConfig":{"defaults":{"mappings":[{"type":"regex","options":{"pattern":"/(\\d)(?!\\d)/","result":{"text":"<$1>"}}}]},
		"overrides":[{"matcher":{"id":"byRegexp","options":"/^((?!(bad)).)*$/"},"properties":[{"id":"unit","value":"ms"}]}]},"options":{"reduceOptions":{"fields":"/^(?!Time)/"}},
		"transformations":[{"id":"renameByRegex","options":{"regex":"/(\\w+)(?= pod)/g","renamePattern":"$1's"}}]}`,
		samples("A", "a pod b pod", nil, 1, 12), samples("B", "bad", nil, 5), frame.Frame{Fields: []frame.Field{texts("words", "x12y34")}}).Stats
	var got []string
	for _, s := range v.Values {
		got = append(got, s.Name+": "+whole(s.Value))
	}
	if diff := cmp.Diff([]string{"a's pod b's pod: 12 ms", "bad: 5", "words: x1<2>y34"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestAPatternThatTakesTooLongIsSaid(t *testing.T) {
	v := made(t, `{"type":"stat","fieldConfig":{"overrides":[{"matcher":{"id":"byRegexp","options":"/^(?!b)(a+)+$/"},"properties":[{"id":"unit","value":"ms"}]}]}}`, samples("A", strings.Repeat("a", 60)+"!", nil, 1))
	if len(v.Notes) != 1 || !strings.Contains(v.Notes[0].Text, "too long") {
		t.Errorf("%+v", v.Notes)
	}
}

func TestAConditionThatTakesTooLongIsSaid(t *testing.T) {
	v := made(t, `{"type":"table","transformations":[{"id":"filterByValue","options":{"filters":[{"fieldName":"Pod","config":{"id":"regex","options":{"value":"^(?!b)(a+)+$"}}}]}}]}`,
		frame.Frame{RefID: "A", Fields: []frame.Field{texts("Pod", strings.Repeat("a", 60)+"!")}})
	if len(v.Notes) != 1 || !strings.Contains(v.Notes[0].Text, "too long") {
		t.Errorf("%+v", v.Notes)
	}
}

func TestDataOfWhichNothingIsLeftIsToldFromNoData(t *testing.T) {
	text := `{"type":"table","targets":[{"refId":"A","expr":"up"}],"transformations":[{"id":"filterFieldsByName","options":{"include":{"names":["role"]}}}]}`
	if v := made(t, text, samples("A", "a", nil, 1)); !strings.Contains(v.Empty, "transformations leave nothing") {
		t.Errorf("%q", v.Empty)
	}
	if v := made(t, text); !strings.Contains(v.Empty, "No data in this time range") {
		t.Errorf("%q", v.Empty)
	}
}

func TestTheTablesBelowRowsHaveHeadersUnlessTheFileSaysNo(t *testing.T) {
	for value, want := range map[string]bool{"true": true, "false": false, "null": true} {
		v := made(t, `{"type":"table","transformations":[{"id":"groupToNestedTable","options":{"showSubframeHeaders":`+value+`,"fields":{"pod":{"operation":"groupby","aggregations":[]}}}}]}`,
			frame.Frame{Fields: []frame.Field{texts("pod", "a", "a"), number("n", nil, 1, 2)}}).Table
		if len(v.Nested) != 1 || v.Nested[0].ShowHeader != want {
			t.Errorf("%s: %d tables, header %v", value, len(v.Nested), len(v.Nested) > 0 && v.Nested[0].ShowHeader)
		}
	}
}

func TestAGaugeOfTheNewestGrafanaHasItsRing(t *testing.T) {
	one := func(options string) payload.PanelView {
		return made(t, `{"type":"gauge","options":{`+options+`}}`, samples("A", "a", nil, 1, 2))
	}
	usual := payload.Ring{Width: 0.5, Segments: 1, Gap: 0.3}
	if v := one(`"barShape":"flat","barWidthFactor":0.5,"effects":{"barGlow":false,"gradient":true},"endpointMarker":"point","segmentCount":1,"segmentSpacing":0.3,"shape":"gauge"`); len(v.Notes) != 0 || v.Stats.Ring != usual || v.Stats.Values[0].Neutral != nil {
		t.Errorf("%+v, said %v", v.Stats.Ring, v.Notes)
	}
	v := one(`"barShape":"rounded","barWidthFactor":9,"segmentCount":12,"segmentSpacing":0.5,"shape":"circle","sparkline":true,"neutral":1.5`)
	if n := v.Stats.Values[0].Neutral; len(v.Notes) != 0 || v.Stats.Ring != (payload.Ring{Circle: true, Width: 1, Round: true, Segments: 12, Gap: 0.5, Spark: true}) || n == nil || *n != 1.5 {
		t.Errorf("%+v, said %v", v.Stats.Ring, v.Notes)
	}
	for _, glows := range []string{`"effects":{"barGlow":true}`, `"effects":{"centerGlow":true}`, `"endpointMarker":"glow"`} {
		if v := one(glows); len(v.Notes) != 1 || !strings.Contains(v.Notes[0].Text, "glow") {
			t.Errorf("%s: said %v", glows, v.Notes)
		}
	}
}

func TestWhatTheNewestGrafanaWantsOfTablesMapsAndTextsIsDoneOrSaid(t *testing.T) {
	rows := frame.Frame{Fields: []frame.Field{texts("pod", "b", "a", "c"), texts("note", "two", "one", "three"), number("n", nil, 2, 1, 3)}}
	table := func(options, custom string) payload.PanelView {
		return made(t, `{"type":"table","options":{"sortBy":[{"displayName":"pod"}],`+options+`},"fieldConfig":{"defaults":{"custom":{`+custom+`}}}}`, rows)
	}
	v := table(`"cellHeight":"auto","enablePagination":true,"pageSize":2`, `"sortable":false,"wrapHeaderText":true,"tooltip":{"field":"note"}`)
	if c := v.Table.Columns[2]; len(v.Notes) != 0 || v.Table.PageSize != 2 || !c.Unsorted || !c.WrapHead || !cmp.Equal(c.Tips, []string{"one", "two", "three"}) {
		t.Errorf("%+v, pages of %d, said %v", c, v.Table.PageSize, v.Notes)
	}
	buckets := []frame.Frame{samples("A", "1", map[string]string{"le": "1"}, 1), samples("A", "5", map[string]string{"le": "5"}, 2), samples("A", "9", map[string]string{"le": "9"}, 3)}
	heat := func(options string) payload.PanelView {
		return made(t, `{"type":"heatmap","options":{`+options+`}}`, buckets...)
	}
	for scale, log := range map[string]bool{"linear": false, "log": true} {
		if v := heat(`"rowsFrame":{"value":"requests","yBucketScale":{"type":"` + scale + `","log":2}}`); len(v.Notes) != 0 || v.Heatmap.Log != log || v.Heatmap.CountName != "requests" {
			t.Errorf("%s: log %v, counts are %q, said %v", scale, v.Heatmap.Log, v.Heatmap.CountName, v.Notes)
		}
	}
	for want, v := range map[string]payload.PanelView{
		"showTypeIcons": table(`"showTypeIcons":true`, ""), "inspect": table(`"cellHeight":"sm"`, `"inspect":true`), `"nobody"`: table(`"cellHeight":"sm"`, `"tooltip":{"field":"nobody"}`),
		"yBucketScale": heat(`"rowsFrame":{"yBucketScale":{"type":"symlog"}}`), "exemplars.color": heat(`"exemplars":{"color":"red"}`), "legend.placement": heat(`"legend":{"placement":"right"}`), "selectionMode": heat(`"selectionMode":"xy"`),
		"renderMode": made(t, `{"type":"text","options":{"content":"x","renderMode":"perRow"}}`),
	} {
		var said []string
		for _, n := range v.Notes {
			said = append(said, n.Text)
		}
		if !strings.Contains(notes(said), want) {
			t.Errorf("%s is not said: %s", want, notes(said))
		}
	}
	usual := heat(`"exemplars":{"color":"rgba(255,0,255,0.7)"},"legend":{"show":true,"placement":"bottom"},"selectionMode":"x"`)
	if len(usual.Notes) != 0 {
		t.Errorf("of what every file has is said %v", usual.Notes)
	}
}

func TestOptionsThatAreNotDrawnAreSaidWhereTheyAskForSomething(t *testing.T) {
	said := func(kind, options, defaults, overrides string) string {
		var list []string
		for _, n := range made(t, `{"type":"`+kind+`","options":{`+options+`},"fieldConfig":{"defaults":{"custom":{`+defaults+`}},"overrides":[`+overrides+`]}}`, samples("A", "a", nil, 1, 2)).Notes {
			list = append(list, n.Text)
		}
		return notes(list)
	}
	const histogram = `"axisPlacement":"auto","axisLabel":"","axisColorMode":"text","axisCenteredZero":false,"axisBorderShow":false,"scaleDistribution":{"type":"linear"},"gradientMode":"none"`
	for kind, usual := range map[string][2]string{"histogram": {``, histogram}, "timeseries": {`"orientation":"horizontal"`, ``}, "heatmap": {`"calculate":true,"yAxis":{"axisPlacement":"left","reverse":false}`, ``}, "state-timeline": {``, `"axisPlacement":"auto"`}, "stat": {`"text":{}`, ``}} {
		if text := said(kind, usual[0], usual[1], ""); text != "" {
			t.Errorf("%s: of what asks for nothing is said %s", kind, text)
		}
	}
	for want, text := range map[string]string{
		"custom.axisLabel": said("histogram", ``, `"axisLabel":"Requests"`, ""), "custom.scaleDistribution.type": said("histogram", ``, `"scaleDistribution":{"type":"log"}`, ""), "options.orientation": said("timeseries", `"orientation":"vertical"`, ``, ""),
		"custom.axisWidth": said("barchart", ``, ``, `{"matcher":{"id":"byName","options":"a"},"properties":[{"id":"custom.axisWidth","value":80}]}`), "options.text.percentSize": said("stat", `"text":{"percentSize":20}`, ``, ""),
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is not said: %q", want, text)
		}
	}
}
