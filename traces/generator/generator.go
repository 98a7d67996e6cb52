package generator

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"supersonic/internal/faultfs"
	"supersonic/traces/otlp"
)

// lastPush is how long the push of the last values may take after the end.
const lastPush = 2 * time.Second

// Generator makes series from spans. See the package's documentation.
type Generator struct {
	cfg     Config
	m       *counts
	backlog *backlog
	sender  *sender

	mu       sync.Mutex // for what follows, and for the groups
	closed   bool
	registry *registry
	weights  *weights
	recent   *recent
	in       *intake
	graph    *graph       // nil: off
	spans    *spanMetrics // nil: off
	infos    *infos       // nil: off

	last int64 // time stamp of the newest samples, ms; of Run
}

// New checks cfg, registers the generator's own metrics and reads what the queue
// on disk holds. It starts nothing. Series count from here.
func New(cfg Config, deps Deps) (*Generator, error) {
	cfg = cfg.withDefaults()
	if err := cfg.check(); err != nil {
		return nil, fmt.Errorf("metrics generator: %w", err)
	}
	m, err := newCounts(deps.Metrics)
	if err != nil {
		return nil, fmt.Errorf("metrics generator: %w", err)
	}
	if deps.Log == nil {
		deps.Log = slog.New(slog.DiscardHandler)
	}
	if deps.Files == nil {
		deps.Files = faultfs.OS{}
	}
	g := &Generator{cfg: cfg, m: m, recent: newRecent(cfg.MaxRecent)}
	if err := g.make(deps); err != nil {
		return nil, fmt.Errorf("metrics generator: %w", err)
	}
	return g, nil
}

func (g *Generator) make(deps Deps) (err error) {
	now := time.Now()
	k := newKeys()
	g.in = newIntake(k, g.cfg)
	g.registry = newRegistry(g.cfg, g.m, deps.Log, now)
	g.weights = newWeights(g.cfg, g.m, now)
	if g.cfg.ServiceGraphs {
		g.graph = newGraph(g.cfg, g.registry, g.weights, g.m)
		if g.graph.filter, err = newFilter(g.cfg.Graph.Filters, k); err != nil {
			return fmt.Errorf("service_graphs: %w", err)
		}
		g.weights.edgeRatio = k.ratio(g.cfg.Graph.MultiplierKey)
	}
	if g.cfg.SpanMetrics {
		g.spans = newSpanMetrics(g.cfg, g.registry, g.weights, g.m, k)
		if g.spans.filter, err = newFilter(g.cfg.Spans.Filters, k); err != nil {
			return fmt.Errorf("span_metrics: %w", err)
		}
		g.weights.spanRatio = k.ratio(g.cfg.Spans.MultiplierKey)
	}
	if g.cfg.HostInfo || g.cfg.SpanMetrics && g.cfg.Spans.TargetInfo {
		g.infos = newInfos(g.cfg, g.registry, g.m, k)
	}
	if g.backlog, err = openBacklog(deps.Files, g.cfg.QueueDir, g.cfg.QueueBytes, g.m, deps.Log); err != nil {
		return err
	}
	g.sender = newSender(g.cfg, g.m, deps.Log, deps.Client, g.backlog)
	g.sender.refusal = func(q *request) {
		g.mu.Lock()
		defer g.mu.Unlock()
		q.refused()
	}
	return nil
}

// Consume counts the spans of a batch, which it does not keep. It takes about a
// microsecond a span, one batch at a time, and waits for nobody else. Any goroutine
// may call it, before and during Run; after Run the spans are refused.
func (g *Generator) Consume(b *otlp.Batch) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		g.m.stopped.Add(float64(len(b.Spans)))
		return
	}
	g.read(b, time.Now())
}

// Run pushes series until ctx ends. Then it settles what still waits, pushes the
// last values and the end of each series within two seconds, leaves what the
// receiver did not take to the queue on disk, and returns nil: a receiver that is
// gone is no error of ours. Call it once.
func (g *Generator) Run(ctx context.Context) error {
	sending, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	stop := make(chan struct{})
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		g.sender.run(sending, stop)
	}()
	timer := time.NewTimer(0)
	defer timer.Stop()
	tick := g.after(time.Now())
	for ctx.Err() == nil {
		timer.Reset(time.Until(g.wake(tick)))
		select {
		case <-ctx.Done():
		case now := <-timer.C:
			g.expire(now, now)
			if !now.Before(tick) {
				g.push(now.Truncate(g.cfg.FlushInterval).UnixMilli(), now, false)
				tick = g.after(now)
			}
		}
	}
	g.finish()
	limit := time.AfterFunc(lastPush, cancel)
	defer limit.Stop()
	close(stop)
	<-sent
	g.backlog.sync()
	return nil
}

// after is the first multiple of the flush interval past now.
func (g *Generator) after(now time.Time) time.Time {
	return now.Truncate(g.cfg.FlushInterval).Add(g.cfg.FlushInterval)
}

// wake is when there is something to do at the latest.
func (g *Generator) wake(tick time.Time) time.Time {
	g.mu.Lock()
	defer g.mu.Unlock()
	at := g.weights.next(tick)
	if g.graph != nil {
		at = g.graph.next(at)
	}
	return at
}

// expire settles what was due by deadline.
func (g *Generator) expire(deadline, now time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.weights.expire(deadline, now)
	if g.graph != nil {
		g.in.now = now
		g.graph.expire(deadline, g.in)
		g.m.pending.WithLabelValues("calls").Set(float64(g.graph.calls.len()))
		g.m.pending.WithLabelValues("clients").Set(float64(g.graph.clients.len()))
		g.m.pending.WithLabelValues("servers").Set(float64(g.graph.servers.len()))
	}
	g.m.pending.WithLabelValues("weights").Set(float64(g.weights.waiting))
}

// push queues what is due at a time stamp. While the receiver is down or slow it is
// asked for at heartbeats alone: that many samples are worth keeping.
func (g *Generator) push(at int64, now time.Time, last bool) {
	if at <= g.last || !last && g.sender.behind() && at%g.cfg.Heartbeat.Milliseconds() != 0 {
		return
	}
	g.mu.Lock()
	c := g.registry.collect(at, now, last)
	var requests []*request
	for q := c.step(); q != nil; q = c.step() {
		requests = append(requests, q)
		g.mu.Unlock() // spans may come in between
		g.mu.Lock()
	}
	g.mu.Unlock()
	if len(requests) > 0 {
		g.last = at
		g.backlog.put(requests, now)
	}
}

// finish settles everything as if its time were over, and queues the result.
func (g *Generator) finish() {
	g.mu.Lock()
	g.closed = true
	g.mu.Unlock()
	now := time.Now()
	g.expire(now.Add(g.cfg.Wait), now)
	g.registry.cfg.FlushInterval = time.Millisecond // the end does not wait for a full interval
	g.push(max(now.UnixMilli(), g.last+1), now, true)
}
