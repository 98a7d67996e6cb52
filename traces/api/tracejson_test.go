package api

import (
	"bytes"
	"encoding/json"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.opentelemetry.io/collector/pdata/ptrace"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"

	"supersonic/traces/query"
	"supersonic/traces/span"
)

// Protobuf's own mapping is the oracle: both forms of an answer are one trace.
func TestATraceInJSONIsTheOneInProtobuf(t *testing.T) {
	trace := query.NewTrace([16]byte{1}, span.FromOTLP(oddTrace()))
	raw, err := protoTrace(trace)
	if err != nil {
		t.Fatal(err)
	}
	text := jsonTrace(`{"resourceSpans":`, trace.Spans, `}`)
	if !json.Valid(text) {
		t.Fatalf("no JSON: %s", text)
	}
	var fromProto, fromJSON tracepb.TracesData
	if err := proto.Unmarshal(raw, &fromProto); err != nil {
		t.Fatal(err)
	}
	if err := protojson.Unmarshal(text, &fromJSON); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	if diff := cmp.Diff(&fromProto, &fromJSON, protocmp.Transform(), cmpopts.EquateNaNs()); diff != "" {
		t.Errorf("protobuf (-) and JSON (+): %s", diff)
	}
	if bytes.Contains(text, []byte("<")) {
		t.Errorf("a browser could take it for a page: %s", text)
	}
}

// oddTrace has two resources and scopes, and each field and kind of value, also empty
// and with what JSON writes otherwise.
func oddTrace() ptrace.Traces {
	td := ptrace.NewTraces()
	for _, name := range []string{"a", "b"} {
		rs := td.ResourceSpans().AppendEmpty()
		rs.SetSchemaUrl("https://schema/" + name)
		rs.Resource().Attributes().PutStr("service.name", name)
		rs.Resource().SetDroppedAttributesCount(1)
		for _, scope := range []string{"", `x<"\` + "\n\x00é\u2028\U0001f600"} {
			ss := rs.ScopeSpans().AppendEmpty()
			ss.SetSchemaUrl(scope)
			ss.Scope().SetName(scope)
			ss.Scope().SetVersion(scope)
			ss.Scope().SetDroppedAttributesCount(2)
			oddSpan(ss.Spans().AppendEmpty())
			plain := ss.Spans().AppendEmpty()
			plain.SetTraceID([16]byte{1})
			plain.SetSpanID([8]byte{3})
		}
	}
	return td
}

func oddSpan(s ptrace.Span) {
	s.SetTraceID([16]byte{1})
	s.SetSpanID([8]byte{2})
	s.SetParentSpanID([8]byte{3})
	s.SetName("a&b")
	s.SetKind(ptrace.SpanKindConsumer)
	s.SetFlags(0x301)
	s.SetStartTimestamp(math.MaxInt64)
	s.SetEndTimestamp(1)
	s.TraceState().FromRaw("a=b")
	s.SetDroppedAttributesCount(1)
	s.SetDroppedEventsCount(2)
	s.SetDroppedLinksCount(math.MaxUint32)
	s.Status().SetCode(ptrace.StatusCodeError)
	s.Status().SetMessage("lost")
	event := s.Events().AppendEmpty()
	event.SetTimestamp(5)
	event.SetDroppedAttributesCount(4)
	event.Attributes().PutEmpty("nothing")
	s.Events().AppendEmpty().SetName("e")
	link := s.Links().AppendEmpty()
	link.SetTraceID([16]byte{9})
	link.SetSpanID([8]byte{9})
	link.SetFlags(1)
	link.TraceState().FromRaw("c=d")
	link.Attributes().PutBool("b", false)
	attrs := s.Attributes()
	attrs.PutStr("empty", "")
	attrs.PutInt("least", math.MinInt64)
	for name, f := range map[string]float64{"nan": math.NaN(), "up": math.Inf(1), "down": math.Inf(-1), "small": 1e-9, "large": 1e300, "whole": 5} {
		attrs.PutDouble(name, f)
	}
	attrs.PutEmptyBytes("bytes").FromRaw([]byte{0, 0xff, 0xfe})
	attrs.PutEmptySlice("none")
	list := attrs.PutEmptySlice("list")
	list.AppendEmpty()
	list.AppendEmpty().SetInt(1)
	list.AppendEmpty().SetEmptySlice().AppendEmpty().SetStr("deep")
	inner := attrs.PutEmptyMap("map")
	inner.PutEmptyMap("empty")
	inner.PutStr("k\"", "v")
}
