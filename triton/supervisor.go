package triton

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"supersonic/internal/listen"
)

const drain = 2 * time.Second // for scrapes of /metrics that are under way at the end

// Supervisor runs the servers of a site. All methods may be called from any
// goroutine.
type Supervisor struct {
	cfg      Config
	backoff  Backoff
	log      *slog.Logger
	metrics  *metrics
	listener net.Listener
	pods     []*pod

	mu      sync.Mutex // guards what follows
	servers []Server
	changed chan struct{}
	ran     bool
}

// New checks cfg, finds the binary, chooses the ports and opens the supervisor's
// own listener. It starts no process and no goroutine. What is wrong with one pod
// only is told by Servers; what no pod could run with is an error here.
func New(cfg Config, deps Deps) (*Supervisor, error) {
	cfg.Pods = slices.Clone(cfg.Pods)
	if err := cfg.check(); err != nil {
		return nil, fmt.Errorf("triton: %w", err)
	}
	if err := cfg.checkCommand(); err != nil {
		return nil, fmt.Errorf("triton: %w", err)
	}
	s := &Supervisor{
		cfg: cfg, backoff: deps.Backoff.withDefaults(), log: deps.Log, changed: make(chan struct{}),
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	s.metrics = newMetrics(s.Servers)
	if err := s.open(); err != nil {
		return nil, errors.Join(fmt.Errorf("triton: %w", err), s.Close())
	}
	return s, nil
}

// open takes the listener, the ports and the log files.
func (s *Supervisor) open() error {
	if s.cfg.Metrics.Addr == "" {
		s.cfg.Metrics.Addr = "127.0.0.1:0"
	}
	var err error
	if s.listener, err = listen.TCP(s.cfg.Metrics); err != nil {
		return err
	}
	argv := append(slices.Clone(s.cfg.Command), s.cfg.Args...)
	for _, c := range s.cfg.Pods {
		p := &pod{s: s, cfg: c, argv: argv}
		s.pods = append(s.pods, p)
		if p.out, err = openOutput(filepath.Join(s.cfg.DataDir, "triton"), c.Name, s.log); err != nil {
			return err
		}
		for _, a := range []*string{&p.cfg.HTTP, &p.cfg.GRPC, &p.cfg.Metrics} {
			hold, err := choosePort(a)
			if err != nil {
				return fmt.Errorf("pod %s: %w", c.Name, err)
			}
			if hold != nil {
				p.holds = append(p.holds, hold)
			}
		}
		p.probe = newProbe(p.cfg.HTTP)
		p.status = Server{Pod: c.Name, GRPC: p.cfg.GRPC, HTTP: p.cfg.HTTP, Metrics: p.cfg.Metrics, State: Starting, Reason: "not started yet"}
		s.servers = append(s.servers, p.status)
	}
	return nil
}

// Run starts the servers, keeps them running until ctx ends, then stops them: no
// process of theirs is left when it returns. Call it once.
func (s *Supervisor) Run(ctx context.Context) error {
	s.mu.Lock()
	if s.ran {
		s.mu.Unlock()
		return errors.New("triton: Run was called twice")
	}
	s.ran = true
	s.mu.Unlock()
	defer s.closeFiles()

	var wg sync.WaitGroup
	pods, stopPods := context.WithCancel(ctx)
	for _, p := range s.pods {
		wg.Go(func() { p.loop(pods) })
	}
	// The listener serves until the last server is gone, so that a stop can be watched.
	serving, stopServing := context.WithCancel(context.WithoutCancel(ctx))
	served := make(chan error, 1)
	server := listen.HTTPServer(promhttp.HandlerFor(s.metrics.registry, promhttp.HandlerOpts{}))
	go func() { served <- listen.ServeHTTP(serving, s.listener, server, drain) }()

	var err error
	select {
	case <-ctx.Done():
	case err = <-served:
		served <- nil
	}
	stopPods()
	wg.Wait()
	stopServing()
	if err == nil {
		err = <-served
	}
	if err != nil {
		return fmt.Errorf("triton: %w", err)
	}
	return nil
}

// Servers returns a snapshot of every pod in the order of Config.Pods, from New on.
func (s *Supervisor) Servers() []Server {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := slices.Clone(s.servers)
	for i := range out {
		out[i].Models = slices.Clone(out[i].Models)
	}
	return out
}

// Changed returns a channel that is closed at the next change of any server's
// snapshot. Take it before Servers, so that no change is missed.
func (s *Supervisor) Changed() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.changed
}

// publish takes a pod's new snapshot and wakes whoever waits for one.
func (s *Supervisor) publish(now Server) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, old := range s.servers {
		if old.Pod != now.Pod || old.equal(now) {
			continue
		}
		now.Models = slices.Clone(now.Models)
		s.servers[i] = now
		close(s.changed)
		s.changed = make(chan struct{})
	}
}

// Addr is where the supervisor's own /metrics is served.
func (s *Supervisor) Addr() string { return s.listener.Addr().String() }

// Close gives back what New took, for a caller that never calls Run.
func (s *Supervisor) Close() error {
	if s.listener != nil {
		s.listener.Close()
	}
	s.closeFiles()
	return nil
}

func (s *Supervisor) closeFiles() {
	for _, p := range s.pods {
		for _, l := range p.holds {
			l.Close()
		}
		if p.out != nil {
			p.out.Close()
		}
	}
}
