package e2e

import (
	"fmt"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"

	"supersonic/ui/fakesite"
)

// besideBoard asks both stores; what its figures have to be is asked of the stores.
const besideBoard = `{"uid": "beside", "title": "Beside", "schemaVersion": 41, "time": {"from": "now-1m", "to": "now"},
"templating": {"list": [{"name": "server", "type": "query", "query": "label_values(supersonic_gateway_requests_total, server)", "refresh": 1, "multi": true, "includeAll": true, "current": {"text": "All", "value": "$__all"}, "datasource": {"type": "prometheus", "uid": "prometheus"}}]},
"panels": [
  {"id": 1, "type": "stat", "title": "Requests", "gridPos": {"x": 0, "y": 0, "w": 6, "h": 6}, "datasource": {"type": "prometheus", "uid": "prometheus"}, "options": {"graphMode": "none"}, "fieldConfig": {"defaults": {"unit": "none", "decimals": 0}, "overrides": []},
   "targets": [{"refId": "A", "expr": "sum(supersonic_gateway_requests_total{server=~\"$server\"})", "instant": true, "range": false}]},
  {"id": 2, "type": "table", "title": "By server", "gridPos": {"x": 6, "y": 0, "w": 8, "h": 6}, "datasource": {"type": "prometheus", "uid": "prometheus"}, "fieldConfig": {"defaults": {"unit": "none", "decimals": 0}, "overrides": []},
   "targets": [{"refId": "A", "expr": "sum by (server) (supersonic_gateway_requests_total{server=~\"$server\"})", "instant": true, "range": false, "format": "table"}]},
  {"id": 3, "type": "table", "title": "Failed requests", "gridPos": {"x": 14, "y": 0, "w": 10, "h": 6}, "datasource": {"type": "tempo", "uid": "tempo"}, "targets": [{"refId": "A", "queryType": "traceql", "query": "{ name = \"ingress\" && span.grpc.status_code != \"0\" }", "tableType": "traces", "limit": 1000}]}]}`

// besideFile is a values file of the page alone before the stores at two addresses.
func besideFile(prometheus, tempo string) string {
	return fmt.Sprintf(`
envoy: {enabled: false}
triton: {enabled: false}
opentelemetry-collector: {enabled: false}
tempo: {enabled: false}
prometheus: {enabled: false}
grafana:
  datasources:
    datasources.yaml:
      datasources:
        - {name: prometheus, uid: prometheus, type: prometheus, url: %q, isDefault: true, jsonData: {timeInterval: 5s}}
        - {name: tempo, uid: tempo, type: tempo, url: %q, jsonData: {nodeGraph: {enabled: true}, serviceMap: {datasourceUid: prometheus}}}
`, prometheus, tempo)
}

// pageOf runs the role ui of values files and gives its address, once it is ready.
func pageOf(t *testing.T, board string, values ...string) string {
	t.Helper()
	p := freePorts(t)
	values = append(values, fmt.Sprintf("local: {listen: 127.0.0.1, dashboards: [%q]}\ngrafana: {service: {targetPort: %d}}\n", write(t, "board.json", []byte(board)), p.page))
	args := []string{"ui", "--data-dir", filepath.Join(t.TempDir(), "data")}
	for i, text := range values {
		args = append(args, "-f", write(t, fmt.Sprintf("values-%d.yaml", i), []byte(text)))
	}
	out := &output{}
	cmd := exec.Command(program, args...)
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGTERM)
		cmd.Wait() // its end is no matter here
		if t.Failed() {
			t.Logf("output of ui:\n%s", tail(out.String(), 3000))
		}
	})
	address := fmt.Sprintf("http://127.0.0.1:%d", p.page)
	eventually(t, "the page is ready", func() error {
		_, err := get(address + "/ready")
		return err
	})
	return address
}

// before is a way to a store that can be cut, and counts the questions that come with
// what only the page may know of its readers.
func before(t *testing.T, store string, told *atomic.Int32) *fakesite.Tap {
	t.Helper()
	to, err := url.Parse(store)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(to)
	return fakesite.NewTap(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Cookie") != "" || r.Header.Get("Authorization") != "" {
			told.Add(1)
		}
		proxy.ServeHTTP(w, r)
	}))
}
