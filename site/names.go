package site

import (
	"fmt"
	"strings"
)

// Part is one part of a site, by the name of its section.
type Part string

// The parts of a site.
const (
	PartEnvoy            Part = "envoy"
	PartTriton           Part = "triton"
	PartCollector        Part = "opentelemetry-collector"
	PartTempo            Part = "tempo"
	PartPrometheus       Part = "prometheus"
	PartGrafana          Part = "grafana"
	PartMetricsCollector Part = "metricsCollector"
)

// Parts lists every part, from the clients down.
func Parts() []Part {
	return []Part{PartEnvoy, PartTriton, PartCollector, PartTempo, PartPrometheus, PartGrafana, PartMetricsCollector}
}

// defaultRelease is the release's name in the chart's defaults; in a file it
// means the release, whatever it is called.
const defaultRelease = "supersonic"

// Pods names the pods of the gateway or the servers: N-envoy-0, N-envoy-1. Other
// parts have one, named like their service.
func (s *Site) Pods(p Part) []string {
	count := 0
	switch p {
	case PartEnvoy:
		count = s.Values.Envoy.Replicas
	case PartTriton:
		count = s.Values.Triton.Replicas
	default:
		return []string{s.ServiceHost(p)}
	}
	pods := make([]string, count)
	for i := range pods {
		pods[i] = fmt.Sprintf("%s-%s-%d", s.Instance, p, i)
	}
	return pods
}

// ServiceHost is the host name of a part's service on Kubernetes.
func (s *Site) ServiceHost(p Part) string {
	v := &s.Values
	switch p {
	case PartCollector:
		return fullname(s.Release, string(p), v.Collector.NameOverride, v.Collector.FullnameOverride)
	case PartTempo:
		return fullname(s.Release, string(p), v.Tempo.NameOverride, v.Tempo.FullnameOverride)
	case PartGrafana:
		return fullname(s.Release, string(p), v.Grafana.NameOverride, v.Grafana.FullnameOverride)
	case PartPrometheus:
		if full := v.Prometheus.Server.FullnameOverride; full != "" {
			return shorten(full)
		}
		return shorten(fullname(s.Release, string(p), v.Prometheus.NameOverride, "") + "-" + v.Prometheus.Server.Name)
	case PartMetricsCollector:
		return s.Instance + "-metrics-collector"
	}
	return s.Instance + "-" + string(p)
}

// fullname is the convention of Helm's charts: the override, else the release's
// name alone if it contains the chart's, else both.
func fullname(release, chart, name, full string) string {
	if full != "" {
		return shorten(full)
	}
	if name == "" {
		name = chart
	}
	if strings.Contains(release, name) {
		return shorten(release)
	}
	return shorten(release + "-" + name)
}

// shorten keeps a name within a DNS label, as the charts do.
func shorten(name string) string {
	if len(name) > 63 {
		name = name[:63]
	}
	return strings.TrimSuffix(name, "-")
}

// serviceNames gives every name of the release's services and its part, the
// chart's default spelling first so that the release's own names win.
func (s *Site) serviceNames() map[string]Part {
	names := map[string]Part{}
	for _, p := range Parts() {
		names[defaultService(p)] = p
	}
	for _, p := range Parts() {
		names[s.ServiceHost(p)] = p
	}
	return names
}

// defaultService is the service of a part as the chart's defaults spell it.
func defaultService(p Part) string {
	switch p {
	case PartPrometheus:
		return defaultRelease + "-prometheus-server"
	case PartMetricsCollector:
		return defaultRelease + "-metrics-collector"
	}
	return defaultRelease + "-" + string(p)
}

// HostPart tells which part a host name means: the release's services and pods,
// and the chart's default spelling `supersonic-...` of them, each also with
// `.NS`, `.NS.svc` and `.NS.svc.cluster.local`.
func (s *Site) HostPart(host string) (Part, bool) {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if name, domain, dotted := strings.Cut(host, "."); dotted {
		switch domain {
		case s.Namespace, s.Namespace + ".svc", s.Namespace + ".svc.cluster.local":
			host = name
		default:
			return "", false
		}
	}
	if p, ok := s.names[host]; ok {
		return p, true
	}
	i := strings.LastIndexByte(host, '-')
	if i < 0 || !digits(host[i+1:]) {
		return "", false
	}
	if p := s.names[host[:i]]; p == PartEnvoy || p == PartTriton {
		return p, true
	}
	return "", false
}

func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
