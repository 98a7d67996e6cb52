package traces

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"supersonic/traces/ingest"
	"supersonic/traces/query"
	"supersonic/traces/store"
)

// metrics is what the role tells of itself at /metrics.
type metrics struct {
	// supersonic_traces_spans_total{fate,reason}: spans by what became of them.
	// received: came in a readable export. kept: on disk and acknowledged.
	// refused: left out or turned away; reason says why (no_trace_id, no_span_id,
	// storage). received = kept + refused. lost stays 0 here: what was kept is only
	// dropped by retention, which has its own counter.
	spans *prometheus.CounterVec
	// supersonic_traces_exports_refused_total{reason}: exports turned away before
	// anybody counted their spans: busy, too_large, malformed.
	exportsRefused *prometheus.CounterVec
	// supersonic_traces_received_bytes_total: OTLP protobuf of readable exports.
	bytes prometheus.Counter
	// supersonic_traces_fsync_duration_seconds: one sync of the log.
	fsync prometheus.Histogram
	// supersonic_traces_fsync_exports: exports that one sync made durable.
	fsyncRecords prometheus.Histogram
	// supersonic_traces_damaged_total{what}: bytes on disk that were not what was
	// written and were left out: record, segment, index, torn tail, drop. Anything
	// but 0 needs a look at the disk.
	damaged *prometheus.CounterVec
	// supersonic_traces_segments_abandoned_total: segments given up after a failed
	// sync or cut; what was acknowledged of them is kept.
	abandoned prometheus.Counter
	// supersonic_traces_retention_dropped_{segments,spans}_total: deleted as too old.
	droppedSegments, droppedSpans prometheus.Counter
	// supersonic_traces_query_duration_seconds{endpoint,code}: answered queries.
	queries *prometheus.HistogramVec
	// supersonic_traces_query_inspected_{traces,spans,bytes}_total: what queries
	// looked at; bytes are OTLP protobuf that had to be decoded.
	inspectedTraces, inspectedSpans, inspectedBytes prometheus.Counter
}

const prefix = "supersonic_traces_"

func newMetrics(r prometheus.Registerer) (*metrics, error) {
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Name: prefix + name, Help: help})
	}
	vec := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: prefix + name, Help: help}, labels)
	}
	m := &metrics{
		spans:          vec("spans_total", "Spans by fate: received, kept, refused, lost.", "fate", "reason"),
		exportsRefused: vec("exports_refused_total", "Exports turned away before their spans were counted.", "reason"),
		bytes:          counter("received_bytes_total", "Bytes of OTLP protobuf in readable exports."),
		fsync: prometheus.NewHistogram(prometheus.HistogramOpts{Name: prefix + "fsync_duration_seconds", Help: "Time of one sync of the log.",
			Buckets: prometheus.ExponentialBuckets(0.0001, 2, 15)}),
		fsyncRecords: prometheus.NewHistogram(prometheus.HistogramOpts{Name: prefix + "fsync_exports", Help: "Exports that one sync made durable.",
			Buckets: prometheus.ExponentialBuckets(1, 2, 8)}),
		damaged:         vec("damaged_total", "Finds of damaged bytes on disk, which were left out.", "what"),
		abandoned:       counter("segments_abandoned_total", "Log segments given up after a failed sync or cut."),
		droppedSegments: counter("retention_dropped_segments_total", "Segments deleted by retention."),
		droppedSpans:    counter("retention_dropped_spans_total", "Spans deleted by retention."),
		queries: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: prefix + "query_duration_seconds", Help: "Time of answered queries.",
			Buckets: prometheus.ExponentialBuckets(0.001, 2, 15)}, []string{"endpoint", "code"}),
		inspectedTraces: counter("query_inspected_traces_total", "Traces that queries looked at."),
		inspectedSpans:  counter("query_inspected_spans_total", "Spans that queries looked at."),
		inspectedBytes:  counter("query_inspected_bytes_total", "Bytes of OTLP protobuf decoded for queries."),
	}
	for _, fate := range []string{"received", "kept", "refused", "lost"} {
		m.spans.WithLabelValues(fate, "")
	}
	for _, reason := range []string{ingest.ReasonBusy, ingest.ReasonTooLarge, ingest.ReasonMalformed} {
		m.exportsRefused.WithLabelValues(reason)
	}
	for _, what := range []string{"record", "segment", "index", "torn tail", "drop"} {
		m.damaged.WithLabelValues(what)
	}
	for _, c := range []prometheus.Collector{m.spans, m.exportsRefused, m.bytes, m.fsync, m.fsyncRecords, m.damaged, m.abandoned,
		m.droppedSegments, m.droppedSpans, m.queries, m.inspectedTraces, m.inspectedSpans, m.inspectedBytes} {
		if err := r.Register(c); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func (m *metrics) observeQuery(endpoint string, code int, took time.Duration, s query.Stats) {
	m.queries.WithLabelValues(endpoint, strconv.Itoa(code)).Observe(took.Seconds())
	m.inspectedTraces.Add(float64(s.Traces))
	m.inspectedSpans.Add(float64(s.Spans))
	m.inspectedBytes.Add(float64(s.Bytes))
}

// registerState adds what the store and the start tell, read at each scrape.
func registerState(r prometheus.Registerer, st *store.Store, replay store.Replay, replayTook time.Duration, inFlight func() int64) error {
	gauge := func(name, help string, value func() float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: prefix + name, Help: help}, value)
	}
	fixed := func(v float64) func() float64 { return func() float64 { return v } }
	size := func(pick func(store.Sizes) int64) func() float64 {
		return func() float64 { return float64(pick(st.Sizes())) }
	}
	for _, c := range []prometheus.Collector{
		gauge("in_flight_bytes", "Bytes of exports that wait for the disk.", func() float64 { return float64(inFlight()) }),
		gauge("segments", "Log segments.", size(func(s store.Sizes) int64 { return int64(s.Segments) })),
		gauge("segments_sealed", "Log segments that have their index on disk.", size(func(s store.Sizes) int64 { return int64(s.Sealed) })),
		gauge("stored_bytes", "Bytes of log segments.", size(func(s store.Sizes) int64 { return s.Bytes })),
		gauge("stored_traces", "Stored traces; one counts in every segment that has a piece of it.", size(func(s store.Sizes) int64 { return int64(s.Traces) })),
		gauge("stored_spans", "Stored spans, duplicates included.", size(func(s store.Sizes) int64 { return int64(s.Spans) })),
		gauge("cache_bytes", "Estimated memory of decoded records.", size(func(s store.Sizes) int64 { return s.CacheBytes })),
		gauge("replay_seconds", "Time that reading the log took at the start.", fixed(replayTook.Seconds())),
		gauge("replay_segments", "Segments without a good index that were read at the start.", fixed(float64(replay.Read))),
		gauge("replay_records", "Records read at the start.", fixed(float64(replay.Records))),
		gauge("replay_torn_bytes", "Bytes cut behind the last good record at the start.", fixed(float64(replay.Torn))),
		gauge("replay_damaged", "Stretches passed over at the start.", fixed(float64(replay.Damaged))),
	} {
		if err := r.Register(c); err != nil {
			return err
		}
	}
	return nil
}

// newRegistry is a registry of the role's own, with the Go runtime's and the
// process's metrics.
func newRegistry() *prometheus.Registry {
	r := prometheus.NewRegistry()
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return r
}
