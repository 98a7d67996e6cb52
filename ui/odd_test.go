package ui

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"supersonic/ui/fakesite"
)

// threePods answers label values of three pods, else as loadAndFailures.
func threePods(w http.ResponseWriter, r *http.Request) {
	if strings.HasSuffix(r.URL.Path, "/values") || strings.HasSuffix(r.URL.Path, "/series") {
		fmt.Fprint(w, `{"status":"success","data":["triton-0","triton-1","triton-2"]}`)
		return
	}
	loadAndFailures(w, r)
}

func TestOddAddressesDashboardsAndSourcesInChromium(t *testing.T) {
	prometheus, login := httptest.NewServer(http.HandlerFunc(threePods)), httptest.NewServer(http.HandlerFunc(fakesite.LoginPage))
	t.Cleanup(prometheus.Close)
	t.Cleanup(login.Close)
	newWorld(t, func(c *Config) {
		c.DataDir = t.TempDir()
		c.DataSources[0].URL = prometheus.URL
		c.DataSources = append(c.DataSources, DataSource{Name: "behind a login", UID: "html", Type: TypePrometheus, URL: login.URL}, DataSource{Name: "traces behind a login", UID: "htmltraces", Type: TypeTempo, URL: login.URL})
	}).reader("odd.mjs")
}
