package latency

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/ui/source"
)

// memory is a trace store with traces of one request each, a millisecond apart. It
// answers whole traces if whole, page by page as the real one does.
type memory struct {
	traces int
	whole  bool
	page   int
	fail   error
}

const memoryBegin = uint64(1_790_000_000_000_000_000)

func (m memory) start(i int) uint64 { return memoryBegin + uint64(i)*1e6 }

func (m memory) trace(i int) ptrace.Traces {
	td := ptrace.NewTraces()
	add := func(service, name string, id, parent byte, from, to uint64) ptrace.Span {
		rs := td.ResourceSpans().AppendEmpty()
		rs.Resource().Attributes().PutStr("service.name", service)
		s := rs.ScopeSpans().AppendEmpty().Spans().AppendEmpty()
		s.SetTraceID([16]byte{1, byte(i >> 16), byte(i >> 8), byte(i)})
		s.SetSpanID([8]byte{id})
		s.SetParentSpanID([8]byte{parent})
		s.SetName(name)
		s.SetStartTimestamp(pcommon.Timestamp(m.start(i) + from))
		s.SetEndTimestamp(pcommon.Timestamp(m.start(i) + to))
		return s
	}
	event := func(s ptrace.Span, name string, at uint64) {
		e := s.Events().AppendEmpty()
		e.SetName(name)
		e.SetTimestamp(pcommon.Timestamp(m.start(i) + at))
	}
	in := add("envoy-0", "ingress", 1, 0, 0, 1000)
	in.Attributes().PutStr("triton.model_name", "m")
	event(in, "SERVER_CHOSEN", 100)
	event(in, "RESPONSE_END", 900)
	// The server's clock is a second late, which must do no harm.
	const late = 1_000_000_000
	add("triton-0", "InferRequest", 2, 1, late, late+600)
	model := add("triton-0", "m", 3, 2, late+50, late+550)
	model.Attributes().PutStr("triton.model_name", "m")
	event(model, "QUEUE_START", late+50)
	compute := add("triton-0", "compute", 4, 3, late+150, late+500)
	for name, at := range map[string]uint64{"COMPUTE_START": 150, "COMPUTE_INPUT_END": 170, "COMPUTE_OUTPUT_START": 470, "COMPUTE_END": 500} {
		event(compute, name, late+at)
	}
	return td
}

func (m memory) newestFirst(from, to uint64) []int {
	var list []int
	for i := m.traces - 1; i >= 0; i-- {
		if at := m.start(i); at >= from && (to == 0 || at <= to) {
			list = append(list, i)
		}
	}
	return list
}

func (m memory) Whole(_ context.Context, q source.WholeQuery) (ptrace.Traces, uint64, error) {
	td := ptrace.NewTraces()
	if m.fail != nil || !m.whole {
		return td, 0, errors.Join(m.fail, source.ErrNoWhole)
	}
	list := m.newestFirst(q.From, q.To)
	next := uint64(0)
	if len(list) > m.page {
		list = list[:m.page]
		next = m.start(list[m.page-1])
	}
	for _, i := range list {
		m.trace(i).ResourceSpans().MoveAndAppendTo(td.ResourceSpans())
	}
	return td, next, nil
}

func (m memory) Search(_ context.Context, s source.Search) (source.Found, error) {
	var f source.Found
	for _, i := range m.newestFirst(uint64(s.From.UnixNano()), uint64(s.To.UnixNano())) {
		if len(f.Traces) == s.Limit {
			break
		}
		f.Traces = append(f.Traces, source.FoundTrace{ID: fmt.Sprint(i)})
	}
	return f, m.fail
}

func (m memory) Trace(_ context.Context, id string) (ptrace.Traces, string, error) {
	var i int
	if _, err := fmt.Sscan(id, &i); err != nil {
		return ptrace.Traces{}, "", err
	}
	return m.trace(i), "", nil
}

func later() time.Time { return time.Now().Add(time.Hour) }

func window(m memory) Window { return Window{From: memoryBegin, To: m.start(m.traces) + 1e9} }

func TestAllTracesOfARangeAreTakenInOncePageByPage(t *testing.T) {
	m := memory{traces: 1000, whole: true, page: 70}
	got, err := Gather(t.Context(), m, "", window(m), later())
	if err != nil || !got.Whole || got.Counts().Split != 1000 {
		t.Errorf("%+v, whole %v, %v", got.Counts(), got.Whole, err)
	}
	half, err := Gather(t.Context(), m, "", Window{From: m.start(500), To: m.start(599)}, later())
	if err != nil || half.Counts().Split != 100 {
		t.Errorf("of 100 in the range: %+v, %v", half.Counts(), err)
	}
}

func TestARequestIsSplitByDurationsWhateverTheClocks(t *testing.T) {
	m := memory{traces: 1, whole: true, page: 10}
	got, err := Gather(t.Context(), m, "", window(m), later())
	if err != nil {
		t.Fatal(err)
	}
	r := got.requests[0]
	want := Times{Gateway: 200, Network: 200, Server: 150, Queue: 100, Input: 20, Infer: 300, Output: 30}
	if r.times != want || r.total != 1000 || r.pod != "triton-0" || r.model != "m" {
		t.Errorf("%v of %v at %s for %s, want %v", r.times, r.total, r.pod, r.model, want)
	}
}

func TestAStoreThatAnswersNoWholeTracesIsReadOneByOne(t *testing.T) {
	m := memory{traces: 400}
	got, err := Gather(t.Context(), m, "", window(m), later())
	if err != nil || got.Counts().Split != 400 || !got.Whole {
		t.Errorf("%+v, whole %v, notes %v, %v", got.Counts(), got.Whole, got.Notes, err)
	}
}

func TestWhatWasLeftOutIsSaid(t *testing.T) {
	m := memory{traces: 20_000}
	got, err := Gather(t.Context(), m, "", window(m), later())
	if err != nil || got.Whole || len(got.Notes) != 1 || !strings.Contains(got.Notes[0], "limited number") {
		t.Errorf("foreign store: whole %v, notes %v, %v", got.Whole, got.Notes, err)
	}
	m = memory{traces: 500, whole: true, page: 50}
	got, err = Gather(t.Context(), m, "", window(m), time.Now().Add(-time.Second))
	if err != nil || got.Whole || got.Counts().Split != 50 || !slices.ContainsFunc(got.Notes, func(n string) bool { return strings.Contains(n, "took too long") }) {
		t.Errorf("out of time: %+v, whole %v, notes %v, %v", got.Counts(), got.Whole, got.Notes, err)
	}
	c := NewCollector(Window{})
	c.most = 10
	for i := range 25 {
		c.Add(m.trace(i))
	}
	if r := c.Report(); r.Rests.Whole || r.Rests.Requests != 10 || c.Counts().Beyond != 15 {
		t.Errorf("full: %+v", r.Rests)
	}
}

// slowly is a store that takes its time for each trace.
type slowly struct{ memory }

func (s slowly) Trace(ctx context.Context, id string) (ptrace.Traces, string, error) {
	time.Sleep(50 * time.Millisecond) // a bubble's own clock: no poll
	return s.memory.Trace(ctx, id)
}

func TestAStoreThatIsReadTooSlowlyIsReadFromAllPartsOfTheRange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := memory{traces: 24_000}
		got, err := Gather(t.Context(), slowly{m}, "", Window{From: memoryBegin, To: m.start(m.traces)}, time.Now().Add(2*time.Second))
		if err != nil || got.Whole || !strings.Contains(strings.Join(got.Notes, " "), "from all parts of the range") {
			t.Fatalf("whole %v, notes %v, %v", got.Whole, got.Notes, err)
		}
		var of [foreignSlices]int
		for _, r := range got.requests {
			of[(r.start-memoryBegin)*foreignSlices/uint64(m.traces)/1e6]++
		}
		if least, most := slices.Min(of[:]), slices.Max(of[:]); least < 20 || most-least > 5 {
			t.Errorf("of the parts of the range are taken in: %v", of)
		}
	})
}

func TestAFailingStoreIsAnError(t *testing.T) {
	m := memory{traces: 10, fail: errors.New("broken")}
	if _, err := Gather(t.Context(), m, "", window(m), later()); err == nil || !strings.Contains(err.Error(), "broken") {
		t.Errorf("error %v", err)
	}
}

func FuzzReadFile(f *testing.F) {
	line, err := (&ptrace.JSONMarshaler{}).MarshalTraces(memory{}.trace(1))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(line, "{ name = \"compute\" }")
	f.Add([]byte(`{"batches":[{"scopeSpans":[{"spans":[{"traceId":"AAAAAAAAAAAAAAAAAAAAAQ==","spanId":"AAAAAAAAAAE=","name":"ingress"}]}]}]}`), "")
	f.Add([]byte{0x1f, 0x8b, 0}, "{}")
	f.Fuzz(func(t *testing.T, body []byte, filter string) {
		c, err := ReadFile(strings.NewReader(string(body)), filter, Window{})
		if err != nil {
			return
		}
		if r := c.Report(); r.Sentence == "" {
			t.Error("a report without a sentence")
		}
	})
}
