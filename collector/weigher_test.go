package collector

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/internal/attr"
)

// stage is what follows the weigher in a test: it keeps what it is given, or
// refuses with err. It changes what it gets before it refuses, as a stage may.
type stage struct {
	mu   sync.Mutex
	got  []string // "after trace name tracestate assumed"
	err  error
	t0   time.Time
	seen int           // requests
	hang chan struct{} // not nil: a request ends when this is closed
}

func (s *stage) Capabilities() consumer.Capabilities { return consumer.Capabilities{MutatesData: true} }

func (s *stage) ConsumeTraces(_ context.Context, td ptrace.Traces) error {
	s.mu.Lock()
	hang := s.hang
	s.mu.Unlock()
	if hang != nil {
		<-hang
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen++
	for _, rs := range td.ResourceSpans().All() {
		service, _ := rs.Resource().Attributes().Get("service.name")
		for _, ss := range rs.ScopeSpans().All() {
			for _, sp := range ss.Spans().All() {
				id := sp.TraceID()
				line := fmt.Sprintf("%s %d %s/%s", time.Since(s.t0), id[15], service.AsString(), sp.Name())
				if state := sp.TraceState().AsRaw(); state != "" {
					line += " " + state
				}
				if _, ok := sp.Attributes().Get(attr.ThAssumed); ok {
					line += " assumed"
				}
				if s.err == nil {
					s.got = append(s.got, line)
				}
				sp.SetName("changed by the next stage")
			}
		}
	}
	return s.err
}

func (s *stage) set(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = err
}

func (s *stage) lines() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string{}, s.got...)
}

// weighing is a weigher in a bubble of its own time.
type weighing struct {
	*weigher
	t    *testing.T
	next *stage
	reg  *prometheus.Registry
}

// inBubble runs f with a started weigher and stops it; edit may change the defaults.
func inBubble(t *testing.T, edit func(*weightConfig), f func(*weighing)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		reg := prometheus.NewRegistry()
		m := newWeightMetrics(reg)
		cfg := *newWeightFactory(10*time.Second, m).CreateDefaultConfig().(*weightConfig)
		if edit != nil {
			edit(&cfg)
		}
		if err := cfg.Validate(); err != nil {
			t.Fatal(err)
		}
		next := &stage{t0: time.Now()}
		w := &weighing{newWeigher(cfg, next, m), t, next, reg}
		w.Start(context.Background(), nil)
		f(w)
		w.Shutdown(context.Background())
	})
}

func (w *weighing) take(r request) {
	w.t.Helper()
	if err := w.ConsumeTraces(context.Background(), r.Traces); err != nil {
		w.t.Fatal(err)
	}
	synctest.Wait()
}

// pause lets time pass in the bubble.
func pause(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func (w *weighing) want(lines ...string) {
	w.t.Helper()
	if diff := cmp.Diff(append([]string{}, lines...), w.next.lines()); diff != "" {
		w.t.Errorf("handed on (-want +got):\n%s", diff)
	}
}

// wantCounts checks all outcomes: those not named are 0.
func (w *weighing) wantCounts(want map[string]float64) {
	w.t.Helper()
	families, err := w.reg.Gather()
	if err != nil {
		w.t.Fatal(err)
	}
	got := map[string]float64{}
	for _, f := range families {
		if f.GetName() != "supersonic_collector_weight_spans_total" {
			continue
		}
		for _, m := range f.GetMetric() {
			if v := m.GetCounter().GetValue(); v != 0 {
				got[m.GetLabel()[0].GetValue()] = v
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		w.t.Errorf("outcomes (-want +got):\n%s", diff)
	}
}

func TestSpansWithAThresholdDoNotWait(t *testing.T) {
	inBubble(t, nil, func(w *weighing) {
		w.take(from("a").and(1, "InferRequest", "x=y,ot=th:8;rv:1"))
		w.want("0s 2 a/InferRequest x=y,ot=th:8;rv:1")
		w.wantCounts(map[string]float64{outcomeCarried: 1})
	})
}

func TestSpansWaitForTheirIngressAndTakeItsThreshold(t *testing.T) {
	inBubble(t, nil, func(w *weighing) {
		w.take(from("triton").and(1, "InferRequest", "x=y").and(2, "InferRequest", ""))
		w.take(from("triton").and(1, "compute", ""))
		w.want()
		pause(700 * time.Millisecond)
		w.take(from("gateway").and(1, "ingress", "ot=th:c"))
		w.want(
			"700ms 2 gateway/ingress ot=th:c",
			"700ms 2 triton/InferRequest ot=th:c,x=y",
			"700ms 2 triton/compute ot=th:c",
		)
		w.wantCounts(map[string]float64{outcomeCarried: 1, outcomeWaited: 2})
	})
}

func TestALateSpanOfAKnownTracePassesAtOnce(t *testing.T) {
	inBubble(t, nil, func(w *weighing) {
		w.take(from("gateway").and(1, "ingress", "ot=th:c"))
		pause(50 * time.Second)
		w.take(from("triton").and(1, "InferRequest", ""))
		w.want("0s 2 gateway/ingress ot=th:c", "50s 2 triton/InferRequest ot=th:c")
		w.wantCounts(map[string]float64{outcomeCarried: 1, outcomeKnown: 1})
	})
}

func TestATraceIsForgottenAfterAMinute(t *testing.T) {
	inBubble(t, nil, func(w *weighing) {
		w.take(from("gateway").and(1, "ingress", "ot=th:c"))
		pause(61 * time.Second)
		w.take(from("triton").and(1, "InferRequest", ""))
		w.want("0s 2 gateway/ingress ot=th:c")
		pause(10 * time.Second)
		w.want("0s 2 gateway/ingress ot=th:c", "1m11s 2 triton/InferRequest assumed")
	})
}

func TestATraceMentionedAgainAfterAMinuteIsKnownAgain(t *testing.T) {
	inBubble(t, nil, func(w *weighing) {
		w.take(from("gateway").and(1, "ingress", "ot=th:c"))
		pause(61 * time.Second)
		w.take(from("gateway").and(1, "ingress", "ot=th:8"))
		w.take(from("triton").and(1, "InferRequest", ""))
		w.want("0s 2 gateway/ingress ot=th:c", "1m1s 2 gateway/ingress ot=th:8", "1m1s 2 triton/InferRequest ot=th:8")
	})
}

func TestOneRequestWithIngressAndItsChildrenNeedsNoWait(t *testing.T) {
	inBubble(t, nil, func(w *weighing) {
		w.take(from("both").and(1, "InferRequest", "").and(1, "ingress", "ot=th:c"))
		w.want("0s 2 both/InferRequest ot=th:c", "0s 2 both/ingress ot=th:c")
	})
}

func TestTheHeadThresholdOfAKeptIngressCountsForItsTrace(t *testing.T) {
	inBubble(t, nil, func(w *weighing) {
		w.take(from("gateway").and(1, "ingress", "ot=th:0", attr.HeadThreshold, "fd7"))
		w.take(from("triton").and(1, "InferRequest", ""))
		w.want("0s 2 gateway/ingress ot=th:0", "0s 2 triton/InferRequest ot=th:fd7")
	})
}

func TestAnIngressWithoutAThresholdLetsItsTracePassAsItIs(t *testing.T) {
	inBubble(t, nil, func(w *weighing) {
		w.take(from("triton").and(1, "InferRequest", ""))
		pause(time.Second)
		w.take(from("envoy").and(1, "ingress", "x=y"))
		w.take(from("triton").and(1, "compute", ""))
		w.want("1s 2 envoy/ingress x=y", "1s 2 triton/InferRequest", "1s 2 triton/compute")
		w.wantCounts(map[string]float64{outcomeUnweighted: 3})
	})
}

func TestWithoutAnIngressTheWeightIsAssumedAfterTheWait(t *testing.T) {
	inBubble(t, nil, func(w *weighing) {
		w.take(from("other").and(1, "GET /", ""))
		pause(3 * time.Second)
		w.take(from("other").and(2, "GET /", "").and(1, "SELECT", ""))
		pause(7 * time.Second)
		w.want("10s 2 other/GET / assumed", "10s 2 other/SELECT assumed")
		w.take(from("other").and(1, "late", ""))
		pause(3 * time.Second)
		w.want("10s 2 other/GET / assumed", "10s 2 other/SELECT assumed",
			"10s 2 other/late assumed", "13s 3 other/GET / assumed")
		w.wantCounts(map[string]float64{outcomeAssumed: 4})
		// The ingress comes after all: what follows it is weighed.
		w.take(from("gateway").and(1, "ingress", "ot=th:c"))
		w.take(from("other").and(1, "later", ""))
		if got := w.next.lines(); got[len(got)-1] != "13s 2 other/later ot=th:c" {
			t.Errorf("after a late ingress: %s", got[len(got)-1])
		}
	})
}

func TestAFullHoldLetsTheOldestTraceGo(t *testing.T) {
	inBubble(t, func(c *weightConfig) { c.MaxSpans = 3 }, func(w *weighing) {
		for i := range 5 {
			w.take(from("triton").and(i, "InferRequest", ""))
		}
		w.want("0s 1 triton/InferRequest assumed", "0s 2 triton/InferRequest assumed")
		w.wantCounts(map[string]float64{outcomeEvicted: 2})
	})
	inBubble(t, func(c *weightConfig) { c.MaxBytes = 2 * (groupOverhead + 100) }, func(w *weighing) {
		for i := range 3 {
			w.take(from("triton").and(i, "InferRequest", ""))
		}
		w.want("0s 1 triton/InferRequest assumed")
	})
}

func TestRememberedTracesAreBounded(t *testing.T) {
	inBubble(t, func(c *weightConfig) { c.MaxTraces = 2 }, func(w *weighing) {
		for i := range 3 {
			w.take(from("gateway").and(i, "ingress", "ot=th:c"))
		}
		w.take(from("triton").and(0, "InferRequest", "").and(1, "InferRequest", ""))
		w.wantCounts(map[string]float64{outcomeCarried: 3, outcomeKnown: 1})
	})
	m := newDecisions(time.Hour, 10)
	for i := range 100_000 {
		m.put(traceID(i), decision{outcome: outcomeKnown, at: time.Now()})
	}
	if len(m.byID) != 10 || len(m.order) > 4096 {
		t.Errorf("%d traces remembered in a list of %d, want 10 in a short one", len(m.byID), len(m.order))
	}
}

func TestShutdownFlushesWhatWaits(t *testing.T) {
	inBubble(t, nil, func(w *weighing) {
		w.take(from("triton").and(1, "InferRequest", "").and(2, "InferRequest", ""))
		w.want()
		if err := w.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
		w.want("0s 2 triton/InferRequest assumed", "0s 3 triton/InferRequest assumed")
		w.wantCounts(map[string]float64{outcomeFlushed: 2})
		w.done = nil
	})
}

func TestWhatTheNextStageRefusesIsTriedAgain(t *testing.T) {
	inBubble(t, nil, func(w *weighing) {
		w.take(from("triton").and(1, "InferRequest", ""))
		w.next.set(errors.New("queue is full"))
		pause(10100 * time.Millisecond) // the wait ends, the first attempts fail
		w.next.set(nil)
		pause(time.Second)
		w.want("10.3s 2 triton/InferRequest assumed")
		if w.m.lost.Load() != 0 {
			t.Error("counted as lost what was handed on")
		}
	})
}

func TestAPermanentRefusalIsCountedAsLost(t *testing.T) {
	inBubble(t, nil, func(w *weighing) {
		w.take(from("triton").and(1, "InferRequest", "").and(1, "compute", ""))
		w.next.set(consumererror.NewPermanent(errors.New("not for me")))
		pause(11 * time.Second)
		if got := w.m.lost.Load(); got != 2 {
			t.Errorf("%d lost, want 2", got)
		}
	})
}

func TestAStopWhileTheNextStageRefusesCountsWhatItLoses(t *testing.T) {
	inBubble(t, nil, func(w *weighing) {
		w.take(from("triton").and(1, "InferRequest", "").and(2, "InferRequest", ""))
		w.next.set(errors.New("gone"))
		begun := time.Now()
		if err := w.Shutdown(context.Background()); err == nil || time.Since(begun) > 2*flushMost {
			t.Errorf("Shutdown after %s: %v", time.Since(begun), err)
		}
		if got := w.m.lost.Load(); got != 2 {
			t.Errorf("%d lost, want 2", got)
		}
		w.done = nil
	})
}

func TestAStopDoesNotWaitForANextStageThatHangs(t *testing.T) {
	inBubble(t, nil, func(w *weighing) {
		w.take(from("triton").and(1, "InferRequest", "").and(2, "InferRequest", ""))
		w.next.mu.Lock()
		w.next.hang = make(chan struct{})
		w.next.mu.Unlock()
		<-time.After(11 * time.Second)
		begun := time.Now()
		if err := w.Shutdown(context.Background()); err == nil || time.Since(begun) != flushMost {
			t.Errorf("Shutdown after %s: %v", time.Since(begun), err)
		}
		if got := w.m.lost.Load(); got != 2 {
			t.Errorf("%d lost, want 2", got)
		}
		close(w.next.hang)
		<-w.done
		w.done = nil
	})
}

func TestARefusedRequestLeavesNothingInTheHold(t *testing.T) {
	inBubble(t, nil, func(w *weighing) {
		w.next.set(errors.New("queue is full"))
		r := func() request { return from("both").and(1, "ingress", "ot=th:c").and(2, "InferRequest", "") }
		if err := w.ConsumeTraces(context.Background(), r().Traces); err == nil {
			t.Fatal("the sender was not told")
		}
		w.next.set(nil)
		w.take(r()) // the sender tries again
		w.take(from("gateway").and(2, "ingress", "ot=th:0"))
		w.want("0s 2 both/ingress ot=th:c", "0s 3 gateway/ingress ot=th:0", "0s 3 both/InferRequest ot=th:0")
	})
}

func TestSendersAreRefusedWhileTheBacklogIsFull(t *testing.T) {
	inBubble(t, func(c *weightConfig) { c.MaxSpans = 2 }, func(w *weighing) {
		w.next.set(errors.New("queue is full"))
		for i := range 6 {
			w.ConsumeTraces(context.Background(), from("triton").and(i, "InferRequest", "").Traces)
		}
		if err := w.ConsumeTraces(context.Background(), from("triton").and(9, "x", "").Traces); !errors.Is(err, errBacklog) {
			t.Errorf("got %v, want %v", err, errBacklog)
		}
		if w.m.refused.Load() == 0 {
			t.Error("refused spans are not counted")
		}
		w.next.set(nil)
		pause(time.Minute)
		if got := len(w.next.lines()) + int(w.m.refused.Load()); got != 7 {
			t.Errorf("handed on and refused: %d, want all 7", got)
		}
	})
}

func TestHeldSpansGoOnInOneRequest(t *testing.T) {
	inBubble(t, nil, func(w *weighing) {
		ingress := from("gateway")
		for i := range 100 {
			w.take(from("triton").and(i, "InferRequest", ""))
			ingress.and(i, "ingress", "ot=th:c")
		}
		w.take(ingress)
		if w.next.seen > 3 {
			t.Errorf("100 held spans went on in %d requests", w.next.seen-1)
		}
		if got := len(w.next.lines()); got != 200 {
			t.Errorf("%d spans handed on, want 200", got)
		}
	})
}
