package query

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// matrix answers rates of two pods for the query named, totals for another.
func (w *world) rates() {
	w.answer = func(path string, r *http.Request) (int, string) {
		q := r.FormValue("query")
		switch {
		case strings.Contains(q, "broken"):
			return 400, `{"status":"error","errorType":"bad_data","error":"parse error"}`
		case strings.Contains(q, "nothing"):
			return 200, `{"status":"success","data":{"resultType":"matrix","result":[]}}`
		case strings.HasSuffix(path, "/query"):
			return 200, `{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1700000000,"8"]}]}}`
		case strings.Contains(q, "failed"):
			return 200, `{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"pod":"a"},"values":[[1699999980,"1"],[1700000000,"2"]]},{"metric":{"pod":"b"},"values":[[1700000000,"5"]]}]}}`
		}
		return 200, `{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"pod":"a"},"values":[[1699999980,"4"],[1700000000,"4"]]},{"metric":{"pod":"b"},"values":[[1699999980,"10"],[1700000000,"10"]]}]}}`
	}
}

const (
	failedQuery = `{"refId":"A","expr":"failed","hide":true,"datasource":{"type":"prometheus","uid":"prometheus"}}`
	totalQuery  = `{"refId":"B","expr":"total","hide":true,"datasource":{"type":"prometheus","uid":"prometheus"}}`
)

func expressionPanel(targets ...string) string {
	return `{"type":"timeseries","datasource":{"uid":"-- Mixed --"},"targets":[` + strings.Join(targets, ",") + `]}`
}

func expr(ref, rest string) string {
	return `{"refId":"` + ref + `","datasource":{"type":"__expr__","uid":"__expr__"},` + rest + `}`
}

func TestAnExpressionIsComputedOfHiddenQueries(t *testing.T) {
	w := newWorld(t)
	w.rates()
	env := w.env()
	env.Set("percent", Value{Values: []string{"100"}, Texts: []string{"100"}, Single: true})
	got := w.panel(env, expressionPanel(failedQuery, totalQuery, expr("C", `"type":"math","expression":"$A / $B * $percent"`)))
	var lines []string
	for _, f := range got.Frames {
		v := f.Fields[1]
		lines = append(lines, f.RefID+" "+v.Name+" "+ordered(v.Labels)+" "+strings.Repeat("x", len(v.Values)))
	}
	if diff := cmp.Diff([]string{"C C pod\x01a xx", "C C pod\x01b x"}, lines); diff != "" {
		t.Error(diff)
	}
	if v := got.Frames[0].Fields[1].Values; v[0] != 25 || v[1] != 50 || got.Frames[0].StepMs != 20000 {
		t.Errorf("%v", got.Frames[0])
	}
	if len(got.Notes) != 1 || got.Notes[0].Error != "" || got.Notes[0].Expr != "$A / $B * 100" || got.Notes[0].Series != 2 {
		t.Errorf("%+v", got.Notes)
	}
}

func TestExpressionsFollowEachOtherInAnyOrder(t *testing.T) {
	w := newWorld(t)
	w.rates()
	now := strings.Replace(strings.Replace(failedQuery, `"A"`, `"N"`, 1), `"hide":true`, `"instant":true,"range":false`, 1)
	got := w.panel(w.env(), expressionPanel(expr("D", `"type":"threshold","expression":"R","conditions":[{"evaluator":{"type":"gt","params":[7]}}]`),
		expr("R", `"type":"math","expression":"$M + $N","hide":true`), failedQuery, now, expr("M", `"type":"reduce","expression":"A","reducer":"max"`)))
	values := map[string]float64{}
	for _, f := range got.Frames {
		last := f.Fields[len(f.Fields)-1]
		values[f.RefID+last.Labels["pod"]] = last.Values[len(last.Values)-1]
	}
	if diff := cmp.Diff(map[string]float64{"Da": 1, "Db": 1, "N": 8, "Ma": 2, "Mb": 5}, values); diff != "" {
		t.Error(diff)
	}
	if w.times("failed") != 2 { // the range and the moment
		t.Errorf("asked %q", w.asked)
	}
}

func TestAnExpressionThatCannotBeComputedSaysWhy(t *testing.T) {
	w := newWorld(t)
	w.rates()
	for rest, want := range map[string]string{
		`"type":"math","expression":"$A / $X"`:         "expression C: the panel has no query X",
		`"type":"math","expression":"$C + 1"`:          "depends on itself by way of C",
		`"type":"math","expression":"$A +"`:            "not understood at character 5",
		`"type":"sql","expression":"SELECT 1"`:         `"sql" are not computed here`,
		`"type":"math","expression":"$broken"`:         "query broken failed",
		`"type":"resample","expression":"A"`:           "expression C:",
		`"type":"reduce","expression":"A","reducer":1`: "cannot be read",
	} {
		broken := `{"refId":"broken","expr":"broken","hide":true,"datasource":{"type":"prometheus","uid":"prometheus"}}`
		got := w.panel(w.env(), expressionPanel(failedQuery, broken, expr("C", rest)))
		last := got.Notes[len(got.Notes)-1]
		if !strings.Contains(last.Error, want) {
			t.Errorf("%s: %+v", rest, last)
		}
	}
}

func TestExpressionsThatNeedEachOtherSaySo(t *testing.T) {
	w := newWorld(t)
	got := w.panel(w.env(), expressionPanel(expr("C", `"type":"math","expression":"$D"`), expr("D", `"type":"math","expression":"$C"`)))
	if len(got.Notes) != 2 || !strings.Contains(got.Notes[0].Error, "D failed") || !strings.Contains(got.Notes[1].Error, "by way of C") {
		t.Errorf("%+v", got.Notes)
	}
}

func TestNothingComputedOfNothing(t *testing.T) {
	w := newWorld(t)
	w.rates()
	empty := strings.Replace(failedQuery, "failed", "nothing", 1)
	got := w.panel(w.env(), expressionPanel(empty, totalQuery, expr("C", `"type":"math","expression":"$A + $B"`)))
	if len(got.Frames) != 0 || len(got.Notes) != 1 || got.Notes[0].Error != "" {
		t.Errorf("%+v %+v", got.Frames, got.Notes)
	}
}

func TestResampledSeriesHaveAStepOfTheirOwn(t *testing.T) {
	w := newWorld(t)
	w.rates()
	got := w.panel(w.env(), expressionPanel(failedQuery, expr("C", `"type":"resample","expression":"A","window":"1h","downsampler":"last","upsampler":"pad"`)))
	if len(got.Frames) != 2 || got.Frames[0].StepMs != 3.6e6 || len(got.Frames[0].Fields[1].Values) != 4 || got.Frames[0].Fields[1].Values[3] != 2 {
		t.Errorf("%+v", got.Frames)
	}
}
