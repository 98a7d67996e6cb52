// Package generator makes the series that Tempo's metrics generator makes, name
// for name, from the spans that the trace store acknowledged, and writes them to
// a Prometheus by remote write: traces_service_graph_* and traces_spanmetrics_*.
package generator
