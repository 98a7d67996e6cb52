package view

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supersonic/ui/frame"
	"supersonic/ui/grafana"
	"supersonic/ui/payload"
)

func panel(t *testing.T, text string) *grafana.Panel {
	t.Helper()
	p, err := grafana.ParsePanel(json.RawMessage(text))
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Unknown) > 0 {
		t.Errorf("not known: %v", p.Unknown)
	}
	return p
}

func made(t *testing.T, text string, frames ...frame.Frame) payload.PanelView {
	t.Helper()
	v := Make(panel(t, text), frames, env())
	checkLists(t, v)
	return v
}

func number(name string, labels map[string]string, values ...float64) frame.Field {
	return frame.Field{Name: name, Kind: frame.Number, Labels: labels, Values: values}
}

func texts(name string, values ...string) frame.Field {
	return frame.Field{Name: name, Kind: frame.Text, Texts: values}
}

// serviceMap is a gateway with two servers, as the service graph gives it.
func serviceMap() []frame.Frame {
	main := frame.Field{Name: "mainstat", Display: "Average response time", Kind: frame.Number, Unit: "ms/r", Values: []float64{math.NaN(), 12.3, 40.128}}
	second := frame.Field{Name: "secondarystat", Display: "Requests per second", Kind: frame.Number, Unit: "r/sec", Values: []float64{math.NaN(), 5, 1.5}}
	return []frame.Frame{
		{Name: "nodes", Fields: []frame.Field{texts("id", "gw", "triton-0", "triton-1"), texts("title", "gw", "triton-0", "triton-1"), main, second,
			number("arc__success", nil, 1, 1, .75), number("arc__failed", nil, 0, 0, .25), texts("link__View traces", "/explore?a", "", "javascript:alert(1)")}},
		{Name: "edges", Fields: []frame.Field{texts("id", "e1", "e2"), texts("source", "gw", "gw"), texts("target", "triton-0", "triton-1"),
			{Name: "mainstat", Kind: frame.Number, Unit: "ms/r", Values: []float64{12.3, 40.128}}}},
	}
}

func TestTheServerMapWritesTwoDecimalsAndRingsOfShares(t *testing.T) {
	v := Make(sitePanel(t, 21), serviceMap(), env())
	checkLists(t, v)
	g := v.Graph
	if v.Kind != "graph" || g.Layout != "layered" || g.Zoom != "cooperative" || len(g.Nodes) != 3 || len(g.Edges) != 2 {
		t.Fatalf("%+v", g)
	}
	if n := g.Nodes[2]; n.Main != "40.13 ms/r" || n.Secondary != "1.50 r/sec" || len(n.Arcs) != 2 || n.Arcs[1].Share != .25 || n.Arcs[1].Color != "#F2495C" || n.Arcs[0].Color != "#73BF69" {
		t.Errorf("%+v", n)
	}
	if n := g.Nodes[0]; n.Main != "" || len(n.Links) != 1 || n.Links[0].URL != "/explore?a" || n.Links[0].Title != "View traces" {
		t.Errorf("%+v", n)
	}
	if l := g.Nodes[2].Links; len(l) == 1 && l[0].URL != "" {
		t.Errorf("a link runs a script: %+v", l)
	}
	if e := g.Edges[1]; e.From != "gw" || e.To != "triton-1" || e.Main != "40.13 ms/r" || len(e.Facts) == 0 || e.Facts[0] != (payload.GraphFact{Name: "Main stat", Value: "40.13 ms/r"}) {
		t.Errorf("%+v", e)
	}
	want := []payload.GraphKey{{Name: "Average response time"}, {Name: "Requests per second"}, {Name: "Success", Color: "#73BF69"}, {Name: "Failed", Color: "#F2495C"}}
	if diff := cmp.Diff(want, g.Legend); diff != "" {
		t.Error(diff)
	}
}

func TestNodesAndEdgesAreDrawnAsTheirColumnsSay(t *testing.T) {
	nodes := frame.Frame{Name: "nodes", Fields: []frame.Field{texts("id", "a", "b"), number("nodeRadius", nil, 30, 900), texts("icon", "database", ""), texts("color", "red", "blue"),
		{Name: "highlighted", Kind: frame.Bool, Values: []float64{1, 0}}, texts("detail__zone", "north", "")}}
	edges := frame.Frame{Name: "edges", Fields: []frame.Field{texts("id", "x", "y"), texts("source", "a", "b"), texts("target", "b", "a"), number("thickness", nil, 4, 99), texts("strokeDasharray", "5,3", "a b"),
		texts("color", "#ff0000", ""), texts("highlighted", "true", "")}}
	v := made(t, `{"type":"nodeGraph"}`, nodes, edges).Graph
	var got []string
	for _, n := range v.Nodes {
		got = append(got, fmt.Sprint(n.ID, n.Icon, n.RadiusPx, n.Marked, n.Arcs[0].Color == hue(map[string]string{"a": "red", "b": "blue"}[n.ID]), len(n.Facts)))
	}
	for _, e := range v.Edges {
		got = append(got, fmt.Sprint(e.ID, e.Width, e.Dash, e.Color, e.Marked))
	}
	if diff := cmp.Diff([]string{"adatabase30 true true 1", "b80 false true 0", "x45 3#ff0000true", "y20false"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestNodesThatOnlyEdgesNameAreThere(t *testing.T) {
	v := made(t, `{"type":"nodeGraph"}`, serviceMap()[1])
	if len(v.Graph.Nodes) != 3 || v.Graph.Nodes[0].ID != "gw" {
		t.Errorf("%+v", v.Graph.Nodes)
	}
}

func TestAHistogramCountsValuesInBucketsOfOneSize(t *testing.T) {
	v := made(t, `{"type":"histogram","options":{"bucketSize":10},"fieldConfig":{"defaults":{"unit":"ms"},"overrides":[]}}`, samples("A", "a", nil, 1, 9, 11, 25, 29.9, math.NaN()))
	h := v.Histogram
	if diff := cmp.Diff([]float64{0, 10, 20}, h.From); diff != "" {
		t.Error(diff)
	}
	var counts []float64
	for _, c := range h.Lines[0].Values {
		counts = append(counts, *c)
	}
	if diff := cmp.Diff([]float64{2, 1, 2}, counts); diff != "" {
		t.Error(diff)
	}
	if h.Format.Unit != "ms" || h.To[2] != 30 {
		t.Errorf("%+v", h)
	}
}

func TestCumulativeBucketsAreToldApart(t *testing.T) {
	bucket := func(le string, n ...float64) frame.Frame { return samples("A", "", map[string]string{"le": le}, n...) }
	frames := []frame.Frame{bucket("+Inf", 3, 10), bucket("1", 1, 4), bucket("5", 3, 9)}
	h := made(t, `{"type":"histogram"}`, frames...).Histogram
	var got []float64
	for _, c := range h.Lines[0].Values {
		got = append(got, *c)
	}
	if diff := cmp.Diff([]float64{4, 5, 1}, got); diff != "" {
		t.Error(diff)
	}
	m := made(t, `{"type":"heatmap","options":{"calculate":false,"color":{"scheme":"Oranges","steps":8}}}`, frames...).Heatmap
	if diff := cmp.Diff([]float64{0, 1, 5, 25}, m.Edges); diff != "" {
		t.Error(diff)
	}
	if *m.Counts[0][1] != 4 || *m.Counts[1][1] != 5 || *m.Counts[2][1] != 1 || *m.Counts[1][0] != 2 || m.CountMax != 5 || len(m.Colors) != 8 || m.StepMs != 15000 {
		t.Errorf("%+v", m)
	}
}

// A query of the format heatmap gives counts that are told apart already.
func TestBucketsThatWereToldApartStaySo(t *testing.T) {
	f := frame.Frame{RefID: "A", StepMs: 15000, Fields: []frame.Field{{Name: "Time", Kind: frame.Time, Values: []float64{0, 15000}}}}
	want := map[string][]float64{"1": {9, 4}, "5": {3, 5}, "+Inf": {2, 1}}
	for _, le := range []string{"1", "5", "+Inf"} {
		f.Fields = append(f.Fields, frame.Field{Name: le, Kind: frame.Number, Labels: map[string]string{"le": le}, Values: want[le], Apart: true})
	}
	m := made(t, `{"type":"heatmap","options":{"calculate":false}}`, f).Heatmap
	for row, le := range []string{"1", "5", "+Inf"} {
		for at, n := range want[le] {
			if *m.Counts[row][at] != n {
				t.Errorf("bucket %s: %v, want %v", le, *m.Counts[row][at], n)
			}
		}
	}
	if h := made(t, `{"type":"histogram"}`, f).Histogram; *h.Lines[0].Values[0] != 4 || *h.Lines[0].Values[1] != 5 || *h.Lines[0].Values[2] != 1 {
		t.Errorf("%+v", h.Lines[0].Values)
	}
}

func TestAHeatMapOfValuesCountsThem(t *testing.T) {
	m := made(t, `{"type":"heatmap","options":{"calculate":true,"calculation":{"xBuckets":{"mode":"size","value":"30s"},"yBuckets":{"mode":"size","value":"10"}}}}`,
		samples("A", "a", nil, 1, 2, 12, 25)).Heatmap
	total := 0.0
	for _, row := range m.Counts {
		for _, c := range row {
			if c != nil {
				total += *c
			}
		}
	}
	if total != 4 || m.StepMs != 30000 || len(m.Edges) != 4 || *m.Counts[0][0] != 1 && *m.Counts[0][0] != 2 {
		t.Errorf("%v of %+v", total, m)
	}
}

func TestEqualStatesBecomeOneAndAMissingStepEndsAState(t *testing.T) {
	f := samples("A", "triton-0", nil, 1, 1, 0, 1)
	s := made(t, `{"type":"state-timeline","options":{"mergeValues":true,"showValue":"auto"},"fieldConfig":{"defaults":{"custom":{"fillOpacity":70},
		"mappings":[{"type":"value","options":{"0":{"text":"down","color":"red","index":0},"1":{"text":"up","color":"green","index":1}}}]},"overrides":[]}}`, f).States
	var got []string
	for _, x := range s.Rows[0].States {
		got = append(got, x.Value.Text+" "+x.Value.Color)
	}
	if diff := cmp.Diff([]string{"up #73BF69", "down #F2495C", "up #73BF69"}, got); diff != "" {
		t.Error(diff)
	}
	if first := s.Rows[0].States[0]; first.ToMs-first.FromMs != 30000 || s.Rows[0].Name != "triton-0" || len(s.Entries) != 2 {
		t.Errorf("%+v", s)
	}
	f.Fields[0].Values = []float64{1.7e12, 1.7e12 + 15000, 1.7e12 + 30000, 1.7e12 + 300000}
	s = made(t, `{"type":"state-timeline","options":{"mergeValues":true}}`, f).States
	if x := s.Rows[0].States; x[1].ToMs != 1.7e12+45000 {
		t.Errorf("%+v", x)
	}
}

// Grafana's documentation: "To show the value mappings in the legend, the colour scheme
// has to be single colour or classic palette; to see the threshold brackets, from thresholds."
func TestTheLegendOfStatesHasBracketsOfThresholdsOrTheStates(t *testing.T) {
	const mappings = `"mappings":[{"type":"value","options":{"0":{"text":"down","color":"red","index":0},"1":{"text":"up","index":1},"5":{"text":"","color":"blue","index":2}}}]`
	const steps = `"thresholds":{"mode":"absolute","steps":[{"color":"green","value":null},{"color":"orange","value":1},{"color":"red","value":80}]}`
	numbers := samples("A", "p", nil, 0, 1, 85, 5)
	flags := numbers
	flags.Fields = []frame.Field{numbers.Fields[0], {Name: "p", Kind: frame.Bool, Values: []float64{0, 1, 1, 0}}}
	words := numbers
	words.Fields = []frame.Field{numbers.Fields[0], texts("p", "ok", "bad", "", "ok")}
	for name, c := range map[string]struct {
		field string
		data  frame.Frame
		want  []string
	}{
		"thresholds":                 {`"color":{"mode":"thresholds"},"unit":"ms",` + steps, numbers, []string{"< 1 ms", "1 ms+", "80 ms+"}},
		"thresholds and mappings":    {`"color":{"mode":"thresholds"},` + steps + "," + mappings, numbers, []string{"< 1", "1+", "80+"}},
		"of a yes or no":             {`"color":{"mode":"thresholds"},` + steps, flags, []string{"< 1", "1+", "80+"}},
		"mappings, one step":         {`"color":{"mode":"thresholds"},"thresholds":{"mode":"absolute","steps":[{"color":"green","value":null}]},` + mappings, numbers, []string{"down", "up", "85", "5"}},
		"mappings, a palette":        {`"color":{"mode":"palette-classic"},` + steps + "," + mappings, numbers, []string{"down", "up", "85", "5"}},
		"mappings, one colour":       {`"color":{"mode":"fixed","fixedColor":"blue"},` + mappings, numbers, []string{"down", "up", "85", "5"}},
		"texts have no brackets":     {`"color":{"mode":"thresholds"},` + steps, words, []string{"ok", "bad"}},
		"a continuous scale":         {`"color":{"mode":"continuous-GrYlRd"}`, numbers, nil},
		"mappings on such a scale":   {`"color":{"mode":"continuous-GrYlRd"},` + mappings, numbers, []string{"down", "up", "5"}},
		"texts on such a scale":      {`"color":{"mode":"continuous-GrYlRd"}`, words, []string{"ok", "bad"}},
		"left out of the legend":     {`"custom":{"hideFrom":{"legend":true}}`, numbers, nil},
		"thresholds in shares of it": {`"color":{"mode":"thresholds"},"min":0,"max":200,"thresholds":{"mode":"percentage","steps":[{"color":"green","value":null},{"color":"red","value":40}]}`, numbers, []string{"< 80", "80+"}},
	} {
		v := made(t, `{"type":"state-timeline","fieldConfig":{"defaults":{`+c.field+`}}}`, c.data).States
		var got []string
		for _, e := range v.Entries {
			got = append(got, whole(e))
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestAStateOfSeveralRowsHasOneLineInTheLegend(t *testing.T) {
	v := made(t, `{"type":"state-timeline","fieldConfig":{"defaults":{"color":{"mode":"palette-classic"},"mappings":[{"type":"value","options":{"1":{"text":"up","index":0}}}]}}}`,
		samples("A", "p", nil, 1, 1), samples("B", "q", nil, 1, 2)).States
	if len(v.Entries) != 2 || v.Entries[0].Text != "up" || v.Entries[1].Text != "2" {
		t.Errorf("%+v", v.Entries)
	}
}

func tableFrame() frame.Frame {
	return frame.Frame{RefID: "A", Fields: []frame.Field{
		texts("model", "resnet", "bert", "unet"), number("rate", nil, 5, 30, math.NaN()),
		{Name: "traceID", Kind: frame.Text, Texts: []string{"a1", "b2", "c3"}, Link: "/trace/${__value.raw}?back=1"},
	}}
}

func TestATableSortsReducesAndLinks(t *testing.T) {
	v := made(t, `{"type":"table","options":{"showHeader":true,"sortBy":[{"displayName":"rate","desc":true}],"footer":{"show":true,"reducer":["sum"],"fields":""}},
		"fieldConfig":{"defaults":{"noValue":"none","custom":{"align":"auto","cellOptions":{"type":"auto"}}},"overrides":[
			{"matcher":{"id":"byName","options":"rate"},"properties":[{"id":"unit","value":"reqps"},{"id":"custom.width","value":90},{"id":"custom.cellOptions","value":{"type":"color-background"}},
				{"id":"color","value":{"mode":"thresholds"}},{"id":"thresholds","value":{"mode":"absolute","steps":[{"color":"green","value":null},{"color":"red","value":20}]}}]},
			{"matcher":{"id":"byName","options":"model"},"properties":[{"id":"displayName","value":"Model"},{"id":"links","value":[{"title":"t","url":"/d/x?var-model=${__value.raw}&rate=${__data.fields.rate}&${__url_time_range}"}]}]}]}}`, tableFrame())
	tb := v.Table
	var rows []string
	for _, r := range tb.Rows {
		var cells []string
		for _, c := range r {
			cells = append(cells, whole(c))
		}
		rows = append(rows, strings.Join(cells, "|"))
	}
	if diff := cmp.Diff([]string{"bert|30 req/s|b2", "resnet|5 req/s|a1", "unet|none|c3"}, rows); diff != "" {
		t.Error(diff)
	}
	if c := tb.Columns[1]; c.Width != 90 || c.Cell != "colour-background" || c.Align != "right" || c.Kind != "number" || tb.Columns[0].Name != "Model" {
		t.Errorf("%+v", tb.Columns)
	}
	if tb.Rows[0][1].Color != "#F2495C" || tb.Rows[1][1].Color != "#73BF69" {
		t.Errorf("%+v", tb.Rows)
	}
	if got := tb.Columns[0].Links[0][0].URL; got != "/d/x?var-model=bert&rate=30&from=1700000000000&to=1700000060000" {
		t.Error(got)
	}
	if got := tb.Rows[0][2].Href; got != "/trace/b2?back=1" {
		t.Error(got)
	}
	if whole(tb.Footer[1]) != "35 req/s" {
		t.Errorf("%+v", tb.Footer)
	}
}

func TestSeveralTablesAreChosenByNumber(t *testing.T) {
	a, b := samples("A", "first", nil, 1), samples("B", "second", nil, 2)
	v := made(t, `{"type":"table","options":{"frameIndex":1}}`, a, b)
	if diff := cmp.Diff([]string{"first", "second"}, v.Table.Frames); diff != "" || v.Table.Frame != 1 || v.Table.Columns[1].Name != "second" {
		t.Errorf("%s %+v", diff, v.Table)
	}
}

func TestAnyPanelIsATableForInspection(t *testing.T) {
	e := env()
	e.Table = true
	v := Make(sitePanel(t, 6), []frame.Frame{samples("A", "Inference", nil, 4, 5)}, e)
	if v.Kind != "table" || len(v.Table.Rows) != 2 || whole(v.Table.Rows[0][1]) != "4 ms" {
		t.Errorf("%+v", v.Table)
	}
}

func TestEverySeriesOfAChartIsInTheTableThatInspectsIt(t *testing.T) {
	e := env()
	e.Table = true
	a, b := samples("A", "Inference", nil, 4, 5, 6), samples("B", "Queue", nil, 1, 2, 3)
	b.Fields[0].Values = []float64{b.Fields[0].Values[0], b.Fields[0].Values[2] - 1, b.Fields[0].Values[2]}
	v := Make(sitePanel(t, 6), []frame.Frame{a, b}, e)
	var rows [][]string
	for _, r := range v.Table.Rows {
		rows = append(rows, []string{whole(r[1]), whole(r[2])})
		if r[0].Number == nil || !strings.Contains(whole(r[0]), ":") {
			t.Errorf("the time is shown as %q", whole(r[0]))
		}
	}
	if diff := cmp.Diff([][]string{{"4 ms", "1 ms"}, {"5 ms", ""}, {"", "2 ms"}, {"6 ms", "3 ms"}}, rows); diff != "" {
		t.Error(diff)
	}
	if len(v.Table.Columns) != 3 || v.Table.Columns[1].Name != "Inference" || v.Table.Columns[2].Name != "Queue" || len(v.Table.Frames) > 0 {
		t.Errorf("%+v", v.Table)
	}
}

// A unit of a panel's numbers is none of its times: @grafana/data shows them as dates as well.
func TestTimesOfATableAreDatesWhateverThePanelsUnit(t *testing.T) {
	times := func(unit string) string {
		v := made(t, `{"type":"table","fieldConfig":{"defaults":{"unit":"`+unit+`"},"overrides":[]}}`, samples("A", "a", nil, 1))
		return whole(v.Table.Rows[0][0])
	}
	plain := times("")
	for _, unit := range []string{"ms", "bytes", "percentunit", "short"} {
		if got := times(unit); got != plain {
			t.Errorf("%s: %q, want %q", unit, got, plain)
		}
	}
	if got := times("dateTimeAsUS"); got == plain || !strings.Contains(got, "/") {
		t.Errorf("dateTimeAsUS: %q", got)
	}
}

func TestTheLegendHasItsCalculations(t *testing.T) {
	v := made(t, `{"type":"timeseries","options":{"legend":{"showLegend":true,"displayMode":"table","placement":"right","calcs":["mean","lastNotNull","count","diffperc"],"sortBy":"Mean","sortDesc":true}},
		"fieldConfig":{"defaults":{"unit":"ms"},"overrides":[]}}`, samples("A", "a", nil, 10, math.NaN(), 20))
	if diff := cmp.Diff([]string{"Mean", "Last *", "Count", "Difference percent"}, v.Chart.Legend.Calcs); diff != "" {
		t.Error(diff)
	}
	var got []string
	for _, c := range v.Chart.Lines[0].Calcs {
		got = append(got, whole(c))
	}
	if diff := cmp.Diff([]string{"15 ms", "20 ms", "2", "100%"}, got); diff != "" {
		t.Error(diff)
	}
	if l := v.Chart.Legend; l.Mode != "table" || l.SortBy != "Mean" || !l.SortDesc {
		t.Errorf("%+v", l)
	}
}

func TestASecondUnitHasAnAxisAtTheRight(t *testing.T) {
	v := made(t, `{"type":"timeseries","fieldConfig":{"defaults":{"unit":"ms","custom":{"thresholdsStyle":{"mode":"dashed"}},"thresholds":{"mode":"absolute","steps":[{"color":"green","value":null},{"color":"red","value":100}]}},
		"overrides":[{"matcher":{"id":"byRegexp","options":"/^load/"},"properties":[{"id":"unit","value":"percentunit"},{"id":"max","value":1},{"id":"custom.thresholdsStyle","value":{"mode":"off"}}]}]}}`,
		samples("A", "latency", nil, 1, 2), samples("B", "load", nil, .1, .2))
	a := v.Chart.Axes
	if len(a) != 2 || a[0].Side != "left" || a[1].Side != "right" || v.Chart.Lines[1].Axis != 1 || *a[1].Max != 1 {
		t.Fatalf("%+v", a)
	}
	if a[0].ThresholdStyle != "dashed" || len(a[0].Thresholds) != 2 || *a[0].Thresholds[1].From != 100 || a[0].Thresholds[1].Color != "#F2495C" || a[1].ThresholdStyle != "off" {
		t.Errorf("%+v", a)
	}
}

func TestAHundredPercentStackIsInShares(t *testing.T) {
	v := made(t, `{"type":"timeseries","fieldConfig":{"defaults":{"unit":"ms","custom":{"stacking":{"mode":"percent","group":"A"}}},"overrides":[]}}`, samples("A", "a", nil, 1, 2), samples("B", "b", nil, 3, 4))
	if a := v.Chart.Axes[0]; a.Format.Unit != "percentunit" || *a.Max != 1 || v.Chart.Lines[0].StackMode != "percent" {
		t.Errorf("%+v", a)
	}
}

func TestOverridesFindFieldsByEveryMatcher(t *testing.T) {
	f := func(matcher, want string) {
		t.Helper()
		v := made(t, `{"type":"timeseries","fieldConfig":{"defaults":{},"overrides":[{"matcher":`+matcher+`,"properties":[{"id":"unit","value":"s"}]}]}}`,
			samples("A", "alpha", nil, 1, 2), samples("B", "beta", nil, 30, 40))
		var got []string
		for _, l := range v.Chart.Lines {
			if l.Format.Unit == "s" {
				got = append(got, l.Name)
			}
		}
		if strings.Join(got, " ") != want || len(v.Notes) > 0 {
			t.Errorf("%s found %v, want %s; %v", matcher, got, want, v.Notes)
		}
	}
	f(`{"id":"byName","options":"alpha"}`, "alpha")
	f(`{"id":"byNames","options":{"mode":"exclude","names":["alpha"]}}`, "beta")
	f(`{"id":"byRegexp","options":"/A$/i"}`, "alpha beta")
	f(`{"id":"byRegexp","options":"bet.*"}`, "beta")
	f(`{"id":"byType","options":"number"}`, "alpha beta")
	f(`{"id":"byFrameRefID","options":"B"}`, "beta")
	f(`{"id":"byValue","options":{"reducer":"max","op":">","value":20}}`, "beta")
}

func TestAStatReducesEachSeries(t *testing.T) {
	v := made(t, `{"type":"stat","options":{"reduceOptions":{"calcs":["mean","max"],"fields":"","values":false},"graphMode":"area"},"fieldConfig":{"defaults":{"unit":"percentunit","decimals":1},"overrides":[]}}`,
		samples("A", "a", nil, .1, .2, .3))
	var got []string
	for _, s := range v.Stats.Values {
		got = append(got, s.Name+" "+whole(s.Value))
	}
	if diff := cmp.Diff([]string{"a 20.0%", "a 30.0%"}, got); diff != "" {
		t.Error(diff)
	}
	if s := v.Stats.Values[0]; len(s.TimesMs) != 3 || *s.Values[2] != .3 {
		t.Errorf("%+v", s)
	}
}

func TestAGaugeWithoutBoundsGoesToAHundred(t *testing.T) {
	s := made(t, `{"type":"gauge"}`, samples("A", "a", nil, 42)).Stats.Values[0]
	if s.Min != 0 || s.Max != 100 || s.MaxText != "100" {
		t.Errorf("%+v", s)
	}
}

func TestRowsAreValuesWithTheirOwnNames(t *testing.T) {
	v := made(t, `{"type":"bargauge","options":{"reduceOptions":{"values":true,"calcs":[]}}}`, tableFrame())
	if len(v.Stats.Values) != 3 || v.Stats.Values[1].Name != "bert" || *v.Stats.Values[1].Value.Number != 30 {
		t.Errorf("%+v", v.Stats.Values)
	}
}

func TestATraceIsNamedByItsQuery(t *testing.T) {
	v := made(t, `{"type":"traces","targets":[{"refId":"A","query":"0af7651916cd43dd8448eb211c80319c"}]}`)
	if v.Traces.TraceID != "0af7651916cd43dd8448eb211c80319c" {
		t.Errorf("%+v", v.Traces)
	}
	v = made(t, `{"type":"traces","targets":[{"refId":"A","query":"{}"}]}`, frame.Frame{Fields: []frame.Field{texts("traceID", "1", "2"), texts("traceName", "a", "b"), number("traceDuration", nil, 5, 6)}})
	if v.Traces.TraceID != "" || len(v.Traces.Traces) != 2 || v.Traces.Traces[1].DurationMs != 6 {
		t.Errorf("%+v", v.Traces)
	}
}

func TestExemplarsKeepTheirTrace(t *testing.T) {
	f := samples("A", "a", nil, 1, 2)
	f.Fields[1].Exemplars = []frame.Exemplar{{AtMs: 1.7e12, Value: 3, TraceID: "abc"}}
	v := made(t, `{"type":"timeseries"}`, f)
	if len(v.Chart.Exemplars) != 1 || v.Chart.Exemplars[0].TraceID != "abc" || v.Chart.Exemplars[0].Line != "a" {
		t.Errorf("%+v", v.Chart.Exemplars)
	}
}

func TestAPanelWithoutDataSaysTheNextStep(t *testing.T) {
	if v := made(t, `{"type":"timeseries","targets":[{"refId":"A"}]}`); !strings.Contains(v.Empty, "widen it, send a request") {
		t.Error(v.Empty)
	}
	if v := made(t, `{"type":"timeseries"}`); !strings.Contains(v.Empty, "no query") {
		t.Error(v.Empty)
	}
}

func FuzzMake(f *testing.F) {
	for _, kind := range []string{"timeseries", "stat", "gauge", "bargauge", "histogram", "heatmap", "table", "state-timeline", "status-history", "nodeGraph", "traces", "text", "trend", "barchart", "piechart"} {
		f.Add(`{"type":"` + kind + `","options":{"calculate":true},"fieldConfig":{"defaults":{"unit":"ms"},"overrides":[]},"transformations":[{"id":"reduce","options":{}}]}`)
	}
	f.Add(`{"type":"heatmap","options":{"calculate":true,"calculation":{"yBuckets":{"mode":"size","value":"1e-300","scale":{"type":"log","log":1}}},"color":{"steps":1e9}}}`)
	f.Fuzz(func(t *testing.T, text string) {
		p, err := grafana.ParsePanel(json.RawMessage(text))
		if err != nil {
			return
		}
		v := Make(p, append(serviceMap(), samples("A", "a", map[string]string{"le": "1"}, 1, math.NaN(), 3), tableFrame()), env())
		if _, err := json.Marshal(v); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	})
}

func TestTheUnitThatComesWithTheDataStaysUnlessAnOverrideChangesIt(t *testing.T) {
	field := func(name string) frame.Field {
		f := number(name, nil, 2)
		f.Unit = "ms"
		return f
	}
	id := texts("id", "1e5")
	id.Unit = "string"
	v := made(t, `{"id":1,"type":"table","fieldConfig":{"defaults":{"unit":"short","decimals":1},"overrides":[{"matcher":{"id":"byName","options":"b"},"properties":[{"id":"unit","value":"percent"}]}]}}`,
		frame.Frame{Fields: []frame.Field{id, field("a"), field("b"), number("c", nil, 2)}})
	var got []string
	for _, cell := range v.Table.Rows[0] {
		got = append(got, cell.Prefix+cell.Text+cell.Suffix)
	}
	if diff := cmp.Diff([]string{"1e5", "2.0 ms", "2.0%", "2.0"}, got); diff != "" {
		t.Error(diff)
	}
}
