package generator

import "github.com/prometheus/client_golang/prometheus"

// counter is one series of the generator's own.
type counter = prometheus.Counter

// counts are the generator's own metrics. Those that spans move have their series
// at hand.
type counts struct {
	sampled *prometheus.CounterVec // server
	missing *prometheus.CounterVec // server
	pending *prometheus.GaugeVec   // what

	read, tooOld, tooNew, again, stopped                                                    counter // spans
	callEdges, pairEdges, databaseEdges, virtualEdges                                       counter // edges
	contextLost, maxPending, noClient, noServer, noService, sameID, clocksDiffer            counter // unpaired
	callerDecided, collectorAssumed, edgeAssumed, headNotSeen, headStatesNone, noRoomToWait counter // assumed
	overflowEdges, overflowSpans, overflowInfos                                             counter // overflow
	filteredEdges, filteredSpans                                                            counter // filtered
	longEdges, longSpans                                                                    counter // too long
	fromUpstream, evictedCalls                                                              counter
	pushed, retried, dropped                                                                counter // pushes
	samples, refusedSamples, pushedOut, damagedSamples                                      counter
	diskErrors                                                                              counter
	series, queueBytes, queuePushes, oldest                                                 prometheus.Gauge

	all []prometheus.Collector
}

func newCounts(r prometheus.Registerer) (*counts, error) {
	c := &counts{}
	c.spans()
	c.edges()
	c.writes()
	if r == nil {
		return c, nil
	}
	for _, m := range c.all {
		if err := r.Register(m); err != nil {
			return nil, err
		}
	}
	return c, nil
}

const metricPrefix = "supersonic_generator_"

func (c *counts) counters(name, help string, labels ...string) *prometheus.CounterVec {
	v := prometheus.NewCounterVec(prometheus.CounterOpts{Name: metricPrefix + name, Help: help}, labels)
	c.all = append(c.all, v)
	return v
}

func (c *counts) counter(name, help string) counter { return c.counters(name, help).WithLabelValues() }

func (c *counts) gauge(name, help string) prometheus.Gauge {
	g := prometheus.NewGauge(prometheus.GaugeOpts{Name: metricPrefix + name, Help: help})
	c.all = append(c.all, g)
	return g
}

// Series whose labels are known from the start are made at the start, so that the
// first event is an increase and not the birth of a series.
func (c *counts) spans() {
	spans := c.counters("spans_total", "Spans by what became of them: read, or refused for a reason. too_old and in_future: further from now than the slack; again: read before, the export was sent twice.", "fate", "reason")
	c.read, c.tooOld, c.tooNew = spans.WithLabelValues("read", ""), spans.WithLabelValues("refused", "too_old"), spans.WithLabelValues("refused", "in_future")
	c.again, c.stopped = spans.WithLabelValues("refused", "again"), spans.WithLabelValues("refused", "stopped")

	assumed := c.counters("weights_assumed_total", "Spans that counted as one because their sampling probability is not known.", "reason")
	c.callerDecided, c.collectorAssumed, c.edgeAssumed = assumed.WithLabelValues("caller_decided"), assumed.WithLabelValues("collector_assumed"), assumed.WithLabelValues("edge")
	c.headNotSeen, c.headStatesNone, c.noRoomToWait = assumed.WithLabelValues("head_not_seen"), assumed.WithLabelValues("head_states_none"), assumed.WithLabelValues("no_room_to_wait")

	filtered := c.counters("filtered_spans_total", "Spans that filter_policies leave out, by processor.", "processor")
	c.filteredEdges, c.filteredSpans = filtered.WithLabelValues("service-graphs"), filtered.WithLabelValues("span-metrics")

	long := c.counters("too_long_total", "Times of more than 24 hours, by processor. Such a span counts as a call or request and is in no sum or bucket of its time.", "processor")
	c.longEdges, c.longSpans = long.WithLabelValues("service-graphs"), long.WithLabelValues("span-metrics")

	overflow := c.counters("overflow_total", "Observations that went to the series labelled metric_overflow, as the limit of series left no room for their own, by processor.", "processor")
	c.overflowEdges, c.overflowSpans, c.overflowInfos = overflow.WithLabelValues("service-graphs"), overflow.WithLabelValues("span-metrics"), overflow.WithLabelValues("info")
}

func (c *counts) edges() {
	edges := c.counters("edges_total", "Edges of the service graph: a call from its ingress alone, a pair of spans, a database, or one with a virtual node.", "kind")
	c.callEdges, c.pairEdges = edges.WithLabelValues("call"), edges.WithLabelValues("pair")
	c.databaseEdges, c.virtualEdges = edges.WithLabelValues(database), edges.WithLabelValues(virtual)

	unpaired := c.counters("unpaired_total", "Spans that make no edge although they could have: no other half in time (no_client, no_server), no parent (context_lost), no room (max_pending), no service.name (no_service), an id that another has (same_id). clocks_differ: the edge is there, but not its messaging_system_seconds.", "reason")
	for reason, at := range map[string]*counter{"context_lost": &c.contextLost, "max_pending": &c.maxPending, "no_client": &c.noClient,
		"no_server": &c.noServer, "no_service": &c.noService, "same_id": &c.sameID, "clocks_differ": &c.clocksDiffer} {
		*at = unpaired.WithLabelValues(reason)
	}
	c.fromUpstream = c.counter("server_seconds_from_upstream_total", "Calls whose server kept no span in time: server_seconds took the gateway's own upstream time.")
	c.evictedCalls = c.counter("calls_evicted_total", "Of those, calls that could not wait as long as they should: the limit of what waits was reached.")
	c.sampled = c.counters("sampled_calls_total", "Inference calls whose sampling decision was sent to the server, so that it should have kept spans. Past 1,000 servers: other.", "server")
	c.missing = c.counters("server_missing_total", "Of those, the calls whose server kept no span in time.", "server")
	c.pending = prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: metricPrefix + "pending", Help: "What waits: calls for their server span, sides of an edge, spans for a weight.",
	}, []string{"what"})
	c.all = append(c.all, c.pending)
}

func (c *counts) writes() {
	pushes := c.counters("pushes_total", "Remote-write requests: ok, retried (not taken, tried again), dropped (refused for good).", "result")
	c.pushed, c.retried, c.dropped = pushes.WithLabelValues("ok"), pushes.WithLabelValues("retried"), pushes.WithLabelValues("dropped")
	c.samples = c.counter("pushed_samples_total", "Samples that the receiver took.")
	lost := c.counters("lost_samples_total", "Samples that never reached the receiver: refused for good, pushed out of a full queue, damaged on disk.", "reason")
	c.refusedSamples, c.pushedOut, c.damagedSamples = lost.WithLabelValues("refused"), lost.WithLabelValues("queue_full"), lost.WithLabelValues("damaged")
	c.diskErrors = c.counter("queue_disk_errors_total", "Pushes that could not be written to the queue on disk and waited in memory.")
	c.series = c.gauge("series", "Series that are pushed.")
	c.queueBytes = c.gauge("queue_bytes", "Pushes that wait for the receiver, bytes.")
	c.queuePushes = c.gauge("queue_pushes", "Pushes that wait for the receiver.")
	c.oldest = c.gauge("queue_oldest_seconds", "Age of the push that waits longest.")
}
