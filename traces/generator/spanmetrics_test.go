package generator

import (
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/traces/span"
)

func spanMetricsOnly(c *Config) { c.ServiceGraphs, c.SpanMetrics = false, true }

const ingressLabels = `{service="gateway-0",span_kind="SPAN_KIND_CLIENT",span_name="ingress",status_code="STATUS_CODE_UNSET"}`
const inferLabels = `{service="triton-0",span_kind="SPAN_KIND_SERVER",span_name="InferRequest",status_code="STATUS_CODE_UNSET"}`

func TestSpanMetricsAreTemposNameForName(t *testing.T) {
	inWorld(t, spanMetricsOnly, func(w *world) {
		s := ingress(1, "ModelInfer", 300*time.Millisecond, sampled(0.25))
		w.gen.Consume([]span.Span{s})
		w.pass(2 * time.Second)
		w.want("calls_total"+ingressLabels, 4)
		w.want("latency_count"+ingressLabels, 4)
		w.want("latency_sum"+ingressLabels, 1.2)
		w.want("size_total"+ingressLabels, 4*float64(spanSize(&s)))
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
		w.gen.Consume([]span.Span{inferRequest(1, 2, time.Second)}) // waits
		w.pass(3 * time.Second)
		w.want("calls_total"+inferLabels, 0)
		w.gen.Consume([]span.Span{ingress(1, "ModelInfer", time.Second, sampled(0.1))})
		w.gen.Consume([]span.Span{inferRequest(1, 3, time.Second)}) // after it
		w.pass(2 * time.Second)
		w.want("calls_total"+inferLabels, 20)
	})
}

func TestTheHeadThresholdOfAKeptCallIsThatOfItsServerSpans(t *testing.T) {
	inWorld(t, spanMetricsOnly, func(w *world) {
		w.gen.Consume([]span.Span{
			inferRequest(1, 2, time.Second),
			ingress(1, "ModelInfer", time.Second, sampled(1), attribute("supersonic.head_threshold", "c")), // 25 %
		})
		w.pass(2 * time.Second)
		w.want("calls_total"+ingressLabels, 1)
		w.want("calls_total"+inferLabels, 4)
	})
}

func TestAWeightThatIsNotKnownAfterTenSecondsIsOneAndCounted(t *testing.T) {
	inWorld(t, spanMetricsOnly, func(w *world) {
		w.gen.Consume([]span.Span{inferRequest(1, 2, time.Second)})
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
		w.gen.Consume([]span.Span{
			makeSpan(1, 2, 1, "api", "query", ptrace.SpanKindInternal, time.Second),
			makeSpan(1, 1, 0, "api", "serve", ptrace.SpanKindServer, time.Second),
		})
		w.pass(2 * time.Second)
		w.want(`calls_total{service="api",span_kind="SPAN_KIND_INTERNAL",span_name="query",status_code="STATUS_CODE_UNSET"}`, 1)
	})
}

func TestSpansThatWaitForAWeightAreBounded(t *testing.T) {
	inWorld(t, func(c *Config) { spanMetricsOnly(c); c.MaxPending = 5 }, func(w *world) {
		for i := range byte(8) {
			w.gen.Consume([]span.Span{inferRequest(i, 2, time.Second)})
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
		c.Dimensions = []string{"triton.model_name", "service.name", "absent"}
		c.ExternalLabels = map[string]string{"site": "here"}
	}, func(w *world) {
		w.gen.Consume([]span.Span{inferRequest(1, 2, time.Second, sampled(1), attribute("triton.model_name", "tau_id"), failing)})
		w.pass(2 * time.Second)
		w.want(`calls_total{service="triton-0",service_name="triton-0",site="here",span_kind="SPAN_KIND_SERVER",span_name="InferRequest",`+
			`status_code="STATUS_CODE_ERROR",triton_model_name="tau_id"}`, 1)
	})
}

func TestSeriesAreLimited(t *testing.T) {
	inWorld(t, func(c *Config) { spanMetricsOnly(c); c.MaxSeries = 40 }, func(w *world) {
		for _, name := range []string{"a", "b", "c"} {
			w.gen.Consume([]span.Span{makeSpan(1, 1, 0, "api", name, ptrace.SpanKindServer, time.Second, sampled(1))})
		}
		w.pass(2 * time.Second)
		if n := w.counter("series"); n != 38 {
			w.Errorf("%v series", n)
		}
		if n := w.counter("observations_refused_total", "reason=max_series"); n != 1 {
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
	full := func(s *span.Span) {
		s.TraceState, s.Flags, s.StatusText, s.Status = "ot=th:8", 0x101, "gone", ptrace.StatusCodeError
		s.Dropped, s.DroppedEv, s.DroppedLn = 1, 200, 3
		s.Attrs.PutInt("int", -1)
		s.Attrs.PutInt("zero", 0)
		s.Attrs.PutBool("no", false)
		s.Attrs.PutDouble("pi", 3.14)
		s.Attrs.PutEmpty("empty")
		s.Attrs.PutStr("none", "")
		s.Attrs.PutEmptyBytes("bytes").FromRaw([]byte{1, 2, 3})
		list := s.Attrs.PutEmptySlice("list")
		list.AppendEmpty().SetStr("x")
		list.AppendEmpty().SetInt(300)
		s.Attrs.PutEmptyMap("map").PutStr("k", "v")
		s.Events = []span.Event{{Time: 5, Name: "REQUEST_SENT", Attrs: pcommon.NewMap(), Dropped: 2}, {Attrs: s.Attrs}}
		s.Links = []span.Link{{TraceID: s.TraceID, SpanID: s.ID, TraceState: "a=b", Flags: 7, Attrs: s.Attrs, Dropped: 9}, {Attrs: pcommon.NewMap()}}
	}
	for _, s := range []span.Span{
		ingress(1, "ModelInfer", time.Second), inferRequest(1, 2, time.Second),
		ingress(1, "ModelInfer", time.Second, full), {Attrs: pcommon.NewMap(), Resource: &span.Resource{Attrs: pcommon.NewMap()}, Scope: &span.Scope{Attrs: pcommon.NewMap()}},
	} {
		want := (&ptrace.ProtoMarshaler{}).SpanSize(span.ToOTLP([]span.Span{s}).ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0))
		if got := spanSize(&s); got != want {
			t.Errorf("%s: %d bytes, want %d", s.Name, got, want)
		}
	}
}
