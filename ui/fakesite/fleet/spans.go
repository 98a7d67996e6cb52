package fleet

import (
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/internal/attr"
	"supersonic/internal/sampling"
)

// spans are those of many pods, under the resource of each.
type spans struct {
	traces ptrace.Traces
	of     map[string]ptrace.SpanSlice
}

func newSpans() *spans { return &spans{ptrace.NewTraces(), map[string]ptrace.SpanSlice{}} }

// add makes a span of a pod. Servers call themselves as Triton does.
func (s *spans) add(pod string, isServer bool) ptrace.Span {
	list, known := s.of[pod]
	if !known {
		rs := s.traces.ResourceSpans().AppendEmpty()
		a := rs.Resource().Attributes()
		a.PutStr("service.name", pod)
		if isServer {
			a.PutStr("service.name", "triton-inference-server")
			a.PutStr("pod_name", pod)
		}
		list = rs.ScopeSpans().AppendEmpty().Spans()
		s.of[pod] = list
	}
	return list.AppendEmpty()
}

// trace makes the spans of a request that is sampled; of one that failed and is not,
// the gateway's alone, as it keeps all failures.
func (f *Fleet) trace(r *request, to *spans) {
	sampled := f.refused.Samples(r.id)
	if !sampled && !r.failed {
		return
	}
	top := f.ingress(r, to, sampled)
	if sampled {
		f.inServer(r, to, top)
	}
}

func (f *Fleet) span(r *request, s ptrace.Span, name string, parent pcommon.SpanID, from, to time.Time) pcommon.SpanID {
	var id pcommon.SpanID
	for i := range id {
		id[i] = byte(f.rng.Uint32())
	}
	s.SetName(name)
	s.SetTraceID(r.id)
	s.SetSpanID(id)
	s.SetParentSpanID(parent)
	s.SetKind(ptrace.SpanKindServer)
	s.SetStartTimestamp(pcommon.NewTimestampFromTime(from))
	s.SetEndTimestamp(pcommon.NewTimestampFromTime(to))
	return id
}

func event(s ptrace.Span, name string, at time.Time) {
	e := s.Events().AppendEmpty()
	e.SetName(name)
	e.SetTimestamp(pcommon.NewTimestampFromTime(at))
}

func (f *Fleet) ingress(r *request, to *spans, sampled bool) pcommon.SpanID {
	s := to.add(r.gateway.name, false)
	start := r.end.Add(-r.whole())
	id := f.span(r, s, attr.Ingress, pcommon.SpanID{}, start, r.end)
	threshold := f.refused
	a := s.Attributes()
	if r.failed {
		threshold = 0 // all of them are kept
		a.PutStr(attr.KeptFor, "failed")
		if sampled {
			a.PutStr(attr.HeadThreshold, f.refused.String())
		}
	}
	f.weight += threshold.Weight()
	s.TraceState().FromRaw(sampling.WithThreshold("", threshold))
	const path = "/inference.GRPCInferenceService/ModelInfer"
	a.PutStr("http.url", "http://supersonic:8001"+path)
	a.PutStr("http.method", "POST")
	a.PutStr("grpc.path", path)
	a.PutStr("http.status_code", "200")
	a.PutStr("response_flags", "-")
	a.PutStr("grpc.status_code", map[bool]string{false: "0", true: "13"}[r.failed])
	a.PutStr(attr.PeerService, r.server.name)
	a.PutStr(attr.ModelName, f.opts.Models[r.model])
	a.PutInt(attr.UpstreamNanos, int64(r.upstream()))
	if r.failed {
		a.PutStr("error", "true")
		s.Status().SetCode(ptrace.StatusCodeError)
		s.Status().SetMessage("out of memory")
	}
	chosen := start.Add(r.wait)
	event(s, attr.EventServerChosen, chosen)
	event(s, attr.EventRequestSent, chosen.Add(r.there/2))
	event(s, attr.EventResponseStart, r.end.Add(-r.back/2))
	event(s, attr.EventResponseEnd, r.end)
	return id
}

// inServer makes InferRequest, the model and compute, with Triton's events. Triton
// hands no tracestate on.
func (f *Fleet) inServer(r *request, to *spans, top pcommon.SpanID) {
	end := r.end.Add(-r.back)
	start := end.Add(-r.inServer())
	infer := to.add(r.server.name, true)
	id := f.span(r, infer, attr.InferRequest, top, start, end)
	event(infer, "GRPC_WAITREAD_START", start)
	event(infer, "GRPC_WAITREAD_END", start.Add(overhead/6))
	event(infer, "GRPC_SEND_START", end.Add(-overhead/6))
	event(infer, "GRPC_SEND_END", end.Add(-overhead/12))

	begin, done := start.Add(overhead/2), end.Add(-overhead/4)
	model := to.add(r.server.name, true)
	id = f.span(r, model, f.opts.Models[r.model], id, begin, done)
	model.Attributes().PutStr(attr.ModelName, f.opts.Models[r.model])
	model.Attributes().PutInt(attr.ModelVersion, 1)
	event(model, "REQUEST_START", begin)
	event(model, "QUEUE_START", begin)
	event(model, "INFER_RESPONSE_COMPLETE", done)
	event(model, "REQUEST_END", done)

	compute := to.add(r.server.name, true)
	at := begin.Add(r.queue)
	f.span(r, compute, attr.Compute, id, at, at.Add(r.input+r.infer+r.output))
	event(compute, "COMPUTE_START", at)
	event(compute, "COMPUTE_INPUT_END", at.Add(r.input))
	event(compute, "COMPUTE_OUTPUT_START", at.Add(r.input+r.infer))
	event(compute, "COMPUTE_END", at.Add(r.input+r.infer+r.output))
	if r.failed {
		for _, s := range []ptrace.Span{model, compute} {
			s.Status().SetCode(ptrace.StatusCodeError)
			s.Status().SetMessage("out of memory")
		}
	}
}
