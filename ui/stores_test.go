package ui

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"supersonic/internal/browse"
	"supersonic/ui/boards"
	"supersonic/ui/fakesite"
)

// storesBoard has panels of a store that answers, one that stops and one that is slow.
const storesBoard = `{"uid": "stores", "title": "Stores", "schemaVersion": 41, "time": {"from": "now-5m", "to": "now"}, "panels": [
  {"id": 1, "type": "stat", "title": "Slow", "gridPos": {"x": 0, "y": 0, "w": 6, "h": 6}, "datasource": {"type": "prometheus", "uid": "slow"}, "targets": [{"refId": "A", "expr": "a", "instant": true}]},
  {"id": 2, "type": "timeseries", "title": "Slow as well", "gridPos": {"x": 6, "y": 0, "w": 6, "h": 6}, "datasource": {"type": "prometheus", "uid": "slow"}, "targets": [{"refId": "A", "expr": "b"}]},
  {"id": 3, "type": "stat", "title": "Stops", "gridPos": {"x": 12, "y": 0, "w": 6, "h": 6}, "datasource": {"type": "prometheus", "uid": "stops"}, "targets": [{"refId": "A", "expr": "a", "instant": true}]},
  {"id": 4, "type": "stat", "title": "Answers", "gridPos": {"x": 18, "y": 0, "w": 6, "h": 6}, "datasource": {"type": "prometheus", "uid": "answers"}, "targets": [{"refId": "A", "expr": "a", "instant": true}]},
  {"id": 5, "type": "timeseries", "title": "Answers as well", "gridPos": {"x": 0, "y": 6, "w": 24, "h": 6}, "datasource": {"type": "prometheus", "uid": "answers"}, "targets": [{"refId": "A", "expr": "b", "legendFormat": "line"}]}]}`

// three answers every query with 3.
func three(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if end := r.FormValue("end"); end != "" && r.FormValue("step") != "" {
		fmt.Fprintf(w, `{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[%s,"3"]]}]}}`, end)
		return
	}
	fmt.Fprint(w, `{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1700000000,"3"]}]}}`)
}

// slow is a store that answers nothing before it is given up, and counts.
type slow struct{ asked, givenUp atomic.Int32 }

func (s *slow) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	r.ParseForm() // the body is read: only then a server sees the other side leave
	s.asked.Add(1)
	<-r.Context().Done()
	s.givenUp.Add(1)
}

func TestAStoppedOrSlowStoreLeavesTheRestOfThePageInChromium(t *testing.T) {
	stops, waits := fakesite.NewTap(t, http.HandlerFunc(three)), &slow{}
	answers, never := httptest.NewServer(http.HandlerFunc(three)), httptest.NewServer(waits)
	t.Cleanup(answers.Close)
	t.Cleanup(never.CloseClientConnections)
	control := http.NewServeMux()
	control.HandleFunc("/stop", func(http.ResponseWriter, *http.Request) { stops.Put("stopped") })
	control.HandleFunc("/start", func(w http.ResponseWriter, _ *http.Request) {
		if err := stops.Put("well"); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	})
	control.HandleFunc("/slow", func(w http.ResponseWriter, _ *http.Request) {
		json.NewEncoder(w).Encode(map[string]int32{"asked": waits.asked.Load(), "givenUp": waits.givenUp.Load()})
	})
	controls := httptest.NewServer(control)
	t.Cleanup(controls.Close)
	w := newWorld(t, func(c *Config) {
		for name, url := range map[string]string{"answers": answers.URL, "slow": never.URL, "stops": stops.URL()} {
			c.DataSources = append(c.DataSources, DataSource{Name: name, UID: name, Type: TypePrometheus, URL: url})
		}
		c.Boards.Given = []boards.Given{{Key: "local.dashboards[0]", Name: "stores", JSON: []byte(storesBoard)}}
	})
	browse.Run(t, "stores.mjs", "SITE_URL="+w.url, "CONTROL="+controls.URL)
}
