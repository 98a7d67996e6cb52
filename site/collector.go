package site

import (
	"net"
	"strings"
)

// CollectorPath is where the collector's effective configuration stands in the
// file: config, or alternateConfig where a file gives one.
func (s *Site) CollectorPath() string {
	if len(s.Values.Collector.AlternateConfig) > 0 {
		return "opentelemetry-collector.alternateConfig"
	}
	return "opentelemetry-collector.config"
}

func (s *Site) collectorRaw() map[string]any {
	if len(s.Values.Collector.AlternateConfig) > 0 {
		return s.Values.Collector.AlternateConfig
	}
	return s.Values.Collector.Config
}

// CollectorConfig is the collector's configuration as it is to run: the user's
// over the chart's, addresses of the release replaced by what addr says,
// ${env:MY_POD_IP} and the listeners of our defaults bound to Bind. Listeners
// that a user wrote stay. The map is the caller's.
func (s *Site) CollectorConfig(addr AddrFunc) (map[string]any, []ForeignHost) {
	path := s.CollectorPath()
	w := &rewriter{site: s, bind: bracket(s.Bind()), addr: addr}
	w.listener = func(at, text string) (string, bool) { return s.collectorListener(path, at, text) }
	out, _ := w.value(path, "", s.collectorRaw()).(map[string]any)
	return out, w.left
}

// collectorListener rebinds an endpoint of our defaults; a scrape target is
// something to connect to, so it is never the unspecified address.
func (s *Site) collectorListener(root, at, text string) (string, bool) {
	rel := strings.TrimPrefix(at, root+".")
	if strings.HasPrefix(rel, "receivers.prometheus") && strings.Contains(text, podIP) {
		host := s.Bind()
		if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
			host = "127.0.0.1"
		}
		return strings.ReplaceAll(text, podIP, bracket(host)), true
	}
	listens := strings.HasPrefix(rel, "receivers.") || strings.HasPrefix(rel, "extensions.")
	if listens && strings.HasSuffix(rel, ".endpoint") && !s.Origin(at).User {
		return s.endpoint(at, text), true
	}
	return "", false
}

// collectorPorts are the ports of receivers that a pipeline names.
func (s *Site) collectorPorts() map[string]bool {
	cfg := s.collectorRaw()
	receivers, _ := cfg["receivers"].(map[string]any)
	service, _ := cfg["service"].(map[string]any)
	pipelines, _ := service["pipelines"].(map[string]any)
	ports := map[string]bool{}
	for _, p := range pipelines {
		pipe, _ := p.(map[string]any)
		used, _ := pipe["receivers"].([]any)
		for _, name := range used {
			if name, ok := name.(string); ok {
				endpointPorts(receivers[name], ports)
			}
		}
	}
	return ports
}

func endpointPorts(v any, into map[string]bool) {
	m, _ := v.(map[string]any)
	for k, x := range m {
		if text, ok := x.(string); ok && k == "endpoint" {
			if i := strings.LastIndexByte(text, ':'); i >= 0 {
				into[text[i+1:]] = true
			}
			continue
		}
		endpointPorts(x, into)
	}
}
