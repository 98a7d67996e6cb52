package relay

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"supersonic/gateway/balance"
	"supersonic/gateway/call"
	"supersonic/gateway/trace"
)

// envoyBuckets are Envoy's, in milliseconds.
var envoyBuckets = []float64{0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000, 60000, 300000, 600000, 1800000, 3600000}

// durationBuckets are ours, in seconds: 0.25 ms to 30 s.
var durationBuckets = []float64{.00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}

var (
	manager = prometheus.Labels{"envoy_http_conn_manager_prefix": "ingress_grpc"}
	cluster = prometheus.Labels{"envoy_cluster_name": trace.Cluster}
)

// metrics are the counters of every call, sampled or not. Ours carry our names,
// those with Envoy's names mean what Envoy's mean, but for exact sums.
type metrics struct {
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
	upstream *prometheus.HistogramVec

	mu     sync.RWMutex // guards series
	series map[key]*series

	connectFailed  prometheus.Counter
	connectionLost prometheus.Counter
	noServer       prometheus.Counter
	notGRPC        prometheus.Counter
	notHTTP2       prometheus.Counter
	health         prometheus.Counter

	rqTotal, rqCompleted prometheus.Counter
	rqReset, rqTimeout   prometheus.Counter
	rqClass              [6]prometheus.Counter // by the status's first digit
	rqTime, upstreamTime prometheus.Histogram
	upstreamTotal        prometheus.Counter
	upstreamTimeout      prometheus.Counter
	upstreamRetry        prometheus.Counter
	cxTotal, cxDestroy   prometheus.Counter
	cxActive, rqActive   atomic.Int64
	upstreamConns        upstreamConns
	pool                 *balance.Pool
	names                *Names
}

type key struct{ server, model, method string }

// series are the children of one key, resolved once.
type series struct {
	key
	codes    [call.Codes]atomic.Pointer[prometheus.Counter]
	duration prometheus.Observer
	upstream prometheus.Observer
}

func newMetrics(reg prometheus.Registerer, pool *balance.Pool, names *Names) *metrics {
	m := &metrics{series: map[key]*series{}, pool: pool, names: names}
	m.requests = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "supersonic_gateway_requests_total", Help: "Calls by server, model, method and gRPC code; a stream is one.",
	}, []string{"server", "model", "method", "code"})
	m.duration = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "supersonic_gateway_request_duration_seconds", Help: "From a call's headers to the last byte of its answer.", Buckets: durationBuckets,
	}, []string{"server", "model", "method"})
	m.upstream = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "supersonic_gateway_upstream_duration_seconds", Help: "From the choice of a server to its status.", Buckets: durationBuckets,
	}, []string{"server", "model", "method"})
	reg.MustRegister(m.requests, m.duration, m.upstream)
	m.registerOurs(reg)
	m.registerEnvoys(reg)
	reg.MustRegister(poolCollector{pool})
	return m
}

func (m *metrics) registerOurs(reg prometheus.Registerer) {
	counter := func(name, help string) prometheus.Counter {
		c := prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
		reg.MustRegister(c)
		return c
	}
	m.notGRPC = counter("supersonic_gateway_not_grpc_total", "HTTP/2 requests that were no gRPC calls.")
	m.notHTTP2 = counter("supersonic_gateway_not_http2_total", "Connections that did not begin with HTTP/2's preface.")
	m.health = counter("supersonic_gateway_health_calls_total", "Calls of the standard health service, answered here.")
	reg.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
		Name: "supersonic_gateway_models_over_limit_total", Help: "Model names that servers reported beyond the limit of label values.",
	}, func() float64 { return float64(m.names.over.Load()) }))
	start := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "supersonic_gateway_start_time_seconds", Help: "When this gateway's counters began at zero, seconds since 1970.",
	})
	start.SetToCurrentTime()
	reg.MustRegister(start)
}

// registerEnvoys makes the series with Envoy's names.
func (m *metrics) registerEnvoys(reg prometheus.Registerer) {
	counter := func(name string, labels prometheus.Labels) prometheus.Counter {
		c := prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: "As Envoy's.", ConstLabels: labels})
		reg.MustRegister(c)
		return c
	}
	gauge := func(name string, labels prometheus.Labels, value func() float64) {
		reg.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: "As Envoy's.", ConstLabels: labels}, value))
	}
	times := func(name string, labels prometheus.Labels) prometheus.Histogram {
		h := prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: name, Help: "As Envoy's, in milliseconds, with an exact sum.", ConstLabels: labels, Buckets: envoyBuckets,
		})
		reg.MustRegister(h)
		return h
	}
	m.rqTotal = counter("envoy_http_downstream_rq_total", manager)
	m.rqCompleted = counter("envoy_http_downstream_rq_completed", manager)
	m.rqReset = counter("envoy_http_downstream_rq_rx_reset", manager)
	m.rqTimeout = counter("envoy_http_downstream_rq_timeout", manager)
	classes := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "envoy_http_downstream_rq_xx", Help: "As Envoy's.", ConstLabels: manager,
	}, []string{"envoy_response_code_class"})
	reg.MustRegister(classes)
	for class := 1; class <= 5; class++ {
		m.rqClass[class] = classes.WithLabelValues(string(rune('0' + class)))
	}
	m.rqTime = times("envoy_http_downstream_rq_time", manager)
	m.cxTotal = counter("envoy_http_downstream_cx_total", manager)
	m.cxDestroy = counter("envoy_http_downstream_cx_destroy", manager)
	gauge("envoy_http_downstream_cx_active", manager, func() float64 { return float64(m.cxActive.Load()) })
	gauge("envoy_http_downstream_rq_active", manager, func() float64 { return float64(m.rqActive.Load()) })

	m.upstreamTotal = counter("envoy_cluster_upstream_rq_total", cluster)
	m.upstreamTimeout = counter("envoy_cluster_upstream_rq_timeout", cluster)
	m.upstreamRetry = counter("envoy_cluster_upstream_rq_retry", cluster)
	m.upstreamTime = times("envoy_cluster_upstream_rq_time", cluster)
	m.connectFailed = counter("envoy_cluster_upstream_cx_connect_fail", cluster)
	m.connectionLost = counter("envoy_cluster_upstream_rq_rx_reset", cluster)
	m.noServer = counter("envoy_cluster_upstream_cx_none_healthy", cluster)
	reg.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
		Name: "envoy_cluster_upstream_cx_total", Help: "As Envoy's.", ConstLabels: cluster,
	}, func() float64 { return float64(m.upstreamConns.total.Load()) }))
	gauge("envoy_cluster_upstream_cx_active", cluster, func() float64 { return float64(m.upstreamConns.active.Load()) })
	gauge("envoy_cluster_upstream_rq_active", cluster, func() (n float64) {
		for _, t := range m.pool.All() {
			n += float64(t.Active())
		}
		return n
	})
	gauge("envoy_cluster_membership_total", cluster, func() float64 { return float64(len(m.pool.All())) })
	gauge("envoy_cluster_membership_healthy", cluster, func() (n float64) {
		for _, t := range m.pool.All() {
			if t.Ready() {
				n++
			}
		}
		return n
	})
}

func (m *metrics) connectionOpened() { m.cxTotal.Inc(); m.cxActive.Add(1) }
func (m *metrics) connectionClosed() { m.cxDestroy.Inc(); m.cxActive.Add(-1) }
func (m *metrics) callStarted()      { m.rqTotal.Inc(); m.rqActive.Add(1) }
func (m *metrics) callEnded()        { m.rqActive.Add(-1) }

// finished counts one call that was relayed or refused.
func (m *metrics) finished(c *call.Call) {
	if c.Method.Name == "ModelInfer" && c.HasStatus && c.Status == call.OK {
		m.names.Add(c.Model) // a server that answered for a model has it
	}
	s := m.of(key{upstreamName(c), m.names.Label(c.Model), c.Method.Name})
	s.code(m, c.Code()).Inc()
	s.duration.Observe(c.Done.Seconds())
	ms := float64(c.Done) / float64(time.Millisecond)
	m.rqTime.Observe(ms)
	if c.Server != "" {
		s.upstream.Observe(c.Upstream().Seconds())
		m.upstreamTotal.Inc()
		m.upstreamTime.Observe(float64(c.Upstream()) / float64(time.Millisecond))
	}
	if class := c.HTTPStatus / 100; class >= 1 && class <= 5 {
		m.rqClass[class].Inc()
		m.rqCompleted.Inc()
	}
	switch c.Flags {
	case call.ClientGone:
		m.rqReset.Inc()
	case call.TimedOut:
		m.rqTimeout.Inc()
		m.upstreamTimeout.Inc()
	case call.NoServer:
		m.noServer.Inc()
	}
}

// of returns the series of k, made at its first call.
func (m *metrics) of(k key) *series {
	m.mu.RLock()
	s := m.series[k]
	m.mu.RUnlock()
	if s != nil {
		return s
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if s = m.series[k]; s == nil {
		s = &series{
			key:      k,
			duration: m.duration.WithLabelValues(k.server, k.model, k.method),
			upstream: m.upstream.WithLabelValues(k.server, k.model, k.method),
		}
		m.series[k] = s
	}
	return s
}

func (s *series) code(m *metrics, code int) prometheus.Counter {
	if code < 0 || code >= call.Codes {
		code = call.Unknown
	}
	if counter := s.codes[code].Load(); counter != nil {
		return *counter
	}
	counter := m.requests.WithLabelValues(s.server, s.model, s.method, call.CodeName(code))
	s.codes[code].Store(&counter)
	return counter
}

// poolCollector reads the gauges of each server when they are scraped.
type poolCollector struct{ pool *balance.Pool }

var (
	inFlight    = prometheus.NewDesc("supersonic_gateway_requests_in_flight", "Calls that are open on a server.", []string{"server"}, nil)
	serverReady = prometheus.NewDesc("supersonic_gateway_server_ready", "Whether a server may be sent calls.", []string{"server"}, nil)
)

func (p poolCollector) Describe(to chan<- *prometheus.Desc) { to <- inFlight; to <- serverReady }

func (p poolCollector) Collect(to chan<- prometheus.Metric) {
	seen := map[string]bool{}
	for _, t := range p.pool.All() {
		if seen[t.Pod] {
			continue // a pod that moved to a new address: the old one is leaving
		}
		seen[t.Pod] = true
		ready := 0.0
		if t.Ready() {
			ready = 1
		}
		to <- prometheus.MustNewConstMetric(inFlight, prometheus.GaugeValue, float64(t.Active()), t.Pod)
		to <- prometheus.MustNewConstMetric(serverReady, prometheus.GaugeValue, ready, t.Pod)
	}
}
