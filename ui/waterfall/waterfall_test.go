package waterfall

import (
	"bytes"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/internal/attr"
	"supersonic/ui/payload"
)

var later = time.Unix(2_000_000_000, 0)

// captured is one trace of the capture of a real Envoy and a real Triton.
func captured(t testing.TB, id string) ptrace.Traces {
	t.Helper()
	text, err := os.ReadFile("testdata/envoy-triton-traces.otlp.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	out := ptrace.NewTraces()
	for line := range bytes.Lines(text) {
		td, err := (&ptrace.JSONUnmarshaler{}).UnmarshalTraces(line)
		if err != nil {
			t.Fatal(err)
		}
		for _, rs := range td.ResourceSpans().All() {
			for _, ss := range rs.ScopeSpans().All() {
				for _, s := range ss.Spans().All() {
					if strings.HasPrefix(s.TraceID().String(), id) {
						to := out.ResourceSpans().AppendEmpty()
						rs.Resource().CopyTo(to.Resource())
						s.CopyTo(to.ScopeSpans().AppendEmpty().Spans().AppendEmpty())
					}
				}
			}
		}
	}
	return out
}

func build(td ptrace.Traces) payload.Trace {
	return Build(Source{ID: "x", Spans: td, Now: later})
}

// drawn is each span with its depth, as an operator sees the tree.
func drawn(t payload.Trace) []string {
	var list []string
	for _, s := range t.Spans {
		list = append(list, strings.Repeat(" ", s.Depth)+s.Name)
	}
	return list
}

func kinds(t payload.Trace) []string {
	var list []string
	for _, n := range t.Notes {
		list = append(list, n.Kind)
	}
	return list
}

func TestARealTraceHasItsFourBars(t *testing.T) {
	got := build(captured(t, "5d13fc0a"))
	if diff := cmp.Diff([]string{"ingress", " InferRequest", "  add_sub", "   compute"}, drawn(got)); diff != "" {
		t.Error(diff)
	}
	if got.RootName != "ingress" || got.Model != "add_sub" || got.Server != "triton-inference-server" || len(got.Notes) != 0 {
		t.Errorf("root %q, model %q, server %q, notes %v", got.RootName, got.Model, got.Server, got.Notes)
	}
	if got.Spans[0].Below != 3 || got.Spans[2].Below != 1 {
		t.Errorf("below: %d and %d", got.Spans[0].Below, got.Spans[2].Below)
	}
}

func TestAnEnsembleShowsItsMembersInTheOrderOfTheirStart(t *testing.T) {
	got := drawn(build(captured(t, "d3deb3d6")))
	want := []string{"ingress", " InferRequest", "  chain", "   add_sub", "    compute", "   tau_id", "    compute"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAnEventLongBeforeItsSpanDoesNotWidenTheAxis(t *testing.T) {
	got := build(captured(t, "5d13fc0a"))
	events := map[string]payload.Event{}
	for _, e := range got.Spans[1].Events {
		events[e.Name] = e
	}
	start, end := events["GRPC_WAITREAD_START"], events["GRPC_WAITREAD_END"]
	if !start.Far || start.AtNs > -11e9 {
		t.Errorf("GRPC_WAITREAD_START, 11.9 s before: %+v", start)
	}
	if end.Far || end.AtNs >= 0 || end.OffsetNs < 0 {
		t.Errorf("GRPC_WAITREAD_END, 62 us before its span and within the trace: %+v", end)
	}
}

func TestThePartsAddUpToTheRequest(t *testing.T) {
	for _, id := range []string{"5d13fc0a", "d3deb3d6", "fbb7c1bc", "d8433970"} {
		got := build(captured(t, id))
		sum := 0.0
		for _, p := range got.Parts {
			sum += p.Ns
		}
		if math.Abs(sum-got.Spans[0].DurationNs) > 0.5 {
			t.Errorf("%s: parts %v sum up to %v of %v", id, got.Parts, sum, got.Spans[0].DurationNs)
		}
	}
}

func TestTheComputePartIsWhatTritonsEventsSay(t *testing.T) {
	parts := map[string]float64{}
	for _, p := range build(captured(t, "5d13fc0a")).Parts {
		parts[p.Name] = p.Ns
	}
	want := map[string]float64{"input": 153_378, "infer": 44_679_575}
	for name, ns := range want {
		if math.Abs(parts[name]-ns) > 1000 {
			t.Errorf("%s: %v ns, want %v", name, parts[name], ns)
		}
	}
	if parts["proxy"] < 30e6 {
		t.Errorf("the 34 ms before Triton saw the request are in %v", parts)
	}
}

// made builds a trace from lines of spans.
type made struct {
	td    ptrace.Traces
	begin uint64
}

func newMade() *made { return &made{ptrace.NewTraces(), 1_700_000_000_000_000_000} }

func (m *made) span(service, name string, id, parent byte, from, to time.Duration, attrs map[string]string) ptrace.Span {
	rs := m.td.ResourceSpans().AppendEmpty()
	rs.Resource().Attributes().PutStr("service.name", service)
	s := rs.ScopeSpans().AppendEmpty().Spans().AppendEmpty()
	s.SetName(name)
	s.SetSpanID(pcommon.SpanID{id})
	s.SetParentSpanID(pcommon.SpanID{parent})
	s.SetStartTimestamp(pcommon.Timestamp(m.begin + uint64(from)))
	s.SetEndTimestamp(pcommon.Timestamp(m.begin + uint64(to)))
	for k, v := range attrs {
		s.Attributes().PutStr(k, v)
	}
	return s
}

func (m *made) event(s ptrace.Span, name string, at time.Duration) {
	e := s.Events().AppendEmpty()
	e.SetName(name)
	e.SetTimestamp(pcommon.Timestamp(m.begin + uint64(at)))
}

var call = map[string]string{attr.PeerService: "triton-0", "grpc.path": "/inference.GRPCInferenceService/ModelInfer"}

func TestARequestWhoseServerKeptNoSpansHasTheGatewaysPhases(t *testing.T) {
	m := newMade()
	s := m.span("envoy-0", "ingress", 1, 0, 0, 100*time.Millisecond, call)
	m.event(s, attr.EventServerChosen, time.Millisecond)
	m.event(s, attr.EventRequestSent, 3*time.Millisecond)
	m.event(s, attr.EventResponseStart, 90*time.Millisecond)
	m.event(s, attr.EventResponseEnd, 99*time.Millisecond)
	got := build(m.td)
	if diff := cmp.Diff([]string{"server_kept_none"}, kinds(got)); diff != "" {
		t.Fatal(diff)
	}
	if want := "The server kept no spans of this request; times below are the gateway's own."; got.Notes[0].Text != want {
		t.Errorf("note %q", got.Notes[0].Text)
	}
	var parts []string
	for _, p := range got.Parts {
		parts = append(parts, p.Name+" "+time.Duration(p.Ns).String())
	}
	want := []string{"choose 1ms", "send 2ms", "wait 87ms", "receive 9ms", "finish 1ms"}
	if diff := cmp.Diff(want, parts); diff != "" {
		t.Error(diff)
	}
}

func TestASpanThatMayStillArriveIsNotCalledLost(t *testing.T) {
	m := newMade()
	m.span("envoy-0", "ingress", 1, 0, 0, time.Millisecond, call)
	got := Build(Source{Spans: m.td, Now: time.Unix(0, int64(m.begin)).Add(2 * time.Second)})
	if !strings.Contains(got.Notes[0].Text, "on their way") {
		t.Errorf("note %q of a trace of 2 s ago", got.Notes[0].Text)
	}
}

func TestNotesSayWhatIsMissingAndWhy(t *testing.T) {
	f := func(name string, want []string, make func(*made)) {
		t.Helper()
		m := newMade()
		make(m)
		if diff := cmp.Diff(want, kinds(build(m.td))); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	f("a whole trace", nil, func(m *made) {
		m.span("envoy-0", "ingress", 1, 0, 0, 9, call)
		m.span("triton-0", "InferRequest", 2, 1, 1, 8, nil)
	})
	f("no root", []string{"missing_root"}, func(m *made) { m.span("triton-0", "InferRequest", 2, 1, 1, 8, nil) })
	f("a caller that traces elsewhere", []string{"caller_elsewhere"}, func(m *made) {
		m.span("envoy-0", "ingress", 1, 9, 0, 9, call)
		m.span("triton-0", "InferRequest", 2, 1, 1, 8, nil)
	})
	f("a span between is missing", []string{"missing_parent"}, func(m *made) {
		m.span("envoy-0", "ingress", 1, 0, 0, 9, call)
		m.span("triton-0", "InferRequest", 2, 1, 1, 8, nil)
		m.span("triton-0", "compute", 4, 3, 2, 7, nil)
	})
	f("kept because it failed, not sampled", []string{"server_not_asked"}, func(m *made) {
		m.span("envoy-0", "ingress", 1, 0, 0, 9, map[string]string{attr.KeptFor: "failed", attr.PeerService: "triton-0"})
	})
	f("refused by the gateway", []string{"no_server"}, func(m *made) { m.span("envoy-0", "ingress", 1, 0, 0, 9, map[string]string{"component": "proxy"}) })
	f("a call that servers do not trace", nil, func(m *made) {
		m.span("envoy-0", "ingress", 1, 0, 0, 9, map[string]string{"grpc.path": "/inference.GRPCInferenceService/RepositoryIndex"})
	})
	f("clocks that differ", []string{"clock_skew"}, func(m *made) {
		m.span("envoy-0", "ingress", 1, 0, 20*time.Millisecond, 30*time.Millisecond, call)
		m.span("triton-0", "InferRequest", 2, 1, 10*time.Millisecond, 19*time.Millisecond, nil)
	})
}

func TestSelfTimeLeavesOutTheUnionOfTheChildren(t *testing.T) {
	m := newMade()
	m.span("a", "root", 1, 0, 0, 100, nil)
	m.span("a", "one", 2, 1, 10, 40, nil)
	m.span("a", "two", 3, 1, 30, 60, nil) // overlaps the first
	m.span("a", "late", 4, 1, 90, 150, nil)
	got := build(m.td)
	if got.Spans[0].SelfNs != 40 {
		t.Errorf("self %v of 100 with children over 10-60 and 90-100", got.Spans[0].SelfNs)
	}
}

func TestSpansThatAreEachOthersParentsAreStillShown(t *testing.T) {
	m := newMade()
	m.span("a", "one", 1, 2, 0, 9, nil)
	m.span("a", "two", 2, 1, 0, 9, nil)
	m.span("a", "self", 3, 3, 0, 9, nil)
	if got := build(m.td); len(got.Spans) != 3 {
		t.Errorf("of three spans in cycles %v are shown", drawn(got))
	}
}

func TestASpanThatWasExportedTwiceIsShownOnce(t *testing.T) {
	m := newMade()
	m.span("a", "one", 1, 0, 0, 9, nil)
	m.span("a", "one", 1, 0, 0, 9, nil)
	if got := build(m.td); len(got.Spans) != 1 {
		t.Errorf("shown: %v", drawn(got))
	}
}

func TestAStreamWhoseAnswerBeginsBeforeItsRequestEndsKeepsItsPhasesInOrder(t *testing.T) {
	m := newMade()
	s := m.span("envoy-0", "ingress", 1, 0, 0, 100, call)
	m.event(s, attr.EventServerChosen, 10)
	m.event(s, attr.EventResponseStart, 30)
	m.event(s, attr.EventRequestSent, 60)
	m.event(s, attr.EventResponseEnd, 90)
	sum, at := 0.0, 0.0
	for _, p := range build(m.td).Spans[0].Phases {
		if p.OffsetNs != at {
			t.Errorf("phase %s begins at %v, not where the one before ends, %v", p.Name, p.OffsetNs, at)
		}
		at = p.OffsetNs + p.Ns
		sum += p.Ns
	}
	if sum != 100 {
		t.Errorf("phases cover %v of 100", sum)
	}
}

func FuzzBuild(f *testing.F) {
	for _, id := range []string{"5d13fc0a", "fbb7c1bc", "0af76519"} {
		text, err := (&ptrace.JSONMarshaler{}).MarshalTraces(captured(f, id))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		td, err := (&ptrace.JSONUnmarshaler{}).UnmarshalTraces(text)
		if err != nil || td.SpanCount() == 0 {
			return
		}
		got := build(td)
		if len(got.Spans) == 0 || len(got.Spans) > td.SpanCount() {
			t.Errorf("%d spans of %d are shown", len(got.Spans), td.SpanCount())
		}
	})
}
