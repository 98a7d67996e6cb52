package e2e

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"supersonic/internal/browse"
	"supersonic/ui/fakesite"
)

// keysBoard has a panel for each key of a data source.
const keysBoard = `{"uid": "keys", "title": "Keys", "schemaVersion": 41, "time": {"from": "now-5m", "to": "now"}, "panels": [
  {"id": 1, "type": "stat", "title": "Who", "gridPos": {"x": 0, "y": 0, "w": 6, "h": 6}, "options": {"graphMode": "none"},
   "targets": [{"refId": "A", "expr": "who", "instant": true}]},
  {"id": 2, "type": "stat", "title": "Step", "gridPos": {"x": 6, "y": 0, "w": 6, "h": 6}, "options": {"graphMode": "none"},
   "datasource": {"type": "prometheus", "uid": "prometheus"}, "targets": [{"refId": "A", "expr": "step", "range": true}]},
  {"id": 3, "type": "stat", "title": "Other", "gridPos": {"x": 12, "y": 0, "w": 6, "h": 6}, "options": {"graphMode": "none"},
   "datasource": {"type": "prometheus", "uid": "other"}, "targets": [{"refId": "A", "expr": "who", "instant": true}]},
  {"id": 4, "type": "nodeGraph", "title": "Calls", "gridPos": {"x": 0, "y": 6, "w": 24, "h": 10}, "datasource": {"type": "tempo", "uid": "tempo"},
   "targets": [{"refId": "A", "queryType": "serviceMap"}]}]}`

// telling is a Prometheus that tells who it is, or which step it was asked for.
func telling(name, who string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch query := r.FormValue("query"); {
		case strings.HasSuffix(r.URL.Path, "/query_range"):
			fmt.Fprintf(w, `{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[%s,%q]]}]}}`, r.FormValue("end"), r.FormValue("step"))
		case strings.Contains(query, "traces_service_graph"):
			fmt.Fprintf(w, `{"status":"success","data":{"resultType":"vector","result":[{"metric":{"client":"gateway","server":"server-of-%s"},"value":[%d,"2"]}]}}`, name, time.Now().Unix())
		case strings.HasSuffix(r.URL.Path, "/query"):
			fmt.Fprintf(w, `{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[%d,%q]}]}}`, time.Now().Unix(), who)
		default:
			fmt.Fprint(w, `{"status":"success","data":[]}`)
		}
	})
}

// pageAlone runs the role ui of the documentation's file, changed, and gives its
// address.
func pageAlone(t *testing.T, seed string, change ...string) string {
	t.Helper()
	changed := seed
	for i := 0; i+1 < len(change); i += 2 {
		if !strings.Contains(changed, change[i]) {
			t.Fatalf("the file has no %q", change[i])
		}
		changed = strings.ReplaceAll(changed, change[i], change[i+1])
	}
	return pageOf(t, keysBoard, changed, "grafana: {grafana.ini: {auth.anonymous: {enabled: true, org_role: Admin}}}\n")
}

func TestEachKeyOfADataSourceChangesWhatIsSeen(t *testing.T) {
	t.Parallel()
	body, err := os.ReadFile("testdata/seed-grafana.yaml")
	if err != nil {
		t.Fatal(err)
	}
	captured, err := os.ReadFile("../ui/waterfall/testdata/envoy-triton-traces.otlp.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	tempo, err := fakesite.NewTempo(captured, time.Now().Add(-time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	first, store, other := httptest.NewTLSServer(telling("prometheus", "1")), httptest.NewTLSServer(tempo), httptest.NewServer(telling("other", "2"))
	for _, s := range []*httptest.Server{first, store, other} {
		s.Config.ErrorLog = log.New(io.Discard, "", 0) // a refused certificate is what is tested
		t.Cleanup(s.Close)
	}
	const end = "              enabled: true\n" // of the seed, whose last key this is
	seed := strings.Replace(string(body), end, end+"        - {name: other, type: prometheus, isDefault: IS_OTHER, url: "+other.URL+", jsonData: {timeInterval: 5s}}\n", 1)
	seed = strings.NewReplacer("http://supersonic-prometheus-server:9090", first.URL, "http://supersonic-tempo:3100", store.URL).Replace(seed)
	on := pageAlone(t, seed, "IS_OTHER", "false")
	off := pageAlone(t, seed, "isDefault: true", "isDefault: false", "IS_OTHER", "true", "            timeInterval: \"5s\"\n", "",
		`datasourceUid: "prometheus"`, "datasourceUid: other", "              enabled: true\n", "              enabled: false\n")
	noTLS := pageAlone(t, seed, "IS_OTHER", "false", "tlsSkipVerify: true", "tlsSkipVerify: false", "            serviceMap:\n              datasourceUid: \"prometheus\"\n", "")
	browse.Run(t, "sources.mjs", "ON="+on, "OFF="+off, "NOTLS="+noTLS)
}
