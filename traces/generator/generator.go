package generator

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"supersonic/internal/attr"
	"supersonic/traces/span"
)

// lastPush is how long the push of the last values may take after the end.
const lastPush = 2 * time.Second

// Generator makes series from spans. See the package's documentation.
type Generator struct {
	cfg   Config
	m     *counts
	queue *queue

	// What follows belongs to the goroutine of Run.
	registry *registry
	weights  *weights
	graph    *graph       // nil: off
	spans    *spanMetrics // nil: off
	pusher   *pusher
	index    map[span.ID]int // of the batch at hand
}

// New checks cfg and registers the generator's own metrics. It opens nothing and
// starts nothing. Series count from here.
func New(cfg Config, deps Deps) (*Generator, error) {
	cfg = cfg.withDefaults()
	if err := cfg.check(); err != nil {
		return nil, fmt.Errorf("metrics generator: %w", err)
	}
	m, err := newCounts(deps.Metrics)
	if err != nil {
		return nil, fmt.Errorf("metrics generator: %w", err)
	}
	log := deps.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	g := &Generator{cfg: cfg, m: m, queue: newQueue(cfg.MaxQueue, m), index: map[span.ID]int{}}
	g.registry = newRegistry(cfg, m, time.Now())
	g.weights = newWeights(cfg, m)
	if cfg.ServiceGraphs {
		g.graph = newGraph(cfg, g.registry, g.weights, m)
	}
	if cfg.SpanMetrics {
		g.spans = newSpanMetrics(cfg, g.registry, g.weights, m)
	}
	g.pusher = newPusher(cfg, m, log, deps.Client)
	return g, nil
}

// Consume hands spans over and returns at once; what does not fit into the queue
// is refused and counted. The generator reads the spans later: neither the slice
// nor what it refers to may change. Any goroutine may call it, before and during
// Run; after Run the spans are refused.
func (g *Generator) Consume(spans []span.Span) { g.queue.put(spans) }

// Run reads what Consume queued and pushes series until ctx ends. Then it settles
// what still waits, pushes once more within two seconds, and returns nil: a
// receiver that is gone is no error of ours. Call it once.
func (g *Generator) Run(ctx context.Context) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	pushes, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	tick := g.firstTick()
	for {
		timer.Reset(time.Until(g.wake(tick)))
		select {
		case <-ctx.Done():
			cancel()
			g.pusher.await(g.registry)
			g.finish(context.WithoutCancel(ctx))
			return nil
		case <-g.queue.wake:
			g.read()
		case r := <-g.pusher.results:
			g.pusher.settle(r, g.registry)
		case now := <-timer.C:
			g.expire(now, now)
			if !now.Before(tick) {
				g.pusher.start(pushes, g.registry, now)
				tick = now.Truncate(g.cfg.FlushInterval).Add(g.cfg.FlushInterval)
			}
		}
	}
}

func (g *Generator) firstTick() time.Time {
	return time.Now().Truncate(g.cfg.FlushInterval).Add(g.cfg.FlushInterval)
}

// wake is when there is something to do at the latest.
func (g *Generator) wake(tick time.Time) time.Time {
	at := g.weights.next(tick)
	if g.graph != nil {
		at = g.graph.next(at)
	}
	return at
}

// expire settles what was due by deadline.
func (g *Generator) expire(deadline, now time.Time) {
	g.weights.expire(deadline, now)
	if g.graph != nil {
		g.graph.expire(deadline, now)
		g.m.pending.WithLabelValues("calls").Set(float64(len(g.graph.calls)))
		g.m.pending.WithLabelValues("clients").Set(float64(len(g.graph.clients)))
		g.m.pending.WithLabelValues("servers").Set(float64(len(g.graph.servers)))
	}
	g.m.pending.WithLabelValues("weights").Set(float64(g.weights.waiting))
}

// finish settles everything as if its time were over, and pushes the result.
func (g *Generator) finish(ctx context.Context) {
	g.queue.close()
	g.read()
	now := time.Now()
	g.expire(now.Add(g.cfg.Wait), now)
	ctx, cancel := context.WithTimeout(ctx, lastPush)
	defer cancel()
	if last := time.UnixMilli(g.pusher.last + 1); now.Before(last) {
		now = last
	}
	g.pusher.cfg.FlushInterval = time.Millisecond // the end does not wait for a full interval
	g.pusher.start(ctx, g.registry, now)
	g.pusher.await(g.registry)
}

// read takes in all batches that wait.
func (g *Generator) read() {
	for _, batch := range g.queue.take() {
		g.readBatch(batch, time.Now())
	}
}

// readBatch takes one export's spans in. Children come before their parents as
// often as after, so an index tells each span its parent.
func (g *Generator) readBatch(batch []span.Span, now time.Time) {
	g.indexBatch(batch)
	oldest := uint64(now.Add(-g.cfg.MaxAge).UnixNano())
	var resource *span.Resource
	var service string
	read := 0
	for i := range batch {
		s := &batch[i]
		if s.End < oldest {
			continue
		}
		read++
		if s.Resource != resource {
			resource, service = s.Resource, s.Resource.ServiceName()
		}
		g.readSpan(s, g.parent(batch, s), service, now)
	}
	g.m.spans.WithLabelValues("read", "").Add(float64(read))
	if old := len(batch) - read; old > 0 {
		g.m.spans.WithLabelValues("refused", "too_old").Add(float64(old))
	}
}

func (g *Generator) readSpan(s, parent *span.Span, service string, now time.Time) {
	// An InferRequest without a parent is no root: Triton lost its context.
	if isIngress(s) || (s.Parent.IsZero() && s.Name != attr.InferRequest) {
		g.weights.learn(s, now)
	}
	weight := g.weights.of(s)
	if g.graph != nil {
		g.graph.add(s, parent, service, weight, now)
	}
	if g.spans != nil {
		g.spans.add(s, service, weight, now)
	}
}

func (g *Generator) indexBatch(batch []span.Span) {
	clear(g.index)
	if g.graph == nil {
		return
	}
	for i := range batch {
		g.index[batch[i].ID] = i
	}
}

// parent is the span of batch that is the parent of s, nil if there is none.
func (g *Generator) parent(batch []span.Span, s *span.Span) *span.Span {
	if s.Parent.IsZero() {
		return nil
	}
	if i, ok := g.index[s.Parent]; ok && batch[i].TraceID == s.TraceID {
		return &batch[i]
	}
	return nil
}
