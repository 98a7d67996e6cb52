package site

import (
	"fmt"
	"net"
	"strconv"
	"strings"

	"supersonic/internal/listen"
)

// anyHost is what a pod binds: its own address is not known in the file.
const anyHost = "0.0.0.0"

// Bind is the host that a listener binds whose own key does not say one:
// local.listen, and all interfaces in a pod whose file does not set it.
func (s *Site) Bind() string {
	if s.Pod && !s.Origin("local.listen").User {
		return anyHost
	}
	return s.Values.Local.Listen
}

func hostPort(host string, port int, key string) listen.Address {
	return listen.Address{Addr: net.JoinHostPort(strings.Trim(host, "[]"), strconv.Itoa(port)), Key: key}
}

// GatewayGRPC is where clients connect.
func (s *Site) GatewayGRPC() listen.Address {
	return s.named(s.Values.Envoy.Service.Ports, "envoy.service.ports", "grpc", 8001)
}

// GatewayAdmin is where the gateway's counters are read.
func (s *Site) GatewayAdmin() listen.Address {
	return s.named(s.Values.Envoy.Service.Ports, "envoy.service.ports", "admin", 9901)
}

// TritonPort is a port of a server, http, grpc or metrics: the file's in a pod,
// else one of loopback that the kernel chooses, for the gateway has the public
// ones.
func (s *Site) TritonPort(name string) listen.Address {
	if !s.Pod {
		return hostPort("127.0.0.1", 0, "")
	}
	return s.named(s.Values.Triton.Service.Ports, "triton.service.ports", name, map[string]int{"http": 8000, "grpc": 8001, "metrics": 8002}[name])
}

// named finds a port by its name. On one machine it is the service's port, which
// is what clients were told; in a pod the container's.
func (s *Site) named(ports []Port, key, name string, otherwise int) listen.Address {
	key += "[" + name + "]"
	for _, p := range ports {
		if p.Name != name {
			continue
		}
		if target, ok := p.TargetPort.(int); ok && s.Pod {
			return hostPort(s.Bind(), target, key+".targetPort")
		}
		return hostPort(s.Bind(), p.Port, key+".port")
	}
	return hostPort(s.Bind(), otherwise, key+".port")
}

// TempoHTTP is where the trace store's API is.
func (s *Site) TempoHTTP() listen.Address {
	srv := s.Values.Tempo.Tempo.Server
	host := srv.HTTPListenAddress
	if host == "" {
		host = s.Bind()
	}
	return hostPort(host, srv.HTTPListenPort, "tempo.tempo.server.http_listen_port")
}

// TempoOTLPGRPC and TempoOTLPHTTP are where the trace store takes spans; ok is
// false if the file removes the receiver. Where the collector has the same port
// on this machine, the kernel chooses another on loopback.
func (s *Site) TempoOTLPGRPC() (listen.Address, bool) {
	return s.tempoReceiver(s.Values.Tempo.Tempo.Receivers.OTLP.Protocols.GRPC, "grpc")
}

// TempoOTLPHTTP is TempoOTLPGRPC for OTLP over HTTP.
func (s *Site) TempoOTLPHTTP() (listen.Address, bool) {
	return s.tempoReceiver(s.Values.Tempo.Tempo.Receivers.OTLP.Protocols.HTTP, "http")
}

func (s *Site) tempoReceiver(e Endpoint, protocol string) (listen.Address, bool) {
	if e.Endpoint == "" {
		return listen.Address{}, false
	}
	key := "tempo.tempo.receivers.otlp.protocols." + protocol + ".endpoint"
	addr := s.endpoint(key, e.Endpoint)
	_, port, err := net.SplitHostPort(addr)
	if err == nil && !s.Pod && s.On(PartCollector) && s.collectorPorts()[port] {
		addr = "127.0.0.1:0"
	}
	return listen.Address{Addr: addr, Key: key}, true
}

// PrometheusHTTP is where the metrics store's API is.
func (s *Site) PrometheusHTTP() listen.Address {
	for i, flag := range s.Values.Prometheus.Server.ExtraFlags {
		if addr, ok := strings.CutPrefix(flag, "web.listen-address="); ok {
			if host, _, err := net.SplitHostPort(addr); err == nil && host == "" {
				addr = net.JoinHostPort(s.Bind(), strings.TrimPrefix(addr, ":"))
			}
			return listen.Address{Addr: addr, Key: item("prometheus.server.extraFlags", i)}
		}
	}
	return hostPort(s.Bind(), s.Values.Prometheus.Server.Service.ServicePort, "prometheus.server.service.servicePort")
}

// GrafanaHTTP is where the page is: grafana.service.port if a file sets it, else
// http_port of grafana.ini, else the container's port.
func (s *Site) GrafanaHTTP() listen.Address {
	host := s.Bind()
	server, _ := s.Values.Grafana.INI["server"].(map[string]any)
	if h, ok := server["http_addr"].(string); ok && h != "" {
		host = h
	}
	if !s.Pod && s.Origin("grafana.service.port").User {
		return hostPort(host, s.Values.Grafana.Service.Port, "grafana.service.port")
	}
	if p, err := strconv.Atoi(fmt.Sprint(server["http_port"])); err == nil {
		return hostPort(host, p, `grafana.grafana\.ini.server.http_port`)
	}
	return hostPort(host, s.Values.Grafana.Service.TargetPort, "grafana.service.targetPort")
}

// MetricsCollectorHTTP is where the site's GPU metrics are read.
func (s *Site) MetricsCollectorHTTP() listen.Address {
	m := s.Values.MetricsCollector
	host := s.Bind()
	if s.Origin("metricsCollector.host").User && m.Host != "" {
		host = m.Host
	}
	return hostPort(host, m.Port, "metricsCollector.port")
}

// endpoint is a listener's host:port: a user's as it is, a default's on Bind.
func (s *Site) endpoint(key, text string) string {
	text = strings.ReplaceAll(text, podIP, bracket(s.Bind()))
	if s.Origin(key).User {
		return text
	}
	_, port, err := net.SplitHostPort(text)
	if err != nil {
		return text
	}
	return net.JoinHostPort(strings.Trim(s.Bind(), "[]"), port)
}

// bracket writes an IPv6 address as it stands before a port.
func bracket(host string) string {
	if strings.Contains(host, ":") && !strings.HasPrefix(host, "[") {
		return "[" + host + "]"
	}
	return host
}
