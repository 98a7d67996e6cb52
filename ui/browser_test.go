package ui

import (
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"supersonic/internal/browse"
	"supersonic/ui/boards"
	"supersonic/ui/fakesite"
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
	file := filepath.Join(t.TempDir(), "given.json")
	given := `{"uid":"given","title":"Given by a file","tags":["site"],"surprise":{"kept":true},"time":{"from":"now-2h","to":"now"},
		"panels":[{"id":4,"type":"stat","title":"Servers","gridPos":{"x":0,"y":0,"w":8,"h":5},"targets":[{"refId":"A","expr":"up"}],"options":{"wobble":3}}]}`
	if err := os.WriteFile(file, []byte(given), 0o600); err != nil {
		t.Fatal(err)
	}
	newWorld(t, func(c *Config) {
		c.DataDir = t.TempDir()
		c.Boards.Given = []boards.Given{{Key: "local.dashboards[0]", Path: file}}
	}).reader("versions.mjs", "GIVEN="+file)
}

func TestEveryPageFitsEveryWidthInChromium(t *testing.T) {
	traceWorld(t, func(c *Config) { c.DataDir = t.TempDir() }).reader("widths.mjs", "TRACE="+growingID)
}

func TestTextOfAQueryIsTypedOverInChromium(t *testing.T) {
	newWorld(t, func(c *Config) { c.DataDir = t.TempDir() }).reader("typedover.mjs")
}

func TestTwoHundredServersFoldIntoOneNodeThatOpensInChromium(t *testing.T) {
	w := newWorld(t)
	w.prometheus.Counters = fakesite.Site(2, 200, models[:2], time.Now().Add(-2*time.Hour))
	w.reader("map.mjs")
}

// A Prometheus whose queries of "slow" take until the reader has seen the others; half of twelve panels ask them.
func TestSlowQueriesHoldUpNoOthersInChromium(t *testing.T) {
	seen := make(chan struct{})
	prometheus := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.ParseForm()
		if strings.Contains(r.FormValue("query"), "slow") {
			select {
			case <-r.Context().Done():
				return
			case <-seen:
			}
		}
		fmt.Fprintf(w, `{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[%d,"7"]}]}}`, time.Now().Unix())
	}))
	t.Cleanup(prometheus.Close)
	control := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { close(seen) }))
	t.Cleanup(control.Close)
	newWorld(t, func(c *Config) {
		c.DataDir = t.TempDir()
		c.DataSources[0].URL = prometheus.URL
	}).reader("slow.mjs", "CONTROL="+control.URL)
}

// loadAndFailures answers "requests" and "failures" of three pods and two models, and
// "load" of three pods, which swings with the time.
func loadAndFailures(w http.ResponseWriter, r *http.Request) {
	r.ParseForm()
	query := r.FormValue("query")
	if query == "load" {
		writeLoad(w, r)
		return
	}
	at, _ := strconv.ParseFloat(r.FormValue("time"), 64)
	var list []string
	for pod := range 3 {
		for model, name := range []string{"add_sub", "tau_id"} {
			value := 100 * (pod + 1 + 2*model)
			if query == "failures" {
				value = pod*7 + model + 1
			}
			list = append(list, fmt.Sprintf(`{"metric":{"pod":"triton-%d","model":%q},"value":[%f,"%d"]}`, pod, name, at, value))
		}
	}
	fmt.Fprintf(w, `{"status":"success","data":{"resultType":"vector","result":[%s]}}`, strings.Join(list, ","))
}

func writeLoad(w http.ResponseWriter, r *http.Request) {
	number := func(key string) float64 { n, _ := strconv.ParseFloat(r.FormValue(key), 64); return n }
	var list []string
	for pod := range 3 {
		var values []string
		for t := number("start"); t <= number("end") && number("step") > 0; t += number("step") {
			values = append(values, fmt.Sprintf(`[%f,"%f"]`, t, 10*float64(pod+1)+math.Sin(t/60)))
		}
		list = append(list, fmt.Sprintf(`{"metric":{"pod":"triton-%d"},"values":[%s]}`, pod, strings.Join(values, ",")))
	}
	fmt.Fprintf(w, `{"status":"success","data":{"resultType":"matrix","result":[%s]}}`, strings.Join(list, ","))
}

func TestTransformationsArePutOnAPanelInChromium(t *testing.T) {
	prometheus := httptest.NewServer(http.HandlerFunc(loadAndFailures))
	t.Cleanup(prometheus.Close)
	newWorld(t, func(c *Config) {
		c.DataDir = t.TempDir()
		c.DataSources[0].URL = prometheus.URL
	}).reader("transform.mjs")
}
