package api

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/traces/query"
	"supersonic/traces/span"
)

// Limits of an export: the traces of one answer when nothing is said, and the
// most; and the spans after which an answer ends early.
const (
	defaultExport  = 1000
	maxExport      = 5000
	maxExportSpans = 100_000
)

// headerNextEnd tells the `end` with which the same question goes on, in Unix
// nanoseconds. It is there if an answer was cut.
const headerNextEnd = "X-Supersonic-Next-End"

// export answers the newest traces that a query selects, whole, in one message
// that has the wire of OTLP's TracesData. What a limit cuts is asked for next with
// the end that the answer tells: one trace comes again then.
func (h *Handler) export(ctx context.Context, e query.Engine, r *http.Request) (answer, error) {
	a := answer{kind: typeProto}
	params, err := paramsOf(r)
	if err != nil {
		return a, err
	}
	req, err := parseSelection(params, defaultExport, maxExport)
	if err != nil {
		return a, err
	}
	found, err := e.Search(ctx, req)
	a.stats, a.warnings = found.Stats, found.Warnings
	if err != nil {
		return a, err
	}
	spans, next, err := h.whole(ctx, e, found, &a.stats)
	if err != nil {
		return a, err
	}
	if next != 0 {
		a.next = strconv.FormatUint(next, 10)
	}
	a.body, err = (&ptrace.ProtoMarshaler{}).MarshalTraces(span.ToOTLP(spans))
	return a, err
}

// whole reads the traces that were found, until their spans are many; next is where
// to go on, 0 if they are all. One that was deleted meanwhile is left out.
func (h *Handler) whole(ctx context.Context, e query.Engine, found query.SearchResult, stats *query.Stats) (spans []span.Span, next uint64, err error) {
	for i, hit := range found.Traces {
		if len(spans) >= maxExportSpans {
			return spans, found.Traces[i-1].Start, nil
		}
		t, cost, err := e.Trace(ctx, hit.ID)
		if errors.Is(err, query.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, 0, err
		}
		stats.Bytes += cost.Bytes
		spans = append(spans, t.Spans...)
	}
	if n := len(found.Traces); found.More && n > 0 {
		next = found.Traces[n-1].Start
	}
	return spans, next, nil
}
