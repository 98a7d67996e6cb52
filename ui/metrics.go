package ui

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "supersonic_ui_requests_total", Help: "Questions of the page that were answered, by endpoint and HTTP status.",
		}, []string{"endpoint", "code"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "supersonic_ui_request_duration_seconds", Help: "Time to answer a question of the page, its data sources included.",
			Buckets: []float64{.005, .02, .1, .5, 2, 10},
		}, []string{"endpoint"}),
	}
	m.registry.MustRegister(m.requests, m.seconds, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets a handler set deadlines of the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// counted counts what next answers under the endpoint's pattern, never under the
// path that was asked for.
func (m *metrics) counted(endpoint string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begun, sw := time.Now(), &statusWriter{w, http.StatusOK}
		next.ServeHTTP(sw, r)
		m.requests.WithLabelValues(endpoint, strconv.Itoa(sw.status)).Inc()
		m.seconds.WithLabelValues(endpoint).Observe(time.Since(begun).Seconds())
	})
}
