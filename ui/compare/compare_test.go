package compare

import (
	"bytes"
	"fmt"
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
	"supersonic/ui/tracefile"
	"supersonic/ui/waterfall"
)

// call is a request whose steps take as many milliseconds as are given.
type call struct {
	server                            string
	before, queue, input, infer, send int
	silent                            bool
}

func (c call) trace() payload.Trace {
	td := ptrace.NewTraces()
	id := byte(0)
	ms := func(n int) pcommon.Timestamp { return 1_700_000_000_000_000_000 + pcommon.Timestamp(n)*1_000_000 }
	span := func(pod, name string, parent byte, from, to int) ptrace.Span {
		id++
		rs := td.ResourceSpans().AppendEmpty()
		rs.Resource().Attributes().PutStr("service.name", pod)
		s := rs.ScopeSpans().AppendEmpty().Spans().AppendEmpty()
		s.SetName(name)
		s.SetSpanID([8]byte{id})
		s.SetParentSpanID([8]byte{parent})
		s.SetStartTimestamp(ms(from))
		s.SetEndTimestamp(ms(to))
		return s
	}
	event := func(s ptrace.Span, name string, at int) {
		e := s.Events().AppendEmpty()
		e.SetName(name)
		e.SetTimestamp(ms(at))
	}
	queued := c.before
	ran := queued + c.queue
	fed := ran + c.input
	done := fed + c.infer
	end := done + c.send
	root := span("envoy-0", attr.Ingress, 0, 0, end)
	root.Attributes().PutStr(attr.PeerService, c.server)
	root.Attributes().PutStr("grpc.path", "/inference.GRPCInferenceService/ModelInfer")
	if !c.silent {
		span(c.server, attr.InferRequest, 1, c.before, end)
		model := span(c.server, "tau_id", 2, queued, done)
		event(model, "QUEUE_START", queued)
		compute := span(c.server, "compute", 3, ran, done)
		event(compute, "COMPUTE_START", ran)
		event(compute, "COMPUTE_INPUT_END", fed)
		event(compute, "COMPUTE_OUTPUT_START", done)
		event(compute, "COMPUTE_END", done)
	}
	return waterfall.Build(waterfall.Source{ID: c.server, Spans: td, Now: time.Unix(2_000_000_000, 0)})
}

var usual = call{server: "triton-0", before: 5, queue: 2, input: 1, infer: 40, send: 2}

func TestTheSentenceNamesTheStepThatDiffers(t *testing.T) {
	f := func(name string, change func(*call), want string) {
		t.Helper()
		other := usual
		change(&other)
		if got := Of(usual.trace(), other.trace()).Sentence; got != want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, want)
		}
	}
	f("nothing", func(*call) {}, "Both took about as long: A 50.0 ms, B 50.0 ms.")
	f("a long queue", func(c *call) { c.queue = 82 },
		"B took 80.0 ms longer than A (130 ms instead of 50.0 ms): 100 % of it is the queue of tau_id (82.0 ms instead of 2.00 ms).")
	f("a slow server", func(c *call) { c.infer, c.server = 90, "triton-1" },
		"B took 50.0 ms longer than A (100 ms instead of 50.0 ms): 100 % of it is the compute of tau_id (90.0 ms instead of 40.0 ms). A ran on triton-0, B on triton-1.")
	f("the gateway", func(c *call) { c.before = 65 },
		"B took 60.0 ms longer than A (110 ms instead of 50.0 ms): 100 % of it is the gateway or queue, before the server began (65.0 ms instead of 5.00 ms).")
	f("quicker", func(c *call) { c.infer = 10 },
		"B took 30.0 ms less than A (20.0 ms instead of 50.0 ms): 100 % of it is the compute of tau_id (10.0 ms instead of 40.0 ms).")
	f("two steps", func(c *call) { c.queue, c.infer = 42, 100 },
		"B took 100 ms longer than A (150 ms instead of 50.0 ms): 60 % of it is the compute of tau_id (100 ms instead of 40.0 ms); 40 % of it is the queue of tau_id (42.0 ms instead of 2.00 ms).")
	f("one more, one less", func(c *call) { c.queue, c.infer = 32, 10 },
		"Both took about as long: A 50.0 ms, B 50.0 ms. But the queue of tau_id took 32.0 ms instead of 2.00 ms; other steps made up for it.")
	f("a server that kept none", func(c *call) { c.infer, c.silent = 100, true },
		"B took 60.0 ms longer than A (110 ms instead of 50.0 ms); where that comes from is not known, as the server kept spans of one alone.")
}

func TestEveryStepOfARealRequestReadsAsAThing(t *testing.T) {
	for _, a := range captured(t) {
		for _, c := range Of(a, a).Causes {
			for _, verb := range []string{"choose ", "send ", "receive ", "finish"} {
				if strings.HasPrefix(c.Text, verb) {
					t.Errorf("%s: the sentence would say \"the %s\"", a.ID, c.Text)
				}
			}
		}
	}
	m := payload.Trace{Spans: []payload.Span{{Name: "ingress"}}}
	for name, want := range map[string]string{"choose": "choice of a server", "receive": "receipt of the answer", "self": "own time of ingress"} {
		if got := words(m.Spans, []int{-1}, payload.CriticalStep{Name: name}); got != want {
			t.Errorf("%s is %q, not %q", name, got, want)
		}
	}
}

func TestCausesAddUpToTheDifference(t *testing.T) {
	traces := captured(t)
	for i, a := range traces {
		for _, b := range traces[i:] {
			c := Of(a, b)
			sum := 0.0
			for _, cause := range c.Causes {
				sum += cause.DeltaNs
			}
			if want := c.B.DurationNs - c.A.DurationNs; math.Abs(sum-want) > 1 {
				t.Errorf("%s and %s: causes add up to %v of %v", a.ID, b.ID, sum, want)
			}
		}
	}
}

func captured(t *testing.T) []payload.Trace {
	t.Helper()
	text, err := os.ReadFile("../waterfall/testdata/envoy-triton-traces.otlp.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	all, err := tracefile.Read(bytes.TrimSpace(text))
	if err != nil {
		t.Fatal(err)
	}
	var list []payload.Trace
	for _, f := range all {
		list = append(list, waterfall.Build(waterfall.Source{ID: f.ID, Spans: f.Spans, Now: time.Unix(2_000_000_000, 0)}))
	}
	return list
}

// trace is made of lines of indented names.
func trace(lines ...string) payload.Trace {
	var t payload.Trace
	for i, line := range lines {
		name := strings.TrimLeft(line, " ")
		t.Spans = append(t.Spans, payload.Span{ID: fmt.Sprint(i), Name: name, Depth: len(line) - len(name), DurationNs: float64(i)})
	}
	return t
}

func rows(c payload.Comparison) []string {
	var list []string
	for _, r := range c.Rows {
		id := func(s *payload.ComparedSpan) string {
			if s == nil {
				return "-"
			}
			return s.ID
		}
		list = append(list, fmt.Sprintf("%s%s %d: %s %s", strings.Repeat(" ", r.Depth), r.Name, r.Nth, id(r.A), id(r.B)))
	}
	return list
}

func TestStepsAreAlignedByTheirPathAndWhichTheyAre(t *testing.T) {
	a := trace("root", " one", "  deep", " two", " two")
	b := trace("root", " zero", " one", " two", "  below", " two", " three")
	want := []string{"root 1: 0 0", " zero 1: - 1", " one 1: 1 2", "  deep 1: 2 -", " two 1: 3 3", "  below 1: - 4", " two 2: 4 5", " three 1: - 6"}
	c := Of(a, b)
	if diff := cmp.Diff(want, rows(c)); diff != "" {
		t.Error(diff)
	}
	if c.Rows[0].Below != 7 || *c.Rows[6].DeltaNs != 1 || c.Rows[1].DeltaNs != nil {
		t.Errorf("%+v", c.Rows)
	}
	if want := "Only A has deep. Only B has zero, below, three."; !strings.HasSuffix(c.Sentence, want) {
		t.Errorf("%q does not end with %q", c.Sentence, want)
	}
}

func TestEverySpanOfBothTracesHasARow(t *testing.T) {
	traces := captured(t)
	for i := 1; i < len(traces); i++ {
		a, b := 0, 0
		for _, r := range Of(traces[i-1], traces[i]).Rows {
			if r.A != nil {
				a++
			}
			if r.B != nil {
				b++
			}
		}
		if a != len(traces[i-1].Spans) || b != len(traces[i].Spans) {
			t.Errorf("rows have %d of %d and %d of %d", a, len(traces[i-1].Spans), b, len(traces[i].Spans))
		}
	}
}
