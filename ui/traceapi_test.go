package ui

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/ui/payload"
	"supersonic/ui/tracefile"
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

// post sends a body as the page does.
func (w *world) post(path, body string) (*http.Response, string) {
	w.t.Helper()
	resp, err := http.Post(w.url+path, "application/json", strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return resp, string(text)
}

func TestAFileOfTracesIsShownWithoutAStore(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.DataSources = nil })
	captured, err := os.ReadFile("waterfall/testdata/envoy-triton-traces.otlp.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	read := func(query string) (file payload.TraceFile) {
		t.Helper()
		resp, body := w.post("/api/traces/read"+query, string(captured))
		if resp.StatusCode != http.StatusOK {
			t.Fatalf("%s: %s", resp.Status, body)
		}
		if err := json.Unmarshal([]byte(body), &file); err != nil {
			t.Fatal(err)
		}
		return file
	}
	all := read("")
	if len(all.Traces) < 10 || all.Trace != nil {
		t.Fatalf("%d traces to choose from", len(all.Traces))
	}
	one := read("?id=" + all.Traces[0].ID)
	if one.Trace == nil || one.Trace.ID != all.Traces[0].ID || len(one.Trace.Spans) != *all.Traces[0].Spans || one.Trace.Growing {
		t.Errorf("%+v", one.Trace)
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	z.Write(captured)
	z.Close()
	if resp, body := w.post("/api/traces/read", packed.String()); resp.StatusCode != http.StatusOK || !strings.Contains(body, all.Traces[0].ID) {
		t.Errorf("a file packed by gzip: %s %.200s", resp.Status, body)
	}
	resp, body := w.post("/api/traces/read?id="+all.Traces[0].ID+"&with="+all.Traces[1].ID, string(captured))
	if resp.StatusCode != http.StatusOK || !strings.Contains(body, `"sentence":"`) {
		t.Errorf("two of a file compared: %s %s", resp.Status, body)
	}
}

func TestAFileThatIsNoTraceIsRefusedWithAHint(t *testing.T) {
	w := newWorld(t)
	f := func(query, body string, status int, says string) {
		t.Helper()
		if resp, got := w.post("/api/traces/read"+query, body); resp.StatusCode != status || !strings.Contains(got, says) || !strings.Contains(got, `"hint":"`) {
			t.Errorf("%.30s: %s %s", body, resp.Status, got)
		}
	}
	f("", "no json", 400, "line 1")
	f("", "{}", 400, "no spans")
	f("", strings.Repeat(" ", tracefile.Limit+1), 413, "larger than 64 MiB")
	f("", "\x1f\x8bno gzip", 400, "unpack the file")
	f("?id=2", `{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"1","spanId":"1"}]}]}]}`, 404, "has no trace")
}

func TestTwoTracesOfTheStoreAreCompared(t *testing.T) {
	w := newWorld(t)
	ids := w.tempo.IDs()
	got := ask[payload.Comparison](w, "/api/traces/"+ids[0]+"/compare/"+ids[1])
	if got.A.ID != ids[0] || got.B.ID != ids[1] || got.Sentence == "" || len(got.Rows) == 0 {
		t.Errorf("%+v", got)
	}
	if resp, _ := w.do(http.MethodGet, "/api/traces/"+ids[0]+"/compare/1"); resp.StatusCode != http.StatusNotFound {
		t.Errorf("with a trace that is not there: %s", resp.Status)
	}
}

func TestTracesToCompareWithAreOfTheSameModelNewestFastestSlowest(t *testing.T) {
	w := newWorld(t)
	id := w.tempo.IDs()[0]
	model := ask[payload.Trace](w, "/api/traces/"+id).Model
	got := ask[payload.Alike](w, "/api/traces/"+id+"/alike")
	if !strings.Contains(got.Query, `"`+model+`"`) || w.tempo.Queries[len(w.tempo.Queries)-1] != got.Query {
		t.Errorf("model %q is asked for by %q", model, got.Query)
	}
	if len(got.Newest) != alikeShown {
		t.Fatalf("%d newest", len(got.Newest))
	}
	if others := len(w.tempo.IDs()) - 1; got.Looked != others || got.More {
		t.Errorf("of %d, more %v; there are %d others", got.Looked, got.More, others)
	}
	for i := 1; i < alikeShown; i++ {
		if got.Newest[i].StartMs > got.Newest[i-1].StartMs || got.Fastest[i].DurationMs < got.Fastest[i-1].DurationMs || got.Slowest[i].DurationMs > got.Slowest[i-1].DurationMs {
			t.Error("not in order")
		}
	}
	for _, b := range append(append(got.Newest, got.Fastest...), got.Slowest...) {
		if b.ID == id {
			t.Error("a trace is offered itself")
		}
	}
}

func TestTracesThatLinkToOneAreSearchedFor(t *testing.T) {
	w := newWorld(t)
	id := w.tempo.IDs()[0]
	if got := ask[payload.LinkedTraces](w, "/api/traces/"+id+"/linked"); got.Query != `{ link:traceID = "`+id+`" }` {
		t.Errorf("%q", got.Query)
	}
}
