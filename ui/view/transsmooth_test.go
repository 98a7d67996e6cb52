package view

import (
	"math"
	"strings"
	"testing"

	"supersonic/ui/frame"
)

// noisy is a slow wave with noise on it, and one hour that stands out.
func noisy() []float64 {
	values := make([]float64, 400)
	for i := range values {
		values[i] = 100 + 10*math.Sin(float64(i)/60) + 8*math.Sin(float64(i*i)*1.7)
		if i >= 200 && i < 240 {
			values[i] += 120
		}
	}
	return values
}

func TestSmoothingLeavesWhatStandsOut(t *testing.T) {
	given := noisy()
	v := made(t, `{"type":"timeseries","transformations":[{"id":"smoothing","options":{"resolution":100}}]}`, samples("A", "load", nil, given...)).Chart
	if len(v.Lines) != 1 || v.Lines[0].Name != "load" || len(v.TimesMs) != 400 {
		t.Fatalf("%d lines at %d times", len(v.Lines), len(v.TimesMs))
	}
	var got []float64
	for _, p := range v.Lines[0].Values {
		got = append(got, *p)
	}
	if r, before := roughness(got), roughness(given); r > before/3 {
		t.Errorf("as rough as %.2f, it was %.2f", r, before)
	}
	mean, _, _ := moments(got)
	if want, _, _ := moments(given); math.Abs(mean-want) > 0.02*want {
		t.Errorf("the mean is %.1f, it was %.1f", mean, want)
	}
	if got[220] < 200 || got[100] > 130 || got[300] > 130 {
		t.Errorf("what stands out: %.0f between %.0f and %.0f", got[220], got[100], got[300])
	}
}

func TestSmoothingLeavesWhatIsSmoothAndWhatIsNotThere(t *testing.T) {
	line := []float64{1, 2, 3, 4, frame.Missing(), 6, 7, 8, 9, 10, 11, 12}
	v := made(t, `{"type":"timeseries","transformations":[{"id":"smoothing"}]}`, samples("A", "a", nil, line...)).Chart
	for i, p := range v.Lines[0].Values {
		if want := line[i]; p == nil != math.IsNaN(want) || p != nil && *p != want {
			t.Errorf("point %d is %v, want %v", i, p, want)
		}
	}
	for _, few := range [][]float64{nil, {1}, {1, 5, 2}} {
		if v := made(t, `{"type":"timeseries","transformations":[{"id":"smoothing","options":{"resolution":-3}}]}`, samples("A", "a", nil, few...)); len(few) > 0 && *v.Chart.Lines[0].Values[0] != few[0] {
			t.Errorf("%v became %v", few, v.Chart.Lines[0].Values)
		}
	}
	words := frame.Frame{RefID: "A", Fields: []frame.Field{texts("pod", "a", "b")}}
	if v := made(t, `{"type":"table","transformations":[{"id":"smoothing"}]}`, words); len(v.Table.Rows) != 2 {
		t.Errorf("a table without times: %v", v.Table)
	}
}

func TestWhatIsNotTransformedIsSaidWithWhatDoesItsWork(t *testing.T) {
	for id, want := range map[string]string{"spatial": "as a table", "fieldLookup": "Join by field", "sql": "Group by", "sorcery": "not known"} {
		v := made(t, `{"type":"timeseries","transformations":[{"id":"`+id+`","options":{}}]}`, samples("A", "a", nil, 1, 2))
		if len(v.Notes) != 1 || !strings.Contains(v.Notes[0].Text, `"`+id+`"`) || !strings.Contains(v.Notes[0].Text, want) || len(v.Chart.Lines) != 1 {
			t.Errorf("%s: %+v", id, v.Notes)
		}
	}
}

// What a panel compares with says so in its name and is dashed, unless an override says otherwise.
func TestAnotherTimeIsDashedAndNamed(t *testing.T) {
	then := samples("A-compare", "load", nil, 1, 2)
	then.Compared = true
	then.Fields[1].Config = []frame.Option{{ID: "custom.lineStyle", Value: []byte(`{"fill":"dash","dash":[1,5,4,5]}`)}}
	show := func(config string) []string {
		var out []string
		for _, l := range made(t, `{"type":"timeseries","fieldConfig":`+config+`}`, samples("A", "load", nil, 3, 4), then).Chart.Lines {
			dashed := " solid"
			if len(l.Dash) > 0 {
				dashed = " dashed"
			}
			out = append(out, l.Name+dashed)
		}
		return out
	}
	equal(t, "plain", []string{"load solid", "load (comparison) dashed"}, show(`{"defaults":{}}`))
	equal(t, "with a name", []string{"L solid", "L (comparison) dashed"}, show(`{"defaults":{"displayName":"L","custom":{"lineStyle":{"fill":"solid"}}}}`))
	equal(t, "overruled", []string{"load solid", "load (comparison) solid"}, show(`{"defaults":{},"overrides":[{"matcher":{"id":"byFrameRefID","options":"A-compare"},"properties":[{"id":"custom.lineStyle","value":{"fill":"solid"}}]}]}`))
}
