package stack

import (
	"net"
	"strconv"

	"supersonic/site"
)

// address is the site.AddrFunc of a whole site: where in this process a part
// listens. In a pod names are left to the cluster's DNS.
func (k *Stack) address(part site.Part, port string) (string, bool) {
	if !k.whole() {
		return "", false
	}
	switch part {
	case site.PartPrometheus:
		if k.metrics != nil {
			return dial(k.metrics.Addr()), true
		}
	case site.PartTempo:
		return k.traceAddress(port)
	case site.PartCollector:
		return k.collectorAddress(port)
	case site.PartEnvoy:
		return dialHost(k.site.GatewayGRPC().Addr), true
	case site.PartGrafana:
		return dialHost(k.site.GrafanaHTTP().Addr), true
	}
	return "", false
}

func (k *Stack) traceAddress(port string) (string, bool) {
	if k.traces == nil {
		return "", false
	}
	receivers := k.site.Values.Tempo.Tempo.Receivers.OTLP.Protocols
	switch port {
	case "4317", portOf(receivers.GRPC.Endpoint):
		if a := k.traces.AddrOTLPGRPC(); a != nil {
			return dial(a), true
		}
		return "", false
	case "4318", portOf(receivers.HTTP.Endpoint):
		if a := k.traces.AddrOTLPHTTP(); a != nil {
			return dial(a), true
		}
		return "", false
	}
	return dial(k.traces.AddrHTTP()), true
}

// Keys of the collector's receivers that clients of this site use.
const (
	otlpGRPC = "receivers.otlp.protocols.grpc.endpoint"
	otlpHTTP = "receivers.otlp.protocols.http.endpoint"
)

func (k *Stack) collectorAddress(port string) (string, bool) {
	if k.collector == nil { // its own configuration is being read
		return net.JoinHostPort("127.0.0.1", port), port != ""
	}
	addrs := k.collector.Addrs()
	for _, a := range addrs {
		if portOf(a) == port {
			return dialHost(a), true
		}
	}
	if a, ok := addrs[otlpGRPC]; ok && port == "4317" {
		return dialHost(a), true
	}
	if a, ok := addrs[otlpHTTP]; ok && port == "4318" {
		return dialHost(a), true
	}
	return "", false
}

func portOf(hostport string) string {
	_, port, err := net.SplitHostPort(hostport)
	if err != nil {
		return ""
	}
	return port
}

// dial is the address at which this process reaches a listener of its own: one
// that binds all interfaces is reached by loopback.
func dial(a net.Addr) string { return dialHost(a.String()) }

func dialHost(hostport string) string {
	host, port, err := net.SplitHostPort(hostport)
	if err != nil {
		return hostport
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}

// prometheusURL is where the site's PromQL is asked: ours, an external one, or
// the name of the cluster's.
func (k *Stack) prometheusURL() string {
	v := k.site.Values.Prometheus
	if v.External.Enabled {
		return v.External.Scheme + "://" + k.externalAddr()
	}
	if k.metrics != nil {
		return "http://" + dial(k.metrics.Addr())
	}
	return "http://" + net.JoinHostPort(k.site.ServiceHost(site.PartPrometheus), strconv.Itoa(v.Server.Service.ServicePort))
}
