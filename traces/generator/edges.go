package generator

import (
	"time"

	"supersonic/traces/span"
)

// The values of connection_type; "" leaves the label out.
const (
	direct    = ""
	database  = "database"
	messaging = "messaging_system"
	virtual   = "virtual_node"
)

// edgeKey names an edge of the service graph.
type edgeKey struct{ client, server, connection string }

// edges are the series traces_service_graph_* of every edge.
type edges struct {
	cfg      Config
	registry *registry
	m        *counts
	groups   map[edgeKey]*edge
}

// edge is the group of one edge, with the parts that observations go to.
type edge struct {
	*group
	server, client *histogram
}

const (
	requests = 0 // index in an edge group's counters
	failures = 1
)

func newEdges(cfg Config, r *registry, m *counts) *edges {
	return &edges{cfg: cfg, registry: r, m: m, groups: map[edgeKey]*edge{}}
}

// get returns the edge, nil if the limit of series leaves no room for it.
func (e *edges) get(key edgeKey) *edge {
	key.client, key.server = labelText(key.client), labelText(key.server)
	if g := e.groups[key]; g != nil {
		return g
	}
	labels := e.registry.labels("client", key.client, "server", key.server, "connection_type", key.connection)
	const prefix = "traces_service_graph_request_"
	server := labels.histogram(prefix+"server_seconds", e.cfg.EdgeBuckets)
	client := labels.histogram(prefix+"client_seconds", e.cfg.EdgeBuckets)
	made := &edge{server: server, client: client, group: &group{
		counters:   []counter{labels.counter(prefix + "total"), labels.counter(prefix + "failed_total")},
		histograms: []*histogram{server, client},
		forget:     func() { delete(e.groups, key) },
	}}
	if !e.registry.add(made.group) {
		e.m.refused.WithLabelValues("max_series").Inc()
		return nil
	}
	e.groups[key] = made
	return made
}

// request counts one request over an edge.
func (e *edge) request(weight float64, failed bool, now time.Time) {
	e.touch(now)
	e.counters[requests].value += weight
	if failed {
		e.counters[failures].value += weight
	}
}

// observe adds to one of the edge's histograms; a nil edge takes nothing.
func (e *edge) observe(h *histogram, nanos uint64, weight float64, trace span.TraceID, now time.Time) {
	e.touch(now)
	h.observe(seconds(nanos), weight, trace, now)
}
