package ui

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"time"

	"supersonic/internal/listen"
	"supersonic/ui/health"
	"supersonic/ui/source"
)

// UI is the page's server.
type UI struct {
	cfg      Config
	deps     Deps
	listener net.Listener
	metrics  *metrics
	clients  map[string]*source.Client // by uid of the data source
	watch    *health.Watch
	page     http.Handler
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
	u := &UI{cfg: cfg, deps: deps, metrics: newMetrics(), clients: map[string]*source.Client{}}
	for _, d := range cfg.DataSources {
		u.clients[d.uid()] = source.NewClient(source.Server{Name: d.Name, URL: d.URL, TLSSkipVerify: d.TLSSkipVerify,
			BasicAuth: d.BasicAuth, User: d.User, Password: d.Password})
	}
	u.watch = health.New(u.roles(), u.supervised)
	dist, err := fs.Sub(built, "dist")
	if err != nil {
		return nil, fmt.Errorf("ui: %w", err)
	}
	if u.page, err = newStatic(dist, cfg.prefix()+"/"); err != nil {
		return nil, fmt.Errorf("ui: %w", err)
	}
	if u.listener, err = listen.TCP(cfg.HTTP); err != nil {
		return nil, fmt.Errorf("ui: %w", err)
	}
	return u, nil
}

// Addr is where the page listens, also after port 0.
func (u *UI) Addr() net.Addr { return u.listener.Addr() }

// Run serves until ctx ends, lets open requests finish for Config.Drain and
// returns nil. Call it once.
func (u *UI) Run(ctx context.Context) error {
	defer u.close()
	return listen.ServeHTTP(ctx, u.listener, listen.HTTPServer(u.routes()), u.cfg.Drain)
}

func (u *UI) close() {
	u.watch.Close()
	for _, c := range u.clients {
		c.Close()
	}
}
