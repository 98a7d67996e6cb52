package view

import (
	"compress/gzip"
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"supersonic/ui/frame"
	"supersonic/ui/grafana"
	"supersonic/ui/steps"
)

// answers is what @grafana/data says (oracle/).
type answers struct {
	Display struct {
		Configs []json.RawMessage
		Out     []struct {
			Light  bool
			Config int
			Type   string
			Value  any
			Text   string
			Color  string
		}
	}
	Colors struct {
		Named []struct {
			Light       bool
			Name, Color string
		}
		ByNumber []struct {
			Light       bool
			Mode, Color string
			I           int
		}
		ByName []struct {
			Light       bool
			Name, Color string
		}
		Scales []struct {
			Light       bool
			Mode, Color string
			Share       float64
		}
	}
	Reducers struct {
		Out []struct {
			Calc   string
			Values []*float64
			Got    any
		}
		Names map[string]string
	}
	Names []struct {
		Frames []struct {
			Name   string
			Fields []struct {
				Name, Type string
				Labels     map[string]string
				Config     struct{ DisplayName, DisplayNameFromDS string }
			}
		}
		Names [][]string
	}
	Intervals struct {
		Rounded [][2]float64
		Steps   []struct {
			Length, Ms float64
			Points     int
			Lowest     string
		}
		Lengths []struct {
			Text        string
			Ms, Seconds float64
		}
	}
	Thresholds struct {
		Configs []json.RawMessage
		Out     [][4]any // light, config, value, colour
	}
}

func ask(t *testing.T) answers {
	t.Helper()
	file, err := os.Open("oracle/answers.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	z, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	var a answers
	if err := json.NewDecoder(z).Decode(&a); err != nil {
		t.Fatal(err)
	}
	return a
}

func themes() map[bool]*theme { return map[bool]*theme{false: newTheme(false), true: newTheme(true)} }

// sameColor compares #rrggbb and rgb(r, g, b); tolerance is of each part.
func sameColor(a, b string, tolerance float64) bool {
	hex := func(c string) string {
		if strings.HasPrefix(c, "rgba(") && strings.HasSuffix(strings.ReplaceAll(c, " ", ""), ",0)") {
			return "transparent"
		}
		if strings.HasPrefix(c, "rgb") {
			return hexOfRGB(c)
		}
		return c
	}
	a, b = hex(a), hex(b)
	if strings.EqualFold(a, b) {
		return true
	}
	r1, g1, b1, ok1 := rgb(a)
	r2, g2, b2, ok2 := rgb(b)
	return ok1 && ok2 && math.Abs(r1-r2) <= tolerance && math.Abs(g1-g2) <= tolerance && math.Abs(b1-b2) <= tolerance
}

func TestColoursAreThoseOfBothThemes(t *testing.T) {
	a, th := ask(t).Colors, themes()
	for _, x := range a.Named {
		if got := th[x.Light].color(x.Name); !sameColor(got, x.Color, 0) {
			t.Errorf("light %v, %s is %s, want %s", x.Light, x.Name, got, x.Color)
		}
	}
	column := func(mode, name string, i int) *column {
		return &column{Field: frame.Field{Kind: frame.Number}, name: name, series: i, opts: grafana.FieldOptions{Color: &grafana.Color{Mode: mode}}}
	}
	for _, x := range a.ByNumber {
		m := &maker{theme: th[x.Light]}
		if got := m.seriesColor(column(x.Mode, "x", x.I)); !sameColor(got, x.Color, 0) {
			t.Errorf("light %v, %s %d is %s, want %s", x.Light, x.Mode, x.I, got, x.Color)
		}
	}
	for _, x := range a.ByName {
		m := &maker{theme: th[x.Light]}
		if got := m.seriesColor(column("palette-classic-by-name", x.Name, 0)); !sameColor(got, x.Color, 0) {
			t.Errorf("light %v, %q is %s, want %s", x.Light, x.Name, got, x.Color)
		}
	}
	for _, x := range a.Scales {
		tolerance := 1.0
		if isSampled(x.Mode) { // of these scales nine colours are known
			tolerance = 24
		}
		if got := th[x.Light].continuous(x.Mode, x.Share); !sameColor(got, x.Color, tolerance) {
			t.Errorf("light %v, %s at %v is %s, want %s", x.Light, x.Mode, x.Share, got, x.Color)
		}
	}
}

func TestReductionsAreThoseOfGrafana(t *testing.T) {
	a := ask(t).Reducers
	for id, name := range a.Names {
		if got := reduceName(id); got != name {
			t.Errorf("%s is called %q, want %q", id, got, name)
		}
	}
	for _, x := range a.Out {
		values := make([]float64, len(x.Values))
		for i, v := range x.Values {
			values[i] = math.NaN()
			if v != nil {
				values[i] = *v
			}
		}
		got := reduce(x.Calc, values)
		want, isNumber := x.Got.(float64)
		if x.Calc == "logmin" && want == math.MaxFloat64 {
			isNumber = false // Grafana's start value, where nothing is above zero
		}
		switch {
		case !isNumber && !math.IsNaN(got) && !math.IsInf(got, 0), isNumber && math.Abs(got-want) > 1e-9*math.Max(1, math.Abs(want)), isNumber && math.IsNaN(got):
			t.Errorf("%s of %v is %v, want %v", x.Calc, values, got, x.Got)
		}
	}
}

func TestFieldsAreCalledAsGrafanaCallsThem(t *testing.T) {
	for n, x := range ask(t).Names {
		var frames []frame.Frame
		for _, f := range x.Frames {
			fr := frame.Frame{Name: f.Name}
			for _, c := range f.Fields {
				kind := map[string]frame.Kind{"time": frame.Time, "number": frame.Number, "string": frame.Text}[c.Type]
				fr.Fields = append(fr.Fields, frame.Field{Name: c.Name, Kind: kind, Labels: c.Labels, Display: c.Config.DisplayNameFromDS})
			}
			frames = append(frames, fr)
		}
		names := newNames(frames)
		var got [][]string
		for i := range frames {
			var row []string
			for j := range frames[i].Fields {
				name := names.of(i, j)
				if d := x.Frames[i].Fields[j].Config.DisplayName; d != "" {
					name = d // as the file has it: variables are filled later
				}
				row = append(row, name)
			}
			got = append(got, row)
		}
		if diff := cmp.Diff(x.Names, got); diff != "" {
			t.Errorf("set %d: %s", n, diff)
		}
	}
}

func TestValuesAreShownAsGrafanaShowsThem(t *testing.T) {
	a, th := ask(t).Display, themes()
	for _, x := range a.Out {
		p, err := grafana.ParsePanel(json.RawMessage(`{"type":"timeseries","fieldConfig":{"defaults":` + string(a.Configs[x.Config]) + `}}`))
		if err != nil {
			t.Fatal(err)
		}
		m := &maker{panel: p, env: &Env{}, theme: th[x.Light]}
		kind := frame.Number
		if x.Type == "string" {
			kind = frame.Text
		}
		c := &column{Field: frame.Field{Name: "x", Kind: kind, Values: []float64{0}}, name: "x", opts: p.Field.Defaults}
		lo, hi := -25.0, 1e9
		m.finish(c, lo, hi)
		number, text := math.NaN(), ""
		switch v := x.Value.(type) {
		case float64:
			number = v
		case string:
			text = v
		}
		got := m.shown(c, number, text)
		want := x.Text
		if x.Value == "NaN" && kind == frame.Number {
			continue // no value here: there is one kind of missing
		}
		if whole(got) != want {
			t.Errorf("%s: %v is %q, want %q", a.Configs[x.Config], x.Value, whole(got), want)
		}
		if c.mode() != "" && !sameColor(got.Color, x.Color, 1) {
			t.Errorf("light %v %s: %v is %s, want %s", x.Light, a.Configs[x.Config], x.Value, got.Color, x.Color)
		}
		if len(c.words) > 0 && x.Color != grey && !sameColor(got.Color, x.Color, 1) {
			t.Errorf("light %v %s: %v is %s, want %s", x.Light, a.Configs[x.Config], x.Value, got.Color, x.Color)
		}
	}
}

func TestStepsAreThoseOfGrafana(t *testing.T) {
	a := ask(t).Intervals
	length := func(ms float64) time.Duration { return time.Duration(ms * float64(time.Millisecond)) }
	for _, x := range a.Rounded {
		if got := steps.Round(length(x[0])); got != length(x[1]) {
			t.Errorf("%v ms is %v, want %v ms", x[0], got, x[1])
		}
	}
	for _, x := range a.Lengths {
		if got, err := steps.Parse(x.Text); err != nil || got != length(x.Ms) || got.Seconds() != x.Seconds {
			t.Errorf("%q is %v (%v), want %v ms", x.Text, got, err, x.Ms)
		}
	}
	for _, x := range a.Steps {
		lowest := time.Millisecond // where nobody says one
		if x.Lowest != "" {
			var err error
			if lowest, err = steps.Parse(x.Lowest); err != nil {
				t.Fatal(err)
			}
		}
		if got := steps.For(length(x.Length), x.Points, lowest); got != length(x.Ms) {
			t.Errorf("%v ms in %d points, at least %q: %v, want %v ms", x.Length, x.Points, x.Lowest, got, x.Ms)
		}
	}
}

func TestThresholdsColourValuesAsGrafanaColoursThem(t *testing.T) {
	a, th := ask(t).Thresholds, themes()
	columns := make([]*column, len(a.Configs))
	for i, config := range a.Configs {
		p, err := grafana.ParsePanel(json.RawMessage(`{"type":"timeseries","fieldConfig":{"defaults":` + string(config) + `}}`))
		if err != nil {
			t.Fatal(err)
		}
		columns[i] = &column{Field: frame.Field{Name: "x", Kind: frame.Number, Values: []float64{0}}, name: "x", opts: p.Field.Defaults}
		(&maker{panel: p, env: &Env{}, theme: th[false]}).finish(columns[i], -25, 1000)
	}
	for _, x := range a.Out {
		light, i, v, want := x[0].(float64) == 1, int(x[1].(float64)), x[2].(float64), x[3].(string)
		m := &maker{env: &Env{}, theme: th[light]}
		if got := m.shown(columns[i], v, "").Color; !sameColor(got, want, 1) {
			t.Errorf("light %v %s: %v is %s, want %s", light, a.Configs[i], v, got, want)
		}
	}
}
