package query

import (
	"context"
	"errors"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/ui/frame"
	"supersonic/ui/grafana"
	"supersonic/ui/payload"
	"supersonic/ui/source"
)

// mostTraceSpans bounds the rows of one trace.
const mostTraceSpans = 20_000

// oneTrace is a trace as a table of its spans, the frame "Trace".
func (r *Runner) oneTrace(ctx context.Context, q Question, d Source, t grafana.Target, id string) answer {
	id = source.FullID(id)
	a := answer{note: payload.QueryNote{RefID: t.RefID, Source: d.Name, Type: d.Type, Expr: id,
		Explore: explore(d, q.Env, readFields(t.JSON).with("query", id, "queryType", "traceql"))}}
	got, shared, err := ask(ctx, r, d, "trace\x00"+id, func(ctx context.Context) (ptrace.Traces, int, error) {
		td, _, err := d.tempo().Trace(ctx, id)
		if err != nil {
			return td, 0, err
		}
		return td, 600 * td.SpanCount(), nil
	})
	if errors.Is(err, source.ErrNoTrace) {
		err = &Absent{"the trace store has no trace " + id, "it was not sampled, has not arrived yet, or is older than the retention"}
	}
	if err != nil {
		a.fail(err)
		return a
	}
	a.note.Series, a.note.Shared = got.SpanCount(), shared
	a.frames = []frame.Frame{spansOf(t.RefID, id, got)}
	return a
}

// spansOf has one row a span, with the columns of Grafana's frame of a trace.
func spansOf(refID, id string, td ptrace.Traces) frame.Frame {
	var ids, spanIDs, parents, operations, services, kinds, statuses []string
	var starts, durations []float64
	for _, rs := range td.ResourceSpans().All() {
		service := word(rs.Resource().Attributes(), "service.name")
		for _, ss := range rs.ScopeSpans().All() {
			for _, s := range ss.Spans().All() {
				if len(ids) >= mostTraceSpans {
					break
				}
				ids, spanIDs, parents = append(ids, id), append(spanIDs, s.SpanID().String()), append(parents, s.ParentSpanID().String())
				operations, services = append(operations, s.Name()), append(services, service)
				kinds, statuses = append(kinds, strings.ToLower(s.Kind().String())), append(statuses, strings.ToLower(s.Status().Code().String()))
				starts = append(starts, float64(s.StartTimestamp())/1e6)
				durations = append(durations, (float64(s.EndTimestamp())-float64(s.StartTimestamp()))/1e6)
			}
		}
	}
	return frame.Frame{Name: "Trace", RefID: refID, Fields: []frame.Field{
		{Name: "traceID", Kind: frame.Text, Display: "Trace ID", Texts: ids, Link: toTrace},
		{Name: "spanID", Kind: frame.Text, Texts: spanIDs}, {Name: "parentSpanID", Kind: frame.Text, Texts: parents},
		{Name: "operationName", Kind: frame.Text, Texts: operations}, {Name: "serviceName", Kind: frame.Text, Texts: services},
		{Name: "kind", Kind: frame.Text, Texts: kinds}, {Name: "statusCode", Kind: frame.Text, Texts: statuses},
		{Name: "startTime", Kind: frame.Time, Values: starts}, {Name: "duration", Kind: frame.Number, Unit: "ms", Values: durations},
	}}
}

func word(attrs pcommon.Map, key string) string {
	if v, ok := attrs.Get(key); ok {
		return v.AsString()
	}
	return ""
}
