package stack

import (
	"fmt"
	"net"
	"os"
	"path/filepath"

	"supersonic/gateway"
	"supersonic/internal/listen"
	"supersonic/site"
	"supersonic/triton"
)

func (k *Stack) buildTriton() (err error) {
	v, local := k.site.Values.Triton, k.site.Values.Local.Triton
	cfg := triton.Config{
		Command: v.Command, Args: v.Args,
		Server: local.Server, BackendDirectory: local.BackendDirectory, ModelRepositories: local.ModelRepository,
		Tracing: k.serverTracing(),
		Metrics: k.own("triton"),
		DataDir: k.site.DataDir,
	}
	if cfg.ModelRepositories == nil && k.whole() && !k.site.Origin("triton.args").User {
		// The chart's default repository is /tmp: nobody's models are there.
		models := filepath.Join(k.site.DataDir, "models")
		if err := os.MkdirAll(models, 0o755); err != nil {
			return fmt.Errorf("make the model repository: %w", err)
		}
		cfg.ModelRepositories = []string{models}
		k.log.Info("models are read from the data directory", "role", RoleTriton, "dir", models, "hint", "local.triton.modelRepository names another")
	}
	for _, pod := range k.serverPods() {
		cfg.Pods = append(cfg.Pods, triton.Pod{
			Name: pod,
			HTTP: k.site.TritonPort("http").Addr, GRPC: k.site.TritonPort("grpc").Addr, Metrics: k.site.TritonPort("metrics").Addr,
		})
	}
	k.triton, err = triton.New(cfg, triton.Deps{Log: k.logOf(RoleTriton)})
	return err
}

// serverPods are the names of the servers that this process runs: all of the
// site's, or in a pod the pod's own.
func (k *Stack) serverPods() []string {
	if k.whole() {
		return k.site.Pods(site.PartTriton)
	}
	return []string{podName(k.site.Pods(site.PartTriton)[0])}
}

// podName is what a pod is called: its host name, as Kubernetes sets it.
func podName(fallback string) string {
	if name, err := os.Hostname(); err == nil {
		return name
	}
	return fallback
}

// serverTracing says where servers post their spans; nil: nowhere.
func (k *Stack) serverTracing() *triton.Tracing {
	if !k.site.On(site.PartCollector) {
		return nil
	}
	host := net.JoinHostPort(k.site.ServiceHost(site.PartCollector), "4318")
	if k.whole() {
		a, ok := k.collector.Addrs()[otlpHTTP]
		if !ok {
			k.log.Warn("servers are not traced: the collector takes no OTLP over HTTP", "key", k.site.CollectorPath()+"."+otlpHTTP)
			return nil
		}
		host = dialHost(a)
	}
	return &triton.Tracing{
		URL: host + "/v1/traces",
		Rewrite: func(url string) (string, bool) {
			out, part, known := k.site.Rewrite(url, k.address)
			return out, known && part == site.PartCollector
		},
	}
}

// supervised shows the supervisor's servers to the gateways and to the page.
type supervised struct{ *triton.Supervisor }

func (s supervised) Servers() []gateway.Server {
	var list []gateway.Server
	for _, t := range s.Supervisor.Servers() {
		g := gateway.Server{Pod: t.Pod, Addr: t.GRPC, Ready: t.Ready}
		for _, m := range t.Models {
			g.Models = append(g.Models, m.Name)
		}
		list = append(list, g)
	}
	return list
}

func (k *Stack) buildGateways() error {
	cfg := k.gatewayConfig()
	deps := gateway.Deps{Servers: k.resolver()}
	if cfg.LoadLimit.Enabled {
		k.load = newLoadPoller(k.prometheusURL(), k.site.LoadMetric(), k.logOf(RoleGateway))
		deps.Load = k.load
	}
	pods := []string{podName(k.site.Pods(site.PartEnvoy)[0])}
	if k.whole() {
		pods = k.site.Pods(site.PartEnvoy)
	}
	l, err := listen.TCP(k.site.GatewayGRPC())
	if err != nil {
		return fmt.Errorf("gateway: %w", err)
	}
	// One address for all gateways, as a Service of Kubernetes has.
	for i, share := range listen.Split(l.(*net.TCPListener), len(pods)) {
		if err != nil {
			share.Close()
			continue
		}
		cfg.Pod = pods[i]
		if cfg.Admin = k.site.GatewayAdmin(); i > 0 {
			cfg.Admin = k.own("envoy.replicas")
		}
		deps.Listener, deps.Log = share, k.logOf(RoleGateway).With("pod", pods[i])
		var g *gateway.Gateway
		if g, err = gateway.New(cfg, deps); err != nil {
			share.Close()
			continue
		}
		k.gateways = append(k.gateways, g)
	}
	return err
}

func (k *Stack) gatewayConfig() gateway.Config {
	v := k.site.Values.Envoy
	cfg := gateway.Config{
		Namespace: k.site.Namespace, Release: k.site.Release, Version: k.options.Version,
		Policy:         v.LoadBalancerPolicy,
		Sampling:       v.TracingSamplingRate,
		KeepFailed:     v.TracingKeepFailed,
		KeepSlowerThan: v.TracingKeepSlowerThan,
		RouteTimeout:   v.GRPCRouteTimeout,
		Collector:      k.spanAddress(),
		LoadLimit:      gateway.LoadLimit{Enabled: v.RateLimiter.PrometheusBased.Enabled, Threshold: k.site.Values.ServerLoadThreshold},
	}
	if l := v.RateLimiter.ListenerLevel; l.Enabled {
		cfg.ListenerLimit = gateway.ListenerLimit{MaxTokens: l.MaxTokens, TokensPerFill: l.TokensPerFill, FillInterval: l.FillInterval}
	}
	return cfg
}

// spanAddress is where gateways send their spans; "" is nowhere.
func (k *Stack) spanAddress() string {
	if !k.site.On(site.PartCollector) {
		return ""
	}
	if !k.whole() {
		return net.JoinHostPort(k.site.ServiceHost(site.PartCollector), "4317")
	}
	a, ok := k.collector.Addrs()[otlpGRPC]
	if !ok {
		k.log.Warn("gateways are not traced: the collector takes no OTLP over gRPC", "key", k.site.CollectorPath()+"."+otlpGRPC)
		return ""
	}
	return dialHost(a)
}

func (k *Stack) resolver() gateway.Resolver {
	if k.triton != nil {
		return supervised{k.triton}
	}
	k.pods = newPodLookup(k.site.ServiceHost(site.PartTriton), k.serverPort(), k.logOf(RoleGateway))
	return k.pods
}

// serverPort is the gRPC port of the servers' service.
func (k *Stack) serverPort() string {
	for _, p := range k.site.Values.Triton.Service.Ports {
		if p.Name == "grpc" {
			return fmt.Sprint(p.Port)
		}
	}
	return "8001"
}
