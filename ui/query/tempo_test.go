package query

import (
	"net/http"
	"testing"
)

// Steps lie on multiples of their length, so a step as long as the range is not the range.
func TestAnInstantMetricsQueryIsAskedAtOnce(t *testing.T) {
	w := newWorld(t)
	var from, to string
	w.answer = func(path string, r *http.Request) (int, string) {
		if path != "/api/metrics/query" {
			return 404, "no such path"
		}
		from, to = r.FormValue("start"), r.FormValue("end")
		return 200, `{"series":[{"labels":[{"key":"name","value":{"stringValue":"compute"}}],"value":332}],"metrics":{"inspectedBytes":"59424"}}`
	}
	res := w.panel(w.env(), `{"type":"stat","datasource":{"type":"tempo","uid":"tempo"},"targets":[{"refId":"A","queryType":"traceql","metricsQueryType":"instant","query":"{} | count_over_time() by (name)"}]}`)
	if len(res.Frames) != 1 || res.Frames[0].Rows() != 1 || res.Frames[0].Fields[1].Values[0] != 332 || from != "1699989200" || to != "1700000000" {
		t.Errorf("%+v, %+v of %s to %s", res.Frames, res.Notes, from, to)
	}
}
