package site

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWhatTheTraceStoreGoesByIsAValuesFileWithoutSecrets(t *testing.T) {
	s := load(t, `
tempo:
  tempo:
    retention: 3d
    ingester: {max_block_bytes: 1}
    receivers: {otlp: {protocols: {grpc: null}}}
    metricsGenerator:
      remoteWriteUrl: http://user:hunter2@prom:9090/api/v1/write
      registry: {external_labels: {site: a}}
      processor: {service_graphs: {dimensions: [model, "a b"]}, span_metrics: {filter_policies: [{include: {match_type: strict, attributes: [{key: kind, value: SPAN_KIND_SERVER}]}}]}}
    overrides: {defaults: {metrics_generator_remote_write_headers: {Authorization: hunter2}, metrics_generator: {remote_write_headers: {X: hunter2}}}}
local: {traces: {retentionSize: 50Gi}}
`, Options{})
	text, err := s.TraceStoreText()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"retention: 72h0m0s", "retentionSize: 50Gi", "grpc: null", "user:xxxxx@prom:9090", `[model, a b]`, "value: SPAN_KIND_SERVER", "site: a", "(hidden)", "maxTraceSpans: 100000"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	for _, no := range []string{"hunter2", "ingester"} {
		if strings.Contains(text, no) {
			t.Errorf("%q in\n%s", no, text)
		}
	}
	path := filepath.Join(t.TempDir(), "values.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	again, err := Load(Options{Files: []string{path}})
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	second, err := again.TraceStoreText()
	if want := strings.ReplaceAll(text, " # (hidden)", ""); err != nil || second != want {
		t.Errorf("%v: loaded again it says\n%s\nand said\n%s", err, second, want)
	}
}

func TestAPasswordIsTakenOutOfAURLAlone(t *testing.T) {
	for text, want := range map[string]string{
		"http://u:p@h/x": "http://u:xxxxx@h/x", "http://u@h": "http://u@h", "a:b@c": "a:b@c", "%zz": "%zz", "": "",
	} {
		if got := withoutPassword(text); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}
