package oracle

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/internal/sampling"
	"supersonic/traceql"
	"supersonic/traces/query"
	"supersonic/traces/span"
)

// Model is a storage of spans and the engine over it. The zero value is empty.
type Model struct {
	mu     sync.RWMutex
	traces map[span.TraceID][]span.Span // in the order in which they came

	everyCopy bool // names and values are those of spans that were superseded too
}

var _ query.Engine = (*Model)(nil)

// New returns a Model of spans.
func New(spans ...span.Span) *Model {
	m := &Model{}
	m.Add(spans...)
	return m
}

// Add keeps spans, which must not be changed afterwards. Their weights are read off
// their trace states.
func (m *Model) Add(spans ...span.Span) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.traces == nil {
		m.traces = make(map[span.TraceID][]span.Span)
	}
	for _, s := range spans {
		s.Weight = 0
		if th, ok := sampling.FromTracestate(s.TraceState); ok {
			s.Weight = th.Weight()
		}
		m.traces[s.TraceID] = append(m.traces[s.TraceID], s)
	}
}

// Delete forgets what came so far of some traces.
func (m *Model) Delete(ids ...span.TraceID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, id := range ids {
		delete(m.traces, id)
	}
}

// copies is a Model that has the names and values of every copy of a span.
func (m *Model) copies() *Model {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return &Model{traces: maps.Clone(m.traces), everyCopy: true}
}

// IDs lists the traces, ascending.
func (m *Model) IDs() []span.TraceID {
	m.mu.RLock()
	defer m.mu.RUnlock()
	var ids []span.TraceID
	for id := range m.traces {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b span.TraceID) int { return bytes.Compare(a[:], b[:]) })
	return ids
}

// Spans returns all spans, each once, newest traces first.
func (m *Model) Spans() []span.Span {
	var out []span.Span
	for _, t := range m.all(query.Range{}) {
		out = append(out, t.Spans...)
	}
	return out
}

// all returns the traces that have a span which overlaps a range, newest first.
func (m *Model) all(r query.Range) []*query.Trace {
	m.mu.RLock()
	defer m.mu.RUnlock()
	var out []*query.Trace
	for id, spans := range m.traces {
		if t := query.NewTrace(id, slices.Clone(spans)); t.Within(r) {
			out = append(out, t)
		}
	}
	slices.SortFunc(out, func(a, b *query.Trace) int {
		return cmp.Or(cmp.Compare(b.Start, a.Start), bytes.Compare(a.ID[:], b.ID[:]))
	})
	return out
}

// Trace implements query.Engine, as do the methods below.
func (m *Model) Trace(_ context.Context, id span.TraceID) (*query.Trace, query.Stats, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	spans, ok := m.traces[id]
	if !ok {
		return nil, query.Stats{}, query.ErrNotFound
	}
	return query.NewTrace(id, slices.Clone(spans)), query.Stats{Traces: 1, Spans: len(spans)}, nil
}

func (m *Model) Search(_ context.Context, r query.SearchRequest) (query.SearchResult, error) {
	var out query.SearchResult
	var search *traceql.Search
	if r.Query != "" {
		if len(r.Tags) > 0 {
			return out, query.BadRequest{Err: fmt.Errorf("a search takes q or tags, not both")}
		}
		q, err := traceql.Parse(r.Query)
		if err == nil {
			search, err = traceql.NewSearch(q)
		}
		if err != nil {
			return out, query.BadRequest{Err: err}
		}
		out.Warnings = warnings(q)
	}
	for _, t := range m.all(r.Range) {
		out.Stats.Traces, out.Stats.Spans = out.Stats.Traces+1, out.Stats.Spans+len(t.Spans)
		hit, ok := match(&r, search, t)
		if !ok {
			continue
		}
		if len(out.Traces) == r.Limit {
			out.More = true
			break
		}
		out.Traces = append(out.Traces, hit)
	}
	return out, nil
}

// match looks for what is asked in a trace.
func match(r *query.SearchRequest, search *traceql.Search, t *query.Trace) (query.Hit, bool) {
	if d := t.Duration(); d < uint64(r.MinDuration) || r.MaxDuration > 0 && d > uint64(r.MaxDuration) {
		return query.Hit{}, false
	}
	if search == nil {
		for _, tag := range r.Tags {
			if !slices.ContainsFunc(t.Spans, func(s span.Span) bool { return hasTag(t, &s, tag) }) {
				return query.Hit{}, false
			}
		}
		return newHit(t, nil), true
	}
	sets := search.Eval(shown(t))
	if len(sets) == 0 {
		return query.Hit{}, false
	}
	var out []query.Spanset
	for _, set := range sets {
		one := query.Spanset{Matched: set.Matched, Attributes: set.Attributes}
		for i, m := range set.Spans {
			if i == r.SpansPerSet {
				break
			}
			s := &t.Spans[m.Index]
			one.Spans = append(one.Spans, query.SpanHit{ID: s.ID, Name: s.Name, Start: s.Start, Duration: s.Duration(), Attributes: m.Attributes})
		}
		out = append(out, one)
	}
	return newHit(t, out), true
}

func newHit(t *query.Trace, sets []query.Spanset) query.Hit {
	h := query.Hit{ID: t.ID, Start: t.Start, Duration: t.Duration(), Sets: sets, Services: make(map[string]query.ServiceStats)}
	if root := t.Root(); root != nil {
		h.HasRoot, h.RootName, h.RootService = true, root.Name, root.Resource.ServiceName()
	}
	for i := range t.Spans {
		n := h.Services[t.Spans[i].Resource.ServiceName()]
		n.Spans++
		if t.Spans[i].Status == ptrace.StatusCodeError {
			n.Errors++
		}
		h.Services[t.Spans[i].Resource.ServiceName()] = n
	}
	return h
}

// hasTag tells whether a span has a tag, or its trace where the tag is the trace's.
func hasTag(t *query.Trace, s *span.Span, tag query.Tag) bool {
	root := t.Root()
	switch tag.Key {
	case "name":
		return within(s.Name, tag.Value)
	case "status", "status.code":
		return traceql.StatusOf(traceql.Status(s.Status)).String() == tag.Value
	case "root.name":
		return root != nil && within(root.Name, tag.Value)
	case "root.service.name":
		return root != nil && within(root.Resource.ServiceName(), tag.Value)
	}
	if v, ok := s.Attrs.Get(tag.Key); ok && holds(v, tag.Value) {
		return true
	}
	if v, ok := s.Resource.Attrs.Get(tag.Key); ok && holds(v, tag.Value) {
		return true
	}
	return tag.Key == "error" && tag.Value == "true" && s.Status == ptrace.StatusCodeError
}

// holds tells whether a value has the text of a tag: within, but for numbers and truths.
func holds(v pcommon.Value, text string) bool {
	switch v.Type() {
	case pcommon.ValueTypeInt, pcommon.ValueTypeDouble, pcommon.ValueTypeBool:
		return v.AsString() == text
	}
	return within(v.AsString(), text)
}

// within asks in letters of either case; an empty text is in none but itself.
func within(text, part string) bool {
	return text == part || part != "" && strings.Contains(strings.ToLower(text), strings.ToLower(part))
}

func (m *Model) Metrics(_ context.Context, r query.MetricsRequest) (query.MetricsResult, error) {
	var out query.MetricsResult
	q, err := traceql.Parse(r.Query)
	if err != nil {
		return out, query.BadRequest{Err: err}
	}
	out.Warnings = warnings(q)
	rng := traceql.Range{Start: r.Range.Start, End: r.Range.End, Step: r.Step, MaxSeries: r.MaxSeries}
	if r.Exemplars > 0 {
		rng.MaxExemplars = math.MaxInt32 // which ones an engine shows is left to it: see diffExemplars
	}
	a, err := traceql.NewAggregator(q, rng)
	if err != nil {
		return out, query.BadRequest{Err: err}
	}
	out.Range = a.Range()
	for _, t := range m.all(query.Range{Start: out.Range.Start, End: out.Range.End}) {
		out.Stats.Traces, out.Stats.Spans = out.Stats.Traces+1, out.Stats.Spans+len(t.Spans)
		a.Add(shown(t))
	}
	out.Series, out.Refused = a.Series(), a.Refused()
	return out, nil
}

func warnings(q *traceql.Query) []string {
	var out []string
	for _, w := range q.Warnings() {
		out = append(out, w.Msg)
	}
	return out
}
