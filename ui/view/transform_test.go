package view

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supersonic/ui/frame"
	"supersonic/ui/grafana"
	"supersonic/ui/units"
)

// changed is a transformation with its frames and what Grafana makes of them.
type changed struct {
	ID      string
	Options json.RawMessage
	Filter  *grafana.Matcher
	Frames  []struct {
		Name, RefID string
		Fields      []struct {
			Name, Type string
			Labels     map[string]string
			Values     []any
		}
	}
	Result []struct {
		Fields []struct {
			Name, Kind string
			Values     []any
		}
	}
}

func (c *changed) frames() []frame.Frame {
	var out []frame.Frame
	for _, f := range c.Frames {
		fr := frame.Frame{Name: f.Name, RefID: f.RefID}
		for _, x := range f.Fields {
			fd := frame.Field{Name: x.Name, Labels: x.Labels, Kind: map[string]frame.Kind{"time": frame.Time, "number": frame.Number, "string": frame.Text}[x.Type]}
			for _, v := range x.Values {
				switch v := v.(type) {
				case string:
					fd.Texts = append(fd.Texts, v)
				case float64:
					fd.Values = append(fd.Values, v)
				default:
					fd.Values = append(fd.Values, math.NaN())
				}
			}
			fr.Fields = append(fr.Fields, fd)
		}
		out = append(out, fr)
	}
	return out
}

// lines writes columns of Grafana's answer.
func (c *changed) lines() [][]string {
	var out [][]string
	for _, f := range c.Result {
		var frame []string
		for _, x := range f.Fields {
			var cells []string
			for _, v := range x.Values {
				cells = append(cells, cellText(v))
			}
			frame = append(frame, x.Name+": "+strings.Join(cells, ","))
		}
		out = append(out, frame)
	}
	return out
}

func cellText(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case float64:
		return units.Plain(v)
	case bool:
		return units.Plain(flagNumber(v))
	}
	return fmt.Sprint(v)
}

func linesOf(frames []frame.Frame) [][]string {
	var out [][]string
	names := newNames(frames)
	for i, f := range frames {
		var columns []string
		for j := range f.Fields {
			var cells []string
			for _, inner := range f.Fields[j].Nested {
				cells = append(cells, strings.ReplaceAll(strings.Join(linesOf([]frame.Frame{inner})[0], "; "), ",", " "))
			}
			if f.Fields[j].Nested != nil {
				columns = append(columns, names.of(i, j)+": "+strings.Join(cells, ","))
				continue
			}
			for r := range f.Rows() {
				cells = append(cells, (&column{Field: f.Fields[j]}).raw(r))
			}
			columns = append(columns, names.of(i, j)+": "+strings.Join(cells, ","))
		}
		out = append(out, columns)
	}
	return out
}

func TestTransformationsMakeWhatGrafanaMakes(t *testing.T) {
	file, err := os.Open("oracle/answers.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	z, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	var all struct{ Transforms []changed }
	if err := json.NewDecoder(z).Decode(&all); err != nil {
		t.Fatal(err)
	}
	if len(all.Transforms) < 130 {
		t.Errorf("only %d transformations", len(all.Transforms))
	}
	for _, c := range all.Transforms {
		m := &maker{panel: &grafana.Panel{Transformations: []grafana.Transformation{{ID: c.ID, Options: c.Options, Filter: c.Filter}}}, env: &Env{}, theme: newTheme(false)}
		given := c.frames()
		before := linesOf(given)
		got, want := linesOf(m.transform(given)), c.lines()
		if strings.Contains(string(c.Options), `"rows"`) {
			continue // rows of labels: their order is compared below
		}
		if c.ID == "labelsToFields" || strings.Contains(string(c.Options), "labelsToFields") {
			sortAll(got, want) // labels have an order in JavaScript, none here
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s %s: %s", c.ID, c.Options, diff)
		}
		if len(m.notes) > 0 {
			t.Errorf("%s %s: %v", c.ID, c.Options, m.notes)
		}
		if diff := cmp.Diff(before, linesOf(given)); diff != "" {
			t.Errorf("%s changed its frames: %s", c.ID, diff)
		}
	}
}

func sortAll(lists ...[][]string) {
	for _, l := range lists {
		for _, f := range l {
			slices.Sort(f)
		}
	}
}

func TestRowsOfLabelsAreInOrder(t *testing.T) {
	m := &maker{panel: &grafana.Panel{Transformations: []grafana.Transformation{{ID: "labelsToFields", Options: json.RawMessage(`{"mode":"rows"}`)}}}, env: &Env{}, theme: newTheme(false)}
	got := linesOf(m.transform([]frame.Frame{samples("A", "", map[string]string{"pod": "p1", "model": "m"}, 1)}))
	if diff := cmp.Diff([][]string{{"label: model,pod", "value: m,p1"}}, got); diff != "" {
		t.Error(diff)
	}
}

func TestATransformationThatIsNotKnownIsSaid(t *testing.T) {
	p := sitePanel(t, 3)
	p.Transformations = []grafana.Transformation{{ID: "spin"}, {ID: "wind", Disabled: true}}
	v := Make(p, []frame.Frame{samples("A", "a", nil, 1, 2)}, env())
	if len(v.Notes) != 1 || !strings.Contains(v.Notes[0].Text, `"spin"`) || len(v.Chart.Lines) != 1 {
		t.Errorf("%+v", v.Notes)
	}
}
