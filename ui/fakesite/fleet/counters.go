package fleet

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// gateway counts as our gateway does: what it knows of each call, and what Envoy would.
type gateway struct {
	name     string
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	traced   *prometheus.CounterVec
	duration *prometheus.HistogramVec
	upstream *prometheus.HistogramVec
	ready    *prometheus.GaugeVec
	flying   *prometheus.GaugeVec
	envoy    prometheus.Histogram
	ways     map[way]*observers
}

type way struct {
	server *server
	model  int
}

type observers struct {
	good               prometheus.Counter
	duration, upstream prometheus.Observer
}

// The buckets of our gateway, in seconds, and some of Envoy's, in milliseconds.
var (
	seconds = []float64{.00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}
	millis  = []float64{1, 5, 10, 25, 50, 100, 250, 500, 1000}
)

func newGateway(name string, start time.Time) *gateway {
	g := &gateway{name: name, registry: prometheus.NewRegistry(), ways: map[way]*observers{}}
	call := []string{"server", "model", "method"}
	g.requests = prometheus.NewCounterVec(prometheus.CounterOpts{Name: "supersonic_gateway_requests_total"}, append(call, "code"))
	g.traced = prometheus.NewCounterVec(prometheus.CounterOpts{Name: "supersonic_gateway_traces_total"}, []string{"decision"})
	g.duration = prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "supersonic_gateway_request_duration_seconds", Buckets: seconds}, call)
	g.upstream = prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "supersonic_gateway_upstream_duration_seconds", Buckets: seconds}, call)
	g.ready = prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "supersonic_gateway_server_ready"}, []string{"server"})
	g.flying = prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "supersonic_gateway_requests_in_flight"}, []string{"server"})
	g.envoy = prometheus.NewHistogram(prometheus.HistogramOpts{Name: "envoy_http_downstream_rq_time", Buckets: millis,
		ConstLabels: prometheus.Labels{"envoy_http_conn_manager_prefix": "ingress_grpc"}})
	began := prometheus.NewGauge(prometheus.GaugeOpts{Name: "supersonic_gateway_start_time_seconds"})
	began.Set(float64(start.UnixMilli()) / 1e3)
	g.registry.MustRegister(g.requests, g.traced, g.duration, g.upstream, g.ready, g.flying, g.envoy, began)
	return g
}

func (g *gateway) exporter() http.Handler {
	return promhttp.HandlerFor(g.registry, promhttp.HandlerOpts{})
}

func (g *gateway) count(r *request, model string, sampled bool) {
	o := g.ways[way{r.server, r.model}]
	if o == nil {
		call := []string{r.server.name, model, "ModelInfer"}
		o = &observers{g.requests.WithLabelValues(append(call, "OK")...), g.duration.WithLabelValues(call...), g.upstream.WithLabelValues(call...)}
		g.ways[way{r.server, r.model}] = o
		g.ready.WithLabelValues(r.server.name).Set(1)
		g.flying.WithLabelValues(r.server.name).Set(1)
	}
	if r.failed {
		g.requests.WithLabelValues(r.server.name, model, "ModelInfer", "INTERNAL").Inc()
	} else {
		o.good.Inc()
	}
	o.duration.Observe(r.whole().Seconds())
	o.upstream.Observe(r.upstream().Seconds())
	g.envoy.Observe(r.whole().Seconds() * 1e3)
	decision := "head_not_sampled"
	if sampled {
		decision = "head_sampled"
	}
	g.traced.WithLabelValues(decision).Inc()
}

// server counts as Triton does.
type server struct {
	name     string
	registry *prometheus.Registry
	models   []counters
}

// counters are those of one model.
type counters struct {
	good, bad                          prometheus.Counter
	rows, runs                         prometheus.Counter
	whole, queue, input, infer, output prometheus.Counter
}

func newServer(name string, models []string) *server {
	s := &server{name: name, registry: prometheus.NewRegistry()}
	counter := func(name string, labels ...string) *prometheus.CounterVec {
		c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: name}, append([]string{"model", "version"}, labels...))
		s.registry.MustRegister(c)
		return c
	}
	good, bad := counter("nv_inference_request_success"), counter("nv_inference_request_failure", "reason")
	rows, runs := counter("nv_inference_count"), counter("nv_inference_exec_count")
	whole, queue := counter("nv_inference_request_duration_us"), counter("nv_inference_queue_duration_us")
	input, infer, output := counter("nv_inference_compute_input_duration_us"), counter("nv_inference_compute_infer_duration_us"), counter("nv_inference_compute_output_duration_us")
	for _, m := range models {
		of := func(c *prometheus.CounterVec) prometheus.Counter { return c.WithLabelValues(m, "1") }
		s.models = append(s.models, counters{of(good), bad.WithLabelValues(m, "1", "BACKEND"), of(rows), of(runs), of(whole), of(queue), of(input), of(infer), of(output)})
	}
	for name, v := range map[string]float64{"nv_gpu_utilization": 0.4, "nv_gpu_power_usage": 210, "nv_gpu_power_limit": 700, "nv_gpu_memory_used_bytes": 2e10, "nv_gpu_memory_total_bytes": 8e10} {
		g := prometheus.NewGauge(prometheus.GaugeOpts{Name: name, ConstLabels: prometheus.Labels{"gpu_uuid": "GPU-" + s.name[len(s.name)-5:]}})
		g.Set(v)
		s.registry.MustRegister(g)
	}
	return s
}

func (s *server) exporter() http.Handler {
	return promhttp.HandlerFor(s.registry, promhttp.HandlerOpts{})
}

func (s *server) count(r *request) {
	c := &s.models[r.model]
	if r.failed {
		c.bad.Inc()
		return
	}
	c.whole.Add(float64(r.inServer().Microseconds()))
	c.queue.Add(float64(r.queue.Microseconds()))
	c.input.Add(float64(r.input.Microseconds()))
	c.infer.Add(float64(r.infer.Microseconds()))
	c.output.Add(float64(r.output.Microseconds()))
	c.good.Inc()
	c.rows.Inc()
	c.runs.Inc()
}
