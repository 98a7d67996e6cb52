package ui

import (
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/internal/attr"
)

// Ids of the traces that are made for the browser.
const (
	largeID   = "00000000000000000000000000010000" // of 10,000 spans
	growingID = "00000000000000000000000000020000" // whole when it is asked for the third time
)

// made is a trace under construction.
type made struct {
	td    ptrace.Traces
	id    pcommon.TraceID
	begin time.Time
	pods  map[string]ptrace.SpanSlice
	count int
}

func newMade(id byte, begin time.Time) *made {
	return &made{td: ptrace.NewTraces(), id: pcommon.TraceID{13: id}, begin: begin, pods: map[string]ptrace.SpanSlice{}}
}

func (m *made) span(pod, name string, parent pcommon.SpanID, from, to time.Duration) ptrace.Span {
	spans, known := m.pods[pod]
	if !known {
		rs := m.td.ResourceSpans().AppendEmpty()
		rs.Resource().Attributes().PutStr("service.name", pod)
		spans = rs.ScopeSpans().AppendEmpty().Spans()
		m.pods[pod] = spans
	}
	m.count++
	s := spans.AppendEmpty()
	s.SetTraceID(m.id)
	s.SetSpanID(pcommon.SpanID{0: 1, 6: byte(m.count >> 8), 7: byte(m.count)})
	s.SetParentSpanID(parent)
	s.SetName(name)
	s.SetStartTimestamp(pcommon.NewTimestampFromTime(m.begin.Add(from)))
	s.SetEndTimestamp(pcommon.NewTimestampFromTime(m.begin.Add(to)))
	return s
}

func (m *made) event(s ptrace.Span, name string, at time.Duration) {
	e := s.Events().AppendEmpty()
	e.SetName(name)
	e.SetTimestamp(pcommon.NewTimestampFromTime(m.begin.Add(at)))
}

// large is an ensemble of many members: 10,000 spans of eight servers, with the
// events that Triton writes.
func large(begin time.Time) ptrace.Traces {
	m := newMade(1, begin)
	root := m.span("supersonic-envoy-0", attr.Ingress, pcommon.SpanID{}, 0, 4*time.Second)
	root.Attributes().PutStr(attr.PeerService, "supersonic-triton-0")
	request := m.span("supersonic-triton-0", attr.InferRequest, root.SpanID(), 5*time.Millisecond, 3990*time.Millisecond)
	ensemble := m.span("supersonic-triton-0", "reconstruction", request.SpanID(), 6*time.Millisecond, 3980*time.Millisecond)
	step := 3900 * time.Millisecond / 3333
	for i := 0; m.count < 10_000; i++ {
		pod, at := fmt.Sprintf("supersonic-triton-%d", i%8), 10*time.Millisecond+time.Duration(i)*step
		model := m.span(pod, fmt.Sprintf("member_%d", i%40), ensemble.SpanID(), at, at+step)
		m.event(model, "QUEUE_START", at+step/20)
		if m.count >= 10_000 {
			break
		}
		compute := m.span(pod, attr.Compute, model.SpanID(), at+step/3, at+step*9/10)
		for n, name := range []string{"COMPUTE_START", "COMPUTE_INPUT_END", "COMPUTE_OUTPUT_START", "COMPUTE_END"} {
			m.event(compute, name, at+step/3+step*time.Duration(n)/6)
		}
		compute.Attributes().PutInt("batch.size", int64(1+i%16))
		if i%500 == 7 {
			compute.Status().SetCode(ptrace.StatusCodeError)
			compute.Status().SetMessage("out of memory")
		}
		if m.count < 10_000 {
			m.span(pod, "kernel", compute.SpanID(), at+step/2, at+step*8/10)
		}
	}
	return m.td
}

// young is a trace of which the server's spans come late.
func young(whole bool) ptrace.Traces {
	m := newMade(2, time.Now().Add(-time.Second))
	root := m.span("supersonic-envoy-0", attr.Ingress, pcommon.SpanID{}, 0, 100*time.Millisecond)
	root.Attributes().PutStr(attr.PeerService, "supersonic-triton-0")
	if whole {
		m.span("supersonic-triton-0", attr.InferRequest, root.SpanID(), 10*time.Millisecond, 90*time.Millisecond)
	}
	return m.td
}

// traceWorld is a site that has, beside the captured traces, a large one and one
// that still grows.
func traceWorld(t testing.TB, change ...func(*Config)) *world {
	w := newWorld(t, append(change, func(c *Config) {
		c.DataSources = append(c.DataSources, DataSource{Name: "with-graph", Type: TypeTempo, URL: c.DataSources[1].URL, NodeGraph: true})
	})...)
	many := large(time.Now().Add(-time.Hour))
	var asked atomic.Int32
	w.tempo.Also = func(id string) (ptrace.Traces, bool) {
		switch id {
		case largeID:
			return many, true
		case growingID:
			return young(asked.Add(1) > 2), true
		}
		return ptrace.Traces{}, false
	}
	return w
}

// The rest of trace.mjs runs before a live site, in e2e.
func TestAnOperatorReadsLargeYoungAndUploadedTracesInChromium(t *testing.T) {
	capture, err := filepath.Abs("waterfall/testdata/envoy-triton-traces.otlp.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	traceWorld(t).reader("trace.mjs", "LARGE="+largeID, "GROWING="+growingID, "CAPTURE="+capture,
		"ONLY=10,000|graph above|young|file|nothing left")
}

func TestTracesOfAFileAreReadAtASiteWithoutATraceStoreInChromium(t *testing.T) {
	newWorld(t, func(c *Config) { c.DataSources = c.DataSources[:1] }).reader("filetraces.mjs")
}
