package query

import (
	"context"
	"encoding/binary"
	"testing"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"supersonic/traces/span"
)

// endless is a source of n traces of two spans, newest first.
type endless struct{ n int }

func (e endless) Trace(context.Context, span.TraceID) (*Trace, Stats, error) {
	return nil, Stats{}, ErrNotFound
}

func (e endless) Scan(_ context.Context, _ Range, v Visitor) (stats Stats, err error) {
	for i := e.n; i > 0; i-- {
		t := e.trace(i)
		stats.Add(Stats{Traces: 1, Spans: len(t.Spans)})
		if got := v.Eval(t); got != nil && !v.Emit(got) {
			break
		}
	}
	return stats, nil
}

func (endless) trace(i int) *Trace {
	var id span.TraceID
	binary.BigEndian.PutUint64(id[8:], uint64(i))
	spans := make([]span.Span, 2)
	for j := range spans {
		spans[j] = span.Span{TraceID: id, ID: span.ID{7: byte(j + 1)}, Start: uint64(i), End: uint64(i),
			Attrs: pcommon.NewMap(), Resource: &span.Resource{Attrs: pcommon.NewMap()}, Scope: &span.Scope{Attrs: pcommon.NewMap()}}
		spans[j].Attrs.PutInt("step", int64(j))
	}
	return NewTrace(id, spans)
}

func TestTagsAreReadOffTheNewestSpansAlone(t *testing.T) {
	for _, c := range []struct {
		traces int
		recent bool
	}{{100, false}, {MaxTagSpans / 2, false}, {MaxTagSpans, true}} {
		e := New(endless{c.traces})
		for _, q := range []string{"", "{ span.step = 1 }"} {
			names, err := e.TagNames(t.Context(), TagNamesRequest{Query: q})
			if err != nil {
				t.Fatal(err)
			}
			values, err := e.TagValues(t.Context(), TagValuesRequest{Tag: "span.step", Query: q})
			if err != nil {
				t.Fatal(err)
			}
			if names.Recent != c.recent || values.Recent != c.recent {
				t.Errorf("%d traces, %q: names cut %t, values cut %t, want %t", c.traces, q, names.Recent, values.Recent, c.recent)
			}
			if want := min(2*c.traces, MaxTagSpans+2); names.Stats.Spans != want || values.Stats.Spans != want {
				t.Errorf("%d traces, %q: looked at %d and %d spans, want %d", c.traces, q, names.Stats.Spans, values.Stats.Spans, want)
			}
			if got := names.Names[ScopeSpan]; len(got) != 1 || got[0] != "step" || len(values.Values) == 0 {
				t.Errorf("%d traces, %q: names %q, values %v", c.traces, q, got, values.Values)
			}
		}
	}
}
