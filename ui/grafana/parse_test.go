package grafana

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func read(t *testing.T, name string) *Dashboard {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, string(data))
}

func parse(t *testing.T, text string) *Dashboard {
	t.Helper()
	d, err := ParseDashboard([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestTheSiteDashboardsAreKnownToTheLastOption(t *testing.T) {
	for _, name := range []string{"default.json", "with-server-map.json"} {
		d := read(t, name)
		if len(d.Unknown) > 0 {
			t.Errorf("%s: %v", name, d.Unknown)
		}
		for _, p := range d.Panels {
			if len(p.Unknown) > 0 {
				t.Errorf("%s: %v", name, p.Unknown)
			}
		}
		if d.UID != "abec1090-243e-4a48-951b-29245ad56f50" || d.Title != "SuperSONIC Dashboard" || d.Refresh != "5s" || d.From != "now-3h" || d.Tooltip != 1 || !d.Editable {
			t.Errorf("%s: %q %q refresh %q from %q tooltip %d", name, d.UID, d.Title, d.Refresh, d.From, d.Tooltip)
		}
	}
}

func TestPanelsBelowAnOpenRowBelongToIt(t *testing.T) {
	d := read(t, "default.json")
	got := map[int][]int{}
	for _, p := range d.Panels {
		if p.Type != "row" {
			got[p.Row] = append(got[p.Row], p.ID)
		}
	}
	want := map[int][]int{0: {1}, 19: {4, 6, 5, 3}, 20: {14, 13, 12}, 18: {15, 16}}
	for _, ids := range got {
		slices.Sort(ids)
	}
	for _, ids := range want {
		slices.Sort(ids)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestVariablesOfTheSiteDashboard(t *testing.T) {
	d := read(t, "default.json")
	var got []string
	for _, v := range d.Variables {
		got = append(got, strings.Join(append([]string{v.Name, v.Label, v.Type}, v.Current...), " "))
		if !v.Multi || !v.IncludeAll || v.Refresh != 1 || v.Source != (SourceRef{}) {
			t.Errorf("%s: of source %+v, refresh %d", v.Name, v.Source, v.Refresh)
		}
	}
	want := []string{"release Release name query sonic-server", "namespace Namespace query cms"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if d.Variables[0].AllowCustom || !d.Variables[1].AllowCustom {
		t.Error("only the namespace takes a value of one's own")
	}
}

func TestWhatIsNotKnownIsListedWithItsPlace(t *testing.T) {
	d := parse(t, `{"title":"T","surprise":1,"panels":[
		{"id":7,"title":"X","type":"timeseries","options":{"foo":{"bar":1},"legend":{"showLegend":true}},
		 "fieldConfig":{"defaults":{"unit":"ms","odd":2,"custom":{"lineWidth":1,"wobble":3}},"overrides":[{"matcher":{"id":"byName","options":"a"},"properties":[{"id":"custom.wobble","value":1},{"id":"unit","value":"s"}]}]}},
		{"id":8,"title":"Y","type":"holo","options":{"a":1}},
		{"id":9,"libraryPanel":{"uid":"u1","name":"Shared"}},
		{"id":10,"title":"Z","type":"table-old","styles":[],"sort":{"col":0,"desc":true},"pageSize":5,"fontSize":"120%"}]}`)
	got := d.Unknown
	for _, p := range d.Panels {
		got = append(got, p.Unknown...)
	}
	want := []string{
		`dashboard: option surprise is not known`,
		`panel 7 "X": fieldConfig: defaults: option odd is not known`,
		`panel 7 "X": option options.foo.bar is not known`,
		`panel 7 "X": option custom.wobble is not known`,
		`panel 7 "X": override 1: option custom.wobble is not known`,
		`panel 8 "Y": its type "holo" is not known`,
		`panel 9 "": it is the library panel "Shared", which is not in this file`,
		`panel 10 "Z": letters of 120% (fontSize) are not heeded`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestATimeZoneThatIsNotKnownIsSaid(t *testing.T) {
	for zone, want := range map[string]int{"": 0, "browser": 0, "utc": 0, "Europe/Berlin": 0, "Europe/Nowhere": 1, "Local": 1} {
		d, err := ParseDashboard([]byte(`{"title":"x","timezone":"` + zone + `","panels":[]}`))
		if err != nil || len(d.Unknown) != want || want > 0 && !strings.Contains(d.Unknown[0], zone) {
			t.Errorf("%q: %q, %v", zone, d.Unknown, err)
		}
	}
}

func TestRowsOfOldFilesBecomePanelsOnTheGrid(t *testing.T) {
	d := parse(t, `{"title":"T","rows":[
		{"title":"First","showTitle":true,"height":"250px","panels":[{"id":1,"span":4,"type":"graph"},{"id":2,"span":8,"type":"graph"},{"id":3,"span":6,"type":"graph"}]},
		{"title":"Second","collapse":true,"height":380,"panels":[{"id":4,"span":12,"type":"singlestat"}]}]}`)
	type at struct {
		Type             string
		X, Y, W, H, Row1 int
		Collapsed        bool
	}
	var got []at
	for _, p := range d.Panels {
		got = append(got, at{p.Type, p.X, p.Y, p.W, p.H, p.Row, p.Collapsed})
	}
	want := []at{
		{"row", 0, 0, 24, 1, 0, false}, {"timeseries", 0, 1, 8, 7, 100000, false}, {"timeseries", 8, 1, 16, 7, 100000, false}, {"timeseries", 0, 8, 12, 7, 100000, false},
		{"row", 0, 15, 24, 1, 0, true}, {"stat", 0, 16, 24, 10, 100001, false},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestPanelsWithoutAPlaceOrANumberGetOne(t *testing.T) {
	d := parse(t, `{"title":"T","panels":[{"type":"stat"},{"id":4,"type":"stat"},{"id":4,"type":"stat","gridPos":{"x":99,"y":-1,"w":99,"h":0}}]}`)
	ids := map[int]bool{}
	for _, p := range d.Panels {
		ids[p.ID] = true
		if p.W < 1 || p.X+p.W > 24 || p.H < 1 || p.Y < 0 {
			t.Errorf("panel at %d %d %d %d", p.X, p.Y, p.W, p.H)
		}
	}
	if len(ids) != 3 || ids[0] {
		t.Errorf("ids %v", ids)
	}
}

func TestAGraphBecomesATimeseries(t *testing.T) {
	p, err := ParsePanel([]byte(`{"id":1,"title":"G","type":"graph","datasource":"prom","fill":3,"linewidth":2,"stack":true,"nullPointMode":"connected",
		"legend":{"show":true,"values":true,"avg":true,"current":true,"rightSide":true,"alignAsTable":true},
		"yaxes":[{"format":"ms","min":"0","label":"time"},{"format":"percentunit","max":1}],"tooltip":{"shared":true,"sort":2},
		"seriesOverrides":[{"alias":"/err/","yaxis":2,"stack":false,"color":"#f00"}],"thresholds":[{"value":80,"op":"gt","line":true,"fill":true,"colorMode":"critical"}],
		"targets":[{"expr":"up","refId":"A"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if p.Type != "timeseries" || p.Source.UID != "prom" || p.Targets[0].Source.UID != "prom" || *p.Field.Defaults.Unit != "ms" || *p.Field.Defaults.Min != 0 {
		t.Errorf("%+v", p)
	}
	for _, want := range []string{`"fillOpacity":30`, `"lineWidth":2`, `"spanNulls":true`, `"axisLabel":"time"`, `"thresholdsStyle":{"mode":"line+area"}`, `"mode":"normal"`} {
		if !strings.Contains(string(p.Field.Defaults.Custom), want) {
			t.Errorf("custom lacks %s: %s", want, p.Field.Defaults.Custom)
		}
	}
	var props []string
	for _, pr := range p.Field.Overrides[0].Properties {
		props = append(props, pr.ID+"="+string(pr.Value))
	}
	for _, want := range []string{`custom.axisPlacement="right"`, `unit="percentunit"`, `max=1`, `custom.stacking={"group":"A","mode":"none"}`} {
		if !slices.Contains(props, want) {
			t.Errorf("override lacks %s: %v", want, props)
		}
	}
	if got := string(p.Options); !strings.Contains(got, `"calcs":["mean","lastNotNull"]`) || !strings.Contains(got, `"placement":"right"`) || !strings.Contains(got, `"sort":"desc"`) {
		t.Error(got)
	}
	if len(p.Unknown) > 0 {
		t.Error(p.Unknown)
	}
}

func TestASinglestatBecomesAStatAndOneWithAGaugeAGauge(t *testing.T) {
	f := func(in, kind string, want ...string) {
		t.Helper()
		p, err := ParsePanel([]byte(in))
		if err != nil {
			t.Fatal(err)
		}
		if p.Type != kind || len(p.Unknown) > 0 {
			t.Errorf("type %q unknown %v", p.Type, p.Unknown)
		}
		all := string(p.Options) + string(toJSON(p.Field))
		for _, w := range want {
			if !strings.Contains(all, w) {
				t.Errorf("%s lacks %s", all, w)
			}
		}
	}
	f(`{"type":"singlestat","format":"s","valueName":"current","thresholds":"50,80","colors":["green","orange","red"],"colorValue":true,"sparkline":{"show":true}}`,
		"stat", `"calcs":["lastNotNull"]`, `"colorMode":"value"`, `"graphMode":"area"`, `{"color":"orange","value":50}`, `"unit":"s"`)
	f(`{"type":"singlestat","gauge":{"show":true,"minValue":0,"maxValue":200,"thresholdMarkers":true},"valueMaps":[{"op":"=","text":"down","value":"0"}],"mappingType":1}`,
		"gauge", `"max":200`, `"showThresholdMarkers":true`, `"0":{"text":"down"}`)
	f(`{"type":"gauge","options":{"fieldOptions":{"calcs":["mean"],"defaults":{"unit":"percent","min":0,"max":100,"thresholds":[{"value":null,"color":"green"},{"value":80,"color":"red"}]},"overrides":[]}}}`,
		"gauge", `"calcs":["mean"]`, `"unit":"percent"`, `{"color":"red","value":80}`)
}

func TestSchemaTwoIsReadAsPanelsOnTheGrid(t *testing.T) {
	d := parse(t, `{"apiVersion":"dashboard.grafana.app/v2beta1","kind":"Dashboard","metadata":{"name":"u2"},"spec":{"title":"Two","cursorSync":"Crosshair",
	"timeSettings":{"from":"now-1h","to":"now","autoRefresh":"10s","timezone":"utc"},
	"variables":[{"kind":"QueryVariable","spec":{"name":"pod","hide":"dontHide","refresh":"onDashboardLoad","sort":"disabled","multi":true,"current":{"text":"a","value":["a"]},
	  "query":{"kind":"DataQuery","group":"prometheus","datasource":{"name":"prom"},"spec":{"query":"label_values(up,pod)"}}}}],
	"elements":{"panel-1":{"kind":"Panel","spec":{"id":1,"title":"P","data":{"kind":"QueryGroup","spec":{"queries":[{"kind":"PanelQuery","spec":{"refId":"A","hidden":false,
	  "query":{"kind":"DataQuery","group":"prometheus","datasource":{"name":"prom"},"spec":{"expr":"up"}}}}],"transformations":[{"kind":"organize","spec":{"id":"organize","options":{}}}],"queryOptions":{"interval":"15s"}}},
	  "vizConfig":{"kind":"VizConfig","group":"timeseries","spec":{"options":{"legend":{"showLegend":true}},"fieldConfig":{"defaults":{"unit":"ms"},"overrides":[]}}}}}},
	"layout":{"kind":"RowsLayout","spec":{"rows":[{"kind":"RowsLayoutRow","spec":{"title":"R","collapse":false,"layout":{"kind":"GridLayout","spec":{"items":[{"kind":"GridLayoutItem","spec":{"x":2,"y":1,"width":10,"height":5,"element":{"kind":"ElementReference","name":"panel-1"}}}]}}}}]}}}}`)
	if d.UID != "u2" || d.Refresh != "10s" || d.Tooltip != 1 || d.Timezone != "utc" || len(d.Panels) != 2 {
		t.Fatalf("%+v", d)
	}
	p := d.Panels[1]
	if p.X != 2 || p.Y != 2 || p.W != 10 || p.H != 5 || p.Row != d.Panels[0].ID || p.Type != "timeseries" || p.Interval != "15s" || *p.Field.Defaults.Unit != "ms" {
		t.Errorf("%+v", p)
	}
	if p.Targets[0].Source != (SourceRef{Type: "prometheus", UID: "prom"}) || !strings.Contains(string(p.Targets[0].JSON), `"expr":"up"`) || p.Transformations[0].ID != "organize" {
		t.Errorf("%+v", p.Targets)
	}
	if v := d.Variables[0]; v.Type != "query" || v.Refresh != 1 || v.Source.UID != "prom" || !strings.Contains(string(v.Query), "label_values") {
		t.Errorf("%+v", v)
	}
	if len(d.Unknown)+len(p.Unknown) > 0 {
		t.Error(d.Unknown, p.Unknown)
	}
}

func TestWhatIsNoDashboardIsRefused(t *testing.T) {
	for _, in := range []string{``, `null`, `[]`, `{"a":1}`, `{"elements":{},"layout":{"kind":"Spiral"}}`} {
		if _, err := ParseDashboard([]byte(in)); err == nil {
			t.Errorf("%s was read", in)
		}
	}
}

func FuzzParseDashboard(f *testing.F) {
	for _, name := range []string{"default.json", "with-server-map.json"} {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(`{"title":"T","rows":[{"collapse":true,"panels":[{"type":"graph","yaxes":[{}],"seriesOverrides":[{"yaxis":2}]},{"type":"singlestat"},{"type":"table-old","styles":[{"type":"number","thresholds":["1"]}]}]}]}`))
	f.Add([]byte(`{"spec":{"elements":{"a":{"spec":{"id":1}}},"layout":{"kind":"RowsLayout","spec":{"rows":[{"spec":{"layout":{"kind":"AutoGridLayout","spec":{"items":[{"spec":{"element":{"name":"a"}}}]}}}}]}}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := ParseDashboard(data)
		if err != nil {
			return
		}
		seen := map[int]bool{}
		for _, p := range d.Panels {
			if p.ID <= 0 || seen[p.ID] || p.W < 1 || p.H < 1 || p.X < 0 || p.X+p.W > 24 || p.Y < 0 {
				t.Fatalf("panel %+v", p)
			}
			seen[p.ID] = true
		}
	})
}

func TestAGaugeOfGrafana6KeepsItsBoundsThresholdsAndWords(t *testing.T) {
	d, err := ParseDashboard([]byte(`{"panels":[{"id":1,"type":"gauge","options":{"maxValue":"8","minValue":0,"unit":"percent","stat":"avg","suffix":" x","decimals":"1","thresholds":[{"color":"green","value":null},{"color":"red","value":4}],"valueMappings":[{"type":1,"value":"5","text":"five"}]}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	p := d.Panels[0]
	f := p.Field.Defaults
	if len(p.Unknown) > 0 || f.Max == nil || *f.Max != 8 || f.Min == nil || *f.Min != 0 || f.Unit == nil || *f.Unit != "percent" || len(f.Thresholds.Steps) != 2 || len(f.Mappings) != 1 || f.Decimals == nil || *f.Decimals != 1 {
		t.Errorf("%v %+v", p.Unknown, f)
	}
}

func parsed(t *testing.T, text string) *Panel {
	t.Helper()
	p, err := ParsePanel([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestAPanelThatSaysItsOldTypeIsUpgradedFromItsOldOptions(t *testing.T) {
	p := parsed(t, `{"id":1,"type":"timeseries","autoMigrateFrom":"graph","stack":true,"linewidth":3,"yaxes":[{"format":"cps","label":"rate"},{}],"seriesOverrides":[{"alias":"sent","transform":"negative-Y"}]}`)
	var custom struct {
		LineWidth float64
		AxisLabel string
		Stacking  struct{ Mode string }
	}
	if err := json.Unmarshal(p.Field.Defaults.Custom, &custom); err != nil {
		t.Fatal(err)
	}
	if custom.LineWidth != 3 || custom.AxisLabel != "rate" || custom.Stacking.Mode != "normal" || *p.Field.Defaults.Unit != "cps" || len(p.Field.Overrides) != 1 || len(p.Unknown) > 0 {
		t.Errorf("%+v, %d overrides, said %q", custom, len(p.Field.Overrides), p.Unknown)
	}
}

func TestWhatIsLeftOfAnotherTypeOfPanelsIsNotSaidAndTheRestIs(t *testing.T) {
	p := parsed(t, `{"id":1,"title":"QPS","type":"timeseries","stack":true,"fill":10,"yaxes":[],"aliasColors":{},"nullPointMode":"null","newThing":1,
		"options":{"legend":{"showLegend":true},"reduceOptions":{"calcs":["max"]},"alertThreshold":true,"other":2},"fieldConfig":{"defaults":{"custom":{"filterable":true,"shine":1}}}}`)
	want := []string{`panel 1 "QPS": option newThing is not known`, `panel 1 "QPS": option options.other is not known`, `panel 1 "QPS": option custom.shine is not known`}
	if diff := cmp.Diff(want, p.Unknown); diff != "" {
		t.Error(diff)
	}
}

func TestAnOldTableWithTheOptionsOfAGraphIsATable(t *testing.T) {
	p := parsed(t, `{"id":1,"type":"table","transform":"table","styles":[{"pattern":"Time","type":"hidden"}],"options":{"legend":{"showLegend":true}},"fieldConfig":{"defaults":{"unit":"s","custom":{"drawStyle":"line"}}}}`)
	if len(p.Unknown) > 0 || len(p.Field.Overrides) != 1 || p.Field.Overrides[0].Properties[0].ID != "custom.hidden" || p.Field.Defaults.Unit == nil || *p.Field.Defaults.Unit != "s" || len(p.Transformations) != 1 {
		t.Errorf("%+v, %d transformations, said %q", p.Field, len(p.Transformations), p.Unknown)
	}
	today := parsed(t, `{"id":1,"type":"table","styles":[{"pattern":"Time","type":"hidden"}],"options":{"showHeader":true}}`)
	if len(today.Field.Overrides) != 0 || len(today.Unknown) > 0 {
		t.Errorf("styles of a table of today count: %+v, said %q", today.Field, today.Unknown)
	}
}

func TestAGeneratorsEmptyListOfVariablesIsNothing(t *testing.T) {
	d, err := ParseDashboard([]byte(`{"title":"x","panels":[],"variables":{"list":[]},"templating":{"list":[{"name":"host","type":"query","refresh":false}]}}`))
	if err != nil || len(d.Unknown) > 0 || d.Variables[0].Refresh != 0 {
		t.Errorf("%v, said %q", err, d.Unknown)
	}
}

func TestABoundThatIsNoNumberIsSaid(t *testing.T) {
	p := parsed(t, `{"id":1,"title":"x","type":"gauge","fieldConfig":{"defaults":{"min":"NaN","max":"Infinity"}}}`)
	if len(p.Unknown) != 2 || p.Field.Defaults.Min != nil || p.Field.Defaults.Max != nil {
		t.Errorf("%+v, said %q", p.Field.Defaults, p.Unknown)
	}
}

func TestAComparisonWithAnotherTimeIsRead(t *testing.T) {
	for model, want := range map[string]string{`"timeCompare":"1d"`: "1d", `"timeCompare":""`: "", `"timeCompare":null`: "", `"timeCompare":false`: "", `"timeCompare":"__noPeriod"`: "",
		`"options":{"timeCompare":"1w"}`: "1w", `"options":{"timeCompare":{"timeCompare":true}}`: "", `"timeCompare":"1d","options":{"timeCompare":"1w"}`: "1d"} {
		if p := parsed(t, `{"id":1,"title":"x","type":"timeseries",`+model+`}`); p.TimeCompare != want || len(p.Unknown) > 0 {
			t.Errorf("%s: %q, said %q", model, p.TimeCompare, p.Unknown)
		}
	}
	if p := parsed(t, `{"id":1,"title":"x","type":"timeseries","timeCompare":{"timeFrom":"1w"}}`); len(p.Unknown) != 1 {
		t.Errorf("one that is not understood: said %q", p.Unknown)
	}
}
