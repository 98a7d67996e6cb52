package gateway

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	_ "google.golang.org/grpc/encoding/gzip"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	"supersonic/internal/kserve"
)

func TestACallComesBackAsTheServerAnsweredIt(t *testing.T) {
	w := newWorld(t, 1, nil)
	in := message("m")
	r := w.inferBytes(in, "caller", "kept", "odd-bin", "\x00\x80")
	if r.status.Code() != codes.OK || !bytes.Equal(r.body, in) {
		t.Fatal(r.status, len(r.body))
	}
	want := map[string]string{"early": "yes", "server": "supersonic", "content-type": "application/grpc+proto"}
	for k, v := range want {
		if got := r.header.Get(k); len(got) != 1 || got[0] != v {
			t.Errorf("header %s: %q, want %q", k, got, v)
		}
	}
	if got := r.trailer.Get("blob-bin"); len(got) != 1 || got[0] != "\x00\xff\x01" {
		t.Errorf("binary trailer %q", got)
	}
	if got := r.trailer.Get("x-trace-id"); got != nil {
		t.Errorf("x-trace-id %q on a good answer", got)
	}
	md := w.servers[0].seen()[0]
	if md.Get("caller")[0] != "kept" || md.Get("odd-bin")[0] != "\x00\x80" || md.Get("x-forwarded-proto")[0] != "http" {
		t.Errorf("the server saw %v", md)
	}
}

func TestAServersErrorKeepsItsMessageAndGetsTheTraceID(t *testing.T) {
	w := newWorld(t, 1, nil)
	r := w.infer("fails")
	if r.status.Code() != codes.Internal || r.status.Message() != "negative input: 100 % wrong, ümlaut" {
		t.Errorf("%v %q", r.status.Code(), r.status.Message())
	}
	if id := r.trailer.Get("x-trace-id"); len(id) != 1 || len(id[0]) != 32 {
		t.Errorf("x-trace-id %q", id)
	}
	if got := r.trailer.Get("served-by"); len(got) != 1 || got[0] != "triton-0" {
		t.Errorf("the server's own trailer: %q", got)
	}
}

func TestAMessageOf64MiBPassesBothWaysUnchanged(t *testing.T) {
	w := newWorld(t, 1, nil)
	in := kserve.ModelOf{Name: "m"}.Append(nil)
	in = append(in, make([]byte, 64<<20)...)
	for i := range in[100:] {
		in[100+i] = byte(i * i >> 3)
	}
	r := w.inferBytes(in)
	if r.status.Code() != codes.OK || sha256.Sum256(r.body) != sha256.Sum256(in) {
		t.Fatal(r.status, len(r.body))
	}
}

func TestCompressedCallsPassAndTheirModelIsCounted(t *testing.T) {
	w := newWorld(t, 1, nil)
	in, out := message("m"), []byte(nil)
	if err := w.client.Invoke(context.Background(), kserve.ModelInfer, &in, &out, grpc.UseCompressor("gzip")); err != nil || !bytes.Equal(in, out) {
		t.Fatal(err)
	}
	w.wantLine("/metrics", `supersonic_gateway_requests_total{code="OK",method="ModelInfer",model="m",server="triton-0"} 1`)
}

func TestAStreamRunsInBothDirectionsAtOnce(t *testing.T) {
	w := newWorld(t, 1, nil)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	s, err := w.client.NewStream(ctx, &grpc.StreamDesc{ClientStreams: true, ServerStreams: true}, kserve.ModelStreamInfer)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 100 { // each answer comes before the next question
		in, out := fmt.Appendf(message("m"), "%d", i), []byte(nil)
		if err := s.SendMsg(&in); err != nil {
			t.Fatal(err)
		}
		if err := s.RecvMsg(&out); err != nil || !bytes.Equal(in, out) {
			t.Fatalf("message %d: %v", i, err)
		}
	}
	s.CloseSend()
	var end []byte
	if err := s.RecvMsg(&end); err != io.EOF {
		t.Fatal(err)
	}
	w.wantLine("/metrics", `supersonic_gateway_requests_total{code="OK",method="ModelStreamInfer",model="m",server="triton-0"} 1`)
}

func TestAClientThatCancelsCancelsAtTheServer(t *testing.T) {
	w := newWorld(t, 1, nil)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		in, out := message("hold"), []byte(nil)
		ended <- w.client.Invoke(ctx, kserve.ModelInfer, &in, &out)
	}()
	<-w.servers[0].held
	cancel()
	<-w.servers[0].canceled
	if err := <-ended; status.Code(err) != codes.Canceled {
		t.Fatal(err)
	}
	spans := w.spans()
	if len(spans) != 1 {
		t.Fatalf("%d spans", len(spans))
	}
	a := spans[0].Attributes().AsRaw()
	if a["response_flags"] != "DC" || a["http.status_code"] != "0" || a["error"] != "true" || a["grpc.status_code"] != nil {
		t.Error(a)
	}
}

// The caller tells its deadline and has no clock of its own; the server, told of
// it too, is the first to give up, with a reset stream.
func TestTheCallersDeadlineIsEnforcedEvenIfItsClockIsNot(t *testing.T) {
	w := newWorld(t, 1, nil)
	message := message("hold")
	frame := append(binary.BigEndian.AppendUint32([]byte{0}, uint32(len(message))), message...)
	req, err := http.NewRequestWithContext(t.Context(), "POST", "http://"+w.g.Addr().String()+kserve.ModelInfer, bytes.NewReader(frame))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/grpc")
	req.Header.Set("Te", "trailers")
	req.Header.Set("Grpc-Timeout", "100m")
	answer, err := cleartextHTTP2(t).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		t.Fatal(err)
	}
	if got := cmp.Or(answer.Trailer.Get("Grpc-Status"), answer.Header.Get("Grpc-Status")); got != "4" {
		t.Errorf("grpc-status %q, want 4 (deadline exceeded): %v %v", got, answer.Header, answer.Trailer)
	}
	<-w.servers[0].canceled
}

func TestTheRoutesTimeoutEndsACallWithAReason(t *testing.T) {
	w := newWorld(t, 1, func(c *Config, _ *Deps) { c.RouteTimeout = 100 * time.Millisecond })
	r := w.infer("hold")
	if r.status.Code() != codes.DeadlineExceeded || !strings.Contains(r.status.Message(), "grpc_route_timeout (100ms)") || r.trailer.Get("x-trace-id") == nil {
		t.Fatal(r.status, r.trailer)
	}
	<-w.servers[0].canceled
}

func TestAServerThatDiesInTheMiddleIsUnavailableOnce(t *testing.T) {
	w := newWorld(t, 1, nil)
	got := make(chan result, 1)
	go func() { got <- w.infer("hold") }()
	<-w.servers[0].held
	w.servers[0].grpc.Stop()
	r := <-got
	if r.status.Code() != codes.Unavailable || !strings.Contains(r.status.Message(), "lost the server triton-0") {
		t.Fatal(r.status)
	}
	if len(r.trailer.Get("x-trace-id")) != 1 {
		t.Error(r.trailer)
	}
}

func TestHeadersBeyondAServersLimitAreTheCallersFault(t *testing.T) {
	w := newWorld(t, 0, nil)
	s := startServer(t, "small", grpc.MaxHeaderListSize(8<<10))
	w.pool.set(Server{Pod: s.pod, Addr: s.addr, Ready: true, Models: []string{"m"}})
	w.eventually("ready", w.g.pool.AnyReady)
	r := w.infer("m", "much", strings.Repeat("x", 16<<10))
	if r.status.Code() != codes.ResourceExhausted || !strings.Contains(r.status.Message(), "send less metadata") {
		t.Fatal(r.status)
	}
}

func TestAServerThatCannotBeReachedIsPassedOver(t *testing.T) {
	w := newWorld(t, 2, nil)
	w.servers[0].grpc.Stop()
	for range 20 {
		if r := w.infer("m"); r.status.Code() != codes.OK {
			t.Fatal(r.status)
		}
	}
	w.servers[1].grpc.Stop()
	r := w.infer("m")
	if r.status.Code() != codes.Unavailable || !strings.Contains(r.status.Message(), "try again") {
		t.Fatal(r.status)
	}
}

func TestAServerThatLetsConnectionsWaitHoldsUpOneCall(t *testing.T) {
	w := newWorld(t, 1, nil)
	silent, err := net.Listen("tcp", "127.0.0.1:0") // the kernel connects, and nobody answers
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	s := w.servers[0]
	w.pool.set(Server{Pod: s.pod, Addr: s.addr, Ready: true, Models: []string{"m"}}, Server{Pod: "silent", Addr: silent.Addr().String(), Ready: true, Models: []string{"m"}})
	w.eventually("two servers", func() bool { return len(w.g.pool.All()) == 2 })
	for range 20 {
		if r := w.infer("m"); r.status.Code() != codes.OK {
			t.Fatal(r.status)
		}
	}
	w.wantLine("/stats/prometheus", `envoy_cluster_upstream_cx_connect_fail{envoy_cluster_name="triton_grpc_service"} 1`)
}

func TestWithoutAReadyServerCallsAreRefusedAtOnce(t *testing.T) {
	w := newWorld(t, 0, nil)
	r := w.infer("m")
	if r.status.Code() != codes.Unavailable || r.status.Message() != "gateway: no inference server is ready (0 known); try again in some seconds" {
		t.Fatal(r.status)
	}
	if len(r.trailer.Get("x-trace-id")) != 1 {
		t.Error("no x-trace-id")
	}
	if a := w.spans()[0].Attributes().AsRaw(); a["response_flags"] != "UH" || a["peer.service"] != nil {
		t.Error(a)
	}
}

func TestHealthFollowsTheServers(t *testing.T) {
	w := newWorld(t, 1, nil)
	conn, err := grpc.NewClient(w.g.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	health := healthpb.NewHealthClient(conn)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if a, err := health.Check(ctx, &healthpb.HealthCheckRequest{}); err != nil || a.Status != healthpb.HealthCheckResponse_SERVING {
		t.Fatal(a, err)
	}
	if _, err := health.Check(ctx, &healthpb.HealthCheckRequest{Service: "nobody"}); status.Code(err) != codes.NotFound {
		t.Fatal(err)
	}
	watch, err := health.Watch(ctx, &healthpb.HealthCheckRequest{Service: kserve.Service})
	if err != nil {
		t.Fatal(err)
	}
	next := func(want healthpb.HealthCheckResponse_ServingStatus) {
		t.Helper()
		if a, err := watch.Recv(); err != nil || a.Status != want {
			t.Fatal(a, err)
		}
	}
	next(healthpb.HealthCheckResponse_SERVING)
	gone := w.server(0)
	gone.Ready = false
	w.pool.set(gone)
	next(healthpb.HealthCheckResponse_NOT_SERVING)
	w.pool.set(w.server(0))
	next(healthpb.HealthCheckResponse_SERVING)
	w.stop()
	next(healthpb.HealthCheckResponse_NOT_SERVING)
	if _, err := watch.Recv(); status.Code(err) != codes.Unavailable {
		t.Fatal(err)
	}
}

func TestHTTP1IsToldWhatThePortIs(t *testing.T) {
	w := newWorld(t, 1, nil)
	r, err := http.Get("http://" + w.g.Addr().String() + "/v2/health/ready")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	b, _ := io.ReadAll(r.Body)
	if r.StatusCode != http.StatusUpgradeRequired || !strings.Contains(string(b), "gRPC over HTTP/2") {
		t.Fatal(r.Status, string(b))
	}
}

func TestMoreCallsThanAServersStreamsOpenFurtherConnections(t *testing.T) {
	w := newWorld(t, 0, nil)
	s := startServer(t, "narrow", grpc.MaxConcurrentStreams(10))
	w.pool.set(Server{Pod: s.pod, Addr: s.addr, Ready: true})
	w.eventually("ready", w.g.pool.AnyReady)
	const calls = 100
	done := make(chan result, calls)
	for range calls {
		go func() { done <- w.infer("hold") }()
	}
	for range calls {
		<-s.held // all are at the server at once
	}
	close(s.hold)
	for range calls {
		if r := <-done; r.status.Code() != codes.OK {
			t.Fatal(r.status)
		}
	}
}

func TestAStopLetsOpenCallsFinishAndKeepsTheirSpans(t *testing.T) {
	w := newWorld(t, 2, nil)
	const calls = 50
	done := make(chan result, calls)
	for range calls {
		go func() { done <- w.infer("hold") }()
	}
	for range calls / 2 {
		<-w.servers[0].held
		<-w.servers[1].held
	}
	stopped := make(chan struct{})
	go func() { w.stop(); close(stopped) }()
	w.eventually("the drain began", w.g.draining.Load)
	w.eventually("new connections are refused", func() bool {
		c, err := net.DialTimeout("tcp", w.g.Addr().String(), time.Second)
		if err == nil {
			c.Close()
		}
		return err != nil
	})
	close(w.servers[0].hold)
	close(w.servers[1].hold)
	for range calls {
		if r := <-done; r.status.Code() != codes.OK {
			t.Error(r.status)
		}
	}
	<-stopped
	if n := len(w.spans()); n != calls {
		t.Errorf("%d spans of %d calls", n, calls)
	}
}

func TestCallsThatDoNotEndAreCutAfterTheDrainTime(t *testing.T) {
	w := newWorld(t, 1, func(c *Config, _ *Deps) { c.Drain = 200 * time.Millisecond })
	got := make(chan result, 1)
	go func() { got <- w.infer("hold") }()
	<-w.servers[0].held
	w.stop()
	if r := <-got; r.status.Code() == codes.OK {
		t.Fatal("it ended well")
	}
	<-w.servers[0].canceled
}

func TestLoadAboveTheThresholdRefusesOnlyNewcomers(t *testing.T) {
	w := newWorld(t, 1, func(c *Config, d *Deps) {
		c.LoadLimit = LoadLimit{Enabled: true, Threshold: 100}
		d.Load = constant(150)
	})
	ask := func() error {
		in, out := []byte(nil), []byte(nil)
		return w.client.Invoke(context.Background(), kserve.RepositoryIndex, &in, &out)
	}
	w.eventually("the load was read", func() bool { return ask() != nil })
	if err := ask(); status.Code(err) != codes.ResourceExhausted || !strings.Contains(err.Error(), "150 is above the threshold of 100") {
		t.Error(err)
	}
	if r := w.infer("m"); r.status.Code() != codes.OK {
		t.Error(r.status)
	}
}

type constant float64

func (c constant) Load(context.Context) (float64, bool) { return float64(c), true }

func TestRandomLoadOfAllKindsLosesNothing(t *testing.T) {
	w := newWorld(t, 3, nil)
	const calls = 600
	codesSeen := make(chan codes.Code, calls)
	work := make(chan string, calls)
	for range calls {
		work <- []string{"m", "m", "fails", "missing"}[rand.IntN(4)]
	}
	close(work)
	for range 20 {
		go func() {
			for model := range work {
				codesSeen <- w.infer(model).status.Code()
			}
		}()
	}
	got := map[codes.Code]int{}
	for range calls {
		got[<-codesSeen]++
	}
	if got[codes.OK]+got[codes.Internal]+got[codes.NotFound] != calls {
		t.Fatal(got)
	}
	w.wantLine("/metrics", fmt.Sprintf(`envoy_http_downstream_rq_total{envoy_http_conn_manager_prefix="ingress_grpc"} %d`, calls))
	if n := len(w.spans()); n != calls {
		t.Errorf("%d spans of %d calls", n, calls)
	}
}
