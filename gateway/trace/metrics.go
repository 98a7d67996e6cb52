package trace

import (
	"github.com/prometheus/client_golang/prometheus"

	"supersonic/gateway/call"
)

// metrics are the counters of decisions and of the fates of spans.
type metrics struct {
	decisions  [5]prometheus.Counter // by call.Kind
	unweighed  prometheus.Counter
	received   prometheus.Counter
	kept       prometheus.Counter
	fates      *prometheus.CounterVec
	envoySent  prometheus.Counter
	envoyDrop  prometheus.Counter
	envoyDraws prometheus.Counter
}

func newMetrics(reg prometheus.Registerer, queued func() float64) *metrics {
	counter := func(name, help string) prometheus.Counter {
		c := prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
		reg.MustRegister(c)
		return c
	}
	m := &metrics{
		unweighed: counter("supersonic_gateway_caller_sampled_without_threshold_total", "Calls whose caller sampled them without saying how (no th): they weigh 1."),
		envoySent: counter("envoy_tracing_opentelemetry_spans_sent", "Spans that the collector acknowledged."),
		envoyDrop: counter("envoy_tracing_opentelemetry_spans_dropped", "Spans that were refused or lost."),
	}
	decisions := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "supersonic_gateway_traces_total", Help: "Sampling decisions of calls.",
	}, []string{"decision"})
	m.fates = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "supersonic_gateway_spans_total", Help: "Ingress spans by fate; kept: acknowledged by the collector.",
	}, []string{"fate", "reason"})
	reg.MustRegister(decisions, m.fates, prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "supersonic_gateway_spans_queued", Help: "Ingress spans that wait for export.",
	}, queued))
	for k := call.HeadSampled; k <= call.CallerNotSampled; k++ {
		m.decisions[k] = decisions.WithLabelValues(k.String())
	}
	random := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "envoy_http_tracing_random_sampling", Help: "Calls that were sampled.",
	}, []string{"envoy_http_conn_manager_prefix"})
	reg.MustRegister(random)
	m.envoyDraws = random.WithLabelValues("ingress_grpc")
	m.received = m.fates.WithLabelValues("received", "")
	m.kept = m.fates.WithLabelValues("kept", "")
	return m
}

func (m *metrics) decided(d *call.Decision) {
	if d.Kind == call.Off {
		return
	}
	m.decisions[d.Kind].Inc()
	if d.Kind.Sampled() {
		m.envoyDraws.Inc()
	}
	if d.Kind == call.CallerSampled && d.Sent == "" {
		m.unweighed.Inc()
	}
}

func (m *metrics) acknowledged(n int) {
	m.kept.Add(float64(n))
	m.envoySent.Add(float64(n))
}

func (m *metrics) gone(fate, reason string, n int) {
	if n == 0 {
		return
	}
	m.fates.WithLabelValues(fate, reason).Add(float64(n))
	m.envoyDrop.Add(float64(n))
}
