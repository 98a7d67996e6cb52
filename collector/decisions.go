package collector

import (
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/internal/attr"
	"supersonic/internal/sampling"
)

// decision is what is known of a trace.
type decision struct {
	outcome string // outcomeKnown, outcomeUnweighted or outcomeAssumed
	th      sampling.Threshold
	at      time.Time
}

// apply writes the decision on a span that has no th of its own.
func (d decision) apply(s ptrace.Span) {
	switch d.outcome {
	case outcomeKnown:
		s.TraceState().FromRaw(sampling.WithThreshold(s.TraceState().AsRaw(), d.th))
	case outcomeAssumed:
		s.Attributes().PutBool(attr.ThAssumed, true)
	}
}

// applyAll writes the decision on all spans of td: those that waited have no th.
func (d decision) applyAll(td ptrace.Traces) {
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, s := range ss.Spans().All() {
				d.apply(s)
			}
		}
	}
}

// decisions remembers traces for a time, at most max of them, the oldest leaving
// first. Its owner locks.
type decisions struct {
	window time.Duration
	max    int
	byID   map[pcommon.TraceID]decision
	order  []pcommon.TraceID // by first mention; order[:head] has left
	head   int
}

func newDecisions(window time.Duration, limit int) *decisions {
	return &decisions{window: window, max: limit, byID: map[pcommon.TraceID]decision{}}
}

func (m *decisions) get(id pcommon.TraceID, now time.Time) (decision, bool) {
	d, ok := m.byID[id]
	return d, ok && now.Sub(d.at) <= m.window
}

// put remembers d. A threshold once known is not unlearned.
func (m *decisions) put(id pcommon.TraceID, d decision) {
	m.forget(d.at)
	old, ok := m.byID[id]
	if ok && old.outcome == outcomeKnown && d.outcome != outcomeKnown {
		return
	}
	if ok {
		d.at = old.at // it keeps its place in the order
	} else {
		m.order = append(m.order, id)
	}
	m.byID[id] = d
	m.forget(d.at)
}

func (m *decisions) forget(now time.Time) {
	for m.head < len(m.order) {
		oldest := m.order[m.head]
		if len(m.byID) <= m.max && now.Sub(m.byID[oldest].at) <= m.window {
			break
		}
		delete(m.byID, oldest)
		m.head++
	}
	if m.head > len(m.order)/2 && m.head > 1024 {
		m.order = append([]pcommon.TraceID(nil), m.order[m.head:]...)
		m.head = 0
	}
}
