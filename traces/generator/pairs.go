package generator

import (
	"cmp"
	"time"

	"supersonic/internal/attr"
	"supersonic/traces/otlp"
)

// halfKey names the span in the middle of an edge: the calling span.
type halfKey struct {
	trace [16]byte
	id    [8]byte
}

// graph makes traces_service_graph_*: calls through our gateway from their ingress
// span (calls.go), everything else by pairing a calling span with the called one.
type graph struct {
	cfg     Config
	edges   *edges
	weights *weights
	m       *counts
	filter  filter

	calls   *table[halfKey, call]
	clients *table[halfKey, client] // by their own id
	servers *table[halfKey, server] // by their parent's id
}

// client is the calling side of an edge that waits for the called side.
type client struct {
	service    string
	nanos, end uint64
	weight     float64 // 0: not known
	failed     bool
	connection string
	peer       string // what it says about the called side, if that never shows
	dimensions []string
}

// server is the called side that waits for its parent, or for several: the
// requests of one stream.
type server struct {
	service      string
	start, nanos uint64
	weight       float64
	failed       bool
	dimensions   []string
	more         *busy // of all, if there are several
}

// all is the time of all requests of a stream so far.
func (far *server) all() busy {
	if far.more != nil {
		return *far.more
	}
	var b busy
	b.add(far.start, far.start+far.nanos)
	return b
}

func newGraph(cfg Config, r *registry, w *weights, m *counts) *graph {
	return &graph{cfg: cfg, edges: newEdges(cfg, r, m), weights: w, m: m,
		calls: newTable[halfKey, call](), clients: newTable[halfKey, client](), servers: newTable[halfKey, server]()}
}

// add takes a span in. parent is the span of the same batch that is its parent, if
// there is one; weight is 0 while it is not known.
func (gr *graph) add(in *intake, s, parent *otlp.Span, ingress bool, weight float64) {
	if !gr.filter.passes(in, s) {
		gr.m.filteredEdges.Inc()
		return
	}
	caller := ingress || s.Kind == kindClient || s.Kind == kindProducer
	switch {
	case !caller && s.Kind != kindServer && s.Kind != kindConsumer:
	case in.service(s) == "":
		gr.m.noService.Inc()
	case ingress:
		if peer := in.keys.text(s.Attrs, in.attr.peerService); peer != "" {
			gr.ingress(in, s, peer, weight)
		} else if yes, _ := in.inference(s); yes || !in.keys.has(s.Attrs, in.attr.grpcPath) {
			gr.calling(in, s, direct, weight)
		}
	case s.Kind == kindClient:
		gr.client(in, s, weight)
	case s.Kind == kindProducer:
		gr.calling(in, s, messaging, weight)
	default:
		gr.called(in, s, parent, weight)
	}
	if !caller && gr.servers.len() > 0 {
		// Its children that wait are not the far side of anything.
		gr.servers.take(halfKey{s.TraceID, s.ID})
	}
}

// dimensions are a span's values of the configured attributes, nil if there are
// none to look for.
func (gr *graph) dimensions(in *intake, s *otlp.Span) []string {
	if len(in.attr.graphDimensions) == 0 {
		return nil
	}
	out := make([]string, len(in.attr.graphDimensions))
	for i, at := range in.attr.graphDimensions {
		out[i] = gr.edges.registry.text(attrText(in.attribute(s, at)))
	}
	return out
}

// client takes a CLIENT span: of a database at once, as no database makes spans.
func (gr *graph) client(in *intake, s *otlp.Span, weight float64) {
	name := in.keys.first(s.Attrs, in.attr.databases)
	if name == "" {
		gr.calling(in, s, direct, weight)
		return
	}
	e := gr.edges.get(edgeKey{client: in.service(s), server: gr.edges.registry.text(cmp.Or(in.address(s), name)), connection: database,
		dimensions: gr.edges.dimensions(gr.dimensions(in, s), nil)})
	gr.m.databaseEdges.Inc()
	weight = gr.one(weight)
	e.request(weight, in.failed(s), in.now)
	e.took(clientSeconds, duration(s), weight, s.TraceID, in.now)
	e.took(serverSeconds, duration(s), weight, s.TraceID, in.now)
}

// calling pairs the near side of an edge, or lets it wait.
func (gr *graph) calling(in *intake, s *otlp.Span, connection string, weight float64) {
	id := halfKey{s.TraceID, s.ID}
	c := client{
		service: in.service(s), connection: connection, nanos: duration(s), end: s.End, weight: weight, failed: in.failed(s),
		peer: gr.edges.registry.text(in.keys.first(s.Attrs, in.attr.peers)), dimensions: gr.dimensions(in, s),
	}
	if far, ok := gr.servers.take(id); ok {
		gr.pair(id, &c, &far, in.now)
		return
	}
	if gr.clients.get(id) != nil {
		gr.m.sameID.Inc()
		return
	}
	if gr.clients.len() >= gr.cfg.MaxPending {
		oldest, o := gr.clients.takeOldest()
		gr.endClient(oldest, &o, gr.m.maxPending, in.now)
	}
	gr.clients.put(id, in.deadline, c)
}

// called pairs the far side of an edge, or lets it wait for its parent. One whose
// parent is at hand and calls nobody is an inner span of its service: Triton's
// model and compute spans are, which are SERVER like all it makes. Letting those
// wait is what makes a stock Tempo lose edges under load.
func (gr *graph) called(in *intake, s, parent *otlp.Span, weight float64) {
	if s.Parent == ([8]byte{}) {
		gr.root(in, s, weight)
		return
	}
	if parent != nil && parent.Kind != kindClient && parent.Kind != kindProducer && !in.isIngress(parent) {
		return
	}
	id := halfKey{s.TraceID, s.Parent}
	if c := gr.calls.get(id); c != nil {
		if string(s.Name) == attr.InferRequest {
			gr.served(id, c, s, in)
		}
		return
	}
	if other := gr.servers.get(id); other != nil { // the next message of a stream
		if other.more == nil {
			b := other.all()
			other.more = &b
		}
		other.more.add(s.Start, s.End)
		return
	}
	far := server{service: in.service(s), start: s.Start, nanos: duration(s), weight: weight, failed: in.failed(s),
		dimensions: gr.dimensions(in, s)}
	if c, ok := gr.clients.take(id); ok {
		gr.pair(id, &c, &far, in.now)
		return
	}
	if gr.servers.len() >= gr.cfg.MaxPending {
		gr.servers.takeOldest()
		gr.m.maxPending.Inc()
	}
	gr.servers.put(id, in.deadline, far)
}

// root takes a SERVER span without a parent. Its caller makes no spans: Tempo draws it as a
// virtual node, called what the span says of its peer, else `user`. An InferRequest without a parent is one
// whose context Triton lost on the way from the proxy, whose own span has counted
// the call already: it makes no edge.
func (gr *graph) root(in *intake, s *otlp.Span, weight float64) {
	if string(s.Name) == attr.InferRequest {
		gr.m.contextLost.Inc()
		return
	}
	caller := cmp.Or(in.keys.first(s.Attrs, in.attr.peers), "user")
	e := gr.edges.get(edgeKey{client: gr.edges.registry.text(caller), server: in.service(s), connection: virtual, virtual: "client",
		dimensions: gr.edges.dimensions(nil, gr.dimensions(in, s))})
	gr.m.virtualEdges.Inc()
	weight = gr.one(weight)
	e.request(weight, in.failed(s), in.now)
	e.took(serverSeconds, duration(s), weight, s.TraceID, in.now)
}

// pair makes the edge of two sides, at the larger of their weights.
func (gr *graph) pair(id halfKey, c *client, far *server, now time.Time) {
	e := gr.edges.get(edgeKey{client: c.service, server: far.service, connection: c.connection,
		dimensions: gr.edges.dimensions(c.dimensions, far.dimensions)})
	gr.m.pairEdges.Inc()
	weight := gr.one(max(c.weight, far.weight, gr.weights.head(id.trace)))
	e.request(weight, c.failed || far.failed, now)
	e.took(clientSeconds, c.nanos, weight, id.trace, now)
	e.took(serverSeconds, far.nanos, weight, id.trace, now)
	if c.connection != messaging || !gr.cfg.Graph.MessagingLatency {
		return
	}
	if far.start <= c.end {
		gr.m.clocksDiffer.Inc() // taken before it was sent, as far as clocks tell
		return
	}
	e.took(messagingSeconds, far.start-c.end, weight, id.trace, now)
}

// one is weight, or 1, counted, if that is not known.
func (gr *graph) one(weight float64) float64 {
	if weight > 0 {
		return weight
	}
	gr.m.edgeAssumed.Inc()
	return 1
}

// expire settles what was due by deadline.
func (gr *graph) expire(deadline time.Time, in *intake) {
	gr.calls.expire(deadline, func(id halfKey, c call) { gr.endCall(id, c, in) })
	gr.clients.expire(deadline, func(id halfKey, c client) { gr.endClient(id, &c, gr.m.noServer, in.now) })
	gr.servers.expire(deadline, func(halfKey, server) { gr.m.noClient.Inc() })
}

// endClient makes the virtual node of a called side that did not show, if the
// caller says who it is.
func (gr *graph) endClient(id halfKey, c *client, reason counter, now time.Time) {
	if c.peer == "" {
		reason.Inc()
		return
	}
	e := gr.edges.get(edgeKey{client: c.service, server: c.peer, connection: virtual, virtual: "server",
		dimensions: gr.edges.dimensions(c.dimensions, nil)})
	gr.m.virtualEdges.Inc()
	weight := gr.one(max(c.weight, gr.weights.head(id.trace)))
	e.request(weight, c.failed, now)
	e.took(clientSeconds, c.nanos, weight, id.trace, now)
}

func (gr *graph) next(at time.Time) time.Time {
	return gr.servers.next(gr.clients.next(gr.calls.next(at)))
}
