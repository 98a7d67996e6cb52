package traces

import (
	"bufio"
	"context"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/internal/listen"
	"supersonic/internal/rounds"
	"supersonic/traces/storetest"
)

func testConfig(dir string) Config {
	local := listen.Address{Addr: "127.0.0.1:0"}
	return Config{DataDir: dir, OTLPGRPC: local, OTLPHTTP: local, HTTP: local}
}

// start runs a store until the test ends, or until stop is called.
func start(t testing.TB, cfg Config, deps Deps) (target storetest.Target, stop func()) {
	t.Helper()
	s, err := New(cfg, deps)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		http.DefaultClient.CloseIdleConnections()
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	}
	t.Cleanup(stop)
	target = targetOf(s)
	waitReady(t, target)
	return target, stop
}

func targetOf(s *Store) storetest.Target {
	return storetest.Target{GRPC: s.AddrOTLPGRPC().String(), HTTP: "http://" + s.AddrOTLPHTTP().String(), API: "http://" + s.AddrHTTP().String()}
}

func waitReady(t testing.TB, target storetest.Target) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; {
		resp, err := http.Get(target.API + "/ready")
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return
			}
		}
		if time.Now().After(deadline) {
			t.Fatalf("not ready: %v", err)
		}
		<-time.After(5 * time.Millisecond)
	}
}

func testLog(t testing.TB) *slog.Logger {
	return slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
}

// TestNoConnectionIsTakenBeforeTheStoreIsReady: whoever is connected is answered
// in full from the first request on, instead of being told to come again.
func TestNoConnectionIsTakenBeforeTheStoreIsReady(t *testing.T) {
	for range 20 {
		s, err := New(testConfig(t.TempDir()), Deps{Log: testLog(t)})
		if err != nil {
			t.Fatal(err)
		}
		readyAt := make(chan bool, 1)
		s.http = &firstAccept{Listener: s.http, at: func() { readyAt <- s.ready.Load() }}
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		go func() { ended <- s.Run(ctx) }()
		if !<-readyAt {
			t.Error("a connection would be taken while /ready says no")
		}
		cancel()
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
	}
}

// firstAccept tells when its listener is asked for the first connection.
type firstAccept struct {
	net.Listener
	once sync.Once
	at   func()
}

func (l *firstAccept) Accept() (net.Conn, error) {
	l.once.Do(l.at)
	return l.Listener.Accept()
}

func TestContract(t *testing.T) {
	target, _ := start(t, testConfig(t.TempDir()), Deps{Log: testLog(t)})
	storetest.Run(t, target)
}

func TestContractHoldsWithTinyBlocks(t *testing.T) {
	cfg := testConfig(t.TempDir())
	cfg.SegmentBytes = 700
	cfg.CutSpans = 20 // a few exports each: traces lie in many blocks
	cfg.CacheBytes = 20_000
	target, _ := start(t, cfg, Deps{Log: testLog(t)})
	storetest.Run(t, target)
}

func TestRecordedAnswers(t *testing.T) {
	all := storetest.ReadAnswers(t, "../traceql/testdata/answers.jsonl.gz")
	rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	some := all[:rounds.Of(t, len(all))]
	for name, spans := range map[string]int{"in memory": 0, "in blocks": 400} {
		t.Run(name, func(t *testing.T) {
			cfg := testConfig(t.TempDir())
			cfg.CutSpans = spans
			target, _ := start(t, cfg, Deps{Log: testLog(t)})
			c := storetest.NewClient(t, target)
			for _, td := range storetest.ReadSpans(t, "../traceql/testdata/spans.bin.gz") {
				c.MustExport(td)
			}
			storetest.RunAnswers(t, target, some, storetest.Differences())
		})
	}
}

func TestCapturesOfEnvoyAndTritonAreTaken(t *testing.T) {
	target, _ := start(t, testConfig(t.TempDir()), Deps{Log: testLog(t)})
	c := storetest.NewClient(t, target)
	f, err := os.Open("testdata/envoy-triton-traces.otlp.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	spans := 0
	for lines.Scan() {
		td, err := (&ptrace.JSONUnmarshaler{}).UnmarshalTraces(lines.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		spans += td.SpanCount()
		if status, _, body := c.ExportHTTP("application/json", lines.Bytes(), false); status != http.StatusOK {
			t.Fatalf("%d %s", status, body)
		}
	}
	var a storetest.Answer
	c.GetJSON("/api/search?limit=1000", &a)
	found := 0
	for _, h := range a.Traces {
		for _, s := range h.Services {
			found += s.Spans
		}
	}
	if spans == 0 || found != spans {
		t.Errorf("%d spans found, want the %d of the capture", found, spans)
	}
}
