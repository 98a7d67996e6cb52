package metrics_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"supersonic/internal/browse"
	"supersonic/ui"
	"supersonic/ui/boards"
	"supersonic/ui/payload"
)

// ingress passes what is under a path on to the page, with the path or without it,
// and knows nothing else.
func ingress(t *testing.T, page, path string, strips bool) string {
	to, err := url.Parse(page)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(to)
		r.SetXForwarded()
		if strips {
			r.Out.URL.Path = strings.TrimPrefix(r.Out.URL.Path, path)
			r.Out.URL.RawPath = ""
		}
	}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, path+"/") {
			http.Error(w, "the ingress has no such path: "+r.URL.Path, http.StatusNotFound)
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL + path
}

// gpuPods are the servers that tell what one with a GPU told.
var gpuPods = []string{"triton-0", "triton-1", "triton-2"}

const chartFile = "../ui/grafana/testdata/default.json"

// withReaderDashboard gives a page testdata/reader-dashboard.json, the chart's own and, behind an
// ingress, a path.
func withReaderDashboard(t *testing.T, path string) func(*ui.Config) {
	dashboard, err := os.ReadFile("testdata/reader-dashboard.json")
	if err != nil {
		t.Fatal(err)
	}
	chart, err := os.ReadFile(chartFile)
	if err != nil {
		t.Fatal(err)
	}
	return func(c *ui.Config) {
		if path != "" {
			c.RootURL = "https://grafana.example.org" + path + "/"
		}
		c.Boards.Given = []boards.Given{
			{Key: "local.dashboards[0]", JSON: dashboard, Name: "reader"},
			{Key: "local.dashboards[1]", JSON: chart, Name: "chart"},
		}
		c.DataDir = t.TempDir()
	}
}

// What Chromium shows is held against the answers of the metrics store.
func TestAReaderOfServersWithGPUsInChromium(t *testing.T) {
	t.Parallel()
	const path = "/site/grafana"
	s := newSite(t, gpuPods, withReaderDashboard(t, path))
	s.panel("Inferences per second", lines(map[string]float64{"supersonic": 3 * 4})) // rates need some scrapes
	s.panel("Triton servers", func(v payload.PanelView) error {
		if v.Stats == nil || len(v.Stats.Values) != 1 {
			return fmt.Errorf("no value: %s", v.Empty)
		}
		return nil
	})
	browse.Run(t, "board.mjs", "SITE_URL="+s.page+path, "INGRESS="+ingress(t, s.page, path, false), "STRIPS="+ingress(t, s.page, path, true))
	file, err := filepath.Abs(chartFile)
	if err != nil {
		t.Fatal(err)
	}
	browse.Run(t, "chart.mjs", "SITE_URL="+s.page+path, "FILE="+file, "WITH_DATA=9")
}
