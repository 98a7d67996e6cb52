package ui

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"supersonic/internal/browse"
)

// BenchmarkScrollOfALargeTrace measures what holds up the page's main thread while a
// trace of 10,000 spans scrolls. bench/page.sh runs it; times are no test.
func BenchmarkScrollOfALargeTrace(b *testing.B) {
	w := traceWorld(b)
	for b.Loop() {
		out := browse.Run(b, "scroll.mjs", "SITE_URL="+w.url, "LARGE="+largeID)
		var got struct {
			Over50ms         float64
			WallMs, ThreadMs []float64
		}
		if err := json.Unmarshal([]byte(strings.TrimSpace(out)), &got); err != nil || len(got.ThreadMs) == 0 {
			b.Fatalf("%v in %s", err, out)
		}
		b.ReportMetric(got.WallMs[0], "longest-ms")
		b.ReportMetric(got.ThreadMs[0], "longest-thread-ms")
		b.ReportMetric(got.Over50ms, "tasks-over-50ms")
	}
}

// BenchmarkACrowdedDashboard measures what charts of 100 series of 10,000 points cost
// their reader: one of them, then ten on a dashboard. bench/page.sh runs it.
func BenchmarkACrowdedDashboard(b *testing.B) {
	prometheus := httptest.NewServer(http.HandlerFunc(manyPoints))
	b.Cleanup(prometheus.Close)
	for _, panels := range []string{"1", "10"} {
		b.Run(panels, func(b *testing.B) {
			w := newWorld(b, func(c *Config) {
				c.DataDir = b.TempDir()
				c.DataSources[0].URL = prometheus.URL
			})
			for b.Loop() {
				browse.Run(b, "crowd.mjs", "SITE_URL="+w.url, "PANELS="+panels)
			}
		})
	}
}
