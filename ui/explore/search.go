package explore

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/traceql"
	"supersonic/ui/payload"
	"supersonic/ui/source"
)

// Bounds of an answer.
const (
	MaxSpans     = 5000 // rows of a search
	MaxSeries    = 500  // lines of a chart
	MaxExemplars = 150  // dots of a chart
	MaxColumns   = 60   // attributes of a search's spans
)

// Searching is what a search asks.
type Searching struct {
	Query    string
	From, To time.Time
	Limit    int      // traces
	PerTrace int      // spans of each
	Columns  []string // attributes that the answer has to tell, as TraceQL writes them
	Scopes   bool     // attributes of one name in two scopes are told apart: their traces are read
	Began    string   // "spans" or "traces" have to begin within the range, to the nanosecond: stores know whole seconds. "": as the store has it
}

// Store is what a trace store is asked.
type Store interface {
	Search(context.Context, source.Search) (source.Found, error)
	Metrics(context.Context, source.TraceMetrics) (source.TraceSeries, error)
}

// TraceStore is one whose traces are read as well.
type TraceStore interface {
	Store
	Trace(ctx context.Context, id string) (td ptrace.Traces, partial string, err error)
}

// always are attributes that every table shows.
var always = []string{"resource.service.name", "status"}

// Search finds traces and tells of their spans.
func Search(ctx context.Context, store TraceStore, s Searching) (payload.ExploreSearch, error) {
	if strings.TrimSpace(s.Query) == "" {
		s.Query = "{}"
	}
	asked, warnings := s.attributes()
	q := source.Search{Query: withSelect(s.Query, asked), From: s.From, To: s.To, Limit: s.Limit, SpansPerTrace: s.PerTrace}
	found, err := store.Search(ctx, q)
	if err != nil {
		return payload.ExploreSearch{}, err
	}
	full := len(found.Traces) >= s.Limit
	found.Traces = s.within(found.Traces)
	out := payload.ExploreSearch{Query: q.Query, FromMs: float64(s.From.UnixMilli()), ToMs: float64(s.To.UnixMilli()), Limit: s.Limit,
		Limited: found.Limited || full, Warnings: append(warnings, found.Warnings...),
		Spent: payload.Inspected{Spans: found.Spent.Spans, Traces: found.Spent.Traces, Bytes: found.Spent.Bytes}}
	sort.SliceStable(found.Traces, func(i, j int) bool { return found.Traces[i].StartNano > found.Traces[j].StartNano })
	for _, t := range found.Traces {
		out.Traces = append(out.Traces, Brief(t))
		out.SpansCut = out.SpansCut || t.Matched > len(t.Spans)
	}
	if s.Scopes {
		out.Warnings = append(out.Warnings, tellApart(ctx, store, found.Traces, alike(s.Query, asked))...)
	}
	spanRows(&out, found.Traces)
	for _, a := range asked[len(always):] {
		key := a.Attribute.Key()
		has := func(c payload.ExploreColumn) bool { return c.Name == key || c.Name == a.Attribute.String() }
		if len(out.Spans) > 0 && !slices.Contains(shownAlready, key) && !slices.ContainsFunc(out.Columns, has) {
			out.Warnings = append(out.Warnings, "no span of this answer has "+a.Attribute.String())
		}
	}
	return out, nil
}

// attributes are those that every table shows and those that are asked for; what is
// asked for and is none is told.
func (s Searching) attributes() (list []*traceql.Attr, warnings []string) {
	for _, name := range append(append([]string{}, always...), s.Columns...) {
		if a := attribute(name); a != nil {
			list = append(list, a)
		} else {
			warnings = append(warnings, fmt.Sprintf("%q names no attribute: write span.%[2]s, resource.%[2]s or .%[2]s", name, strings.Trim(name, ".")))
		}
	}
	return list, warnings
}

// within leaves what began in the range, where that is asked for.
func (s Searching) within(traces []source.FoundTrace) []source.FoundTrace {
	in := func(nano uint64) bool { return nano >= uint64(s.From.UnixNano()) && nano <= uint64(s.To.UnixNano()) }
	switch s.Began {
	case "traces":
		return slices.DeleteFunc(traces, func(t source.FoundTrace) bool { return !in(t.StartNano) })
	case "spans":
		var left []source.FoundTrace
		for _, t := range traces {
			told := len(t.Spans)
			t.Spans = slices.DeleteFunc(t.Spans, func(f source.FoundSpan) bool { return !in(f.StartNano) })
			t.Matched -= told - len(t.Spans)
			if t.Matched > 0 {
				left = append(left, t)
			}
		}
		return left
	}
	return traces
}

// noRoot is how Tempo writes that the root has not come.
const noRoot = "<root span not yet received>"

// Brief is a found trace as one row.
func Brief(t source.FoundTrace) payload.TraceBrief {
	b := payload.TraceBrief{ID: t.ID, RootName: t.RootTraceName, RootPod: t.RootServiceName,
		StartMs: float64(t.StartNano) / 1e6, DurationMs: t.DurationMs, Matched: t.Matched}
	if b.RootName == noRoot || b.RootPod == noRoot {
		b.RootName, b.RootPod = "", ""
	}
	if t.Services == nil {
		return b
	}
	spans, failed := 0, false
	for name, s := range t.Services {
		b.Services = append(b.Services, payload.Service{Name: name, Spans: s.SpanCount, Errors: s.ErrorCount})
		spans += s.SpanCount
		b.Errors += s.ErrorCount
		failed = failed || s.ErrorCount > 0
	}
	sort.Slice(b.Services, func(i, j int) bool { return b.Services[i].Name < b.Services[j].Name })
	b.Spans, b.Failed = &spans, &failed
	return b
}

// spanRows lays the spans out in rows, an attribute a column: service and status
// first, the others in the order of their names.
func spanRows(out *payload.ExploreSearch, traces []source.FoundTrace) {
	place := columns(out, traces)
	for _, t := range traces {
		for _, s := range t.Spans {
			if len(out.Spans) == MaxSpans {
				out.SpansCut = true
				return
			}
			row := payload.FoundSpan{TraceID: t.ID, SpanID: s.ID, Name: s.Name, StartMs: float64(s.StartNano) / 1e6,
				DurationNs: float64(s.DurationNanos), Values: make([]*string, len(out.Columns))}
			for _, a := range s.Attrs {
				if at, known := place[a.Key]; known {
					row.Values[at] = &a.Value
				}
				row.Failed = row.Failed || a.Key == "status" && a.Value == "error"
			}
			out.Spans = append(out.Spans, row)
		}
	}
}

// shownAlready are attributes that have columns of their own.
var shownAlready = []string{"name", "duration", "span:name", "span:duration"}

func columns(out *payload.ExploreSearch, traces []source.FoundTrace) map[string]int {
	number := map[string]bool{}
	for _, t := range traces {
		for _, s := range t.Spans {
			for _, a := range s.Attrs {
				numeric := a.Type == "int" || a.Type == "double"
				if was, known := number[a.Key]; known {
					numeric = numeric && was
				}
				number[a.Key] = numeric
			}
		}
	}
	names := make([]string, 0, len(number))
	for name := range number {
		if !slices.Contains(shownAlready, name) {
			names = append(names, name)
		}
	}
	first := func(name string) int {
		return slices.Index([]string{"status", "service.name", "resource.service.name"}, name)
	}
	sort.Slice(names, func(i, j int) bool {
		if a, b := first(names[i]), first(names[j]); a != b {
			return a > b
		}
		return names[i] < names[j]
	})
	if len(names) > MaxColumns {
		out.Warnings = append(out.Warnings, "only "+strconv.Itoa(MaxColumns)+" of "+strconv.Itoa(len(names))+" attributes are shown: name those that you want in select()")
		names = names[:MaxColumns]
	}
	place := make(map[string]int, len(names))
	for i, name := range names {
		place[name] = i
		out.Columns = append(out.Columns, payload.ExploreColumn{Name: name, Number: number[name]})
	}
	return place
}

// isSearch tells whether a query selects spans, as far as we can read it.
func isSearch(query string) bool {
	q, err := traceql.Parse(query)
	return err != nil || !q.IsMetrics()
}
