package trace

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/gateway/call"
)

// SpanExporter hands one batch of spans to whoever keeps them. Export returns
// after they are acknowledged; rejected is how many of them the receiver refused
// for good. An error means that none was taken: a gRPC status says whether trying
// again may help. It is called by one goroutine at a time and does not keep td.
type SpanExporter interface {
	Export(ctx context.Context, td ptrace.Traces) (rejected int64, err error)
	Close() error
}

const (
	queueSize   = 32768
	batchSize   = 512
	batchWait   = 200 * time.Millisecond
	attemptTime = 10 * time.Second
	batchTime   = time.Minute // how long one batch is tried
	backoffMin  = 100 * time.Millisecond
	backoffMax  = 5 * time.Second
)

// Options are what a Recorder needs.
type Options struct {
	Export     SpanExporter // nil: nothing is kept
	Resource   Resource
	KeepFailed bool
	KeepSlower time.Duration // 0: off
	Registry   prometheus.Registerer
	Log        *slog.Logger
}

// Recorder takes finished calls and exports the spans of those that are kept.
// Record is safe for concurrent use.
type Recorder struct {
	o     Options
	m     *metrics
	queue chan kept
	stop  chan struct{}
}

// NewRecorder returns a recorder; it starts nothing.
func NewRecorder(o Options) *Recorder {
	r := &Recorder{o: o, stop: make(chan struct{})}
	if o.Export != nil {
		r.queue = make(chan kept, queueSize)
	}
	r.m = newMetrics(o.Registry, func() float64 { return float64(len(r.queue)) })
	return r
}

// Record counts c's decision and queues its span if it is kept. It never waits.
// Nobody may change c after it.
func (r *Recorder) Record(c *call.Call) {
	r.m.decided(&c.Decision)
	if r.o.Export == nil || c.Decision.Kind == call.Off {
		return
	}
	reason := ""
	switch {
	case r.o.KeepFailed && c.Failed():
		reason = "failed"
	case r.o.KeepSlower > 0 && c.Done >= r.o.KeepSlower:
		reason = "slow"
	case !c.Decision.Kind.Sampled():
		return
	}
	r.m.received.Inc()
	bound(c)
	select {
	case r.queue <- kept{c, reason}:
	default:
		r.m.gone("lost", "queue_full", 1)
	}
}

// Stop tells Run to export what is queued and return. No call may be recorded
// after it. Call it once.
func (r *Recorder) Stop() { close(r.stop) }

// Run exports until Stop, then what is still queued. Ending ctx cuts that short:
// what is left then is lost, and counted.
func (r *Recorder) Run(ctx context.Context) {
	if r.o.Export == nil {
		<-r.stop
		return
	}
	defer r.o.Export.Close()
	batch := make([]kept, 0, batchSize)
	for {
		var last bool
		batch, last = r.gather(batch[:0])
		if len(batch) > 0 {
			r.send(ctx, batch)
			clear(batch) // the calls are not kept alive by an idle gateway
		}
		if last && len(r.queue) == 0 {
			return
		}
	}
}

// gather waits for a first span and takes what comes in batchWait. last is true
// once Stop was called.
func (r *Recorder) gather(batch []kept) (_ []kept, last bool) {
	stop := r.stop
	select {
	case k := <-r.queue:
		batch = append(batch, k)
	case <-stop:
		last = true
	}
	wait := time.NewTimer(batchWait)
	defer wait.Stop()
	for len(batch) < batchSize {
		if last {
			select {
			case k := <-r.queue:
				batch = append(batch, k)
				continue
			default:
				return batch, true
			}
		}
		select {
		case k := <-r.queue:
			batch = append(batch, k)
		case <-wait.C:
			return batch, false
		case <-stop:
			last = true
		}
	}
	return batch, last
}

// send exports one batch, trying again while that may help.
func (r *Recorder) send(ctx context.Context, batch []kept) {
	td := build(r.o.Resource, batch)
	giveUp := time.Now().Add(batchTime)
	for wait := backoffMin; ; wait = min(2*wait, backoffMax) {
		attempt, cancel := context.WithTimeout(ctx, attemptTime)
		rejected, err := r.o.Export.Export(attempt, td)
		cancel()
		if err == nil {
			lost := int(min(max(rejected, 0), int64(len(batch))))
			r.m.acknowledged(len(batch) - lost)
			r.m.gone("refused", "partial_success", lost)
			return
		}
		again, atLeast := retryable(err)
		switch {
		case !again:
			r.m.gone("refused", "collector", len(batch))
			r.o.Log.Warn("the collector refused spans", "spans", len(batch), "error", err)
			return
		case ctx.Err() != nil:
			r.m.gone("lost", "stopped", len(batch))
			r.o.Log.Warn("spans are lost: the collector did not take them before the stop", "spans", len(batch), "error", err)
			return
		case time.Now().After(giveUp):
			r.m.gone("lost", "export_failed", len(batch))
			r.o.Log.Warn("spans are lost: the collector does not take them", "spans", len(batch), "error", err)
			return
		}
		if !pause(ctx, max(wait, atLeast)) {
			continue // the next attempt fails at once and is counted as stopped
		}
	}
}

func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(min(d, batchTime))
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
