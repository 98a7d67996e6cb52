package generator

import (
	"math"
	"time"

	"github.com/klauspost/compress/snappy"
)

// seriesPerPush is how many series a request has, about.
const seriesPerPush = 2000

// request is one remote-write request.
type request struct {
	body    []byte // as it is sent: snappy; nil while it is on disk alone
	samples int
	begun   []*group // whose first values it carries
}

// collection is one round through the groups: those that changed lately, and at a
// heartbeat all of them. A group that changed within the last heartbeat is due at
// each push, so that its samples are evenly spaced, which is what increase()
// extrapolates from. Time stamps are multiples of the flush interval: a query
// whose steps are whole seconds then finds a sample exactly at its end and
// extrapolates nothing.
type collection struct {
	r         *registry
	at        int64 // time stamp, ms
	now       time.Time
	heartbeat bool
	last      bool // the end: each series gets its stale marker, too

	next int // group
	kept int // groups before next that go on
	w    writer
	reqs []*group
}

func (r *registry) collect(at int64, now time.Time, last bool) *collection {
	heartbeat := last || at%r.cfg.Heartbeat.Milliseconds() == 0
	return &collection{r: r, at: at, now: now, heartbeat: heartbeat, last: last, w: writer{label: r.cfg.TraceLabel}}
}

// step renders the next request, nil at the end. Groups may be added between two
// steps, and change: each is rendered once, at some moment of the collection.
func (c *collection) step() *request {
	r := c.r
	for c.next < len(r.groups) && c.w.series < seriesPerPush {
		g := r.groups[c.next]
		c.next++
		if !c.due(g) {
			r.groups[c.kept] = g
			c.kept++
		}
	}
	if c.next == len(r.groups) {
		clear(r.groups[c.kept:])
		r.groups = r.groups[:c.kept]
		c.next = c.kept
		r.m.series.Set(float64(r.series))
	}
	if c.w.series == 0 {
		return nil
	}
	q := &request{body: snappy.Encode(nil, c.w.out), samples: c.w.samples, begun: c.reqs}
	c.w.out, c.w.series, c.w.samples, c.reqs = c.w.out[:0], 0, 0, nil
	return q
}

// due renders a group if it is due, and tells whether it has ended with that. A
// group that ends is forgotten at once: what is observed later begins a new one,
// with zeros after its stale marker.
func (c *collection) due(g *group) (ended bool) {
	idle := c.now.Sub(g.lastChange)
	ended = g.begun && idle >= c.r.cfg.StaleAfter
	if !c.heartbeat && !ended && g.begun && idle > c.r.cfg.Heartbeat {
		return false
	}
	var zero []int64
	if !g.begun {
		birth := g.birth
		if birth == 0 {
			birth = c.at
		}
		if !g.family.gauge {
			if zero = zeros(birth, g.floor, c.r.cfg.FlushInterval); len(zero) == 0 {
				return false
			}
		}
		g.birth, g.begun = birth, true
		c.reqs = append(c.reqs, g)
	}
	c.render(g, zero, ended)
	if ended {
		c.r.floor = max(c.r.floor, c.at)
		c.r.series -= g.family.size()
		g.forget()
	}
	return ended
}

func (c *collection) render(g *group, zero []int64, ended bool) {
	for i, name := range g.family.counters {
		c.write(g, name, nil, zero, g.counters[i], nil, ended)
	}
	for i, f := range g.family.histograms {
		h := &g.histograms[i]
		if f.native {
			c.writeNative(g, f, h, zero, ended)
		}
		if !f.classic {
			continue
		}
		var sum float64
		for b, le := range f.le {
			sum += h.counts[b]
			c.write(g, f.bucket, le, zero, sum, &h.exemplars[b], ended)
		}
		c.write(g, f.total, nil, zero, sum, nil, ended)
		c.write(g, f.sum, nil, zero, h.sum, nil, ended)
	}
}

func (c *collection) write(g *group, name, le []byte, zero []int64, v float64, e *exemplar, ended bool) {
	stale := math.Float64frombits(staleMarker)
	c.w.begin(&g.frame, name, le)
	for _, t := range zero {
		c.w.sample(t, 0)
	}
	if ended {
		c.w.sample(c.at, stale)
		c.w.end()
		return
	}
	c.w.sample(c.at, v)
	if c.last {
		c.w.sample(c.at+1, stale)
	}
	if e != nil && e.fresh {
		c.w.exemplar(e)
		e.fresh = false
	}
	c.w.end()
}

// writeNative writes a native histogram. Its exemplars are those of the classic
// buckets, unless these are pushed, too.
func (c *collection) writeNative(g *group, f *histogramFamily, h *histogram, zero []int64, ended bool) {
	c.w.begin(&g.frame, f.name, nil)
	for i := range h.exemplars {
		if e := &h.exemplars[i]; !f.classic && !ended && e.fresh {
			c.w.exemplar(e)
			e.fresh = false
		}
	}
	for _, t := range zero {
		c.w.native(t, &sparse{}, 0)
	}
	if ended {
		c.w.native(c.at, &sparse{}, math.Float64frombits(staleMarker))
		c.w.end()
		return
	}
	c.w.native(c.at, h.native, h.sum)
	if c.last {
		c.w.native(c.at+1, &sparse{}, math.Float64frombits(staleMarker))
	}
	c.w.end()
}

// refused notes that a request was refused for good. Its zeros are tried a second
// time, as the fault may be another series'; then the values go without, as the
// fault may be theirs: a receiver that took half of the request has newer samples.
func (q *request) refused() {
	for _, g := range q.begun {
		if g.tries++; g.tries < 2 {
			g.begun = false
		}
	}
}
