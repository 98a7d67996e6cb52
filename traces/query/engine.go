package query

import (
	"context"
	"fmt"

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
