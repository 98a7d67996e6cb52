package gateway

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"supersonic/gateway/admin"
	"supersonic/gateway/admit"
	"supersonic/gateway/balance"
	"supersonic/gateway/relay"
	"supersonic/gateway/trace"
	"supersonic/internal/listen"
)

// Gateway is one pod of the front door. New makes it, Run serves once.
type Gateway struct {
	cfg      Config
	deps     Deps
	public   net.Listener
	admin    net.Listener
	registry *prometheus.Registry
	pool     *balance.Pool
	names    *relay.Names
	recorder *trace.Recorder
	gate     *admit.LoadGate // nil: open
	relay    *relay.Relay
	draining atomic.Bool
}

// New checks cfg and takes both ports. It starts no goroutine. If it fails it has
// given back what it took; Deps.Listener stays the caller's then.
func New(cfg Config, deps Deps) (*Gateway, error) {
	fill(&cfg, &deps)
	if err := cfg.check(deps); err != nil {
		return nil, fmt.Errorf("gateway %s: %w", cfg.Pod, err)
	}
	g := &Gateway{cfg: cfg, deps: deps, registry: prometheus.NewRegistry(), names: relay.NewNames()}
	var err error
	if g.pool, err = balance.New(cfg.Policy); err != nil {
		return nil, fmt.Errorf("gateway %s: %w (set by envoy.loadBalancerPolicy)", cfg.Pod, err)
	}
	if g.deps.Export == nil && cfg.Collector != "" {
		if g.deps.Export, err = trace.NewOTLP(cfg.Collector, cfg.Version); err != nil {
			return nil, fmt.Errorf("gateway %s: %w", cfg.Pod, err)
		}
	}
	if err := g.listen(); err != nil {
		if deps.Export == nil && g.deps.Export != nil {
			g.deps.Export.Close()
		}
		return nil, fmt.Errorf("gateway %s: %w", cfg.Pod, err)
	}
	g.assemble()
	return g, nil
}

// defaultDrain is what Kubernetes gives a pod between SIGTERM and SIGKILL.
const defaultDrain = 30 * time.Second

// fill puts in the defaults.
func fill(cfg *Config, deps *Deps) {
	if cfg.Version == "" {
		cfg.Version = "dev"
	}
	if cfg.Drain <= 0 {
		cfg.Drain = defaultDrain
	}
	if deps.Log == nil {
		deps.Log = slog.New(slog.DiscardHandler)
	}
	if deps.Now == nil {
		deps.Now = time.Now
	}
}

func (c *Config) check(deps Deps) error {
	switch l := c.ListenerLimit; {
	case c.Pod == "":
		return errors.New("it has no pod name")
	case deps.Servers == nil:
		return errors.New("it has no resolver of servers")
	case !(c.Sampling >= 0 && c.Sampling <= 1):
		return fmt.Errorf("envoy.tracing_sampling_rate %v: not a share between 0 and 1 (0.01 traces one call of a hundred)", c.Sampling)
	case c.RouteTimeout < 0:
		return fmt.Errorf("envoy.grpc_route_timeout %v: negative (0s is no limit)", c.RouteTimeout)
	case l.MaxTokens < 0, l.MaxTokens > 0 && l.TokensPerFill <= 0:
		return fmt.Errorf("envoy.rate_limiter.listener_level: max_tokens %d, tokens_per_fill %d: both must be above 0", l.MaxTokens, l.TokensPerFill)
	case l.MaxTokens > 0 && l.FillInterval < 50*time.Millisecond:
		return fmt.Errorf("envoy.rate_limiter.listener_level.fill_interval %v: at least 50ms, as Envoy has it", l.FillInterval)
	case c.LoadLimit.Enabled && deps.Load == nil:
		return errors.New("envoy.rate_limiter.prometheus_based is on, but there is no source of the load (is prometheus enabled?)")
	}
	return nil
}

// listen takes the ports.
func (g *Gateway) listen() (err error) {
	if g.public = g.deps.Listener; g.public == nil {
		if g.public, err = listen.TCP(g.cfg.Listener); err != nil {
			return err
		}
	}
	if g.admin, err = listen.TCP(g.cfg.Admin); err != nil {
		if g.deps.Listener == nil {
			g.public.Close()
		}
		return err
	}
	if l := g.cfg.ListenerLimit; l.MaxTokens > 0 {
		g.public = admit.Listener(g.public, admit.Limit(l), g.deps.Now, g.registry)
	}
	return nil
}

// assemble makes the parts, which cannot fail.
func (g *Gateway) assemble() {
	g.recorder = trace.NewRecorder(trace.Options{
		Export:     g.deps.Export,
		Resource:   trace.Resource{Pod: g.cfg.Pod, Namespace: g.cfg.Namespace, Version: g.cfg.Version},
		KeepFailed: g.cfg.KeepFailed,
		KeepSlower: g.cfg.KeepSlowerThan,
		Registry:   g.registry,
		Log:        g.deps.Log,
	})
	o := relay.Options{
		Pool:         g.pool,
		Sampler:      trace.NewSampler(g.deps.Export != nil, g.cfg.Sampling, g.deps.Random),
		Recorder:     g.recorder,
		Names:        g.names,
		RouteTimeout: g.cfg.RouteTimeout,
		Registry:     g.registry,
		Log:          g.deps.Log,
		Now:          g.deps.Now,
	}
	if g.cfg.LoadLimit.Enabled {
		g.gate = admit.NewLoadGate(g.deps.Load, g.cfg.LoadLimit.Threshold, g.deps.Now)
		o.Gate = g.gate
	}
	g.relay = relay.New(o)
}

// Addr is the address that clients connect to.
func (g *Gateway) Addr() net.Addr { return g.public.Addr() }

// AdminAddr is the address of stats and readiness.
func (g *Gateway) AdminAddr() net.Addr { return g.admin.Addr() }

// Run serves until ctx ends, lets open calls finish for Config.Drain, hands over
// the spans that are still queued, again for at most Config.Drain, and returns
// nil. Call it once.
func (g *Gateway) Run(ctx context.Context) error {
	// What serves calls outlives ctx until the last call has ended.
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var parts sync.WaitGroup
	background, stopBackground := context.WithCancel(running)
	parts.Go(func() { g.follow(background) })
	if g.gate != nil {
		parts.Go(func() { g.gate.Run(background) })
	}
	adminFailed := make(chan error, 1)
	adminCtx, stopAdmin := context.WithCancel(running)
	go func() { adminFailed <- g.serveAdmin(adminCtx) }()
	export, cutExport := context.WithCancel(running)
	exported := make(chan struct{})
	go func() { g.recorder.Run(export); close(exported) }()

	served, stopServing := context.WithCancel(ctx)
	defer context.AfterFunc(served, func() { g.draining.Store(true) })()
	relayed := make(chan error, 1)
	go func() { relayed <- g.relay.Serve(served, g.public, g.cfg.Drain) }()

	var err, adminErr error
	select {
	case err = <-relayed:
		stopServing()
	case adminErr = <-adminFailed:
		stopServing()
		err = <-relayed
	}
	stopBackground()
	parts.Wait()
	g.recorder.Stop()
	late := time.AfterFunc(g.cfg.Drain, cutExport)
	<-exported
	late.Stop()
	cutExport()
	stopAdmin()
	if adminErr == nil {
		adminErr = <-adminFailed
	}
	return errors.Join(err, adminErr)
}

func (g *Gateway) serveAdmin(ctx context.Context) error {
	s := listen.HTTPServer(admin.Handler(admin.Options{
		Info: admin.Info{
			Pod: g.cfg.Pod, Namespace: g.cfg.Namespace, Release: g.cfg.Release, Version: g.cfg.Version, Started: g.deps.Now(),
		},
		Pool:     g.pool,
		Registry: g.registry,
		Draining: g.draining.Load,
	}))
	return listen.ServeHTTP(ctx, g.admin, s, time.Second)
}
