package gateway

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"time"

	"supersonic/gateway/balance"
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
	Drain          time.Duration // how long open calls, then the span queue, may take after a stop

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

// Random is a source of random bits, safe for concurrent use or not: a gateway
// calls it under a lock.
type Random interface{ Uint64() uint64 }

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

// Gateway is one pod of the front door. New makes it, Run serves once.
type Gateway struct {
	cfg    Config
	deps   Deps
	public net.Listener
	admin  net.Listener
}

// New checks cfg and takes both ports. It starts no goroutine.
func New(cfg Config, deps Deps) (*Gateway, error) {
	g := &Gateway{cfg: cfg, deps: deps, public: deps.Listener}
	var err error
	if g.public == nil {
		if g.public, err = listen.TCP(cfg.Listener); err != nil {
			return nil, fmt.Errorf("gateway %s: %w", cfg.Pod, err)
		}
	}
	if g.admin, err = listen.TCP(cfg.Admin); err != nil {
		if deps.Listener == nil {
			g.public.Close()
		}
		return nil, fmt.Errorf("gateway %s: %w", cfg.Pod, err)
	}
	return g, nil
}

// Addr is the address that clients connect to.
func (g *Gateway) Addr() net.Addr { return g.public.Addr() }

// AdminAddr is the address of stats and readiness.
func (g *Gateway) AdminAddr() net.Addr { return g.admin.Addr() }

// Run serves until ctx ends, lets open calls finish for Config.Drain, hands over
// the spans that are still queued and returns nil. Call it once.
func (g *Gateway) Run(ctx context.Context) error {
	<-ctx.Done()
	g.public.Close()
	return g.admin.Close()
}
