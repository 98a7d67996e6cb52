package query

import (
	"strings"
	"time"

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

// Tag is an attribute and what its value must contain, in letters of either case. An empty
// one asks for an empty text, and a number or truth has to be equal.
type Tag struct{ Key, Value string }

func (tag Tag) in(text string) bool {
	if tag.Value == "" {
		return text == ""
	}
	return strings.Contains(text, tag.Value) || strings.Contains(strings.ToLower(text), strings.ToLower(tag.Value))
}

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

func warnings(q *traceql.Query) []string {
	var out []string
	for _, w := range q.Warnings() {
		out = append(out, w.Msg)
	}
	return out
}
