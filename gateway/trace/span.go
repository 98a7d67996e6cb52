package trace

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/gateway/call"
	"supersonic/internal/attr"
	"supersonic/internal/sampling"
)

// Cluster is the name that Envoy's configuration in the chart gives to the
// servers.
const Cluster = "triton_grpc_service"

// longest bounds each text of a span that a client wrote, in bytes: with it a
// batch of 512 stays below the 4 MiB that gRPC receivers take by default.
const longest = 512

// Resource is who the spans come from.
type Resource struct{ Pod, Namespace, Version string }

func (r Resource) fill(m pcommon.Map) {
	m.PutStr("telemetry.sdk.name", "supersonic")
	m.PutStr("telemetry.sdk.language", "go")
	m.PutStr("telemetry.sdk.version", r.Version)
	m.PutStr("service.name", r.Pod)
	m.PutStr("k8s.pod.name", r.Pod)
	if r.Namespace != "" {
		m.PutStr("k8s.namespace.name", r.Namespace)
	}
}

// kept is a call whose span is kept, and why.
type kept struct {
	*call.Call
	reason string // "failed", "slow"; "" if it was sampled and neither
}

// build makes the OTLP request of a batch.
func build(r Resource, batch []kept) ptrace.Traces {
	td := ptrace.NewTraces()
	rs := td.ResourceSpans().AppendEmpty()
	r.fill(rs.Resource().Attributes())
	ss := rs.ScopeSpans().AppendEmpty()
	ss.Scope().SetName("supersonic/gateway")
	ss.Scope().SetVersion(r.Version)
	ss.Spans().EnsureCapacity(len(batch))
	for _, k := range batch {
		k.fill(ss.Spans().AppendEmpty())
	}
	return td
}

func (k kept) fill(s ptrace.Span) {
	d := &k.Decision
	s.SetName(attr.Ingress)
	s.SetKind(ptrace.SpanKindServer)
	s.SetTraceID(d.TraceID)
	s.SetSpanID(d.SpanID)
	flags := uint32(d.Flags) | 1 | 0x100 // a kept span is sampled; whether its parent is remote is known
	if d.Remote {
		s.SetParentSpanID(d.Parent)
		flags |= 0x200
	}
	s.SetFlags(flags)
	s.SetStartTimestamp(k.at(0))
	s.SetEndTimestamp(k.at(k.Done))
	s.TraceState().FromRaw(k.state())
	a := s.Attributes()
	a.EnsureCapacity(32)
	k.envoyAttributes(a)
	k.ownAttributes(a)
	if k.isError() {
		s.Status().SetCode(ptrace.StatusCodeError)
		s.Status().SetMessage(k.explanation())
	}
	k.events(s.Events())
}

func (k kept) at(since time.Duration) pcommon.Timestamp {
	return pcommon.NewTimestampFromTime(k.Start.Add(since))
}

// state is the span's own tracestate: what was sent upstream, with th:0 if the
// span is kept whatever the head decided.
func (k kept) state() string {
	if k.reason != "" {
		return sampling.WithThreshold(k.Decision.State, 0)
	}
	return k.Decision.State
}

func (k kept) isError() bool {
	return k.Flags == call.ClientGone || k.HasStatus && call.ServerFault(k.Status)
}

func (k kept) explanation() string {
	if k.Flags == call.ClientGone {
		return "the client went away"
	}
	return text(k.Message)
}

// envoyAttributes are those of Envoy 1.40, all strings, in its order.
func (k kept) envoyAttributes(a pcommon.Map) {
	a.PutStr("node_id", "")
	a.PutStr("zone", "")
	a.PutStr("guid:x-request-id", text(k.RequestID))
	a.PutStr("http.url", text("http://"+k.Authority+k.Path))
	a.PutStr("http.method", "POST")
	a.PutStr("downstream_cluster", "-")
	a.PutStr("user_agent", text(k.UserAgent))
	a.PutStr("http.protocol", "HTTP/2")
	a.PutStr("peer.address", k.Peer)
	if k.ClientTraceID != "" {
		a.PutStr("guid:x-client-trace-id", text(k.ClientTraceID))
	}
	a.PutStr("grpc.path", text(k.Path))
	a.PutStr("grpc.authority", text(k.Authority))
	a.PutStr("grpc.content_type", text(k.ContentType))
	a.PutStr("request_size", strconv.FormatInt(k.RequestBytes, 10))
	a.PutStr("response_size", strconv.FormatInt(k.ResponseBytes, 10))
	a.PutStr("component", "proxy")
	a.PutStr("upstream_cluster", Cluster)
	a.PutStr("upstream_cluster.name", Cluster)
	a.PutStr("http.status_code", strconv.Itoa(k.HTTPStatus))
	a.PutStr("response_flags", string(k.Flags))
	if k.HasStatus {
		a.PutStr("grpc.status_code", strconv.Itoa(k.Status))
		a.PutStr("grpc.message", text(k.Message))
	}
	if k.isError() {
		a.PutStr("error", "true")
	}
}

func (k kept) ownAttributes(a pcommon.Map) {
	if k.Server != "" {
		a.PutStr(attr.PeerService, k.Server)
	}
	if k.Model != "" {
		a.PutStr(attr.ModelName, text(k.Model))
	}
	if v, err := strconv.ParseInt(k.Version, 10, 64); err == nil {
		a.PutInt(attr.ModelVersion, v)
	}
	if k.Server != "" {
		a.PutInt(attr.UpstreamNanos, int64(k.Upstream()))
	}
	if k.reason == "" {
		return
	}
	if k.Decision.Kind.Sampled() {
		sent := k.Decision.Sent
		if sent == "" { // a caller's trace of unknown probability weighs 1
			sent = "0"
		}
		a.PutStr(attr.HeadThreshold, sent)
	}
	a.PutStr(attr.KeptFor, k.reason)
}

func (k kept) events(events ptrace.SpanEventSlice) {
	phases := [...]struct {
		name string
		at   time.Duration
	}{
		{attr.EventServerChosen, k.Chosen}, {attr.EventRequestSent, k.Sent},
		{attr.EventResponseStart, k.FirstByte}, {attr.EventResponseEnd, k.Answered},
	}
	for _, p := range phases {
		if p.at > 0 {
			e := events.AppendEmpty()
			e.SetName(p.name)
			e.SetTimestamp(k.at(p.at))
		}
	}
}

// bound cuts the texts of a call that a client wrote, so that a queue of calls and
// a batch of spans have a largest size. Of a tracestate that is too long only the
// member that says the probability stays.
func bound(c *call.Call) {
	for _, s := range []*string{&c.Path, &c.Authority, &c.UserAgent, &c.ContentType, &c.RequestID, &c.ClientTraceID, &c.Model, &c.Version, &c.Message} {
		if len(*s) > longest {
			*s = strings.Clone((*s)[:longest])
		}
	}
	if d := &c.Decision; len(d.State) > longest || !utf8.ValidString(d.State) {
		d.State = strings.Clone(onlyOT(d.State))
	}
}

// text is s as valid UTF-8 of bounded length.
func text(s string) string {
	if len(s) > longest {
		s = s[:longest]
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}
