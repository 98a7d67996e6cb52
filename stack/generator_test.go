package stack

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"supersonic/site"
	"supersonic/traces/generator"
)

// generatorOf is what the generator is told by a file.
func generatorOf(t *testing.T, file string) generator.Config {
	t.Helper()
	path := filepath.Join(t.TempDir(), "values.yaml")
	if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := site.Load(site.Options{Files: []string{path}, DataDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	return generatorConfig(s.Values.Tempo.Tempo)
}

func TestTheGeneratorIsToldWhatTheFileSays(t *testing.T) {
	got := generatorOf(t, `
tempo:
  tempo:
    metricsGenerator:
      metrics_ingestion_time_range_slack: 30s
      registry: {stale_duration: 5m, external_labels: {site: here}, collection_interval: 20s}
      processor:
        service_graphs: {wait: 3s, max_items: 10000, enable_virtual_node_label: true, dimensions: [zone]}
        span_metrics:
          enable_target_info: true
          intrinsic_dimensions: {span_kind: false, service: true}
          histogram_buckets: [0.1, 1]
          dimension_mappings: [{name: which, source_labels: [a, b], join: /}]
          filter_policies: [{include: {match_type: regex, attributes: [{key: name, value: ^Infer}]}, exclude: {match_type: strict, attributes: [{key: span.n, value: 3}]}}]
    overrides:
      defaults:
        metrics_generator_processors: [service-graphs]
        metrics_generator:
          processors: [service-graphs, span-metrics-count, host-info, local-blocks]
          max_active_series: 7000
          collection_interval: 30s
          remote_write_headers: {X-Scope-OrgID: cms}
          generate_native_histograms: both
          processor:
            service_graphs: {dimensions: [rack]}
            span_metrics: {intrinsic_dimensions: {service: false, status_message: true}}
`)
	want := generator.Config{
		ServiceGraphs: true, SpanMetrics: true, HostInfo: true,
		Graph: generator.GraphConfig{Dimensions: []string{"rack"}, VirtualNodeLabel: true},
		Spans: generator.SpanConfig{
			Buckets: []float64{0.1, 1}, NoService: true, NoSpanKind: true, StatusMessage: true, NoLatency: true, NoSize: true, TargetInfo: true,
			Mappings: []generator.DimensionMapping{{Name: "which", Source: []string{"a", "b"}, Join: "/"}},
			Filters: []generator.FilterPolicy{{
				Include: &generator.PolicyMatch{Regex: true, Attributes: []generator.MatchAttribute{{Key: "name", Value: "^Infer"}}},
				Exclude: &generator.PolicyMatch{Attributes: []generator.MatchAttribute{{Key: "span.n", Value: 3}}},
			}},
		},
		Headers: map[string]string{"X-Scope-OrgID": "cms"}, ExternalLabels: map[string]string{"site": "here"}, Histograms: "both",
		Heartbeat: 30 * time.Second, StaleAfter: 5 * time.Minute, Wait: 3 * time.Second, Slack: 30 * time.Second, MaxPending: 10_000, MaxSeries: 7000,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error("(-want +got)", diff)
	}
}

func TestWithoutAWordTheGeneratorHasItsDefaults(t *testing.T) {
	want := generator.Config{ServiceGraphs: true, SpanMetrics: true, Headers: map[string]string{}}
	if diff := cmp.Diff(want, generatorOf(t, "{}")); diff != "" {
		t.Error("(-want +got)", diff)
	}
}
