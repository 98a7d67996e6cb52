package generator

import (
	"time"

	"supersonic/internal/attr"
	"supersonic/traces/span"
)

// weights finds out how many spans one span stands for (design, "Sampling", line
// 7): its own `th`, else the head threshold of its trace, which the `ingress` span
// tells or, where there is none, the root. A span whose trace is not known yet
// waits; what is still unknown then counts as one, and that is counted.
type weights struct {
	wait    time.Duration
	max     int
	m       *counts
	heads   map[span.TraceID]*head
	expiry  fifo[*head]
	waiters map[span.TraceID]*waiters
	waiting int // observations in waiters
	queue   fifo[*waiters]
}

// head is what is known of a trace's head threshold.
type head struct {
	wait
	trace  span.TraceID
	weight float64 // 0: the head states none
}

// waiters are the observations of one trace that wait for its weight.
type waiters struct {
	wait
	trace span.TraceID
	obs   []observation
}

func newWeights(cfg Config, m *counts) *weights {
	return &weights{wait: cfg.Wait, max: cfg.MaxPending, m: m, heads: map[span.TraceID]*head{}, waiters: map[span.TraceID]*waiters{}}
}

// of is the weight of s as far as it is known now; 0 means not yet. An ingress
// span never waits: without a `th` its caller decided, and speaks for itself alone.
func (w *weights) of(s *span.Span) float64 {
	switch {
	case s.Weight > 0:
		return s.Weight
	case isIngress(s):
		return w.one("caller_decided")
	case s.Attr(attr.ThAssumed) != "":
		return w.one("collector_assumed") // it has waited already
	}
	if h := w.heads[s.TraceID]; h != nil {
		return w.orOne(h.weight)
	}
	return 0
}

// head is the weight that the head of a trace states; 0 if it is not known.
func (w *weights) head(trace span.TraceID) float64 {
	if h := w.heads[trace]; h != nil {
		return h.weight
	}
	return 0
}

func (w *weights) one(reason string) float64 {
	w.m.assumed.WithLabelValues(reason).Inc()
	return 1
}

func (w *weights) orOne(weight float64) float64 {
	if weight > 0 {
		return weight
	}
	return w.one("head_states_none")
}

// learn takes note of the head threshold that an ingress or root span tells, and
// settles what waited for it.
func (w *weights) learn(s *span.Span, now time.Time) {
	if w.heads[s.TraceID] != nil {
		return
	}
	h := &head{wait: wait{deadline: now.Add(w.wait)}, trace: s.TraceID}
	if th, ok := s.HeadThreshold(); ok {
		h.weight = th.Weight()
	}
	if len(w.heads) >= w.max {
		w.forget(w.expiry.items[w.expiry.head]) // the oldest: its spans are most likely through
		w.expiry.pop()
	}
	w.heads[s.TraceID] = h
	w.expiry.push(h)
	if ws := w.waiters[s.TraceID]; ws != nil {
		w.settle(ws, func() float64 { return w.orOne(h.weight) }, now)
	}
}

// later keeps o until the weight of its trace is known.
func (w *weights) later(o observation, now time.Time) {
	if w.waiting >= w.max {
		o.add(w.one("no_room_to_wait"), now)
		return
	}
	ws := w.waiters[o.trace]
	if ws == nil {
		ws = &waiters{wait: wait{deadline: now.Add(w.wait)}, trace: o.trace}
		w.waiters[o.trace] = ws
		w.queue.push(ws)
	}
	ws.obs = append(ws.obs, o)
	w.waiting++
}

func (w *weights) settle(ws *waiters, weight func() float64, now time.Time) {
	for _, o := range ws.obs {
		o.add(weight(), now)
	}
	w.waiting -= len(ws.obs)
	ws.done, ws.obs = true, nil
	delete(w.waiters, ws.trace)
}

func (w *weights) forget(h *head) {
	h.done = true
	delete(w.heads, h.trace)
}

func (w *weights) expire(deadline, now time.Time) {
	expire(&w.expiry, deadline, w.forget)
	expire(&w.queue, deadline, func(ws *waiters) { w.giveUp(ws, now) })
}

func (w *weights) giveUp(ws *waiters, now time.Time) {
	w.settle(ws, func() float64 { return w.one("head_not_seen") }, now)
}

func (w *weights) next(at time.Time) time.Time { return next(&w.queue, at) }
