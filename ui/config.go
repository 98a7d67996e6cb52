package ui

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"supersonic/internal/listen"
	"supersonic/ui/access"
	"supersonic/ui/boards"
)

// Config says what the page listens on, what it reads and what it shows.
type Config struct {
	HTTP listen.Address
	// RootURL is grafana.ini's server.root_url; a path in it (behind an ingress)
	// is served as well as "/". Empty: "/".
	RootURL     string
	DataSources []DataSource
	Roles       []RoleEndpoint  // the roles of the site, in the order in which they are shown
	Off         []OffPart       // what the file switched off
	Access      access.Settings // who may look; the zero value lets nobody in
	DataDir     string          // what the page keeps is in ui/ below it; "" keeps it in memory alone
	Boards      boards.Config   // where dashboards come from; its Dir is below DataDir
	Release     string
	Namespace   string
	Version     string
	Drain       time.Duration // how long open requests may finish after Run is cancelled; 0: 3 s
}

// Types of data sources.
const (
	TypePrometheus = "prometheus"
	TypeTempo      = "tempo"
)

// DataSource is one entry of Grafana's data-source provisioning.
type DataSource struct {
	Name          string
	Type          string // "prometheus" or "tempo"; others are listed and not asked
	UID           string // empty: derived from the name as Grafana does
	URL           string // as this process reaches it
	IsDefault     bool
	TLSSkipVerify bool
	TimeInterval  string // lowest step, "5s"
	ServiceMapUID string // of a tempo: the prometheus (uid or name) with its service graph; empty: the default one
	NodeGraph     bool   // of a tempo: a graph above a trace
	BasicAuth     bool
	User          string
	Password      string            // never logged, never sent to the browser
	Headers       map[string]string // httpHeaderName1 and its value; never logged, never sent to the browser
	ByGet         bool              // httpMethod: GET
}

// uid is the data source's uid: the given one, else Grafana's rule,
// "P" and 16 hex digits of the name's SHA-256.
func (d DataSource) uid() string {
	if d.UID != "" {
		return d.UID
	}
	sum := sha256.Sum256([]byte(d.Name))
	return "P" + strings.ToUpper(hex.EncodeToString(sum[:8]))
}

// shownURL is the URL without the password that it may hold.
func (d DataSource) shownURL() string {
	u, err := url.Parse(d.URL)
	if err != nil {
		return "(cannot be read)"
	}
	return u.Redacted()
}

// Address is one listener of a role as an operator would reach it.
type Address struct {
	Name string // "gRPC", "metrics"
	Addr string // host:port
}

// RoleEndpoint is a role, or one pod of it, and where the page looks after it.
type RoleEndpoint struct {
	Role       string // "gateway", "triton", "collector", "traces", "metrics", "ui"
	Pod        string // the pod's name, "" where the role has one process only
	Addresses  []Address
	MetricsURL string // Prometheus text format; "" is not asked
	HealthURL  string // 2xx is healthy; "" is not asked
}

// OffPart is a part that the file switched off, and what that costs.
type OffPart struct {
	Part string // "opentelemetry-collector"
	Cost string // "nothing is traced"
}

// ServerState is what the supervisor knows of a server pod.
type ServerState struct {
	Pod    string
	State  string // "ready", "starting", "restarting", "stopped"
	Reason string // of a state that is not ready
}

// Servers tells the server pods' states. It must not block.
type Servers interface {
	ServerStates() []ServerState
}

// Deps is what the page is given.
type Deps struct {
	Log     *slog.Logger
	Servers Servers // nil: not known, /v2/health/ready of each pod tells
}

func (c *Config) check() error {
	var errs []error
	seen := map[string]string{}
	for _, d := range c.DataSources {
		if d.Name == "" {
			errs = append(errs, errors.New("a data source without a name; give it one"))
			continue
		}
		if u, err := url.Parse(d.URL); err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
			errs = append(errs, fmt.Errorf("data source %q: url %q is not http://host:port or https://host:port", d.Name, d.shownURL()))
		}
		if other, taken := seen[d.uid()]; taken {
			errs = append(errs, fmt.Errorf("data sources %q and %q have the same uid %q; each needs its own", other, d.Name, d.uid()))
		}
		seen[d.uid()] = d.Name
	}
	if c.RootURL != "" {
		if _, err := url.Parse(c.RootURL); err != nil {
			errs = append(errs, fmt.Errorf("root_url %q: %w", c.RootURL, err))
		}
	}
	return errors.Join(errs...)
}

// prefix is the path of RootURL without its last slash, "" for the root.
func (c *Config) prefix() string { return strings.TrimRight(access.RootPath(c.RootURL), "/") }

// dataSource finds one by uid or name, as dashboards and provisioning use either.
func (c *Config) dataSource(uidOrName string) (DataSource, bool) {
	for _, d := range c.DataSources {
		if d.uid() == uidOrName || d.Name == uidOrName {
			return d, true
		}
	}
	return DataSource{}, false
}

// defaultOf is the data source of a type that is asked when none is named: the
// default one, else the first.
func (c *Config) defaultOf(kind string) (DataSource, bool) {
	var first DataSource
	for _, d := range c.DataSources {
		if d.Type != kind {
			continue
		}
		if d.IsDefault {
			return d, true
		}
		if first.Name == "" {
			first = d
		}
	}
	return first, first.Name != ""
}
