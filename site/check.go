package site

import (
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"supersonic/internal/listen"
)

// checker adds an error at the place where the user wrote a bad value.
type checker struct {
	s *Site
	d *decoder
}

// is reports path unless ok; one error a path is enough.
func (c checker) is(ok bool, path, msg, hint string) {
	if ok || len(c.d.errs) > 10*maxErrors || slices.ContainsFunc(c.d.errs, func(e *Error) bool { return e.Path == path }) {
		return
	}
	c.d.errs = append(c.d.errs, &Error{Origin: c.s.Nearest(path), Path: path, Msg: msg, Hint: hint})
}

func (c checker) between(v, low, high int, path string) {
	c.is(v >= low && v <= high, path, fmt.Sprintf("is %d, wants %d to %d", v, low, high), "")
}

func (c checker) port(v int, path string) { c.between(v, 0, 65535, path) }

func (c checker) oneOf(v, path string, allowed ...string) {
	hint := ""
	if near := nearest(v, allowed); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	c.is(slices.Contains(allowed, v), path, fmt.Sprintf("%.40q is none of %s", v, strings.Join(allowed, ", ")), hint)
}

// maxReplicas bounds what a typing mistake can start.
const maxReplicas = 1000

// check holds the decoded values to their ranges.
func (s *Site) check(d *decoder) {
	c := checker{s, d}
	v := &s.Values
	c.is(len(v.NameOverride) <= 53 && (v.NameOverride == "" || releaseName.MatchString(v.NameOverride)),
		"nameOverride", "is not a name", "use lower-case letters, digits and dashes, at most 53")
	c.is(v.ServerLoadThreshold >= 0, "serverLoadThreshold", "is negative", "")
	c.triton(v.Triton)
	c.envoy(v.Envoy)
	c.between(v.Keda.MinReplicaCount, 0, maxReplicas, "keda.minReplicaCount")
	c.between(v.Keda.MaxReplicaCount, max(1, v.Keda.MinReplicaCount), maxReplicas, "keda.maxReplicaCount")
	c.stores(v)
	c.port(v.MetricsCollector.Port, "metricsCollector.port")
	c.host(v.Local.Listen, "local.listen")
	c.traces(v.Local.Traces)
	if len(d.errs) == 0 && !s.Pod {
		c.twice()
	}
}

// twice refuses one port for two parts of one machine, before either takes it.
func (c checker) twice() {
	s, taken := c.s, map[string]listen.Address{}
	take := func(p Part, a listen.Address) {
		_, port, err := net.SplitHostPort(a.Addr)
		if err != nil || port == "0" || !s.On(p) {
			return
		}
		if first, has := taken[port]; has && sameHost(first.Addr, a.Addr) {
			at := a
			if !s.Nearest(at.Key).User {
				at, first = first, at // name the one that a user wrote
			}
			c.is(false, at.Key, fmt.Sprintf("port %s is also that of %s", port, first.Key), "two parts of one machine need two ports")
			return
		}
		taken[port] = a
	}
	take(PartEnvoy, s.GatewayGRPC())
	take(PartEnvoy, s.GatewayAdmin())
	for port := range s.collectorPorts() {
		take(PartCollector, listen.Address{Addr: ":" + port, Key: s.CollectorPath() + ".receivers"})
	}
	for _, receiver := range []func() (listen.Address, bool){s.TempoOTLPGRPC, s.TempoOTLPHTTP} {
		if a, ok := receiver(); ok {
			take(PartTempo, a)
		}
	}
	take(PartTempo, s.TempoHTTP())
	take(PartPrometheus, s.PrometheusHTTP())
	take(PartGrafana, s.GrafanaHTTP())
	take(PartMetricsCollector, s.MetricsCollectorHTTP())
}

// sameHost tells whether two host:port may meet on one host.
func sameHost(a, b string) bool {
	host := func(s string) string {
		h, _, _ := net.SplitHostPort(s)
		if ip := net.ParseIP(h); ip != nil && ip.IsUnspecified() {
			return ""
		}
		return h
	}
	ha, hb := host(a), host(b)
	return ha == "" || hb == "" || ha == hb
}

func (c checker) triton(t Triton) {
	c.between(t.Replicas, 0, maxReplicas, "triton.replicas")
	c.is(!t.Enabled || len(t.Command)+len(t.Args) > 0, "triton.command", "is empty, and so is triton.args", "say how to start a server, or triton.enabled: false")
	c.ports(t.Service.Ports, "triton.service.ports", "http", "grpc", "metrics")
}

func (c checker) envoy(e Envoy) {
	c.between(e.Replicas, 1, maxReplicas, "envoy.replicas")
	c.ports(e.Service.Ports, "envoy.service.ports", "grpc")
	c.oneOf(e.LoadBalancerPolicy, "envoy.loadBalancerPolicy", "ROUND_ROBIN", "LEAST_REQUEST", "RING_HASH", "RANDOM", "MAGLEV")
	c.is(e.TracingSamplingRate >= 0 && e.TracingSamplingRate <= 1, "envoy.tracing_sampling_rate",
		fmt.Sprintf("is %g, wants 0 to 1", e.TracingSamplingRate), "it is a share: 0.01 traces one request in a hundred")
	c.is(!e.ExternalConfig.LoadFromConfigMap, "envoy.external_config.load_from_configmap",
		"is true, but the gateway does not read Envoy's configuration", "run Envoy itself with it, and set envoy.enabled: false here")
	if l := e.RateLimiter.ListenerLevel; l.Enabled {
		c.between(l.MaxTokens, 1, 1<<31-1, "envoy.rate_limiter.listener_level.max_tokens")
		c.between(l.TokensPerFill, 1, 1<<31-1, "envoy.rate_limiter.listener_level.tokens_per_fill")
		c.is(l.FillInterval >= 50*time.Millisecond, "envoy.rate_limiter.listener_level.fill_interval",
			fmt.Sprintf("is %v, wants at least 50ms", l.FillInterval), "Envoy has the same bound")
	}
	c.port(e.Auth.Port, "envoy.auth.port")
	c.is(!e.Auth.Enabled || !e.Enabled, "envoy.auth.enabled", "is true, but the gateway does not check tokens: it would let everybody in",
		"run Envoy itself for this and set envoy.enabled: false here, or keep the port away from strangers and remove the key")
}

// ports checks a list of named ports that replaces the default list whole.
func (c checker) ports(ports []Port, path string, wanted ...string) {
	seen := map[string]bool{}
	for i, p := range ports {
		at := item(path, i)
		c.is(p.Name != "", at+".name", "is missing", "a list replaces the default list whole: give name and port of every item; --set changes one port of it by name, "+path+"[grpc].port")
		c.is(!seen[p.Name], at+".name", fmt.Sprintf("%.40q is in the list twice", p.Name), "")
		c.port(p.Port, at+".port")
		if n, isNumber := p.TargetPort.(int); isNumber {
			c.port(n, at+".targetPort")
		}
		seen[p.Name] = true
	}
	for _, name := range wanted {
		c.is(seen[name], path, fmt.Sprintf("has no port named %s", name), "a list replaces the default list whole: give every port")
	}
}

// stores checks what we use of the sub-charts.
func (c checker) stores(v *Values) {
	p := v.Prometheus
	c.port(p.External.Port, "prometheus.external.port")
	c.oneOf(p.External.Scheme, "prometheus.external.scheme", "http", "https")
	c.is(!p.External.Enabled || p.External.URL != "", "prometheus.external.url", "is empty, but prometheus.external is enabled", "give the host of that Prometheus")
	c.is(p.Server.Global.ScrapeInterval > 0, "prometheus.server.global.scrape_interval", "is 0s", "")
	c.is(p.Server.Global.EvaluationInterval > 0, "prometheus.server.global.evaluation_interval", "is 0s", "")
	c.is(p.Server.Retention >= 2*time.Hour, "prometheus.server.retention", fmt.Sprintf("is %v, wants at least 2h", p.Server.Retention), "samples are dropped in blocks of two hours")
	c.port(p.Server.Service.ServicePort, "prometheus.server.service.servicePort")
	c.is(v.Tempo.Tempo.Retention > 0, "tempo.tempo.retention", "is 0s", "say how long traces are kept, for example 24h")
	c.port(v.Grafana.Service.Port, "grafana.service.port")
	c.port(v.Grafana.Service.TargetPort, "grafana.service.targetPort")
	t := v.Tempo.Tempo
	c.port(t.Server.HTTPListenPort, "tempo.tempo.server.http_listen_port")
	c.listener(t.Receivers.OTLP.Protocols.GRPC.Endpoint, "tempo.tempo.receivers.otlp.protocols.grpc.endpoint")
	c.listener(t.Receivers.OTLP.Protocols.HTTP.Endpoint, "tempo.tempo.receivers.otlp.protocols.http.endpoint")
	c.generator(t)
	c.is(!t.MetricsGenerator.Enabled || !v.Tempo.Enabled || t.MetricsGenerator.RemoteWriteURL != "",
		"tempo.tempo.metricsGenerator.remoteWriteUrl", "is empty, but the metrics generator is enabled", "say where the series go, or metricsGenerator.enabled: false")
}

// generator checks what the metrics generator is told, beyond what it refuses itself.
func (c checker) generator(t TempoServer) {
	const defaults = "tempo.tempo.overrides.defaults."
	for path, names := range map[string][]string{
		defaults + "metrics_generator_processors": t.Overrides.Defaults.MetricsGeneratorProcessors,
		defaults + "metrics_generator.processors": t.Overrides.Defaults.MetricsGenerator.Processors,
	} {
		for i, name := range names {
			c.oneOf(name, item(path, i), "service-graphs", "span-metrics", "span-metrics-count", "span-metrics-latency", "span-metrics-size", "host-info", "local-blocks")
		}
	}
	g := t.Overrides.Defaults.MetricsGenerator
	c.oneOf(g.GenerateNativeHistograms, defaults+"metrics_generator.generate_native_histograms", "", "classic", "native", "both")
	for path, p := range map[string]GeneratorProcessors{
		"tempo.tempo.metricsGenerator.processor": t.MetricsGenerator.Processor, defaults + "metrics_generator.processor": g.Processor,
	} {
		for name := range p.SpanMetrics.IntrinsicDimensions {
			c.oneOf(name, path+".span_metrics.intrinsic_dimensions."+name, "service", "span_name", "span_kind", "status_code", "status_message")
		}
		for part, policies := range map[string][]FilterPolicy{"service_graphs": p.ServiceGraphs.FilterPolicies, "span_metrics": p.SpanMetrics.FilterPolicies} {
			for i, f := range policies {
				at := item(path+"."+part+".filter_policies", i)
				c.oneOf(f.Include.MatchType, at+".include.match_type", "", "strict", "regex")
				c.oneOf(f.IncludeAny.MatchType, at+".include_any.match_type", "", "strict", "regex")
				c.oneOf(f.Exclude.MatchType, at+".exclude.match_type", "", "strict", "regex")
			}
		}
	}
}

// traces checks the limits of the trace store: none of them may be 0, which would
// keep nothing.
func (c checker) traces(t LocalTraces) {
	const most = 1 << 31
	c.between(t.MaxTraceSpans, 1, most, "local.traces.maxTraceSpans")
	c.between(t.MaxAttributes, 1, most, "local.traces.maxAttributes")
	c.between(t.MaxEvents, 1, most, "local.traces.maxEvents")
	c.between(t.MaxLinks, 1, most, "local.traces.maxLinks")
	small := func(size Size, path string) {
		c.is(size >= 256 && size <= 64<<20, path, fmt.Sprintf("is %v, wants 256 to 64Mi", size), "")
	}
	small(t.MaxAttributeSize, "local.traces.maxAttributeSize")
	small(t.MaxSpanSize, "local.traces.maxSpanSize")
	c.is(t.MaxQuerySize >= 1<<20, "local.traces.maxQuerySize", fmt.Sprintf("is %v, wants at least 1Mi", t.MaxQuerySize), "")
	c.is(t.RetentionSize == 0 || t.RetentionSize >= 64<<20, "local.traces.retentionSize", fmt.Sprintf("is %v, wants at least 64Mi", t.RetentionSize), "0 sets no bound")
}

// listener wants host:port with a port in range, or nothing.
func (c checker) listener(text, path string) {
	if text == "" {
		return
	}
	_, port, err := net.SplitHostPort(strings.ReplaceAll(text, podIP, "127.0.0.1"))
	n := 0
	_, scanErr := fmt.Sscanf(port, "%d", &n)
	c.is(err == nil && scanErr == nil && digits(port) && n <= 65535, path, fmt.Sprintf("%.80q is not host:port", text), "write for example 127.0.0.1:4317")
}

func (c checker) host(text, path string) {
	ok := net.ParseIP(strings.Trim(text, "[]")) != nil || hostLike(text) && !strings.ContainsAny(text, ":/")
	c.is(ok, path, fmt.Sprintf("%.80q is not a host", text), "give an address without a port, for example 127.0.0.1 or 0.0.0.0")
}
