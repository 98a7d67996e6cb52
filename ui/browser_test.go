package ui

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"supersonic/internal/browse"
)

// reader does in Chromium what a reader of the page does in one of the scripts of
// web/e2e.
func (w *world) reader(script string, env ...string) {
	w.t.Helper()
	browse.Run(w.t, script, append(env, "SITE_URL="+w.url)...)
}

func TestAReaderPointsAtPanelsAndReadsThemByKeysInChromium(t *testing.T) {
	browse.Run(t, "panels-check.mjs")
}

func TestVersionsOfADashboardAreComparedAndRestoredInChromium(t *testing.T) {
	newWorld(t, func(c *Config) { c.DataDir = t.TempDir() }).reader("versions.mjs")
}

func TestEveryPageFitsEveryWidthInChromium(t *testing.T) {
	traceWorld(t, func(c *Config) { c.DataDir = t.TempDir() }).reader("widths.mjs", "TRACE="+growingID)
}

// A Prometheus whose queries of "slow" take twelve seconds; half of twelve panels ask them.
func TestSlowQueriesHoldUpNoOthersInChromium(t *testing.T) {
	prometheus := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.ParseForm()
		if strings.Contains(r.FormValue("query"), "slow") {
			select {
			case <-r.Context().Done():
				return
			case <-time.After(12 * time.Second):
			}
		}
		fmt.Fprintf(w, `{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[%d,"7"]}]}}`, time.Now().Unix())
	}))
	t.Cleanup(prometheus.Close)
	newWorld(t, func(c *Config) {
		c.DataDir = t.TempDir()
		c.DataSources[0].URL = prometheus.URL
	}).reader("slow.mjs")
}
