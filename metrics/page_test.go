package metrics_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/promql/parser"

	"supersonic/internal/listen"
	"supersonic/metrics"
	"supersonic/ui"
	"supersonic/ui/access"
	"supersonic/ui/boards"
	"supersonic/ui/payload"
	"supersonic/ui/query"
)

// site is a Prometheus of ours that scrapes servers with GPUs, and the page before
// it.
type site struct {
	t    *testing.T
	page string
}

var sample = regexp.MustCompile(`(?m)^(nv_inference_\w+\{[^}]*\}) (\S+)$`)

// replayed answers as a server with a GPU did, with counters that grow evenly.
func replayed(recorded string, began time.Time) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		grown := 1 + time.Since(began).Seconds()/10
		w.Header().Set("Content-Type", "text/plain; version=0.0.4")
		fmt.Fprint(w, sample.ReplaceAllStringFunc(recorded, func(line string) string {
			m := sample.FindStringSubmatch(line)
			v, _ := strconv.ParseFloat(m[2], 64)
			return m[1] + " " + strconv.FormatFloat(v*grown, 'f', -1, 64)
		}))
	})
}

func run(t *testing.T, name string, serve func(context.Context) error) {
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- serve(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("%s: %v", name, err)
		}
	})
}

func newSite(t *testing.T, pods []string, change ...func(*ui.Config)) *site {
	recorded, err := os.ReadFile("testdata/triton-gpu-metrics.txt")
	if err != nil {
		t.Fatal(err)
	}
	exporter := httptest.NewServer(replayed(string(recorded), time.Now()))
	t.Cleanup(exporter.Close)
	job := metrics.Job{Name: "supersonic-triton"}
	for _, pod := range pods {
		// One address a pod: targets are told apart by it.
		server := httptest.NewServer(exporter.Config.Handler)
		t.Cleanup(server.Close)
		job.Targets = append(job.Targets, metrics.Target{Addr: strings.TrimPrefix(server.URL, "http://"),
			Labels: map[string]string{"app": "supersonic", "release": "supersonic", "namespace": "default", "pod": pod}})
	}
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	store, err := metrics.New(metrics.Config{DataDir: t.TempDir(), HTTP: listen.Address{Addr: "127.0.0.1:0"}, ScrapeInterval: time.Second, Jobs: []metrics.Job{job}}, metrics.Deps{Log: log})
	if err != nil {
		t.Fatal(err)
	}
	run(t, "metrics", store.Run)
	return &site{t, newPage(t, "http://"+store.Addr().String(), change...)}
}

// newPage runs a page before a Prometheus and gives its address.
func newPage(t *testing.T, prometheus string, change ...func(*ui.Config)) string {
	t.Helper()
	cfg := ui.Config{HTTP: listen.Address{Addr: "127.0.0.1:0"}, Access: access.Settings{Anonymous: true, AnonymousRole: access.Admin},
		Boards:      boards.Config{Load: boards.Load{Metric: `sum by (release) (rate(nv_inference_queue_duration_us[30s])) / sum by (release) (rate(nv_inference_exec_count[30s]) * 1000 + 0.001)`, Threshold: 100}},
		DataSources: []ui.DataSource{{Name: "prometheus", Type: ui.TypePrometheus, URL: prometheus, IsDefault: true, TimeInterval: "1s"}}}
	for _, c := range change {
		c(&cfg)
	}
	page, err := ui.New(cfg, ui.Deps{Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	run(t, "page", page.Run)
	return "http://" + page.Addr().String()
}

// panel asks for a panel of our own dashboard until it shows what is wanted.
func (s *site) panel(title string, shows func(payload.PanelView) error) {
	s.t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for {
		err := s.ask(title, shows)
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			s.t.Errorf("panel %q: %v", title, err)
			return
		}
		time.Sleep(300 * time.Millisecond) // poll
	}
}

func (s *site) ask(title string, shows func(payload.PanelView) error) error {
	resp, err := http.Get(s.page + "/api/dashboards/home")
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	var d payload.Dashboard
	if err := json.NewDecoder(resp.Body).Decode(&d); err != nil {
		return err
	}
	for _, p := range d.Panels {
		if p.Title != title {
			continue
		}
		body, err := json.Marshal(payload.PanelQuestion{Dashboard: d.UID, Panel: p.ID, From: "now-1m", To: "now", Width: 600, Height: 300})
		if err != nil {
			return err
		}
		resp, err := http.Post(s.page+"/api/panel", "application/json", bytes.NewReader(body))
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		var v payload.PanelView
		if err := json.NewDecoder(resp.Body).Decode(&v); err != nil {
			return err
		}
		for _, q := range v.Queries {
			if q.Error != "" {
				return fmt.Errorf("query %s: %s", q.RefID, q.Error)
			}
		}
		return shows(v)
	}
	return fmt.Errorf("the dashboard has no such panel")
}

// lines checks the names and the last values of a chart.
func lines(want map[string]float64) func(payload.PanelView) error {
	return func(v payload.PanelView) error {
		if v.Chart == nil {
			return fmt.Errorf("no chart: %s", v.Empty)
		}
		got := map[string]float64{}
		for _, l := range v.Chart.Lines {
			for _, x := range l.Values {
				if x != nil {
					got[l.Name] = *x
				}
			}
		}
		for name, x := range want {
			if y, there := got[name]; !there || math.Abs(x-y) > 0.02*x {
				return fmt.Errorf("lines %v, want %v", got, want)
			}
		}
		return nil
	}
}

func TestThePageShowsServersWithGPUs(t *testing.T) {
	s := newSite(t, []string{"triton-0", "triton-1", "triton-2"})
	s.panel("Triton servers", func(v payload.PanelView) error {
		if v.Stats == nil || len(v.Stats.Values) != 1 || v.Stats.Values[0].Value.Text != "3" {
			return fmt.Errorf("%+v %s", v.Stats, v.Empty)
		}
		return nil
	})
	each := func(x float64) map[string]float64 {
		return map[string]float64{"triton-0": x, "triton-1": x, "triton-2": x}
	}
	s.panel("GPU utilization", lines(each(0.78)))
	s.panel("GPU power usage", lines(each(675.738/700)))
	s.panel("GPU memory usage", lines(each(1904214016./150754820096)))
	s.panel("Latency per request", lines(map[string]float64{"Queue": 7.223 / 40, "Inference": 1409.614 / 40}))
	s.panel("Server Load Metric", lines(map[string]float64{"load of supersonic": 7.223 / 40}))
	s.panel("Inferences per second", lines(map[string]float64{"supersonic": 3 * 4}))
	s.panel("Models in the time range", func(v payload.PanelView) error {
		if v.Table == nil || len(v.Table.Rows) != 1 || columns(v.Table) != "Model|Requests|Inferences|Rows per execution|Latency|In the queue|Share of the queue|Failures" || v.Table.Rows[0][0].Text != "mm" {
			return fmt.Errorf("%+v", v.Table)
		}
		return nil
	})
}

// columns are the names of the columns that are shown.
func columns(table *payload.TableView) string {
	var names []string
	for _, c := range table.Columns {
		if !c.Hidden {
			names = append(names, c.Name)
		}
	}
	return strings.Join(names, "|")
}

func TestThePagesOwnDashboardsAskInPromQL(t *testing.T) {
	store, err := boards.Open(boards.Config{Load: boards.Load{Metric: "sum(load)", Threshold: 1}})
	if err != nil {
		t.Fatal(err)
	}
	env := query.NewEnv(time.Now().Add(-time.Hour), time.Now(), time.Now())
	for _, name := range []string{"release", "namespace", "model", "__interval", "__rate_interval"} {
		env.Set(name, query.Value{Values: []string{"20s"}, Texts: []string{"20s"}})
	}
	asked := 0
	for _, uid := range []string{"supersonic", "supersonic-map"} {
		b, err := store.Get(uid)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range b.Panels {
			for _, target := range p.Targets {
				var f struct{ Expr string }
				if err := json.Unmarshal(target.JSON, &f); err != nil || f.Expr == "" {
					continue
				}
				asked++
				text := env.Fill(f.Expr, query.ForPromQL)
				for _, text := range []string{text, query.Narrow(text, []string{`pod="x"`})} {
					if _, err := parser.NewParser(parser.Options{}).ParseExpr(text); err != nil {
						t.Errorf("%s: %s: %v", p.Title, text, err)
					}
				}
			}
		}
	}
	if asked < 40 {
		t.Errorf("only %d queries", asked)
	}
}
