package traffic

import (
	"math"
	"slices"
	"strconv"
)

// span is one span before it is written.
type span struct {
	at         *pod
	trace      [16]byte
	id, parent [8]byte
	state      string
	name       string
	kind       uint64
	start, end uint64
	status     uint64
	message    string
	attrs      []attr
	events     []event
	link       bool
}

type event struct {
	name   string
	time   uint64
	attrs  []attr
	steady bool // with Triton's steady clock
}

// attr is a key with a text, or with a number or list where text is not set.
type attr struct {
	key   string
	text  string
	typ   byte // 's', 'i', 'f', 'b', 'l' (list of texts)
	num   int64
	float float64
	texts []string
}

func text(key, v string) attr          { return attr{key: key, text: v, typ: 's'} }
func integer(key string, v int64) attr { return attr{key: key, num: v, typ: 'i'} }

const (
	kindServer = 2
	kindClient = 3
	statusErr  = 2
)

// request makes the spans of one call.
func (s *Stream) request(start uint64) {
	var trace [16]byte
	hi, lo := s.id(), s.id()
	copy(trace[:8], hi[:])
	copy(trace[8:], lo[:])
	gateway, server := &s.gateways[s.rng.IntN(len(s.gateways))], &s.servers[s.rng.IntN(len(s.servers))]
	at, _ := slices.BinarySearch(s.pick, s.rng.Float64()*s.pick[len(s.pick)-1])
	request := s.uuid()
	failed := s.rng.Float64() < s.opts.Errors

	ingress := span{at: gateway, trace: trace, id: s.id(), name: "ingress", kind: kindClient, start: start, state: s.opts.TraceState}
	infer := span{at: server, trace: trace, id: s.id(), parent: ingress.id, name: "InferRequest", kind: kindServer, start: start + s.lognormal(0.0002, 0.3)}
	modelEnd := s.model(server, trace, infer.id, &s.models[at], infer.start+60_000, request, failed, 0)
	infer.end = modelEnd + 120_000
	infer.attrs = []attr{text("rpc.system", "grpc"), text("rpc.method", "ModelInfer"), text("triton.request_id", request)}
	infer.events = []event{
		steady("GRPC_WAITREAD_START", infer.start), steady("GRPC_WAITREAD_END", infer.start+40_000),
		steady("GRPC_SEND_START", infer.end-50_000), steady("GRPC_SEND_END", infer.end-10_000),
	}
	ingress.end = infer.end + s.lognormal(0.00025, 0.3)
	s.envoy(&ingress, server, request, failed)
	s.pending = append(s.pending, ingress, infer)
}

func steady(name string, t uint64) event { return event{name: name, time: t, steady: true} }

// model makes the span of a model and what is below it, and returns its end.
func (s *Stream) model(at *pod, trace [16]byte, parent [8]byte, m *model, start uint64, request string, failed bool, caller int) (end uint64) {
	number := s.next
	s.next++
	sp := span{at: at, trace: trace, id: s.id(), parent: parent, name: m.name, kind: kindServer, start: start}
	queue := start + s.lognormal(0.00005, 0.4)
	now := queue + s.lognormal(0.003, 0.8)
	if s.rng.IntN(6) == 0 {
		now += s.lognormal(0.02, 1)
	}
	if m.cached {
		now = s.lookup(at, trace, sp.id, now)
	}
	if len(m.steps) > 0 {
		for _, step := range m.steps {
			now = s.model(at, trace, sp.id, &s.models[step], now, request, false, number) + 40_000
		}
	} else {
		now = s.compute(at, trace, sp.id, m, now, failed)
	}
	sp.end = now + 40_000
	sp.attrs = []attr{
		text("triton.model_name", m.name), text("triton.model_version", m.version), text("triton.request_id", request),
		integer("triton.trace_id", int64(number)), integer("triton.trace_parent_id", int64(caller)),
	}
	if len(m.steps) > 0 {
		sp.attrs = append(sp.attrs, attr{key: "triton.ensemble_steps", typ: 'l', texts: []string{"preprocess", "classify"}})
	}
	sp.events = []event{
		steady("REQUEST_START", start), steady("QUEUE_START", queue),
		steady("INFER_RESPONSE_COMPLETE", sp.end-6_000), steady("REQUEST_END", sp.end-1_000),
	}
	if failed {
		sp.status, sp.message = statusErr, "in ensemble '"+m.name+"', inference request timed out"
	}
	sp.link = s.rng.IntN(45) == 0
	s.pending = append(s.pending, sp)
	return sp.end
}

// lookup is a look into Triton's response cache that finds nothing.
func (s *Stream) lookup(at *pod, trace [16]byte, parent [8]byte, start uint64) uint64 {
	took := s.lognormal(0.00003, 0.3)
	s.pending = append(s.pending, span{
		at: at, trace: trace, id: s.id(), parent: parent, name: "cache_lookup", kind: kindServer, start: start, end: start + took,
		events: []event{steady("CACHE_LOOKUP_START", start), steady("CACHE_LOOKUP_END", start+took)},
		attrs:  []attr{{key: "triton.cache.hit", typ: 'b'}},
	})
	return start + took
}

func (s *Stream) compute(at *pod, trace [16]byte, parent [8]byte, m *model, start uint64, failed bool) uint64 {
	took := s.lognormal(m.seconds, 0.35)
	sp := span{at: at, trace: trace, id: s.id(), parent: parent, name: "compute", kind: kindServer, start: start, end: start + took}
	sp.attrs = []attr{
		text("triton.model_name", m.name), text("triton.model_version", m.version), integer("triton.batch_size", m.batch),
		{key: "gpu.utilization", typ: 'f', float: math.Round(s.rng.Float64()*1000) / 1000},
	}
	sp.events = []event{
		steady("COMPUTE_START", start), steady("COMPUTE_INPUT_END", start+took/10),
		steady("COMPUTE_OUTPUT_START", start+took*9/10), steady("COMPUTE_END", start+took),
	}
	if failed {
		sp.status, sp.message = statusErr, "out of memory"
		sp.events = append(sp.events, event{name: "exception", time: start + took, attrs: []attr{
			text("exception.type", "TritonModelException"), text("exception.message", "CUDA out of memory. Tried to allocate "+strconv.Itoa(1+s.rng.IntN(64))+" GiB"),
			text("exception.stacktrace", "at execute (model.py:"+strconv.Itoa(s.rng.IntN(400))+")"),
		}})
	}
	s.pending = append(s.pending, sp)
	return sp.end
}

var agents = [...]string{"grpc-go/1.65.0", "grpc-python/1.62.1 grpc-c/39.0.0 (linux; chttp2)", "grpc-c++/1.54.3 grpc-c/31.0.0 (linux; chttp2)"}

// envoy gives an ingress span the attributes that Envoy sets.
func (s *Stream) envoy(sp *span, server *pod, request string, failed bool) {
	code, status, flags := "0", "200", "-"
	if failed {
		code, flags = "13", "UC"
		sp.status = statusErr
	}
	const path = "/inference.GRPCInferenceService/ModelInfer"
	sp.attrs = []attr{
		text("component", "proxy"), text("http.method", "POST"), text("http.url", "http://supersonic.cms.svc:8001"+path), text("http.protocol", "HTTP/2"),
		text("http.status_code", status), text("upstream_cluster", "triton_grpc_service"), text("upstream_cluster.name", "triton_grpc_service"),
		text("upstream_address", server.address), text("grpc.status_code", code), text("grpc.path", path),
		text("node_id", sp.at.name), text("zone", "zone-"+string(rune('a'+sp.at.order%3))), text("guid:x-request-id", request),
		text("user_agent", agents[s.rng.IntN(len(agents))]), text("request_size", strconv.Itoa(200+s.rng.IntN(40_000))),
		text("response_size", strconv.Itoa(100+s.rng.IntN(8_000))), text("response_flags", flags),
		text("peer.address", "10.43."+strconv.Itoa(s.rng.IntN(4))+"."+strconv.Itoa(s.rng.IntN(200))), text("downstream_cluster", "-"),
	}
}
