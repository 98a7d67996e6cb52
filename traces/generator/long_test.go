package generator

import (
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"
)

func neverStarted(s *made) { s.Start = 0 }

func TestASpanOfYearsIsACallAndSpoilsNoSum(t *testing.T) {
	inWorld(t, spanMetricsOnly, func(w *world) {
		w.consume(ingress(1, "ModelInfer", time.Second, sampled(0.5)), ingress(2, "ModelInfer", time.Second, sampled(0.5), neverStarted),
			ingress(3, "ModelInfer", 24*time.Hour, sampled(1)), ingress(4, "ModelInfer", 24*time.Hour+time.Second, sampled(1)))
		w.pass(2 * time.Second)
		w.want("calls_total"+ingressLabels, 6)
		w.want("latency_count"+ingressLabels, 3)
		w.want("latency_sum"+ingressLabels, 2+24*3600)
		if n := w.counter("too_long_total", "processor=span-metrics"); n != 2 {
			w.Errorf("%v spans were too long, want 2", n)
		}
	})
}

func TestAnEdgeOfYearsIsARequestAndSpoilsNoSum(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		w.consume(ingress(1, "ModelInfer", 2*time.Second, sampled(0.5)), inferRequest(1, 2, time.Second, neverStarted))
		w.consume(envoy(2, time.Second, sampled(1), neverStarted), inferRequest(2, 2, time.Second, neverStarted))
		w.consume(makeSpan(3, 1, 0, "api", "get", ptrace.SpanKindServer, time.Second, neverStarted, sampled(1)))
		w.pass(2 * time.Second)
		const ours, foreign, root = `{client="gateway-0",server="triton-0"}`, `{client="envoy-0",server="triton-0"}`, `{client="user",connection_type="virtual_node",server="api"}`
		w.want("total"+ours, 2)
		w.want("client_seconds_sum"+ours, 4)
		w.want("server_seconds_count"+ours, 2)
		w.want("server_seconds_sum"+ours, 2*1.99) // as the gateway saw it
		for _, edge := range []string{foreign, root} {
			w.want("total"+edge, 1)
			w.want("server_seconds_count"+edge, 0)
			w.want("server_seconds_sum"+edge, 0)
		}
		if n := w.counter("too_long_total", "processor=service-graphs"); n != 4 {
			w.Errorf("%v times were too long, want 4", n)
		}
	})
}

func TestASpanThatEndsBeforeItStartsTookNoTime(t *testing.T) {
	inWorld(t, spanMetricsOnly, func(w *world) {
		w.consume(ingress(1, "ModelInfer", time.Second, sampled(1), func(s *made) { s.Start, s.End = s.End, s.Start }))
		w.pass(2 * time.Second)
		w.want("calls_total"+ingressLabels, 1)
		w.want("latency_count"+ingressLabels, 1)
		w.want("latency_sum"+ingressLabels, 0)
	})
}
