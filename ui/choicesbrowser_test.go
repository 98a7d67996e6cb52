package ui

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// gate is a Prometheus of two releases with two pods each, whose values of labels come
// only while it is open. A query's answer has the query in the label "asked".
type gate struct {
	mu   sync.Mutex
	open chan struct{} // closed: open
}

func (g *gate) now() chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.open
}

func (g *gate) put(state string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	select {
	case <-g.open:
		g.open = make(chan struct{})
	default:
	}
	if state == "open" {
		close(g.open)
	}
}

func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.ParseForm()
	if !strings.HasPrefix(r.URL.Path, "/api/v1/label") {
		answerAsked(w, r)
		return
	}
	select {
	case <-g.now():
	case <-r.Context().Done():
		return
	}
	values := `"cms","dune"`
	switch {
	case strings.HasSuffix(r.URL.Path, "/labels"):
		values = `"model","pod","release"`
	case strings.Contains(r.URL.Path, "/pod/") && strings.Contains(r.FormValue("match[]"), "dune"):
		values = `"dune-0","dune-1"`
	case strings.Contains(r.URL.Path, "/pod/"):
		values = `"cms-0","cms-1"`
	}
	fmt.Fprintf(w, `{"status":"success","data":[%s]}`, values)
}

func TestWhatIsChosenStandsAtOnceAndIsNotLostInChromium(t *testing.T) {
	g := &gate{open: make(chan struct{})}
	close(g.open)
	prometheus := httptest.NewServer(g)
	t.Cleanup(prometheus.Close)
	control := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { g.put(strings.Trim(r.URL.Path, "/")) }))
	t.Cleanup(control.Close)
	t.Cleanup(func() { g.put("open") })
	newWorld(t, func(c *Config) {
		c.DataDir = t.TempDir()
		c.DataSources[0].URL = prometheus.URL
	}).reader("choices.mjs", "CONTROL="+control.URL)
}
