package view

import (
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supersonic/ui/frame"
	"supersonic/ui/grafana"
	"supersonic/ui/payload"
)

// everyKind draws a panel of a dashboard as Grafana 11 exports it.
func everyKind(t *testing.T, id int, frames ...frame.Frame) payload.PanelView {
	t.Helper()
	data, err := os.ReadFile("testdata/everykind.json")
	if err != nil {
		t.Fatal(err)
	}
	d, err := grafana.ParseDashboard(data)
	if err != nil {
		t.Fatal(err)
	}
	for i := range d.Panels {
		if p := &d.Panels[i]; p.ID == id {
			if len(p.Unknown) > 0 {
				t.Errorf("not known: %v", p.Unknown)
			}
			v := Make(p, frames, env())
			checkLists(t, v)
			if len(v.Notes) > 0 {
				t.Errorf("notes: %v", v.Notes)
			}
			return v
		}
	}
	t.Fatalf("no panel %d", id)
	return payload.PanelView{}
}

func equal(t *testing.T, what string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: %s", what, diff)
	}
}

func hue(name string) string { return newTheme(false).color(name) }

func TestEveryKindAChartWithManyOptions(t *testing.T) {
	v := everyKind(t, 2, samples("A", "p50", map[string]string{"pod": "a"}, 10, 20, 30), samples("B", "p99", map[string]string{"pod": "a b"}, 60, 70, 110),
		samples("C", "load", nil, .2, .4, .3), samples("D", "down", map[string]string{"pod": "c&d"}, 1, 2, 3), samples("E", "extra", nil, 5, 5, 5))
	c := v.Chart
	var lines []string
	for _, l := range c.Lines {
		lines = append(lines, fmt.Sprintf("%s %s %s w%v f%v dash%v below=%q axis%d off=%v last=%v calcs=%s", l.Name, l.Color, l.Draw, l.Width, l.Fill, l.Dash, l.FillBelow, l.Axis, l.Off, *l.Values[2], textsIn(l.Calcs)))
	}
	palette := newTheme(false).series
	equal(t, "lines", []string{
		"p50 " + palette[0] + ` line w2 f0.2 dash[] below="" axis0 off=false last=30 calcs=20.0 ms/30.0 ms/30.0 ms`,
		"tail a b " + palette[1] + ` line w2 f0.2 dash[10 10] below="p50" axis0 off=false last=110 calcs=80.0 ms/110.0 ms/110.0 ms`,
		"load " + hue("semi-dark-blue") + ` bars w2 f0.2 dash[] below="" axis1 off=false last=0.3 calcs=30.0%/40.0%/30.0%`,
		"down " + palette[3] + ` line w2 f0.2 dash[] below="" axis0 off=false last=-3 calcs=2.0 ms/3.0 ms/3.0 ms`,
		"extra " + palette[4] + ` line w2 f0.2 dash[] below="" axis0 off=true last=5 calcs=5.0 ms/5.0 ms/5.0 ms`,
	}, lines)
	if l := c.Lines[0]; l.Curve != "smooth" || l.Gradient != "opacity" || l.SpanGapsMs == nil || *l.SpanGapsMs != 120000 {
		t.Errorf("%+v", l)
	}
	equal(t, "link", []payload.PanelLink{{Title: "Explore down", URL: "/explore?q=c%26d&from=1700000000000&to=1700000060000", NewTab: true}}, c.Lines[3].Links)
	left, right := c.Axes[0], c.Axes[1]
	if left.Side != "left" || left.Label != "latency" || *left.SoftMax != 120 || !left.Border || left.ThresholdStyle != "dashed+area" || right.Side != "right" || *right.Max != 1 || right.Format.Unit != "percentunit" || right.ThresholdStyle != "off" {
		t.Errorf("axes: %+v", c.Axes)
	}
	var bands []string
	for _, b := range left.Thresholds {
		bands = append(bands, b.Color)
	}
	equal(t, "thresholds", []string{hue("green"), hue("orange"), hue("#E02F44")}, bands)
	equal(t, "legend", payload.Legend{Shown: true, Mode: "table", Placement: "right", Width: 320, Calcs: []string{"Mean", "Max", "Last *"}, SortBy: "Max", SortDesc: true}, c.Legend)
	equal(t, "tooltip", payload.Tooltip{Mode: "multi", Sort: "desc", HideZeros: true, MaxWidth: 400, MaxHeight: 300}, c.Tooltip)
}

func textsIn(list []payload.Shown) string {
	var out []string
	for _, s := range list {
		out = append(out, whole(s))
	}
	return strings.Join(out, "/")
}

// statLines are single values as they are read: name, text, colour, bounds.
func statLines(v *payload.StatsView) []string {
	var out []string
	for _, s := range v.Values {
		out = append(out, fmt.Sprintf("%s: %s %s %v to %v", s.Name, whole(s.Value), s.Value.Color, s.Min, s.Max))
	}
	return out
}

func TestEveryKindSingleValuesOfRows(t *testing.T) {
	v := everyKind(t, 3, frame.Frame{RefID: "A", Fields: []frame.Field{texts("pod", "a", "b", "c", "d"), number("load", nil, 0, 12, 1500, 9), number("other", nil, 1, 1, 1, 1)}}).Stats
	equal(t, "values", []string{"a load: down " + hue("dark-red") + " 0 to 1500", "b load: 12 " + hue("yellow") + " 0 to 1500", "c load: busy " + hue("purple") + " 0 to 1500"}, statLines(v))
	if v.ColorMode != "background_solid" || v.Justify != "center" || v.ChangeColor != "inverted" || v.TextMode != "value_and_name" || v.Wide || v.TitleSize != 12 || v.ValueSize != 30 || v.Orientation != "horizontal" {
		t.Errorf("%+v", v)
	}
}

func TestEveryKindGaugeAndBars(t *testing.T) {
	g := everyKind(t, 4, samples("A", "p", nil, .5, .9, .7), samples("A", "q", nil, .1, .2, .3)).Stats
	equal(t, "gauges", []string{"p: 90% " + hue("red") + " 0 to 1", "q: 30% " + hue("green") + " 0 to 1"}, statLines(g))
	if !g.LabelThresholds || !g.MarkThresholds || len(g.Values[0].Bands) != 2 || *g.Values[0].Bands[1].From != .8 {
		t.Errorf("%+v", g)
	}
	b := everyKind(t, 5, samples("A", "p", nil, 1000, 2000, 3000), samples("A", "q", nil, 1e6, 2e6, 3e6)).Stats
	for i, want := range []string{"p: 2 kB", "q: 2 MB"} {
		if got := statLines(b)[i]; !strings.HasPrefix(got, want) {
			t.Errorf("%q is not %q", got, want)
		}
	}
	if b.Values[0].Max != 3000 || b.Values[1].Min != 1e6 || b.Display != "lcd" || b.MaxHeight != 300 || b.NamePlace != "left" || b.ValueMode != "text" || b.Unfilled || b.Legend.Shown {
		t.Errorf("%+v", b)
	}
}

func TestEveryKindATableJoinedOrganisedCalculatedFiltered(t *testing.T) {
	times := frame.Field{Name: "Time", Kind: frame.Time, Values: []float64{1.7e12, 1.7e12, 1.7e12}}
	a := frame.Frame{RefID: "A", Fields: []frame.Field{times, texts("pod", "x", "y", "z"), texts("instance", "1", "2", "3"), number("Value #A", nil, 4, 85, 40)}}
	b := frame.Frame{RefID: "B", Fields: []frame.Field{texts("pod", "y", "z", "x"), number("Value #B", nil, 1, 2, 3)}}
	v := everyKind(t, 6, a, b).Table
	equal(t, "table", []string{"Pod | Rate | Load | Time | Share", "y | 1 | 85% | 2023-11-14 22:13:20 | 85%", "z | 2 | 40% | 2023-11-14 22:13:20 | 40%"}, rowsText(v))
	load, share := v.Columns[2], v.Columns[4]
	if load.Cell != "gauge" || !load.Lcd || load.ValueMode != "text" || load.Width != 200 || load.Max != 100 || !v.Columns[3].Hidden || !share.WholeRow || !share.Gradient || share.Cell != "colour-background" {
		t.Errorf("%+v", v.Columns)
	}
	equal(t, "link", "/d/pod?var-pod=y&load=85", v.Columns[0].Links[0][0].URL)
	equal(t, "colours", []string{hue("red"), hue("green")}, []string{v.Rows[0][2].Color, v.Rows[1][2].Color})
	equal(t, "footer", "Mean/1.50/62.5%//63%", textsIn(v.Footer))
	if v.PageSize == 0 || v.CellHeight != "md" || v.SortBy != "Load" || !v.SortDesc {
		t.Errorf("%+v", v)
	}
}

func TestEveryKindStates(t *testing.T) {
	v := everyKind(t, 7, samples("A", "p", nil, 0, 1, 1, frame.Missing())).States
	var got []string
	for _, s := range v.Rows[0].States {
		got = append(got, fmt.Sprintf("%s %s %v", whole(s.Value), s.Value.Color, (s.ToMs-s.FromMs)/1000))
	}
	equal(t, "states", []string{"cold " + hue("red") + " 15", "ready " + hue("green") + " 30", "gone " + hue("text") + " 15"}, got)
	if v.PerPage != 20 || v.RowHeight != .9 || v.Fill != .7 || len(v.Entries) != 3 {
		t.Errorf("%+v", v)
	}
}

func TestEveryKindHistogramAndHeatmap(t *testing.T) {
	h := everyKind(t, 8, samples("A", "p", nil, 1, 2, 11), samples("B", "q", nil, 12, 13, 29)).Histogram
	var counts []float64
	for _, n := range h.Lines[0].Values {
		counts = append(counts, *n)
	}
	equal(t, "counts", []float64{2, 3, 1}, counts)
	if h.Lines[0].Color != hue("orange") || h.Lines[0].Fill != .6 || h.Lines[0].Name != "Count" || h.Format.Unit != "ms" || len(h.Lines) != 1 {
		t.Errorf("%+v", h)
	}
	bucket := func(le string, n ...float64) frame.Frame {
		return samples("A", le, map[string]string{"le": le}, n...)
	}
	m := everyKind(t, 9, bucket("1", 1, 0), bucket("5", 3, 5), bucket("+Inf", 3, 9)).Heatmap
	if !m.Reverse || !m.AxisRight || m.AxisLabel != "latency" || m.GapPx != 2 || m.RadiusPx != 3 || !m.ShowLegend || len(m.Colors) != 16 || m.Format.Unit != "ms" {
		t.Errorf("%+v", m)
	}
}

func TestEveryKindCodeGraphAndTrends(t *testing.T) {
	if v := everyKind(t, 10).Text; v.Mode != "code" || v.Language != "yaml" || !v.Numbered || v.Content != "a: 1\nb: 2\n" {
		t.Errorf("%+v", v)
	}
	g := everyKind(t, 11, frame.Frame{Name: "nodes", Fields: []frame.Field{texts("id", "gw", "s"), texts("title", "gw", "s"), number("mainstat", nil, 1500, 2), number("secondarystat", nil, 3, 4), number("arc__busy", nil, .25, 1), number("arc__idle", nil, .75, 0)}},
		frame.Frame{Name: "edges", Fields: []frame.Field{texts("id", "e"), texts("source", "gw"), texts("target", "s"), number("mainstat", nil, 7), number("secondarystat", nil, 8)}}).Graph
	equal(t, "nodes", "1.50 s, 3 req/s, 2 ms, 4 req/s", strings.Join([]string{g.Nodes[0].Main, g.Nodes[0].Secondary, g.Nodes[1].Main, g.Nodes[1].Secondary}, ", "))
	if g.Layout != "grid" || g.Zoom != "greedy" || g.Edges[0].Main != "7 ms" || len(g.Nodes[0].Arcs) != 1 || g.Nodes[0].Arcs[0].Color != hue("purple") {
		t.Errorf("%+v", g)
	}
	v := everyKind(t, 12, samples("A", "", map[string]string{"model": "n"}, 1, 9, 3), samples("A", "", map[string]string{"model": "m"}, 4, 2, 4)).Table
	equal(t, "trends", []string{"model | Rate A", "m | 4 req/s", "n | 9 req/s"}, rowsText(v))
	if v.Columns[1].Cell != "sparkline" || len(v.Columns[1].Trends) != 2 || *v.Columns[1].Trends[1][1] != 9 {
		t.Errorf("%+v", v.Columns[1])
	}
}

func TestWhatAChartDoesNotDrawIsSaid(t *testing.T) {
	v := made(t, `{"type":"timeseries","options":{"timezone":["utc","Asia/Tokyo","Mars/Olympus"]}}`, samples("A", "a", nil, 1, 2), samples("A", "b", nil, 1, 2))
	var notes []string
	for _, n := range v.Notes {
		notes = append(notes, n.Text)
	}
	equal(t, "notes", []string{`the time zone "Mars/Olympus" of its axis is not known`}, notes)
	equal(t, "zones", []string{"utc", "Asia/Tokyo"}, v.Zones)
	if v := made(t, `{"type":"timeseries","options":{"timezone":["browser"]},"fieldConfig":{"defaults":{"custom":{"showValues":false}}}}`, samples("A", "a", nil, 1, 2)); len(v.Notes) > 0 {
		t.Errorf("%v", v.Notes)
	}
	for model, want := range map[string]string{
		`{"type":"table","options":{"maxRowHeight":90}}`:                                                           "the highest row (maxRowHeight) is not heeded",
		`{"type":"table","fieldConfig":{"defaults":{"custom":{"styleField":"look"}}}}`:                             `cells are not styled by the field "look" (styleField)`,
		`{"type":"timeseries","fieldConfig":{"defaults":{"custom":{"pointSymbol":"img/icons/marker/shrub.svg"}}}}`: `points are drawn as circles, not as "shrub"`,
	} {
		v := made(t, model, samples("A", "a", nil, 1, 2))
		if len(v.Notes) != 1 || v.Notes[0].Text != want {
			t.Errorf("%s: %v, want %q", model, v.Notes, want)
		}
	}
}

func TestHowBarsPointsAndTooltipsAreDrawn(t *testing.T) {
	l := made(t, `{"type":"timeseries","fieldConfig":{"defaults":{"custom":{"drawStyle":"bars","barMaxWidth":20,"barWidthFactor":0.8,"barAlignment":1,"pointSymbol":"img/icons/marker/square.svg","showValues":true}}}}`, samples("A", "a", nil, 1, 2)).Chart.Lines[0]
	equal(t, "line", []any{20.0, 0.8, 1, "square", true}, []any{l.BarMaxPx, l.BarWidth, l.BarAlign, l.Symbol, l.ShowValues})
	h := made(t, `{"type":"heatmap","options":{"tooltip":{"yHistogram":true,"showColorScale":true}}}`, samples("A", "1", nil, 1, 2)).Heatmap
	equal(t, "tooltip", []bool{true, true}, []bool{h.TipColumn, h.TipScale})
	v := made(t, `{"type":"table","options":{"frozenColumns":{"left":1}}}`, samples("A", "a", nil, 1, 2)).Table
	equal(t, "columns that stay", 1, v.Frozen)
}

func TestRowsHaveTheirTablesBelowThem(t *testing.T) {
	v := made(t, `{"type":"table","options":{"sortBy":[{"displayName":"rate (sum)","desc":true}]},"fieldConfig":{"defaults":{"unit":"ms"},"overrides":[{"matcher":{"id":"byName","options":"errors"},"properties":[{"id":"unit","value":"short"}]}]},
		"transformations":[{"id":"groupToNestedTable","options":{"fields":{"model":{"operation":"groupby"},"rate":{"operation":"aggregate","aggregations":["sum"]}}}}]}`,
		frame.Frame{RefID: "A", Fields: []frame.Field{texts("model", "a", "b", "b"), texts("pod", "p1", "p1", "p2"), number("rate", nil, 5, 3, 8), number("errors", nil, 0, 1, 2)}}).Table
	equal(t, "rows", []string{"model | rate (sum)", "b | 11 ms", "a | 5 ms"}, rowsText(v))
	var below [][]string
	for i := range v.Nested {
		below = append(below, rowsText(&v.Nested[i]))
	}
	equal(t, "below", [][]string{{"pod | errors", "p1 | 1", "p2 | 2"}, {"pod | errors", "p1 | 0"}}, below)
}

func TestARegressionIsALineOfItsOwn(t *testing.T) {
	v := made(t, `{"type":"timeseries","transformations":[{"id":"regression","options":{"modelType":"linear","predictionCount":3}}]}`, samples("A", "a", nil, 1, 3, 5)).Chart
	if len(v.Lines) != 2 || v.Lines[1].Name != "Linear regression" {
		t.Fatalf("%+v", v.Lines)
	}
	var got []float64
	for _, x := range v.Lines[1].Values {
		if x != nil {
			got = append(got, math.Round(*x*1e6)/1e6)
		}
	}
	equal(t, "line", []float64{1, 3, 5}, got)
	p := fitted([]float64{1.7e12, 1.7e12 + 1e4, 1.7e12 + 2e4, 1.7e12 + 3e4}, []float64{0, 1, 4, 9}, 2)
	if y := p.at(1.7e12 + 4e4); math.Abs(y-16) > 1e-6 {
		t.Errorf("the square goes on with %v", y)
	}
	if fitted(nil, nil, 1) != nil || fitted([]float64{5, 5}, []float64{1, 3}, 2).at(5) != 2 {
		t.Error("few points")
	}
}
