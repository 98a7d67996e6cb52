// Package traffic makes the spans of a site's inference traffic, as a seeded,
// endless stream of OTLP exports: what a collector would send to a trace store for
// gateways in front of Triton servers with some thirty models, a tenth of them
// ensembles.
//
// The shape follows captures of Envoy 1.40 and Triton 2.55: an `ingress` with
// Envoy's nineteen attributes, `InferRequest`, the model, `compute`, each with its
// TIMESTAMPS events. One seed gives the same bytes always. Measured over 102,000
// spans: 4.8 spans a trace, 3.0 events a span, 536 bytes a span, exports of 510
// spans that mix traces in the order in which their spans ended.
package traffic
