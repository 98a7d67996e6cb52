package admit

import (
	"context"
	"fmt"
	"math"
	"sync/atomic"
	"time"
)

const (
	loadEvery   = 5 * time.Second
	loadTimeout = 4 * time.Second
	loadStale   = time.Minute
)

// Load is a measure of load; ok is false if there is no value now.
type Load interface {
	Load(ctx context.Context) (value float64, ok bool)
}

type reading struct {
	value float64
	at    time.Time
}

// LoadGate is open while the load is at most a threshold, or not known.
type LoadGate struct {
	load      Load
	threshold float64
	now       func() time.Time
	newest    atomic.Pointer[reading]
}

// NewLoadGate returns a gate that is open until Run has read a load above
// threshold.
func NewLoadGate(load Load, threshold float64, now func() time.Time) *LoadGate {
	return &LoadGate{load: load, threshold: threshold, now: now}
}

// Run reads the load until ctx ends.
func (g *LoadGate) Run(ctx context.Context) {
	tick := time.NewTicker(loadEvery)
	defer tick.Stop()
	for {
		limit, cancel := context.WithTimeout(ctx, loadTimeout)
		if v, ok := g.load.Load(limit); ok && !math.IsNaN(v) {
			g.newest.Store(&reading{v, g.now()})
		}
		cancel()
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// Refuses tells whether a joining client is to be refused, and why.
func (g *LoadGate) Refuses() (reason string, refused bool) {
	r := g.newest.Load()
	if r == nil || r.value <= g.threshold || g.now().Sub(r.at) > loadStale {
		return "", false
	}
	return fmt.Sprintf("the servers are loaded: %.4g is above the threshold of %.4g; try again later or another site", r.value, g.threshold), true
}
