package generator

import (
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"
)

// envoy is span 1 of a trace as a real Envoy makes it and the collector leaves it.
func envoy(trace byte, took time.Duration, options ...option) made {
	return makeSpan(trace, 1, 0, "envoy-0", "ingress", ptrace.SpanKindClient, took,
		append([]option{attribute("grpc.path", "/inference.GRPCInferenceService/ModelInfer"), attribute("component", "proxy")}, options...)...)
}

func TestAForeignEnvoyIsPairedWithItsServerAtTheLargerWeight(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		w.consume(envoy(1, 2*time.Second, sampled(0.5)))
		w.consume(inferRequest(1, 2, time.Second, sampled(0.25)))
		w.consume(inferRequest(2, 2, time.Second))
		w.consume(envoy(2, 2*time.Second))
		w.pass(2 * time.Second)
		w.wantEdges(`client="envoy-0",server="triton-0"`)
		w.want(`total{client="envoy-0",server="triton-0"}`, 4+1)
		w.want(`client_seconds_sum{client="envoy-0",server="triton-0"}`, 2*5)
		w.want(`server_seconds_sum{client="envoy-0",server="triton-0"}`, 5)
	})
}

func TestAPairFailsIfEitherSideFailed(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		w.consume(envoy(1, time.Second, sampled(1), failing), inferRequest(1, 2, time.Second))
		w.consume(envoy(2, time.Second, sampled(1)), inferRequest(2, 2, time.Second, failing))
		w.pass(2 * time.Second)
		w.want(`failed_total{client="envoy-0",server="triton-0"}`, 2)
	})
}

func TestWhatStaysUnpairedForTenSecondsIsCountedWithItsReason(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		w.consume(envoy(1, time.Second, sampled(1)), inferRequest(2, 2, time.Second))
		w.pass(10*time.Second - time.Nanosecond)
		if n := w.counter("unpaired_total"); n != 0 {
			w.Errorf("%v given up too early", n)
		}
		w.pass(time.Nanosecond)
		if a, b := w.counter("unpaired_total", "reason=no_server"), w.counter("unpaired_total", "reason=no_client"); a != 1 || b != 1 {
			w.Errorf("no server: %v, no client: %v", a, b)
		}
		w.wantEdges()
	})
}

func TestAnyClientAndServerSpanMakeAnEdge(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		w.consume(
			makeSpan(1, 1, 0, "job", "fetch", ptrace.SpanKindClient, time.Second, sampled(1)),
			makeSpan(1, 2, 1, "api", "serve", ptrace.SpanKindServer, time.Second, sampled(1)),
			makeSpan(1, 3, 2, "api", "publish", ptrace.SpanKindProducer, time.Second, sampled(1)),
			makeSpan(1, 4, 3, "worker", "take", ptrace.SpanKindConsumer, time.Second, sampled(1)),
			makeSpan(1, 5, 4, "worker", "select", ptrace.SpanKindClient, time.Second, sampled(1), attribute("db.name", "jobs")),
		)
		w.pass(2 * time.Second)
		w.wantEdges(
			`client="job",server="api"`,
			`client="api",connection_type="messaging_system",server="worker"`,
			`client="worker",connection_type="database",server="jobs"`)
	})
}

func TestAPeerThatMakesNoSpansIsAVirtualNode(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		w.consume(
			makeSpan(1, 1, 0, "job", "fetch", ptrace.SpanKindClient, time.Second, sampled(1), attribute("peer.service", "elsewhere")),
			makeSpan(2, 1, 0, "api", "serve", ptrace.SpanKindServer, time.Second, sampled(0.5)),
		)
		w.pass(11 * time.Second)
		w.wantEdges(
			`client="job",connection_type="virtual_node",server="elsewhere"`,
			`client="user",connection_type="virtual_node",server="api"`)
		w.want(`total{client="user",connection_type="virtual_node",server="api"}`, 2)
	})
}

func TestTheStoreOfHalvesIsBounded(t *testing.T) {
	inWorld(t, func(c *Config) { c.MaxPending = 4 }, func(w *world) {
		for i := range byte(20) {
			w.consume(envoy(i, time.Second, sampled(1)), inferRequest(i+100, 2, time.Second))
		}
		w.pass(time.Second)
		if c, s := w.counter("pending", "what=clients"), w.counter("pending", "what=servers"); c != 4 || s != 4 {
			w.Errorf("%v clients and %v servers wait", c, s)
		}
		if n := w.counter("unpaired_total", "reason=max_pending"); n != 32 {
			w.Errorf("%v counted as refused", n)
		}
	})
}
