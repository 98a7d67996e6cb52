package api

import (
	"fmt"
	"testing"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/traceql"
	"supersonic/traces/query"
	"supersonic/traces/span"
)

// BenchmarkAnswer tells what writing an answer costs, beside finding it.
func BenchmarkAnswer(b *testing.B) {
	series := make([]traceql.Series, 100)
	for i := range series {
		s := &series[i]
		s.Labels = []traceql.Label{{Name: "p", Value: traceql.Float(0.9)}, {Name: "span.triton.model_name", Value: traceql.String(fmt.Sprint("model_", i))}}
		for k := range 60 {
			s.Points = append(s.Points, traceql.Point{Time: 1795395600e9 + uint64(k)*60e9, Value: float64(k*i) / 60})
		}
	}
	b.Run("100 series of 60 points", func(b *testing.B) {
		for b.Loop() {
			jsonOf(jsonRange{Series: newSeries(series, 100)})
		}
	})
	t := benchTrace()
	b.Run("trace of 500 spans as JSON", func(b *testing.B) {
		for b.Loop() {
			jsonTrace(`{"batches":`, t.Spans, `}`)
		}
	})
	b.Run("trace of 500 spans as protobuf", func(b *testing.B) {
		for b.Loop() {
			if _, err := protoTrace(t); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// benchTrace is 500 spans with 8 attributes and 3 events each.
func benchTrace() *query.Trace {
	td := ptrace.NewTraces()
	rs := td.ResourceSpans().AppendEmpty()
	rs.Resource().Attributes().PutStr("service.name", "triton-0")
	list := rs.ScopeSpans().AppendEmpty().Spans()
	for i := range 500 {
		s := list.AppendEmpty()
		s.SetTraceID([16]byte{1})
		s.SetSpanID([8]byte{1, byte(i >> 8), byte(i)})
		s.SetName("compute")
		s.SetStartTimestamp(1795395600e9)
		s.SetEndTimestamp(1795395601e9)
		for k := range 8 {
			s.Attributes().PutStr(fmt.Sprint("triton.key_", k), "some value of it")
		}
		for k := range 3 {
			e := s.Events().AppendEmpty()
			e.SetName("COMPUTE_START")
			e.Attributes().PutInt("triton.steady_timestamp_ns", int64(k)*1e12)
		}
	}
	return query.NewTrace([16]byte{1}, span.FromOTLP(td))
}
