package expression

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"supersonic/ui/frame"
)

func labels(pairs ...string) map[string]string {
	out := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		out[pairs[i]] = pairs[i+1]
	}
	return out
}

func series(l map[string]string, values ...float64) Item {
	times := make([]float64, len(values))
	for i := range times {
		times[i] = float64(1000 * (i + 1))
	}
	return Item{l, times, values}
}

func one(l map[string]string, v float64) Item { return Item{Labels: l, Values: []float64{v}} }

// lines are what a set says: "{pod="a"}: 1 2".
func lines(set Set) []string {
	var out []string
	for _, item := range set {
		var values []string
		for i, v := range item.Values {
			text := fmt.Sprint(v)
			if isNull(v) {
				text = "null"
			}
			if item.series() {
				text = fmt.Sprintf("%v@%v", text, item.TimesMs[i]/1000)
			}
			values = append(values, text)
		}
		out = append(out, labelText(item.Labels)+" "+strings.Join(values, " "))
	}
	return out
}

func computed(t *testing.T, text string, sets map[string]Set) (Set, error) {
	t.Helper()
	e, err := Read(json.RawMessage(text), func(s string) string { return strings.ReplaceAll(s, "$limit", "3") })
	if err != nil {
		return nil, err
	}
	return e.Run(sets, time.UnixMilli(0), time.UnixMilli(6000))
}

func mathOf(t *testing.T, formula string, sets map[string]Set) []string {
	t.Helper()
	raw, err := json.Marshal(map[string]string{"type": "math", "expression": formula})
	if err != nil {
		t.Fatal(err)
	}
	set, err := computed(t, string(raw), sets)
	if err != nil {
		t.Errorf("%s: %s", formula, err)
	}
	return lines(set)
}

func TestFormulasOfNumbers(t *testing.T) {
	for formula, want := range map[string]string{
		"1 + 2 * 3": "7", "(1 + 2) * 3": "9", "2 ** 3 ** 2": "64", "-2 ** 2": "4", "7 % 4": "3", "1 / 0": "+Inf", "0x2A": "42", "072": "58", "-0.8e-2": "-0.008", ".5 + 1E3": "1000.5",
		"3 > 2 && 1 < 0 || 1": "1", "3 > 2 && 1 < 0": "0", "!3": "0", "!0": "1", "1 == 1.0": "1", "2 >= 3": "0", "2 != 3": "1", "2 <= 2": "1", "!(1 - 1) + 1": "2",
		"abs(-3)": "3", "round(2.5)": "3", "ceil(3.123)": "4", "floor(3.9)": "3", "log(1)": "0", "log(-1)": "NaN",
		"is_inf(infn())": "1", "is_nan(nan())": "1", "is_nan(null())": "0", "is_null(null())": "1", "is_null(nan())": "0", "is_number(1)": "1", "is_number(inf())": "0",
		"null() + 1": "null", "nan() > 1": "NaN", "1 || nan()": "1", "0 && nan()": "0", "nan() || 1": "NaN", "inf() == inf()": "1", "abs(null())": "null", "$limit*2": "6", "!nan()": "NaN",
	} {
		if diff := cmp.Diff([]string{"{} " + want}, mathOf(t, formula, nil)); diff != "" {
			t.Errorf("%s: %s", formula, diff)
		}
	}
}

func TestFormulasOfSeries(t *testing.T) {
	a, b := labels("pod", "a"), labels("pod", "b")
	sets := map[string]Set{
		"A": {series(a, 1, 2, 3), series(b, 10, 20, 30)}, "B": {series(a, 2, 4), series(b, 5, 5)}, "N": {one(nil, 100)},
		"one": {series(labels("x", "1"), 8)}, "other": {series(labels("y", "2"), 2)}, "big": {series(labels("pod", "a", "gpu", "0"), 7)},
		"my query": {one(b, 3)}, "M": {series(labels("__name__", "m", "pod", "a"), 6), series(labels("__name__", "m", "pod", "b"), 9)},
		"L": {series(labels("__name__", "l", "pod", "a"), 2), series(labels("__name__", "l", "pod", "b"), 3)},
	}
	for formula, want := range map[string][]string{
		"$A + 1":             {`{pod="a"} 2@1 3@2 4@3`, `{pod="b"} 11@1 21@2 31@3`},
		"100 * $A / $N":      {`{pod="a"} 1@1 2@2 3@3`, `{pod="b"} 10@1 20@2 30@3`},
		"$A / $B":            {`{pod="a"} 0.5@1 0.5@2`, `{pod="b"} 2@1 4@2`}, // only times that both have
		"$A > 2":             {`{pod="a"} 0@1 0@2 1@3`, `{pod="b"} 1@1 1@2 1@3`},
		"$one * $other":      {`{x="1"} 16@1`}, // one item each: they join whatever their labels
		"$A * $big":          {`{gpu="0", pod="a"} 7@1`},
		"${my query} + $A":   {`{pod="b"} 13@1 23@2 33@3`},
		"$M / $L":            {`{pod="a"} 3@1`, `{pod="b"} 3@1`}, // names of metrics are left aside
		"-$B + abs(-$B)":     {`{pod="a"} 0@1 0@2`, `{pod="b"} 0@1 0@2`},
		"$A + $none":         nil, // what gave nothing leaves nothing
		"is_number($B) * $N": {`{pod="a"} 100@1 100@2`, `{pod="b"} 100@1 100@2`},
	} {
		if diff := cmp.Diff(want, mathOf(t, formula, sets)); diff != "" {
			t.Errorf("%s: %s", formula, diff)
		}
	}
}

func TestAWrongFormulaSaysWhere(t *testing.T) {
	for formula, want := range map[string]string{
		"$A +": "character 5: a number or a query", "$A $B": "character 4: nothing should stand here", "(1 + 2": "character 7: a closing bracket", "foo($A)": `character 1: "foo" is no function`, "A + 1": `a query is written $A`,
		"1 & 2": "character 3", "$": "name of a query", "abs 1": "opening bracket", "1.2.3": `"1.2.3" is no number`, "nan(1)": "closing bracket", "": "is missing", strings.Repeat("(", 300): "nested more than", strings.Repeat("1+", 5000) + "1": "more than 8192",
	} {
		_, err := readMath(formula)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20s: %v, want %q", formula, err, want)
		}
	}
}

func TestSeriesAreReduced(t *testing.T) {
	sets := map[string]Set{"A": {series(labels("pod", "a"), 4, math.NaN(), 1), series(labels("pod", "b"), 3, 1, 2)}, "E": {Item{TimesMs: []float64{}}}}
	for rest, want := range map[string][]string{
		`"reducer":"mean"`:  {`{pod="a"} NaN`, `{pod="b"} 2`},
		`"reducer":"max"`:   {`{pod="a"} NaN`, `{pod="b"} 3`},
		`"reducer":"count"`: {`{pod="a"} 3`, `{pod="b"} 3`},
		`"reducer":"last"`:  {`{pod="a"} 1`, `{pod="b"} 2`},
		`"reducer":"mean","settings":{"mode":"dropNN"}`:                         {`{pod="a"} 2.5`, `{pod="b"} 2`},
		`"reducer":"median","settings":{"mode":"dropNN"}`:                       {`{pod="a"} 2.5`, `{pod="b"} 2`},
		`"reducer":"sum","settings":{"mode":"replaceNN","replaceWithValue":10}`: {`{pod="a"} 15`, `{pod="b"} 6`},
		`"reducer":"min","settings":{"mode":"replaceNN","replaceWithValue":0}`:  {`{pod="a"} 0`, `{pod="b"} 1`},
		`"reducer":"min","settings":{"mode":"strict"}`:                          {`{pod="a"} NaN`, `{pod="b"} 1`},
	} {
		set, err := computed(t, `{"type":"reduce","expression":"A",`+rest+`}`, sets)
		if diff := cmp.Diff(want, lines(set)); diff != "" || err != nil {
			t.Errorf("%s: %s %v", rest, diff, err)
		}
	}
	for calc, want := range map[string]string{"sum": "{} 0", "mean": "{} NaN", "last": "{} NaN", "count": "{} 0"} {
		set, err := computed(t, `{"type":"reduce","expression":"$E","reducer":"`+calc+`"}`, sets)
		if err != nil || len(set) != 1 || lines(set)[0] != want {
			t.Errorf("%s of nothing: %v %v", calc, lines(set), err)
		}
	}
}

func TestSeriesAreResampled(t *testing.T) {
	sets := map[string]Set{"A": {Item{labels("p", "a"), []float64{500, 1500, 2000, 5000}, []float64{1, 2, 4, 9}}}, "N": {one(nil, 1)}}
	for rest, want := range map[string]string{
		`"downsampler":"max","upsampler":"fillna"`:      `null@0 4@2 null@4 9@6`,
		`"downsampler":"last","upsampler":"pad"`:        `null@0 4@2 4@4 9@6`,
		`"downsampler":"sum","upsampler":"backfilling"`: `1@0 7@2 9@4 9@6`,
		`"downsampler":"count","upsampler":"fillna"`:    `null@0 3@2 null@4 1@6`,
		`"downsampler":"min","upsampler":"pad"`:         `null@0 1@2 4@4 9@6`,
		`"downsampler":"median"`:                        `null@0 2@2 null@4 9@6`,
	} {
		set, err := computed(t, `{"type":"resample","expression":"A","window":"2s",`+rest+`}`, sets)
		if diff := cmp.Diff([]string{`{p="a"} ` + want}, lines(set)); diff != "" || err != nil {
			t.Errorf("%s: %s %v", rest, diff, err)
		}
	}
	pad, err := computed(t, `{"type":"resample","expression":"A","window":"1s","upsampler":"pad","downsampler":"last"}`, sets)
	if err != nil || lines(pad)[0] != `{p="a"} null@0 1@1 4@2 4@3 4@4 9@5 9@6` {
		t.Errorf("%v %v", lines(pad), err)
	}
	for text, want := range map[string]string{
		`{"type":"resample","expression":"A","window":"1ms"}`:                     "",
		`{"type":"resample","expression":"N","window":"1s"}`:                      "only series",
		`{"type":"resample","expression":"A","window":"soon"}`:                    "soon",
		`{"type":"resample","expression":"A","window":"1s","upsampler":"x"}`:      `"x"`,
		`{"type":"resample","expression":"A","window":"1s","downsampler":"y"}`:    `"y"`,
		`{"type":"resample","expression":"","window":"1s","downsampler":"last"}`:  "no input",
		`{"type":"resample","expression":"A","window":"0s","downsampler":"last"}`: "no length",
	} {
		if _, err := computed(t, text, sets); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestAResamplingThatWouldNotEndIsRefused(t *testing.T) {
	e, err := Read(json.RawMessage(`{"type":"resample","expression":"A","window":"1s"}`), func(s string) string { return s })
	if err != nil {
		t.Fatal(err)
	}
	if _, err = e.Run(map[string]Set{"A": {series(nil, 1)}}, time.Unix(0, 0), time.Unix(20000, 0)); err == nil || !strings.Contains(err.Error(), "20001 points") {
		t.Error(err)
	}
}

func TestValuesAreHeldAgainstAThreshold(t *testing.T) {
	sets := map[string]Set{"A": {series(labels("p", "a"), 1, 5, 10, math.NaN())}}
	for evaluator, want := range map[string]string{
		`"gt","params":[5]`: "0@1 0@2 1@3 NaN@4", `"gte","params":[5]`: "0@1 1@2 1@3 NaN@4", `"lt","params":[5]`: "1@1 0@2 0@3 NaN@4", `"lte","params":[5]`: "1@1 1@2 0@3 NaN@4",
		`"eq","params":[5]`: "0@1 1@2 0@3 NaN@4", `"ne","params":[5]`: "1@1 0@2 1@3 NaN@4", `"within_range","params":[1,10]`: "0@1 1@2 0@3 NaN@4", `"within_range_included","params":[1,10]`: "1@1 1@2 1@3 NaN@4",
		`"outside_range","params":[1,9]`: "0@1 0@2 1@3 NaN@4", `"outside_range_included","params":[1,9]`: "1@1 0@2 1@3 NaN@4",
	} {
		set, err := computed(t, `{"type":"threshold","expression":"A","conditions":[{"evaluator":{"type":`+evaluator+`}}]}`, sets)
		if err != nil || len(set) != 1 || lines(set)[0] != `{p="a"} `+want {
			t.Errorf("%s: %v %v", evaluator, lines(set), err)
		}
	}
	for text, want := range map[string]string{`[]`: "no condition", `[{"evaluator":{"type":"near","params":[1]}}]`: `"near"`, `[{"evaluator":{"type":"within_range","params":[1]}}]`: "needs 2"} {
		if _, err := computed(t, `{"type":"threshold","expression":"A","conditions":`+text+`}`, sets); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestClassicConditionsGiveOneAnswer(t *testing.T) {
	sets := map[string]Set{"A": {series(labels("p", "a"), 1, 2, 9), series(labels("p", "b"), 1, math.NaN(), 4)}, "Z": {}}
	c := func(calc, query, evaluator, operator string) string {
		return fmt.Sprintf(`{"reducer":{"type":%q},"query":{"params":[%q]},"evaluator":{"type":%s},"operator":{"type":%q}}`, calc, query, evaluator, operator)
	}
	gt := func(n string) string { return `"gt","params":[` + n + `]` }
	for text, want := range map[string]string{
		c("avg", "A", gt("3.9"), ""): "1", c("avg", "A", gt("4"), ""): "0", c("last", "A", gt("8"), ""): "1", c("median", "A", gt("2.4"), ""): "1", c("count_non_null", "A", gt("2"), ""): "1",
		c("diff", "A", gt("7"), ""): "1", c("percent_diff", "A", gt("700"), ""): "1", c("diff_abs", "A", gt("9"), ""): "0", c("percent_diff_abs", "A", gt("900"), ""): "0", c("sum", "A", gt("11"), ""): "1", c("min", "A", `"lt","params":[1]`, ""): "0", c("count", "A", gt("2"), ""): "1",
		c("avg", "A", gt("100"), "") + "," + c("avg", "A", gt("1"), "or"):       "1",
		c("avg", "A", gt("100"), "") + "," + c("avg", "A", gt("1"), "logic-or"): "1",
		c("avg", "A", gt("100"), "") + "," + c("avg", "A", gt("1"), "and"):      "0",
		c("avg", "Z", gt("1"), ""): "null", c("avg", "Z", `"no_value","params":[]`, ""): "1", c("avg", "A", `"no_value"`, ""): "0",
	} {
		set, err := computed(t, `{"type":"classic_conditions","conditions":[`+text+`]}`, sets)
		if err != nil || len(set) != 1 || lines(set)[0] != "{} "+want {
			t.Errorf("%s: %v %v", text, lines(set), err)
		}
	}
	for text, want := range map[string]string{c("best", "A", gt("1"), ""): `"best"`, c("avg", "", gt("1"), ""): "names no query", c("avg", "A", `"gt"`, ""): "needs 1"} {
		if _, err := computed(t, `{"type":"classic_conditions","conditions":[`+text+`]}`, sets); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestWhatIsNotComputedIsSaid(t *testing.T) {
	for text, want := range map[string]string{`{"type":"sql"}`: `"sql"`, `{}`: "no type", `[]`: "cannot be read", `{"type":"reduce","expression":"A","reducer":"best"}`: `"best"`,
		`{"type":"reduce","expression":"A","settings":{"mode":"guess"}}`: `"guess"`, `{"type":"reduce","expression":"A","settings":{"mode":"replaceNN"}}`: "by what"} {
		if _, err := computed(t, text, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestFramesAreItems(t *testing.T) {
	time3 := frame.Field{Name: "Time", Kind: frame.Time, Values: []float64{1000, 2000, 3000}}
	value := frame.Field{Name: "Value", Kind: frame.Number, Labels: labels("p", "a"), Values: []float64{1, 2, 3}}
	words := frame.Field{Name: "pod", Kind: frame.Text, Texts: []string{"a", "b", "a"}}
	for _, c := range []struct {
		name    string
		instant bool
		fields  []frame.Field
		want    []string
	}{
		{"a series", false, []frame.Field{time3, value}, []string{`{p="a"} 1@1 2@2 3@3`}},
		{"a number", true, []frame.Field{{Kind: frame.Time, Values: []float64{1}}, {Kind: frame.Number, Values: []float64{5}}}, []string{"{} 5"}},
		{"rows of two series", false, []frame.Field{time3, words, {Name: "v", Kind: frame.Number, Values: []float64{1, 2, 3}}}, []string{`{pod="a"} 1@1 3@3`, `{pod="b"} 2@2`}},
		{"rows of numbers", false, []frame.Field{{Name: "pod", Kind: frame.Text, Texts: []string{"a", "b"}}, {Name: "v", Kind: frame.Number, Values: []float64{1, 2}}}, []string{`{pod="a"} 1`, `{pod="b"} 2`}},
		{"two columns of numbers", false, []frame.Field{{Name: "pod", Kind: frame.Text, Texts: []string{"a"}}, {Name: "v", Kind: frame.Number, Values: []float64{1}}, {Name: "w", Kind: frame.Number, Values: []float64{2}}}, []string{`{__name__="v", pod="a"} 1`, `{__name__="w", pod="a"} 2`}},
		{"nothing", false, nil, nil},
	} {
		set, err := Items([]frame.Frame{{Fields: c.fields}}, c.instant)
		if diff := cmp.Diff(c.want, lines(set)); diff != "" || err != nil {
			t.Errorf("%s: %s %v", c.name, diff, err)
		}
	}
	for want, fields := range map[string][]frame.Field{"no numbers": {words}, "3 rows without times": {value}, "several rows": {words, value}} {
		if _, err := Items([]frame.Frame{{Fields: fields}}, false); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

func TestItemsAreFramesOfTheirExpression(t *testing.T) {
	got := Frames("C", Set{series(labels("p", "a"), 1, null), one(nil, 4)}, 5000)
	if len(got) != 2 || got[0].StepMs != 5000 || got[0].Fields[1].Name != "C" || got[0].Fields[1].Labels["p"] != "a" || !math.IsNaN(got[0].Fields[1].Values[1]) || isNull(got[0].Fields[1].Values[1]) {
		t.Errorf("%+v", got)
	}
	if f := got[1]; len(f.Fields) != 1 || f.RefID != "C" || f.Fields[0].Values[0] != 4 || f.StepMs != 0 {
		t.Errorf("%+v", f)
	}
}

func FuzzMath(f *testing.F) {
	for _, s := range []string{"$A + ${B c} * -abs(1e-3)", "((1)", "$A ** 2 >= 0x1f && !is_nan($B)", "0x", "1..2", "é$ü"} {
		f.Add(s)
	}
	sets := map[string]Set{"A": {series(labels("p", "a"), 1, 2), series(nil, 3)}, "B": {one(labels("p", "a"), 2)}}
	f.Fuzz(func(t *testing.T, formula string) {
		e, err := readMath(formula)
		if err != nil {
			return
		}
		if _, err := e.Run(sets, time.Unix(0, 0), time.Unix(60, 0)); err != nil && !strings.Contains(err.Error(), "narrow") {
			t.Errorf("%q: %s", formula, err)
		}
	})
}
