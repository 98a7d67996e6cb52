package collector

import (
	"bytes"
	"context"
	"encoding/binary"
	"net/http"
	"testing"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// request builds OTLP requests: one resource and the spans added to it.
type request struct {
	ptrace.Traces
	spans ptrace.SpanSlice
}

// from is a request of a service; its attributes go to the resource in pairs.
func from(service string, attrs ...string) request {
	td := ptrace.NewTraces()
	rs := td.ResourceSpans().AppendEmpty()
	rs.Resource().Attributes().PutStr("service.name", service)
	for i := 0; i+1 < len(attrs); i += 2 {
		rs.Resource().Attributes().PutStr(attrs[i], attrs[i+1])
	}
	return request{td, rs.ScopeSpans().AppendEmpty().Spans()}
}

// and adds a span of 5 ms to trace number trace.
func (r request) and(trace int, name, state string, attrs ...string) request {
	s := r.spans.AppendEmpty()
	s.SetTraceID(traceID(trace))
	var id pcommon.SpanID
	binary.BigEndian.PutUint32(id[:], uint32(trace))
	copy(id[4:], name)
	s.SetSpanID(id)
	s.SetName(name)
	s.SetKind(ptrace.SpanKindServer)
	s.TraceState().FromRaw(state)
	s.SetStartTimestamp(1e18)
	s.SetEndTimestamp(1e18 + 5e6)
	for i := 0; i+1 < len(attrs); i += 2 {
		s.Attributes().PutStr(attrs[i], attrs[i+1])
	}
	return r
}

func traceID(n int) pcommon.TraceID {
	var id pcommon.TraceID
	binary.BigEndian.PutUint64(id[8:], uint64(n)+1)
	return id
}

// send exports over gRPC.
func (r request) send(t testing.TB, addr string) {
	t.Helper()
	conn, err := grpc.NewClient(addr, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := ptraceotlp.NewGRPCClient(conn).Export(context.Background(), ptraceotlp.NewExportRequestFromTraces(r.Traces)); err != nil {
		t.Fatal(err)
	}
}

// post exports over HTTP, as JSON as Triton does, or as protobuf.
func (r request) post(t testing.TB, addr string, json bool) {
	t.Helper()
	req := ptraceotlp.NewExportRequestFromTraces(r.Traces)
	body, err := req.MarshalProto()
	kind := "application/x-protobuf"
	if json {
		body, err = req.MarshalJSON()
		kind = "application/json"
	}
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.Post("http://"+addr+"/v1/traces", kind, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("POST /v1/traces: %s", resp.Status)
	}
}
