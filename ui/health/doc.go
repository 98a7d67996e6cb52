// Package health looks after the roles of a site: is each there, and what became
// of the spans that it handled; and after the data sources of the page. It reads the metrics that every role serves in
// Prometheus's text format, ours by their fate, the collector's, Tempo's and
// Envoy's by their own names, so that the page tells the same story over each.
package health
