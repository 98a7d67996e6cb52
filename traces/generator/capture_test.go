package generator

import (
	"bufio"
	"os"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/internal/attr"
	"supersonic/traces/span"
)

// captured are the exports of a real Envoy and a real Triton as the chart's
// collector passes them on: services renamed to pods, ingress CLIENT, the rest
// SERVER. Their time is moved to now.
func captured(t testing.TB) [][]span.Span {
	t.Helper()
	f, err := os.Open("testdata/envoy-triton-traces.otlp.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	var out [][]span.Span
	for lines.Scan() {
		td, err := (&ptrace.JSONUnmarshaler{}).UnmarshalTraces(lines.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		batch := span.FromOTLP(td)
		now := uint64(time.Now().UnixNano())
		for i := range batch {
			s := &batch[i]
			if pod, ok := s.Resource.Attrs.Get("pod_name"); ok {
				s.Resource.Attrs.PutStr("service.name", pod.Str())
			}
			s.Kind = ptrace.SpanKindServer
			if s.Name == attr.Ingress {
				s.Kind = ptrace.SpanKindClient
			}
			s.Start, s.End = now-s.Duration(), now
		}
		out = append(out, batch)
	}
	if err := lines.Err(); err != nil || len(out) == 0 {
		t.Fatal(len(out), err)
	}
	return out
}

// In the capture, 14 of Envoy's 19 spans are of ModelInfer; two of those were
// refused before Triton made a span (unknown model, wrong input). One is a stream,
// whose two server spans lost their context; one server span has a caller that
// exported nothing.
func TestARealEnvoyAndARealTritonMakeTheirEdge(t *testing.T) {
	for name, change := range map[string]func([][]span.Span) [][]span.Span{
		"as captured": func(b [][]span.Span) [][]span.Span { return b },
		"servers first": func(b [][]span.Span) [][]span.Span {
			out := make([][]span.Span, 0, len(b))
			for i := range b {
				out = append(out, b[len(b)-1-i])
			}
			return out
		},
		"span by span": func(b [][]span.Span) [][]span.Span {
			var out [][]span.Span
			for _, batch := range b {
				for i := range batch {
					out = append(out, batch[i:i+1])
				}
			}
			return out
		},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(c *Config) { c.SpanMetrics = true }, func(w *world) {
				for _, batch := range change(captured(t)) {
					w.gen.Consume(batch)
				}
				w.pass(12 * time.Second)
				const edge = `{client="envoy-pod-0",server="triton-0"}`
				w.wantEdges(`client="envoy-pod-0",server="triton-0"`)
				w.want("total"+edge, 12)
				w.want("failed_total"+edge, 2)
				w.want("client_seconds_count"+edge, 12)
				w.want("server_seconds_count"+edge, 12)
				for reason, want := range map[string]float64{"no_server": 3, "no_client": 1, "context_lost": 2} {
					if got := w.counter("unpaired_total", "reason="+reason); got != want {
						w.Errorf("%s: %v, want %v", reason, got, want)
					}
				}
				w.want(`calls_total{service="envoy-pod-0",span_kind="SPAN_KIND_CLIENT",span_name="ingress",status_code="STATUS_CODE_UNSET"}`, 17)
				w.want(`calls_total{service="envoy-pod-0",span_kind="SPAN_KIND_CLIENT",span_name="ingress",status_code="STATUS_CODE_ERROR"}`, 2)
				w.want(`calls_total{service="triton-0",span_kind="SPAN_KIND_SERVER",span_name="compute",status_code="STATUS_CODE_UNSET"}`, 18)
			})
		})
	}
}

// One million spans as a site makes them: four a request, all sampled.
func BenchmarkConsume(b *testing.B) {
	g, err := New(Config{ServiceGraphs: true, SpanMetrics: true, RemoteWriteURL: "http://h:1/"}, Deps{})
	if err != nil {
		b.Fatal(err)
	}
	const requests = 500 // in a batch
	batch := make([]span.Span, 0, 4*requests)
	for range requests {
		batch = append(batch,
			makeSpan(0, 4, 3, "triton-0", "compute", ptrace.SpanKindServer, time.Second, sampled(1)),
			makeSpan(0, 3, 2, "triton-0", "add_sub", ptrace.SpanKindServer, time.Second, sampled(1)),
			inferRequest(0, 2, time.Second, sampled(1)),
			ingress(0, "ModelInfer", time.Second, sampled(1)))
	}
	b.ReportAllocs()
	var trace uint64
	for b.Loop() {
		for i := range batch {
			s := &batch[i]
			id := trace + uint64(i/4)
			for k := range 8 {
				s.TraceID[k] = byte(id >> (8 * k))
				s.ID[k], s.Parent[k] = byte(id>>(8*k)), byte(id>>(8*k))
			}
			s.ID[7] = byte(4 - i%4)
			if s.Parent[7] = byte(3 - i%4); i%4 == 3 {
				s.Parent = span.ID{}
			}
		}
		trace += requests
		now := time.Now()
		g.readBatch(batch, now)
		g.expire(now, now)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(batch)), "ns/span")
}
