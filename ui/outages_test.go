package ui

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/ui/boards"
	"supersonic/ui/fakesite"
)

// outageBoard asks both stores, and has a variable and annotations of each.
const outageBoard = `{"uid": "outage", "title": "Outage", "schemaVersion": 41, "time": {"from": "now-5m", "to": "now"},
"templating": {"list": [{"name": "pod", "type": "query", "query": "label_values(up, pod)", "refresh": 1, "includeAll": true, "datasource": {"type": "prometheus", "uid": "prometheus"}}]},
"annotations": {"list": [{"name": "Restarts", "enable": true, "datasource": {"type": "prometheus", "uid": "prometheus"}, "expr": "up"}]},
"panels": [
  {"id": 1, "type": "timeseries", "title": "Load", "gridPos": {"x": 0, "y": 0, "w": 12, "h": 7}, "datasource": {"type": "prometheus", "uid": "prometheus"}, "targets": [{"refId": "A", "expr": "sum by (pod) (rate(supersonic_gateway_requests_total[1m]))"}]},
  {"id": 2, "type": "table", "title": "Traces", "gridPos": {"x": 12, "y": 0, "w": 12, "h": 7}, "datasource": {"type": "tempo", "uid": "tempo"}, "targets": [{"refId": "A", "queryType": "traceql", "query": "{}"}]}]}`

func TestEveryPageTellsWhichStoreIsOutAndWhatToDoInChromium(t *testing.T) {
	taps := map[string]*fakesite.Tap{}
	w := newWorld(t, func(c *Config) {
		for i, d := range c.DataSources {
			to, err := url.Parse(d.URL)
			if err != nil {
				t.Fatal(err)
			}
			store := httputil.NewSingleHostReverseProxy(to)
			taps[d.Name] = fakesite.NewTap(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if strings.HasPrefix(r.URL.Path, "/api/v1/label/") {
					threePods(w, r)
					return
				}
				store.ServeHTTP(w, r)
			}))
			c.DataSources[i].URL = taps[d.Name].URL()
		}
		c.Boards.Given = []boards.Given{{Key: "local.dashboards[0]", Name: "outage", JSON: []byte(outageBoard)}}
	})
	w.tempo.Also = func(id string) (ptrace.Traces, bool) { return young(true), id == growingID }
	control := http.NewServeMux()
	control.HandleFunc("/{store}/{state}", fakesite.Control(taps))
	controls := httptest.NewServer(control)
	t.Cleanup(controls.Close)
	w.reader("outages.mjs", "CONTROL="+controls.URL, "TRACE="+growingID)
}
