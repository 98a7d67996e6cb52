package e2e

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"supersonic/internal/freeport"
)

// program is the program under test, built by TestMain from this tree.
var program string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "supersonic-e2e")
	if err != nil {
		panic(err)
	}
	program = filepath.Join(dir, "supersonic")
	build := exec.Command("go", "build", "-ldflags=-s -w", "-o", program, "./cmd/supersonic")
	build.Dir = ".."
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "build the binary under test:", err)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// repository is the root of this checkout.
func repository(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// peer is a file below .venv that `make triton` installs.
func peer(t *testing.T, path string) string {
	t.Helper()
	full := filepath.Join(repository(t), ".venv", path)
	if _, err := os.Stat(full); err != nil {
		t.Fatalf("%v\n    run: make triton", err)
	}
	return full
}

// ports are a site's public ports, free when they were chosen.
type ports struct {
	inference, admin, prometheus, page, tempo, otlpGRPC, otlpHTTP, health int
}

func freePorts(t *testing.T) ports {
	t.Helper()
	p := freeport.For(t, 8)
	return ports{p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7]}
}

func (p ports) values() string {
	return fmt.Sprintf(`
envoy:
  service:
    ports:
      - {name: grpc, port: %d}
      - {name: admin, port: %d}
prometheus: {server: {service: {servicePort: %d}}}
grafana: {service: {port: %d}}
tempo:
  tempo:
    server: {http_listen_port: %d}
    receivers: {otlp: {protocols: {grpc: {endpoint: "127.0.0.1:0"}, http: {endpoint: "127.0.0.1:0"}}}}
opentelemetry-collector:
  config:
    receivers: {otlp: {protocols: {grpc: {endpoint: "127.0.0.1:%d"}, http: {endpoint: "127.0.0.1:%d"}}}}
    extensions: {health_check: {endpoint: "127.0.0.1:%d"}}
`, p.inference, p.admin, p.prometheus, p.page, p.tempo, p.otlpGRPC, p.otlpHTTP, p.health)
}

// site is a running `supersonic up`.
type site struct {
	t     *testing.T
	ports ports
	dir   string // data directory
	args  []string
	cmd   *exec.Cmd
	out   *output
	ended chan error
}

// output collects what a process prints.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// options of a site under test: values files as text or path, more arguments.
type options struct {
	values []string // YAML texts, later ones over earlier ones
	files  []string // files as they are, before the texts
	args   []string
}

// start runs a site and waits until its servers are ready.
func start(t *testing.T, o options) *site {
	t.Helper()
	s := prepare(t, o)
	s.run()
	s.awaitReady()
	return s
}

// prepare writes a site's files and starts nothing.
func prepare(t *testing.T, o options) *site {
	t.Helper()
	s := &site{t: t, ports: freePorts(t), dir: filepath.Join(t.TempDir(), "data")}
	s.args = []string{"up", "--data-dir", s.dir}
	for _, f := range o.files {
		s.args = append(s.args, "-f", f)
	}
	for i, text := range append([]string{s.ports.values()}, o.values...) {
		path := filepath.Join(t.TempDir(), fmt.Sprintf("values-%d.yaml", i))
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		s.args = append(s.args, "-f", path)
	}
	s.args = append(s.args, o.args...)
	return s
}

func (s *site) run() {
	s.t.Helper()
	s.out = &output{}
	s.cmd = exec.Command(program, s.args...)
	s.cmd.Dir = repository(s.t)
	s.cmd.Stdout, s.cmd.Stderr = s.out, s.out
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.ended = make(chan error, 1)
	cmd, ended := s.cmd, s.ended
	go func() { ended <- cmd.Wait() }()
	s.t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-ended:
		case <-time.After(60 * time.Second):
			cmd.Process.Kill()
			s.t.Error("the site did not stop within 60 s")
		}
		if s.t.Failed() {
			s.t.Logf("output of the site:\n%s", tail(s.out.String(), 6000))
		}
	})
}

func tail(s string, n int) string {
	if len(s) > n {
		return "..." + s[len(s)-n:]
	}
	return s
}

// stop sends SIGTERM and waits for a clean end.
func (s *site) stop() {
	s.t.Helper()
	s.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case err := <-s.ended:
		s.ended <- err // for the clean-up
		if err != nil {
			s.t.Errorf("the stop was not clean: %v", err)
		}
	case <-time.After(60 * time.Second):
		s.t.Fatal("the site did not stop within 60 s")
	}
}

// kill ends the site as a power cut would.
func (s *site) kill() {
	s.t.Helper()
	s.cmd.Process.Kill()
	err := <-s.ended
	s.ended <- err
}

func (s *site) awaitReady() {
	s.t.Helper()
	// The gateway is ready with its first server; the page tells all of them.
	eventually(s.t, "all servers are ready", func() error {
		select {
		case err := <-s.ended:
			s.ended <- err
			s.t.Fatalf("the site ended: %v\n%s", err, tail(s.out.String(), 6000))
		default:
		}
		body, err := get(s.url(s.ports.admin, "/metrics"))
		if err != nil {
			return err
		}
		ready := strings.Count(body, "supersonic_gateway_server_ready{")
		up := 0
		for _, line := range strings.Split(body, "\n") {
			if strings.HasPrefix(line, "supersonic_gateway_server_ready{") && strings.HasSuffix(line, " 1") {
				up++
			}
		}
		if ready == 0 || up < ready {
			return fmt.Errorf("%d of %d servers are ready", up, ready)
		}
		return nil
	})
}

func (s *site) url(port int, path string) string {
	return fmt.Sprintf("http://127.0.0.1:%d%s", port, path)
}

func (s *site) target() string { return fmt.Sprintf("127.0.0.1:%d", s.ports.inference) }

// client keeps no connection open: Triton's stop waits for idle ones.
var client = &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}

func get(url string) (string, error) {
	res, err := client.Get(url)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return "", err
	}
	if res.StatusCode != http.StatusOK {
		return "", fmt.Errorf("%s: %s: %s", url, res.Status, tail(string(body), 300))
	}
	return string(body), nil
}

// patience is for a machine that does other things as well: a Triton's first start may
// take a minute, and one that ends as it starts is started again. What is right is never
// waited for as long.
const patience = 4 * time.Minute

// eventually polls until check gives nil; past the deadline its last error fails
// the test.
func eventually(t *testing.T, what string, check func() error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		err := check()
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("not within %s: %s: %v", patience, what, err)
		case <-tick.C:
		}
	}
}

// models is a values text: the reference models, n servers.
func models(t *testing.T, servers int) string {
	return fmt.Sprintf("triton: {replicas: %d}\nlocal: {triton: {modelRepository: %q}}\n",
		servers, filepath.Join(repository(t), "triton", "testdata", "models"))
}
