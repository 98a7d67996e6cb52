package ui

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/ui/payload"
)

func TestATraceIsAskedOfTheDataSourceThatTheAddressNames(t *testing.T) {
	w := newWorld(t, func(c *Config) {
		c.DataSources = append(c.DataSources, DataSource{Name: "second", Type: TypeTempo, URL: c.DataSources[1].URL, NodeGraph: true})
	})
	id := w.tempo.IDs()[0]
	f := func(query, from string, graph bool) {
		t.Helper()
		if got := ask[payload.Trace](w, "/api/traces/"+id+query); got.DataSource != from || got.NodeGraph != graph {
			t.Errorf("%s: from %q, node graph %v", query, got.DataSource, got.NodeGraph)
		}
	}
	f("", "tempo", false)
	f("?ds=second", "second", true)
	f("?ds="+DataSource{Name: "second"}.uid(), "second", true)
	for query, says := range map[string]string{"?ds=none": `no data source \"none\"`, "?ds=prometheus": "not tempo"} {
		if resp, body := w.do(http.MethodGet, "/api/traces/"+id+query); resp.StatusCode/100 != 4 || !strings.Contains(body, says) {
			t.Errorf("%s: %s %s", query, resp.Status, body)
		}
	}
}

func TestATraceIsDownloadedAsTheSpansThatTheStoreHas(t *testing.T) {
	w := newWorld(t)
	id := w.tempo.IDs()[0]
	resp, body := w.do(http.MethodGet, "/api/traces/"+id+"/otlp")
	if !strings.Contains(resp.Header.Get("Content-Disposition"), id+".otlp.json") {
		t.Error(resp.Header)
	}
	td, err := (&ptrace.JSONUnmarshaler{}).UnmarshalTraces([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	text := func(td ptrace.Traces) string {
		b, err := (&ptrace.JSONMarshaler{}).MarshalTraces(td)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	if diff := cmp.Diff(text(w.tempo.Trace(id)), text(td)); diff != "" {
		t.Error(diff)
	}
	if resp, body := w.do(http.MethodGet, "/api/traces/1/otlp"); resp.StatusCode != 404 || !strings.Contains(body, "retention") {
		t.Errorf("%s %s", resp.Status, body)
	}
}
