package gateway

import (
	"bytes"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/internal/freeport"
	"supersonic/internal/modulefolder"
)

// venv is the virtual environment at the repository's root, with a real
// tritonserver and tritonclient in it.
func venv(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(modulefolder.Of(t), ".venv")
	if _, err := os.Stat(filepath.Join(dir, "bin", "python")); err != nil {
		t.Fatal("no .venv with a Triton: run `make triton` first, or `go test -short`")
	}
	return dir
}

// startTriton starts a real server on the models in testdata and returns its gRPC
// address once it is ready.
func startTriton(t *testing.T, venv string) string {
	t.Helper()
	found, _ := filepath.Glob(filepath.Join(venv, "lib", "python3*", "site-packages", "pytriton", "tritonserver"))
	if len(found) == 0 {
		t.Fatal("no tritonserver in .venv: run `make triton`")
	}
	root := found[0]
	models := t.TempDir()
	if err := os.CopyFS(models, os.DirFS("testdata/models")); err != nil {
		t.Fatal(err)
	}
	os.MkdirAll(filepath.Join(models, "chain", "1"), 0o777) // an ensemble needs an empty version
	var ports []string
	for _, port := range freeport.For(t, 2) {
		ports = append(ports, strconv.Itoa(port))
	}
	cmd := exec.Command(filepath.Join(root, "bin", "tritonserver"),
		"--model-repository="+models, "--backend-directory="+filepath.Join(root, "backends"), "--cache-directory="+filepath.Join(root, "caches"),
		"--grpc-address=127.0.0.1", "--grpc-port="+ports[0], "--http-address=127.0.0.1", "--http-port="+ports[1],
		"--allow-metrics=false", "--strict-model-config=false")
	cmd.Env = append(os.Environ(), "PATH="+filepath.Join(venv, "bin")+":"+os.Getenv("PATH"), "VIRTUAL_ENV="+venv,
		"LD_LIBRARY_PATH="+filepath.Join(root, "python_backend_stubs", "lib"))
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { cmd.Wait(); close(ended) }()
	t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-ended:
		case <-time.After(20 * time.Second):
			syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
			<-ended
		}
	})
	for deadline := time.Now().Add(90 * time.Second); ; {
		if r, err := http.Get("http://127.0.0.1:" + ports[1] + "/v2/health/ready"); err == nil {
			r.Body.Close()
			if r.StatusCode == http.StatusOK {
				return "127.0.0.1:" + ports[0]
			}
		}
		select {
		case <-ended:
			t.Fatalf("tritonserver ended:\n%s", log.String())
		case <-time.After(100 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			cmd.Process.Kill()
			<-ended
			t.Fatalf("tritonserver is not ready after 90 s:\n%s", log.String())
		}
	}
}

// contract runs the script of calls against addr and returns its lines.
func contract(t *testing.T, venv, addr string) []string {
	t.Helper()
	cmd := exec.Command(filepath.Join(venv, "bin", "python"), "testdata/contract.py", addr)
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s%s", err, out.String(), problems.String())
	}
	return strings.Split(strings.TrimSpace(out.String()), "\n")
}

func TestPythonsClientSeesNoDifferenceBetweenTheGatewayAndTriton(t *testing.T) {
	if testing.Short() {
		t.Log("needs a real Triton: left out by -short")
		return
	}
	venv := venv(t)
	addr := startTriton(t, venv)
	w := newWorld(t, 0, nil)
	w.pool.set(Server{Pod: "triton-0", Addr: addr, Ready: true})
	w.eventually("ready", w.g.pool.AnyReady)
	direct := contract(t, venv, addr)
	through := contract(t, venv, w.g.Addr().String())
	if d := cmp.Diff(direct, through); d != "" {
		t.Errorf("(-direct +through the gateway):\n%s", d)
	}
	if len(direct) != 28 {
		t.Errorf("%d calls were shown, want 28", len(direct))
	}
	for _, line := range direct {
		t.Log(line[:min(len(line), 160)])
	}
	w.wantLine("/metrics", `supersonic_gateway_requests_total{code="INTERNAL",method="ModelInfer",model="flaky",server="triton-0"} 1`)
	w.wantLine("/metrics", `supersonic_gateway_requests_total{code="NOT_FOUND",method="ModelInfer",model="unknown",server="triton-0"} 1`)
	w.wantLine("/metrics", `supersonic_gateway_requests_total{code="OK",method="ModelStreamInfer",model="add_sub",server="triton-0"} 1`)
	failed := 0
	for _, s := range w.spans() {
		if s.Status().Code() == ptrace.StatusCodeError {
			failed++
		}
	}
	if failed == 0 {
		t.Error("no span has an error")
	}
}
