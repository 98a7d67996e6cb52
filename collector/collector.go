package collector

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/collector/service"

	"supersonic/internal/listen"
)

// Config says what the collector does.
type Config struct {
	// Config is the collector's own configuration, merged, with the addresses of
	// the site in place; it may hold ${env:NAME}. It is not changed.
	Config map[string]any
	// Key is the path of values.yaml at which Config stands. Empty:
	// "opentelemetry-collector.config".
	Key string
	// MetricsAddr serves /metrics: the collector's own telemetry.
	MetricsAddr listen.Address
	// Env is what ${env:NAME} means, before the environment of the process.
	Env map[string]string
	// WeightProcessor puts supersonic_weight first into each pipeline of traces.
	WeightProcessor bool
	// WeightWait is how long a span without `th` waits for its trace's ingress. 0: 10 s.
	WeightWait time.Duration
	// Drain bounds a stop: receivers, flush, exporters together. 0: 15 s.
	Drain time.Duration
	// Origin tells where a key of values.yaml was written, "values.yaml:31:5", or
	// "" if no file says it. nil: no error names a line.
	Origin func(keyPath string) string
}

// Deps is what the collector is given.
type Deps struct {
	Log *slog.Logger
}

// Collector is a built collector: validated, its ports taken, not yet serving.
type Collector struct {
	cfg      Config
	log      *slog.Logger
	tel      *telemetrySet
	metrics  net.Listener
	ports    *ports
	svc      *service.Service
	failures chan error // fatal errors that components report while running
	ready    atomic.Bool

	once sync.Once // Run or Close, whichever comes first
}

// New validates cfg with the collector's own rules, builds all components and
// takes all ports. What it refuses carries the collector's own message, the key,
// the line of the user's file where that can be told, and a hint.
func New(cfg Config, deps Deps) (*Collector, error) {
	cfg = cfg.withDefaults()
	c := &Collector{cfg: cfg, log: deps.Log, failures: make(chan error, 16)}
	var err error
	if c.metrics, err = listen.TCP(cfg.MetricsAddr); err != nil {
		return nil, fmt.Errorf("collector's own metrics: %w", err)
	}
	if err := c.build(); err != nil {
		c.metrics.Close()
		return nil, err
	}
	return c, nil
}

// Check validates cfg as New does and takes no port.
func Check(cfg Config, deps Deps) error {
	cfg = cfg.withDefaults()
	c := &Collector{cfg: cfg, log: deps.Log, failures: make(chan error, 16)}
	l, err := newLoader(cfg, cfg.MetricsAddr.Addr)
	if err != nil {
		return err
	}
	if c.tel, err = newTelemetry(false); err != nil { // the user's readers would listen
		return err
	}
	loaded, err := l.load(context.Background(), c.factories, nil)
	if err != nil {
		return err
	}
	if c.svc, err = c.assemble(context.Background(), loaded); err != nil {
		return l.explain(err)
	}
	return c.svc.Shutdown(context.Background())
}

func (cfg Config) withDefaults() Config {
	if cfg.Key == "" {
		cfg.Key = "opentelemetry-collector.config"
	}
	if cfg.WeightWait <= 0 {
		cfg.WeightWait = 10 * time.Second
	}
	if cfg.Drain <= 0 {
		cfg.Drain = 15 * time.Second
	}
	return cfg
}

// build loads the configuration, takes its ports and makes the service. The map is
// loaded a second time if a port 0 became a number.
func (c *Collector) build() error {
	ctx := context.Background()
	l, err := newLoader(c.cfg, c.metrics.Addr().String())
	if err != nil {
		return err
	}
	if c.tel, err = newTelemetry(l.userReaders); err != nil {
		return err
	}
	loaded, err := l.load(ctx, c.factories, nil)
	if err != nil {
		return err
	}
	if c.ports, err = takePorts(loaded, l.origin); err != nil {
		return err
	}
	if len(c.ports.chosen) > 0 {
		if loaded, err = l.load(ctx, c.factories, c.ports.chosen); err != nil {
			c.ports.release()
			return err
		}
	}
	if c.svc, err = c.assemble(ctx, loaded); err != nil {
		c.ports.release()
		return l.explain(err)
	}
	return nil
}

// MetricsAddr is where /metrics is served, after port 0.
func (c *Collector) MetricsAddr() net.Addr { return c.metrics.Addr() }

// Addrs tells the address of each listener of the running pipelines by its key in
// the collector's configuration, "receivers.otlp.protocols.grpc.endpoint", after
// port 0.
func (c *Collector) Addrs() map[string]string { return c.ports.addrs() }

// Ready tells whether every component has started and none has stopped.
func (c *Collector) Ready() bool { return c.ready.Load() }

// Close gives back the ports of a Collector that will not Run. After Run it does
// nothing.
func (c *Collector) Close() error {
	var err error
	c.once.Do(func() {
		c.ports.release()
		err = errors.Join(c.metrics.Close(), c.svc.Shutdown(context.Background()))
	})
	return err
}

// Run starts the pipelines and serves until ctx ends or a component fails. Then
// receivers stop, what is held or queued is flushed to the exporters, and Run
// returns: nil after a clean stop. It is called once.
func (c *Collector) Run(ctx context.Context) error {
	err := errors.New("collector: Run after Run or Close")
	c.once.Do(func() { err = c.run(ctx) })
	return err
}

func (c *Collector) run(ctx context.Context) error {
	serving, stopMetrics := context.WithCancel(context.WithoutCancel(ctx))
	metricsEnd := make(chan error, 1)
	go func() {
		metricsEnd <- listen.ServeHTTP(serving, c.metrics, listen.HTTPServer(c.tel.handler()), time.Second)
	}()
	c.ports.release()
	err := c.svc.Start(context.WithoutCancel(ctx))
	if err != nil {
		err = c.ports.explain(err)
	} else {
		c.ready.Store(true)
		c.log.Info("collector serves", "addresses", c.ports.addrs(), "metrics", c.metrics.Addr().String())
		err = c.wait(ctx, metricsEnd)
	}
	c.ready.Store(false)
	err = errors.Join(err, c.stop(ctx))
	stopMetrics()
	return errors.Join(err, <-metricsEnd)
}

// wait returns when ctx ends (nil), a component fails or /metrics cannot be served.
func (c *Collector) wait(ctx context.Context, metricsEnd chan error) error {
	select {
	case <-ctx.Done():
		return nil
	case err := <-c.failures:
		return fmt.Errorf("a component of the collector failed: %w", err)
	case err := <-metricsEnd:
		metricsEnd <- nil
		return err
	}
}

// stop shuts the service down. Components that ignore the limit are left behind
// and named by the error: the process is about to end.
func (c *Collector) stop(ctx context.Context) error {
	limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.cfg.Drain)
	defer cancel()
	stopped := make(chan error, 1)
	go func() { stopped <- c.svc.Shutdown(limit) }()
	for {
		select {
		case err := <-stopped:
			if err != nil {
				return fmt.Errorf("stop the collector: %w", err)
			}
			return nil
		case err := <-c.failures: // nobody may block on us while stopping
			c.log.Debug("component failed while stopping", "error", err)
		case <-limit.Done():
			return c.overdue(stopped)
		}
	}
}

// overdue gives a shutdown whose context has ended two more seconds to return.
func (c *Collector) overdue(stopped <-chan error) error {
	select {
	case err := <-stopped:
		return err
	case <-time.After(2 * time.Second):
		return fmt.Errorf("the collector did not stop within %s; spans still queued are lost", c.cfg.Drain)
	}
}
