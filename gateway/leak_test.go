package gateway

import (
	"runtime"
	"strings"
	"testing"
	"time"
)

// ours returns the stacks of goroutines that run code of this module, or beneath it
// the HTTP/2 of a gateway.
func ours() (stacks []string) {
	buffer := make([]byte, 4<<20)
	for _, stack := range strings.Split(string(buffer[:runtime.Stack(buffer, true)]), "\n\n") {
		if strings.Contains(stack, "gateway.ours(") {
			continue
		}
		if strings.Contains(stack, "supersonic/gateway") || strings.Contains(stack, "golang.org/x/net/http2") || strings.Contains(stack, "net/http.(*Server)") {
			stacks = append(stacks, stack)
		}
	}
	return stacks
}

func TestNoGoroutineIsLeftAfterRunReturned(t *testing.T) {
	w := newWorld(t, 2, func(c *Config, d *Deps) {
		c.LoadLimit = LoadLimit{Enabled: true, Threshold: 1}
		d.Load = constant(0)
		c.ListenerLimit = ListenerLimit{MaxTokens: 100, TokensPerFill: 1, FillInterval: time.Second}
	})
	got := make(chan result, 1)
	for _, model := range []string{"m", "fails"} {
		w.infer(model)
	}
	go func() { got <- w.infer("hold") }()
	w.eventually("a call is held", func() bool { return len(w.servers[0].held)+len(w.servers[1].held) == 1 })
	close(w.servers[0].hold)
	close(w.servers[1].hold)
	<-got
	w.page("/ready")
	w.client.Close()
	w.stop()
	for _, s := range w.servers {
		s.grpc.Stop()
	}
	// What the kernel still has to tell a closed connection's goroutine takes a moment.
	deadline := time.Now().Add(5 * time.Second)
	for left := ours(); len(left) > 0; left = ours() {
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines are left:\n%s", len(left), strings.Join(left, "\n\n"))
		}
		<-time.After(10 * time.Millisecond)
	}
}

func TestTwoGatewaysInOneProcessShareNothing(t *testing.T) {
	a, b := newWorld(t, 1, nil), newWorld(t, 1, nil)
	for range 3 {
		a.infer("m")
	}
	b.infer("m")
	a.wantLine("/metrics", `supersonic_gateway_requests_total{code="OK",method="ModelInfer",model="m",server="triton-0"} 3`)
	b.wantLine("/metrics", `supersonic_gateway_requests_total{code="OK",method="ModelInfer",model="m",server="triton-0"} 1`)
	a.stop()
	if r := b.infer("m"); r.status.Code() != 0 {
		t.Fatal("the stop of one stopped the other", r.status)
	}
	if len(a.spans()) != 3 || len(b.spans()) != 2 {
		t.Fatal("spans went astray")
	}
}

func TestWrongConfigurationsAreRefusedWithTheirKey(t *testing.T) {
	w := newWorld(t, 0, nil)
	for key, edit := range map[string]func(*Config, *Deps){
		"envoy.tracing_sampling_rate":                              func(c *Config, _ *Deps) { c.Sampling = 1.5 },
		"envoy.loadBalancerPolicy":                                 func(c *Config, _ *Deps) { c.Policy = "BEST" },
		"envoy.grpc_route_timeout":                                 func(c *Config, _ *Deps) { c.RouteTimeout = -1 },
		"envoy.rate_limiter.listener_level.fill_interval":          func(c *Config, _ *Deps) { c.ListenerLimit = ListenerLimit{1, 1, 1} },
		"envoy.rate_limiter.prometheus_based":                      func(c *Config, _ *Deps) { c.LoadLimit.Enabled = true },
		"another process has this port; stop it or choose another": func(c *Config, _ *Deps) { c.Listener.Addr = w.g.Addr().String() },
		"it has no pod name":                                       func(c *Config, _ *Deps) { c.Pod = "" },
	} {
		cfg, deps := w.g.cfg, w.g.deps
		cfg.Listener.Addr, cfg.Admin.Addr = "127.0.0.1:0", "127.0.0.1:0"
		edit(&cfg, &deps)
		if _, err := New(cfg, deps); err == nil || !strings.Contains(err.Error(), key) {
			t.Errorf("%s: %v", key, err)
		}
	}
}
