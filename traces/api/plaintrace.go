package api

import (
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"supersonic/traces/query"
	"supersonic/traces/span"
)

// The types below are a trace as application/vnd.grafana.llm asks for it: short,
// with attributes as plain values and times that a reader need not convert. The
// shape is ours: Tempo documents none.
type (
	plainTrace struct {
		TraceID  string         `json:"traceId,omitempty"`
		Start    string         `json:"start,omitempty"`
		Duration string         `json:"duration,omitempty"`
		Services []plainService `json:"services,omitempty"`
	}
	plainService struct {
		Resource map[string]any `json:"resource"`
		Spans    []plainSpan    `json:"spans"`
	}
	plainSpan struct {
		ID         string         `json:"spanId"`
		Parent     string         `json:"parentSpanId,omitempty"`
		Name       string         `json:"name"`
		Kind       string         `json:"kind,omitempty"`
		Status     string         `json:"status,omitempty"`
		StatusText string         `json:"statusMessage,omitempty"`
		After      string         `json:"startsAfter"` // the start of the trace
		Duration   string         `json:"duration"`
		Scope      string         `json:"instrumentation,omitempty"`
		Attributes map[string]any `json:"attributes,omitempty"`
		Events     []plainEvent   `json:"events,omitempty"`
	}
	plainEvent struct {
		Name       string         `json:"name"`
		After      string         `json:"after"` // the start of the span
		Attributes map[string]any `json:"attributes,omitempty"`
	}
)

// newPlainTrace is empty for nil, an absent trace.
func newPlainTrace(t *query.Trace) plainTrace {
	if t == nil {
		return plainTrace{}
	}
	out := plainTrace{TraceID: t.ID.String(), Start: time.Unix(0, int64(t.Start)).UTC().Format(time.RFC3339Nano), Duration: time.Duration(t.Duration()).String()}
	var last *span.Resource
	spans := grouped(t.Spans)
	for i := range spans {
		s := &spans[i]
		if i == 0 || s.Resource != last {
			last = s.Resource
			out.Services = append(out.Services, plainService{Resource: plainAttrs(last.Attrs)})
		}
		to := &out.Services[len(out.Services)-1]
		to.Spans = append(to.Spans, newPlainSpan(t, s))
	}
	return out
}

func newPlainSpan(t *query.Trace, s *span.Span) plainSpan {
	out := plainSpan{
		ID: s.ID.String(), Name: s.Name, Kind: kindNames[s.Kind], Status: statusNames[s.Status], StatusText: s.StatusText,
		After: between(t.Start, s.Start), Duration: time.Duration(s.Duration()).String(), Scope: s.Scope.Name, Attributes: plainAttrs(s.Attrs),
	}
	if !s.Parent.IsZero() {
		out.Parent = s.Parent.String()
	}
	for i := range s.Events {
		e := &s.Events[i]
		out.Events = append(out.Events, plainEvent{e.Name, between(s.Start, e.Time), plainAttrs(e.Attrs)})
	}
	return out
}

// between is the time from one instant to another, which may be before it.
func between(from, to uint64) string { return time.Duration(to - from).String() }

func plainAttrs(m pcommon.Map) map[string]any {
	out := make(map[string]any, m.Len())
	for k, v := range m.All() {
		out[k] = plainValue(v)
	}
	return out
}

func plainValue(v pcommon.Value) any {
	switch v.Type() {
	case pcommon.ValueTypeDouble:
		return jsonFloat(v.Double())
	case pcommon.ValueTypeSlice:
		list := make([]any, v.Slice().Len())
		for i := range list {
			list[i] = plainValue(v.Slice().At(i))
		}
		return list
	case pcommon.ValueTypeMap:
		return plainAttrs(v.Map())
	}
	return v.AsRaw()
}
