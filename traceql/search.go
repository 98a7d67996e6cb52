package traceql

import "errors"

// ErrNotSearch is NewSearch's answer to a metrics query.
var ErrNotSearch = errors.New("traceql: the query ends in a metrics function; it has series for an answer, not spans")

// Spanset is spans of one trace that the query selected.
type Spanset struct {
	Matched    int     // how many spans; all of them are in Spans
	Attributes []Named // what by() and the aggregates computed, in pipeline order
	Spans      []Match // in the order of Trace.Spans
}

// Match is a selected span.
type Match struct {
	Index int // in Trace.Spans
	Span  Span
	// Attributes are those that the query names, in its order, by Attribute.Key;
	// name, duration, ids and what is the trace's only if select() asks.
	Attributes []Named
}

// Named is a value with its name in the answer.
type Named struct {
	Name  string
	Value Static
}

// Search evaluates a query over traces. It is immutable: one Search may evaluate
// many traces at once.
type Search struct {
	query *Query
	shown []shown
}

// NewSearch prepares a query for evaluation.
func NewSearch(q *Query) (*Search, error) {
	if q.IsMetrics() {
		return nil, ErrNotSearch
	}
	return &Search{query: q, shown: shownBy(q.Pipeline)}, nil
}

// Eval returns what the query selects of a trace: nil if nothing, several
// spansets after by(). The result refers to the trace's spans.
func (s *Search) Eval(t *Trace) []Spanset {
	sets := runPipeline(t, s.query.Pipeline, allOf(t))
	if len(sets) == 0 {
		return nil
	}
	out := make([]Spanset, len(sets))
	for i, set := range sets {
		out[i] = Spanset{Matched: len(set.spans), Attributes: set.attrs, Spans: s.matches(t, set)}
	}
	return out
}

func (s *Search) matches(t *Trace, set spanset) []Match {
	out := make([]Match, len(set.spans))
	for i, index := range set.spans {
		out[i] = Match{Index: int(index), Span: t.spans[index], Attributes: s.show(env{t: t, i: int(index)})}
	}
	return out
}
