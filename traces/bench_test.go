package traces

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/traces/storetest"
)

// siteExports makes traces as a site sends them, some 500 bytes of OTLP a span:
// per request an ingress span with Envoy's attributes and three spans of Triton
// with its events, in batches of several hundred spans.
func siteExports(requests, batch int) (out []ptrace.Traces, spans int) {
	rng := rand.New(rand.NewPCG(7, 7))
	now := uint64(time.Now().Add(-time.Hour).UnixNano())
	for first := 0; first < requests; first += batch {
		td := ptrace.NewTraces()
		gateway, server := td.ResourceSpans().AppendEmpty(), td.ResourceSpans().AppendEmpty()
		gateway.Resource().Attributes().PutStr("service.name", fmt.Sprintf("supersonic-envoy-%d", rng.IntN(2)))
		server.Resource().Attributes().PutStr("service.name", fmt.Sprintf("supersonic-triton-%d", rng.IntN(8)))
		in, work := gateway.ScopeSpans().AppendEmpty().Spans(), server.ScopeSpans().AppendEmpty().Spans()
		for range min(batch, requests-first) {
			now += uint64(rng.IntN(2e6))
			siteTrace(rng, now, in, work)
		}
		spans += td.SpanCount()
		out = append(out, td)
	}
	return out, spans
}

func siteTrace(rng *rand.Rand, start uint64, in, work ptrace.SpanSlice) {
	var trace pcommon.TraceID
	binary.BigEndian.PutUint64(trace[:], rng.Uint64())
	binary.BigEndian.PutUint64(trace[8:], rng.Uint64())
	var parent pcommon.SpanID
	length := uint64(2e6 + rng.IntN(50e6))
	for depth, name := range []string{"ingress", "InferRequest", fmt.Sprintf("model_%02d", rng.IntN(30)), "compute"} {
		slice := work
		if depth == 0 {
			slice = in
		}
		s := slice.AppendEmpty()
		s.SetTraceID(trace)
		s.SetParentSpanID(parent)
		binary.BigEndian.PutUint64(parent[:], rng.Uint64())
		s.SetSpanID(parent)
		s.SetName(name)
		s.SetKind(ptrace.SpanKindServer)
		s.SetStartTimestamp(pcommon.Timestamp(start + uint64(depth)*1e5))
		s.SetEndTimestamp(pcommon.Timestamp(start + length - uint64(depth)*1e5))
		if depth == 0 {
			for _, kv := range []string{"node_id=", "zone=", "http.url=http://supersonic.cms.svc:8001/inference.GRPCInferenceService/ModelInfer", "http.method=POST",
				"downstream_cluster=-", "user_agent=grpc-python/1.85.1 grpc-c/58.0.0 (linux; chttp2)", "http.protocol=HTTP/2", "peer.address=10.42.0.9",
				"grpc.path=/inference.GRPCInferenceService/ModelInfer", "http.status_code=200", "grpc.status_code=0", "response_flags=-", "component=proxy",
				"upstream_cluster=triton_grpc_service", "upstream_address=10.42.0.10:8001", "request_size=" + strconv.Itoa(rng.IntN(1e6)), "response_size=" + strconv.Itoa(rng.IntN(1e5))} {
				k, v, _ := strings.Cut(kv, "=")
				s.Attributes().PutStr(k, v)
			}
			s.Attributes().PutStr("guid:x-request-id", fmt.Sprintf("%08x-4dd3-4b80-9e13-%012x", rng.Uint32(), rng.Uint64()>>16))
			s.TraceState().FromRaw("ot=th:fd70a3d70a3d7")
			continue
		}
		s.Attributes().PutStr("triton.model_name", name)
		s.Attributes().PutInt("triton.model_version", 1)
		for _, ev := range []string{"REQUEST_START", "QUEUE_START", "COMPUTE_START"} {
			e := s.Events().AppendEmpty()
			e.SetName(ev)
			e.SetTimestamp(pcommon.Timestamp(start + uint64(rng.IntN(1e6))))
			e.Attributes().PutInt("triton.steady_timestamp_ns", int64(start/3))
		}
	}
}

// usage is what a process has used: CPU and the most memory it had.
func usage(b *testing.B, pid int) (cpu time.Duration, peakMB, nowMB int) {
	b.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		b.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(stat), ") ") // the name may hold spaces
	f := strings.Fields(rest)
	user, _ := strconv.Atoi(f[11]) // ticks of 10 ms
	system, _ := strconv.Atoi(f[12])
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		var kb int
		if n, _ := fmt.Sscanf(line, "VmHWM: %d kB", &kb); n == 1 {
			peakMB = kb >> 10
		}
		if n, _ := fmt.Sscanf(line, "VmRSS: %d kB", &kb); n == 1 {
			nowMB = kb >> 10
		}
	}
	return time.Duration(user+system) * 10 * time.Millisecond, peakMB, nowMB
}

// BenchmarkIngest sends 400,000 spans over gRPC from eight exporters to a store
// in a process of its own, whose CPU and memory it tells: empty, at most, and a
// moment after.
func BenchmarkIngest(b *testing.B) {
	exports, spans := siteExports(100_000, 200)
	for b.Loop() {
		dir := b.TempDir()
		cmd, target := child(b, dir, 0)
		waitReady(b, target)
		before, _, empty := usage(b, cmd.Process.Pid)
		begun := time.Now()
		send(b, target, exports)
		took := time.Since(begun)
		after, peak, rest := usage(b, cmd.Process.Pid)
		b.ReportMetric(float64(spans)/took.Seconds(), "spans/s")
		b.ReportMetric((after-before).Seconds()*1e6/float64(spans), "CPU-s/Mspan")
		b.ReportMetric(float64(empty), "MB-empty")
		b.ReportMetric(float64(peak), "MB-peak")
		b.ReportMetric(float64(rest), "MB-after")
		b.ReportMetric(float64(diskBytes(b, dir))/float64(spans), "disk-B/span")
		cmd.Process.Kill()
		cmd.Wait()
	}
}

func diskBytes(b *testing.B, dir string) (n int64) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		b.Fatal(err)
	}
	for _, e := range entries {
		if info, err := e.Info(); err == nil {
			n += info.Size()
		}
	}
	return n
}

func send(b *testing.B, target storetest.Target, exports []ptrace.Traces) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			c := storetest.NewClient(b, target)
			for i := next.Add(1) - 1; i < int64(len(exports)); i = next.Add(1) - 1 {
				if _, err := c.ExportGRPC(exports[i], false); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}

// BenchmarkSearch asks a store of 100,000 spans.
func BenchmarkSearch(b *testing.B) {
	exports, _ := siteExports(25_000, 200)
	target, _ := start(b, testConfig(b.TempDir()), Deps{})
	send(b, target, exports)
	exports = nil
	c := storetest.NewClient(b, target)
	for name, path := range map[string]string{
		"newest 20":        "/api/search?q=" + url.QueryEscape(`{ resource.service.name = "supersonic-triton-3" }`),
		"slow, newest 20":  "/api/search?q=" + url.QueryEscape(`{ name = "compute" && duration > 50ms }`),
		"structural":       "/api/search?q=" + url.QueryEscape(`{ name = "ingress" } >> { name = "compute" && duration > 40ms }`),
		"no hit":           "/api/search?q=" + url.QueryEscape(`{ span.nosuch = "x" }`),
		"tags, no hit":     "/api/search?tags=" + url.QueryEscape(`nosuch=x`),
		"values":           "/api/v2/search/tag/resource.service.name/values",
		"names":            "/api/v2/search/tags",
		"by id, not found": "/api/v2/traces/abc",
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if status, _, body := c.Get(path, ""); status != http.StatusOK {
					b.Fatalf("%d %s", status, body)
				}
			}
		})
	}
}
