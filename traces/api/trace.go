package api

import (
	"context"
	"encoding/binary"
	"errors"
	"net/http"
	"strconv"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/traces/query"
	"supersonic/traces/span"
)

func trace(ctx context.Context, e query.Engine, r *http.Request) (*query.Trace, query.Stats, error) {
	id, err := parseTraceID(r.PathValue("id"))
	if err != nil {
		return nil, query.Stats{}, err
	}
	params, err := paramsOf(r)
	if err != nil {
		return nil, query.Stats{}, err
	}
	if _, err := parseRange(params); err != nil {
		return nil, query.Stats{}, err
	}
	return e.Trace(ctx, id)
}

func (h *Handler) traceV1(ctx context.Context, e query.Engine, r *http.Request) (answer, error) {
	t, stats, err := trace(ctx, e, r)
	a := answer{kind: wanted(r, typeJSON, typeProto, typeLLM), stats: stats}
	if err != nil {
		return a, err
	}
	switch a.kind {
	case typeProto:
		a.body, err = protoTrace(t)
	case typeLLM:
		a.body = marshal(newPlainTrace(t))
	default:
		a.body = jsonTrace(`{"batches":`, t.Spans, `}`)
	}
	return a, err
}

func (h *Handler) traceV2(ctx context.Context, e query.Engine, r *http.Request) (answer, error) {
	t, stats, err := trace(ctx, e, r)
	a := answer{kind: wanted(r, typeJSON, typeProto, typeLLM), stats: stats}
	if err != nil && !errors.Is(err, query.ErrNotFound) {
		return a, err
	}
	switch a.kind {
	case typeProto:
		a.body, err = protoTraceV2(t, stats)
		return a, err
	case typeLLM:
		a.body = marshal(map[string]any{"trace": newPlainTrace(t)})
		return a, nil
	}
	if t == nil {
		a.body = []byte(`{"trace":{}}`)
		return a, nil
	}
	inspected := marshal(map[string]string{"inspectedBytes": strconv.FormatInt(stats.Bytes, 10)})
	a.body = jsonTrace(`{"trace":{"resourceSpans":`, t.Spans, `},"metrics":`+string(inspected)+`}`)
	return a, nil
}

// grouped sorts nothing away: spans stay in their order within a resource and
// scope, which come in the order in which they are first seen.
func grouped(spans []span.Span) []span.Span {
	type home struct {
		res   *span.Resource
		scope *span.Scope
	}
	index := map[home]int{}
	var groups [][]span.Span
	resources := map[*span.Resource]int{}
	var byResource [][]int
	for _, s := range spans {
		k := home{s.Resource, s.Scope}
		g, ok := index[k]
		if !ok {
			g = len(groups)
			index[k] = g
			groups = append(groups, nil)
			r, ok := resources[s.Resource]
			if !ok {
				r = len(byResource)
				resources[s.Resource] = r
				byResource = append(byResource, nil)
			}
			byResource[r] = append(byResource[r], g)
		}
		groups[g] = append(groups[g], s)
	}
	out := make([]span.Span, 0, len(spans))
	for _, list := range byResource {
		for _, g := range list {
			out = append(out, groups[g]...)
		}
	}
	return out
}

// protoTrace is Tempo's message Trace, which has the wire of OTLP's TracesData.
func protoTrace(t *query.Trace) ([]byte, error) {
	return (&ptrace.ProtoMarshaler{}).MarshalTraces(span.ToOTLP(grouped(t.Spans)))
}

// protoTraceV2 is Tempo's message TraceByIDResponse: trace = 1, metrics = 2 with
// inspectedBytes = 1. Status 0 is complete and not written.
func protoTraceV2(t *query.Trace, stats query.Stats) ([]byte, error) {
	var trace []byte
	if t != nil {
		var err error
		if trace, err = protoTrace(t); err != nil {
			return nil, err
		}
	}
	out := binary.AppendUvarint([]byte{1<<3 | 2}, uint64(len(trace)))
	out = append(out, trace...)
	metrics := binary.AppendUvarint([]byte{1 << 3}, uint64(stats.Bytes))
	out = binary.AppendUvarint(append(out, 2<<3|2), uint64(len(metrics)))
	return append(out, metrics...), nil
}
