package stack

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"supersonic/internal/freeport"
	"supersonic/internal/kserve"
	"supersonic/site"
)

// ports are a site's listeners by the key of values.yaml that sets them, free when
// they were chosen.
type ports map[string]int

// keys are the listeners of a whole site but the servers', which are tested with
// real ones in e2e.
var keys = map[string]string{
	"envoy.service.ports[0].port":                                               RoleGateway,
	"envoy.service.ports[1].port":                                               RoleGateway,
	"prometheus.server.service.servicePort":                                     RoleMetrics,
	"grafana.service.port":                                                      RoleUI,
	"tempo.tempo.server.http_listen_port":                                       RoleTraces,
	"tempo.tempo.receivers.otlp.protocols.grpc.endpoint":                        RoleTraces,
	"tempo.tempo.receivers.otlp.protocols.http.endpoint":                        RoleTraces,
	"opentelemetry-collector.config.receivers.otlp.protocols.grpc.endpoint":     RoleCollector,
	"opentelemetry-collector.config.receivers.otlp.protocols.http.endpoint":     RoleCollector,
	"opentelemetry-collector.config.extensions.health_check.endpoint":           RoleCollector,
	"triton.service.ports[1].port (the fake server's, which the gateways dial)": "",
}

const (
	keyInference = "envoy.service.ports[0].port"
	keyAdmin     = "envoy.service.ports[1].port"
	keyTempo     = "tempo.tempo.server.http_listen_port"
	keyOTLPHTTP  = "opentelemetry-collector.config.receivers.otlp.protocols.http.endpoint"
	keyPage      = "grafana.service.port"
	keyServer    = "triton.service.ports[1].port (the fake server's, which the gateways dial)"
)

func freePorts(t *testing.T) ports {
	t.Helper()
	p := ports{}
	free := freeport.For(t, len(keys))
	for key := range keys {
		p[key], free = free[0], free[1:]
	}
	return p
}

func (p ports) url(key, path string) string {
	return fmt.Sprintf("http://127.0.0.1:%d%s", p[key], path)
}

// values are the site's file: every role but the servers.
func (p ports) values() string {
	endpoint := func(key string) string { return fmt.Sprintf(`{endpoint: "127.0.0.1:%d"}`, p[key]) }
	otlp := func(prefix string) string {
		return "{otlp: {protocols: {grpc: " + endpoint(prefix+".grpc.endpoint") + ", http: " + endpoint(prefix+".http.endpoint") + "}}}"
	}
	return fmt.Sprintf(`
envoy:
  tracing_sampling_rate: 1
  service: {ports: [{name: grpc, port: %d}, {name: admin, port: %d}]}
triton:
  enabled: false
  service: {ports: [{name: http, port: 8000}, {name: grpc, port: %d}, {name: metrics, port: 8002}]}
prometheus: {server: {service: {servicePort: %d}}}
grafana: {service: {port: %d}}
tempo: {tempo: {server: {http_listen_port: %d}, receivers: %s}}
opentelemetry-collector: {config: {receivers: %s, extensions: {health_check: %s}}}
`, p[keyInference], p[keyAdmin], p[keyServer], p["prometheus.server.service.servicePort"], p[keyPage], p[keyTempo],
		otlp("tempo.tempo.receivers.otlp.protocols"), otlp("opentelemetry-collector.config.receivers.otlp.protocols"),
		endpoint("opentelemetry-collector.config.extensions.health_check.endpoint"))
}

// free fails the test for every port that somebody still has.
func (p ports) free(t *testing.T) {
	t.Helper()
	for key, port := range p {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			t.Errorf("%s: %v", key, err)
			continue
		}
		l.Close()
	}
}

// load reads a site of these values texts.
func load(t *testing.T, dir string, texts ...string) *site.Site {
	t.Helper()
	o := site.Options{DataDir: dir}
	for i, text := range texts {
		path := filepath.Join(t.TempDir(), fmt.Sprintf("values-%d.yaml", i))
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		o.Files = append(o.Files, path)
	}
	s, err := site.Load(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// running is a site in this process.
type running struct {
	*Stack
	ports  ports
	cancel context.CancelFunc
	ended  chan error
}

// run builds and runs a site until stop, or the test's end.
func run(t *testing.T, p ports, dir string, texts ...string) *running {
	t.Helper()
	k, err := New(load(t, dir, append([]string{p.values()}, texts...)...), Options{Version: "test"}, quiet())
	if err != nil {
		t.Fatal(err)
	}
	if k.pods != nil {
		k.pods.set([]string{"127.0.0.1"}) // DNS that fails leaves it so
	}
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{k, p, cancel, make(chan error, 1)}
	go func() { r.ended <- k.Run(ctx) }()
	t.Cleanup(func() { r.stop(t) })
	r.eventually(t, "the page and the stores answer", func() error {
		for _, url := range []string{p.url(keyPage, "/"), p.url(keyTempo, "/ready"), p.url("prometheus.server.service.servicePort", "/-/ready"), p.url(keyAdmin, "/metrics")} {
			if _, err := get(url); err != nil {
				return err
			}
		}
		return nil
	})
	return r
}

func (r *running) stop(t *testing.T) {
	t.Helper()
	r.cancel()
	select {
	case err := <-r.ended:
		if err != nil {
			t.Errorf("the stop was not clean: %v", err)
		}
		r.ended <- nil
	case <-time.After(60 * time.Second):
		t.Fatal("the site did not stop within 60 s")
	}
}

// eventually polls until check gives nil; past 20 s its last error fails the test.
func (r *running) eventually(t *testing.T, what string, check func() error) {
	t.Helper()
	const patience = 2 * time.Minute // of a machine that does other things as well
	limit := time.Now().Add(patience)
	for err := check(); err != nil; err = check() {
		if time.Now().After(limit) {
			t.Fatalf("not within %s: %s: %v", patience, what, err)
		}
		<-time.After(20 * time.Millisecond)
	}
}

func get(url string) (string, error) {
	res, err := http.Get(url)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode/100 != 2 {
		err = fmt.Errorf("%s: %s: %.200s", url, res.Status, body)
	}
	return string(body), err
}

// serve runs a fake inference server on p's port: it answers every call with the
// message that it got.
func serve(t *testing.T, p ports) {
	t.Helper()
	l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", p[keyServer]))
	if err != nil {
		t.Fatal(err)
	}
	s := grpc.NewServer(grpc.ForceServerCodecV2(kserve.Encoded{}), grpc.UnknownServiceHandler(func(_ any, stream grpc.ServerStream) error {
		var b []byte
		if err := stream.RecvMsg(&b); err != nil {
			return err
		}
		return stream.SendMsg(&b)
	}))
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	t.Cleanup(func() { s.Stop(); <-done })
}

// infer sends n calls through the site's gateway.
func (r *running) infer(t *testing.T, n int) {
	t.Helper()
	c, err := grpc.NewClient(fmt.Sprintf("passthrough:///127.0.0.1:%d", r.ports[keyInference]),
		grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithDefaultCallOptions(grpc.ForceCodecV2(kserve.Encoded{})))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	request := (&kserve.InferRequest{Model: "m"}).Append(nil)
	for range n {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		var answer []byte
		err := c.Invoke(ctx, kserve.ModelInfer, &request, &answer, grpc.WaitForReady(true))
		cancel()
		if err != nil {
			t.Fatal(err)
		}
	}
}

// embedded are goroutines of libraries that outlive a site, each with why.
var embedded = map[string]string{
	"go.opencensus.io/stats/view.(*worker).start": "started at import by a dependency of Prometheus's service discovery",
	"k8s.io/klog/v2.(*flushDaemon)":               "started at import by a dependency of Prometheus's service discovery",
}

// nothingRuns fails the test if a goroutine is left that was not there before.
func nothingRuns(t *testing.T, before map[string]bool) {
	t.Helper()
	http.DefaultClient.CloseIdleConnections()
	limit := time.Now().Add(10 * time.Second)
	for stacks := left(before); len(stacks) > 0; stacks = left(before) {
		if time.Now().After(limit) {
			t.Fatalf("%d goroutines are left:\n%s", len(stacks), strings.Join(stacks, "\n\n"))
		}
		<-time.After(20 * time.Millisecond)
	}
}

// left are the goroutines that neither were there before nor are known.
func left(before map[string]bool) (stacks []string) {
	for stack := range goroutines() {
		known := before[stack] || strings.Contains(stack, "testing.tRunner(") // this one
		for name := range embedded {
			known = known || strings.Contains(stack, name)
		}
		if !known {
			stacks = append(stacks, stack)
		}
	}
	return stacks
}

// goroutines are the stacks of all goroutines but their first lines, which change.
func goroutines() map[string]bool {
	buf := make([]byte, 8<<20)
	out := map[string]bool{}
	for stack := range strings.SplitSeq(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
		if _, rest, ok := strings.Cut(stack, "\n"); ok {
			out[rest] = true
		}
	}
	return out
}
