package collector

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/internal/attr"
	"supersonic/internal/sampling"
)

// errBacklog refuses spans while what follows the processor refuses what it has.
var errBacklog = errors.New("supersonic_weight: the next stage refuses spans that were held; try again later")

// Limits of what leaves the hold.
const (
	releaseBatch = 2048                   // spans handed on together
	retryFirst   = 100 * time.Millisecond // pause after a refusal, doubled each time
	retryMost    = 5 * time.Second
)

// weigher is the processor supersonic_weight of one pipeline: see newWeightFactory.
//
// Spans with a known threshold go on in the request that brought them. The others
// move to the hold once the rest of their request was accepted (so that a sender's
// retry brings none twice), and from there, decided, to `ready`, which one goroutine
// hands on in batches, again and again while the next stage refuses.
type weigher struct {
	cfg  weightConfig
	next consumer.Traces
	m    *weightMetrics
	wake chan struct{} // something is ready, or a first trace waits
	stop chan struct{}
	done chan struct{} // nil before Start

	mu         sync.Mutex
	known      *decisions
	hold       *hold
	ready      []ptrace.Traces
	readySpans int // also those that the goroutine is handing on
}

func newWeigher(cfg weightConfig, next consumer.Traces, m *weightMetrics) *weigher {
	return &weigher{
		cfg: cfg, next: next, m: m,
		wake: make(chan struct{}, 1), stop: make(chan struct{}),
		known: newDecisions(cfg.Remember, cfg.MaxTraces), hold: newHold(),
	}
}

func (w *weigher) Capabilities() consumer.Capabilities {
	return consumer.Capabilities{MutatesData: true}
}

func (w *weigher) Start(context.Context, component.Host) error {
	w.done = make(chan struct{})
	go w.run()
	return nil
}

// ConsumeTraces passes what is decided on and holds the rest.
func (w *weigher) ConsumeTraces(ctx context.Context, td ptrace.Traces) error {
	rest, err := w.split(td)
	if err != nil {
		return err
	}
	if td.ResourceSpans().Len() > 0 {
		if err := w.next.ConsumeTraces(ctx, td); err != nil {
			return err
		}
	}
	if len(rest) > 0 {
		w.keep(rest)
	}
	return nil
}

// split learns from the ingress spans of td, writes what is known and takes out
// what must wait.
func (w *weigher) split(td ptrace.Traces) ([]*waiting, error) {
	now := time.Now()
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.readySpans > w.cfg.MaxSpans {
		w.m.refused.Add(int64(td.SpanCount()))
		return nil, errBacklog
	}
	w.learn(td, now)
	var p splitter
	counts := map[string]int{}
	i, j := 0, 0
	td.ResourceSpans().RemoveIf(func(rs ptrace.ResourceSpans) bool {
		i++
		rs.ScopeSpans().RemoveIf(func(ss ptrace.ScopeSpans) bool {
			j++
			ss.Spans().RemoveIf(func(s ptrace.Span) bool {
				if w.pass(s, now, counts) {
					return false
				}
				p.move(i, j, rs, ss, s, now)
				return true
			})
			return ss.Spans().Len() == 0
		})
		return rs.ScopeSpans().Len() == 0
	})
	for outcome, n := range counts {
		w.m.count(outcome, n)
	}
	return p.all, nil
}

// learn notes what the ingress spans of td say of their traces, and lets go those
// that waited for it.
func (w *weigher) learn(td ptrace.Traces, now time.Time) {
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, s := range ss.Spans().All() {
				if s.Name() != attr.Ingress {
					continue
				}
				d := decision{outcome: outcomeUnweighted, at: now}
				if th, ok := headThreshold(s); ok {
					d.outcome, d.th = outcomeKnown, th
				}
				w.known.put(s.TraceID(), d)
				d, _ = w.known.get(s.TraceID(), now)
				w.release(s.TraceID(), d, released(d), now)
			}
		}
	}
}

// released is how a span that waited for d counts.
func released(d decision) string {
	if d.outcome == outcomeKnown {
		return outcomeWaited
	}
	return d.outcome
}

// pass tells whether a span goes on at once, and writes what it lacks.
func (w *weigher) pass(s ptrace.Span, now time.Time, counts map[string]int) bool {
	if _, ok := sampling.FromTracestate(s.TraceState().AsRaw()); ok {
		counts[outcomeCarried]++
		return true
	}
	d, ok := w.known.get(s.TraceID(), now)
	if ok {
		d.apply(s)
		counts[d.outcome]++
	}
	return ok
}

// keep holds traces whose ingress has not come, also not while the rest of their
// request was on its way.
func (w *weigher) keep(traces []*waiting) {
	now := time.Now()
	w.mu.Lock()
	for _, t := range traces {
		w.hold.add(t)
		if d, ok := w.known.get(t.id, now); ok {
			w.release(t.id, d, released(d), now)
		}
	}
	for w.hold.spans > w.cfg.MaxSpans || w.hold.bytes > w.cfg.MaxBytes {
		w.release(w.hold.oldest().id, decision{outcome: outcomeAssumed}, outcomeEvicted, now)
	}
	w.gauge()
	w.mu.Unlock()
	w.rouse()
}

// release decides a waiting trace and makes it ready; it does nothing for one that
// does not wait.
func (w *weigher) release(id pcommon.TraceID, d decision, outcome string, now time.Time) {
	t := w.hold.take(id)
	if t == nil {
		return
	}
	d.applyAll(t.td)
	w.m.count(outcome, t.spans)
	w.m.wait.Observe(now.Sub(t.since).Seconds())
	w.ready = append(w.ready, t.td)
	w.readySpans += t.spans
	w.gauge()
	w.rouse()
}

func (w *weigher) gauge() {
	w.m.held.Set(float64(w.hold.spans))
	w.m.bytes.Set(float64(w.hold.bytes))
}

func (w *weigher) rouse() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// run hands on what is ready and ends waits, until Shutdown.
func (w *weigher) run() {
	defer close(w.done)
	timer := time.NewTimer(w.cfg.Wait)
	defer timer.Stop()
	for {
		w.expire(time.Now())
		if batch := w.takeReady(); batch.ResourceSpans().Len() > 0 {
			if !w.deliver(context.Background(), batch, w.stop) {
				return
			}
			continue
		}
		timer.Reset(w.untilNext(time.Now()))
		select {
		case <-w.wake:
		case <-timer.C:
		case <-w.stop:
			return
		}
	}
}

// expire ends the wait of traces whose ingress did not come.
func (w *weigher) expire(now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for t := w.hold.oldest(); t != nil && now.Sub(t.since) >= w.cfg.Wait; t = w.hold.oldest() {
		d := decision{outcome: outcomeAssumed, at: now}
		w.known.put(t.id, d)
		w.release(t.id, d, outcomeAssumed, now)
	}
}

// untilNext is the time to the end of the longest wait.
func (w *weigher) untilNext(now time.Time) time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	if t := w.hold.oldest(); t != nil {
		return t.since.Add(w.cfg.Wait).Sub(now)
	}
	return time.Hour // a first trace that waits rouses
}

// takeReady joins what is ready to one request of up to releaseBatch spans.
func (w *weigher) takeReady() ptrace.Traces {
	batch := ptrace.NewTraces()
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	for n < len(w.ready) && (n == 0 || batch.SpanCount() < releaseBatch) {
		w.ready[n].ResourceSpans().MoveAndAppendTo(batch.ResourceSpans())
		n++
	}
	w.ready = w.ready[n:]
	if len(w.ready) == 0 {
		w.ready = nil
	}
	return batch
}

// deliver hands batch on, again while it is refused for a passing reason. It
// returns false if quit came first: batch is ready again then.
func (w *weigher) deliver(ctx context.Context, batch ptrace.Traces, quit <-chan struct{}) bool {
	n := batch.SpanCount()
	for pause := retryFirst; ; pause = min(2*pause, retryMost) {
		attempt := ptrace.NewTraces() // what follows may change it before it refuses
		batch.CopyTo(attempt)
		err := w.next.ConsumeTraces(ctx, attempt)
		if err == nil || consumererror.IsPermanent(err) {
			if err != nil {
				w.m.lost.Add(int64(n))
			}
			w.settle(n)
			return true
		}
		select {
		case <-quit:
			w.mu.Lock()
			w.ready = append([]ptrace.Traces{batch}, w.ready...)
			w.mu.Unlock()
			return false
		case <-time.After(pause):
		}
	}
}

func (w *weigher) settle(n int) {
	w.mu.Lock()
	w.readySpans -= n
	w.mu.Unlock()
}

// Shutdown hands on everything that is held, decided or not. It gives up, and
// counts the rest as lost, when ctx ends or after flushMost.
func (w *weigher) Shutdown(ctx context.Context) error {
	if w.done == nil {
		return nil // never started
	}
	close(w.stop)
	ctx, cancel := context.WithTimeout(ctx, flushMost)
	defer cancel()
	select {
	case <-w.done:
	case <-ctx.Done(): // the next stage neither takes nor refuses
		return w.giveUp()
	}
	now := time.Now()
	w.mu.Lock()
	for t := w.hold.oldest(); t != nil; t = w.hold.oldest() {
		w.release(t.id, decision{outcome: outcomeAssumed}, outcomeFlushed, now)
	}
	w.mu.Unlock()
	for {
		batch := w.takeReady()
		if batch.ResourceSpans().Len() == 0 {
			return nil
		}
		if !w.deliver(ctx, batch, ctx.Done()) {
			return w.giveUp()
		}
	}
}

// giveUp counts what is left as lost.
func (w *weigher) giveUp() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := w.readySpans + w.hold.spans
	w.m.lost.Add(int64(n))
	return fmt.Errorf("supersonic_weight: %d spans that were held are lost: the next stage did not take them until the stop was over", n)
}

// flushMost bounds the flush of a stop.
const flushMost = 5 * time.Second
