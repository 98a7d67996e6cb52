package metrics_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/tsdb"

	"supersonic/internal/browse"
	"supersonic/ui"
)

// twoReleases writes load, another power of two for each of six pods of two releases,
// times scale, and work_total, which grows faster from three minutes ago on.
func twoReleases(t *testing.T, scale float64) func(*tsdb.DB) {
	pods := [][3]string{{"cms", "cms-prod", "cms-0"}, {"cms", "cms-prod", "cms-1"}, {"cms", "cms-test", "cms-2"}, {"dune", "dune-prod", "dune-0"}, {"dune", "dune-prod", "dune-1"}, {"dune", "dune-beam", "dune-2"}}
	return func(db *tsdb.DB) {
		app := db.Appender(t.Context())
		now := time.Now()
		for at := now.Add(-12 * time.Minute); at.Before(now.Add(time.Minute)); at = at.Add(5 * time.Second) {
			recent := max(0, at.Sub(now.Add(-3*time.Minute)).Seconds())
			for i, p := range pods {
				load := scale * float64(int(1)<<i)
				for name, v := range map[string]float64{"load": load, "work_total": load * (at.Sub(now.Add(-time.Hour)).Seconds() + 4*recent)} {
					set := labels.FromStrings(labels.MetricName, name, "release", p[0], "namespace", p[1], "pod", p[2])
					if _, err := app.Append(0, set, at.UnixMilli(), v); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
		if err := app.Commit(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestVariablesChosenFromTheirListsChangeTheFiguresInChromium(t *testing.T) {
	t.Parallel()
	other := stock(t, twoReleases(t, 100))
	page := newPage(t, stock(t, twoReleases(t, 1)), func(c *ui.Config) {
		c.DataDir = t.TempDir()
		c.DataSources = append(c.DataSources, ui.DataSource{Name: "the other", UID: "other", Type: ui.TypePrometheus, URL: other})
	})
	browse.Run(t, "variables.mjs", "SITE_URL="+page, fmt.Sprintf("UNTIL=%d", time.Now().UnixMilli()))
}
