package view_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"supersonic/ui/grafana"
	"supersonic/ui/payload"
	"supersonic/ui/query"
	"supersonic/ui/source"
	"supersonic/ui/view"
)

// series answers every question of PromQL with two models of two pods.
func series(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	switch path := r.URL.Path; {
	case strings.HasSuffix(path, "/values"):
		fmt.Fprint(w, `{"status":"success","data":["a","b"]}`)
		return
	case strings.HasSuffix(path, "/labels"):
		fmt.Fprint(w, `{"status":"success","data":["model","pod"]}`)
		return
	case strings.HasPrefix(path, "/api/v1/query"):
	default:
		http.Error(w, "nothing here", http.StatusNotFound)
		return
	}
	number := func(name string) float64 {
		v, err := strconv.ParseFloat(r.FormValue(name), 64)
		if err != nil {
			return 0
		}
		return v
	}
	var list []string
	for i, model := range []string{"deeptau", "particlenet"} {
		labels := fmt.Sprintf(`"metric":{"model":%q,"pod":"triton-%d","job":"triton","instance":"triton-%d:8002","le":"%d"}`, model, i, i, 10*(i+1))
		if step := number("step"); strings.HasSuffix(r.URL.Path, "/query_range") {
			var points []string
			for at := number("start"); at <= number("end") && len(points) < 20; at += step {
				points = append(points, fmt.Sprintf(`[%.3f,"%d"]`, at, 1+i+len(points)%5))
			}
			list = append(list, fmt.Sprintf(`{%s,"values":[%s]}`, labels, strings.Join(points, ",")))
			continue
		}
		list = append(list, fmt.Sprintf(`{%s,"value":[1700000000,"%d"]}`, labels, i+1))
	}
	kind := "vector"
	if strings.HasSuffix(r.URL.Path, "/query_range") {
		kind = "matrix"
	}
	fmt.Fprintf(w, `{"status":"success","data":{"resultType":%q,"result":[%s]}}`, kind, strings.Join(list, ","))
}

// shows is a panel in one line: what is drawn of how much, and what is said.
func shows(p *grafana.Panel, v payload.PanelView) string {
	drawn := v.Kind
	switch {
	case v.Chart != nil:
		drawn = fmt.Sprintf("%s of %d lines", v.Kind, len(v.Chart.Lines))
	case v.Stats != nil:
		drawn = fmt.Sprintf("%s of %d values", v.Kind, len(v.Stats.Values))
	case v.Table != nil:
		drawn = fmt.Sprintf("table of %d by %d", len(v.Table.Columns), len(v.Table.Rows))
	case v.Heatmap != nil:
		drawn = fmt.Sprintf("heatmap of %d rows", len(v.Heatmap.Counts))
	case v.Histogram != nil:
		drawn = fmt.Sprintf("histogram of %d lines", len(v.Histogram.Lines))
	case v.Pie != nil:
		drawn = fmt.Sprintf("pie of %d slices", len(v.Pie.Slices))
	case v.Bars != nil:
		drawn = fmt.Sprintf("bars of %d by %d", len(v.Bars.Series), len(v.Bars.Names))
	case v.States != nil:
		drawn = fmt.Sprintf("states of %d rows", len(v.States.Rows))
	}
	said := append([]string{}, p.Unknown...)
	for _, n := range v.Notes {
		said = append(said, n.Text)
	}
	for _, q := range v.Queries {
		if q.Error != "" {
			said = append(said, q.Error)
		}
	}
	if v.Empty != "" {
		said = append(said, v.Empty)
	}
	return strings.TrimSpace(fmt.Sprintf("  %d %s %q: %s; %s", p.ID, p.Type, v.Title, drawn, strings.Join(said, " | ")))
}

// TestDashboardsOfOtherPeople draws every panel of dashboards as they are found in
// the wild, of ten schemas, and holds what each shows and says against what it did.
func TestDashboardsOfOtherPeople(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(series))
	defer server.Close()
	client := source.NewClient(source.Server{Name: "prometheus", URL: server.URL})
	defer client.Close()
	runner := query.NewRunner(query.Sources{{Name: "Prometheus", UID: "prometheus", Type: query.Prometheus, Default: true, TimeInterval: "5s", Client: client}})
	files, err := filepath.Glob("testdata/foreign/*.json")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d dashboards, %v", len(files), err)
	}
	var got []string
	for _, file := range files {
		got = append(got, drawnOf(t, runner, file)...)
	}
	const golden = "testdata/foreign.txt"
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(golden, []byte(strings.Join(got, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(strings.TrimSpace(string(want)), "\n"), got); diff != "" {
		t.Error(diff)
	}
}

func drawnOf(t *testing.T, runner *query.Runner, file string) []string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	d, err := grafana.ParseDashboard(data)
	if err != nil {
		t.Fatalf("%s: %s", file, err)
	}
	now := time.UnixMilli(1_700_000_000_000)
	env := query.NewEnv(now.Add(-15*time.Minute), now, now)
	env.RawFrom, env.RawTo, env.Relative = "now-15m", "now", true
	out := []string{filepath.Base(file) + " " + strings.Join(d.Unknown, " | ")}
	for _, v := range runner.Variables(context.Background(), env, d.Variables, nil) {
		out = append(out, strings.TrimSpace(fmt.Sprintf("$%s = %s %s", v.Name, v.Text, v.Problem)))
	}
	for i := range d.Panels {
		p := &d.Panels[i]
		if p.Type == "row" {
			continue
		}
		res := runner.Panel(context.Background(), query.Question{Panel: p, Env: env, Width: 600, Other: func(id int) *grafana.Panel {
			for j := range d.Panels {
				if d.Panels[j].ID == id {
					return &d.Panels[j]
				}
			}
			return nil
		}})
		v := view.Make(p, res.Frames, view.Env{FromMs: float64(res.Env.From.UnixMilli()), ToMs: float64(res.Env.To.UnixMilli()), NowMs: 1.7e12, Width: 600, Height: 300, Queries: res.Notes,
			Fill: func(text string) string { return res.Env.Fill(text, query.ForTitle) }})
		out = append(out, shows(p, v))
	}
	for i := range out {
		out[i] = strings.TrimSpace(out[i])
	}
	return out
}
