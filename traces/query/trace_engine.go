package query

import (
	"context"
	"fmt"

	"supersonic/traces/column"
	"supersonic/traces/span"
)

// traceByID returns a trace, joined of the pieces that lie in the parts. Each part
// tells quickly that it has none of it.
func traceByID(ctx context.Context, snap *Snapshot, id span.TraceID) (*Trace, Stats, error) {
	var spans []span.Span
	var stats Stats
	for i := range snap.Parts {
		p := &snap.Parts[i]
		if err := ctx.Err(); err != nil {
			return nil, stats, err
		}
		if _, gone := p.Deleted[id]; gone {
			continue
		}
		at, ok, err := p.Segment.Find(id)
		if err == nil && ok {
			var piece []span.Span
			var cost int
			piece, cost, err = column.ReadSpans(p.Segment, at)
			spans = append(spans, piece...)
			stats.Bytes += int64(cost)
		}
		if err != nil {
			return nil, stats, fmt.Errorf("trace %s in %s: %w", id, p.Name, err)
		}
	}
	if len(spans) == 0 {
		return nil, stats, ErrNotFound
	}
	t := NewTrace(id, spans)
	stats.Traces, stats.Spans = 1, len(t.Spans)
	return t, stats, nil
}

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
