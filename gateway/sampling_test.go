package gateway

import (
	"encoding/hex"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/internal/attr"
	"supersonic/internal/sampling"
)

const (
	callersTrace = "4bf92f3577b34da6a3ce929d0e0e4736"
	callersSpan  = "00f067aa0ba902b7"
	sampled      = "00-" + callersTrace + "-" + callersSpan + "-01"
	notSampled   = "00-" + callersTrace + "-" + callersSpan + "-00"
)

// outcome is what one call came to.
type outcome struct {
	result
	upstream metadata.MD
	span     *ptrace.Span // nil: none was kept
	attrs    map[string]any
}

// one makes one call through a gateway with the given sampling.
func one(t *testing.T, p float64, model string, edit func(*Config), headers ...string) outcome {
	t.Helper()
	w := newWorld(t, 1, func(c *Config, _ *Deps) {
		c.Sampling = p
		if edit != nil {
			edit(c)
		}
	})
	o := outcome{result: w.infer(model, headers...), upstream: w.servers[0].seen()[0]}
	spans := w.spans()
	if len(spans) > 1 {
		t.Fatalf("%d spans of one call", len(spans))
	}
	if len(spans) == 1 {
		o.span, o.attrs = &spans[0], spans[0].Attributes().AsRaw()
	}
	return o
}

func (o outcome) wantUpstream(t *testing.T, traceparent, tracestate string) {
	t.Helper()
	want := func(key, pattern string) {
		t.Helper()
		got := strings.Join(o.upstream.Get(key), "|")
		if !regexp.MustCompile("^" + pattern + "$").MatchString(got) {
			t.Errorf("%s upstream is %q, want %q", key, got, pattern)
		}
	}
	want("traceparent", traceparent)
	want("tracestate", tracestate)
}

func (o outcome) wantSpan(t *testing.T, state string) {
	t.Helper()
	if o.span == nil {
		t.Fatal("no span was kept")
	}
	if got := o.span.TraceState().AsRaw(); got != state {
		t.Errorf("the span's tracestate is %q, want %q", got, state)
	}
}

func (o outcome) wantAttr(t *testing.T, key string, want any) {
	t.Helper()
	if got := o.attrs[key]; got != want {
		t.Errorf("%s is %v, want %v", key, got, want)
	}
}

func TestACallOfAnUndecidedCallerIsSampledAndSaysItsProbability(t *testing.T) {
	o := one(t, 1, "m", nil, "tracestate", "vendor=1,ot=th:8;rv:1")
	o.wantUpstream(t, "00-[0-9a-f]{32}-[0-9a-f]{16}-03", "ot=th:0,vendor=1")
	o.wantSpan(t, "ot=th:0,vendor=1")
	o.wantAttr(t, attr.HeadThreshold, nil)
	parent := o.upstream.Get("traceparent")[0]
	if id := o.span.TraceID(); parent[3:35] != hex.EncodeToString(id[:]) {
		t.Error("the server got another trace id")
	}
	if id := o.span.SpanID(); parent[36:52] != hex.EncodeToString(id[:]) || !o.span.ParentSpanID().IsEmpty() {
		t.Error("the ingress span is not the server's parent, or has one itself")
	}
}

func TestACallThatIsNotSampledCarriesNoContext(t *testing.T) {
	o := one(t, 0, "m", nil, "tracestate", "vendor=1")
	o.wantUpstream(t, "", "")
	if o.span != nil {
		t.Error("a span was kept")
	}
}

func TestACallersYesIsKeptWithItsIdStateAndFlags(t *testing.T) {
	for _, p := range []float64{0, 1} {
		o := one(t, p, "m", nil, "traceparent", sampled, "tracestate", "vendor=1,ot=th:c")
		o.wantUpstream(t, "00-"+callersTrace+"-[0-9a-f]{16}-01", "vendor=1,ot=th:c")
		o.wantSpan(t, "vendor=1,ot=th:c")
		if id := o.span.ParentSpanID(); hex.EncodeToString(id[:]) != callersSpan || o.span.Flags() != 0x301 {
			t.Errorf("parent %x, flags %#x", id, o.span.Flags())
		}
	}
}

func TestACallersYesWithoutAThresholdIsCounted(t *testing.T) {
	w := newWorld(t, 1, func(c *Config, _ *Deps) { c.Sampling = 0 })
	w.infer("m", "traceparent", sampled)
	w.wantLine("/metrics", "supersonic_gateway_caller_sampled_without_threshold_total 1")
	w.wantLine("/metrics", `supersonic_gateway_traces_total{decision="caller_sampled"} 1`)
	md := w.servers[0].seen()[0]
	if len(md.Get("traceparent")) != 1 || md.Get("tracestate") != nil {
		t.Errorf("the server saw %v", md)
	}
	if got := w.spans()[0].TraceState().AsRaw(); got != "" {
		t.Errorf("tracestate %q", got)
	}
}

func TestACallersNoIsObeyedWhateverOurRate(t *testing.T) {
	o := one(t, 1, "m", nil, "traceparent", notSampled, "tracestate", "vendor=1")
	o.wantUpstream(t, "", "")
	if o.span != nil {
		t.Error("a span was kept")
	}
}

func TestAContextThatIsNotValidIsNone(t *testing.T) {
	for _, headers := range [][]string{
		{"traceparent", "00-xyz-01"},
		{"traceparent", sampled, "traceparent", notSampled},
		{"traceparent", strings.ToUpper(sampled)},
		{"traceparent", "00-00000000000000000000000000000000-" + callersSpan + "-01"},
		{"traceparent", "ff-" + callersTrace + "-" + callersSpan + "-01"},
	} {
		o := one(t, 1, "m", nil, headers...)
		o.wantSpan(t, "ot=th:0")
		if id := o.span.TraceID(); hex.EncodeToString(id[:]) == callersTrace {
			t.Errorf("%v: its id was taken", headers)
		}
	}
}

func TestAFailedCallIsKeptWithWeightOneAndSaysWhatTheHeadDid(t *testing.T) {
	t.Run("not sampled", func(t *testing.T) {
		o := one(t, 0, "missing", nil)
		o.wantUpstream(t, "", "")
		o.wantSpan(t, "ot=th:0")
		o.wantAttr(t, attr.HeadThreshold, nil)
		o.wantAttr(t, attr.KeptFor, "failed")
		if id := o.span.TraceID(); o.trailer.Get("x-trace-id")[0] != hex.EncodeToString(id[:]) {
			t.Error("the client was told another trace id")
		}
	})
	t.Run("sampled", func(t *testing.T) {
		// p is so near 1 that the seeded id is sampled.
		o := one(t, 0.999, "fails", nil)
		th := sampling.FromProbability(0.999).String()
		o.wantUpstream(t, "00-[0-9a-f]{32}-[0-9a-f]{16}-03", "ot=th:"+th)
		o.wantSpan(t, "ot=th:0")
		o.wantAttr(t, attr.HeadThreshold, th)
		o.wantAttr(t, attr.KeptFor, "failed")
	})
	t.Run("sampled by a caller who did not say how", func(t *testing.T) {
		o := one(t, 0, "fails", nil, "traceparent", sampled)
		o.wantSpan(t, "ot=th:0")
		o.wantAttr(t, attr.HeadThreshold, "0")
	})
	t.Run("unless the site does not want it", func(t *testing.T) {
		if o := one(t, 0, "fails", func(c *Config) { c.KeepFailed = false }); o.span != nil {
			t.Error("a span was kept")
		}
	})
}

func TestASlowCallIsKept(t *testing.T) {
	o := one(t, 0, "m", func(c *Config) { c.KeepSlowerThan = time.Nanosecond })
	o.wantSpan(t, "ot=th:0")
	o.wantAttr(t, attr.KeptFor, "slow")
}

func TestWithoutACollectorContextsPassAsTheyCame(t *testing.T) {
	w := newWorld(t, 1, func(_ *Config, d *Deps) { d.Export = nil })
	w.infer("m", "traceparent", notSampled, "tracestate", "vendor=1")
	md := w.servers[0].seen()[0]
	if md.Get("traceparent")[0] != notSampled || md.Get("tracestate")[0] != "vendor=1" {
		t.Errorf("the server saw %v", md)
	}
	if r := w.infer("fails"); r.status.Code() != codes.Internal || len(r.trailer.Get("x-trace-id")) != 1 {
		t.Error("an error has no trace id")
	}
}

func TestASeededGatewaySamplesExactlyTheIdsAtOrAboveTheThreshold(t *testing.T) {
	const calls, p = 3000, 0.1
	w := newWorld(t, 1, func(c *Config, _ *Deps) { c.Sampling = p })
	for range calls {
		w.infer("m")
	}
	ids, want := rand.NewChaCha8(w.seed), 0
	threshold := sampling.FromProbability(p)
	for range calls {
		ids.Uint64()
		low := ids.Uint64()
		ids.Uint64() // the span's id
		if low&(1<<56-1) >= uint64(threshold) {
			want++
		}
	}
	spans := w.spans()
	if len(spans) != want || want < 240 || want > 360 {
		t.Fatalf("%d spans, the seed has %d", len(spans), want)
	}
	for _, s := range spans {
		if s.TraceState().AsRaw() != "ot=th:"+threshold.String() || !threshold.Samples(s.TraceID()) {
			t.Fatal(s.TraceState().AsRaw())
		}
	}
}

func TestRequestIdsAreMadeAndMarkedAsEnvoyDoes(t *testing.T) {
	const given = "11111111-2222-3333-4444-555555555555"
	for _, c := range []struct {
		p       float64
		headers []string
		want    string
	}{
		{1, nil, "[0-9a-f]{8}-[0-9a-f]{4}-9[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"},
		{0, nil, "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"},
		{1, []string{"x-request-id", given}, "11111111-2222-9333-4444-555555555555"},
		{1, []string{"x-request-id", "abc"}, "abc"},
		{1, []string{"x-client-trace-id", "client-7"}, "[0-9a-f]{8}-[0-9a-f]{4}-b.*"},
	} {
		o := one(t, c.p, "m", nil, c.headers...)
		if got := o.upstream.Get("x-request-id"); len(got) != 1 || !regexp.MustCompile("^"+c.want+"$").MatchString(got[0]) {
			t.Errorf("%v: x-request-id %q, want %s", c.headers, got, c.want)
		}
		if len(o.header.Get("x-request-id")) != 0 {
			t.Error("the client got the request id")
		}
	}
}
