package view

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supersonic/ui/frame"
	"supersonic/ui/grafana"
	"supersonic/ui/payload"
)

// sitePanel is a panel of the site's own dashboard with the server map.
func sitePanel(t *testing.T, id int) *grafana.Panel {
	t.Helper()
	data, err := os.ReadFile("../grafana/testdata/with-server-map.json")
	if err != nil {
		t.Fatal(err)
	}
	d, err := grafana.ParseDashboard(data)
	if err != nil {
		t.Fatal(err)
	}
	for i := range d.Panels {
		if d.Panels[i].ID == id {
			return &d.Panels[i]
		}
	}
	t.Fatalf("no panel %d", id)
	return nil
}

// samples is a series every 15 s as a Prometheus query gives it.
func samples(refID, display string, labels map[string]string, values ...float64) frame.Frame {
	times := make([]float64, len(values))
	for i := range times {
		times[i] = 1.7e12 + float64(i)*15000
	}
	return frame.Frame{RefID: refID, StepMs: 15000, Fields: []frame.Field{
		{Name: "Time", Kind: frame.Time, Values: times},
		{Name: "Value", Kind: frame.Number, Labels: labels, Display: display, Values: values},
	}}
}

func env() Env {
	return Env{FromMs: 1.7e12, ToMs: 1.7e12 + 60000, NowMs: 1.7e12 + 60000, Width: 600, Height: 300}
}

// checkLists fails where a list or map would be null in the browser.
func checkLists(t *testing.T, v payload.PanelView) {
	t.Helper()
	nulls(t, "view", reflect.ValueOf(v))
}

func nulls(t *testing.T, path string, v reflect.Value) {
	t.Helper()
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			nulls(t, path, v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			nulls(t, path+"."+v.Type().Field(i).Name, v.Field(i))
		}
	case reflect.Slice, reflect.Map:
		if v.IsNil() && v.Type() != reflect.TypeFor[json.RawMessage]() {
			t.Errorf("%s is null", path)
		}
		for i := 0; v.Kind() == reflect.Slice && i < v.Len(); i++ {
			nulls(t, path, v.Index(i))
		}
	}
}

func lineNames(v payload.PanelView) []string {
	var out []string
	for _, l := range v.Chart.Lines {
		out = append(out, l.Name)
	}
	return out
}

func TestTheLatencyBreakdownStacksItsStepsAndDrawsTheTotalOverThem(t *testing.T) {
	v := Make(sitePanel(t, 6), []frame.Frame{
		samples("A", "Inference", nil, 4, 5, 6), samples("B", "Queue", nil, 1, 2, 3), samples("C", "Input", nil, .1, .1, .1),
		samples("D", "Output", nil, .2, .2, .2), samples("E", "Total (measured at proxy)", nil, 9, 10, 11),
	}, env())
	checkLists(t, v)
	if diff := cmp.Diff([]string{"Inference", "Queue", "Input", "Output", "Total (measured at proxy)"}, lineNames(v)); diff != "" {
		t.Error(diff)
	}
	for i, l := range v.Chart.Lines {
		stacked, fill, width := "A", 1.0, 1.0
		if i == 4 {
			stacked, fill, width = "", 0, 2
		}
		if l.Stack != stacked || l.Fill != fill || l.Width != width || l.Gradient != "opacity" || l.Axis != 0 || l.SpanGapsMs != nil {
			t.Errorf("%s: stack %q fill %v width %v gradient %s", l.Name, l.Stack, l.Fill, l.Width, l.Gradient)
		}
	}
	if a := v.Chart.Axes; len(a) != 1 || a[0].Format.Unit != "ms" || a[0].Side != "left" || a[0].ThresholdStyle != "off" {
		t.Errorf("%+v", a)
	}
	if l := v.Chart.Legend; !l.Shown || l.Placement != "right" || l.Mode != "list" || v.Chart.Tooltip.Mode != "multi" {
		t.Errorf("%+v %+v", l, v.Chart.Tooltip)
	}
	want := []string{"#73BF69", "#F2CC0C", "#5794F2", "#FF9830", "#F2495C"}
	for i, l := range v.Chart.Lines {
		if l.Color != want[i] {
			t.Errorf("%s is %s, want %s", l.Name, l.Color, want[i])
		}
	}
}

func TestTheNumberOfServersIsGreenBelowEighty(t *testing.T) {
	f := func(servers float64, color string) {
		t.Helper()
		v := Make(sitePanel(t, 4), []frame.Frame{samples("A", "sonic-server", map[string]string{"release": "sonic-server"}, 1, 2, servers)}, env())
		checkLists(t, v)
		s := v.Stats.Values[0]
		if s.Name != "sonic-server" || *s.Value.Number != servers || s.Value.Color != color || v.Stats.ColorMode != "value" || v.Stats.GraphMode != "none" {
			t.Errorf("%+v", s)
		}
	}
	f(6, "#73BF69")
	f(80, "#F2495C")
}

func TestUtilizationIsInPercentFromZeroToOne(t *testing.T) {
	v := Make(sitePanel(t, 14), []frame.Frame{
		samples("A", "triton-0", map[string]string{"pod": "triton-0"}, 0, .5, .75), samples("A", "triton-1", map[string]string{"pod": "triton-1"}, .1, .2, .3),
	}, env())
	checkLists(t, v)
	a := v.Chart.Axes[0]
	if len(v.Chart.Axes) != 1 || *a.Min != 0 || *a.Max != 1 || a.Format.Unit != "percentunit" || a.ThresholdStyle != "off" {
		t.Errorf("%+v", a)
	}
	if l := v.Chart.Lines[0]; l.Fill != 0.1 || v.Chart.Legend.Placement != "bottom" || !v.Chart.Legend.Shown {
		t.Errorf("%+v", l)
	}
}

func TestThePanelsOfRatesBeginAtZero(t *testing.T) {
	for _, id := range []int{5, 15, 16} {
		v := Make(sitePanel(t, id), []frame.Frame{samples("A", "x", map[string]string{"model": "x"}, 1, 2)}, env())
		if a := v.Chart.Axes[0]; *a.Min != 0 || a.Max != nil || v.Chart.Legend.Shown != (id != 5) {
			t.Errorf("panel %d: %+v %+v", id, a, v.Chart.Legend)
		}
	}
}

func TestTheTitleOfTheSiteIsHTML(t *testing.T) {
	v := Make(sitePanel(t, 1), nil, env())
	if v.Kind != "text" || v.Text.Mode != "html" || !strings.Contains(v.Text.Content, "GitHub Issues") || v.Empty != "" {
		t.Errorf("%+v", v)
	}
}

func TestAMissingStepIsAGap(t *testing.T) {
	f := samples("A", "a", nil, 1, 2, 3, 4, 5)
	holes := samples("A", "b", nil, 1, 2, 3, 4, 5)
	holes.Fields[0].Values = append(append([]float64{}, holes.Fields[0].Values[:2]...), holes.Fields[0].Values[3:]...)
	holes.Fields[1].Values = []float64{1, 2, 4, 5}
	v := Make(sitePanel(t, 3), []frame.Frame{f, holes}, env())
	if b := v.Chart.Lines[1]; b.Values[2] != nil || *b.Values[3] != 4 || b.SpanGapsMs != nil {
		t.Errorf("%v span %v", b.Values, b.SpanGapsMs)
	}
	// for all series at once: a time is put into the hole
	v = Make(sitePanel(t, 3), []frame.Frame{holes}, env())
	if b := v.Chart.Lines[0]; len(v.Chart.TimesMs) != 5 || b.Values[2] != nil || b.SpanGapsMs != nil {
		t.Errorf("%v at %v", b.Values, v.Chart.TimesMs)
	}
}

func TestTimesOfAnotherQueryMakeNoGap(t *testing.T) {
	a, b := samples("A", "a", nil, 1, 2, 3), samples("B", "b", nil, 1, 2, 3)
	times := make([]float64, 3)
	for i := range times {
		times[i] = b.Fields[0].Values[i] + 7000
	}
	b.Fields[0].Values = times
	v := Make(sitePanel(t, 3), []frame.Frame{a, b}, env())
	for _, l := range v.Chart.Lines {
		if l.SpanGapsMs == nil || *l.SpanGapsMs < 15000 || *l.SpanGapsMs > 16000 {
			t.Errorf("%s spans %v", l.Name, l.SpanGapsMs)
		}
	}
}

func TestAPanelOfAnUnknownTypeSaysSo(t *testing.T) {
	for model, want := range map[string]string{
		`{"type":"holo"}`: "asks no data source", `{"type":"holo","targets":[{"refId":"A","expr":"up"}]}`: "seen as a table", `{"libraryPanel":{"uid":"x"}}`: "one of a library",
	} {
		p, err := grafana.ParsePanel([]byte(model))
		if err != nil || len(p.Unknown) != 1 {
			t.Fatalf("%s: %v, %v", model, err, p)
		}
		if v := Make(p, nil, env()); v.Kind != "nothing" || !strings.Contains(v.Empty, want) {
			t.Errorf("%s: %+v", model, v)
		}
	}
}
