package latency

import (
	"encoding/json"
	"math"
	"os"
	"strconv"
	"testing"
)

// The counters' side is computed once more from Prometheus' answer itself.
func TestTheCountersMeansAreThoseOfPrometheusAnswer(t *testing.T) {
	const name = "slow-pod"
	text, err := os.ReadFile("testdata/" + name + ".counters.json")
	if err != nil {
		t.Fatal(err)
	}
	var answer struct {
		Data struct {
			Result []struct {
				Metric map[string]string
				Value  [2]any
			}
		}
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		t.Fatal(err)
	}
	type key struct{ metric, model, pod string }
	counted := map[key]float64{}
	for _, r := range answer.Data.Result {
		v, _ := strconv.ParseFloat(r.Value[1].(string), 64)
		counted[key{r.Metric["__name__"], r.Metric["model"], r.Metric["pod"]}] += v
	}
	metrics := map[string]string{"queue": "queue", "input": "compute_input", "infer": "compute_infer", "output": "compute_output"}
	got := recorded(t, name, "").Counters(countersOf(t, name), 0, 0, AllStored)
	seen := 0
	for _, row := range got.Rows {
		requests := counted[key{"nv_inference_request_success", row.Model, row.Pod}]
		if requests != row.Requests {
			t.Errorf("%s on %s: %v requests, Prometheus says %v", row.Model, row.Pod, row.Requests, requests)
		}
		for _, p := range row.Phases {
			want := counted[key{"nv_inference_" + metrics[p.Name] + "_duration_us", row.Model, row.Pod}] / requests / 1e3
			if seen++; math.Abs(p.CountersMs-want) > 1e-9*want {
				t.Errorf("%s on %s: %s %v ms, Prometheus says %v", row.Model, row.Pod, p.Name, p.CountersMs, want)
			}
		}
	}
	if seen < 30 {
		t.Errorf("only %d means", seen)
	}
}
