package query

import (
	"context"
	"fmt"

	"supersonic/traceql"
	"supersonic/traces/span"
)

// Engine answers the API.
type Engine interface {
	// Trace returns a whole trace, ErrNotFound if there is none.
	Trace(ctx context.Context, id span.TraceID) (*Trace, Stats, error)
	// Search returns the newest traces that match.
	Search(ctx context.Context, r SearchRequest) (SearchResult, error)
	// TagNames returns the names of attributes by scope.
	TagNames(ctx context.Context, r TagNamesRequest) (TagNamesResult, error)
	// TagValues returns the values of one attribute or intrinsic.
	TagValues(ctx context.Context, r TagValuesRequest) (TagValuesResult, error)
	// Metrics returns the series of a metrics query.
	Metrics(ctx context.Context, r MetricsRequest) (MetricsResult, error)
}

// BadRequest is a question that has no answer because it is wrong: the asker's
// fault, with a message for them.
type BadRequest struct{ Err error }

func (e BadRequest) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e BadRequest) Unwrap() error { return e.Err }

func badRequest(format string, args ...any) error {
	return BadRequest{fmt.Errorf(format, args...)}
}

// scanner is the Engine over a Source.
type scanner struct{ src Source }

var _ Engine = scanner{}

// New returns an Engine that scans src.
func New(src Source) Engine { return scanner{src} }

func (e scanner) Trace(ctx context.Context, id span.TraceID) (*Trace, Stats, error) {
	return e.src.Trace(ctx, id)
}

func (e scanner) Metrics(ctx context.Context, r MetricsRequest) (MetricsResult, error) {
	var out MetricsResult
	q, err := traceql.Parse(r.Query)
	if err != nil {
		return out, BadRequest{err}
	}
	out.Warnings = warnings(q)
	a, err := traceql.NewAggregator(q, traceql.Range{Start: r.Range.Start, End: r.Range.End, Step: r.Step, MaxSeries: r.MaxSeries, MaxExemplars: r.Exemplars})
	if err != nil {
		return out, BadRequest{err}
	}
	out.Range = a.Range()
	out.Stats, err = e.src.Scan(ctx, Range{out.Range.Start, out.Range.End}, Visitor{
		Eval: func(t *Trace) any { return t },
		Emit: func(t any) bool {
			a.Add(languageTrace(t.(*Trace)))
			return true
		},
	})
	out.Series, out.Refused = a.Series(), a.Refused()
	return out, err
}
