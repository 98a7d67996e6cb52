package triton

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"strings"
	"time"

	"supersonic/internal/listen"
)

// Config says which servers run and how. Nothing of it changes after New.
type Config struct {
	// Pods are the servers, one process tree each.
	Pods []Pod

	// Command and Args are triton.command and triton.args of values.yaml,
	// verbatim: Kubernetes' command and args. "/bin/sh -c SCRIPT" is
	// interpreted as a shell would, anything else is an argument vector.
	Command []string
	Args    []string

	// Server is local.triton.server: the tritonserver to run when the one that
	// the command names does not exist on this machine.
	Server string
	// BackendDirectory is local.triton.backendDirectory: --backend-directory for
	// servers whose command gives none. Empty: the backends beside the binary
	// that `make triton` installed, else the server's own default.
	BackendDirectory string
	// ModelRepositories is local.triton.modelRepository. If not empty it replaces
	// all --model-repository of the command.
	ModelRepositories []string
	// SearchDirs are the virtual environments (".venv") in which a server
	// installed by `make triton` is looked for, in this order, when neither the
	// command nor Server has one. Nil means DefaultSearchDirs.
	SearchDirs []string
	// Env is added to the environment of every pod, "KEY=value" each.
	Env []string

	// Tracing is where servers send their spans. Nil turns their tracing off.
	Tracing *Tracing

	// Metrics is where the supervisor's own /metrics is served.
	Metrics listen.Address
	// DataDir holds the servers' output as triton/<pod>.log and triton/<pod>.log.1.
	DataDir string
	// ExitTimeout is how long a server may take to stop after SIGTERM before its
	// process group is killed; 0 means 30 s. A command's own
	// --exit-timeout-secs is not changed by it.
	ExitTimeout time.Duration
}

// Pod is one server: its name, which is what `hostname` prints to its command,
// and its three listeners as host:port. An empty host means 127.0.0.1. Port 0 is
// replaced once by New by a free port, which stays through restarts.
type Pod struct {
	Name    string
	HTTP    string
	GRPC    string
	Metrics string
}

// Tracing says where servers post their spans.
type Tracing struct {
	// URL is the collector's OTLP/HTTP address for commands that name none:
	// "host:port/v1/traces", with or without scheme.
	URL string
	// Rewrite translates a url of the command, for names that only mean
	// something inside the release. It returns false to leave the url as it is.
	// Nil leaves all as they are.
	Rewrite func(url string) (string, bool)
}

// Deps is what the supervisor is given to work with.
type Deps struct {
	Log *slog.Logger
	// Backoff overrides the pauses before a restart; zero fields mean the defaults.
	Backoff Backoff
}

// Backoff are the pauses before a crashed server starts again: First, doubled up
// to Max, and back to First once a server was up for Reset.
type Backoff struct {
	First, Max, Reset time.Duration
}

func (b Backoff) withDefaults() Backoff {
	if b.First <= 0 {
		b.First = time.Second
	}
	if b.Max <= 0 {
		b.Max = 30 * time.Second
	}
	if b.Reset <= 0 {
		b.Reset = time.Minute
	}
	return b
}

// check refuses what no server could run with and fills defaults in.
func (c *Config) check() error {
	if len(c.Pods) == 0 {
		return errors.New("no servers to run (triton.replicas is 0)")
	}
	if len(c.Command)+len(c.Args) == 0 {
		return errors.New("triton.command and triton.args are both empty: nothing to run")
	}
	if c.DataDir == "" {
		return errors.New("no data directory for the servers' logs")
	}
	seen := map[string]bool{}
	for i := range c.Pods {
		p := &c.Pods[i]
		if p.Name == "" || strings.ContainsAny(p.Name, "/\\ \t\n") || filepath.Base(p.Name) != p.Name {
			return fmt.Errorf("pod name %q: must be a plain name", p.Name)
		}
		if seen[p.Name] {
			return fmt.Errorf("two pods are named %q", p.Name)
		}
		seen[p.Name] = true
		for _, a := range []*string{&p.HTTP, &p.GRPC, &p.Metrics} {
			full, err := withHost(*a)
			if err != nil {
				return fmt.Errorf("pod %s: %w", p.Name, err)
			}
			*a = full
		}
	}
	if c.ExitTimeout <= 0 {
		c.ExitTimeout = 30 * time.Second
	}
	return nil
}

// withHost reads an address of a pod; none at all means a free loopback port.
func withHost(address string) (string, error) {
	if address == "" {
		return "127.0.0.1:0", nil
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return "", fmt.Errorf("address %q: want host:port: %w", address, err)
	}
	if host == "" || host == "localhost" {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port), nil
}
