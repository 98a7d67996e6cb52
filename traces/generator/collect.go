package generator

import (
	"math"
	"time"

	"github.com/prometheus/prometheus/prompb"
)

// staleMarker are the bits of the NaN by which Prometheus knows that a series has
// ended (its model/value.StaleNaN).
const staleMarker = 0x7ff0000000000002

// collect renders the groups that are due at the time stamp at: those that changed
// lately, and at a heartbeat all of them. A group that changed within the last
// heartbeat is due at each push, so that its samples are evenly spaced, which is
// what increase() extrapolates from. Time stamps are multiples of the flush
// interval: a query whose steps are whole seconds then finds a sample exactly at
// its end and extrapolates nothing.
func (r *registry) collect(at int64, now time.Time) []*request {
	heartbeat := at%r.cfg.Heartbeat.Milliseconds() == 0
	var out []*request
	b := &batch{at: at, interval: r.cfg.FlushInterval}
	for _, g := range r.groups {
		idle := now.Sub(g.lastChange)
		if idle >= r.cfg.StaleAfter && g.begun {
			g.dying = true
			g.floor = at
			r.floor = max(r.floor, at)
		}
		if !heartbeat && !g.dying && g.begun && idle > r.cfg.Heartbeat {
			continue
		}
		b.add(g)
		if len(b.series) >= seriesPerPush {
			out = append(out, b.request())
		}
	}
	if len(b.series) > 0 {
		out = append(out, b.request())
	}
	return out
}

// batch gathers groups into one request.
type batch struct {
	at       int64
	interval time.Duration
	groups   []*group
	series   []prompb.TimeSeries
	samples  int
	zeros    []int64 // of the group at hand
}

func (b *batch) request() *request {
	w := prompb.WriteRequest{Timeseries: b.series}
	body, err := w.Marshal()
	if err != nil {
		panic("generator: a remote-write request cannot fail to encode: " + err.Error())
	}
	q := &request{body: body, groups: b.groups, samples: b.samples}
	b.groups, b.series, b.samples = nil, nil, 0
	return q
}

// add renders one group, unless its zeros have no room yet.
func (b *batch) add(g *group) {
	b.zeros = nil
	if !g.begun {
		birth := g.birth
		if birth == 0 {
			birth = b.at
		}
		if b.zeros = zeros(birth, g.floor, b.interval); len(b.zeros) == 0 {
			return
		}
		g.birth = birth
	}
	for i := range g.counters {
		b.write(g, g.counters[i].labels, g.counters[i].value, nil)
	}
	for _, h := range g.histograms {
		var sum float64
		for i, labels := range h.buckets {
			sum += h.counts[i]
			b.write(g, labels, sum, h.exemplars[i].take())
		}
		b.write(g, h.total, sum, nil)
		b.write(g, h.sumLabels, h.sum, nil)
	}
	b.groups = append(b.groups, g)
}

func (b *batch) write(g *group, labels []prompb.Label, v float64, exemplars []prompb.Exemplar) {
	if g.dying {
		v, exemplars = math.Float64frombits(staleMarker), nil
	}
	samples := make([]prompb.Sample, 0, len(b.zeros)+1)
	for _, t := range b.zeros {
		samples = append(samples, prompb.Sample{Timestamp: t})
	}
	samples = append(samples, prompb.Sample{Timestamp: b.at, Value: v})
	b.samples += len(samples)
	b.series = append(b.series, prompb.TimeSeries{Labels: labels, Samples: samples, Exemplars: exemplars})
}

// take is the exemplar if it is new since the last push.
func (e *exemplar) take() []prompb.Exemplar {
	if !e.fresh {
		return nil
	}
	e.fresh = false
	return []prompb.Exemplar{{
		Labels: []prompb.Label{{Name: "trace_id", Value: e.trace.String()}}, Value: e.value, Timestamp: e.at,
	}}
}

// delivered notes that a push arrived and returns the groups that ended with it.
func delivered(groups []*group) []*group {
	var ended []*group
	for _, g := range groups {
		if g.dying {
			ended = append(ended, g)
		} else if g.birth != 0 {
			g.begun = true
		}
	}
	return ended
}

// given notes that a push was refused for good. Zeros are tried a second time, as
// the fault may be another series'; then the values go without, as the fault may
// be theirs: a receiver that took half of the last request has newer samples.
func given(groups []*group) []*group {
	var ended []*group
	for _, g := range groups {
		switch {
		case g.dying:
			ended = append(ended, g)
		case !g.begun:
			g.tries++
			g.begun = g.tries >= 2
		}
	}
	return ended
}
