package ingest

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"supersonic/traces/head"
	"supersonic/traces/otlp"
)

const exportMethod = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"

// nowhere is a store that keeps nothing.
type nowhere struct{}

func (nowhere) Append(*otlp.Batch) (head.Refused, error) { return head.Refused{}, nil }

// memory is a store and a consumer in memory.
type memory struct {
	mu       sync.Mutex
	names    []string // of kept spans
	consumed []string
	exports  int
	most     int                     // spans it takes of an export; 0: all
	before   func(*otlp.Batch) error // called by Append
}

func (m *memory) Append(b *otlp.Batch) (head.Refused, error) {
	if m.before != nil {
		if err := m.before(b); err != nil {
			return head.Refused{}, err
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if again, err := otlp.NewDecoder(otlp.Limits{}).Decode(b.Raw, b.Arrived); err != nil || len(again.Spans) != len(b.Spans) {
		return head.Refused{}, fmt.Errorf("the bytes are not what the spans are: %v", err)
	}
	var refused head.Refused
	if m.most > 0 && len(b.Spans) > m.most {
		refused.TraceTooLarge = len(b.Spans) - m.most
		b.Spans = b.Spans[:m.most]
	}
	m.exports++
	m.names = append(m.names, names(b)...)
	return refused, nil
}

func (m *memory) Consume(b *otlp.Batch) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.consumed = append(m.consumed, names(b)...)
}

func names(b *otlp.Batch) (out []string) {
	for i := range b.Spans {
		out = append(out, string(b.Spans[i].Name))
	}
	return out
}

// kept is the names of the kept spans, sorted.
func (m *memory) kept() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	sorted := slices.Sorted(slices.Values(m.names))
	return strings.Join(sorted, " ")
}

// world is a Receiver with its two servers.
type world struct {
	*memory
	t    *testing.T
	r    *Receiver
	grpc *grpc.Server
	conn *grpc.ClientConn
	http *httptest.Server

	events sync.Mutex
	counts map[string]int
}

// newWorld serves what change makes of options with a memory for a store.
func newWorld(t *testing.T, change func(*Options)) *world {
	t.Helper()
	w := &world{t: t, memory: &memory{}, counts: map[string]int{}}
	opts := Options{Store: w.memory, Consumer: w.memory, Events: Events{
		Received:      func(n, _ int) { w.count("received", n) },
		Kept:          func(n int) { w.count("kept", n) },
		Marked:        func(n int, mark string) { w.count("mark "+mark, n) },
		Refused:       func(n int, reason string) { w.count("refused "+reason, n) },
		RefusedExport: func(reason string) { w.count("export "+reason, 1) },
		Failed:        func(error) { w.count("failed", 1) },
	}}
	if change != nil {
		change(&opts)
	}
	w.r = New(opts)
	w.grpc = w.r.GRPCServer()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- w.grpc.Serve(l) }()
	w.conn, err = grpc.NewClient(l.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	w.http = httptest.NewServer(w.r.Handler())
	t.Cleanup(func() {
		w.conn.Close()
		w.grpc.Stop()
		w.http.Close()
		<-served
		if n := w.r.InFlight(); n != 0 {
			t.Errorf("%d bytes are in flight after the end", n)
		}
		if n := len(w.r.gate.tenants); n != 0 {
			t.Errorf("%d tenants have something in flight after the end", n)
		}
	})
	return w
}

func (w *world) count(what string, n int) {
	w.events.Lock()
	defer w.events.Unlock()
	w.counts[what] += n
}

// want checks the counters: all of them. What grpc-go refuses by itself is answered
// before it is counted.
func (w *world) want(counts map[string]int) {
	w.t.Helper()
	got := func() string {
		w.events.Lock()
		defer w.events.Unlock()
		return fmt.Sprint(w.counts)
	}
	want := fmt.Sprint(counts)
	for end := time.Now().Add(5 * time.Second); got() != want && time.Now().Before(end); {
		<-time.After(time.Millisecond)
	}
	if got() != want {
		w.t.Errorf("counted %v, want %v", got(), want)
	}
}

// export sends spans by the collector's client.
func (w *world) export(ctx context.Context, td ptrace.Traces, opts ...grpc.CallOption) (ptraceotlp.ExportResponse, error) {
	return ptraceotlp.NewGRPCClient(w.conn).Export(ctx, ptraceotlp.NewExportRequestFromTraces(td), opts...)
}

// raw sends bytes.
func (w *world) raw(body []byte, opts ...grpc.CallOption) error {
	var out []byte
	return w.conn.Invoke(w.t.Context(), exportMethod, &body, &out, append(opts, grpc.ForceCodecV2(bytesCodec{}))...)
}

// post sends a body with headers "name: value".
func (w *world) post(body string, headers ...string) *http.Response {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.http.URL+"/v1/traces", strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		req.Header.Set(name, value)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { resp.Body.Close() })
	return resp
}

// spans is an export of spans with these names.
func spans(names ...string) ptrace.Traces {
	td := ptrace.NewTraces()
	ss := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty()
	for i, name := range names {
		s := ss.Spans().AppendEmpty()
		s.SetTraceID([16]byte{1})
		s.SetSpanID([8]byte{1, byte(i)})
		s.SetName(name)
		s.SetStartTimestamp(1)
		s.SetEndTimestamp(2)
	}
	return td
}

func encoded(t testing.TB, td ptrace.Traces) []byte {
	t.Helper()
	raw, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(td)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func encodedJSON(t testing.TB, td ptrace.Traces) string {
	t.Helper()
	raw, err := (&ptrace.JSONMarshaler{}).MarshalTraces(td)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// captured are exports of a real site, in JSON.
func captured(t testing.TB) (lines [][]byte) {
	t.Helper()
	file, err := os.Open("../testdata/envoy-triton-traces.otlp.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	in := bufio.NewScanner(file)
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		lines = append(lines, slices.Clone(in.Bytes()))
	}
	return lines
}

// eventually waits for a condition.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !is(); {
		if time.Now().After(end) {
			t.Fatalf("not within ten seconds: %s", what)
		}
		select {
		case <-t.Context().Done():
		case <-time.After(time.Millisecond):
		}
	}
}
