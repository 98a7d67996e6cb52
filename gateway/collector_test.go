package gateway

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
	"testing"

	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// collector is an OTLP receiver; its first answers say that it is busy.
type collector struct {
	ptraceotlp.UnimplementedGRPCServer
	busy  atomic.Int64
	mu    sync.Mutex
	spans []ptrace.Span
	res   map[string]any
	md    metadata.MD
}

func (c *collector) Export(ctx context.Context, r ptraceotlp.ExportRequest) (ptraceotlp.ExportResponse, error) {
	if c.busy.Add(-1) >= 0 {
		return ptraceotlp.NewExportResponse(), status.Error(codes.Unavailable, "busy")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.md, _ = metadata.FromIncomingContext(ctx)
	copied := ptrace.NewTraces()
	r.Traces().CopyTo(copied)
	for _, rs := range copied.ResourceSpans().All() {
		c.res = rs.Resource().Attributes().AsRaw()
		for _, ss := range rs.ScopeSpans().All() {
			for _, s := range ss.Spans().All() {
				c.spans = append(c.spans, s)
			}
		}
	}
	return ptraceotlp.NewExportResponse(), nil
}

func TestSpansReachACollectorOverOTLPWithoutAContextOfTheirOwn(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &collector{}
	c.busy.Store(2)
	s := grpc.NewServer()
	ptraceotlp.RegisterGRPCServer(s, c)
	go s.Serve(l)
	t.Cleanup(s.Stop)
	w := newWorld(t, 1, func(cfg *Config, d *Deps) { cfg.Collector, d.Export = l.Addr().String(), nil })
	for range 20 {
		w.infer("m")
	}
	w.wantLine("/metrics", `supersonic_gateway_spans_total{fate="kept",reason=""} 20`)
	w.wantLine("/metrics", `envoy_tracing_opentelemetry_spans_sent 20`)
	w.infer("fails")
	w.stop() // takes the last span along
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.spans) != 21 {
		t.Errorf("%d spans, want 21", len(c.spans))
	}
	if c.res["service.name"] != "envoy-0" || c.res["k8s.namespace.name"] != "default" || c.res["telemetry.sdk.language"] != "go" {
		t.Error(c.res)
	}
	if c.md.Get("traceparent") != nil {
		t.Error("the export itself carries a context")
	}
}

func TestAStopUnderLoadFailsNoCallThatReachedAServer(t *testing.T) {
	w := newWorld(t, 2, nil)
	var good, late atomic.Int64
	var load sync.WaitGroup
	for range 32 {
		load.Go(func() {
			for w.infer("m").status.Code() == codes.OK {
				good.Add(1)
			}
			late.Add(1) // the port is closed: each ends with one such call
		})
	}
	w.eventually("some calls were made", func() bool { return good.Load() > 500 })
	w.stop()
	load.Wait()
	reached := int64(len(w.servers[0].seen()) + len(w.servers[1].seen()))
	if good.Load() != reached {
		t.Errorf("%d calls ended well of %d that reached a server", good.Load(), reached)
	}
	if n := int64(len(w.spans())); n != reached {
		t.Errorf("%d spans of %d calls", n, reached)
	}
	if late.Load() != 32 {
		t.Errorf("%d calls found the port closed", late.Load())
	}
}
