package metrics_test

import (
	"os"
	"testing"

	"supersonic/ui"
	"supersonic/ui/boards"
)

// gpuPods are the servers that tell what one with a GPU told.
var gpuPods = []string{"triton-0", "triton-1", "triton-2"}

// withReaderDashboard gives a page testdata/reader-dashboard.json and, behind an
// ingress, a path.
func withReaderDashboard(t *testing.T, path string) func(*ui.Config) {
	dashboard, err := os.ReadFile("testdata/reader-dashboard.json")
	if err != nil {
		t.Fatal(err)
	}
	return func(c *ui.Config) {
		if path != "" {
			c.RootURL = "https://grafana.example.org" + path + "/"
		}
		c.Boards.Given = []boards.Given{{Key: "local.dashboards[0]", JSON: dashboard, Name: "reader"}}
		c.DataDir = t.TempDir()
	}
}
