package collector

import (
	"bytes"
	"context"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"supersonic/internal/listen"
)

// readYAML is the map in a file of testdata.
func readYAML(t testing.TB, name string) map[string]any {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return parseYAML(t, string(text))
}

func parseYAML(t testing.TB, text string) map[string]any {
	t.Helper()
	var m map[string]any
	if err := yaml.Unmarshal([]byte(text), &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// merge lays over on base as Helm does: maps merge, lists and values replace, null removes.
func merge(base, over map[string]any) map[string]any {
	out := maps.Clone(base)
	for k, v := range over {
		b, bothMaps := out[k].(map[string]any)
		o, ok := v.(map[string]any)
		switch {
		case v == nil:
			delete(out, k)
		case ok && bothMaps:
			out[k] = merge(b, o)
		default:
			out[k] = v
		}
	}
	return out
}

// chart is the configuration that the chart's defaults make, with files laid over it.
func chart(t testing.TB, over ...map[string]any) map[string]any {
	t.Helper()
	conf := merge(readYAML(t, "subchart.yaml")["config"].(map[string]any),
		section(readYAML(t, "chart.yaml"), "opentelemetry-collector", "config"))
	for _, o := range over {
		conf = merge(conf, o)
	}
	return conf
}

// freePorts is what a test lays over the chart: every listener on a port of the kernel's choice.
func freePorts(t testing.TB) map[string]any {
	return parseYAML(t, `
receivers:
  otlp: {protocols: {grpc: {endpoint: "127.0.0.1:0"}, http: {endpoint: "127.0.0.1:0"}}}
extensions:
  health_check: {endpoint: "${env:MY_POD_IP}:0"}
`)
}

func testConfig(conf map[string]any) Config {
	return Config{
		Config:          conf,
		MetricsAddr:     listen.Address{Addr: "127.0.0.1:0", Key: "local.collector.metrics"},
		Env:             map[string]string{"MY_POD_IP": "127.0.0.1"},
		WeightProcessor: true,
	}
}

// logs keeps what a collector logged, for a test that fails and for one that asks.
type logs struct {
	text lockedBuffer
	*slog.Logger
}

func newLogs(t testing.TB) *logs {
	l := &logs{}
	l.Logger = slog.New(slog.NewTextHandler(&l.text, &slog.HandlerOptions{Level: slog.LevelDebug}))
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(l.text.String())
		}
	})
	return l
}

// running is a collector that serves until stop.
type running struct {
	*Collector
	t      testing.TB
	cancel context.CancelFunc
	end    chan error
	log    *logs
}

func start(t testing.TB, cfg Config) *running {
	t.Helper()
	log := newLogs(t)
	c, err := New(cfg, Deps{Log: log.Logger})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{Collector: c, t: t, cancel: cancel, end: make(chan error, 1), log: log}
	go func() { r.end <- c.Run(ctx) }()
	t.Cleanup(r.stop)
	eventually(t, "the collector is ready", func() bool {
		select {
		case err := <-r.end:
			r.end <- err
			t.Fatalf("Run ended: %v", err)
		default:
		}
		return c.Ready()
	})
	return r
}

// stop ends the collector and fails the test if that was not clean.
func (r *running) stop() {
	if r.cancel == nil {
		return
	}
	r.cancel()
	r.cancel = nil
	if err := <-r.end; err != nil {
		r.t.Errorf("Run: %v", err)
	}
}

func (r *running) addr(key string) string {
	r.t.Helper()
	addr, ok := r.Addrs()[key]
	if !ok {
		r.t.Fatalf("no listener %s among %v", key, r.Addrs())
	}
	return addr
}

// eventually polls until ok, 20 s at most.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	limit := time.After(20 * time.Second)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-limit:
			t.Fatalf("not in time: %s", what)
		case <-tick.C:
		}
	}
}

// lockedBuffer is a buffer that several goroutines may write.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
