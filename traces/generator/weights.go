package generator

import (
	"cmp"
	"math"
	"time"

	"supersonic/internal/sampling"
	"supersonic/traces/column"
	"supersonic/traces/otlp"
)

// weights finds out how many spans one span stands for (design, "Sampling", line
// 7): its own `th`, else the head threshold of its trace, which the `ingress` span
// tells or, where there is none, the root. A span whose trace is not known yet
// waits; what is still unknown then counts as one, and that is counted.
type weights struct {
	wait    time.Duration
	max     int
	m       *counts
	heads   heads
	waiters *table[[16]byte, []observation]
	waiting int             // observations in waiters
	spare   [][]observation // lists to be used again

	state  string // a tracestate, and its weight: most spans have the same
	weight float64

	edgeRatio, spanRatio key // attributes with a sampling ratio, for spans without a `th`; noKey: none
}

// heads is what is known of traces' head thresholds: a weight, 0 if the head states
// none. It remembers a trace for once to twice the time to wait.
type heads struct {
	now, old map[[16]byte]float64
	turned   time.Time
}

func (h *heads) get(trace [16]byte) (float64, bool) {
	if w, ok := h.now[trace]; ok {
		return w, true
	}
	w, ok := h.old[trace]
	return w, ok
}

func (h *heads) turn(now time.Time) {
	h.now, h.old = h.old, h.now
	clear(h.now)
	h.turned = now
}

func newWeights(cfg Config, m *counts, now time.Time) *weights {
	return &weights{wait: cfg.Wait, max: cfg.MaxPending, m: m, waiters: newTable[[16]byte, []observation](),
		heads: heads{now: map[[16]byte]float64{}, old: map[[16]byte]float64{}, turned: now}, edgeRatio: noKey, spanRatio: noKey}
}

// own is the weight of a span's own `th`, 0 if it has none.
func (w *weights) own(s *otlp.Span) float64 {
	if len(s.TraceState) == 0 {
		return 0
	}
	if string(s.TraceState) != w.state {
		w.state, w.weight = string(s.TraceState), 0
		if th, ok := sampling.FromTracestate(w.state); ok {
			w.weight = th.Weight()
		}
	}
	return w.weight
}

// of is the weight of s for edges and for span metrics, as far as it is known now; 0
// means not yet.
func (w *weights) of(in *intake, s *otlp.Span, ingress bool) (edge, span float64) {
	if own := w.own(s); own > 0 {
		return own, own
	}
	edge, span = multiplied(in, s, w.edgeRatio), multiplied(in, s, w.spanRatio)
	if edge > 0 && span > 0 {
		return edge, span
	}
	told := w.told(in, s, ingress)
	return cmp.Or(edge, told), cmp.Or(span, told)
}

// told is what a trace's head says of a span without a weight of its own. An ingress
// span never waits: without a `th` its caller decided, and speaks for itself alone.
func (w *weights) told(in *intake, s *otlp.Span, ingress bool) float64 {
	switch {
	case ingress:
		return w.one(w.m.callerDecided)
	case in.keys.has(s.Attrs, in.attr.thAssumed):
		return w.one(w.m.collectorAssumed) // it has waited already
	}
	if weight, ok := w.heads.get(s.TraceID); ok {
		return w.orOne(weight)
	}
	return 0
}

// head is the weight that the head of a trace states; 0 if it is not known.
func (w *weights) head(trace [16]byte) float64 {
	weight, _ := w.heads.get(trace)
	return weight
}

func (w *weights) one(reason counter) float64 {
	reason.Inc()
	return 1
}

func (w *weights) orOne(weight float64) float64 {
	if weight > 0 {
		return weight
	}
	return w.one(w.m.headStatesNone)
}

// learn takes note of the head threshold that an ingress or root span tells, and
// settles what waited for it.
func (w *weights) learn(in *intake, s *otlp.Span) {
	if _, known := w.heads.get(s.TraceID); known {
		return
	}
	weight := w.own(s)
	if v := in.keys.text(s.Attrs, in.attr.headThreshold); v != "" {
		weight = 0
		if th, ok := sampling.ParseThreshold(v); ok {
			weight = th.Weight()
		}
	}
	if len(w.heads.now) >= w.max {
		w.heads.turn(in.now) // the older half: its spans are most likely through
	}
	w.heads.now[s.TraceID] = weight
	if obs, ok := w.waiters.take(s.TraceID); ok {
		w.settle(s.TraceID, obs, func() float64 { return w.orOne(weight) }, in.now)
	}
}

// later keeps o until the weight of its trace is known.
func (w *weights) later(o observation, trace [16]byte, now time.Time) {
	if w.waiting >= w.max {
		o.add(w.one(w.m.noRoomToWait), trace, now)
		return
	}
	o.group.touch(now) // it must not end meanwhile
	w.waiting++
	if obs := w.waiters.get(trace); obs != nil {
		*obs = append(*obs, o)
		return
	}
	var obs []observation
	if n := len(w.spare); n > 0 {
		obs, w.spare = w.spare[n-1], w.spare[:n-1]
	}
	w.waiters.put(trace, now.Add(w.wait).UnixNano(), append(obs, o))
}

func (w *weights) settle(trace [16]byte, obs []observation, weight func() float64, now time.Time) {
	for _, o := range obs {
		o.add(weight(), trace, now)
	}
	w.waiting -= len(obs)
	if cap(obs) <= 64 && len(w.spare) < 4096 {
		clear(obs)
		w.spare = append(w.spare, obs[:0])
	}
}

func (w *weights) expire(deadline, now time.Time) {
	w.waiters.expire(deadline, func(trace [16]byte, obs []observation) {
		w.settle(trace, obs, func() float64 { return w.one(w.m.headNotSeen) }, now)
	})
	if now.Sub(w.heads.turned) >= w.wait {
		w.heads.turn(now)
	}
}

func (w *weights) next(at time.Time) time.Time { return w.waiters.next(at) }

// multiplied is the weight that an attribute with a sampling ratio gives, 0 if
// there is none: what Tempo knows instead of `th`.
func multiplied(in *intake, s *otlp.Span, at key) float64 {
	if at == noKey {
		return 0
	}
	a := in.keys.find(s.Attrs, at)
	if a == nil {
		a = in.keys.find(in.batch.Resources[s.Resource].Attrs, at)
	}
	switch {
	case a == nil:
		return 0
	case a.Type == column.Int && int64(a.Num) > 0:
		return 1 / float64(int64(a.Num))
	case a.Type == column.Float:
		if r := math.Float64frombits(a.Num); r > 0 && !math.IsInf(r, 0) && !math.IsInf(1/r, 0) {
			return 1 / r
		}
	}
	return 0
}
