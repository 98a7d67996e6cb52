// Package attr holds the span attribute and event names that one role writes and
// another reads. They are a wire format: changing one is a breaking change.
package attr

// Attributes of an `ingress` span, beside those that Envoy sends.
const (
	// PeerService is the server pod that the gateway chose (string). With it a
	// stock Tempo draws a virtual edge even when the server kept no span.
	PeerService = "peer.service"
	// ModelName and ModelVersion are the names that Triton's own spans use
	// (string and int; the version only if the client asked for one).
	ModelName    = "triton.model_name"
	ModelVersion = "triton.model_version"
	// UpstreamNanos is the time from the choice of a server to the last byte of
	// its answer, as the gateway measured it (int, nanoseconds).
	UpstreamNanos = "supersonic.upstream_ns"
	// HeadThreshold repeats the `th` that was sent upstream when the span's own
	// probability differs from it (string, hex digits); absent: nothing was sent.
	HeadThreshold = "supersonic.head_threshold"
	// KeptFor says why a span that the head did not sample was kept: "failed" or
	// "slow" (string).
	KeptFor = "supersonic.kept_for"
	// ThAssumed marks a span whose weight was not known in time and was taken as
	// one (bool).
	ThAssumed = "supersonic.weight_assumed"
)

// Span names of a request's life.
const (
	Ingress      = "ingress"
	InferRequest = "InferRequest"
	Compute      = "compute"
)

// Events of an `ingress` span: the gateway's own phases.
const (
	EventServerChosen  = "SERVER_CHOSEN"  // a server was picked and the call opened to it
	EventRequestSent   = "REQUEST_SENT"   // the last byte of the request was handed on
	EventResponseStart = "RESPONSE_START" // the first byte of the answer came
	EventResponseEnd   = "RESPONSE_END"   // the server's status came
)
