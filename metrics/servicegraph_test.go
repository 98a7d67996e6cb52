package metrics_test

import (
	"fmt"
	"net/http/httptest"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/tsdb"

	"supersonic/internal/browse"
	"supersonic/ui"
	"supersonic/ui/fakesite"
)

// call is one edge of the service graph: requests a second, how many of them fail, and
// the seconds that each takes.
type call struct {
	client, server        string
	rate, failed, seconds float64
}

// called writes what a trace store's generator would, evenly, from ten minutes ago on.
func called(t *testing.T, calls []call) func(*tsdb.DB) {
	return func(db *tsdb.DB) {
		app := db.Appender(t.Context())
		now := time.Now()
		for at := now.Add(-10 * time.Minute); at.Before(now.Add(time.Minute)); at = at.Add(time.Second) { // as the page's data source says
			since := at.Sub(now.Add(-time.Hour)).Seconds()
			for _, c := range calls {
				put := func(name string, perSecond float64, more ...string) {
					set := labels.FromStrings(append([]string{labels.MetricName, "traces_service_graph_request_" + name, "client", c.client, "server", c.server}, more...)...)
					if _, err := app.Append(0, set, at.UnixMilli(), perSecond*since); err != nil {
						t.Fatal(err)
					}
				}
				put("total", c.rate)
				if c.failed > 0 { // a generator makes no series of none
					put("failed_total", c.failed)
				}
				put("server_seconds_sum", c.rate*c.seconds)
				put("server_seconds_count", c.rate)
				for _, le := range []float64{0.01, 0.1, 1} {
					put("server_seconds_bucket", c.rate*min(1, le/c.seconds/2), "le", strconv.FormatFloat(le, 'f', -1, 64))
				}
				put("server_seconds_bucket", c.rate, "le", "+Inf")
			}
		}
		if err := app.Commit(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTheServiceGraphOfAPanelIsWhatItsSeriesSayInChromium(t *testing.T) {
	t.Parallel()
	captured, err := os.ReadFile("../ui/waterfall/testdata/envoy-triton-traces.otlp.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	tempo, err := fakesite.NewTempo(captured, now.Add(-time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	traces := httptest.NewServer(tempo)
	t.Cleanup(traces.Close)
	page := newPage(t, stock(t, called(t, []call{
		{"user", "supersonic-envoy-0", 6, 1, .03}, {"supersonic-envoy-0", "supersonic-triton-0", 4, 1, .02}, {"supersonic-envoy-0", "supersonic-triton-1", 2, 0, .05}, {"supersonic-envoy-1", "supersonic-triton-1", .5, .5, .0004},
	})), func(c *ui.Config) {
		c.DataDir = t.TempDir()
		c.DataSources = append(c.DataSources, ui.DataSource{Name: "tempo", Type: ui.TypeTempo, URL: traces.URL, ServiceMapUID: "prometheus"})
	})
	browse.Run(t, "servicegraph.mjs", "SITE_URL="+page, fmt.Sprintf("TO=%d", now.UnixMilli()))
}
