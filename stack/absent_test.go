package stack

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"supersonic/site"
)

// exporters are what the traces and the metrics pipeline export to, and where the
// exporters that they name lead.
func exporters(t *testing.T, values string) (pipelines map[string]any, endpoints map[string]any) {
	t.Helper()
	k := &Stack{site: load(t, t.TempDir(), values), log: quiet()}
	config := k.collectorConfig().Config
	pipelines, endpoints = map[string]any{}, map[string]any{}
	all := config["service"].(map[string]any)["pipelines"].(map[string]any)
	settings := config["exporters"].(map[string]any)
	for _, name := range []string{"traces", "metrics"} {
		list := all[name].(map[string]any)["exporters"]
		pipelines[name] = list
		for _, x := range list.([]any) {
			if s, ok := settings[x.(string)].(map[string]any); ok {
				endpoints[x.(string)] = s["endpoint"]
			}
		}
	}
	return pipelines, endpoints
}

func TestAnExporterToAPartThatIsOffIsReplaced(t *testing.T) {
	for name, c := range map[string]struct {
		values          string
		traces, metrics []any
	}{
		"all on":        {"{}", []any{"otlp", "spanmetrics"}, []any{"prometheusremotewrite"}},
		"no store":      {"tempo: {enabled: false}", []any{"nop", "spanmetrics"}, []any{"prometheusremotewrite"}},
		"no metrics":    {"prometheus: {enabled: false}", []any{"otlp", "spanmetrics"}, []any{"nop"}},
		"two to one":    {"tempo: {enabled: false}\nopentelemetry-collector: {config: {service: {pipelines: {traces: {exporters: [otlp, otlphttp, spanmetrics]}}}}}", []any{"nop", "spanmetrics"}, []any{"prometheusremotewrite"}},
		"one elsewhere": {"tempo: {enabled: false}\nopentelemetry-collector: {config: {exporters: {otlp: {endpoint: \"http://tempo.example.org:4317\"}}}}", []any{"otlp", "spanmetrics"}, []any{"prometheusremotewrite"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, _ := exporters(t, c.values)
			if diff := cmp.Diff(map[string]any{"traces": c.traces, "metrics": c.metrics}, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTheNameOfTheMetricsStoreMeansAnExternalPrometheus(t *testing.T) {
	const values = "prometheus: {external: {enabled: true, url: prom.example.org, port: 8443, scheme: https}}"
	const base = "https://prom.example.org:8443"
	_, endpoints := exporters(t, values)
	if got := endpoints["prometheusremotewrite"]; got != base+"/api/v1/write" {
		t.Errorf("the collector writes to %v", got)
	}
	k := &Stack{site: load(t, t.TempDir(), values), log: quiet()}
	if got, absent := k.resolve(k.site.Values.Tempo.Tempo.MetricsGenerator.RemoteWriteURL); absent || got != base+"/api/v1/write" {
		t.Errorf("the generator writes to %q, absent: %v", got, absent)
	}
	for _, d := range k.dataSources() {
		if d.Type == "prometheus" && d.URL != base {
			t.Errorf("the page reads %s", d.URL)
		}
	}
	if k.site.On(site.PartPrometheus) {
		t.Error("our own store runs beside it")
	}
}

// The chart takes the dashboard with the server map where it has a trace store; one
// elsewhere whose generator writes to the page's Prometheus has the map as well.
func TestTheHomeDashboardHasTheServerMapWhereATraceStoreIs(t *testing.T) {
	for name, c := range map[string]struct {
		values string
		want   bool
	}{
		"ours":         {"{}", true},
		"none":         {"tempo: {enabled: false}", false},
		"no collector": {"opentelemetry-collector: {enabled: false}", false},
		"elsewhere": {"tempo: {enabled: false}\nopentelemetry-collector: {enabled: false}\n" +
			`grafana: {datasources: {a.yaml: {datasources: [{name: Traces, type: tempo, url: "http://tempo.example.org:3200"}]}}}`, true},
	} {
		k := &Stack{site: load(t, t.TempDir(), c.values), log: quiet()}
		if got := k.boards().WithMap; got != c.want {
			t.Errorf("%s: with the server map %v, want %v", name, got, c.want)
		}
	}
}
