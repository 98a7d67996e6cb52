package trace

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"supersonic/gateway/call"
)

// collector answers exports one after the other from a list, then with success.
type collector struct {
	answers []error
	reject  int64
	batches []int
	at      []time.Time
	closed  bool
}

func (c *collector) Export(ctx context.Context, td ptrace.Traces) (int64, error) {
	if ctx.Err() != nil {
		return 0, status.FromContextError(ctx.Err()).Err()
	}
	c.at = append(c.at, time.Now())
	if len(c.answers) > 0 {
		err := c.answers[0]
		c.answers = c.answers[1:]
		if err != nil {
			return 0, err
		}
	}
	c.batches = append(c.batches, td.SpanCount())
	return c.reject, nil
}

func (c *collector) Close() error { c.closed = true; return nil }

func recorder(c *collector) *Recorder {
	return NewRecorder(Options{Export: c, Resource: Resource{Pod: "envoy-0"}, Registry: prometheus.NewRegistry(), Log: slog.New(slog.DiscardHandler)})
}

func sampledCall() *call.Call {
	return &call.Call{Start: time.Now(), HasStatus: true, Decision: call.Decision{TraceID: [16]byte{1}, SpanID: [8]byte{1}, Kind: call.HeadSampled}}
}

func (r *Recorder) fate(fate, reason string) float64 {
	return testutil.ToFloat64(r.m.fates.WithLabelValues(fate, reason))
}

func TestSpansGoInBatchesAndNoneIsLeftAtTheStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &collector{}
		r := recorder(c)
		done := make(chan struct{})
		go func() { r.Run(t.Context()); close(done) }()
		for range 1300 {
			r.Record(sampledCall())
		}
		synctest.Wait()
		if len(c.batches) < 2 || c.batches[0] != batchSize || c.batches[1] != batchSize {
			t.Errorf("batches %v", c.batches)
		}
		r.Record(sampledCall())
		r.Stop()
		<-done
		if got := r.fate("kept", ""); got != 1301 || !c.closed {
			t.Errorf("%g kept, closed %v", got, c.closed)
		}
	})
}

func TestABusyCollectorIsAskedAgainLaterAndLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		busy := status.Error(codes.Unavailable, "busy")
		c := &collector{answers: []error{busy, busy, busy}, reject: 1}
		r := recorder(c)
		done := make(chan struct{})
		go func() { r.Run(t.Context()); close(done) }()
		r.Record(sampledCall())
		r.Record(sampledCall())
		r.Stop()
		<-done
		for i, want := range []time.Duration{100 * time.Millisecond, 200 * time.Millisecond, 400 * time.Millisecond} {
			if got := c.at[i+1].Sub(c.at[i]); got != want {
				t.Errorf("pause %d: %v, want %v", i, got, want)
			}
		}
		if r.fate("kept", "") != 1 || r.fate("refused", "partial_success") != 1 {
			t.Error("a partial success is not counted as such")
		}
	})
}

func TestWhatACollectorRefusesOrNeverTakesIsCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &collector{answers: []error{status.Error(codes.InvalidArgument, "no"), errors.New("odd")}}
		r := recorder(c)
		ctx, cut := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { r.Run(ctx); close(done) }()
		for range 2 {
			r.Record(sampledCall())
			<-time.After(time.Second)
		}
		if got := r.fate("refused", "collector"); got != 2 {
			t.Errorf("%g refused, want 2", got)
		}
		for range 200 {
			c.answers = append(c.answers, status.Error(codes.Unavailable, "down"))
		}
		r.Record(sampledCall())
		<-time.After(2 * time.Minute)
		if got := r.fate("lost", "export_failed"); got != 1 {
			t.Errorf("%g lost after a minute, want 1", got)
		}
		r.Record(sampledCall())
		r.Stop()
		<-time.After(time.Second)
		cut()
		<-done
		if got := r.fate("lost", "stopped"); got != 1 {
			t.Errorf("%g lost at the stop, want 1", got)
		}
	})
}

func TestAFullQueueLosesTheNewestAndSaysSo(t *testing.T) {
	r := recorder(&collector{}) // nothing takes from the queue
	for range queueSize + 3 {
		r.Record(sampledCall())
	}
	if got := r.fate("lost", "queue_full"); got != 3 {
		t.Errorf("%g lost, want 3", got)
	}
	if got := testutil.ToFloat64(r.m.envoyDrop); got != 3 {
		t.Errorf("envoy's counter of dropped spans: %g, want 3", got)
	}
}

func TestWhatACallerWritesIsBoundedInTheQueueAndInItsSpan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &collector{}
		r := recorder(c)
		long := strings.Repeat("x", 1<<20)
		call := sampledCall()
		call.Path, call.UserAgent, call.RequestID, call.Message = long, long, long, long
		call.Decision.State = "ot=th:8;rv:11111111111111,long=" + long
		r.Record(call)
		k := <-r.queue
		if n := len(k.Path) + len(k.UserAgent) + len(k.RequestID) + len(k.Message) + len(k.Decision.State); n > 4096 {
			t.Errorf("the queue keeps %d bytes of a call's texts", n)
		}
		td := build(Resource{}, []kept{k})
		if n := (&ptrace.ProtoMarshaler{}).TracesSize(td); n > 8192 {
			t.Errorf("its span has %d bytes", n)
		}
		s := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0)
		if got := s.TraceState().AsRaw(); got != "ot=th:8;rv:11111111111111" {
			t.Errorf("tracestate %.80q: the probability is to be kept", got)
		}
	})
}
