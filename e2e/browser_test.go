package e2e

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"supersonic/internal/browse"
)

var keepShots = flag.Bool("shots", false, "keep Chromium's screenshots in docs/img")

func TestTheDemoShowsAnOperatorItsTracesInChromium(t *testing.T) {
	s := prepare(t, options{values: []string{"local: {dashboards: " + chartsDashboard(t) + "}"}})
	s.args[0] = "demo"
	s.run()
	began := time.Now()
	s.awaitReady()
	eventually(t, "traces from gateway to compute are on the page", func() error {
		return s.pageHasWholeTrace()
	})
	t.Logf("the first whole trace was on the page after %s", time.Since(began).Round(time.Second))
	eventually(t, "requests to each server, failed ones among them", func() error {
		failed, err := s.prom(`sum(supersonic_gateway_requests_total{code!="OK"})`)
		if err != nil {
			return err
		}
		servers, err := s.prom(`count(count by (server) (supersonic_gateway_requests_total{code="OK"} > 100))`)
		if err == nil && (failed < 3 || servers < 2) {
			err = fmt.Errorf("%v failed requests, %v servers that were asked", failed, servers)
		}
		return err
	})
	scraped := time.Now() // before, the page and its peers count a server from its first scrape or from nothing

	shots := filepath.Join(t.TempDir(), "shots")
	s.reader("operator.mjs", "SHOTS="+shots, "MODEL=event", "EXPECT_GATEWAYS=2", "EXPECT_SERVERS=2")
	s.reader("dashboard.mjs")
	slow, end := s.slowed("jet_tag")
	from := time.Now()
	s.reader("trace.mjs")
	s.reader("explore.mjs")
	s.reader("elsewhere.mjs")
	to := time.Now().Add(-5 * time.Second) // what came later may still change
	end()
	s.wantBecameSlow(slow, "jet_tag", from, to)
	counted := time.Now().Add(-15 * time.Second) // what came later may still change
	s.wantLatencies(later(counted.Add(-time.Minute), scraped), counted)
	s.reader("figures.mjs")
	s.reader("latency.mjs", fmt.Sprintf("RANGE=from=%d&to=%d", counted.Add(-time.Minute).UnixMilli(), counted.UnixMilli()))
	s.reader("home.mjs", fmt.Sprintf("TO=%d", counted.UnixMilli()))
	s.reader("chart.mjs", "FILE="+chartFile(t), "WITH_DATA=5", fmt.Sprintf("TO=%d", counted.UnixMilli()))
	s.reader("made.mjs", fmt.Sprintf("TO=%d", counted.UnixMilli()))
	s.reader("livetransforms.mjs", fmt.Sprintf("TO=%d", counted.UnixMilli()))
	s.reader("liveexplore.mjs", fmt.Sprintf("TO=%d", counted.UnixMilli()))
	s.reader("liveforms.mjs", fmt.Sprintf("TO=%d", counted.UnixMilli()))
	s.reader("planes.mjs")
	s.reader("downloads.mjs")
	s.reader("keys-steps.mjs")
	s.reader("tracefigures.mjs", "OTLP="+s.url(s.ports.otlpHTTP, ""))
	s.reader("livepages.mjs", fmt.Sprintf("TO=%d", counted.UnixMilli()))
	s.wantAccess(counted)
	s.wantOutages("supersonic-triton-1", time.Now().Add(-15*time.Second)) // what came later may still change

	saw, err := os.ReadFile(filepath.Join(shots, "seen.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"InferRequest", "event", "jet_tag", "compute", "INFER_RESPONSE_COMPLETE", "supersonic-envoy-1", "supersonic-triton-1"} {
		if !strings.Contains(string(saw), name) {
			t.Errorf("Chromium did not show %q", name)
		}
	}
	if *keepShots {
		keep(t, shots, "search", "trace", "events", "map", "status")
	}
}

// chartFile is the chart's dashboard with the server map.
func chartFile(t *testing.T) string {
	return filepath.Join(repository(t), "ui", "grafana", "testdata", "with-server-map.json")
}

// chartsDashboard copies it, so that it is one of the dashboards and not, by its name, the first.
func chartsDashboard(t *testing.T) string {
	text, err := os.ReadFile(chartFile(t))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "chart.json")
	if err := os.WriteFile(path, text, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// reader does what a reader of the page does in one of the scripts of ui/web/e2e.
func (s *site) reader(script string, env ...string) {
	s.t.Helper()
	browse.Run(s.t, script, append(env, "SITE_URL="+s.url(s.ports.page, ""))...)
}

// keep copies screenshots into the documentation.
func keep(t *testing.T, from string, names ...string) {
	t.Helper()
	for _, name := range names {
		picture, err := os.ReadFile(filepath.Join(from, name+".png"))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(repository(t), "docs", "img", name+".png"), picture, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func (s *site) pageHasWholeTrace() error {
	body, err := get(s.url(s.ports.page, "/api/traces/search?q="+strings.ReplaceAll("{name=\"ingress\"} >> {name=\"compute\"}", " ", "%20")))
	if err != nil {
		return err
	}
	var answer struct{ Traces []json.RawMessage }
	if err := json.Unmarshal([]byte(body), &answer); err != nil {
		return err
	}
	if len(answer.Traces) == 0 {
		return errors.New("none yet")
	}
	return nil
}
