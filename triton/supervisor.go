package triton

import "context"

// Supervisor runs the servers of a site. All methods may be called from any
// goroutine.
type Supervisor struct {
	cfg Config
}

// New checks cfg, finds the binary, chooses the ports and opens the supervisor's
// own listener. It starts no process and no goroutine. What is wrong with one pod
// only is told by Servers; what no pod could run with is an error here.
func New(cfg Config, deps Deps) (*Supervisor, error) { return &Supervisor{cfg: cfg}, nil }

// Run starts the servers, keeps them running until ctx ends, then stops them: no
// process of theirs is left when it returns. Call it once.
func (s *Supervisor) Run(ctx context.Context) error { <-ctx.Done(); return nil }

// Servers returns a snapshot of every pod in the order of Config.Pods, from New on.
func (s *Supervisor) Servers() []Server { return nil }

// Changed returns a channel that is closed at the next change of any server's
// snapshot. Take it before Servers, so that no change is missed.
func (s *Supervisor) Changed() <-chan struct{} { return nil }

// Addr is where the supervisor's own /metrics is served.
func (s *Supervisor) Addr() string { return "" }

// Close gives back what New took, for a caller that never calls Run.
func (s *Supervisor) Close() error { return nil }
