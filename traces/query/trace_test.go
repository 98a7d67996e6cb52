package query

import (
	"testing"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/internal/attr"
	"supersonic/traces/span"
)

func testSpan(id byte, name string, start, end uint64) span.Span {
	res := pcommon.NewMap()
	res.PutStr("service.name", "service")
	return span.Span{TraceID: span.TraceID{15: 1}, ID: span.ID{7: id}, Name: name, Start: start, End: end,
		Attrs: pcommon.NewMap(), Resource: &span.Resource{Attrs: res}, Scope: &span.Scope{Attrs: pcommon.NewMap()}}
}

func TestSpanThatWasSentTwiceIsOne(t *testing.T) {
	short, long := testSpan(1, "a", 10, 12), testSpan(1, "a", 10, 20)
	other := testSpan(1, "a", 11, 15)
	other.Kind = ptrace.SpanKindClient // Zipkin's halves share an id
	got := NewTrace(span.TraceID{15: 1}, []span.Span{short, other, long, short})
	if len(got.Spans) != 2 || got.Spans[0].End != 20 || got.Spans[1].Kind != ptrace.SpanKindClient || got.Start != 10 || got.End != 20 {
		t.Errorf("the trace is %+v, want the longer span and the client's", got)
	}
}

func TestSpansWithoutThresholdWeighAsTheirTraceWasSampled(t *testing.T) {
	ingress, server, own := testSpan(1, attr.Ingress, 10, 90), testSpan(2, "compute", 20, 80), testSpan(3, "compute", 20, 80)
	ingress.TraceState, ingress.Weight = "ot=th:0", 1 // kept because it failed
	ingress.Attrs.PutStr(attr.HeadThreshold, "c")     // sampled at a quarter
	own.TraceState = "ot=th:8"                        // sampled by itself, at a half
	server.Weight = 3                                 // what a piece of the trace told, without its ingress
	got := NewTrace(span.TraceID{15: 1}, []span.Span{server, ingress, own})
	weights := map[byte]float64{}
	for _, s := range got.Spans {
		weights[s.ID[7]] = s.Weight
	}
	if weights[1] != 1 || weights[2] != 4 || weights[3] != 2 {
		t.Errorf("weights are %v, want 1, 4 and 2", weights)
	}
	alone := NewTrace(span.TraceID{15: 1}, []span.Span{server})
	if alone.Spans[0].Weight != 0 {
		t.Errorf("weight without an ingress is %v, want 0 for unknown", alone.Spans[0].Weight)
	}
}

func TestTagReadersFindEveryScope(t *testing.T) {
	for _, wrong := range []string{"", ".", `.""`} {
		if _, err := parseTag(wrong); err == nil {
			t.Errorf("%q is taken for a tag", wrong)
		}
	}
	for _, right := range []string{"span.a", `span."a b"`, "resource.a.b", ".a", "a", "event.a", "link.a", "instrumentation.a", "name", "event:name", "traceDuration"} {
		if _, err := parseTag(right); err != nil {
			t.Errorf("%q: %v", right, err)
		}
	}
}

func TestANameInQuotesIsReadAsTraceQLWritesIt(t *testing.T) {
	for quoted, name := range map[string]string{
		`span."a b"`: "a b", `span."has \"quotes\""`: `has "quotes"`, `."back\\slash"`: `back\slash`, "span.`as \\ it is`": `as \ it is`,
		`"a\tb"`: "a\tb", `span."an \escape"`: `an \escape`, `span."`: `"`, `span.a"b"`: `a"b"`,
	} {
		if got, err := parseTag(quoted); err != nil || got.name != name {
			t.Errorf("%s is read as %q, %v, want %q", quoted, got.name, err, name)
		}
	}
}
