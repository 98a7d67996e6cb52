package fakesite

import (
	"fmt"
	"net/http"
)

// Metrics answers like a healthy role with text in Prometheus's format.
func Metrics(text string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4")
		fmt.Fprint(w, text)
	})
}

// Texts of roles' metrics.
const (
	GatewayMetrics = `# TYPE supersonic_gateway_spans_total counter
supersonic_gateway_spans_total{fate="received",reason=""} 1204
supersonic_gateway_spans_total{fate="kept",reason=""} 1200
supersonic_gateway_spans_total{fate="lost",reason="queue full"} 4
# TYPE supersonic_gateway_requests_total counter
supersonic_gateway_requests_total{code="OK"} 12040
`
	CollectorMetrics = `# TYPE otelcol_receiver_accepted_spans_total counter
otelcol_receiver_accepted_spans_total{receiver="otlp",transport="grpc"} 1200
otelcol_receiver_accepted_spans_total{receiver="otlp",transport="http"} 3450
# TYPE otelcol_receiver_refused_spans_total counter
otelcol_receiver_refused_spans_total{receiver="otlp",transport="grpc"} 0
# TYPE otelcol_exporter_sent_spans_total counter
otelcol_exporter_sent_spans_total{exporter="otlp"} 4650
`
	TracesMetrics = `# TYPE supersonic_traces_spans_total counter
supersonic_traces_spans_total{fate="received",reason=""} 4650
supersonic_traces_spans_total{fate="kept",reason=""} 4650
# TYPE supersonic_generator_server_missing_total counter
supersonic_generator_server_missing_total{server="supersonic-triton-0"} 31
supersonic_generator_server_missing_total{server="supersonic-triton-1"} 12
# TYPE supersonic_generator_sampled_calls_total counter
supersonic_generator_sampled_calls_total{server="supersonic-triton-0"} 610
supersonic_generator_sampled_calls_total{server="supersonic-triton-1"} 590
`
)
