package generator

import (
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// The values of connection_type; "" leaves the label out.
const (
	direct    = ""
	database  = "database"
	messaging = "messaging_system"
	virtual   = "virtual_node"
)

// edgeKey names an edge of the service graph.
type edgeKey struct {
	client, server, connection string
	virtual                    string // which side is: client, server or ""
	dimensions                 string // values, joined by dimensionEnd
}

const dimensionEnd = "\x00"

// edges are the series traces_service_graph_* of every edge.
type edges struct {
	cfg      Config
	registry *registry
	m        *counts
	family   *family
	names    []string // of the dimensions' labels
	groups   map[edgeKey]*edge
	servers  map[string]bool // that have counters of their own
	overflow *edge           // what the limit of series has no room for; nil: nothing so far
}

// edge is the group of one edge.
type edge struct {
	*group
	sampled, missing prometheus.Counter // of calls; nil until there is one
	tooLong          counter
}

// Indexes in an edge group's counters and histograms.
const (
	requests = 0
	failures = 1

	serverSeconds    = 0
	clientSeconds    = 1
	messagingSeconds = 2
)

func newEdges(cfg Config, r *registry, m *counts) *edges {
	const prefix = "traces_service_graph_request_"
	e := &edges{cfg: cfg, registry: r, m: m, groups: map[edgeKey]*edge{}, servers: map[string]bool{}}
	e.family = newFamily(prefix+"total", prefix+"failed_total").
		histogram(prefix+"server_seconds", cfg.Histograms, cfg.Graph.Buckets).histogram(prefix+"client_seconds", cfg.Histograms, cfg.Graph.Buckets)
	if cfg.Graph.MessagingLatency {
		e.family.histogram(prefix+"messaging_system_seconds", cfg.Histograms, cfg.Graph.Buckets)
	}
	for _, d := range cfg.Graph.Dimensions {
		if cfg.Graph.ClientServerPrefix {
			e.names = append(e.names, labelName("client_"+d), labelName("server_"+d))
		} else {
			e.names = append(e.names, dimensionLabel(d))
		}
	}
	return e
}

// dimensions joins the values of both sides to what an edgeKey has; each may be nil.
func (e *edges) dimensions(client, server []string) string {
	if len(e.names) == 0 {
		return ""
	}
	side := func(values []string, i int) string {
		if values == nil {
			return ""
		}
		return values[i]
	}
	var b strings.Builder
	for i := range e.cfg.Graph.Dimensions {
		c, s := side(client, i), side(server, i)
		if e.cfg.Graph.ClientServerPrefix {
			b.WriteString(c + dimensionEnd + s + dimensionEnd)
			continue
		}
		if s == "" {
			s = c
		}
		b.WriteString(s + dimensionEnd)
	}
	return b.String()
}

// get returns the edge, or that of the overflow if the limit of series leaves no
// room for it.
func (e *edges) get(key edgeKey) *edge {
	if g := e.groups[key]; g != nil {
		return g
	}
	labels := e.registry.labels("client", key.client, "server", key.server, "connection_type", key.connection)
	if e.cfg.Graph.VirtualNodeLabel {
		labels = labels.with("virtual_node", key.virtual)
	}
	values := strings.Split(key.dimensions, dimensionEnd)
	for i, name := range e.names {
		labels = labels.with(name, values[i])
	}
	made := &edge{tooLong: e.m.longEdges, group: newGroup(e.family, labels, func() { delete(e.groups, key) })}
	if !e.registry.add(made.group, false) {
		e.m.overflowEdges.Inc()
		return e.overflowing()
	}
	e.groups[key] = made
	return made
}

func (e *edges) overflowing() *edge {
	if e.overflow == nil {
		e.overflow = &edge{tooLong: e.m.longEdges, group: newGroup(e.family, e.registry.labels(overflowLabel, "true"), func() { e.overflow = nil })}
		e.registry.add(e.overflow.group, true)
	}
	return e.overflow
}

// maxServers bounds the label server of our own counters, which a span's attribute
// gives; past it they count as "other".
const maxServers = 1000

// calls gives an edge the counters of calls whose server should keep spans.
func (e *edges) calls(at *edge, server string) {
	if at.sampled != nil {
		return
	}
	if at == e.overflow || len(e.servers) >= maxServers && !e.servers[server] {
		server = "other"
	} else {
		e.servers[server] = true
	}
	at.sampled, at.missing = e.m.sampled.WithLabelValues(server), e.m.missing.WithLabelValues(server)
}

// request counts one request over an edge.
func (e *edge) request(weight float64, failed bool, now time.Time) {
	e.touch(now)
	e.counters[requests] += weight
	if failed {
		e.counters[failures] += weight
	}
}

// took adds a time to one of the edge's histograms, if it can be one.
func (e *edge) took(which int, nanos uint64, weight float64, trace [16]byte, now time.Time) {
	e.touch(now)
	if nanos > longest {
		e.tooLong.Inc()
		return
	}
	e.observe(which, seconds(nanos), weight, trace, now)
}
