package query

import (
	"context"
	"math"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"supersonic/ui/frame"
	"supersonic/ui/grafana"
)

func TestAPanelsQueryIsSentWithItsVariablesAndItsStep(t *testing.T) {
	w := newWorld(t)
	env := w.env()
	env.Set("release", Value{Values: []string{"a", "b"}, Texts: []string{"a", "b"}})
	var step, start, end string
	usual := w.answer
	w.answer = func(path string, r *http.Request) (int, string) {
		step, start, end = r.FormValue("step"), r.FormValue("start"), r.FormValue("end")
		return usual(path, r)
	}
	got := w.panel(env, `{"type":"timeseries","datasource":{"type":"prometheus","uid":"prometheus"},"targets":[{"refId":"A",
		"expr":"rate(x{release=~\"$release\"}[$__rate_interval]) * $__interval_ms","legendFormat":"{{ pod }} of $release"}]}`)
	if want := `rate(x{release=~"(a|b)"}[25s]) * 20000`; got.Notes[0].Expr != want || w.times(want) != 1 {
		t.Errorf("sent %q", w.asked)
	}
	if step != "20" || start != "1699989200.000" || end != "1700000000.000" {
		t.Errorf("step %s from %s to %s", step, start, end)
	}
	if len(got.Frames) != 2 || got.Frames[0].Name != "a of a + b" || got.Frames[0].StepMs != 20000 || got.Frames[0].Fields[0].Values[1] != 1.7e12 {
		t.Errorf("frames %+v", got.Frames)
	}
	if v := got.Frames[1].Fields[1].Values; !math.IsNaN(v[0]) || !math.IsInf(v[1], 1) {
		t.Errorf("values %v", v)
	}
	if n := got.Notes[0]; n.Series != 2 || n.Source != "prometheus" || n.StepMs != 20000 || !strings.HasPrefix(n.Explore, "/explore?left=%7B%22datasource%22") {
		t.Errorf("note %+v", n)
	}
}

func TestNamesOfSeries(t *testing.T) {
	labels := map[string]string{"__name__": "x", "pod": "a"}
	for legend, want := range map[string]string{"": `x{pod="a"}`, "__auto": "", "{{pod}}/{{none}}": "a/"} {
		if got := (promQuery{legend: legend, expr: "x"}).name(labels); got != want {
			t.Errorf("%q: %q, want %q", legend, got, want)
		}
	}
	if got := (promQuery{legend: "__auto", expr: "sum(x)"}).name(nil); got != "sum(x)" {
		t.Error(got)
	}
	if got := (promQuery{expr: "sum(x)"}).name(map[string]string{}); got != "sum(x)" {
		t.Error(got)
	}
}

func TestTheSameQueryOfManyPanelsIsSentOnce(t *testing.T) {
	w := newWorld(t)
	gate := make(chan struct{})
	usual := w.answer
	w.answer = func(path string, r *http.Request) (int, string) { <-gate; return usual(path, r) }
	panel := panelOf(t, `{"type":"timeseries","targets":[{"refId":"A","expr":"x"}]}`)
	var wg sync.WaitGroup
	for range 12 {
		wg.Go(func() {
			w.runner.Panel(context.Background(), Question{Panel: panel, Env: w.env(), Width: 600})
		})
	}
	close(gate)
	wg.Wait()
	if n := w.times("/query_range x"); n != 1 {
		t.Errorf("sent %d times", n)
	}
	other := w.env()
	other.To = other.To.Add(time.Hour)
	w.runner.Panel(context.Background(), Question{Panel: panel, Env: other, Width: 600})
	if n := w.times("/query_range x"); n != 2 {
		t.Errorf("another range is another question: sent %d times", n)
	}
}

func TestAQueryNobodyWaitsForIsCancelled(t *testing.T) {
	w := newWorld(t)
	arrived, ended := make(chan struct{}), make(chan struct{})
	w.answer = func(_ string, r *http.Request) (int, string) {
		close(arrived)
		<-r.Context().Done()
		close(ended)
		return 500, ""
	}
	ctx, cancel := context.WithCancel(context.Background())
	go func() { <-arrived; cancel() }()
	got := w.runner.Panel(ctx, Question{Panel: panelOf(t, `{"type":"timeseries","targets":[{"refId":"A","expr":"x"}]}`), Env: w.env(), Width: 600})
	if got.Notes[0].Error == "" {
		t.Errorf("%+v", got.Notes)
	}
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		t.Error("the data source still works for a reader who left")
	}
}

func TestASlowQueryHoldsUpNoOther(t *testing.T) {
	w := newWorld(t)
	usual := w.answer
	release := make(chan struct{})
	w.answer = func(path string, r *http.Request) (int, string) {
		if r.FormValue("query") == "slow" {
			<-release
		}
		return usual(path, r)
	}
	done := make(chan Result)
	go func() { done <- w.panel(w.env(), `{"type":"timeseries","targets":[{"refId":"A","expr":"slow"}]}`) }()
	if got := w.panel(w.env(), `{"type":"timeseries","targets":[{"refId":"A","expr":"x"}]}`); got.Notes[0].Error != "" {
		t.Errorf("%+v", got.Notes)
	}
	close(release)
	<-done
}

func TestOneFailingQueryLeavesTheOthers(t *testing.T) {
	w := newWorld(t)
	usual := w.answer
	w.answer = func(path string, r *http.Request) (int, string) {
		if strings.Contains(r.FormValue("query"), "bad") {
			return 400, `{"status":"error","errorType":"bad_data","error":"1:4: parse error: unexpected end"}`
		}
		return usual(path, r)
	}
	got := w.panel(w.env(), `{"type":"timeseries","targets":[{"refId":"A","expr":"bad("},{"refId":"B","expr":"x"},{"refId":"C","expr":"hidden","hide":true},
		{"refId":"D","expr":"y","datasource":{"uid":"logs"}},{"refId":"E","expr":"y","datasource":{"uid":"gone"}},{"refId":"F","expr":""},
		{"refId":"G","datasource":{"type":"grafana","uid":"-- Grafana --"},"queryType":"randomWalk"}]}`)
	if len(got.Frames) != 2 || len(got.Notes) != 6 {
		t.Fatalf("%d frames, notes %+v", len(got.Frames), got.Notes)
	}
	for i, want := range []string{"unexpected end", "", `type "loki"`, `no data source "gone"`, "", "random walks"} {
		if !strings.Contains(got.Notes[i].Error, want) || want == "" && got.Notes[i].Error != "" {
			t.Errorf("query %s: error %q, want %q", got.Notes[i].RefID, got.Notes[i].Error, want)
		}
	}
	if w.times("hidden") != 0 {
		t.Error("a hidden query was sent")
	}
}

func TestTablesAndHeatMaps(t *testing.T) {
	w := newWorld(t)
	got := w.panel(w.env(), `{"type":"table","targets":[{"refId":"A","expr":"x","format":"table","instant":true,"range":false}]}`)
	f := got.Frames[0]
	var names []string
	for _, c := range f.Fields {
		names = append(names, c.Name)
	}
	if strings.Join(names, " ") != "Time client pod server Value" || f.Rows() != 2 || f.Fields[2].Texts[1] != "b" || w.times("/query x") != 1 || w.times("/query_range") != 0 {
		t.Errorf("%q, %+v, asked %q", names, f, w.asked)
	}
	w.answer = func(string, *http.Request) (int, string) {
		return 200, `{"status":"success","data":{"resultType":"matrix","result":[
			{"metric":{"le":"+Inf"},"values":[[10,"9"],[20,"9"]]},{"metric":{"le":"0.1"},"values":[[10,"2"],[20,"3"]]},{"metric":{"le":"1"},"values":[[10,"5"],[20,"3"]]}]}}`
	}
	heat := w.panel(w.env(), `{"type":"heatmap","targets":[{"refId":"A","expr":"h","format":"heatmap"}]}`).Frames[0]
	want := [][]float64{{2, 3}, {3, 0}, {4, 6}}
	for i, c := range heat.Fields[1:] {
		if c.Values[0] != want[i][0] || c.Values[1] != want[i][1] || c.Name != []string{"0.1", "1", "+Inf"}[i] || !c.Apart {
			t.Errorf("bucket %s: %v, want %v", c.Name, c.Values, want[i])
		}
	}
	both := w.panel(w.env(), `{"type":"table","targets":[{"refId":"A","expr":"z","instant":true,"range":true,"exemplar":false}]}`)
	if len(both.Frames) != 6 {
		t.Errorf("range and instant give %d frames", len(both.Frames))
	}
}

func TestTheServiceMapIsMadeOfEdges(t *testing.T) {
	w := newWorld(t)
	w.answer = func(_ string, r *http.Request) (int, string) {
		v := map[string]string{"request_total": "4", "failed_total": "1", "seconds_sum": ".05"}
		for part, value := range v {
			if strings.Contains(r.FormValue("query"), part) {
				return 200, `{"status":"success","data":{"resultType":"vector","result":[{"metric":{"client":"envoy-0","server":"triton-0"},"value":[1,"` + value + `"]}]}}`
			}
		}
		return 404, ""
	}
	const panel = `{"type":"nodeGraph","datasource":{"type":"tempo","uid":"tempo"},"targets":[{"refId":"A","queryType":"serviceMap","serviceMapQuery":"{client!=\"user\"}"}]}`
	got := w.panel(w.env(), panel)
	if w.times(`sum by (client, server) (rate(traces_service_graph_request_total{client!="user"}[10800s]))`) != 1 {
		t.Errorf("asked %q", w.asked)
	}
	nodes, edges := got.Frames[0], got.Frames[1]
	column := func(f frame.Frame, name string) frame.Field {
		for _, c := range f.Fields {
			if c.Name == name {
				return c
			}
		}
		t.Fatalf("no column %s", name)
		return frame.Field{}
	}
	if ids := column(nodes, "id").Texts; strings.Join(ids, " ") != "envoy-0 triton-0" {
		t.Errorf("nodes %q", ids)
	}
	if main := column(nodes, "mainstat").Values; !math.IsNaN(main[0]) || main[1] != 12.5 {
		t.Errorf("ms/r %v", main)
	}
	if good, bad := column(nodes, "arc__success").Values, column(nodes, "arc__failed").Values; !math.IsNaN(good[0]) || !math.IsNaN(bad[0]) || good[1] != .75 || bad[1] != .25 {
		t.Errorf("success %v, failed %v", good, bad)
	}
	if column(edges, "source").Texts[0] != "envoy-0" || column(edges, "target").Texts[0] != "triton-0" || column(edges, "secondarystat").Values[0] != 4 {
		t.Errorf("edges %+v", edges)
	}
	if menu := column(edges, "link__Request rate").Texts[0]; !strings.Contains(menu, "client%3D%5C%22envoy-0") {
		t.Errorf("menu %s", menu)
	}
	w.runner.sources[1].ServiceMap = ""
	if got := w.panel(w.env(), panel); !strings.Contains(got.Notes[0].Hint, "serviceMap.datasourceUid") {
		t.Errorf("without serviceMap.datasourceUid: %+v", got.Notes)
	}
	w.runner.sources[1].ServiceMap = "gone"
	if got := w.panel(w.env(), panel); !strings.Contains(got.Notes[0].Error, "gone") {
		t.Errorf("serviceMap.datasourceUid names nothing: %+v", got.Notes)
	}
}

func TestADataSourceIsFoundByUIDNameOrVariable(t *testing.T) {
	w := newWorld(t)
	env := w.env()
	env.Set("ds", Value{Values: []string{"P8D6546721A1D106C"}, Texts: []string{"tempo"}, Single: true})
	for uid, want := range map[string]string{"": "prometheus", "default": "prometheus", "tempo": "tempo", "P8D6546721A1D106C": "tempo", "Prometheus": "prometheus", "${ds}": "tempo", "$ds": "tempo"} {
		got, err := w.runner.sources.Find(grafana.SourceRef{UID: uid}, env)
		if err != nil || got.Name != want {
			t.Errorf("%q is %q, %v", uid, got.Name, err)
		}
	}
	if got, err := w.runner.sources.Find(grafana.SourceRef{Type: "tempo"}, env); err != nil || got.Name != "tempo" {
		t.Errorf("the default of tempo is %q, %v", got.Name, err)
	}
	if _, err := w.runner.sources.Find(grafana.SourceRef{UID: "$none"}, env); err == nil || !strings.Contains(err.Error(), "variable") {
		t.Errorf("a variable without a value: %v", err)
	}
}

func TestAnotherPanelsResultIsUsed(t *testing.T) {
	w := newWorld(t)
	first := panelOf(t, `{"id":7,"title":"first","type":"timeseries","targets":[{"refId":"A","expr":"x"}]}`)
	q := Question{Env: w.env(), Width: 600, Other: func(id int) *grafana.Panel {
		if id == 7 {
			return first
		}
		return nil
	}}
	q.Panel = panelOf(t, `{"type":"stat","datasource":{"type":"datasource","uid":"-- Dashboard --"},"targets":[{"refId":"Z","panelId":7}]}`)
	if got := w.runner.Panel(context.Background(), q); len(got.Frames) != 2 || got.Frames[0].RefID != "Z" {
		t.Errorf("%+v", got)
	}
	q.Panel = panelOf(t, `{"type":"stat","datasource":{"uid":"-- Dashboard --"},"targets":[{"refId":"Z","panelId":8}]}`)
	if got := w.runner.Panel(context.Background(), q); !strings.Contains(got.Notes[0].Error, "no panel 8") {
		t.Errorf("%+v", got.Notes)
	}
}

func TestAnAnswerHasABound(t *testing.T) {
	w := newWorld(t)
	w.answer = func(string, *http.Request) (int, string) {
		one := `{"metric":{"a":"b"},"values":[[1,"1"]]},`
		return 200, `{"status":"success","data":{"resultType":"matrix","result":[` + strings.TrimSuffix(strings.Repeat(one, rangeMost.Series+5), ",") + `]}}`
	}
	got := w.panel(w.env(), `{"type":"timeseries","targets":[{"refId":"A","expr":"x"}]}`)
	if len(got.Frames) != rangeMost.Series || !strings.Contains(got.Notes[0].Hint, "5 more series") {
		t.Errorf("%d frames, %q", len(got.Frames), got.Notes[0].Hint)
	}
}
