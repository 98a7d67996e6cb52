package traces

import (
	"bytes"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/internal/faultfs"
	"supersonic/internal/listen"
	"supersonic/traces/otlp"
	"supersonic/traces/storetest"
)

func TestWrongConfigurationsAreRefusedWithAHint(t *testing.T) {
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	file := t.TempDir() + "/file"
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	refused := func(want string, change func(*Config)) {
		t.Helper()
		cfg := testConfig(t.TempDir())
		change(&cfg)
		if _, err := New(cfg, Deps{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error is %v, want %q in it", err, want)
		}
		if cfg.DataDir == "" || cfg.DataDir == file+"/x" {
			return
		}
		s, err := New(testConfig(cfg.DataDir), Deps{}) // nothing was left behind
		if err != nil {
			t.Fatal(err)
		}
		s.close()
	}
	refused("--data-dir", func(c *Config) { c.DataDir = "" })
	refused("not a directory", func(c *Config) { c.DataDir = file + "/x" })
	refused("answer queries", func(c *Config) { c.HTTP.Addr = "" })
	refused("negative", func(c *Config) { c.Retention = -1 })
	refused("2 GiB", func(c *Config) { c.SegmentBytes = 1 << 40 })
	refused("tempo.port", func(c *Config) { c.HTTP = listen.Address{Addr: busy.Addr().String(), Key: "tempo.port"} })
}

// sink remembers how many spans it was given.
type sink struct {
	mu sync.Mutex
	n  int
}

func (s *sink) Consume(b *otlp.Batch) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.n += len(b.Spans)
}

func TestGeneratorGetsWhatIsStored(t *testing.T) {
	var got sink
	target, _ := start(t, testConfig(t.TempDir()), Deps{Sink: &got})
	c := storetest.NewClient(t, target)
	td := storetest.Trace(storetest.NewID(), "x", 5, time.Now())
	td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0).SetTraceID([16]byte{})
	if _, err := c.ExportGRPC(td, false); err != nil {
		t.Fatal(err)
	}
	if got.n != 4 {
		t.Errorf("the sink got %d spans, want the 4 that are stored", got.n)
	}
	if _, _, body := c.Get("/metrics", ""); !strings.Contains(string(body), `supersonic_traces_spans_total{fate="kept",reason=""} 4`) ||
		!strings.Contains(string(body), `supersonic_traces_spans_total{fate="refused",reason="no_trace_id"} 1`) {
		t.Errorf("metrics do not tell 4 kept and 1 refused:\n%s", body)
	}
}

func TestFullDiskIsToldAsWorthARetry(t *testing.T) {
	files := &faultfs.Faulty{FS: faultfs.OS{}, Decide: func(_ int, op faultfs.Op, _ string, _ int) faultfs.Fault {
		if op == faultfs.OpWrite {
			return faultfs.Fault{Err: os.ErrDeadlineExceeded}
		}
		return faultfs.Fault{}
	}}
	target, _ := start(t, testConfig(t.TempDir()), Deps{Files: files})
	c := storetest.NewClient(t, target)
	td := storetest.Trace(storetest.NewID(), "x", 1, time.Now())
	_, err := c.ExportGRPC(td, false)
	wantRetry(t, err, codes.Unavailable)
	body, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(td)
	if err != nil {
		t.Fatal(err)
	}
	if code, head, _ := c.ExportHTTP("application/x-protobuf", body, false); code != http.StatusServiceUnavailable || head.Get("Retry-After") == "" {
		t.Errorf("HTTP: %d, Retry-After %q; want 503 and a delay", code, head.Get("Retry-After"))
	}
}

func wantRetry(t *testing.T, err error, want codes.Code) {
	t.Helper()
	st := status.Convert(err)
	if st.Code() != want || len(st.Details()) != 1 {
		t.Fatalf("gRPC: %v, want %s with a delay", err, want)
	}
	if info, ok := st.Details()[0].(*errdetails.RetryInfo); !ok || info.GetRetryDelay().AsDuration() <= 0 {
		t.Errorf("gRPC: detail %v, want a delay", st.Details()[0])
	}
}

func TestMoreThanTheDiskCanTakeIsTurnedAway(t *testing.T) {
	// The first sync of a segment waits, so that its export stays in flight.
	waiting, release := make(chan struct{}, 1), make(chan struct{})
	var block sync.Once
	files := slowSync{faultfs.OS{}, func() {
		block.Do(func() { waiting <- struct{}{}; <-release })
	}}
	cfg := testConfig(t.TempDir())
	cfg.MaxInFlightBytes = 200
	target, _ := start(t, cfg, Deps{Files: files})
	c := storetest.NewClient(t, target)
	first := make(chan error)
	go func() {
		_, err := c.ExportGRPC(storetest.Trace(storetest.NewID(), "x", 1, time.Now()), false)
		first <- err
	}()
	<-waiting
	td := storetest.Trace(storetest.NewID(), "y", 2, time.Now())
	_, err := c.ExportGRPC(td, false)
	wantRetry(t, err, codes.ResourceExhausted)
	body, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(td)
	if err != nil {
		t.Fatal(err)
	}
	if code, head, _ := c.ExportHTTP("application/x-protobuf", body, true); code != http.StatusTooManyRequests || head.Get("Retry-After") == "" {
		t.Errorf("HTTP: %d, want 429 and a delay", code)
	}
	close(release)
	if err := <-first; err != nil {
		t.Errorf("the export in flight: %v", err)
	}
	c.MustExport(td) // alone, even an export above the bound is taken
}

// slowSync calls wait before each sync of a file.
type slowSync struct {
	faultfs.FS
	wait func()
}

type slowFile struct {
	faultfs.File
	wait func()
}

func (f slowFile) Sync() error { f.wait(); return f.File.Sync() }

func (s slowSync) Create(name string) (faultfs.File, error) {
	f, err := s.FS.Create(name)
	return slowFile{f, s.wait}, err
}

func TestTooLargeExportsAreRefused(t *testing.T) {
	cfg := testConfig(t.TempDir())
	cfg.MaxExportBytes = 2000
	target, _ := start(t, cfg, Deps{})
	c := storetest.NewClient(t, target)
	_, err := c.ExportGRPC(storetest.Trace(storetest.NewID(), "x", 100, time.Now()), true)
	if status.Code(err) != codes.ResourceExhausted {
		t.Errorf("gRPC: %v, want RESOURCE_EXHAUSTED", err)
	}
	bomb := bytes.Repeat([]byte{0}, 1<<20) // small as gzip
	for _, zip := range []bool{false, true} {
		if code, _, _ := c.ExportHTTP("application/x-protobuf", bomb, zip); code != http.StatusRequestEntityTooLarge {
			t.Errorf("HTTP, gzip %v: %d, want 413", zip, code)
		}
	}
}

func TestNoGoroutineIsLeftAfterRun(t *testing.T) {
	_, stop := start(t, testConfig(t.TempDir()), Deps{})
	stop()
	ours := func() (left []string) {
		buf := make([]byte, 1<<20)
		for _, stack := range strings.Split(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
			for _, who := range []string{"supersonic/traces.(*Store)", "supersonic/traces.serveGRPC", "supersonic/internal/listen", "google.golang.org/grpc.(*Server)"} {
				if strings.Contains(stack, who) {
					left = append(left, stack)
					break
				}
			}
		}
		return left
	}
	deadline := time.Now().Add(5 * time.Second)
	for left := ours(); len(left) > 0; left = ours() {
		if time.Now().After(deadline) {
			t.Fatalf("goroutines are left:\n%s", strings.Join(left, "\n\n"))
		}
		<-time.After(10 * time.Millisecond)
	}
}
