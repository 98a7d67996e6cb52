package ingest

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
)

var (
	errBusy = errors.New("too many spans are in flight: send again later")
	// errNeeds is of an export that can never be taken.
	errNeeds = errors.New("the export needs too much memory: send smaller ones")
)

// gate bounds the bytes in flight.
type gate struct {
	bound int64 // all together
	most  int64 // one export that is alone
	total atomic.Int64

	mu      sync.Mutex
	tenants map[string]*share // those with something in flight
}

// share is what a tenant has in flight.
type share struct {
	claims int // guarded by gate.mu
	bytes  atomic.Int64
}

func newGate(l Limits) *gate {
	return &gate{bound: l.InFlightBytes, most: max(l.InFlightBytes, 8*int64(l.ExportBytes)), tenants: make(map[string]*share)}
}

// full tells that nobody can get anything.
func (g *gate) full() bool { return g.total.Load() >= g.bound }

// claim is what one export has in flight. It belongs to one goroutine at a time.
type claim struct {
	gate   *gate
	tenant string
	share  *share // nil: there are no tenants
	bytes  int64
	err    error // why more said no
}

// claim begins an export with nothing in flight. A tenant's name of no length is
// that of a store without tenants.
func (g *gate) claim(tenant string) *claim {
	c := &claim{gate: g, tenant: tenant}
	if tenant == "" {
		return c
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if c.share = g.tenants[tenant]; c.share == nil {
		c.share = new(share)
		g.tenants[tenant] = c.share
	}
	c.share.claims++
	return c
}

// more asks for n bytes. Without them c.err is set.
func (c *claim) more(n int) bool {
	bytes := int64(n)
	g := c.gate
	if c.bytes+bytes > g.most {
		c.err = fmt.Errorf("%w: it is more than %d bytes", errNeeds, g.most)
		return false
	}
	total, mine := g.total.Add(bytes), int64(0)
	if c.share != nil {
		mine = c.share.bytes.Add(bytes)
	}
	alone := total == c.bytes+bytes
	if total > g.bound && !alone || mine > g.bound/2 && mine != total {
		c.count(-bytes)
		c.err = errBusy
		return false
	}
	c.bytes += bytes
	return true
}

// less gives n bytes back.
func (c *claim) less(n int) {
	c.count(-int64(n))
	c.bytes -= int64(n)
}

func (c *claim) count(bytes int64) {
	c.gate.total.Add(bytes)
	if c.share != nil {
		c.share.bytes.Add(bytes)
	}
}

// end gives everything back.
func (c *claim) end() {
	c.count(-c.bytes)
	c.bytes = 0
	if c.share == nil {
		return
	}
	c.gate.mu.Lock()
	defer c.gate.mu.Unlock()
	if c.share.claims--; c.share.claims == 0 {
		delete(c.gate.tenants, c.tenant)
	}
	c.share = nil
}
