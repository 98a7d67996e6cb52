package fleet

import (
	"math"
	"math/rand/v2"
	"net/http"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/internal/sampling"
)

// Options say how much traffic there is.
type Options struct {
	Seed              uint64
	Gateways, Servers int
	Models            []string
	PerSecond         float64 // requests
	Sampling          float64 // probability that a request is traced
	Start             time.Time
	Even              bool // no server is odd
}

// What is odd about three of the servers.
const (
	failing = 0.2 // probability that a request to the failing server fails
	slower  = 4.0 // times as long as the others the slow server computes
	busier  = 2.0 // times as many requests as the others the busy server gets
)

// Edge is one way that requests take.
type Edge struct{ Gateway, Server, Model string }

// Tally is what was sent one way.
type Tally struct {
	Requests, Failed float64
	Seconds          float64 // of the gateway's clock, all together
}

// Pod is a gateway or a server with its exporter.
type Pod struct {
	Name    string
	Gateway bool
	Metrics http.Handler
}

// Fleet is a site's traffic. It belongs to one goroutine, but for its exporters.
type Fleet struct {
	// Failing, Slow and Busy are the names of the odd servers.
	Failing, Slow, Busy string

	opts     Options
	rng      *rand.Rand
	refused  sampling.Threshold
	gateways []*gateway
	servers  []*server
	busy     *server
	sent     map[Edge]*Tally
	weight   float64
	clock    time.Time // when the last request ended
}

// New makes the pods. The odd servers are neither first nor last by their names.
func New(o Options) *Fleet {
	f := &Fleet{opts: o, rng: rand.New(rand.NewPCG(o.Seed, 0xF1EE7)), refused: sampling.FromProbability(o.Sampling), sent: map[Edge]*Tally{}, clock: o.Start}
	for range o.Gateways {
		f.gateways = append(f.gateways, newGateway("supersonic-envoy-6d8f9c7b5d-"+f.suffix(), o.Start))
	}
	names := map[string]bool{}
	for len(f.servers) < o.Servers {
		if name := "supersonic-triton-7f5c9d4b8-" + f.suffix(); !names[name] {
			names[name] = true
			f.servers = append(f.servers, newServer(name, o.Models))
		}
	}
	if third := o.Servers / 3; !o.Even {
		f.busy = f.servers[third+2]
		f.Failing, f.Slow, f.Busy = f.servers[third].name, f.servers[third+1].name, f.busy.name
	}
	return f
}

// suffix is as Kubernetes makes names of a Deployment's pods different.
func (f *Fleet) suffix() string {
	const letters = "bcdfghjklmnpqrstvwxz2456789"
	b := make([]byte, 5)
	for i := range b {
		b[i] = letters[f.rng.IntN(len(letters))]
	}
	return string(b)
}

// Pods are the gateways and then the servers.
func (f *Fleet) Pods() []Pod {
	var list []Pod
	for _, g := range f.gateways {
		list = append(list, Pod{g.name, true, g.exporter()})
	}
	for _, s := range f.servers {
		list = append(list, Pod{s.name, false, s.exporter()})
	}
	return list
}

// Sent is what was sent, way by way.
func (f *Fleet) Sent() map[Edge]Tally {
	all := map[Edge]Tally{}
	for e, t := range f.sent {
		all[e] = *t
	}
	return all
}

// Weight is how many requests the gateways' spans stand for.
func (f *Fleet) Weight() float64 { return f.weight }

// Until counts the requests that end from the last call's time to now, and makes the
// spans of those that are traced.
func (f *Fleet) Until(now time.Time) ptrace.Traces {
	td := newSpans()
	for {
		wait := time.Duration(f.rng.ExpFloat64() / f.opts.PerSecond * 1e9)
		if f.clock.Add(wait).After(now) {
			f.clock = now // arrivals know nothing of those before them
			return td.traces
		}
		f.clock = f.clock.Add(wait)
		r := f.request()
		f.count(&r)
		f.trace(&r, td)
	}
}

// request is one call and how long each part of it took.
type request struct {
	gateway *gateway
	server  *server
	model   int
	end     time.Time
	failed  bool
	id      [16]byte

	wait, there, queue, input, infer, output, back time.Duration
}

// inServer is how long the server has it, upstream how long the gateway waits for the
// server, whole what the client waits for.
func (r *request) inServer() time.Duration {
	return overhead + r.queue + r.input + r.infer + r.output
}
func (r *request) upstream() time.Duration { return r.there + r.inServer() + r.back }
func (r *request) whole() time.Duration    { return r.wait + r.upstream() }

// overhead is what Triton does with a request before its queue and after its output.
const overhead = 240 * time.Microsecond

func (f *Fleet) request() request {
	r := request{gateway: f.gateways[f.rng.IntN(len(f.gateways))], server: f.choose(), model: f.rng.IntN(len(f.opts.Models)), end: f.clock}
	ms := 3 + 2*float64(r.model)
	if r.server.name == f.Slow {
		ms *= slower
	}
	r.wait, r.there, r.back = f.about(0.15), f.about(0.2), f.about(0.2)
	r.queue, r.input, r.infer, r.output = f.about(0.8), f.about(0.2), f.about(ms), f.about(0.2)
	r.failed = r.server.name == f.Failing && f.rng.Float64() < failing
	for i := range r.id {
		r.id[i] = byte(f.rng.Uint32())
	}
	return r
}

func (f *Fleet) choose() *server {
	parts := float64(len(f.servers))
	if f.busy != nil {
		parts += busier - 1
	}
	if n := int(f.rng.Float64() * parts); n < len(f.servers) {
		return f.servers[n]
	}
	return f.busy
}

// about is a time whose median is ms.
func (f *Fleet) about(ms float64) time.Duration {
	return time.Duration(ms * 1e6 * math.Exp(0.3*f.rng.NormFloat64()))
}

func (f *Fleet) count(r *request) {
	e := Edge{r.gateway.name, r.server.name, f.opts.Models[r.model]}
	t := f.sent[e]
	if t == nil {
		t = &Tally{}
		f.sent[e] = t
	}
	t.Requests++
	t.Seconds += r.whole().Seconds()
	if r.failed {
		t.Failed++
	}
	r.gateway.count(r, e.Model, f.refused.Samples(r.id))
	r.server.count(r)
}
