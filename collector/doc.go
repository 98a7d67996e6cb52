// Package collector is the OpenTelemetry Collector as a role: the official
// collector v0.158.0 used as a library, fed with the `config:` of the user's
// values.yaml. It is the only importer of go.opentelemetry.io/collector's service,
// receivers, processors, exporters, connectors and extensions.
//
// It adds three things and changes nothing else: the processor supersonic_weight
// (see weight.go), its own address for /metrics, and errors that name the line of
// the user's file. It knows neither values.yaml nor the other roles: `stack` hands
// it the merged map, with the site's names already replaced by addresses.
//
// # What the chart's text means here
//
// The upstream chart pins collector 0.120; its text runs unedited on 0.158:
//   - service.telemetry.metrics.address is taken out (0.158 has no such key): our
//     Config.MetricsAddr serves the same series. A prometheus receiver that scrapes
//     that address is pointed to ours. `readers` of the user are honoured besides.
//   - Types that were renamed keep their old name as an alias: the exporters otlp
//     (otlp_grpc), otlphttp (otlp_http) and prometheusremotewrite
//     (prometheus_remote_write), the connectors spanmetrics (span_metrics) and
//     servicegraph (service_graph).
//   - service.telemetry.logs.level is honoured; where logs go is ours to say. What
//     the collector logs at Info comes at Debug, but for the `debug` exporter,
//     whose output is what the user asked for, and exports that failed and are
//     tried again, which are warnings. Warnings that a name is deprecated come at
//     Debug: the chart's own text makes four.
//   - ${env:NAME} and ${NAME} are resolved from Config.Env, then the environment;
//     ${file:PATH} and ${yaml:TEXT} work; http and other schemes are refused.
//
// `processors.supersonic_weight.enabled: false` turns our processor off; wait,
// remember, max_spans, max_bytes and max_traces are its other keys.
//
// spanmetrics of 0.158 weighs calls, sums and buckets by `ot=th` always, without
// an option, rounding each weight to a whole number at random (its mean is right).
// Its exemplars and its events counter are weighed likewise or not at all, as
// upstream does.
//
// # Life
//
// New validates, builds every component and takes every port that the running
// pipelines will need (so that a busy one names its key); Run gives each port to its
// component just before that starts. A connection made between New and Run is
// reset. Run stops the receivers first, then lets processors and exporters flush,
// bounded by Config.Drain.
//
// # What stays global
//
// No signal is taken, neither gRPC's logger nor otel's tracer, meter and error
// handler are set, no feature gate is changed. Of the embedded libraries these
// package-level things remain: otel's text-map propagator, set only if the file
// configures service.telemetry.traces; the featuregate registry, read only; maps of
// shared receivers and extensions keyed by configuration pointer (otlp receiver,
// memory limiter), which two collectors do not share; random-number pools of
// spanmetrics.
//
// A Collector is safe for concurrent use; Run is called once.
package collector
