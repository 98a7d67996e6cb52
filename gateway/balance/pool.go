package balance

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"supersonic/gateway/call"
)

// Target is a server in a pool. It stays the same while its pod and address do.
type Target struct {
	Pod    string
	Addr   string
	active atomic.Int64
	ready  atomic.Bool
	silent atomic.Int64 // until when it is passed over, in nanoseconds since 1970; 0: it is not
}

// Active is the number of calls that are open on the server.
func (t *Target) Active() int64 { return t.active.Load() }

// Ready tells whether the server may be sent calls.
func (t *Target) Ready() bool { return t.ready.Load() }

// Done ends a call that Pick gave to the server.
func (t *Target) Done() { t.active.Add(-1) }

// silentFor is how long a server that let a connection wait is passed over. A call waits
// a second for such a connection: so one call in five seconds does, not each.
const silentFor = 5 * time.Second

// Silent says that the server let a connection wait for too long. Where there are others
// it is passed over then, until a call tries it after silentFor, or one of its open
// calls is Answered. It tells whether that is news.
func (p *Pool) Silent(t *Target) bool { return t.silent.Swap(p.now().Add(silentFor).UnixNano()) == 0 }

// Answered says that the server answered a call, and whether it was passed over before.
func (t *Target) Answered() bool { return t.silent.Load() != 0 && t.silent.Swap(0) != 0 }

type snapshot struct {
	all   []*Target
	ready []*Target
}

// Pool is the set of servers and a policy. Its methods are safe for concurrent
// use.
type Pool struct {
	policy  policy
	now     func() time.Time
	snap    atomic.Pointer[snapshot]
	mu      sync.Mutex    // guards changed and the making of snapshots
	changed chan struct{} // closed when the ready servers change
}

// New returns an empty pool. Policies are LEAST_REQUEST (also ""), ROUND_ROBIN and
// RANDOM; RING_HASH and MAGLEV act as RANDOM, because the chart never configures
// what to hash.
func New(policyName string) (*Pool, error) {
	p := &Pool{changed: make(chan struct{}), now: time.Now}
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
	ready = p.answering(ready)
	t := ready[p.policy.pick(ready, c)]
	t.active.Add(1)
	return t
}

// answering leaves out the servers that are silent, unless all are. One that was passed
// over for long enough is all that is left, for this one call.
func (p *Pool) answering(ready []*Target) []*Target {
	isSilent := func(t *Target) bool { return t.silent.Load() != 0 }
	if !slices.ContainsFunc(ready, isSilent) {
		return ready
	}
	now := p.now()
	for i, t := range ready {
		if until := t.silent.Load(); until != 0 && now.UnixNano() >= until && t.silent.CompareAndSwap(until, now.Add(silentFor).UnixNano()) {
			return ready[i : i+1]
		}
	}
	if others := slices.DeleteFunc(slices.Clone(ready), isSilent); len(others) > 0 {
		return others
	}
	return ready
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
