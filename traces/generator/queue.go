package generator

import (
	"sync"

	"supersonic/traces/span"
)

// queue holds the batches that Consume left until Run reads them. It is bounded in
// spans: a batch that does not fit is refused whole.
type queue struct {
	max  int
	m    *counts
	wake chan struct{} // holds one: there is something

	mu      sync.Mutex
	batches [][]span.Span
	spans   int
	closed  bool
}

func newQueue(limit int, m *counts) *queue {
	return &queue{max: limit, m: m, wake: make(chan struct{}, 1)}
}

func (q *queue) put(batch []span.Span) {
	if len(batch) == 0 {
		return
	}
	if reason := q.tryPut(batch); reason != "" {
		q.m.spans.WithLabelValues("refused", reason).Add(float64(len(batch)))
		return
	}
	select {
	case q.wake <- struct{}{}:
	default: // it is awake already
	}
}

// tryPut returns why the batch was refused, "" if it was not.
func (q *queue) tryPut(batch []span.Span) string {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case q.closed:
		return "stopped"
	case q.spans > 0 && q.spans+len(batch) > q.max: // one batch always fits, whatever its size
		return "queue_full"
	}
	q.batches = append(q.batches, batch)
	q.spans += len(batch)
	return ""
}

func (q *queue) take() [][]span.Span {
	q.mu.Lock()
	defer q.mu.Unlock()
	out := q.batches
	q.batches, q.spans = nil, 0
	return out
}

func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
}
