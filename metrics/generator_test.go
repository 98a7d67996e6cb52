package metrics_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/internal/sampling"
	"supersonic/traces/generator"
	"supersonic/traces/otlp"
)

// The generator and this receiver meet over remote write alone; here they meet.
func TestTheGeneratorsEdgesAreCountedExactlyByIncrease(t *testing.T) {
	w := start(t, config(t.TempDir()))
	g, err := generator.New(generator.Config{ServiceGraphs: true, SpanMetrics: true, RemoteWriteURL: w.url + "/api/v1/write"}, generator.Deps{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- g.Run(ctx) }()

	const calls, weight = 200, 100.0
	for i := range calls {
		g.Consume(sampledCall(t, i))
	}
	sent := time.Now()
	// increase() up to the newest sample extrapolates nothing.
	want := fmt.Sprint(calls * weight)
	w.eventually(want, func() string {
		newest := w.newest("traces_service_graph_request_total")
		_, a := w.api("/query", "query", "sum by (client, server) (increase(traces_service_graph_request_total[1m]))", "time", newest)
		value, _, _ := strings.Cut(strings.TrimPrefix(after(string(a.Data), `"value":[`+newest), `,"`), `"`)
		if f, err := strconv.ParseFloat(value, 64); err == nil {
			return strconv.FormatFloat(f, 'f', 0, 64)
		}
		return string(a.Data)
	})
	if got := w.query("round(sum(traces_spanmetrics_calls_total))"); got != "{} "+want {
		t.Errorf("span metrics: %s", got)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	// At the end the calls whose server spans never came are settled.
	if got := w.query("round(sum(last_over_time(traces_service_graph_request_server_seconds_count[1m])))"); got != "{} "+want {
		t.Errorf("server_seconds_count: %s", got)
	}
	_, a := w.api("/query_exemplars", "query", "traces_service_graph_request_client_seconds_bucket",
		"start", strconv.FormatInt(sent.Unix()-10, 10), "end", strconv.FormatInt(sent.Unix()+30, 10))
	if !strings.Contains(string(a.Data), `"trace_id":"000000000000000000000000000000`) {
		t.Errorf("exemplars: %s", a.Data)
	}
	if log := w.log.String(); strings.Contains(log, "ERROR") {
		t.Errorf("the receiver complains:\n%s", log)
	}
}

// newest is the time stamp of the newest sample of a series, as the API writes it.
func (w *world) newest(name string) string {
	w.t.Helper()
	_, value, _ := strings.Cut(w.query("max(timestamp("+name+"))"), " ")
	return value
}

func after(s, mark string) string {
	_, rest, _ := strings.Cut(s, mark)
	return rest
}

func sampledCall(t *testing.T, i int) *otlp.Batch {
	t.Helper()
	td := ptrace.NewTraces()
	rs := td.ResourceSpans().AppendEmpty()
	rs.Resource().Attributes().PutStr("service.name", "supersonic-envoy-0")
	s := rs.ScopeSpans().AppendEmpty().Spans().AppendEmpty()
	now := time.Now()
	s.SetTraceID(pcommon.TraceID{15: byte(i + 1)})
	s.SetSpanID(pcommon.SpanID{7: 1})
	s.SetName("ingress")
	s.SetKind(ptrace.SpanKindClient)
	s.SetStartTimestamp(pcommon.NewTimestampFromTime(now.Add(-300 * time.Millisecond)))
	s.SetEndTimestamp(pcommon.NewTimestampFromTime(now))
	s.TraceState().FromRaw(sampling.WithThreshold("", sampling.FromProbability(0.01)))
	s.Attributes().PutStr("grpc.path", "/inference.GRPCInferenceService/ModelInfer")
	s.Attributes().PutStr("peer.service", "supersonic-triton-0")
	raw, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(td)
	if err != nil {
		t.Fatal(err)
	}
	b, err := otlp.NewDecoder(otlp.Limits{}).Decode(raw, uint64(now.UnixNano()))
	if err != nil {
		t.Fatal(err)
	}
	return b
}
