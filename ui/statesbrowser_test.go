package ui

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
)

// The site has traces whose time is looked at, its counters and, beside these, "load" and
// "requests"; a query of any other text fails.
func TestWhatOpensOnAPageIsSoundInBothColoursInChromium(t *testing.T) {
	td := recordedTraces(t, "latency/testdata/slow-pod-one-model.otlp.jsonl.gz")
	lately(td)
	var w *world
	prometheus := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		if slices.Contains([]string{"load", "requests"}, r.FormValue("query")) {
			loadAndFailures(out, r)
			return
		}
		w.prometheus.ServeHTTP(out, r)
	}))
	t.Cleanup(prometheus.Close)
	w = newWorld(t, func(c *Config) {
		c.DataDir = t.TempDir()
		c.DataSources[0].URL = prometheus.URL
		c.DataSources[1].URL = withWhole(t, td, c.DataSources[1].URL)
	})
	w.reader("states.mjs")
}
