package site

import (
	"testing"

	"supersonic/internal/listen"
)

func TestListenersAreOnLoopbackUnlessAFileSaysOtherwise(t *testing.T) {
	f := func(values string, o Options, get func(*Site) listen.Address, addr, key string) {
		t.Helper()
		got := get(load(t, values, o))
		if got.Addr != addr || got.Key != key {
			t.Errorf("got %s by %s, want %s by %s", got.Addr, got.Key, addr, key)
		}
	}
	tempo := func(s *Site) listen.Address { a, _ := s.TempoOTLPGRPC(); return a }
	servers := func(s *Site) listen.Address { return s.TritonPort("metrics") }
	pod := Options{Pod: true}
	const otlp = "tempo.tempo.receivers.otlp.protocols.grpc.endpoint"

	f("", Options{}, (*Site).GatewayGRPC, "127.0.0.1:8001", "envoy.service.ports[grpc].port")
	f("", Options{}, (*Site).GatewayAdmin, "127.0.0.1:9901", "envoy.service.ports[admin].port")
	f("", pod, (*Site).GatewayGRPC, "0.0.0.0:8001", "envoy.service.ports[grpc].targetPort")
	ports := "envoy: { service: { ports: [{ name: grpc, port: 80, targetPort: 8001 }] } }"
	f(ports, Options{}, (*Site).GatewayGRPC, "127.0.0.1:80", "envoy.service.ports[grpc].port")
	f(ports, pod, (*Site).GatewayGRPC, "0.0.0.0:8001", "envoy.service.ports[grpc].targetPort")
	f(ports, Options{}, (*Site).GatewayAdmin, "127.0.0.1:9901", "envoy.service.ports[admin].port")
	f("local: { listen: 0.0.0.0 }", Options{}, (*Site).GatewayGRPC, "0.0.0.0:8001", "envoy.service.ports[grpc].port")
	f("local: { listen: 127.0.0.1 }", pod, (*Site).GatewayGRPC, "127.0.0.1:8001", "envoy.service.ports[grpc].targetPort")

	f("", Options{}, servers, "127.0.0.1:0", "")
	f("", pod, servers, "0.0.0.0:8002", "triton.service.ports[metrics].targetPort")

	f("", Options{}, (*Site).TempoHTTP, "127.0.0.1:3100", "tempo.tempo.server.http_listen_port")
	f("tempo: { tempo: { server: { http_listen_port: 0, http_listen_address: 0.0.0.0 } } }", Options{}, (*Site).TempoHTTP, "0.0.0.0:0", "tempo.tempo.server.http_listen_port")

	// The collector has the public port; the store's is its own affair.
	f("", Options{}, tempo, "127.0.0.1:0", otlp)
	f("", pod, tempo, "0.0.0.0:4317", otlp)
	f("opentelemetry-collector: { enabled: false }", Options{}, tempo, "127.0.0.1:4317", otlp)
	f("tempo: { tempo: { receivers: { otlp: { protocols: { grpc: { endpoint: \"0.0.0.0:5317\" } } } } } }", Options{}, tempo, "0.0.0.0:5317", otlp)
	f("opentelemetry-collector: { config: { receivers: { otlp: { protocols: { grpc: { endpoint: \"0.0.0.0:5317\" } } } } } }", Options{}, tempo, "127.0.0.1:4317", otlp)

	f("", Options{}, (*Site).PrometheusHTTP, "127.0.0.1:9090", "prometheus.server.service.servicePort")
	f("prometheus: { server: { extraFlags: [web.enable-lifecycle, \"web.listen-address=:9095\"] } }", Options{}, (*Site).PrometheusHTTP, "127.0.0.1:9095", "prometheus.server.extraFlags[1]")

	f("", Options{}, (*Site).GrafanaHTTP, "127.0.0.1:3000", "grafana.service.targetPort")
	f("grafana: { service: { port: 3005 } }", Options{}, (*Site).GrafanaHTTP, "127.0.0.1:3005", "grafana.service.port")
	f("grafana: { grafana.ini: { server: { http_port: 3006, http_addr: 0.0.0.0 } } }", Options{}, (*Site).GrafanaHTTP, "0.0.0.0:3006", `grafana.grafana\.ini.server.http_port`)

	f("", Options{}, (*Site).MetricsCollectorHTTP, "127.0.0.1:8003", "metricsCollector.port")
	f("metricsCollector: { host: 0.0.0.0 }", Options{}, (*Site).MetricsCollectorHTTP, "0.0.0.0:8003", "metricsCollector.port")
}

func TestARemovedReceiverHasNoAddress(t *testing.T) {
	s := load(t, "tempo: { tempo: { receivers: { otlp: { protocols: { http: null } } } } }", Options{})
	if a, ok := s.TempoOTLPHTTP(); ok {
		t.Errorf("listens at %s", a.Addr)
	}
	if _, ok := s.TempoOTLPGRPC(); !ok {
		t.Error("grpc is gone too")
	}
}

func TestPartsOnTwoHostsMayShareAPort(t *testing.T) {
	load(t, "tempo: { tempo: { server: { http_listen_port: 9090, http_listen_address: 127.0.0.2 } } }", Options{})
	load(t, "grafana: { enabled: false }\nenvoy: { service: { ports: [{ name: grpc, port: 3000 }] } }", Options{})
	load(t, "tempo: { tempo: { server: { http_listen_port: 9090 } } }", Options{Pod: true})
}
