package generator

import "github.com/prometheus/client_golang/prometheus"

// counts are the generator's own metrics.
type counts struct {
	spans        *prometheus.CounterVec // fate, reason
	edges        *prometheus.CounterVec // kind
	unpaired     *prometheus.CounterVec // reason
	fromUpstream prometheus.Counter
	sampled      *prometheus.CounterVec // server
	missing      *prometheus.CounterVec // server
	assumed      *prometheus.CounterVec // reason
	refused      *prometheus.CounterVec // reason
	pushes       *prometheus.CounterVec // result
	samples      prometheus.Counter
	series       prometheus.Gauge
	pending      *prometheus.GaugeVec // what
}

func newCounts(r prometheus.Registerer) (*counts, error) {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: "supersonic_generator_" + name, Help: help}, labels)
	}
	fromUpstream := counter("server_seconds_from_upstream_total", "Calls whose server kept no span in time: server_seconds took the gateway's own upstream time.")
	samples := counter("pushed_samples_total", "Samples that the receiver took.")
	series := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "supersonic_generator_series", Help: "Series that are pushed."}, nil)
	c := &counts{
		spans:        counter("spans_total", "Spans by what became of them: read, or refused for a reason.", "fate", "reason"),
		edges:        counter("edges_total", "Edges of the service graph: a call from its ingress alone, a pair of spans, a database, or one with a virtual node.", "kind"),
		unpaired:     counter("unpaired_total", "Spans that make no edge although they could have: no other half in time, no parent, no room.", "reason"),
		fromUpstream: fromUpstream.WithLabelValues(),
		sampled:      counter("sampled_calls_total", "Inference calls whose sampling decision was sent to the server, so that it should have kept spans.", "server"),
		missing:      counter("server_missing_total", "Of those, the calls whose server kept no span in time.", "server"),
		assumed:      counter("weights_assumed_total", "Spans that counted as one because their sampling probability is not known.", "reason"),
		refused:      counter("observations_refused_total", "Observations left out because a limit was reached.", "reason"),
		pushes:       counter("pushes_total", "Remote-write requests: ok, retried (not taken, the next one says more), dropped (refused for good).", "result"),
		samples:      samples.WithLabelValues(),
		series:       series.WithLabelValues(),
		pending: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "supersonic_generator_pending", Help: "What waits: spans to be read, calls for their server span, sides of an edge, spans for a weight.",
		}, []string{"what"}),
	}
	c.begin()
	if r == nil {
		return c, nil
	}
	for _, m := range []prometheus.Collector{c.spans, c.edges, c.unpaired, fromUpstream, c.sampled, c.missing, c.assumed, c.refused, c.pushes, samples, series, c.pending} {
		if err := r.Register(m); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// begin makes the series whose labels are known from the start, so that the first
// event is an increase and not the birth of a series.
func (c *counts) begin() {
	for vec, values := range map[*prometheus.CounterVec][]string{
		c.unpaired: {"context_lost", "max_pending", "no_client", "no_server"},
		c.assumed:  {"caller_decided", "collector_assumed", "edge", "head_not_seen", "head_states_none", "no_room_to_wait"},
		c.refused:  {"max_pending", "max_series"},
		c.pushes:   {"dropped", "ok", "retried"},
	} {
		for _, value := range values {
			vec.WithLabelValues(value)
		}
	}
}
