package triton

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"supersonic/internal/modulefolder"
)

// venv is the virtual environment of the repository with a real server.
func venv(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(modulefolder.Of(t), ".venv")
	if _, ok := inVenv(dir); !ok {
		t.Fatal("no tritonserver in .venv: run make triton")
	}
	return dir
}

func modelDir(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("testdata/models")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// logText is a log that tests read.
type logText struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *logText) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logText) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// world is a running supervisor.
type world struct {
	*Supervisor
	t    *testing.T
	log  *logText
	stop func()
}

func config(t *testing.T, pods int, script string) Config {
	t.Helper()
	c := Config{
		Command: []string{"/bin/sh", "-c"}, Args: []string{script}, SearchDirs: []string{venv(t)},
		Tracing: &Tracing{URL: "127.0.0.1:9/v1/traces"}, DataDir: t.TempDir(),
	}
	for i := range pods {
		c.Pods = append(c.Pods, Pod{Name: fmt.Sprintf("supersonic-triton-%d", i)})
	}
	return c
}

func start(t *testing.T, c Config) *world {
	t.Helper()
	w := &world{t: t, log: &logText{}}
	s, err := New(c, Deps{Log: slog.New(slog.NewTextHandler(w.log, nil)), Backoff: Backoff{First: 50 * time.Millisecond, Max: 400 * time.Millisecond}})
	if err != nil {
		t.Fatal(err)
	}
	w.Supervisor = s
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	w.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	t.Cleanup(w.stop)
	return w
}

// until waits for a snapshot that satisfies want.
func (w *world) until(what string, want func([]Server) bool) []Server {
	w.t.Helper()
	deadline := time.After(60 * time.Second)
	for {
		changed := w.Changed()
		now := w.Servers()
		if want(now) {
			return now
		}
		select {
		case <-changed:
		case <-deadline:
			w.t.Fatalf("no %s: servers are %+v\nlog:\n%s", what, now, w.log)
		}
	}
}

func allReady(servers []Server) bool {
	return !slices.ContainsFunc(servers, func(s Server) bool { return !s.Ready })
}

func commandLine(t *testing.T, pid int) []string {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimRight(string(b), "\x00"), "\x00")
}

// processesIn returns the ids of all processes of a process group.
func processesIn(t *testing.T, group int) []int {
	t.Helper()
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	var ids []int
	for _, file := range stats {
		b, err := os.ReadFile(file)
		if err != nil {
			continue // it ended meanwhile
		}
		_, rest, _ := strings.Cut(string(b), ") ")
		fields := strings.Fields(rest) // state, parent, group, ...
		if len(fields) > 2 && fields[2] == strconv.Itoa(group) && fields[0] != "Z" {
			id, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
			ids = append(ids, id)
		}
	}
	return ids
}

func TestDocumentedCommandRunsOnTwoRealServers(t *testing.T) {
	t.Parallel()
	script, err := os.ReadFile("testdata/seed-triton-command.sh")
	if err != nil {
		t.Fatal(err)
	}
	c := config(t, 2, string(script))
	root := t.TempDir()
	for i, model := range []string{"add_sub", "tau_id", "flaky"} {
		dir := filepath.Join(root, fmt.Sprint(i))
		if err := os.CopyFS(filepath.Join(dir, model), os.DirFS(filepath.Join(modelDir(t), model))); err != nil {
			t.Fatal(err)
		}
		c.ModelRepositories = append(c.ModelRepositories, dir)
	}
	c.Tracing.Rewrite = func(u string) (string, bool) {
		rest, ok := strings.CutPrefix(u, "supersonic-opentelemetry-collector:4318")
		return "127.0.0.1:9" + rest, ok
	}
	begun := time.Now()
	w := start(t, c)
	servers := w.until("ready servers", allReady)
	t.Logf("two servers ready after %v", time.Since(begun).Round(time.Millisecond))
	for _, s := range servers {
		line := commandLine(t, s.PID)
		for _, want := range []string{
			"--trace-config=opentelemetry,resource=pod_name=" + s.Pod, "--trace-config=rate=0",
			"--trace-config=opentelemetry,url=127.0.0.1:9/v1/traces", "--trace-config=opentelemetry,bsp_schedule_delay=500",
			"--grpc-port=" + port(t, s.GRPC), "--http-port=" + port(t, s.HTTP), "--metrics-port=" + port(t, s.Metrics),
			"--strict-model-config=false", "--exit-timeout-secs=60",
		} {
			if !slices.Contains(line, want) {
				t.Errorf("%s: %s is not on the command line %q", s.Pod, want, line)
			}
		}
		if slices.ContainsFunc(line, func(a string) bool { return strings.Contains(a, "rate=100") || strings.Contains(a, "/cvmfs/") }) {
			t.Errorf("%s: what had to change is still on the command line %q", s.Pod, line)
		}
		if len(s.Models) != 3 || s.Version == "" {
			t.Errorf("%s: models %v, version %q; want three models and a version", s.Pod, s.Models, s.Version)
		}
		env, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", s.PID))
		if err != nil || !slices.Contains(strings.Split(string(env), "\x00"), "HOSTNAME="+s.Pod) {
			t.Errorf("HOSTNAME of %s is not its name (%v)", s.Pod, err)
		}
	}
	if !strings.Contains(w.log.String(), "trace rate set to 0") || !strings.Contains(w.log.String(), "was=100") {
		t.Errorf("the log does not say why the rate changed:\n%s", w.log)
	}
	w.wantMetric(`supersonic_triton_server_ready{pod="supersonic-triton-1"} 1`)
	w.wantMetric(`supersonic_triton_models{pod="supersonic-triton-0",state="READY"} 3`)
	w.stop()
	for _, s := range servers {
		if left := processesIn(t, s.PID); len(left) > 0 {
			t.Errorf("%s left processes %v", s.Pod, left)
		}
	}
}

func port(t *testing.T, address string) string {
	t.Helper()
	_, p, err := net.SplitHostPort(address)
	if err != nil || p == "0" {
		t.Fatalf("address %q: %v", address, err)
	}
	return p
}

func (w *world) wantMetric(line string) {
	w.t.Helper()
	resp, err := http.Get("http://" + w.Addr() + "/metrics")
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	if !strings.Contains(string(body), line) {
		w.t.Errorf("metrics have no %s:\n%s", line, body)
	}
}

func TestCrashedServerComesBackAtItsAddress(t *testing.T) {
	t.Parallel()
	c := config(t, 2, "tritonserver --model-repository="+modelDir(t))
	w := start(t, c)
	before := w.until("ready servers", allReady)
	if err := syscall.Kill(before[0].PID, syscall.SIGSEGV); err != nil {
		t.Fatal(err)
	}
	w.until("crash", func(s []Server) bool { return !s[0].Ready && s[0].State == BackingOff })
	after := w.until("restart", func(s []Server) bool { return allReady(s) && s[0].Restarts > 0 })
	if after[0].GRPC != before[0].GRPC || after[0].HTTP != before[0].HTTP || after[0].PID == before[0].PID {
		t.Errorf("before %+v\nafter %+v\nwant the same addresses and another process", before[0], after[0])
	}
	if after[1].PID != before[1].PID {
		t.Errorf("the other server was restarted too")
	}
	if left := processesIn(t, before[0].PID); len(left) > 0 {
		t.Errorf("the crashed server left processes %v", left)
	}
	if !strings.Contains(w.log.String(), "segmentation fault") && !strings.Contains(w.log.String(), "signal 11") {
		t.Errorf("the log does not say how it crashed:\n%s", w.log)
	}
	w.wantMetric(`supersonic_triton_restarts_total{pod="supersonic-triton-0",reason="signal`)
}

func TestModelThatDoesNotLoadIsNamedAndTheOtherPodGoesOn(t *testing.T) {
	t.Parallel()
	broken := t.TempDir()
	if err := os.CopyFS(broken, os.DirFS(modelDir(t))); err != nil {
		t.Fatal(err)
	}
	model := filepath.Join(broken, "broken", "1")
	if err := os.MkdirAll(model, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(model, "model.py"), []byte("import no_such_module\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	script := `case $(hostname) in *-0) R=` + broken + `;; *) R=` + modelDir(t) + `;; esac
		tritonserver --model-repository=$R # both from one script`
	w := start(t, config(t, 2, script))
	s := w.until("failed pod and ready pod", func(s []Server) bool { return s[1].Ready && strings.Contains(s[0].Reason, "broken") })
	for _, want := range []string{"supersonic-triton-0", "failed to load 'broken' version 1", "no_such_module", "broken/1/model.py"} {
		if !strings.Contains(s[0].Reason, want) {
			t.Errorf("reason %q does not have %q", s[0].Reason, want)
		}
	}
}

func TestUnavailableModelsAreToldOfARunningServer(t *testing.T) {
	t.Parallel()
	broken := t.TempDir()
	if err := os.CopyFS(filepath.Join(broken, "flaky"), os.DirFS(filepath.Join(modelDir(t), "flaky"))); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(broken, "noback", "1"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(broken, "noback", "config.pbtxt"), []byte("backend: \"onnxruntime\"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	w := start(t, config(t, 1, "tritonserver --exit-on-error=false --model-repository="+broken))
	s := w.until("not ready server", func(s []Server) bool { return s[0].State == NotReady && len(s[0].Models) == 2 })[0]
	if !strings.Contains(s.Reason, "noback") || !strings.Contains(s.Reason, "onnxruntime") {
		t.Errorf("reason %q does not name the model and why", s.Reason)
	}
	w.stop()
	if left := processesIn(t, s.PID); len(left) > 0 {
		t.Errorf("processes %v are left", left)
	}
}
