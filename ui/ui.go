package ui

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"supersonic/internal/listen"
)

// UI is the page's server.
type UI struct {
	cfg      Config
	deps     Deps
	listener net.Listener
	handler  http.Handler
}

// New checks cfg and takes the port. It starts nothing.
func New(cfg Config, deps Deps) (*UI, error) {
	if deps.Log == nil {
		return nil, errors.New("ui: no logger given")
	}
	if err := cfg.check(); err != nil {
		return nil, fmt.Errorf("ui: %w", err)
	}
	if cfg.Drain == 0 {
		cfg.Drain = 3 * time.Second
	}
	u := &UI{cfg: cfg, deps: deps}
	u.handler = http.NotFoundHandler()
	l, err := listen.TCP(cfg.HTTP)
	if err != nil {
		return nil, fmt.Errorf("ui: %w", err)
	}
	u.listener = l
	return u, nil
}

// Addr is where the page listens, also after port 0.
func (u *UI) Addr() net.Addr { return u.listener.Addr() }

// Run serves until ctx ends. Call it once.
func (u *UI) Run(ctx context.Context) error {
	return listen.ServeHTTP(ctx, u.listener, listen.HTTPServer(u.handler), u.cfg.Drain)
}
