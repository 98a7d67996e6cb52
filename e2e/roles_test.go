package e2e

import (
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// podValues is a values text for pods on one machine: loopback, free ports. What a
// pod listens on is the container's port.
func podValues(t *testing.T, p, servers ports) string {
	return fmt.Sprintf(`
local: {listen: 127.0.0.1, triton: {modelRepository: %q}}
envoy: {service: {ports: [{name: grpc, port: 8001, targetPort: %d}, {name: admin, port: 9901, targetPort: %d}]}}
triton: {service: {ports: [{name: http, port: 8000, targetPort: %d}, {name: grpc, port: 8001, targetPort: %d}, {name: metrics, port: 8002, targetPort: %d}]}}
prometheus: {server: {service: {servicePort: %d}}}
grafana: {service: {targetPort: %d}}
tempo:
  tempo:
    server: {http_listen_port: %d}
    receivers: {otlp: {protocols: {grpc: {endpoint: "127.0.0.1:0"}, http: {endpoint: "127.0.0.1:0"}}}}
opentelemetry-collector:
  config:
    receivers: {otlp: {protocols: {grpc: {endpoint: "127.0.0.1:%d"}, http: {endpoint: "127.0.0.1:%d"}}}}
    extensions: {health_check: {endpoint: "127.0.0.1:%d"}}
    service: {telemetry: {metrics: {address: "127.0.0.1:%d"}}}
`, filepath.Join(repository(t), "triton", "testdata", "models"), p.inference, p.admin,
		servers.otlpHTTP, servers.inference, servers.admin, p.prometheus, p.page, p.tempo, p.otlpGRPC, p.otlpHTTP, p.health, servers.health)
}

func TestEachRoleRunsAloneAndStopsCleanly(t *testing.T) {
	t.Parallel()
	p, servers := freePorts(t), freePorts(t)
	file := write(t, "values.yaml", []byte(podValues(t, p, servers)))
	for _, role := range []struct {
		name   string
		port   int
		series string // one that this role has from its start on
	}{
		{"traces", p.tempo, "supersonic_traces_spans_total"},
		{"metrics", p.prometheus, "prometheus_tsdb_head_series"},
		{"collector", servers.health, "otelcol_process_uptime"},
		{"gateway", p.admin, "supersonic_gateway_models_over_limit_total"},
		{"ui", p.page, "process_start_time_seconds"},
		{"triton", servers.admin, "nv_inference_request_success"},
	} {
		t.Run(role.name, func(t *testing.T) {
			runAlone(t, role.name, file, fmt.Sprintf("http://127.0.0.1:%d/metrics", role.port), role.series)
		})
	}
}

// runAlone runs one role until its metrics have a series, and stops it.
func runAlone(t *testing.T, role, file, metrics, series string) {
	out := &output{}
	cmd := exec.Command(program, role, "-f", file, "--data-dir", filepath.Join(t.TempDir(), "data"))
	cmd.Dir = repository(t)
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() {
		cmd.Process.Kill()
		if t.Failed() {
			t.Logf("output of %s:\n%s", role, tail(out.String(), 3000))
		}
	})
	eventually(t, role+" serves its metrics", func() error {
		select {
		case err := <-ended:
			ended <- err
			t.Fatalf("%s ended: %v", role, err)
		default:
		}
		body, err := get(metrics)
		if err == nil && !strings.Contains(body, series) {
			err = errors.New("no " + series + " in " + tail(body, 200))
		}
		return err
	})
	cmd.Process.Signal(syscall.SIGTERM)
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("the stop was not clean: %v", err)
		}
	case <-time.After(30 * time.Second):
		t.Error("no stop within 30 s")
	}
}
