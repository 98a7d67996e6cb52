package generator

import (
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"
)

const edgeLabels = `{client="gateway-0",server="triton-0"}`

func TestACallIsAnEdgeWithinTwoSecondsFromItsIngressAlone(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		w.consume(ingress(1, "ModelInfer", 300*time.Millisecond, sampled(0.01)))
		w.pass(2 * time.Second)
		w.want("total"+edgeLabels, 100)
		w.want("failed_total"+edgeLabels, 0)
		w.want("client_seconds_count"+edgeLabels, 100)
		w.want("client_seconds_sum"+edgeLabels, 30)
		w.want(`client_seconds_bucket{client="gateway-0",le="0.2",server="triton-0"}`, 0)
		w.want(`client_seconds_bucket{client="gateway-0",le="0.4",server="triton-0"}`, 100)
		w.want(`client_seconds_bucket{client="gateway-0",le="+Inf",server="triton-0"}`, 100)
	})
}

func TestTheKindOfAnIngressDoesNotMatter(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		direct := func(s *made) { s.Kind = ptrace.SpanKindServer } // not through the chart's collector
		w.consume(ingress(1, "ModelInfer", time.Second, sampled(1), direct))
		w.consume(ingress(2, "ModelInfer", time.Second, sampled(1)))
		w.pass(2 * time.Second)
		w.want("total"+edgeLabels, 2)
		w.wantEdges(`client="gateway-0",server="triton-0"`)
	})
}

func TestWeightsAreAddedUnrounded(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		for i := range byte(30) {
			w.consume(ingress(i, "ModelInfer", time.Second, sampled(0.3)), inferRequest(i, 2, 500*time.Millisecond, sampled(0.3)))
		}
		w.pass(2 * time.Second)
		w.want("total"+edgeLabels, 100)
		w.want("server_seconds_count"+edgeLabels, 100)
		w.want("server_seconds_sum"+edgeLabels, 50)
	})
}

func TestFailedCallsAreCountedAsSuch(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		w.consume(
			ingress(1, "ModelInfer", time.Second, sampled(1), failing),
			ingress(2, "ModelInfer", time.Second, sampled(1), attribute("error", "true")), // Envoy: the client went away
			ingress(3, "ModelInfer", time.Second, sampled(1), attribute("grpc.status_code", "5")),
		)
		w.pass(2 * time.Second)
		w.want("total"+edgeLabels, 3)
		w.want("failed_total"+edgeLabels, 2)
	})
}

func TestOtherMethodsMakeNoEdge(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		w.consume(ingress(1, "ServerLive", time.Second, sampled(1)), ingress(2, "RepositoryIndex", time.Second, sampled(1)))
		w.pass(12 * time.Second)
		w.wantEdges()
	})
}

func TestServerSecondsAreTheServersOwnSpanWhicheverComesFirst(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		w.consume(ingress(1, "ModelInfer", 900*time.Millisecond, sampled(0.5)))
		w.consume(inferRequest(1, 2, 700*time.Millisecond, sampled(0.5)))
		w.consume(inferRequest(2, 2, 500*time.Millisecond, sampled(0.5)))
		w.consume(ingress(2, "ModelInfer", 900*time.Millisecond, sampled(0.5)))
		w.consume(inferRequest(3, 2, 300*time.Millisecond), ingress(3, "ModelInfer", 900*time.Millisecond, sampled(0.5)))
		w.pass(2 * time.Second)
		w.want("server_seconds_count"+edgeLabels, 6)
		w.want("server_seconds_sum"+edgeLabels, 2*(0.7+0.5+0.3))
		if n := w.counter("server_seconds_from_upstream_total"); n != 0 {
			w.Errorf("%v calls took the upstream time", n)
		}
	})
}

func TestWhenTheServerKeptNoSpanTheUpstreamTimeCountsAfterTenSeconds(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		w.consume(ingress(1, "ModelInfer", 900*time.Millisecond, sampled(0.1)))
		w.pass(9900 * time.Millisecond)
		w.want("server_seconds_count"+edgeLabels, 0)
		w.pass(1200 * time.Millisecond)
		w.want("server_seconds_count"+edgeLabels, 10)
		w.want("server_seconds_sum"+edgeLabels, 8.9)
		if n := w.counter("server_seconds_from_upstream_total"); n != 1 {
			w.Errorf("counted %v", n)
		}
		w.consume(inferRequest(1, 2, time.Second)) // too late
		w.pass(12 * time.Second)
		w.want("server_seconds_count"+edgeLabels, 10)
	})
}

func TestACallKeptAtTheEndCountsOnceOnBothSides(t *testing.T) {
	// Slow, and sampled at the head with 1 %: its own weight is one, the weight of
	// its server span a hundred. All slow calls are kept, so each stands for itself.
	inWorld(t, nil, func(w *world) {
		w.consume(
			ingress(1, "ModelInfer", 900*time.Millisecond, sampled(1), attribute("supersonic.head_threshold", "fd70a3d70a3d7")),
			inferRequest(1, 2, 700*time.Millisecond),
			ingress(2, "ModelInfer", 900*time.Millisecond, sampled(1)), // not sampled at the head: no server span
		)
		w.pass(12 * time.Second)
		w.want("total"+edgeLabels, 2)
		w.want("server_seconds_count"+edgeLabels, 2)
		w.want("server_seconds_sum"+edgeLabels, 0.7+0.89)
	})
}

func TestAStreamIsOneCallThatKeepsItsServerBusy(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		w.consume(inferRequest(1, 2, time.Second, began(8*time.Second))) // early
		w.consume(ingress(1, "ModelStreamInfer", 9*time.Second, sampled(0.5)))
		w.consume(
			inferRequest(1, 3, time.Second, began(5*time.Second)),
			inferRequest(1, 4, time.Second, began(4500*time.Millisecond)), // half of it together with the one before
		)
		w.pass(2 * time.Second)
		w.want("total"+edgeLabels, 2)
		w.want("server_seconds_count"+edgeLabels, 0)
		w.pass(10 * time.Second)
		w.want("server_seconds_count"+edgeLabels, 2)
		w.want("server_seconds_sum"+edgeLabels, 2*2.5)
	})
}

func TestACallerThatDecidedWithoutAThresholdCountsAsOne(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		w.consume(ingress(1, "ModelInfer", time.Second))
		w.pass(2 * time.Second)
		w.want("total"+edgeLabels, 1)
		if n := w.counter("weights_assumed_total", "reason=caller_decided"); n != 1 {
			w.Errorf("counted %v", n)
		}
	})
}

func TestInnerSpansOfTheServerAreNoEdgesAndDoNotWait(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		model := makeSpan(1, 3, 2, "triton-0", "add_sub", ptrace.SpanKindServer, time.Second)
		compute := makeSpan(1, 4, 3, "triton-0", "compute", ptrace.SpanKindServer, time.Second)
		w.consume(compute, model, inferRequest(1, 2, time.Second))
		w.pass(time.Second)
		if n := w.counter("pending", "what=servers"); n != 1 {
			w.Errorf("%v spans wait for a caller, want InferRequest alone", n)
		}
		// In an export of its own, an inner span waits until its parent shows.
		w.consume(makeSpan(2, 4, 3, "triton-0", "compute", ptrace.SpanKindServer, time.Second))
		w.pass(time.Second)
		w.consume(makeSpan(2, 3, 2, "triton-0", "add_sub", ptrace.SpanKindServer, time.Second), inferRequest(2, 2, time.Second))
		w.pass(time.Second)
		if n := w.counter("pending", "what=servers"); n != 2 {
			w.Errorf("%v spans wait for a caller, want two InferRequests", n)
		}
		w.pass(10 * time.Second)
		w.wantEdges()
		if n := w.counter("unpaired_total", "reason=no_client"); n != 2 {
			w.Errorf("%v unpaired", n)
		}
	})
}

func TestAServerSpanWhoseContextWasLostMakesNoEdge(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		w.consume(makeSpan(1, 2, 0, "triton-0", "InferRequest", ptrace.SpanKindServer, time.Second))
		w.pass(12 * time.Second)
		w.wantEdges()
		if n := w.counter("unpaired_total", "reason=context_lost"); n != 1 {
			w.Errorf("counted %v", n)
		}
	})
}

func TestWithoutRoomToWaitACallIsSettledAtOnce(t *testing.T) {
	inWorld(t, func(c *Config) { c.MaxPending = 3 }, func(w *world) {
		for i := range byte(10) {
			w.consume(ingress(i, "ModelInfer", time.Second, sampled(1)))
		}
		w.pass(2 * time.Second)
		w.want("total"+edgeLabels, 10)
		w.want("server_seconds_count"+edgeLabels, 7)
		w.pass(10 * time.Second)
		w.want("server_seconds_count"+edgeLabels, 10)
		if n := w.counter("calls_evicted_total"); n != 7 {
			w.Errorf("counted %v", n)
		}
	})
}

func TestOnlyACallThatWasSampledAtTheHeadMissesItsServer(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		w.consume(
			ingress(1, "ModelInfer", time.Second, sampled(1), attribute("supersonic.kept_for", "failed")),
			ingress(2, "ModelInfer", time.Second, sampled(1), attribute("supersonic.kept_for", "slow"), attribute("supersonic.head_threshold", "8")),
			ingress(3, "ModelInfer", time.Second, sampled(1)), inferRequest(3, 2, time.Second),
		)
		w.pass(2 * time.Second)
		w.want("server_seconds_count"+edgeLabels, 2) // the first has nothing to wait for
		w.pass(10 * time.Second)
		if sampled, missing := w.counter("sampled_calls_total", "server=triton-0"), w.counter("server_missing_total", "server=triton-0"); sampled != 2 || missing != 1 {
			t.Errorf("%v calls were sampled and %v misses its server, want 2 and 1", sampled, missing)
		}
	})
}

func TestNamesThatAreNoTextBecomeLabelsAllTheSame(t *testing.T) {
	bad := attribute("peer.service", "triton-\xff")
	inWorld(t, nil, func(w *world) {
		w.consume(ingress(1, "ModelInfer", time.Second, sampled(1), bad), ingress(2, "ModelInfer", time.Second, sampled(1), attribute("peer.service", "triton-\xfe")))
		w.pass(20 * time.Second) // until the server's silence is counted, too
		w.want("total{client=\"gateway-0\",server=\"triton-\uFFFD\"}", 2)
	})
	inWorld(t, spanMetricsOnly, func(w *world) {
		s := ingress(1, "ModelInfer", time.Second, sampled(1))
		s.Name = "x\xff"
		w.consume(s)
		w.pass(2 * time.Second)
		w.want("calls_total{service=\"gateway-0\",span_kind=\"SPAN_KIND_CLIENT\",span_name=\"x\uFFFD\",status_code=\"STATUS_CODE_UNSET\"}", 1)
	})
}
