// Package generator makes the series that Tempo's metrics generator makes, name
// for name, from the spans that the trace store acknowledged, and writes them to
// a Prometheus by remote write (protocol 1): traces_service_graph_*,
// traces_spanmetrics_*, traces_target_info and traces_host_info.
//
// The store calls [Generator.Consume] after its spans are on disk. The generator
// knows no store. Counters begin at zero with the process; only pushes that the
// receiver did not take yet outlive it, on disk.
//
// # Weights
//
// A span that was sampled with probability p stands for 1/p spans; its weight is
// added unrounded to counters, counts and buckets, and weight times value to sums
// (docs: design, "Sampling"). A span without a `th` of its own takes the head
// threshold of its trace, from the ingress span or, where there is none, the root.
// span metrics wait [Config.Wait] for that and then count 1; an edge that pairs
// takes what is known when it pairs. Each weight that is assumed is counted with
// its reason.
//
// # Edges of calls through our gateway
//
// An ingress span with peer.service of an inference call is an edge at once:
// request_total, request_failed_total and client_seconds need nobody else. What
// failed is what the span's status says, or Envoy's mark error="true".
// server_seconds is the duration of the InferRequest span whose parent it is. When
// none came in time it is the upstream time that the gateway measured, and that is
// counted.
//
// The observation of server_seconds has the weight of the call, so that its count
// equals request_total, always (but for calls that took more than [longest] by all
// clocks). The weight of InferRequest differs from it for failed and slow calls alone:
// all of those are kept, with weight 1, while their server spans are there only if the
// head sampled them. To take the server span's weight where there is one, and the
// upstream time where there is none, would count such calls twice.
//
// A stream is one call with an InferRequest a message. Its observation is the time
// in which at least one of them was open (their union), made [Config.Wait] after
// the ingress span, which comes when the stream ends. Server spans wait for an
// ingress no longer than that: a stream that lasts longer counts the messages of
// its end.
//
// # Other edges
//
// Everything else, a foreign Envoy included, is paired as Tempo does: CLIENT with
// the SERVER span whose parent it is, PRODUCER with CONSUMER, at the larger of the
// two weights; database clients at once; a client with a peer attribute whose
// server never shows, and a SERVER root, with a virtual node. A virtual node has no
// seconds of its own side. An InferRequest without a parent is no root: Triton
// lost its context, and the proxy's span has counted the call.
//
// Only spans that can have a partner wait. One whose parent is known and calls
// nobody, as Triton's model and compute spans, is inner to its service.
//
// # Pushes
//
// Changed series are pushed each second, quiet ones each 15 s, ended by a stale
// marker after 15 min and at a clean stop. Time stamps are multiples of the
// interval. A new series begins with samples of 0 (see zeros), as does each series
// after a restart: for PromQL that is a counter reset, and nothing is lost.
//
// Each push goes through a queue, a file each (see encodeSegment), and is gone when
// the receiver took it or refused it for good (4xx): that is counted, and logged
// once. A receiver that is down is tried again with growing pauses, or those it
// asks for, and meanwhile only heartbeats are queued. The queue is bounded: the
// oldest go, counted. Files are synced when they have to wait. Tempo's label
// __metrics_gen_instance is left out unless configured: a site has one generator.
//
// # Bounds
//
// Each table of what waits, what is remembered of spans, and the number of series
// have limits in [Config]. Beyond the last, observations go to series labelled
// metric_overflow; beyond the others what waits longest is settled early, or what
// is oldest forgotten. All of it is counted.
//
// # Concurrency
//
// Consume may be called from anywhere; a lock lets one batch in at a time, and it
// works on the batch in place and keeps nothing of it. Collecting takes the same
// lock, for 2,000 series at a time. One goroutine beside Run sends. Under
// testing/synctest every wait is exact.
package generator
