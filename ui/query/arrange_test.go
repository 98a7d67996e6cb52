package query

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// of answers every query with series of these labels, in this order.
func (w *world) of(labels ...string) {
	var rows []string
	for i, l := range labels {
		rows = append(rows, fmt.Sprintf(`{"metric":%s,"values":[[1700000000,"%d"]]}`, l, i))
	}
	w.answer = func(string, *http.Request) (int, string) {
		return 200, `{"status":"success","data":{"resultType":"matrix","result":[` + strings.Join(rows, ",") + `]}}`
	}
}

func TestAPodHasTheSamePlaceInEachPanel(t *testing.T) {
	gpus := []string{`{"gpu_uuid":"a","pod":"triton-10"}`, `{"gpu_uuid":"b","pod":"triton-2"}`, `{"gpu_uuid":"c","pod":"triton-1"}`}
	for _, c := range []struct {
		what, expr, legend string
		labels, want       []string
	}{
		{"by the legend", "nv_gpu_utilization", "{{pod}}", gpus, []string{"triton-1", "triton-2", "triton-10"}},
		{"a label named as sort", `x{pod!="sort"}`, "{{pod}}", gpus, []string{"triton-1", "triton-2", "triton-10"}},
		{"by the labels", "sum by (pod) (x)", "", []string{`{"pod":"t-10"}`, `{"pod":"t"}`, `{"pod":"t-9"}`}, []string{`{pod="t"}`, `{pod="t-9"}`, `{pod="t-10"}`}},
		{"sorted by the query", "sort_desc(x)", "{{pod}}", gpus, []string{"triton-10", "triton-2", "triton-1"}},
		{"the highest", "topk by (gpu_uuid) (3, x)", "{{pod}}", gpus, []string{"triton-10", "triton-2", "triton-1"}},
	} {
		w := newWorld(t)
		w.of(c.labels...)
		got := w.panel(w.env(), fmt.Sprintf(`{"type":"timeseries","targets":[{"refId":"A","expr":%q,"legendFormat":%q}]}`, c.expr, c.legend))
		var names []string
		for _, f := range got.Frames {
			names = append(names, f.Name)
		}
		if d := cmp.Diff(c.want, names); d != "" {
			t.Errorf("%s: %s", c.what, d)
		}
	}
}

func TestSeriesOfOneNameStandInTheOrderOfTheirLabels(t *testing.T) {
	w := newWorld(t)
	w.of(`{"gpu":"10","pod":"b"}`, `{"gpu":"9","pod":"b"}`)
	got := w.panel(w.env(), `{"type":"timeseries","targets":[{"refId":"A","expr":"x","legendFormat":"{{pod}}"}]}`)
	if len(got.Frames) != 2 || got.Frames[0].Fields[1].Labels["gpu"] != "9" {
		t.Errorf("frames %+v", got.Frames)
	}
}
