package triton

import (
	"github.com/prometheus/client_golang/prometheus"
)

// metrics are the supervisor's own; the servers' nv_* are scraped from them.
//
//	supersonic_triton_server_ready{pod}           1 when /v2/health/ready says so
//	supersonic_triton_server_state{pod,state}     1 for the state it is in
//	supersonic_triton_restarts_total{pod,reason}  ends of a server that nobody asked for;
//	                                              reason is "exit N", "signal N" or "command"
//	supersonic_triton_models{pod,state}           model versions by state (READY, UNAVAILABLE, ...)
type metrics struct {
	registry *prometheus.Registry
	restarts *prometheus.CounterVec
}

func newMetrics(servers func() []Server) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		restarts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "supersonic_triton_restarts_total",
			Help: "Ends of a server that nobody asked for, by how it ended.",
		}, []string{"pod", "reason"}),
	}
	m.registry.MustRegister(m.restarts, &snapshots{servers: servers})
	return m
}

func (m *metrics) ended(pod, reason string) { m.restarts.WithLabelValues(pod, reason).Inc() }

// snapshots turns what Servers says into gauges at each scrape.
type snapshots struct{ servers func() []Server }

var (
	readyDesc  = prometheus.NewDesc("supersonic_triton_server_ready", "Whether the server's /v2/health/ready says so.", []string{"pod"}, nil)
	stateDesc  = prometheus.NewDesc("supersonic_triton_server_state", "1 for the state that the server is in.", []string{"pod", "state"}, nil)
	modelsDesc = prometheus.NewDesc("supersonic_triton_models", "Model versions of the server by state.", []string{"pod", "state"}, nil)
)

func (s *snapshots) Describe(ch chan<- *prometheus.Desc) {
	ch <- readyDesc
	ch <- stateDesc
	ch <- modelsDesc
}

func (s *snapshots) Collect(ch chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	for _, server := range s.servers() {
		ready := 0.0
		if server.Ready {
			ready = 1
		}
		gauge(readyDesc, ready, server.Pod)
		gauge(stateDesc, 1, server.Pod, string(server.State))
		byState := map[string]float64{}
		for _, m := range server.Models {
			byState[m.label()]++
		}
		for state, n := range byState {
			gauge(modelsDesc, n, server.Pod, state)
		}
	}
}

// label is the state as a label: Triton's own few words, "NOT_LOADED" for none.
func (m ModelState) label() string {
	switch m.State {
	case "READY", "UNAVAILABLE", "LOADING", "UNLOADING":
		return m.State
	case "":
		return "NOT_LOADED"
	}
	return "OTHER"
}
