package ui

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// echo is a Prometheus whose answer to a query has the query in the label "asked"; it
// counts what it was asked.
type echo struct {
	mu    sync.Mutex
	asked map[string]int
}

func (e *echo) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.ParseForm()
	e.mu.Lock()
	e.asked[r.FormValue("query")]++
	e.mu.Unlock()
	answerAsked(w, r)
}

// answerAsked answers an instant query with 7, and the query itself as the label "asked".
func answerAsked(w http.ResponseWriter, r *http.Request) {
	fmt.Fprintf(w, `{"status":"success","data":{"resultType":"vector","result":[{"metric":{"asked":%q},"value":[%s,"7"]}]}}`, r.FormValue("query"), r.FormValue("time"))
}

func (e *echo) count(w http.ResponseWriter, _ *http.Request) {
	e.mu.Lock()
	defer e.mu.Unlock()
	json.NewEncoder(w).Encode(e.asked)
}

func TestTheVariablesOfTimeAreFilledAndWhatIsTheSameIsAskedOnceInChromium(t *testing.T) {
	e := &echo{asked: map[string]int{}}
	prometheus, control := httptest.NewServer(e), httptest.NewServer(http.HandlerFunc(e.count))
	t.Cleanup(prometheus.Close)
	t.Cleanup(control.Close)
	newWorld(t, func(c *Config) {
		c.DataDir = t.TempDir()
		c.DataSources[0].URL = prometheus.URL
	}).reader("filled.mjs", "CONTROL="+control.URL)
}
