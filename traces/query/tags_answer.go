package query

import (
	"context"

	"supersonic/traces/span"
)

// Trace implements Engine.
func (e *engine) Trace(ctx context.Context, id span.TraceID) (*Trace, Stats, error) {
	snap, err := e.src.Snapshot()
	if err != nil {
		return nil, Stats{}, err
	}
	defer snap.Release()
	t, stats, err := traceByID(ctx, snap, id)
	e.count(stats.Spans)
	return t, stats, err
}

func (e *engine) count(rows int) {
	if e.opts.Rows != nil && rows > 0 {
		e.opts.Rows(rows)
	}
}

// TagNames implements Engine. Nothing is sampled: the names are all that there are.
func (e *engine) TagNames(ctx context.Context, r TagNamesRequest) (TagNamesResult, error) {
	snap, err := e.src.Snapshot()
	if err != nil {
		return TagNamesResult{}, err
	}
	defer snap.Release()
	rows, err := selectors(snap, r.Query)
	if err != nil {
		return TagNamesResult{}, err
	}
	out, err := tagNames(ctx, snap, r, rows)
	e.count(out.Stats.Spans)
	return out, err
}

// TagValues implements Engine. Nothing is sampled: the values are all that there
// are, up to the limit.
func (e *engine) TagValues(ctx context.Context, r TagValuesRequest) (TagValuesResult, error) {
	snap, err := e.src.Snapshot()
	if err != nil {
		return TagValuesResult{}, err
	}
	defer snap.Release()
	rows, err := selectors(snap, r.Query)
	if err != nil {
		return TagValuesResult{}, err
	}
	out, err := tagValues(ctx, snap, r, rows)
	e.count(out.Stats.Spans)
	return out, err
}
