package generator

import (
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"
)

func spanMetricsOnly(c *Config) { c.ServiceGraphs, c.SpanMetrics = false, true }

const ingressLabels = `{service="gateway-0",span_kind="SPAN_KIND_CLIENT",span_name="ingress",status_code="STATUS_CODE_UNSET"}`
const inferLabels = `{service="triton-0",span_kind="SPAN_KIND_SERVER",span_name="InferRequest",status_code="STATUS_CODE_UNSET"}`

func TestSpanMetricsAreTemposNameForName(t *testing.T) {
	inWorld(t, spanMetricsOnly, func(w *world) {
		s := ingress(1, "ModelInfer", 300*time.Millisecond, sampled(0.25))
		w.consume(s)
		w.pass(2 * time.Second)
		w.want("calls_total"+ingressLabels, 4)
		w.want("latency_count"+ingressLabels, 4)
		w.want("latency_sum"+ingressLabels, 1.2)
		w.want("size_total"+ingressLabels, 4*float64(spanSize(&decode(t, export(s)).Spans[0])))
		w.want(`latency_bucket{le="0.256",service="gateway-0",span_kind="SPAN_KIND_CLIENT",span_name="ingress",status_code="STATUS_CODE_UNSET"}`, 0)
		w.want(`latency_bucket{le="0.512",service="gateway-0",span_kind="SPAN_KIND_CLIENT",span_name="ingress",status_code="STATUS_CODE_UNSET"}`, 4)
		for _, le := range []string{"0.002", "16.384", "+Inf"} {
			if len(w.of(`latency_bucket{le="`+le+`",service="gateway-0",span_kind="SPAN_KIND_CLIENT",span_name="ingress",status_code="STATUS_CODE_UNSET"}`)) == 0 {
				w.Errorf("no bucket %s", le)
			}
		}
		if n := len(w.names()); n != 2+2+15 {
			w.Errorf("%d series, want calls, size, sum, count and 15 buckets", n)
		}
	})
}

func TestASpanWithoutThresholdTakesTheOneOfItsTrace(t *testing.T) {
	inWorld(t, spanMetricsOnly, func(w *world) {
		w.consume(inferRequest(1, 2, time.Second)) // waits
		w.pass(3 * time.Second)
		w.want("calls_total"+inferLabels, 0)
		w.consume(ingress(1, "ModelInfer", time.Second, sampled(0.1)))
		w.consume(inferRequest(1, 3, time.Second)) // after it
		w.pass(2 * time.Second)
		w.want("calls_total"+inferLabels, 20)
	})
}

func TestTheHeadThresholdOfAKeptCallIsThatOfItsServerSpans(t *testing.T) {
	inWorld(t, spanMetricsOnly, func(w *world) {
		w.consume(
			inferRequest(1, 2, time.Second),
			ingress(1, "ModelInfer", time.Second, sampled(1), attribute("supersonic.head_threshold", "c")), // 25 %
		)
		w.pass(2 * time.Second)
		w.want("calls_total"+ingressLabels, 1)
		w.want("calls_total"+inferLabels, 4)
	})
}

func TestAWeightThatIsNotKnownAfterTenSecondsIsOneAndCounted(t *testing.T) {
	inWorld(t, spanMetricsOnly, func(w *world) {
		w.consume(inferRequest(1, 2, time.Second))
		w.pass(10*time.Second - time.Nanosecond)
		if n := w.counter("weights_assumed_total"); n != 0 {
			w.Error("given up too early")
		}
		w.pass(2 * time.Second)
		w.want("calls_total"+inferLabels, 1)
		if n := w.counter("weights_assumed_total", "reason=head_not_seen"); n != 1 {
			w.Errorf("counted %v", n)
		}
	})
}

func TestARootWithoutThresholdSettlesItsTrace(t *testing.T) {
	inWorld(t, spanMetricsOnly, func(w *world) {
		w.consume(
			makeSpan(1, 2, 1, "api", "query", ptrace.SpanKindInternal, time.Second),
			makeSpan(1, 1, 0, "api", "serve", ptrace.SpanKindServer, time.Second),
		)
		w.pass(2 * time.Second)
		w.want(`calls_total{service="api",span_kind="SPAN_KIND_INTERNAL",span_name="query",status_code="STATUS_CODE_UNSET"}`, 1)
	})
}

func TestSpansThatWaitForAWeightAreBounded(t *testing.T) {
	inWorld(t, func(c *Config) { spanMetricsOnly(c); c.MaxPending = 5 }, func(w *world) {
		for i := range byte(8) {
			w.consume(inferRequest(i, 2, time.Second))
		}
		w.pass(2 * time.Second)
		w.want("calls_total"+inferLabels, 3)
		if n := w.counter("weights_assumed_total", "reason=no_room_to_wait"); n != 3 {
			w.Errorf("counted %v", n)
		}
	})
}

func TestDimensionsBecomeLabels(t *testing.T) {
	inWorld(t, func(c *Config) {
		spanMetricsOnly(c)
		c.Spans.Dimensions = []string{"triton.model_name", "service.name", "absent"}
		c.ExternalLabels = map[string]string{"site": "here"}
	}, func(w *world) {
		w.consume(inferRequest(1, 2, time.Second, sampled(1), attribute("triton.model_name", "tau_id"), failing))
		w.pass(2 * time.Second)
		w.want(`calls_total{service="triton-0",service_name="triton-0",site="here",span_kind="SPAN_KIND_SERVER",span_name="InferRequest",`+
			`status_code="STATUS_CODE_ERROR",triton_model_name="tau_id"}`, 1)
	})
}

func TestSeriesAreLimited(t *testing.T) {
	inWorld(t, func(c *Config) { spanMetricsOnly(c); c.MaxSeries = 40 }, func(w *world) {
		for i, name := range []string{"a", "b", "c"} {
			w.consume(makeSpan(1, byte(i+1), 0, "api", name, ptrace.SpanKindServer, time.Second, sampled(1)))
		}
		w.pass(2 * time.Second)
		w.want(`calls_total{metric_overflow="true"}`, 1)
		if n := w.counter("series"); n != 38+19 {
			w.Errorf("%v series", n)
		}
		if n := w.counter("overflow_total", "processor=span-metrics"); n != 1 {
			w.Errorf("counted %v", n)
		}
	})
}

func TestLabelNamesAreMadeValid(t *testing.T) {
	for in, want := range map[string]string{"triton.model_name": "triton_model_name", "9lives": "_9lives", "": "_", "größe": "gr__e"} {
		if got := labelName(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}

func TestTheSizeOfASpanIsThatOfItsProtobuf(t *testing.T) {
	full := func(m *made) {
		m.TraceState, m.Flags, m.StatusText, m.Status = "ot=th:8", 0x101, "gone", ptrace.StatusCodeError
		m.Dropped, m.DroppedEvents, m.DroppedLn = 1, 200, 3
		m.Attrs.PutInt("int", -1)
		m.Attrs.PutInt("zero", 0)
		m.Attrs.PutBool("no", false)
		m.Attrs.PutDouble("pi", 3.14)
		m.Attrs.PutEmpty("empty")
		m.Attrs.PutStr("none", "")
		m.Attrs.PutEmptyBytes("bytes").FromRaw([]byte{1, 2, 3})
		list := m.Attrs.PutEmptySlice("list")
		list.AppendEmpty().SetStr("x")
		list.AppendEmpty().SetInt(300)
		m.Attrs.PutEmptyMap("map").PutStr("k", "v")
		m.more = func(s ptrace.Span) {
			e := s.Events().AppendEmpty()
			e.SetTimestamp(5)
			e.SetName("REQUEST_SENT")
			e.SetDroppedAttributesCount(2)
			m.Attrs.CopyTo(s.Events().AppendEmpty().Attributes())
			l := s.Links().AppendEmpty()
			l.SetTraceID(m.TraceID)
			l.SetSpanID(m.ID)
			l.TraceState().FromRaw("a=b")
			l.SetFlags(7)
			l.SetDroppedAttributesCount(9)
			m.Attrs.CopyTo(l.Attributes())
		}
	}
	odd := func(m *made) { // it is marked, which is not the sender's
		m.more = func(s ptrace.Span) { s.SetEndTimestamp(s.StartTimestamp() - 1) }
	}
	for _, m := range []made{ingress(1, "ModelInfer", time.Second), inferRequest(1, 2, time.Second), ingress(1, "ModelInfer", time.Second, full), inferRequest(1, 2, time.Second, odd)} {
		raw := export(m)
		td, err := (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces(raw)
		if err != nil {
			t.Fatal(err)
		}
		s := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0)
		want := (&ptrace.ProtoMarshaler{}).SpanSize(s)
		if s.ParentSpanID().IsEmpty() {
			want -= 2 // the library writes it, empty; Tempo does not
		}
		if got := spanSize(&decode(t, raw).Spans[0]); got != want {
			t.Errorf("%s: %d bytes, want %d", m.Name, got, want)
		}
	}
}
