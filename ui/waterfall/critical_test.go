package waterfall

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"supersonic/internal/attr"
	"supersonic/ui/payload"
)

// waited is the critical path in words.
func waited(t payload.Trace) []string {
	var list []string
	for _, s := range t.Critical {
		list = append(list, fmt.Sprintf("%s %s %v-%v", t.Spans[s.Span].Name, s.Name, s.OffsetNs, s.OffsetNs+s.Ns))
	}
	return list
}

// waitedMs is waited in milliseconds.
func waitedMs(t payload.Trace) []string {
	for i := range t.Critical {
		t.Critical[i].OffsetNs, t.Critical[i].Ns = t.Critical[i].OffsetNs/1e6, t.Critical[i].Ns/1e6
	}
	return waited(t)
}

func TestTheCriticalPathIsWhatTheRequestWaitedFor(t *testing.T) {
	f := func(name string, want []string, make func(*made)) {
		t.Helper()
		m := newMade()
		make(m)
		if diff := cmp.Diff(want, waitedMs(build(m.td))); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	f("one span", []string{"root self 0-100"}, func(m *made) { m.span("a", "root", 1, 0, 0*time.Millisecond, 100*time.Millisecond, nil) })
	f("one after the other", []string{"root self 0-10", "one self 10-40", "root self 40-50", "two self 50-90", "root self 90-100"}, func(m *made) {
		m.span("a", "root", 1, 0, 0*time.Millisecond, 100*time.Millisecond, nil)
		m.span("a", "one", 2, 1, 10*time.Millisecond, 40*time.Millisecond, nil)
		m.span("a", "two", 3, 1, 50*time.Millisecond, 90*time.Millisecond, nil)
	})
	f("of two at once the one that ended last", []string{"root self 0-20", "slow self 20-90", "root self 90-100"}, func(m *made) {
		m.span("a", "root", 1, 0, 0*time.Millisecond, 100*time.Millisecond, nil)
		m.span("a", "quick", 2, 1, 10*time.Millisecond, 40*time.Millisecond, nil)
		m.span("a", "slow", 3, 1, 20*time.Millisecond, 90*time.Millisecond, nil)
	})
	f("a child that goes on after its parent counts up to the parent's end", []string{"root self 0-50", "late self 50-100"}, func(m *made) {
		m.span("a", "root", 1, 0, 0*time.Millisecond, 100*time.Millisecond, nil)
		m.span("a", "late", 2, 1, 50*time.Millisecond, 180*time.Millisecond, nil)
	})
	f("a child that began before its parent counts from the parent's start", []string{"early self 60-120", "root self 120-160"}, func(m *made) {
		m.span("a", "root", 1, 0, 100*time.Millisecond, 200*time.Millisecond, nil)
		m.span("a", "early", 2, 1, 40*time.Millisecond, 160*time.Millisecond, nil)
	})
	f("a child outside its parent did not hold it up", []string{"root self 0-100"}, func(m *made) {
		m.span("a", "root", 1, 0, 0*time.Millisecond, 100*time.Millisecond, nil)
		m.span("a", "after", 2, 1, 120*time.Millisecond, 180*time.Millisecond, nil)
	})
}

func TestTheGapBeforeTheServerIsTheGatewaysAndNoHole(t *testing.T) {
	m := newMade()
	m.span("envoy-0", "ingress", 1, 0, 0, 100*time.Millisecond, call)
	m.span("triton-0", "InferRequest", 2, 1, 40*time.Millisecond, 95*time.Millisecond, nil)
	want := []string{"ingress before 0-40", "InferRequest server 40-95", "ingress after 95-100"}
	if diff := cmp.Diff(want, waitedMs(build(m.td))); diff != "" {
		t.Error(diff)
	}
}

func TestAServerOfAnotherClockDoesNotSayWhenItBegan(t *testing.T) {
	m := newMade()
	s := m.span("envoy-0", "ingress", 1, 0, 5*time.Second, 5*time.Second+100*time.Millisecond, call)
	m.event(s, attr.EventServerChosen, 5*time.Second+10*time.Millisecond)
	m.event(s, attr.EventRequestSent, 5*time.Second+20*time.Millisecond)
	m.event(s, attr.EventResponseStart, 5*time.Second+90*time.Millisecond)
	m.span("triton-0", "InferRequest", 2, 1, 2*time.Second, 2*time.Second+60*time.Millisecond, nil)
	want := []string{"ingress choose 3000-3010", "ingress send 3010-3020", "ingress wait 3020-3090", "ingress finish 3090-3100"}
	if diff := cmp.Diff(want, waitedMs(build(m.td))); diff != "" {
		t.Error(diff)
	}
}

func TestTheGatewaysEventsCutTheGapBeforeTheServer(t *testing.T) {
	m := newMade()
	s := m.span("envoy-0", "ingress", 1, 0, 0, 100, call)
	m.event(s, attr.EventServerChosen, 10)
	m.event(s, attr.EventRequestSent, 20)
	m.event(s, attr.EventResponseStart, 95)
	m.event(s, attr.EventResponseEnd, 98)
	m.span("triton-0", "InferRequest", 2, 1, 40, 90, nil)
	want := []string{"ingress choose 0-10", "ingress send 10-20", "ingress before 20-40", "InferRequest server 40-90",
		"ingress after 90-95", "ingress receive 95-98", "ingress finish 98-100"}
	if diff := cmp.Diff(want, waited(build(m.td))); diff != "" {
		t.Error(diff)
	}
}

func TestTheCriticalPathOfRealTracesCoversTheirRootsAndNamesTheirQueues(t *testing.T) {
	for _, id := range []string{"5d13fc0a", "d3deb3d6", "fbb7c1bc", "d8433970"} {
		got := build(captured(t, id))
		sum, at, names := 0.0, 0.0, map[string]bool{}
		for _, s := range got.Critical {
			if math.Abs(s.OffsetNs-at) > 0.5 || s.Label == "" {
				t.Errorf("%s: step %+v does not begin where the one before ended, %v", id, s, at)
			}
			at = s.OffsetNs + s.Ns
			sum += s.Ns
			names[s.Name] = true
		}
		told := names["before"] && names["queue"] || len(got.Spans) == 1
		if math.Abs(sum-got.Spans[0].DurationNs) > 0.5 || !told {
			t.Errorf("%s: %v of %v, steps %v", id, sum, got.Spans[0].DurationNs, names)
		}
	}
}

func TestStatisticsAreOfTheSpansOfAName(t *testing.T) {
	m := newMade()
	m.span("a", "root", 1, 0, 0, 100, nil)
	for i := range 11 {
		m.span("b", "step", byte(2+i), 1, time.Duration(i), time.Duration(i+10*i), nil)
	}
	m.span("b", "step", 40, 1, 0, 0, nil).Status().SetCode(2)
	got := map[string]payload.SpanStats{}
	for _, s := range build(m.td).Stats.ByName {
		got[s.Name] = s
	}
	s := got["step"]
	if s.Count != 12 || s.Errors != 1 || s.TotalNs != 550 || s.MinNs != 0 || s.MaxNs != 100 || s.P50Ns != 45 || s.P90Ns != 89 || math.Abs(s.AvgNs-550.0/12) > 1e-9 {
		t.Errorf("%+v", s)
	}
	if len(build(m.td).Stats.ByService) != 2 {
		t.Error("not one row a service")
	}
}

func TestSpansOfOnePathAreOneFrame(t *testing.T) {
	m := newMade()
	m.span("a", "root", 1, 0, 0, 100, nil)
	m.span("a", "step", 2, 1, 10, 20, nil)
	m.span("a", "leaf", 4, 2, 11, 12, nil)
	m.span("a", "step", 3, 1, 30, 70, nil)
	m.span("a", "leaf", 5, 3, 31, 35, nil)
	got := build(m.td)
	var lines []string
	for _, p := range got.Paths {
		lines = append(lines, fmt.Sprintf("%d %s x%d total %v self %v below %d", p.Depth, p.Name, p.Count, p.TotalNs, p.SelfNs, p.Below))
	}
	want := []string{"0 root x1 total 100 self 50 below 2", "1 step x2 total 50 self 45 below 1", "2 leaf x2 total 5 self 5 below 0"}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Error(diff)
	}
	if got.Paths[1].Span != 3 {
		t.Errorf("the longest step is the span at 3, not at %d", got.Paths[1].Span)
	}
}

func TestTheGraphOfARealTraceTellsTotalAndSelfOfEachSpan(t *testing.T) {
	got := build(captured(t, "5d13fc0a"))
	g := got.Graph
	if g.Folded || len(g.Nodes) != 4 {
		t.Fatalf("%+v", g)
	}
	for i, n := range g.Nodes {
		if n.Parent != i-1 || n.TotalNs != got.Spans[i].DurationNs || math.Abs(n.ShareSelf-n.SelfNs/n.TotalNs) > 1e-9 {
			t.Errorf("%+v", n)
		}
	}
	if g.Nodes[0].ShareTotal != 1 {
		t.Errorf("the root is %v of the trace", g.Nodes[0].ShareTotal)
	}
}

func TestALargeTraceFoldsItsGraphAndHidesWhatIsLeast(t *testing.T) {
	m := newMade()
	m.span("a", "root", 1, 0, 0, time.Second, nil)
	for i := range 150 {
		s := m.span("a", fmt.Sprintf("step %d", i), 2, 1, 0, time.Duration(i+1), nil)
		s.SetSpanID([8]byte{2, byte(i)})
	}
	g := build(m.td).Graph
	if !g.Folded || len(g.Nodes) != graphPaths || g.Hidden != 31 || g.Nodes[0].Hidden != 31 || g.Nodes[119].Name != "step 31" {
		t.Errorf("%d nodes, %d hidden, %d below the root, the least %q", len(g.Nodes), g.Hidden, g.Nodes[0].Hidden, g.Nodes[len(g.Nodes)-1].Name)
	}
}

func TestTheHeadTellsTheCall(t *testing.T) {
	got := build(captured(t, "5d13fc0a")).Head
	want := payload.CallHead{Method: "POST", Status: "200", Grpc: "OK", URL: "http://gateway:8001/inference.GRPCInferenceService/ModelInfer", Ok: true}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	m := newMade()
	m.span("a", "call", 1, 0, 0, 1, map[string]string{"rpc.grpc.status_code": "14", "url.path": "/x"})
	if got := build(m.td).Head; got.Grpc != "Unavailable" || got.Ok {
		t.Errorf("%+v", got)
	}
}

func TestAnUnfinishedTraceSaysSo(t *testing.T) {
	m := newMade()
	m.span("a", "root", 1, 0, 5, 100, nil).SetEndTimestamp(0)
	got := build(m.td)
	if len(got.Notes) != 1 || got.Notes[0].Kind != "unfinished" || !got.Spans[0].Unfinished {
		t.Errorf("%+v", got.Notes)
	}
}

func TestAYoungTraceMayStillGrow(t *testing.T) {
	m := newMade()
	m.span("a", "root", 1, 0, 0, time.Second, nil)
	for after, want := range map[time.Duration]bool{2 * time.Second: true, 40 * time.Second: false} {
		if got := Build(Source{Spans: m.td, Now: time.Unix(0, int64(m.begin)).Add(after)}); got.Growing != want {
			t.Errorf("after %s: growing %v", after, got.Growing)
		}
	}
}

func TestALinkIsToldAtBothOfItsEnds(t *testing.T) {
	m := newMade()
	m.span("a", "root", 1, 0, 0, 100, nil)
	l := m.span("a", "step", 2, 1, 10, 20, nil).Links().AppendEmpty()
	l.SetSpanID([8]byte{1})
	got := Build(Source{ID: l.TraceID().String(), Spans: m.td, Now: later})
	if len(got.Spans[0].LinkedFrom) != 1 || got.Spans[0].LinkedFrom[0].SpanID != got.Spans[1].ID {
		t.Errorf("%+v", got.Spans[0].LinkedFrom)
	}
}

func TestATraceOfMoreSpansThanAPageHoldsIsCutAndSaysSo(t *testing.T) {
	m := newMade()
	m.span("a", "root", 1, 0, 0, time.Second, nil)
	list := m.td.ResourceSpans().At(0).ScopeSpans().At(0).Spans()
	for i := range maxSpans + 5 {
		s := list.AppendEmpty()
		s.SetSpanID([8]byte{2, byte(i), byte(i >> 8), byte(i >> 16)})
		s.SetParentSpanID([8]byte{1})
		s.SetStartTimestamp(list.At(0).StartTimestamp() + 1)
		s.SetEndTimestamp(s.StartTimestamp() + 1)
	}
	got := build(m.td)
	if len(got.Spans) != maxSpans || got.Notes[0].Kind != "too_large" {
		t.Errorf("%d spans, %v", len(got.Spans), kinds(got))
	}
}
