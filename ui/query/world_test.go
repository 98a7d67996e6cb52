package query

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"supersonic/ui/grafana"
	"supersonic/ui/payload"
	"supersonic/ui/source"
)

// world is a site with one Prometheus and one Tempo that count what they are asked.
type world struct {
	t      *testing.T
	mu     sync.Mutex
	asked  []string
	answer func(path string, r *http.Request) (status int, body string)
	runner *Runner
}

func newWorld(t *testing.T) *world {
	w := &world{t: t}
	w.answer = w.usual
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		r.ParseForm()
		w.mu.Lock()
		w.asked = append(w.asked, r.URL.Path+" "+r.FormValue("query")+r.FormValue("q")+strings.Join(r.Form["match[]"], " "))
		answer := w.answer
		w.mu.Unlock()
		status, body := answer(r.URL.Path, r)
		rw.Header().Set("Content-Type", "application/json")
		rw.WriteHeader(status)
		fmt.Fprint(rw, body)
	}))
	t.Cleanup(server.Close)
	client := func(name string) *source.Client {
		c := source.NewClient(source.Server{Name: name, URL: server.URL})
		t.Cleanup(c.Close)
		return c
	}
	w.runner = NewRunner(Sources{
		{Name: "prometheus", UID: "P1809F7CD0C75ACF3", Type: Prometheus, Default: true, TimeInterval: "5s", Client: client("prometheus")},
		{Name: "tempo", UID: "P8D6546721A1D106C", Type: Tempo, ServiceMap: "prometheus", Client: client("tempo")},
		{Name: "logs", UID: "L", Type: "loki"},
	})
	return w
}

// usual answers values of labels, a vector or a matrix of two pods.
func (w *world) usual(path string, r *http.Request) (int, string) {
	switch {
	case strings.HasSuffix(path, "/label/release/values"):
		return 200, `{"status":"success","data":["sonic","supersonic"]}`
	case strings.HasSuffix(path, "/label/pod/values"):
		return 200, `{"status":"success","data":["triton-10","triton-2","envoy-0"]}`
	case strings.HasSuffix(path, "/labels"):
		return 200, `{"status":"success","data":["pod","release"]}`
	case strings.HasSuffix(path, "/label/__name__/values"):
		return 200, `{"status":"success","data":["nv_a","nv_b","up"]}`
	case strings.HasSuffix(path, "/query_range"):
		return 200, `{"status":"success","data":{"resultType":"matrix","result":[
			{"metric":{"__name__":"x","pod":"a"},"values":[[1699999980,"1"],[1700000000,"2"]]},
			{"metric":{"__name__":"x","pod":"b"},"values":[[1699999980,"NaN"],[1700000000,"+Inf"]]}]}}`
	case strings.HasSuffix(path, "/query"):
		return 200, `{"status":"success","data":{"resultType":"vector","result":[
			{"metric":{"client":"envoy-0","server":"triton-0","pod":"a"},"value":[1700000000,"4"]},
			{"metric":{"client":"envoy-0","server":"triton-1","pod":"b"},"value":[1700000000,"1"]}]}}`
	}
	return 404, "no such path"
}

func (w *world) times(part string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	for _, a := range w.asked {
		if strings.Contains(a, part) {
			n++
		}
	}
	return n
}

func (w *world) env() *Env {
	to := time.UnixMilli(1_700_000_000_000)
	e := NewEnv(to.Add(-3*time.Hour), to, to)
	e.RawFrom, e.RawTo, e.Relative = "now-3h", "now", true
	return e
}

// variables parses the list of a dashboard's templating.
func variablesOf(t *testing.T, list string) []grafana.Variable {
	t.Helper()
	d, err := grafana.ParseDashboard([]byte(`{"title":"t","panels":[],"templating":{"list":[` + list + `]}}`))
	if err != nil {
		t.Fatal(err)
	}
	return d.Variables
}

func panelOf(t *testing.T, text string) *grafana.Panel {
	t.Helper()
	p, err := grafana.ParsePanel(json.RawMessage(text))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (w *world) panel(env *Env, text string) Result {
	w.t.Helper()
	return w.runner.Panel(context.Background(), Question{Panel: panelOf(w.t, text), Env: env, Width: 600})
}

func (w *world) variables(env *Env, chosen Chosen, list string) []payload.Variable {
	w.t.Helper()
	return w.runner.Variables(context.Background(), env, variablesOf(w.t, list), chosen)
}
