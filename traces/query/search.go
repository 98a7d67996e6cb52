package query

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/traceql"
	"supersonic/traces/span"
)

// SearchRequest asks for traces: by a TraceQL query, or by tags and durations.
type SearchRequest struct {
	Query string

	// Tags must each be found on some span of the trace, or on its resource.
	Tags                     []Tag
	MinDuration, MaxDuration time.Duration // of the trace; 0 leaves it open

	Range       Range
	Limit       int // traces
	SpansPerSet int // spans shown of a spanset; its count tells of all
	Explain     bool
}

// Tag is an attribute and the value that it must have, as text.
type Tag struct{ Key, Value string }

// SearchResult is the newest traces that match, newest first.
type SearchResult struct {
	Traces []Hit
	Stats  Stats
	// More tells that the limit cut the answer: there may be older ones.
	More bool
	// Warnings are what the language has to say about the query.
	Warnings []string
	Explain  *Explain // if asked
}

// Hit is a trace that matches.
type Hit struct {
	ID                    span.TraceID
	RootService, RootName string
	HasRoot               bool
	Start, Duration       uint64 // Unix nanoseconds, nanoseconds
	Sets                  []Spanset
	Services              map[string]ServiceStats
}

// Spanset is spans that the query selected together.
type Spanset struct {
	Matched    int
	Attributes []traceql.Named
	Spans      []SpanHit
}

// SpanHit is a selected span with the attributes that the query names.
type SpanHit struct {
	ID              span.ID
	Name            string
	Start, Duration uint64
	Attributes      []traceql.Named
}

// ServiceStats counts the spans of a service in a trace.
type ServiceStats struct{ Spans, Errors int }

func (e scanner) Search(ctx context.Context, r SearchRequest) (SearchResult, error) {
	var out SearchResult
	match := func(t *Trace) ([]Spanset, bool) { return nil, r.matchesTags(t) }
	if r.Query != "" {
		if len(r.Tags) > 0 {
			return out, badRequest("a search takes q or tags, not both")
		}
		search, warnings, err := compile(r.Query)
		if err != nil {
			return out, err
		}
		out.Warnings = warnings
		match = func(t *Trace) ([]Spanset, bool) {
			sets := search.Eval(languageTrace(t))
			return r.show(t, sets), len(sets) > 0
		}
	}
	var err error
	out.Stats, err = e.src.Scan(ctx, r.Range, Visitor{
		Eval: func(t *Trace) any {
			if !r.lasts(t) {
				return nil
			}
			sets, ok := match(t)
			if !ok {
				return nil
			}
			return newHit(t, sets)
		},
		Emit: func(hit any) bool {
			if len(out.Traces) == r.Limit {
				out.More = true
				return false
			}
			out.Traces = append(out.Traces, *hit.(*Hit))
			return true
		},
	})
	slices.SortStableFunc(out.Traces, func(a, b Hit) int {
		if c := cmp.Compare(b.Start, a.Start); c != 0 {
			return c
		}
		return bytes.Compare(a.ID[:], b.ID[:])
	})
	return out, err
}

func compile(query string) (*traceql.Search, []string, error) {
	q, err := traceql.Parse(query)
	if err != nil {
		return nil, nil, BadRequest{err}
	}
	s, err := traceql.NewSearch(q)
	if err != nil {
		return nil, nil, BadRequest{err}
	}
	return s, warnings(q), nil
}

func (r *SearchRequest) lasts(t *Trace) bool {
	d := t.Duration()
	return d >= uint64(r.MinDuration) && (r.MaxDuration <= 0 || d <= uint64(r.MaxDuration))
}

func (r *SearchRequest) show(t *Trace, sets []traceql.Spanset) []Spanset {
	out := make([]Spanset, len(sets))
	for i, set := range sets {
		out[i] = Spanset{Matched: set.Matched, Attributes: set.Attributes}
		for _, m := range set.Spans[:min(len(set.Spans), r.SpansPerSet)] {
			s := &t.Spans[m.Index]
			out[i].Spans = append(out[i].Spans, SpanHit{ID: s.ID, Name: s.Name, Start: s.Start, Duration: s.Duration(), Attributes: m.Attributes})
		}
	}
	return out
}

func newHit(t *Trace, sets []Spanset) *Hit {
	h := &Hit{ID: t.ID, Start: t.Start, Duration: t.Duration(), Sets: sets, Services: map[string]ServiceStats{}}
	if root := t.Root(); root != nil {
		h.HasRoot, h.RootName, h.RootService = true, root.Name, root.Resource.ServiceName()
	}
	for i := range t.Spans {
		s := &t.Spans[i]
		name := s.Resource.ServiceName()
		n := h.Services[name]
		n.Spans++
		if s.Status == ptrace.StatusCodeError {
			n.Errors++
		}
		h.Services[name] = n
	}
	return h
}

// matchesTags tells whether each tag is found on some span.
func (r *SearchRequest) matchesTags(t *Trace) bool {
	for _, tag := range r.Tags {
		if !slices.ContainsFunc(t.Spans, func(s span.Span) bool { return tag.on(t, &s) }) {
			return false
		}
	}
	return true
}

// on tells whether a span has the tag. Names that Tempo reads otherwise than as
// attributes: name, status (ok, error, unset), error (true is status error),
// root.name and root.service.name.
func (tag Tag) on(t *Trace, s *span.Span) bool {
	switch tag.Key {
	case "name":
		return s.Name == tag.Value
	case "status":
		return traceql.StatusOf(traceql.Status(s.Status)).String() == tag.Value
	case "root.name", "root.service.name":
		root := t.Root()
		if root == nil {
			return false
		}
		return tag.Key == "root.name" && root.Name == tag.Value || tag.Key == "root.service.name" && root.Resource.ServiceName() == tag.Value
	}
	if v, ok := s.Attrs.Get(tag.Key); ok && v.AsString() == tag.Value {
		return true
	}
	if v, ok := s.Resource.Attrs.Get(tag.Key); ok && v.AsString() == tag.Value {
		return true
	}
	return tag == Tag{"error", "true"} && s.Status == ptrace.StatusCodeError
}

func warnings(q *traceql.Query) []string {
	var out []string
	for _, w := range q.Warnings() {
		out = append(out, w.Msg)
	}
	return out
}
