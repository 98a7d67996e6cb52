package ui

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/internal/freeport"
	"supersonic/ui/boards"
)

// tap is a store that stops and comes back at the same address, and may be ill meanwhile.
type tap struct {
	handler http.Handler
	mu      sync.Mutex
	addr    string
	server  *http.Server // nil: stopped
	ill     string       // "", or a key of illnesses
}

// illnesses are ways in which a store that listens does not answer as it should.
var illnesses = map[string]http.HandlerFunc{
	"slow": func(w http.ResponseWriter, r *http.Request) {
		r.ParseForm() // the body is read: only then a server sees the other side leave
		<-r.Context().Done()
	},
	"late": func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-time.After(time.Second):
		}
	},
	"500": func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "the write-ahead log is corrupt", http.StatusInternalServerError)
	},
	"cut": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", "4096")
		fmt.Fprint(w, `{"status":"success","data":{"resu`)
	},
	"html": loginPage,
}

// newTap opens a store at a port that nobody else takes while the store is stopped.
func newTap(t *testing.T, handler http.Handler) *tap {
	s := &tap{handler: handler, addr: fmt.Sprintf("127.0.0.1:%d", freeport.For(t, 1)[0])}
	if err := s.open(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.shut)
	return s
}

func (s *tap) open() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.server != nil {
		return nil
	}
	l, err := net.Listen("tcp", s.addr)
	if err != nil {
		return err
	}
	s.server = &http.Server{Handler: http.HandlerFunc(s.answer)}
	go s.server.Serve(l)
	return nil
}

func (s *tap) shut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.server != nil {
		s.server.Close()
	}
	s.server = nil
}

func (s *tap) answer(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	name := s.ill
	s.mu.Unlock()
	if ill := illnesses[name]; ill != nil {
		ill(w, r)
		if name != "late" {
			return
		}
	}
	s.handler.ServeHTTP(w, r)
}

// put makes the store "well", "stopped" or ill.
func (s *tap) put(state string) error {
	if state == "stopped" {
		s.shut()
		return nil
	}
	s.mu.Lock()
	s.ill = state
	s.mu.Unlock()
	return s.open()
}

// outageBoard asks both stores, and has a variable and annotations of each.
const outageBoard = `{"uid": "outage", "title": "Outage", "schemaVersion": 41, "time": {"from": "now-5m", "to": "now"},
"templating": {"list": [{"name": "pod", "type": "query", "query": "label_values(up, pod)", "refresh": 1, "includeAll": true, "datasource": {"type": "prometheus", "uid": "prometheus"}}]},
"annotations": {"list": [{"name": "Restarts", "enable": true, "datasource": {"type": "prometheus", "uid": "prometheus"}, "expr": "up"}]},
"panels": [
  {"id": 1, "type": "timeseries", "title": "Load", "gridPos": {"x": 0, "y": 0, "w": 12, "h": 7}, "datasource": {"type": "prometheus", "uid": "prometheus"}, "targets": [{"refId": "A", "expr": "sum by (pod) (rate(supersonic_gateway_requests_total[1m]))"}]},
  {"id": 2, "type": "table", "title": "Traces", "gridPos": {"x": 12, "y": 0, "w": 12, "h": 7}, "datasource": {"type": "tempo", "uid": "tempo"}, "targets": [{"refId": "A", "queryType": "traceql", "query": "{}"}]}]}`

func TestEveryPageTellsWhichStoreIsOutAndWhatToDoInChromium(t *testing.T) {
	taps := map[string]*tap{}
	w := newWorld(t, func(c *Config) {
		for i, d := range c.DataSources {
			to, err := url.Parse(d.URL)
			if err != nil {
				t.Fatal(err)
			}
			store := httputil.NewSingleHostReverseProxy(to)
			taps[d.Name] = newTap(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if strings.HasPrefix(r.URL.Path, "/api/v1/label/") {
					threePods(w, r)
					return
				}
				store.ServeHTTP(w, r)
			}))
			c.DataSources[i].URL = "http://" + taps[d.Name].addr
		}
		c.Boards.Given = []boards.Given{{Key: "local.dashboards[0]", Name: "outage", JSON: []byte(outageBoard)}}
	})
	w.tempo.Also = func(id string) (ptrace.Traces, bool) { return young(true), id == growingID }
	control := http.NewServeMux()
	control.HandleFunc("/{store}/{state}", func(w http.ResponseWriter, r *http.Request) {
		if err := taps[r.PathValue("store")].put(r.PathValue("state")); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	})
	controls := httptest.NewServer(control)
	t.Cleanup(controls.Close)
	w.reader("outages.mjs", "CONTROL="+controls.URL, "TRACE="+growingID)
}
