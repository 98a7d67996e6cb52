package view

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supersonic/ui/frame"
	"supersonic/ui/payload"
)

// rowsText is a table as it is read.
func rowsText(v *payload.TableView) []string {
	var head []string
	for _, c := range v.Columns {
		head = append(head, c.Name)
	}
	out := []string{strings.Join(head, " | ")}
	for _, r := range v.Rows {
		var cells []string
		for _, c := range r {
			cells = append(cells, whole(c))
		}
		out = append(out, strings.Join(cells, " | "))
	}
	return out
}

func TestSeriesBecomeRowsWithSmallCharts(t *testing.T) {
	v := made(t, `{"type":"table","fieldConfig":{"defaults":{"unit":"ms"}},"options":{"sortBy":[{"displayName":"Trend #A","desc":true}]},
		"transformations":[{"id":"timeSeriesTable","options":{"A":{"stat":"mean"}}}]}`,
		samples("A", "", map[string]string{"model": "m1"}, 1, 2, 3), samples("A", "", map[string]string{"model": "m2"}, 4, 5, 6)).Table
	if diff := cmp.Diff([]string{"model | Trend #A", "m2 | 5 ms", "m1 | 2 ms"}, rowsText(v)); diff != "" {
		t.Error(diff)
	}
	c := v.Columns[1]
	if c.Cell != "sparkline" || len(c.Trends) != 2 || len(c.Trends[0]) != 3 || *c.Trends[0][0] != 4 || *c.Trends[1][2] != 3 {
		t.Errorf("the small charts are not in the order of the rows: %+v", c)
	}
}

func TestALongSmallChartIsThinned(t *testing.T) {
	values := make([]float64, 1000)
	for i := range values {
		values[i] = float64(i / 5)
	}
	got := thinned(values)
	if len(got) != maxTrend || *got[0] != 0 || *got[199] != 199 {
		t.Errorf("%d points, from %v to %v", len(got), got[0], got[len(got)-1])
	}
}

func TestRowsBecomeFieldsWithTheirOwnOptions(t *testing.T) {
	v := made(t, `{"type":"stat","transformations":[{"id":"rowsToFields","options":{"mappings":[{"fieldName":"Unit","handlerKey":"unit"},{"fieldName":"Limit","handlerKey":"threshold1","handlerArguments":{"threshold":{"color":"orange"}}}]}}]}`,
		frame.Frame{RefID: "A", Fields: []frame.Field{texts("Pod", "p1", "p2"), number("Value", nil, 12, 80), texts("Unit", "ms", "percent"), number("Limit", nil, 100, 50)}}).Stats
	var got []string
	for _, s := range v.Values {
		got = append(got, s.Name+" "+whole(s.Value)+" "+s.Value.Color)
	}
	theme := newTheme(false)
	if diff := cmp.Diff([]string{"p1 12 ms " + theme.color("green"), "p2 80% " + theme.color("orange")}, got); diff != "" {
		t.Error(diff)
	}
}

func TestOptionsComeFromAnotherQuery(t *testing.T) {
	v := made(t, `{"type":"gauge","fieldConfig":{"defaults":{"max":7}},"transformations":[{"id":"configFromData","options":{"configRefId":"B","mappings":[{"fieldName":"Top","handlerKey":"max","reducerId":"max"},{"fieldName":"Word","handlerKey":"displayName"}]}}]}`,
		samples("A", "", map[string]string{"pod": "p"}, 10, 20),
		frame.Frame{RefID: "B", Fields: []frame.Field{number("Top", nil, 40, 50), texts("Word", "x", "Load")}}).Stats
	if len(v.Values) != 1 || v.Values[0].Max != 50 || v.Values[0].Name != "Load" {
		t.Errorf("%+v", v.Values)
	}
}

func TestWordsComeFromAnotherQuery(t *testing.T) {
	v := made(t, `{"type":"table","transformations":[{"id":"configFromData","options":{"configRefId":"B","mappings":[{"fieldName":"v","handlerKey":"mappings.value"},{"fieldName":"t","handlerKey":"mappings.text"}]}}]}`,
		frame.Frame{RefID: "A", Fields: []frame.Field{number("State", nil, 0, 1)}},
		frame.Frame{RefID: "B", Fields: []frame.Field{number("v", nil, 0, 1), texts("t", "down", "up")}}).Table
	if diff := cmp.Diff([]string{"State", "down", "up"}, rowsText(v)); diff != "" {
		t.Error(diff)
	}
}

func TestTablesAreTurnedAndTheirLettersChanged(t *testing.T) {
	f := frame.Frame{Fields: []frame.Field{texts("pod", "triton one", "triton two"), number("load", nil, 1, 2)}}
	for change, want := range map[string][]string{
		`{"id":"transpose","options":{}}`: {"Field | triton one | triton two", "load | 1 | 2"},
		`{"id":"formatString","options":{"stringField":"pod","outputFormat":"Title Case"}}`:                                     {"pod | load", "Triton One | 1", "Triton Two | 2"},
		`{"id":"formatString","options":{"stringField":"pod","outputFormat":"Snake Case"}}`:                                     {"pod | load", "triton_one | 1", "triton_two | 2"},
		`{"id":"formatString","options":{"stringField":"pod","outputFormat":"Substring","substringStart":7,"substringEnd":99}}`: {"pod | load", "one | 1", "two | 2"},
	} {
		if diff := cmp.Diff(want, rowsText(made(t, `{"type":"table","transformations":[`+change+`]}`, f).Table)); diff != "" {
			t.Errorf("%s: %s", change, diff)
		}
	}
}

func TestTimesAreWrittenInTheirZone(t *testing.T) {
	f := frame.Frame{Fields: []frame.Field{{Name: "Time", Kind: frame.Time, Values: []float64{1700000000000}}, number("n", nil, 1)}}
	v := made(t, `{"type":"table","transformations":[{"id":"formatTime","options":{"timeField":"Time","outputFormat":"YYYY-MM-DD HH:mm","timezone":"Europe/Berlin"}}]}`, f).Table
	if diff := cmp.Diff([]string{"Time | n", "2023-11-14 23:13 | 1"}, rowsText(v)); diff != "" {
		t.Error(diff)
	}
}

func TestValuesAreCountedByATransformation(t *testing.T) {
	v := made(t, `{"type":"table","transformations":[{"id":"histogram","options":{"bucketSize":10}}]}`, frame.Frame{Fields: []frame.Field{number("n", nil, 1, 2, 11, 29)}}).Table
	if diff := cmp.Diff([]string{"xMin | xMax | n", "0 | 10 | 2", "10 | 20 | 1", "20 | 30 | 1"}, rowsText(v)); diff != "" {
		t.Error(diff)
	}
}

func TestAReaderChoosesAmongSeveralTables(t *testing.T) {
	frames := []frame.Frame{{Name: "first", RefID: "A", Fields: []frame.Field{texts("a", "x")}}, {Name: "second", RefID: "B", Fields: []frame.Field{texts("b", "y")}}}
	p := panel(t, `{"type":"table","options":{"frameIndex":1}}`)
	for _, order := range [][]frame.Frame{frames, {frames[1], frames[0]}} { // which a transformation may change
		usual := order[1].Name
		for chosen, want := range map[string]string{"": usual, "first": "first", "second": "second", "third": usual} {
			e := env()
			e.Frame = chosen
			v := Make(p, order, e).Table
			if got := v.Frames[v.Frame]; got != want || v.Columns[0].Name != map[string]string{"first": "first a", "second": "second b"}[want] {
				t.Errorf("%q of %v is chosen: %s, with %s", chosen, v.Frames, got, v.Columns[0].Name)
			}
		}
	}
}

func TestTablesOfTheSameNameAreToldApart(t *testing.T) {
	var frames []frame.Frame
	for _, name := range []string{"x", "y", "x", "x 1"} {
		frames = append(frames, frame.Frame{Name: name, Fields: []frame.Field{texts("a", "z")}})
	}
	if diff := cmp.Diff([]string{"x 2", "y", "x 3", "x 1"}, made(t, `{"type":"table"}`, frames...).Table.Frames); diff != "" {
		t.Error(diff)
	}
}

func TestBoundsOfAFieldsOwnValues(t *testing.T) {
	frames := []frame.Frame{{Fields: []frame.Field{number("a", nil, 0, 10), number("b", nil, 0, 1000)}}}
	for options, want := range map[string]float64{`{"fieldMinMax":true}`: 10, `{}`: 1000} {
		v := made(t, `{"type":"bargauge","fieldConfig":{"defaults":`+options+`}}`, frames...).Stats
		if v.Values[0].Max != want {
			t.Errorf("%s: the bar of a ends at %v instead of %v", options, v.Values[0].Max, want)
		}
	}
}

func TestColumnsHaveFootersOfTheirOwn(t *testing.T) {
	v := made(t, `{"type":"table","fieldConfig":{"defaults":{"unit":"s","custom":{"footer":{"reducers":["sum"]},"cellOptions":{"type":"gauge","mode":"lcd","valueDisplayMode":"hidden"}}},"overrides":[{"matcher":{"id":"byName","options":"b"},"properties":[{"id":"custom.footer","value":{"reducers":["min","max"]}}]}]}}`,
		frame.Frame{Fields: []frame.Field{texts("pod", "p", "q"), number("a", nil, 1, 2), number("b", nil, 3, 4)}}).Table
	var got []string
	for _, c := range v.Footer {
		got = append(got, whole(c))
	}
	if diff := cmp.Diff([]string{"Count: 2", "3 s", "Min: 3 s, Max: 4 s"}, got); diff != "" {
		t.Error(diff)
	}
	if c := v.Columns[1]; !c.Lcd || c.Gradient || c.ValueMode != "hidden" {
		t.Errorf("%+v", c)
	}
}

func TestAnEditorIsToldWhatEachTransformationIsGiven(t *testing.T) {
	e := env()
	e.Steps = true
	v := Make(panel(t, `{"type":"table","transformations":[{"id":"joinByField","options":{"byField":"Time"}},{"id":"fly","options":{}},
		{"id":"calculateField","disabled":true,"options":{}},{"id":"organize","options":{"excludeByName":{"Time":true},"renameByName":{"m1":"first"}}}]}`),
		[]frame.Frame{samples("A", "", map[string]string{"model": "m1"}, 1, 2, 3), samples("B", "", map[string]string{"model": "m2"}, 4, 5, 6)}, e)
	checkLists(t, v)
	field := func(name, kind string, refs ...string) payload.StepField {
		return payload.StepField{Name: name, Kind: kind, Refs: append([]string{}, refs...)}
	}
	joined := payload.DataStep{Frames: 1, Rows: 3, Fields: []payload.StepField{field("Time", "time", "joinByField"), field("m1", "number", "joinByField"), field("m2", "number", "joinByField")},
		Labels: []string{"model"}, Refs: []string{"joinByField"}, Says: []string{}}
	unknown := joined
	unknown.Says = []string{`the transformation "fly" is not known: the panel shows its data without it`}
	left := joined
	left.Fields = []payload.StepField{field("first", "number", "joinByField"), field("m2", "number", "joinByField")}
	want := []payload.DataStep{
		{Frames: 2, Rows: 6, Fields: []payload.StepField{field("Time", "time", "A", "B"), field("m1", "number", "A"), field("m2", "number", "B")}, Labels: []string{"model"}, Refs: []string{"A", "B"}, Says: []string{}},
		unknown, joined, joined, left}
	if diff := cmp.Diff(want, v.Steps); diff != "" {
		t.Error(diff)
	}
}

func TestAnEditorIsToldNotMoreFieldsThanAreRead(t *testing.T) {
	e := env()
	e.Steps = true
	fr := frame.Frame{RefID: "A"}
	for i := range maxStepFields + 7 {
		fr.Fields = append(fr.Fields, number(fmt.Sprint("f", i), nil, 1))
	}
	v := Make(panel(t, `{"type":"table"}`), []frame.Frame{fr}, e)
	if len(v.Steps) != 1 || len(v.Steps[0].Fields) != maxStepFields || v.Steps[0].Cut != 7 {
		t.Errorf("%d steps, %d fields, %d left out", len(v.Steps), len(v.Steps[0].Fields), v.Steps[0].Cut)
	}
}

func TestATransformationOfSomeQueriesLeavesTheOthers(t *testing.T) {
	for filter, want := range map[string]string{"B": "B first", "A|C": "A,C first", "/^(?:A|B)$/": "A,B first", "A.*": " first"} {
		v := made(t, `{"type":"bargauge","transformations":[{"id":"renameByRegex","filter":{"id":"byRefId","options":"`+filter+`"},"options":{"regex":"(.*)","renamePattern":"$1 first"}}]}`,
			samples("A", "", map[string]string{"q": "A"}, 1), samples("B", "", map[string]string{"q": "B"}, 1), samples("C", "", map[string]string{"q": "C"}, 1)).Stats
		var got []string
		for _, s := range v.Values {
			if name, is := strings.CutSuffix(s.Name, " first"); is {
				got = append(got, name)
			}
		}
		if strings.Join(got, ",")+" first" != want {
			t.Errorf("%s: %v, want %s", filter, got, want)
		}
	}
}
