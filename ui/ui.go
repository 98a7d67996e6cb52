package ui

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"supersonic/internal/listen"
	"supersonic/ui/access"
	"supersonic/ui/boards"
	"supersonic/ui/health"
	"supersonic/ui/query"
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
	gate     *access.Gate
	boards   *boards.Store
	runner   *query.Runner
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
			BasicAuth: d.BasicAuth, User: d.User, Password: d.Password, Headers: d.Headers, ByGet: d.ByGet})
	}
	if err := u.openDashboards(); err != nil {
		return nil, fmt.Errorf("ui: %w", err)
	}
	u.watch = health.New(u.roles(), u.stores(), u.supervised)
	dist, err := fs.Sub(built, "dist")
	if err != nil {
		return nil, fmt.Errorf("ui: %w", err)
	}
	if u.page, err = newStatic(dist, cfg.prefix()+"/"); err != nil {
		return nil, fmt.Errorf("ui: %w", err)
	}
	if err := u.openGate(); err != nil {
		return nil, fmt.Errorf("ui: %w", err)
	}
	if u.listener, err = listen.TCP(cfg.HTTP); err != nil {
		return nil, fmt.Errorf("ui: %w", err)
	}
	return u, nil
}

// openGate makes the gate; a file of sessions that cannot be read is told and left
// behind.
func (u *UI) openGate() error {
	file := ""
	if u.cfg.DataDir != "" {
		dir := filepath.Join(u.cfg.DataDir, "ui")
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return fmt.Errorf("make the page's folder: %w", err)
		}
		file = filepath.Join(dir, "sessions.json")
	}
	gate, err := access.New(u.cfg.Access, file)
	if err != nil {
		u.deps.Log.Warn("readers have to sign in again", "error", err)
	}
	u.gate = gate
	if host, _, err := net.SplitHostPort(u.cfg.HTTP.Addr); u.cfg.Access.Open() && err == nil && !loopback(host) {
		u.deps.Log.Warn("whoever reaches the page may change its dashboards", "address", u.cfg.HTTP.Addr, "key", "grafana.ini: auth.anonymous.org_role")
	}
	return nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// openDashboards reads the dashboards and makes what runs their queries.
func (u *UI) openDashboards() (err error) {
	cfg := u.cfg.Boards
	if u.cfg.DataDir != "" && cfg.Dir == "" {
		cfg.Dir = filepath.Join(u.cfg.DataDir, "ui", "dashboards")
	}
	cfg.UIDs = u.otherUIDs()
	if u.boards, err = boards.Open(cfg); err != nil {
		return err
	}
	var sources query.Sources
	for _, d := range u.cfg.DataSources {
		sources = append(sources, query.Source{Name: d.Name, UID: d.uid(), Type: d.Type, Default: d.IsDefault, TimeInterval: d.TimeInterval,
			ServiceMap: d.ServiceMapUID, Client: u.clients[d.uid()]})
	}
	u.runner = query.NewRunner(sources)
	return nil
}

// otherUIDs are those of the usual data sources, by type, where none is called like
// its type, as the chart's are and our own dashboards have it.
func (u *UI) otherUIDs() map[string]string {
	uids := map[string]string{}
	for _, kind := range []string{TypePrometheus, TypeTempo} {
		usual, known := u.cfg.defaultOf(kind)
		if _, called := u.cfg.dataSource(kind); known && !called {
			uids[kind] = usual.uid()
		}
	}
	return uids
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
	if err := u.gate.Close(); err != nil {
		u.deps.Log.Warn("some readers may have to sign in again", "error", err)
	}
	u.watch.Close()
	for _, c := range u.clients {
		c.Close()
	}
}
