package collector

import (
	"container/list"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// waiting are spans of one trace that wait for its ingress.
type waiting struct {
	id    pcommon.TraceID
	td    ptrace.Traces
	spans int
	bytes int
	since time.Time

	// where the next span of the same resource and scope goes while a request is split
	rs, ss int
	dst    ptrace.ScopeSpans
}

// hold keeps waiting traces in the order in which they began to wait. Its owner locks.
type hold struct {
	byID         map[pcommon.TraceID]*list.Element
	order        *list.List // of *waiting
	spans, bytes int
}

func newHold() *hold {
	return &hold{byID: map[pcommon.TraceID]*list.Element{}, order: list.New()}
}

func (h *hold) add(w *waiting) {
	h.spans += w.spans
	h.bytes += w.bytes
	if e, ok := h.byID[w.id]; ok {
		old := e.Value.(*waiting)
		w.td.ResourceSpans().MoveAndAppendTo(old.td.ResourceSpans())
		old.spans += w.spans
		old.bytes += w.bytes
		return
	}
	h.byID[w.id] = h.order.PushBack(w)
}

// take removes a trace; nil if it does not wait.
func (h *hold) take(id pcommon.TraceID) *waiting {
	e, ok := h.byID[id]
	if !ok {
		return nil
	}
	w := h.order.Remove(e).(*waiting)
	delete(h.byID, id)
	h.spans -= w.spans
	h.bytes -= w.bytes
	return w
}

// oldest is the trace that waits longest; nil if none does.
func (h *hold) oldest() *waiting {
	if e := h.order.Front(); e != nil {
		return e.Value.(*waiting)
	}
	return nil
}

// splitter gathers the spans of one request that must wait, by trace.
type splitter struct {
	byID map[pcommon.TraceID]*waiting
	all  []*waiting
	size ptrace.ProtoMarshaler
}

// groupOverhead is what a held resource and scope are taken to weigh, in bytes.
const groupOverhead = 512

// move takes s, the spans of resource number i and scope number j of its request.
func (p *splitter) move(i, j int, rs ptrace.ResourceSpans, ss ptrace.ScopeSpans, s ptrace.Span, now time.Time) {
	if p.byID == nil {
		p.byID = map[pcommon.TraceID]*waiting{}
	}
	w := p.byID[s.TraceID()]
	if w == nil {
		w = &waiting{id: s.TraceID(), td: ptrace.NewTraces(), since: now, rs: -1}
		p.byID[w.id] = w
		p.all = append(p.all, w)
	}
	if w.rs != i || w.ss != j {
		r := w.td.ResourceSpans().AppendEmpty()
		rs.Resource().CopyTo(r.Resource())
		r.SetSchemaUrl(rs.SchemaUrl())
		w.dst = r.ScopeSpans().AppendEmpty()
		ss.Scope().CopyTo(w.dst.Scope())
		w.dst.SetSchemaUrl(ss.SchemaUrl())
		w.rs, w.ss = i, j
		w.bytes += groupOverhead
	}
	w.spans++
	w.bytes += p.size.SpanSize(s)
	s.MoveTo(w.dst.Spans().AppendEmpty())
}
