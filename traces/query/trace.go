package query

import (
	"bytes"
	"cmp"
	"errors"
	"slices"

	"supersonic/internal/attr"
	"supersonic/internal/sampling"
	"supersonic/traces/span"
)

// ErrNotFound says that no span of a trace is stored.
var ErrNotFound = errors.New("trace not found")

// Range is a stretch of time in Unix nanoseconds, both ends included. A zero End
// is the end of time.
type Range struct{ Start, End uint64 }

// Overlaps tells whether something from start to end lies within r in part.
func (r Range) Overlaps(start, end uint64) bool {
	return end >= r.Start && (r.End == 0 || start <= r.End)
}

// Trace is one trace, whole as far as it is stored. The spans belong to the
// caller; what they point to is shared and must not be changed.
type Trace struct {
	ID         span.TraceID
	Spans      []span.Span // by start, then id; never empty
	Start, End uint64      // earliest start, latest end of a span
}

// NewTrace makes a trace of all its spans, in any order and with duplicates. It
// keeps spans and changes their order and weights.
//
// Two spans with one id and kind are one span that was sent twice: the one that
// ends later stays. (The kind counts because Zipkin's client and server share an
// id.) A span without an own `th` gets the weight of the trace's head threshold,
// as its `ingress` tells it; without one the weight stays 0, unknown.
func NewTrace(id span.TraceID, spans []span.Span) *Trace {
	slices.SortStableFunc(spans, func(a, b span.Span) int {
		if c := bytes.Compare(a.ID[:], b.ID[:]); c != 0 {
			return c
		}
		if c := cmp.Compare(a.Kind, b.Kind); c != 0 {
			return c
		}
		return cmp.Compare(b.End, a.End)
	})
	spans = slices.CompactFunc(spans, func(a, b span.Span) bool { return a.ID == b.ID && a.Kind == b.Kind })
	slices.SortStableFunc(spans, func(a, b span.Span) int { return cmp.Compare(a.Start, b.Start) })
	t := &Trace{ID: id, Spans: spans, Start: spans[0].Start}
	for i := range spans {
		t.End = max(t.End, spans[i].End, spans[i].Start)
	}
	t.weigh()
	return t
}

// weigh gives each span its weight: of its own threshold, else of the trace's.
func (t *Trace) weigh() {
	head := t.headWeight()
	for i := range t.Spans {
		s := &t.Spans[i]
		if th, ok := sampling.FromTracestate(s.TraceState); ok {
			s.Weight = th.Weight()
		} else {
			s.Weight = head
		}
	}
}

// headWeight is what the earliest ingress that knows tells of the others, 0 if none
// does.
func (t *Trace) headWeight() float64 {
	for i := range t.Spans {
		s := &t.Spans[i]
		if s.Name != attr.Ingress {
			continue
		}
		if th, ok := s.HeadThreshold(); ok {
			return th.Weight()
		}
	}
	return 0
}

// Within tells whether a span of the trace overlaps r.
func (t *Trace) Within(r Range) bool {
	return r == Range{} || slices.ContainsFunc(t.Spans, func(s span.Span) bool { return r.Overlaps(s.Start, max(s.Start, s.End)) })
}

// Duration is the time from the first start to the last end, nanoseconds.
func (t *Trace) Duration() uint64 { return t.End - t.Start }

// Root is the earliest span without a parent, nil if none has come.
func (t *Trace) Root() *span.Span {
	for i := range t.Spans {
		if t.Spans[i].Parent.IsZero() {
			return &t.Spans[i]
		}
	}
	return nil
}

// Stats is what a request looked at.
type Stats struct {
	Traces int
	Spans  int
	Bytes  int64 // of OTLP protobuf decoded for it; cached records cost none
}

// Add sums.
func (s *Stats) Add(o Stats) {
	s.Traces += o.Traces
	s.Spans += o.Spans
	s.Bytes += o.Bytes
}
