package collector

import (
	"bytes"
	"net/http"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/internal/attr"
)

// What a real Envoy 1.40 and Triton 2.51 sent goes through whole, in whatever order
// it came, and says of no trace that it waited in vain but of those without ingress.
func TestCapturedTracesGoThroughWhole(t *testing.T) {
	raw, err := os.ReadFile("testdata/envoy-triton-traces.otlp.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	store := newTraceSink()
	_, prometheus := newWriteSink(t)
	r := start(t, site(t, "otlp", store.serveGRPC(t), prometheus))
	url := "http://" + r.addr("receivers.otlp.protocols.http.endpoint") + "/v1/traces"
	sent := map[pcommon.SpanID]string{}
	of, ingress := map[pcommon.SpanID]pcommon.TraceID{}, map[pcommon.TraceID]bool{}
	for line := range bytes.Lines(raw) {
		var u ptrace.JSONUnmarshaler
		td, err := u.UnmarshalTraces(line)
		if err != nil {
			t.Fatal(err)
		}
		for _, rs := range td.ResourceSpans().All() {
			for _, ss := range rs.ScopeSpans().All() {
				for _, s := range ss.Spans().All() {
					sent[s.SpanID()] = s.Name() + " " + s.TraceState().AsRaw()
					of[s.SpanID()] = s.TraceID()
					ingress[s.TraceID()] = ingress[s.TraceID()] || s.Name() == attr.Ingress
				}
			}
		}
		resp, err := http.Post(url, "application/json", bytes.NewReader(line))
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Fatal(resp, err)
		}
		resp.Body.Close()
	}
	r.stop()
	got := map[pcommon.SpanID]string{}
	for _, s := range store.spans {
		got[s.SpanID()] += s.Name() + " " + s.TraceState().AsRaw()
		_, assumed := s.Attributes().Get(attr.ThAssumed)
		if has := ingress[of[s.SpanID()]]; assumed == has {
			t.Errorf("%s of a trace with ingress %v: weight assumed %v", s.Name(), has, assumed)
		}
	}
	if diff := cmp.Diff(sent, got); diff != "" {
		t.Errorf("spans (-sent +stored):\n%s", diff)
	}
}
