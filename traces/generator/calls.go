package generator

import (
	"strconv"
	"strings"

	"supersonic/internal/attr"
	"supersonic/traces/otlp"
)

const inferencePrefix = "/inference.GRPCInferenceService/"

// known are the attributes that the generator itself looks for.
type known struct {
	grpcPath, component, peerService, failed, keptFor, headThreshold, upstreamNanos, thAssumed key
	serviceName, namespace, instance, peerAddress, peerPort                                    key
	peers, databases, addresses, graphDimensions                                               []key
}

func newKnown(k *keys, cfg Config) known {
	return known{
		grpcPath: k.add("grpc.path"), component: k.add("component"), peerService: k.add(attr.PeerService), failed: k.add("error"),
		keptFor: k.add(attr.KeptFor), headThreshold: k.add(attr.HeadThreshold), upstreamNanos: k.add(attr.UpstreamNanos),
		thAssumed: k.add(attr.ThAssumed), serviceName: k.add("service.name"), namespace: k.add("service.namespace"),
		instance: k.add("service.instance.id"), peerAddress: k.add("network.peer.address"), peerPort: k.add("network.peer.port"),
		peers: k.addAll(cfg.Graph.PeerAttributes), databases: k.addAll(cfg.Graph.DatabaseAttributes),
		addresses: k.addAll([]string{attr.PeerService, "server.address"}), graphDimensions: k.addAll(cfg.Graph.Dimensions),
	}
}

// isIngress tells a proxy's span of a request, ours or Envoy's, whatever its kind:
// the collector of the chart makes it CLIENT, the gateway sends SERVER.
func (in *intake) isIngress(s *otlp.Span) bool {
	return string(s.Name) == attr.Ingress && (in.keys.has(s.Attrs, in.attr.grpcPath) || in.keys.is(s.Attrs, in.attr.component, "proxy"))
}

// inference tells whether an ingress span is of an inference call, and whether
// that is a stream.
func (in *intake) inference(s *otlp.Span) (yes, stream bool) {
	switch method, _ := strings.CutPrefix(in.keys.text(s.Attrs, in.attr.grpcPath), inferencePrefix); method {
	case "ModelInfer":
		return true, false
	case "ModelStreamInfer":
		return true, true
	}
	return false, false
}

// failed is what makes a request a failed one: the status of the span, or the
// mark `error` by which Envoy tells that the client went away.
func (in *intake) failed(s *otlp.Span) bool {
	return s.Status == statusError || string(s.Name) == attr.Ingress && in.keys.is(s.Attrs, in.attr.failed, "true")
}

// call is an inference call through our gateway, counted already, of which the
// server's own time is awaited.
type call struct {
	edge     *edge
	weight   float64
	upstream uint64 // ns, as the gateway measured it
	stream   bool
	sent     bool // the decision went to the server, which has spans then
	busy     busy // of a stream's requests so far
}

// ingress makes the edge of a call of ours, at once: the ingress span alone says
// who called whom, how long it took and whether it failed. Only server_seconds
// waits for the server's own span. Every call adds its weight exactly once to each
// of request_total, client_seconds and server_seconds.
func (gr *graph) ingress(in *intake, s *otlp.Span, server string, weight float64) {
	yes, stream := in.inference(s)
	if !yes {
		return
	}
	server = gr.edges.registry.text(server)
	e := gr.edges.get(edgeKey{client: in.service(s), server: server, dimensions: gr.edges.dimensions(gr.dimensions(in, s), nil)})
	gr.m.callEdges.Inc()
	e.request(weight, in.failed(s), in.now)
	e.took(clientSeconds, duration(s), weight, s.TraceID, in.now)

	id := halfKey{s.TraceID, s.ID}
	c := call{edge: e, weight: weight, stream: stream, sent: in.sentUpstream(s), upstream: in.upstreamNanos(s)}
	if !c.sent {
		gr.endCall(id, c, in)
		return
	}
	gr.edges.calls(e, server)
	e.sampled.Inc()
	if early, ok := gr.servers.take(id); ok {
		if !stream {
			gr.serverTime(id, &c, early.nanos, in)
			return
		}
		c.busy = early.all()
	}
	if gr.calls.len() >= gr.cfg.MaxPending {
		gr.m.evictedCalls.Inc()
		oldest, o := gr.calls.takeOldest()
		gr.endCall(oldest, o, in)
	}
	if gr.calls.get(id) != nil {
		gr.m.sameID.Inc()
		gr.endCall(id, c, in)
		return
	}
	gr.calls.put(id, in.deadline, c)
}

// served gives a call the span that its server kept of it. A stream is one call
// with a span a message: it waits for them all.
func (gr *graph) served(id halfKey, c *call, s *otlp.Span, in *intake) {
	if c.stream {
		c.busy.add(s.Start, s.End)
		return
	}
	gr.serverTime(id, c, duration(s), in)
	gr.calls.take(id)
}

// endCall settles a call whose time to wait is over.
func (gr *graph) endCall(id halfKey, c call, in *intake) {
	if !c.busy.empty() {
		gr.serverTime(id, &c, c.busy.nanos(), in)
		return
	}
	gr.m.fromUpstream.Inc()
	if c.sent {
		c.edge.missing.Inc()
	}
	gr.serverTime(id, &c, c.upstream, in)
}

func (gr *graph) serverTime(id halfKey, c *call, nanos uint64, in *intake) {
	if nanos > longest {
		c.edge.tooLong.Inc()
		nanos = c.upstream
	}
	c.edge.took(serverSeconds, nanos, c.weight, id.trace, in.now)
}

// sentUpstream tells whether the server was told to trace this call: not if the
// gateway kept its span only because the call failed or was slow.
func (in *intake) sentUpstream(s *otlp.Span) bool {
	return !in.keys.has(s.Attrs, in.attr.keptFor) || in.keys.has(s.Attrs, in.attr.headThreshold)
}

// upstreamNanos is the upstream time that the gateway measured, else, for a span
// that lacks it, the whole duration.
func (in *intake) upstreamNanos(s *otlp.Span) uint64 {
	n, err := strconv.ParseUint(in.keys.text(s.Attrs, in.attr.upstreamNanos), 10, 64)
	if err != nil {
		return duration(s)
	}
	return n
}
