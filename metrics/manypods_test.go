package metrics_test

import (
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"supersonic/internal/browse"
	"supersonic/internal/listen"
	"supersonic/metrics"
	"supersonic/ui/fakesite"
)

// exporter answers a scrape with counters that grow evenly.
func exporter(counters []fakesite.Counter) http.Handler {
	type line struct {
		text string
		of   fakesite.Counter
	}
	lines := make([]line, len(counters))
	for i, c := range counters {
		var labels []string
		for _, name := range slices.Sorted(maps.Keys(c.Labels)) {
			if name != "__name__" && name != "pod" {
				labels = append(labels, fmt.Sprintf("%s=%q", name, c.Labels[name]))
			}
		}
		lines[i] = line{c.Labels["__name__"] + "{" + strings.Join(labels, ",") + "} ", c}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4")
		var b strings.Builder
		for _, l := range lines {
			v := l.of.Gauge
			if v == 0 {
				v = l.of.PerSecond * time.Since(l.of.From).Seconds()
			}
			b.WriteString(l.text + strconv.FormatFloat(v, 'f', -1, 64) + "\n")
		}
		io.WriteString(w, b.String())
	})
}

// exporters serves what each pod tells at an address of its own.
func exporters(t *testing.T, counters []fakesite.Counter) (gateways, servers metrics.Job) {
	by := map[string][]fakesite.Counter{}
	for _, c := range counters {
		if pod := c.Labels["pod"]; pod != "" && c.Labels["__name__"] != "up" {
			by[pod] = append(by[pod], c)
		}
	}
	gateways.Name, servers.Name = "supersonic-envoy", "supersonic-triton"
	for _, pod := range slices.Sorted(maps.Keys(by)) {
		server := httptest.NewServer(exporter(by[pod]))
		t.Cleanup(server.Close)
		job := &servers
		if strings.Contains(pod, "envoy") {
			job = &gateways
		}
		job.Targets = append(job.Targets, metrics.Target{Addr: strings.TrimPrefix(server.URL, "http://"), Labels: map[string]string{"release": "supersonic", "namespace": "default", "pod": pod}})
	}
	return gateways, servers
}

// Two gateways before 200 servers, each with an exporter of its own, all scraped by our
// own Prometheus: what the map shows is held against PromQL's own increase().
func TestAMapOfTwoHundredPodsThatAreScrapedInChromium(t *testing.T) {
	t.Parallel()
	gateways, servers := exporters(t, fakesite.Site(2, 200, []string{"jet_tag", "flaky"}, time.Now().Add(-time.Minute)))
	if len(gateways.Targets) != 2 || len(servers.Targets) != 200 {
		t.Fatalf("%d gateways, %d servers", len(gateways.Targets), len(servers.Targets))
	}
	store, err := metrics.New(metrics.Config{DataDir: t.TempDir(), HTTP: listen.Address{Addr: "127.0.0.1:0"}, ScrapeInterval: time.Second, Jobs: []metrics.Job{gateways, servers}},
		metrics.Deps{Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	run(t, "metrics", store.Run)
	address := "http://" + store.Addr().String()
	w := &world{t: t, url: address}
	to := scrapedEachSecond(w)
	browse.Run(t, "map.mjs", "SITE_URL="+newPage(t, address), "SECONDS=10", fmt.Sprintf("TO=%d", to.UnixMilli()), "FAILING=flaky")
}

// scrapedEachSecond waits until each target was scraped in each of fourteen seconds,
// which a busy machine does not always do, and gives their end.
func scrapedEachSecond(w *world) time.Time {
	w.t.Helper()
	for deadline := time.Now().Add(4 * time.Minute); ; time.Sleep(300 * time.Millisecond) { // poll
		to := time.Now().Add(-3 * time.Second) // scrapes of before are over
		ups := fmt.Sprintf(`(up{job=~"supersonic-.*"}[14s] @ %.3f)`, float64(to.UnixMilli())/1e3)
		if w.query("sum(min_over_time"+ups+") == 202 and min(count_over_time"+ups+") >= 14") != "" {
			return to
		}
		if time.Now().After(deadline) {
			w.t.Fatalf("%s targets are up, %s scrapes of each", w.query("sum(up)"), w.query("min(count_over_time"+ups+")"))
		}
	}
}
