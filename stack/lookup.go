package stack

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"sync"
	"time"

	"supersonic/gateway"
	"supersonic/metrics"
	"supersonic/site"
)

// lookupEvery is how often the cluster's DNS is asked: Envoy's default for
// STRICT_DNS, which the chart uses.
const lookupEvery = 5 * time.Second

// podLookup finds the servers by the headless service's DNS name: one address a
// pod that is ready. A pod's name is its address, since DNS has no other.
type podLookup struct {
	host, port string
	log        *slog.Logger

	mu      sync.Mutex // guards what follows
	servers []gateway.Server
	changed chan struct{}
}

func newPodLookup(host, port string, log *slog.Logger) *podLookup {
	return &podLookup{host: host, port: port, log: log, changed: make(chan struct{})}
}

// Servers are the pods that DNS told last.
func (p *podLookup) Servers() []gateway.Server {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.servers
}

// Changed is closed when DNS tells other pods.
func (p *podLookup) Changed() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.changed
}

// Run asks until ctx ends. While DNS fails, the pods stay what they were.
func (p *podLookup) Run(ctx context.Context) error {
	failing := false
	return every(ctx, lookupEvery, func() {
		hosts, err := net.DefaultResolver.LookupHost(ctx, p.host)
		if err != nil {
			if !failing && ctx.Err() == nil {
				p.log.Warn("the servers' name does not resolve, known servers stay", "host", p.host, "error", err)
			}
			failing = true
			return
		}
		failing = false
		p.set(hosts)
	})
}

func (p *podLookup) set(hosts []string) {
	slices.Sort(hosts)
	list := make([]gateway.Server, len(hosts))
	for i, h := range hosts {
		list[i] = gateway.Server{Pod: h, Addr: net.JoinHostPort(h, p.port), Ready: true}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	same := slices.EqualFunc(p.servers, list, func(a, b gateway.Server) bool { return a.Addr == b.Addr })
	if same {
		return
	}
	p.servers = list
	close(p.changed)
	p.changed = make(chan struct{})
}

// every calls do at once and then at each interval until ctx ends.
func every(ctx context.Context, interval time.Duration, do func()) error {
	t := time.NewTicker(interval)
	defer t.Stop()
	for ctx.Err() == nil {
		do()
		select {
		case <-ctx.Done():
		case <-t.C:
		}
	}
	return nil
}

// targetLookup keeps the scrape jobs of a metrics store that runs as a pod: each
// service's addresses by DNS.
type targetLookup struct {
	site  *site.Site
	store *metrics.Server
	log   *slog.Logger
	last  map[string][]string
}

func newTargetLookup(s *site.Site, store *metrics.Server, log *slog.Logger) *targetLookup {
	return &targetLookup{site: s, store: store, log: log, last: map[string][]string{}}
}

type scraped struct {
	job, path, host string
	port            int
	app             bool
}

func (t *targetLookup) jobs() []scraped {
	n := t.site.Instance
	return []scraped{
		{n + "-triton", "/metrics", t.site.ServiceHost(site.PartTriton), 8002, true},
		{n + "-envoy", "/stats/prometheus", t.site.ServiceHost(site.PartEnvoy), 9901, true},
		{"opentelemetry-collector", "/metrics", t.site.ServiceHost(site.PartCollector), 8888, false},
		{"tempo", "/metrics", t.site.ServiceHost(site.PartTempo), t.site.Values.Tempo.Tempo.Server.HTTPListenPort, false},
	}
}

// Run asks until ctx ends. A name that does not resolve keeps its last addresses.
func (t *targetLookup) Run(ctx context.Context) error {
	return every(ctx, lookupEvery, func() {
		var jobs []metrics.Job
		for _, j := range t.jobs() {
			if hosts, err := net.DefaultResolver.LookupHost(ctx, j.host); err == nil {
				slices.Sort(hosts)
				t.last[j.host] = hosts
			}
			job := metrics.Job{Name: j.job, Path: j.path}
			for _, h := range t.last[j.host] {
				job.Targets = append(job.Targets, metrics.Target{Addr: net.JoinHostPort(h, fmt.Sprint(j.port)), Labels: podLabels(t.site, h, j.app)})
			}
			jobs = append(jobs, job)
		}
		if err := t.store.SetJobs(jobs); err != nil {
			t.log.Error("the scrape jobs are refused", "error", err)
		}
	})
}
