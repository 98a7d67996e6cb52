package metrics_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/grafana/regexp"
	"github.com/prometheus/client_golang/prometheus"
	prometheusconfig "github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/tsdb"
	"github.com/prometheus/prometheus/web"

	"supersonic/internal/browse"
	"supersonic/ui"
	"supersonic/ui/fakesite"
)

// local is a store as that web server wants it: the command wraps its own alike.
type local struct{ *tsdb.DB }

func (l local) BlockMetas() ([]tsdb.BlockMeta, error)          { return l.DB.BlockMetas(), nil }
func (l local) Stats(label string, n int) (*tsdb.Stats, error) { return l.Head().Stats(label, n), nil }
func (l local) WALReplayStatus() (tsdb.WALReplayStatus, error) { return tsdb.WALReplayStatus{}, nil }
func (l local) StartTime() (int64, error)                      { return 0, nil }

// stock is Prometheus' own web server, as its command assembles it, of the module
// that we embed: the command itself has requirements (discovery of a dozen clouds)
// that ours has not. It gives its address.
func stock(t *testing.T, fill func(*tsdb.DB)) string {
	t.Helper()
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	db, err := tsdb.Open(t.TempDir(), log, prometheus.NewRegistry(), tsdb.DefaultOptions(), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	fill(db)
	queries := parser.NewParser(parser.Options{})
	options := &web.Options{
		Context: t.Context(), LocalStorage: local{db}, Storage: local{db}, ExemplarStorage: db, Parser: queries,
		QueryEngine:     promql.NewEngine(promql.EngineOpts{MaxSamples: 50_000_000, Timeout: 2 * time.Minute, LookbackDelta: 5 * time.Minute, EnableAtModifier: true, EnableNegativeOffset: true, Parser: queries}),
		ListenAddresses: []string{"127.0.0.1:0"}, ExternalURL: &url.URL{Scheme: "http", Host: "127.0.0.1", Path: "/"}, RoutePrefix: "/",
		CORSOrigin: regexp.MustCompile("^.*$"), MaxConnections: 512, ReadTimeout: time.Minute, RemoteReadSampleLimit: 5e7, RemoteReadConcurrencyLimit: 10,
		Version: &web.PrometheusVersion{Version: "stock"}, Gatherer: prometheus.NewRegistry(), Registerer: prometheus.NewRegistry(), LookbackDelta: 5 * time.Minute,
	}
	h := web.New(log, options)
	if err := h.ApplyConfig(&prometheusconfig.DefaultConfig); err != nil {
		t.Fatal(err)
	}
	h.SetReady(web.Ready)
	listeners, err := h.Listeners()
	if err != nil {
		t.Fatal(err)
	}
	run(t, "the stock Prometheus", func(ctx context.Context) error { return h.Run(ctx, listeners, "") })
	return "http://" + listeners[0].Addr().String()
}

// recordedIn writes what a server with a GPU told, for several pods, from ten minutes
// ago until two from now: the test asks at moments in between.
func recordedIn(t *testing.T, db *tsdb.DB, pods []string) {
	t.Helper()
	recorded, err := os.ReadFile("testdata/triton-gpu-metrics.txt")
	if err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`(?m)^(nv_\w+)\{([^}]*)\} (\S+)$`)
	pair := regexp.MustCompile(`(\w+)="([^"]*)"`)
	app := db.Appender(t.Context())
	begin := time.Now().Add(-10 * time.Minute)
	for at := begin; at.Before(begin.Add(12 * time.Minute)); at = at.Add(5 * time.Second) {
		for _, pod := range pods {
			for _, m := range line.FindAllStringSubmatch(string(recorded), -1) {
				set := map[string]string{labels.MetricName: m[1], "job": "supersonic-triton", "instance": pod + ":8002", "app": "supersonic", "release": "supersonic", "namespace": "default", "pod": pod}
				for _, p := range pair.FindAllStringSubmatch(m[2], -1) {
					set[p[1]] = p[2]
				}
				v, _ := strconv.ParseFloat(m[3], 64)
				if strings.HasPrefix(m[1], "nv_inference_") {
					v *= 1 + at.Sub(begin).Seconds()/10
				}
				if _, err := app.Append(0, labels.FromMap(set), at.UnixMilli(), v); err != nil {
					t.Fatalf("%s of %s: %v", m[1], pod, err)
				}
			}
		}
	}
	if err := app.Commit(); err != nil {
		t.Fatal(err)
	}
}

func TestAStockPrometheusIsADataSourceLikeOursInChromium(t *testing.T) {
	t.Parallel()
	addr := stock(t, func(db *tsdb.DB) { recordedIn(t, db, gpuPods) })
	answer, err := http.Get(addr + "/-/ready")
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("the stock Prometheus is not ready: %v %v", answer, err)
	}
	answer.Body.Close()
	page := newPage(t, addr, withReaderDashboard(t, ""))
	browse.Run(t, "board.mjs", "SITE_URL="+page, "ONLY=number of servers|repeated|annotations|ad hoc|CSV|nothing left")
}

// releasesIn writes what two sites told, "supersonic" and "west", from twelve minutes
// ago until two from now.
func releasesIn(t *testing.T, db *tsdb.DB) {
	t.Helper()
	now := time.Now()
	app := db.Appender(t.Context())
	for _, release := range []string{"supersonic", "west"} {
		for _, c := range append(fakesite.Site(1, 3, []string{"add_sub", "tau_id", "flaky"}, now.Add(-time.Hour)), served(now.Add(-time.Hour))...) {
			set := map[string]string{"release": release, "namespace": "default"}
			for name, value := range c.Labels {
				set[name] = strings.Replace(value, "supersonic-", release+"-", 1)
			}
			of := labels.FromMap(set)
			for at := now.Add(-12 * time.Minute); at.Before(now.Add(2 * time.Minute)); at = at.Add(5 * time.Second) {
				v := c.Gauge
				if v == 0 {
					v = c.PerSecond * at.Sub(c.From).Seconds()
				}
				if release == "west" && c.Gauge == 0 {
					v *= 3 // a sum of both is of neither
				}
				if _, err := app.Append(0, of, at.UnixMilli(), v); err != nil {
					t.Fatalf("%s: %v", of, err)
				}
			}
		}
	}
	if err := app.Commit(); err != nil {
		t.Fatal(err)
	}
}

// served are the counters that servers tell of their models.
func served(from time.Time) []fakesite.Counter {
	var list []fakesite.Counter
	for name, perSecond := range map[string]float64{"request_success": 20, "exec_count": 20, "queue_duration_us": 2e4, "compute_input_duration_us": 1e3, "compute_infer_duration_us": 1e5, "compute_output_duration_us": 1e3} {
		for pod := range 2 {
			for _, model := range []string{"add_sub", "tau_id"} {
				list = append(list, fakesite.Counter{PerSecond: perSecond * float64(1+pod), From: from,
					Labels: map[string]string{"__name__": "nv_inference_" + name, "pod": fmt.Sprintf("supersonic-triton-%d", pod), "model": model, "version": "1"}})
			}
		}
	}
	return list
}

func TestTheMapExploreAndLatenciesOfAStockPrometheusInChromium(t *testing.T) {
	t.Parallel()
	captured, err := os.ReadFile("../ui/waterfall/testdata/envoy-triton-traces.otlp.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	tempo, err := fakesite.NewTempo(captured, time.Now().Add(-2*time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	traces := httptest.NewServer(tempo)
	t.Cleanup(traces.Close)
	page := newPage(t, stock(t, func(db *tsdb.DB) { releasesIn(t, db) }), func(c *ui.Config) {
		c.DataSources[0].TimeInterval = "5s"
		c.DataSources = append(c.DataSources, ui.DataSource{Name: "tempo", Type: ui.TypeTempo, URL: traces.URL, ServiceMapUID: "prometheus"})
	})
	browse.Run(t, "stock.mjs", "SITE_URL="+page)
}
