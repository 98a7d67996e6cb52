package traces

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"supersonic/traces/ingest"
	"supersonic/traces/otlp"
	"supersonic/traces/query"
)

// metrics is what the role tells of itself at /metrics.
type metrics struct {
	// received: came in a readable export. kept: on disk and acknowledged. refused:
	// left out or turned away; reason says why. received = kept + refused. lost stays
	// 0 here: what was kept is only dropped by retention, which has its own counter.
	spans          *prometheus.CounterVec
	exportsRefused *prometheus.CounterVec
	marked         *prometheus.CounterVec
	bytes          prometheus.Counter
	fsync          prometheus.Histogram
	fsyncRecords   prometheus.Histogram
	damaged        prometheus.Counter
	abandoned      prometheus.Counter
	failed         *prometheus.CounterVec
	written        *prometheus.CounterVec
	droppedBlocks  *prometheus.CounterVec
	droppedSpans   *prometheus.CounterVec
	queries        *prometheus.HistogramVec
	rows           prometheus.Counter

	inspectedTraces, inspectedSpans, inspectedBytes prometheus.Counter
}

const prefix = "supersonic_traces_"

func newMetrics(r prometheus.Registerer) (*metrics, error) {
	var all []prometheus.Collector
	counter := func(name, help string) prometheus.Counter {
		c := prometheus.NewCounter(prometheus.CounterOpts{Name: prefix + name, Help: help})
		all = append(all, c)
		return c
	}
	vec := func(name, help string, labels ...string) *prometheus.CounterVec {
		c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: prefix + name, Help: help}, labels)
		all = append(all, c)
		return c
	}
	histogram := func(name, help string, buckets []float64) prometheus.Histogram {
		h := prometheus.NewHistogram(prometheus.HistogramOpts{Name: prefix + name, Help: help, Buckets: buckets})
		all = append(all, h)
		return h
	}
	m := &metrics{
		spans:           vec("spans_total", "Spans by fate: received, kept, refused, lost.", "fate", "reason"),
		exportsRefused:  vec("exports_refused_total", "Exports turned away before their spans were counted.", "reason"),
		marked:          vec("spans_marked_total", "Kept spans that a limit cut or that are odd, by their supersonic.mark.", "mark"),
		bytes:           counter("received_bytes_total", "Bytes of OTLP protobuf in readable exports."),
		fsync:           histogram("fsync_duration_seconds", "Time of one sync of the log.", prometheus.ExponentialBuckets(0.0001, 2, 15)),
		fsyncRecords:    histogram("fsync_exports", "Exports that one sync made durable.", prometheus.ExponentialBuckets(1, 2, 8)),
		damaged:         counter("damaged_total", "Finds of damaged bytes on disk, which were left out or set aside. Anything but 0 needs a look at the disk."),
		abandoned:       counter("segments_abandoned_total", "Log segments given up after a failed sync or cut."),
		failed:          vec("failures_total", "Failed writes of blocks, merges and others; each is tried again.", "what"),
		written:         vec("written_bytes_total", "Bytes of blocks written, by a cut of the spans in memory or by a merge.", "by"),
		droppedBlocks:   vec("retention_dropped_blocks_total", "Blocks deleted by retention, by its kind: age or bytes.", "why"),
		droppedSpans:    vec("retention_dropped_spans_total", "Spans deleted by retention.", "why"),
		rows:            counter("query_rows_total", "Rows that queries read."),
		inspectedTraces: counter("query_inspected_traces_total", "Traces that queries looked at."),
		inspectedSpans:  counter("query_inspected_spans_total", "Spans that queries looked at."),
		inspectedBytes:  counter("query_inspected_bytes_total", "Bytes read from disk for queries."),
		queries: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: prefix + "query_duration_seconds", Help: "Time of answered queries.",
			Buckets: prometheus.ExponentialBuckets(0.001, 2, 15)}, []string{"endpoint", "code"}),
	}
	m.begin()
	for _, c := range append(all, m.queries) {
		if err := r.Register(c); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// begin shows at 0 what may come.
func (m *metrics) begin() {
	for _, fate := range []string{"received", "kept", "lost"} {
		m.spans.WithLabelValues(fate, "")
	}
	for _, reason := range ingest.SpanReasons() {
		m.spans.WithLabelValues("refused", reason)
	}
	for _, reason := range ingest.ExportReasons() {
		m.exportsRefused.WithLabelValues(reason)
	}
	for _, mark := range otlp.AllMarks() {
		m.marked.WithLabelValues(mark)
	}
	for _, why := range []string{"age", "bytes"} {
		m.droppedBlocks.WithLabelValues(why)
		m.droppedSpans.WithLabelValues(why)
	}
	for _, what := range []string{"write_block", "merge", "other"} {
		m.failed.WithLabelValues(what)
	}
	for _, by := range []string{"cut", "merge"} {
		m.written.WithLabelValues(by)
	}
}

func (m *metrics) observeQuery(endpoint string, code int, took time.Duration, s query.Stats) {
	m.queries.WithLabelValues(endpoint, strconv.Itoa(code)).Observe(took.Seconds())
	m.inspectedTraces.Add(float64(s.Traces))
	m.inspectedSpans.Add(float64(s.Spans))
	m.inspectedBytes.Add(float64(s.Bytes))
}

// newRegistry is a registry of the role's own, with the Go runtime's and the
// process's metrics.
func newRegistry() *prometheus.Registry {
	r := prometheus.NewRegistry()
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return r
}
