package balance

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"

	"supersonic/gateway/call"
)

// Target is a server in a pool. It stays the same while its pod and address do.
type Target struct {
	Pod    string
	Addr   string
	active atomic.Int64
	ready  atomic.Bool
}

// Active is the number of calls that are open on the server.
func (t *Target) Active() int64 { return t.active.Load() }

// Ready tells whether the server may be sent calls.
func (t *Target) Ready() bool { return t.ready.Load() }

// Done ends a call that Pick gave to the server.
func (t *Target) Done() { t.active.Add(-1) }

type snapshot struct {
	all   []*Target
	ready []*Target
}

// Pool is the set of servers and a policy. Its methods are safe for concurrent
// use.
type Pool struct {
	policy  policy
	snap    atomic.Pointer[snapshot]
	mu      sync.Mutex    // guards changed and the making of snapshots
	changed chan struct{} // closed when the ready servers change
}

// New returns an empty pool. Policies are LEAST_REQUEST (also ""), ROUND_ROBIN and
// RANDOM; RING_HASH and MAGLEV act as RANDOM, because the chart never configures
// what to hash.
func New(policyName string) (*Pool, error) {
	p := &Pool{changed: make(chan struct{})}
	p.snap.Store(&snapshot{})
	switch policyName {
	case "", "LEAST_REQUEST":
		p.policy = leastRequest{}
	case "ROUND_ROBIN":
		p.policy = &roundRobin{}
	case "RANDOM", "RING_HASH", "MAGLEV":
		p.policy = random{}
	default:
		return nil, fmt.Errorf("load balancer policy %q: not known (LEAST_REQUEST, ROUND_ROBIN, RANDOM, RING_HASH and MAGLEV are)", policyName)
	}
	return p, nil
}

// Set replaces the servers. Those that stay keep their counts.
func (p *Pool) Set(servers []Server) {
	p.mu.Lock()
	defer p.mu.Unlock()
	old := p.snap.Load()
	next := &snapshot{}
	for _, s := range servers {
		t := old.find(s)
		if t == nil {
			t = &Target{Pod: s.Pod, Addr: s.Addr}
		}
		t.ready.Store(s.Ready)
		next.all = append(next.all, t)
		if s.Ready {
			next.ready = append(next.ready, t)
		}
	}
	p.snap.Store(next)
	if !slices.Equal(old.ready, next.ready) {
		close(p.changed)
		p.changed = make(chan struct{})
	}
}

func (s *snapshot) find(want Server) *Target {
	for _, t := range s.all {
		if t.Pod == want.Pod && t.Addr == want.Addr {
			return t
		}
	}
	return nil
}

// All returns every server; the caller does not change the slice.
func (p *Pool) All() []*Target { return p.snap.Load().all }

// AnyReady tells whether a call would find a server.
func (p *Pool) AnyReady() bool { return len(p.snap.Load().ready) > 0 }

// Changed returns a channel that is closed when the set of ready servers changes.
func (p *Pool) Changed() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.changed
}

// Pick chooses the server of c and counts the call as open there, until Done.
// Servers in tried, which could not be connected to, are passed over. It returns
// nil if no server is left.
func (p *Pool) Pick(c *call.Call, tried []*Target) *Target {
	ready := p.snap.Load().ready
	if len(tried) > 0 {
		ready = slices.DeleteFunc(slices.Clone(ready), func(t *Target) bool { return slices.Contains(tried, t) })
	}
	if len(ready) == 0 {
		return nil
	}
	t := ready[p.policy.pick(ready, c)]
	t.active.Add(1)
	return t
}

// policy chooses one of at least one ready servers by its index.
type policy interface {
	pick(ready []*Target, c *call.Call) int
}

// leastRequest takes the server with the fewest open calls, by lot among equals.
type leastRequest struct{}

func (leastRequest) pick(ready []*Target, _ *call.Call) int {
	best, fewest, equals := 0, int64(0), 0
	for i, t := range ready {
		n := t.active.Load()
		switch {
		case equals == 0 || n < fewest:
			best, fewest, equals = i, n, 1
		case n == fewest:
			equals++
			if rand.IntN(equals) == 0 {
				best = i
			}
		}
	}
	return best
}

// roundRobin takes one server after the other.
type roundRobin struct{ next atomic.Uint64 }

func (r *roundRobin) pick(ready []*Target, _ *call.Call) int {
	return int((r.next.Add(1) - 1) % uint64(len(ready)))
}

type random struct{}

func (random) pick(ready []*Target, _ *call.Call) int { return rand.IntN(len(ready)) }
