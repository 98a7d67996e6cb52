package metrics_test

import (
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"supersonic/metrics"
)

func TestTheAPIAnswersWhatGrafanaAndPromtoolAsk(t *testing.T) {
	addr := exposing(t, "# HELP a Help of a.\n# TYPE a counter\na{x=\"y\"} 3\n")
	cfg := config(t.TempDir())
	cfg.Jobs = []metrics.Job{triton(addr)}
	cfg.ExternalLabels = map[string]string{"site": "costs $HOME"}
	cfg.Retention = 36 * time.Hour
	w := start(t, cfg)
	w.eventually("{} 3", func() string { return w.query("sum(a)") })
	now := time.Now()
	begin, end := strconv.FormatInt(now.Add(-time.Minute).Unix(), 10), strconv.FormatInt(now.Unix()+1, 10)

	for _, c := range []struct {
		path   string
		params []string
		want   string // part of the answer's data
	}{
		{"/query", []string{"query", "a"}, `"resultType":"vector"`},
		{"/query", []string{"query", "vector(1)"}, `"1"`},
		{"/query_range", []string{"query", "a", "start", begin, "end", end, "step", "1"}, `"resultType":"matrix"`},
		{"/labels", nil, `"pod"`},
		{"/label/pod/values", nil, `["supersonic-triton-0"]`},
		{"/label/__name__/values", []string{"match[]", `{x="y"}`}, `["a"]`},
		{"/series", []string{"match[]", "a"}, `"x":"y"`},
		{"/metadata", []string{"metric", "a"}, `"help":"Help of a."`},
		{"/query_exemplars", []string{"query", "a", "start", begin, "end", end}, `[]`},
		{"/targets", nil, `"health":"up"`},
		{"/scrape_pools", nil, `supersonic-triton`},
		{"/status/buildinfo", nil, `"version":"3.`},
		{"/status/runtimeinfo", nil, `"storageRetention":"36h0m0s"`},
		{"/status/flags", nil, `"web.enable-remote-write-receiver":"true"`},
		{"/status/config", nil, `job_name: supersonic-triton`},
		{"/status/config", nil, `site: costs $HOME`},
		{"/status/tsdb", nil, `"numSeries"`},
		{"/format_query", []string{"query", "sum(a)by(x)"}, `sum by (x) (a)`},
		{"/parse_query", []string{"query", "a"}, `"vectorSelector"`},
		{"/rules", nil, `"groups":[]`},
		{"/alerts", nil, `"alerts":[]`},
		{"/alertmanagers", nil, `"activeAlertmanagers":[]`},
	} {
		code, a := w.api(c.path, c.params...)
		if code != http.StatusOK || a.Status != "success" || !strings.Contains(string(a.Data), c.want) {
			t.Errorf("%s %v: %d %s %s\nwant %s", c.path, c.params, code, a.Error, a.Data, c.want)
		}
	}
	for path, want := range map[string]string{
		"/-/ready": "ready", "/-/healthy": "healthy", "/": "/api/v1", "/metrics": "prometheus_tsdb_head_series",
	} {
		if code, body := w.get(path); code != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("GET %s: %d %.200s, want %q", path, code, body, want)
		}
	}
	if _, body := w.get("/metrics"); !strings.Contains(body, "prometheus_tsdb_retention_limit_seconds 129600") {
		t.Error("the store does not have the retention of the configuration")
	}
}

func TestBadRequestsAreToldWhatIsWrong(t *testing.T) {
	w := start(t, config(t.TempDir()))
	for _, c := range []struct {
		path   string
		params []string
		code   int
		want   string
	}{
		{"/query", []string{"query", "sum("}, 400, "unclosed left parenthesis"},
		{"/query", nil, 400, "query"},
		{"/query", []string{"query", "up", "time", "yesterday"}, 400, "yesterday"},
		{"/query_range", []string{"query", "up", "start", "1", "end", "2", "step", "0"}, 400, "step"},
		{"/query_range", []string{"query", "up", "start", "0", "end", "100000", "step", "1"}, 400, "11,000"},
		{"/series", nil, 400, "match[]"},
		{"/query_exemplars", []string{"query", "{", "start", "1", "end", "2"}, 400, "parse error"},
	} {
		code, a := w.api(c.path, c.params...)
		if code != c.code || a.Status != "error" || !strings.Contains(a.Error, c.want) {
			t.Errorf("%s %v: %d %q, want %d and %q", c.path, c.params, code, a.Error, c.code, c.want)
		}
	}
	if code, _ := w.get("/api/v1/nothing"); code != http.StatusNotFound {
		t.Errorf("an unknown path is answered with %d", code)
	}
	resp, err := http.Post(w.url+"/api/v1/admin/tsdb/delete_series?match[]=up", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode/100 == 2 {
		t.Error("anybody may delete series")
	}
}

func TestTheVersionToldIsThatOfTheLibrary(t *testing.T) {
	modules, err := os.ReadFile("../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	_, version, ok := strings.Cut(string(modules), "github.com/prometheus/prometheus v0.")
	var major, minor, patch int
	if _, err := fmt.Sscanf(version, "%1d%02d.%d", &major, &minor, &patch); err != nil || !ok {
		t.Fatalf("no version of the library in go.mod: %v", err)
	}
	w := start(t, config(t.TempDir()))
	want := fmt.Sprintf(`"version":"%d.%d.%d"`, major, minor, patch)
	if _, a := w.api("/status/buildinfo"); !strings.Contains(string(a.Data), want) {
		t.Errorf("buildinfo %s, want %s", a.Data, want)
	}
}
