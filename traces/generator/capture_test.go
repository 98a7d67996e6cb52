package generator

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"os"
	"runtime"
	"syscall"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/internal/attr"
	"supersonic/traces/otlp"
	"supersonic/traces/traffic"
)

// captured are the exports of a real Envoy and a real Triton as the chart's
// collector passes them on: services renamed to pods, ingress CLIENT, the rest
// SERVER. Their time is moved to now.
func captured(t testing.TB) [][]made {
	t.Helper()
	f, err := os.Open("testdata/envoy-triton-traces.otlp.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	var out [][]made
	for lines.Scan() {
		td, err := (&ptrace.JSONUnmarshaler{}).UnmarshalTraces(lines.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		now := uint64(time.Now().UnixNano())
		var batch []made
		for _, rs := range td.ResourceSpans().All() {
			if pod, ok := rs.Resource().Attributes().Get("pod_name"); ok {
				rs.Resource().Attributes().PutStr("service.name", pod.Str())
			}
			for _, ss := range rs.ScopeSpans().All() {
				for _, s := range ss.Spans().All() {
					m := made{TraceID: s.TraceID(), ID: s.SpanID(), Parent: s.ParentSpanID(), Name: s.Name(), Kind: ptrace.SpanKindServer,
						Status: s.Status().Code(), TraceState: s.TraceState().AsRaw(), Attrs: s.Attributes(), Resource: rs.Resource().Attributes(),
						Start: now - uint64(s.EndTimestamp()-s.StartTimestamp()), End: now}
					if m.Name == attr.Ingress {
						m.Kind = ptrace.SpanKindClient
					}
					batch = append(batch, m)
				}
			}
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
	for name, change := range map[string]func([][]made) [][]made{
		"as captured": func(b [][]made) [][]made { return b },
		"servers first": func(b [][]made) [][]made {
			out := make([][]made, 0, len(b))
			for i := range b {
				out = append(out, b[len(b)-1-i])
			}
			return out
		},
		"span by span": func(b [][]made) [][]made {
			var out [][]made
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
					w.consume(batch...)
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

// threadTime is the CPU time of this thread, which other processes do not stretch.
func threadTime(b *testing.B) time.Duration {
	const thread = 1 // RUSAGE_THREAD
	var u syscall.Rusage
	if err := syscall.Getrusage(thread, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// The cost of a site's spans: exports of 510, without and with thresholds.
func BenchmarkConsume(b *testing.B) {
	for _, state := range []string{"", "ot=th:fd70a3d70a3d7"} {
		b.Run("th="+state, func(b *testing.B) {
			g, err := New(Config{ServiceGraphs: true, SpanMetrics: true, RemoteWriteURL: "http://h:1/"}, Deps{})
			if err != nil {
				b.Fatal(err)
			}
			stream := traffic.New(traffic.Options{Seed: 1, Start: time.Now().Add(-50 * time.Minute), Rate: 20_000, TraceState: state})
			decoder := otlp.NewDecoder(otlp.Limits{})
			const exports = 400
			raws := make([][]byte, exports)
			for i := range raws {
				raw, _ := stream.Next()
				raws[i] = bytes.Clone(raw)
			}
			b.ReportAllocs()
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			spans, pushes := 0, 0
			var took, pushing time.Duration
			for b.Loop() {
				batch, err := decoder.Decode(raws[spans/510%exports], 1)
				if err != nil {
					b.Fatal(err)
				}
				for i := range batch.Spans { // other spans each round
					binary.LittleEndian.PutUint32(batch.Spans[i].TraceID[:], uint32(spans/510/exports))
				}
				begun := threadTime(b)
				g.Consume(batch)
				took += threadTime(b) - begun
				spans += len(batch.Spans)
				batch.Release()
				if spans/100_000 > pushes { // a second's worth at full speed
					pushes++
					now, begun := time.Now(), threadTime(b)
					g.expire(now, now)
					g.push(now.UnixMilli(), now, false)
					g.backlog.done(g.backlog.first()) // as if it were sent
					pushing += threadTime(b) - begun
				}
			}
			b.ReportMetric(float64(took.Nanoseconds())/float64(spans), "cpu-ns/span")
			b.ReportMetric(float64(pushing.Microseconds())/float64(max(1, pushes))/1000, "cpu-ms/push")
			b.ReportMetric(float64(g.registry.series), "series")
		})
	}
}
