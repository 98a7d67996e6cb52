package generator

import (
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/internal/attr"
	"supersonic/traces/span"
)

const inferencePrefix = "/inference.GRPCInferenceService/"

// isIngress tells a proxy's span of a request, ours or Envoy's, whatever its kind:
// the collector of the chart makes it CLIENT, the gateway sends SERVER.
func isIngress(s *span.Span) bool {
	return s.Name == attr.Ingress && (s.Attr("grpc.path") != "" || s.Attr("component") == "proxy")
}

// inference tells whether an ingress span is of an inference call, and whether
// that is a stream.
func inference(s *span.Span) (yes, stream bool) {
	switch method, _ := strings.CutPrefix(s.Attr("grpc.path"), inferencePrefix); method {
	case "ModelInfer":
		return true, false
	case "ModelStreamInfer":
		return true, true
	}
	return false, false
}

// failed is what makes a request a failed one: the status of the span, or the
// mark `error` by which Envoy tells that the client went away.
func failed(s *span.Span) bool {
	return s.Status == ptrace.StatusCodeError || (s.Name == attr.Ingress && s.Attr("error") == "true")
}

// call is an inference call through our gateway, counted already, of which the
// server's own time is awaited.
type call struct {
	wait
	id       halfKey
	edge     edgeKey
	trace    span.TraceID
	weight   float64
	stream   bool
	sent     bool   // the decision went to the server, which has spans then
	upstream uint64 // ns, as the gateway measured it
	busy     busy   // of a stream's requests so far
}

// ingress makes the edge of a call of ours, at once: the ingress span alone says
// who called whom, how long it took and whether it failed. Only server_seconds
// waits for the server's own span. Every call adds its weight exactly once to each
// of request_total, client_seconds and server_seconds.
func (gr *graph) ingress(s *span.Span, service, server string, weight float64, now time.Time) {
	yes, stream := inference(s)
	if !yes {
		return
	}
	server = labelText(server)
	key := edgeKey{service, server, direct}
	e := gr.edges.get(key)
	if e == nil {
		return
	}
	gr.m.edges.WithLabelValues("call").Inc()
	e.request(weight, failed(s), now)
	e.observe(e.client, s.Duration(), weight, s.TraceID, now)

	c := &call{
		wait: wait{deadline: now.Add(gr.cfg.Wait)}, id: halfKey{s.TraceID, s.ID},
		edge: key, trace: s.TraceID, weight: weight, stream: stream, sent: sentUpstream(s), upstream: upstreamNanos(s),
	}
	if !c.sent {
		gr.endCall(c, now)
		return
	}
	gr.m.sampled.WithLabelValues(server).Inc()
	gr.m.missing.WithLabelValues(server) // 0 is an answer, too
	if early := gr.takeServer(c.id); early != nil {
		c.busy = early.busy
		if !stream {
			gr.serverTime(c, c.busy.nanos(), now)
			return
		}
	}
	if len(gr.calls) >= gr.cfg.MaxPending {
		gr.m.refused.WithLabelValues("max_pending").Inc()
		gr.endCall(c, now)
		return
	}
	gr.calls[c.id] = c
	gr.callQueue.push(c)
}

// served gives a call the span that its server kept of it. A stream is one call
// with a span a message: it waits for them all.
func (gr *graph) served(c *call, s *span.Span, now time.Time) {
	c.busy.add(s.Start, s.End)
	if !c.stream {
		gr.serverTime(c, s.Duration(), now)
		delete(gr.calls, c.id)
	}
}

// endCall settles a call whose time to wait is over.
func (gr *graph) endCall(c *call, now time.Time) {
	delete(gr.calls, c.id)
	if c.busy.empty() {
		gr.m.fromUpstream.Inc()
		if c.sent {
			gr.m.missing.WithLabelValues(c.edge.server).Inc()
		}
		gr.serverTime(c, c.upstream, now)
		return
	}
	gr.serverTime(c, c.busy.nanos(), now)
}

func (gr *graph) serverTime(c *call, nanos uint64, now time.Time) {
	c.done = true
	if e := gr.edges.get(c.edge); e != nil {
		e.observe(e.server, nanos, c.weight, c.trace, now)
	}
}

// sentUpstream tells whether the server was told to trace this call: not if the
// gateway kept its span only because the call failed or was slow.
func sentUpstream(s *span.Span) bool {
	return s.Attr(attr.KeptFor) == "" || s.Attr(attr.HeadThreshold) != ""
}

// upstreamNanos is the upstream time that the gateway measured, else, for a span
// that lacks it, the whole duration.
func upstreamNanos(s *span.Span) uint64 {
	n, err := strconv.ParseUint(s.Attr(attr.UpstreamNanos), 10, 64)
	if err != nil {
		return s.Duration()
	}
	return n
}
