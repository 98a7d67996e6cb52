package generator

import (
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/internal/attr"
	"supersonic/traces/span"
)

// halfKey names the span in the middle of an edge: the calling span.
type halfKey struct {
	trace span.TraceID
	id    span.ID
}

// graph makes traces_service_graph_*: calls through our gateway from their ingress
// span (calls.go), everything else by pairing a calling span with the called one.
type graph struct {
	cfg     Config
	edges   *edges
	weights *weights
	m       *counts

	calls       map[halfKey]*call
	callQueue   fifo[*call]
	clients     map[halfKey]*client // by their own id
	clientQueue fifo[*client]
	servers     map[halfKey]*server // by their parent's id
	serverQueue fifo[*server]
}

// client is the calling side of an edge that waits for the called side.
type client struct {
	wait
	id         halfKey
	service    string
	nanos      uint64
	weight     float64 // 0: not known
	failed     bool
	connection string
	peer       string // what it says about the called side, if that never shows
}

// server is the called side that waits for its parent, or for several: the
// requests of one stream.
type server struct {
	wait
	id      halfKey
	service string
	nanos   uint64
	weight  float64
	failed  bool
	busy    busy
}

func newGraph(cfg Config, r *registry, w *weights, m *counts) *graph {
	return &graph{cfg: cfg, edges: newEdges(cfg, r, m), weights: w, m: m,
		calls: map[halfKey]*call{}, clients: map[halfKey]*client{}, servers: map[halfKey]*server{}}
}

// add takes a span in. parent is the span of the same batch that is its parent, if
// there is one; weight is 0 while it is not known.
func (gr *graph) add(s, parent *span.Span, service string, weight float64, now time.Time) {
	switch {
	case isIngress(s):
		if peer := s.Attr(attr.PeerService); peer != "" {
			gr.ingress(s, service, peer, weight, now)
		} else if yes, _ := inference(s); yes || s.Attr("grpc.path") == "" {
			gr.calling(s, service, direct, weight, now)
		}
	case s.Kind == ptrace.SpanKindClient:
		gr.client(s, service, weight, now)
	case s.Kind == ptrace.SpanKindProducer:
		gr.calling(s, service, messaging, weight, now)
	case s.Kind == ptrace.SpanKindServer || s.Kind == ptrace.SpanKindConsumer:
		gr.called(s, parent, service, weight, now)
	}
	if !isCaller(s) && len(gr.servers) > 0 {
		// Its children that wait are not the far side of anything.
		gr.takeServer(halfKey{s.TraceID, s.ID})
	}
}

// isCaller tells whether a span can be the near side of an edge.
func isCaller(s *span.Span) bool {
	return s.Kind == ptrace.SpanKindClient || s.Kind == ptrace.SpanKindProducer || isIngress(s)
}

// client takes a CLIENT span: of a database at once, as no database makes spans.
func (gr *graph) client(s *span.Span, service string, weight float64, now time.Time) {
	name := firstAttr(s, "db.namespace", "db.name", "db.system.name", "db.system")
	if name == "" {
		gr.calling(s, service, direct, weight, now)
		return
	}
	e := gr.edges.get(edgeKey{service, name, database})
	if e == nil {
		return
	}
	gr.m.edges.WithLabelValues(database).Inc()
	weight = gr.one(weight)
	e.request(weight, failed(s), now)
	e.observe(e.client, s.Duration(), weight, s.TraceID, now)
	e.observe(e.server, s.Duration(), weight, s.TraceID, now)
}

// calling pairs the near side of an edge, or lets it wait.
func (gr *graph) calling(s *span.Span, service, connection string, weight float64, now time.Time) {
	c := &client{
		wait: wait{deadline: now.Add(gr.cfg.Wait)}, id: halfKey{s.TraceID, s.ID}, service: service, connection: connection,
		nanos: s.Duration(), weight: weight, failed: failed(s), peer: firstAttr(s, attr.PeerService),
	}
	if far := gr.takeServer(c.id); far != nil {
		gr.pair(c, far, now)
		return
	}
	if len(gr.clients) >= gr.cfg.MaxPending {
		gr.m.unpaired.WithLabelValues("max_pending").Inc()
		return
	}
	gr.clients[c.id] = c
	gr.clientQueue.push(c)
}

// called pairs the far side of an edge, or lets it wait for its parent. One whose
// parent is at hand and calls nobody is an inner span of its service: Triton's
// model and compute spans are, which are SERVER like all it makes. Letting those
// wait is what makes a stock Tempo lose edges under load.
func (gr *graph) called(s, parent *span.Span, service string, weight float64, now time.Time) {
	if s.Parent.IsZero() {
		gr.root(s, service, weight, now)
		return
	}
	if parent != nil && !isCaller(parent) {
		return
	}
	id := halfKey{s.TraceID, s.Parent}
	if c := gr.calls[id]; c != nil {
		if s.Name == attr.InferRequest {
			gr.served(c, s, now)
		}
		return
	}
	far := &server{wait: wait{deadline: now.Add(gr.cfg.Wait)}, id: id, service: service,
		nanos: s.Duration(), weight: weight, failed: failed(s)}
	if c := gr.clients[id]; c != nil {
		c.done = true
		delete(gr.clients, id)
		gr.pair(c, far, now)
		return
	}
	gr.waitForParent(far, s)
}

func (gr *graph) waitForParent(far *server, s *span.Span) {
	if other := gr.servers[far.id]; other != nil { // the next message of a stream
		other.busy.add(s.Start, s.End)
		return
	}
	if len(gr.servers) >= gr.cfg.MaxPending {
		gr.m.unpaired.WithLabelValues("max_pending").Inc()
		return
	}
	far.busy.add(s.Start, s.End)
	gr.servers[far.id] = far
	gr.serverQueue.push(far)
}

// root takes a SERVER span without a parent. Its caller makes no spans, which
// Tempo draws as the virtual node `user`. An InferRequest without a parent is one
// whose context Triton lost on the way from the proxy, whose own span has counted
// the call already: it makes no edge.
func (gr *graph) root(s *span.Span, service string, weight float64, now time.Time) {
	if s.Name == attr.InferRequest {
		gr.m.unpaired.WithLabelValues("context_lost").Inc()
		return
	}
	e := gr.edges.get(edgeKey{"user", service, virtual})
	if e == nil {
		return
	}
	gr.m.edges.WithLabelValues(virtual).Inc()
	weight = gr.one(weight)
	e.request(weight, failed(s), now)
	e.observe(e.server, s.Duration(), weight, s.TraceID, now)
}

// pair makes the edge of two sides, at the larger of their weights.
func (gr *graph) pair(c *client, far *server, now time.Time) {
	e := gr.edges.get(edgeKey{c.service, far.service, c.connection})
	if e == nil {
		return
	}
	gr.m.edges.WithLabelValues("pair").Inc()
	weight := gr.one(max(c.weight, far.weight, gr.weights.head(c.id.trace)))
	e.request(weight, c.failed || far.failed, now)
	e.observe(e.client, c.nanos, weight, c.id.trace, now)
	e.observe(e.server, far.nanos, weight, c.id.trace, now)
}

// one is weight, or 1, counted, if that is not known.
func (gr *graph) one(weight float64) float64 {
	if weight > 0 {
		return weight
	}
	gr.m.assumed.WithLabelValues("edge").Inc()
	return 1
}

func (gr *graph) takeServer(id halfKey) *server {
	far := gr.servers[id]
	if far != nil {
		far.done = true
		delete(gr.servers, id)
	}
	return far
}

// expire settles what was due by deadline.
func (gr *graph) expire(deadline, now time.Time) {
	expire(&gr.callQueue, deadline, func(c *call) { gr.endCall(c, now) })
	expire(&gr.clientQueue, deadline, func(c *client) { gr.endClient(c, now) })
	expire(&gr.serverQueue, deadline, func(far *server) {
		gr.takeServer(far.id)
		gr.m.unpaired.WithLabelValues("no_client").Inc()
	})
}

// endClient makes the virtual node of a called side that never showed, if the
// caller says who it is.
func (gr *graph) endClient(c *client, now time.Time) {
	c.done = true
	delete(gr.clients, c.id)
	if c.peer == "" {
		gr.m.unpaired.WithLabelValues("no_server").Inc()
		return
	}
	e := gr.edges.get(edgeKey{c.service, c.peer, virtual})
	if e == nil {
		return
	}
	gr.m.edges.WithLabelValues(virtual).Inc()
	weight := gr.one(max(c.weight, gr.weights.head(c.id.trace)))
	e.request(weight, c.failed, now)
	e.observe(e.client, c.nanos, weight, c.id.trace, now)
}

func (gr *graph) next(at time.Time) time.Time {
	return next(&gr.serverQueue, next(&gr.clientQueue, next(&gr.callQueue, at)))
}

func firstAttr(s *span.Span, names ...string) string {
	for _, name := range names {
		if v := s.Attr(name); v != "" {
			return v
		}
	}
	return ""
}
