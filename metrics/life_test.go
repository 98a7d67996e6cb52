package metrics_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"supersonic/internal/freeport"
	"supersonic/internal/listen"
	"supersonic/metrics"
)

func TestAStopAndARestartKeepTheData(t *testing.T) {
	dir := t.TempDir()
	w := start(t, config(dir))
	w.write(series("kept", at(time.Now(), 9)))
	w.stop()
	again := start(t, config(dir))
	if got := again.query("sum(kept)"); got != "{} 9" {
		t.Errorf("after the restart: %s", got)
	}
}

func TestATornLogIsRepairedAndSaid(t *testing.T) {
	dir := t.TempDir()
	w := start(t, config(dir))
	w.write(series("kept", at(time.Now(), 9)))
	w.stop()
	segments, err := filepath.Glob(filepath.Join(dir, "wal", "0*"))
	if err != nil || len(segments) == 0 {
		t.Fatal("no log segment", err)
	}
	f, err := os.OpenFile(segments[len(segments)-1], os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString("\x01\xff\x10torn by a power cut"); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	again := start(t, config(dir))
	if got := again.query("sum(kept)"); got != "{} 9" {
		t.Errorf("after the repair: %s", got)
	}
	if log := again.log.String(); !strings.Contains(log, "repair") || !strings.Contains(log, "level=WARN") {
		t.Errorf("nobody is told:\n%s", log)
	}
}

func TestASecondServerOnTheDirectoryIsRefused(t *testing.T) {
	dir := t.TempDir()
	start(t, config(dir))
	wantRefusal(t, config(dir), "is in use by another process")
}

func TestWhatCannotWorkIsRefusedAndThePortGivenBack(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	addr := fmt.Sprintf("127.0.0.1:%d", freeport.For(t, 1)[0])
	for want, dir := range map[string]string{
		"make the data directory":              filepath.Join(file, "metrics"),
		"the data directory cannot be written": "/proc/self", // root, too, may not
		"no data directory":                    "",
	} {
		cfg := config(dir)
		cfg.HTTP.Addr = addr
		wantRefusal(t, cfg, want)
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatalf("a refused server keeps its port: %v", err)
	}
	defer l.Close()
	cfg := config(t.TempDir())
	cfg.HTTP.Addr = addr
	wantRefusal(t, cfg, "prometheus.server.service.servicePort")
	cfg = config(t.TempDir())
	cfg.Retention = -time.Hour
	wantRefusal(t, cfg, "is negative")
	cfg = config(t.TempDir())
	cfg.ExternalLabels = map[string]string{"": "x"}
	wantRefusal(t, cfg, "external labels")
	cfg = config(t.TempDir())
	cfg.Jobs = []metrics.Job{{}}
	wantRefusal(t, cfg, "has no name")
}

func wantRefusal(t *testing.T, cfg metrics.Config, want string) {
	t.Helper()
	s, err := metrics.New(cfg, metrics.Deps{})
	if err == nil {
		s.Close()
		t.Errorf("%+v is taken, want an error that says %q", cfg, want)
	} else if !strings.Contains(err.Error(), want) {
		t.Errorf("error %q, want one that says %q", err, want)
	}
}

func TestANewServerThatNeverRunsGivesEverythingBack(t *testing.T) {
	dir := t.TempDir()
	s, err := metrics.New(config(dir), metrics.Deps{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	start(t, config(dir))
}

func TestTwoServersLiveInOneProcess(t *testing.T) {
	a, b := start(t, config(t.TempDir())), start(t, config(t.TempDir()))
	a.write(series("of_a", at(time.Now(), 1)))
	if got := b.query("of_a"); got != "" {
		t.Errorf("b has a's series: %s", got)
	}
	families, err := prometheus.DefaultGatherer.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if n := f.GetName(); strings.HasPrefix(n, "prometheus_tsdb") || strings.HasPrefix(n, "prometheus_engine") || strings.HasPrefix(n, "prometheus_target") {
			t.Errorf("%s is registered for the whole process", n)
		}
	}
}

func TestAStoppingServerSaysSoAndEnds(t *testing.T) {
	w := start(t, config(t.TempDir()))
	if code, _ := w.get("/-/ready"); code != http.StatusOK {
		t.Errorf("ready: %d", code)
	}
	begun := time.Now()
	w.stop()
	if took := time.Since(begun); took > metrics.DrainTime+2*time.Second {
		t.Errorf("the stop took %v", took)
	}
	if _, err := http.Get(w.url + "/-/ready"); err == nil {
		t.Error("it still listens")
	}
}

// embedded are goroutines of the libraries that outlive a server, each with why.
var embedded = map[string]string{
	"go.opencensus.io/stats/view.(*worker).start": "started at import by a dependency of service discovery",
	"k8s.io/klog/v2.(*flushDaemon)":               "started at import by a dependency of service discovery",
}

func TestNothingIsLeftRunningAfterAStop(t *testing.T) {
	addr := exposing(t, "a 1\n")
	cfg := config(t.TempDir())
	cfg.Jobs = []metrics.Job{triton(addr)}
	cfg.HTTP = listen.Address{Addr: "127.0.0.1:0"}
	before := goroutines()
	ctx, cancel := context.WithCancel(t.Context())
	s, err := metrics.New(cfg, metrics.Deps{})
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	resp, err := http.Get("http://" + s.Addr().String() + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	http.DefaultClient.CloseIdleConnections()
	deadline := time.Now().Add(5 * time.Second)
	for left := leaked(before); len(left) > 0; left = leaked(before) {
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines are left:\n%s", len(left), strings.Join(left, "\n\n"))
		}
		<-time.After(10 * time.Millisecond)
	}
}

func leaked(before map[string]bool) []string {
	var left []string
	for stack := range goroutines() {
		if before[stack] || strings.Contains(stack, "testing.(*T)") || strings.Contains(stack, "net/http/httptest") {
			continue
		}
		known := false
		for name := range embedded {
			known = known || strings.Contains(stack, name)
		}
		if !known {
			left = append(left, stack)
		}
	}
	return left
}

// goroutines are the stacks of all but the first lines, which change.
func goroutines() map[string]bool {
	buf := make([]byte, 4<<20)
	buf = buf[:runtime.Stack(buf, true)]
	out := map[string]bool{}
	for stack := range strings.SplitSeq(string(buf), "\n\n") {
		if _, rest, ok := strings.Cut(stack, "\n"); ok {
			out[rest] = true
		}
	}
	return out
}
