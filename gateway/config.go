package gateway

import (
	"context"
	"log/slog"
	"net"
	"time"

	"supersonic/gateway/balance"
	"supersonic/gateway/trace"
	"supersonic/internal/listen"
)

// Config says what a gateway does.
type Config struct {
	Pod       string // this gateway's name: service.name of its spans and `client` of its edges
	Namespace string // k8s.namespace.name of its spans
	Release   string // shown by /server_info
	Version   string // of the binary, in spans and /server_info; "" is "dev"

	Listener listen.Address // where clients connect; not used if Deps.Listener is given
	Admin    listen.Address // stats and readiness, Envoy's 9901

	Policy         string        // LEAST_REQUEST (also ""), ROUND_ROBIN, RANDOM; RING_HASH and MAGLEV act as RANDOM
	Sampling       float64       // share of requests traced when the caller did not decide, 0..1
	KeepFailed     bool          // keep the ingress span of every failed call, sampled or not
	KeepSlowerThan time.Duration // keep the ingress span of every call that took as long; 0: off
	RouteTimeout   time.Duration // longest life of a call; 0: no limit
	Collector      string        // host:port for OTLP over gRPC; "" and no Deps.Export: no tracing
	Drain          time.Duration // how long open calls, then the span queue, may take after a stop; 0: 30 s

	ListenerLimit ListenerLimit
	LoadLimit     LoadLimit
}

// ListenerLimit is a token bucket on new connections (Envoy's local rate limit of
// a listener). The zero value is off.
type ListenerLimit struct {
	MaxTokens     int           // size of the bucket, full at start; 0: off
	TokensPerFill int           // tokens added every FillInterval
	FillInterval  time.Duration // at least 50 ms
}

// LoadLimit refuses RepositoryIndex, the call with which a client joins, while
// the site's load is above Threshold. It needs Deps.Load.
type LoadLimit struct {
	Enabled   bool
	Threshold float64 // in the unit of Deps.Load
}

// Server is a process that runs models, as the resolver sees it.
type Server = balance.Server

// Resolver tells which servers there are. Both methods may be called at any time
// from several goroutines.
type Resolver interface {
	// Servers returns all servers, also those that are not ready. The caller does
	// not change the slice.
	Servers() []Server
	// Changed returns a channel that is closed once Servers no longer returns what
	// it returned when Changed was called.
	Changed() <-chan struct{}
}

// Load is the measure of load that LoadLimit compares.
type Load interface {
	// Load returns the newest value; ok is false if there is none.
	Load(ctx context.Context) (value float64, ok bool)
}

// SpanExporter hands spans to whoever keeps them.
type SpanExporter = trace.SpanExporter

// Random is a source of random bits. It need not be safe for concurrent use: a
// gateway calls it under a lock, two or three times a call (trace.Sampler).
type Random = trace.Random

// Deps is what a gateway is given to do it with.
type Deps struct {
	Log     *slog.Logger // nil: silent
	Servers Resolver     // required
	// Listener is the public port, taken already: replicas of one site share a
	// port that stack deals out. It belongs to the gateway once New succeeded.
	// nil: New takes Config.Listener.
	Listener net.Listener
	Export   SpanExporter     // nil: OTLP/gRPC to Config.Collector
	Load     Load             // nil: LoadLimit must be off
	Random   Random           // of trace and span ids; nil: the runtime's seeded generator
	Now      func() time.Time // nil: time.Now
}
