package api

import (
	"context"
	"encoding/binary"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/traces/query"
	"supersonic/traces/span"
)

const (
	typeJSON  = "application/json"
	typeProto = "application/protobuf"
)

func wantsProto(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept"), typeProto)
}

func (h *Handler) trace(ctx context.Context, r *http.Request) (*query.Trace, query.Stats, error) {
	id, err := parseTraceID(r.PathValue("id"))
	if err != nil {
		return nil, query.Stats{}, err
	}
	if _, err := parseRange(r.URL.Query()); err != nil {
		return nil, query.Stats{}, err
	}
	return h.engine.Trace(ctx, id)
}

func (h *Handler) traceV1(ctx context.Context, r *http.Request) (answer, error) {
	t, stats, err := h.trace(ctx, r)
	if err != nil {
		return answer{stats: stats}, err
	}
	if wantsProto(r) {
		body, err := protoTrace(t)
		return answer{kind: typeProto, body: body, stats: stats}, err
	}
	return answer{kind: typeJSON, stats: stats, body: marshal(map[string]any{"batches": jsonBatches(t.Spans)})}, nil
}

func (h *Handler) traceV2(ctx context.Context, r *http.Request) (answer, error) {
	t, stats, err := h.trace(ctx, r)
	if err != nil && !errors.Is(err, query.ErrNotFound) {
		return answer{stats: stats}, err
	}
	if wantsProto(r) {
		body, err := protoTraceV2(t, stats)
		return answer{kind: typeProto, body: body, stats: stats}, err
	}
	trace := map[string]any{}
	out := map[string]any{"trace": trace}
	if t != nil {
		trace["resourceSpans"] = jsonBatches(t.Spans)
		out["metrics"] = map[string]string{"inspectedBytes": strconv.FormatInt(stats.Bytes, 10)}
	}
	return answer{kind: typeJSON, stats: stats, body: marshal(out)}, nil
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
