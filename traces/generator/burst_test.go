package generator

import (
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"slices"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/internal/sampling"
	"supersonic/traces/otlp"
	"supersonic/traces/traffic"
)

// numbered gives a span's trace a number.
func numbered(i int) option {
	return func(s *made) { binary.BigEndian.PutUint32(s.TraceID[11:], uint32(i)) }
}

// site are the spans of requests as the chart's collector leaves them: everything
// but ingress is a SERVER span.
func site(requests int, front func(i int) made) (gateways, servers []made) {
	for i := range requests {
		gateways = append(gateways, front(i))
		servers = append(servers,
			makeSpan(0, 4, 3, "triton-0", "compute", ptrace.SpanKindServer, 10*time.Millisecond, numbered(i)),
			makeSpan(0, 3, 2, "triton-0", "add_sub", ptrace.SpanKindServer, 11*time.Millisecond, numbered(i)),
			inferRequest(0, 2, 12*time.Millisecond, numbered(i)))
	}
	return gateways, servers
}

// exports hands spans over in exports of n.
func (w *world) exports(spans []made, n int) {
	w.Helper()
	for part := range slices.Chunk(spans, n) {
		w.consume(part...)
	}
}

// 20,000 requests of one second, the gateway's spans two seconds late, in exports
// that cut traces anywhere: each is an edge, and each server's time its own.
func TestTwentyThousandRequestsASecondAreTwentyThousandEdges(t *testing.T) {
	const requests = 20_000
	for name, front := range map[string]func(i int) made{
		"our gateway": func(i int) made {
			return ingress(0, "ModelInfer", 20*time.Millisecond, sampled(1), numbered(i))
		},
		"an Envoy": func(i int) made { return envoy(0, 20*time.Millisecond, sampled(1), numbered(i)) },
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(c *Config) { c.SpanMetrics = true }, func(w *world) {
				gateways, servers := site(requests, front)
				w.exports(servers, 97)
				w.pass(2 * time.Second)
				w.exports(gateways, 51)
				w.pass(2 * time.Second)
				edge := `{client="` + serviceOf(gateways[0]) + `",server="triton-0"}`
				w.want("total"+edge, requests)
				w.want("client_seconds_count"+edge, requests)
				w.want("server_seconds_count"+edge, requests)
				w.want("server_seconds_sum"+edge, requests*0.012)
				w.want(`calls_total{service="triton-0",span_kind="SPAN_KIND_SERVER",span_name="compute",status_code="STATUS_CODE_UNSET"}`, requests)
				if n := w.counter("unpaired_total") + w.counter("server_seconds_from_upstream_total") + w.counter("weights_assumed_total"); n != 0 {
					w.Errorf("%v unpaired or without their own time", n)
				}
				w.pass(10 * time.Second)
				for _, what := range []string{"calls", "clients", "servers", "weights"} {
					if n := w.counter("pending", "what="+what); n != 0 {
						w.Errorf("%v %s still wait", n, what)
					}
				}
			})
		})
	}
}

func serviceOf(m made) string {
	v, _ := m.Resource.Get("service.name")
	return v.Str()
}

func TestAnExportThatIsSentAgainCountsOnce(t *testing.T) {
	inWorld(t, func(c *Config) { c.SpanMetrics, c.MaxRecent = true, 1000 }, func(w *world) {
		spans := []made{ingress(1, "ModelInfer", time.Second, sampled(1)), inferRequest(1, 2, time.Second)}
		w.consume(spans...)
		w.consume(spans...)
		for i := range 499 { // as many as are remembered for sure
			w.consume(inferRequest(2, 3, time.Second, sampled(1), numbered(i)))
		}
		w.consume(spans...)
		w.pass(12 * time.Second)
		w.want("total"+edgeLabels, 1)
		w.want("server_seconds_count"+edgeLabels, 1)
		w.want("calls_total"+ingressLabels, 1)
		if n := w.counter("spans_total", "fate=refused", "reason=again"); n != 4 {
			w.Errorf("%v spans came again", n)
		}
	})
}

func TestWhatIsRememberedIsBounded(t *testing.T) {
	r := newRecent(1000)
	var s otlp.Span
	read := func(i int) bool {
		binary.BigEndian.PutUint32(s.TraceID[:], uint32(i))
		return r.seen(&s)
	}
	for i := range 100_000 {
		if read(i) {
			t.Fatalf("span %d is new", i)
		}
		if back := max(0, i-499); !read(back) {
			t.Fatalf("span %d is not remembered at %d", back, i)
		}
	}
	if n := len(r.now.slots) + len(r.old.slots); n > 2048 {
		t.Errorf("%d places for 1,000 spans", n)
	}
}

// plain counts what span metrics should say of exports, from the collector's
// objects, with a weight for every span.
func plain(t *testing.T, exports [][]byte, weight float64) map[string]float64 {
	t.Helper()
	out := map[string]float64{}
	for _, raw := range exports {
		td, err := (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces(raw)
		if err != nil {
			t.Fatal(err)
		}
		for _, rs := range td.ResourceSpans().All() {
			service, _ := rs.Resource().Attributes().Get("service.name")
			for _, ss := range rs.ScopeSpans().All() {
				for _, s := range ss.Spans().All() {
					model, _ := s.Attributes().Get("triton.model_name")
					labels := ""
					if model.Str() != "" {
						labels = fmt.Sprintf(",triton_model_name=%q", model.Str())
					}
					kind := map[ptrace.SpanKind]string{ptrace.SpanKindServer: "SERVER", ptrace.SpanKindClient: "CLIENT"}[s.Kind()]
					labels = fmt.Sprintf("service=%q,span_kind=\"SPAN_KIND_%s\",span_name=%q,status_code=\"STATUS_CODE_%s\"%s}",
						service.Str(), kind, s.Name(), map[ptrace.StatusCode]string{0: "UNSET", 1: "OK", 2: "ERROR"}[s.Status().Code()], labels)
					took := float64(s.EndTimestamp()-s.StartTimestamp()) / 1e9
					out["calls_total{"+labels] += weight
					out["size_total{"+labels] += weight * float64((&ptrace.ProtoMarshaler{}).SpanSize(s))
					out["latency_sum{"+labels] += weight * took
					out["latency_count{"+labels] += weight
					for le := 0.002; le < 17; le *= 2 {
						if took <= le {
							out[fmt.Sprintf("latency_bucket{le=\"%v\",", le)+labels] += weight
						}
					}
				}
			}
		}
	}
	return out
}

func TestASitesTrafficIsCountedAsAPlainCountWould(t *testing.T) {
	inWorld(t, func(c *Config) { c.SpanMetrics, c.Spans.Dimensions = true, []string{"triton.model_name"} }, func(w *world) {
		state := "ot=" + "th:c"
		stream := traffic.New(traffic.Options{Seed: 7, Start: time.Now().Add(-time.Minute), TraceState: state, Servers: 3, Models: 10})
		th, _ := sampling.FromTracestate(state)
		var exports [][]byte
		for range 20 {
			raw, _ := stream.Next()
			exports = append(exports, slices.Clone(raw))
			b := decode(w, raw)
			w.gen.Consume(b)
			b.Release()
		}
		w.pass(12 * time.Second)
		want := plain(w.T, exports, th.Weight())
		headless := w.counter("weights_assumed_total", "reason=head_not_seen") // of traces that the end cut
		var missing float64
		for name, v := range want {
			got := w.increase(name)
			switch {
			case got > v*(1+1e-9):
				w.Errorf("%s: %v, want %v", name, got, v)
			case len(name) > 5 && name[:5] == "calls":
				missing += v - got
			}
		}
		if math.Abs(missing-headless*(th.Weight()-1)) > 1e-6 {
			w.Errorf("%v calls are missing, of which %v for want of a weight", missing, headless*(th.Weight()-1))
		}
		var spans float64
		for _, name := range slices.Collect(maps.Keys(want)) {
			if name[:5] == "calls" {
				spans += want[name] / th.Weight()
			}
		}
		if spans != 20*510 || headless > 1000 {
			w.Errorf("%v spans, %v without a weight", spans, headless)
		}
	})
}
