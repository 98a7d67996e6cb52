// Package trace makes the sampling decision of each call and its ingress span.
//
// # One decision
//
// Sampler decides when a call arrives, from its traceparent or by its own random
// id, and says which headers go upstream: traceparent and tracestate for a sampled
// call, neither for any other, because Triton traces whatever carries a context,
// its flag notwithstanding.
//
//   - No valid traceparent (none, malformed, or more than one): 16 random bytes,
//     sampled iff their last 56 bits reach the threshold. Flags 03. A tracestate
//     that came along loses its own `ot` member, other members are kept.
//   - Caller 01: id, tracestate and flags as they came, the ingress span becomes
//     the parent. Without a valid `th` the span weighs 1, and is counted.
//   - Caller 00: as not sampled.
//   - No collector: nothing is decided, contexts pass as they came, no spans.
//
// # The span
//
// Recorder takes every finished call and keeps the sampled, the failed (any status
// but OK, and clients that went away) and the slow. Only then a span is built, in
// the exporter's goroutine. Its attributes are Envoy's, in Envoy's order, then
// ours of internal/attr. Its status is Error, and the attribute `error` set, for the
// codes that OpenTelemetry calls a server's fault (UNKNOWN, DEADLINE_EXCEEDED,
// UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS), and when the client was gone;
// Envoy leaves the status of the last unset. Times are in nanoseconds.
//
// Failed and slow spans state th:0 and repeat what was sent upstream in
// supersonic.head_threshold; where a caller sampled without a th, that says "0".
//
// # Export
//
// One goroutine sends batches of up to 512 spans, or what came in 200 ms. The
// queue holds 32,768 calls; a call that finds it full loses its span, counted. A
// batch is tried again, with back-off, for up to a minute where OTLP says that it
// may be; then it is lost, counted. At the stop the queue is emptied in the time
// that Close is given. The exporter's own calls carry no context and make no span.
package trace
