package stack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"

	"supersonic/collector"
	"supersonic/gateway"
	"supersonic/internal/faultfs"
	"supersonic/internal/role"
	"supersonic/metrics"
	"supersonic/metrics/gpu"
	"supersonic/site"
	"supersonic/traces"
	"supersonic/traces/generator"
	"supersonic/triton"
	"supersonic/ui"
)

// Roles by the names of their commands.
const (
	RoleGateway   = "gateway"
	RoleTriton    = "triton"
	RoleCollector = "collector"
	RoleTraces    = "traces"
	RoleMetrics   = "metrics"
	RoleUI        = "ui"
)

// parts says which section of values.yaml a role is.
var parts = map[string]site.Part{
	RoleGateway: site.PartEnvoy, RoleTriton: site.PartTriton, RoleCollector: site.PartCollector,
	RoleTraces: site.PartTempo, RoleMetrics: site.PartPrometheus, RoleUI: site.PartGrafana,
}

// Options are what the command line says beside the site.
type Options struct {
	Role    string // one role alone, as a pod; "" is the whole site
	Version string // of the binary
}

// Stack is a site's roles, built and not yet running.
type Stack struct {
	site    *site.Site
	options Options
	log     *slog.Logger
	lock    io.Closer

	metrics   *metrics.Server
	traces    *traces.Store
	generator *generator.Generator
	collector *collector.Collector
	triton    *triton.Supervisor
	gateways  []*gateway.Gateway
	load      *loadPoller
	pods      *podLookup
	targets   *targetLookup
	page      *ui.UI
	gpus      *gpu.Page
}

// New builds the roles of s: it checks their configurations, takes their ports
// and opens their files. If it fails, what it took is given back, and a data
// directory that it made is removed.
func New(s *site.Site, o Options, log *slog.Logger) (*Stack, error) {
	made := firstMissing(s.DataDir)
	lock, err := lockDir(s.DataDir)
	if err != nil {
		return nil, err
	}
	k := &Stack{site: s, options: o, log: log, lock: lock}
	if err := k.build(); err != nil {
		err = errors.Join(err, k.Close())
		if made != "" {
			err = errors.Join(err, os.RemoveAll(made))
		}
		return nil, err
	}
	return k, nil
}

// build makes the roles; each needs addresses of those before it.
func (k *Stack) build() error {
	for _, step := range []struct {
		role  string
		build func() error
	}{
		{RoleMetrics, k.buildMetrics},
		{RoleTraces, k.buildTraces},
		{RoleCollector, k.buildCollector},
		{RoleTriton, k.buildTriton},
		{RoleGateway, k.buildGateways},
		{RoleUI, k.buildPage},
	} {
		if !k.runs(step.role) {
			continue
		}
		if err := step.build(); err != nil {
			return err
		}
	}
	if err := k.buildGPUs(); err != nil {
		return err
	}
	return k.scrape()
}

// firstMissing is the topmost folder of a path that does not exist yet, "" if all
// do.
func firstMissing(path string) string {
	missing := ""
	for {
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
			return missing
		}
		missing = path
		parent := filepath.Dir(path)
		if parent == path {
			return missing
		}
		path = parent
	}
}

// runs tells whether a role is part of this process.
func (k *Stack) runs(name string) bool {
	if k.options.Role != "" {
		return k.options.Role == name
	}
	if name == RoleTriton && k.site.Values.Triton.Replicas == 0 {
		return false
	}
	return k.site.On(parts[name])
}

// whole tells whether the site's names mean this process's listeners.
func (k *Stack) whole() bool { return k.options.Role == "" }

func (k *Stack) logOf(name string) *slog.Logger { return k.log.With("role", name) }

// stages are the roles in the order in which they stop: who makes spans first,
// who keeps them last, so that a stop loses no trace.
func (k *Stack) stages() role.Stages {
	var fronts, servers []role.Named
	for _, g := range k.gateways {
		fronts = append(fronts, role.Named{Name: RoleGateway, Runner: g})
	}
	if k.load != nil {
		servers = append(servers, role.Named{Name: "load of the servers", Runner: k.load})
	}
	if k.pods != nil {
		servers = append(servers, role.Named{Name: "names of the servers", Runner: k.pods})
	}
	if k.triton != nil {
		servers = append(servers, role.Named{Name: RoleTriton, Runner: k.triton})
	}
	stages := role.Stages{fronts, servers}
	add := func(present bool, name string, r role.Runner) {
		if present {
			stages = append(stages, []role.Named{{Name: name, Runner: r}})
		}
	}
	add(k.collector != nil, RoleCollector, k.collector)
	add(k.traces != nil, RoleTraces, k.traces)
	add(k.generator != nil, "metrics generator", k.generator)
	add(k.targets != nil, "names of the scrape targets", k.targets)
	add(k.metrics != nil, RoleMetrics, k.metrics)
	add(k.gpus != nil, "metrics collector", k.gpus)
	add(k.page != nil, RoleUI, k.page)
	return slices.DeleteFunc(stages, func(s []role.Named) bool { return len(s) == 0 })
}

// Run serves until ctx ends, then stops the roles in order. It returns nil after
// a clean stop. Call it once.
func (k *Stack) Run(ctx context.Context) error {
	defer k.lock.Close()
	return k.stages().Run(ctx, k.log)
}

// Close gives back what New took, for a Stack that will not Run.
func (k *Stack) Close() error {
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	var errs []error
	for _, stage := range k.stages() {
		for _, r := range stage {
			if c, ok := r.Runner.(io.Closer); ok {
				errs = append(errs, c.Close())
			} else {
				errs = append(errs, r.Run(ended)) // a run that has ended gives back what it had
			}
		}
	}
	return errors.Join(append(errs, k.lock.Close())...)
}

// lockDir makes a site's data directory and keeps other processes out of it.
func lockDir(dir string) (io.Closer, error) {
	var files faultfs.OS
	if err := files.MkdirAll(dir); err != nil {
		return nil, fmt.Errorf("make the data directory: %w (--data-dir names another)", err)
	}
	lock, err := files.Lock(filepath.Join(dir, "lock"))
	if errors.Is(err, faultfs.ErrLocked) {
		return nil, fmt.Errorf("data directory %s: another supersonic runs on it; stop it, or name another by --data-dir", dir)
	}
	if err != nil {
		return nil, fmt.Errorf("data directory %s: %w (--data-dir names another)", dir, err)
	}
	return lock, nil
}
