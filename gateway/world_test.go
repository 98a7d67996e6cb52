package gateway

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"supersonic/internal/kserve"
	"supersonic/internal/listen"
)

// raw passes messages as bytes.
type raw struct{}

func (raw) Marshal(v any) ([]byte, error)   { return *v.(*[]byte), nil }
func (raw) Unmarshal(b []byte, v any) error { *v.(*[]byte) = append([]byte(nil), b...); return nil }
func (raw) Name() string                    { return "proto" }

// server is a small inference server: it answers for the models m and slow, and
// does what the model's name says.
type server struct {
	pod  string
	addr string
	grpc *grpc.Server

	mu       sync.Mutex
	headers  []metadata.MD // of inferences
	canceled chan struct{} // a token for each call whose context ended early
	hold     chan struct{} // closed to let calls of model "hold" go on
	held     chan struct{} // a token for each call of model "hold" that came
}

func startServer(t testing.TB, pod string, opts ...grpc.ServerOption) *server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &server{pod: pod, addr: l.Addr().String(), canceled: make(chan struct{}, 100), hold: make(chan struct{}), held: make(chan struct{}, 10000)}
	opts = append(opts, grpc.ForceServerCodec(raw{}), grpc.UnknownServiceHandler(s.handle),
		grpc.MaxRecvMsgSize(1<<30), grpc.MaxSendMsgSize(1<<30))
	s.grpc = grpc.NewServer(opts...)
	go s.grpc.Serve(l)
	t.Cleanup(s.grpc.Stop)
	return s
}

func (s *server) seen() []metadata.MD {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]metadata.MD(nil), s.headers...)
}

func (s *server) handle(_ any, stream grpc.ServerStream) error {
	method, _ := grpc.MethodFromServerStream(stream)
	switch method {
	case kserve.RepositoryIndex:
		var in []byte
		stream.RecvMsg(&in)
		// models: {name: "m"}, {name: "hold"}
		out := []byte("\x0a\x03\x0a\x01m\x0a\x06\x0a\x04hold")
		return stream.SendMsg(&out)
	case kserve.ModelInfer:
		return s.infer(stream)
	case kserve.ModelStreamInfer:
		return s.stream(stream)
	}
	return status.Error(codes.Unimplemented, "no such method")
}

func (s *server) infer(stream grpc.ServerStream) error {
	md, _ := metadata.FromIncomingContext(stream.Context())
	s.mu.Lock()
	s.headers = append(s.headers, md)
	s.mu.Unlock()
	var in []byte
	if err := stream.RecvMsg(&in); err != nil {
		return err
	}
	stream.SetTrailer(metadata.Pairs("served-by", s.pod, "blob-bin", "\x00\xff\x01"))
	model, _, _ := kserve.ModelNameVersion(in)
	switch model {
	case "fails":
		return status.Error(codes.Internal, "negative input: 100 % wrong, ümlaut")
	case "missing":
		return status.Error(codes.NotFound, "Request for unknown model: 'missing' is not found")
	case "hold":
		s.held <- struct{}{}
		select {
		case <-s.hold:
		case <-stream.Context().Done():
			s.canceled <- struct{}{}
			return stream.Context().Err()
		}
	}
	stream.SetHeader(metadata.Pairs("early", "yes"))
	return stream.SendMsg(&in)
}

func (s *server) stream(stream grpc.ServerStream) error {
	for {
		var in []byte
		if err := stream.RecvMsg(&in); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			s.canceled <- struct{}{}
			return err
		}
		if err := stream.SendMsg(&in); err != nil {
			return err
		}
	}
}

// fixed is a resolver whose servers a test changes.
type fixed struct {
	mu      sync.Mutex
	servers []Server
	changed chan struct{}
}

func (f *fixed) Servers() []Server {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]Server(nil), f.servers...)
}

func (f *fixed) Changed() <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.changed
}

func (f *fixed) set(servers ...Server) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.servers = servers
	close(f.changed)
	f.changed = make(chan struct{})
}

// keeper is an exporter that keeps spans in memory.
type keeper struct {
	mu    sync.Mutex
	spans []ptrace.Span
	res   []ptrace.ResourceSpans
}

func (k *keeper) Export(_ context.Context, td ptrace.Traces) (int64, error) {
	copied := ptrace.NewTraces()
	td.CopyTo(copied)
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, rs := range copied.ResourceSpans().All() {
		k.res = append(k.res, rs)
		for _, ss := range rs.ScopeSpans().All() {
			for _, s := range ss.Spans().All() {
				k.spans = append(k.spans, s)
			}
		}
	}
	return 0, nil
}

func (k *keeper) Close() error { return nil }

// world is a gateway in front of servers, with a client.
type world struct {
	t       testing.TB
	servers []*server
	pool    *fixed
	kept    *keeper
	g       *Gateway
	client  *grpc.ClientConn
	stop    func() // ends Run and waits for it
	seed    [32]byte
}

func (w *world) server(i int) Server {
	return Server{Pod: w.servers[i].pod, Addr: w.servers[i].addr, Ready: true}
}

// newWorld starts n servers and a gateway, changed by edit, and waits until it is
// ready.
func newWorld(t testing.TB, n int, edit func(*Config, *Deps)) *world {
	t.Helper()
	w := &world{t: t, pool: &fixed{changed: make(chan struct{})}, kept: &keeper{}}
	for i := range n {
		w.servers = append(w.servers, startServer(t, fmt.Sprint("triton-", i)))
		w.pool.servers = append(w.pool.servers, w.server(i))
	}
	local := listen.Address{Addr: "127.0.0.1:0", Key: "test"}
	cfg := Config{
		Pod: "envoy-0", Namespace: "default", Release: "supersonic", Listener: local, Admin: local,
		Sampling: 1, KeepFailed: true, Drain: 5 * time.Second,
	}
	deps := Deps{Servers: w.pool, Export: w.kept, Random: rand.NewChaCha8(w.seed)}
	if edit != nil {
		edit(&cfg, &deps)
	}
	g, err := New(cfg, deps)
	if err != nil {
		t.Fatal(err)
	}
	w.g = g
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- g.Run(ctx) }()
	w.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	t.Cleanup(w.stop)
	w.client = w.dial()
	if n > 0 {
		w.eventually("the gateway is ready", g.pool.AnyReady)
	}
	return w
}

func (w *world) dial() *grpc.ClientConn { return w.dialTo(w.g.Addr().String()) }

func (w *world) dialTo(addr string) *grpc.ClientConn {
	w.t.Helper()
	c, err := grpc.NewClient(addr, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.ForceCodec(raw{}), grpc.MaxCallRecvMsgSize(1<<30), grpc.MaxCallSendMsgSize(1<<30)),
		grpc.WithDisableRetry())
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { c.Close() })
	return c
}

func (w *world) eventually(what string, ok func() bool) {
	w.t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for !ok() {
		if time.Now().After(deadline) {
			w.t.Fatalf("not within 10 s: %s", what)
		}
		<-time.After(time.Millisecond)
	}
}

// result is what a client got.
type result struct {
	body    []byte
	header  metadata.MD
	trailer metadata.MD
	status  *status.Status
}

// infer calls ModelInfer for a model, with headers given as key, value pairs.
func (w *world) infer(model string, headers ...string) result {
	w.t.Helper()
	return w.inferBytes(message(model), headers...)
}

func invoke(t testing.TB, client *grpc.ClientConn) {
	in, out := message("m"), []byte(nil)
	if err := client.Invoke(context.Background(), kserve.ModelInfer, &in, &out); err != nil {
		t.Error(err)
	}
}

func message(model string) []byte {
	r := kserve.InferRequest{Model: model, ID: "7", Inputs: []kserve.Tensor{{Name: "X", Datatype: "FP32", Shape: []int64{1}, Raw: make([]byte, 1000)}}}
	return r.Append(nil)
}

func (w *world) inferBytes(in []byte, headers ...string) result {
	ctx := metadata.AppendToOutgoingContext(context.Background(), headers...)
	var r result
	err := w.client.Invoke(ctx, kserve.ModelInfer, &in, &r.body, grpc.Header(&r.header), grpc.Trailer(&r.trailer))
	r.status = status.Convert(err)
	return r
}

// spans stops the gateway and returns the spans that it exported.
func (w *world) spans() []ptrace.Span {
	w.stop()
	w.kept.mu.Lock()
	defer w.kept.mu.Unlock()
	return w.kept.spans
}

// page returns a page of the admin port.
func (w *world) page(path string) string {
	w.t.Helper()
	r, err := http.Get("http://" + w.g.AdminAddr().String() + path)
	if err != nil {
		w.t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return string(b)
}

// wantLine fails unless the page has the line.
func (w *world) wantLine(path, line string) {
	w.t.Helper()
	w.eventually("line "+line+" on "+path, func() bool {
		return strings.Contains("\n"+w.page(path), "\n"+line+"\n")
	})
}
