package query

import (
	"bytes"
	"cmp"
	"context"
	"slices"

	"supersonic/traces/column"
	"supersonic/traces/span"
)

// rowSource is the Source of a Snapshot, span by span: what the columns are held
// against.
type rowSource struct{ src Snapshots }

func (s rowSource) Trace(ctx context.Context, id span.TraceID) (*Trace, Stats, error) {
	snap, err := s.src.Snapshot()
	if err != nil {
		return nil, Stats{}, err
	}
	defer snap.Release()
	traces, err := allTraces(ctx, snap)
	if err != nil {
		return nil, Stats{}, err
	}
	for _, t := range traces {
		if t.ID == id {
			return t, Stats{Traces: 1, Spans: len(t.Spans)}, nil
		}
	}
	return nil, Stats{}, ErrNotFound
}

func (s rowSource) Scan(ctx context.Context, r Range, v Visitor) (stats Stats, err error) {
	snap, err := s.src.Snapshot()
	if err != nil {
		return stats, err
	}
	defer snap.Release()
	traces, err := allTraces(ctx, snap)
	if err != nil {
		return stats, err
	}
	for _, t := range traces {
		if !t.Within(r) {
			continue
		}
		stats.Traces, stats.Spans = stats.Traces+1, stats.Spans+len(t.Spans)
		if hit := v.Eval(t); hit != nil && !v.Emit(hit) {
			break
		}
	}
	return stats, nil
}

// allTraces reads all that counts of a Snapshot, newest first.
func allTraces(ctx context.Context, snap *Snapshot) ([]*Trace, error) {
	var out []*Trace
	for i := range snap.Parts {
		p := &snap.Parts[i]
		reader := column.NewSpanReader(p.Segment)
		for page := range p.Segment.Pages() {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			for trace := range p.Segment.Page(page).Traces {
				if slices.Contains(p.Hidden[page], uint32(trace)) {
					continue
				}
				spans, err := reader.Spans(column.Place{Page: page, Trace: trace})
				if err != nil {
					return nil, err
				}
				if _, deleted := p.Deleted[spans[0].TraceID]; !deleted {
					out = append(out, NewTrace(spans[0].TraceID, spans))
				}
			}
		}
	}
	for i := range snap.Split {
		var spans []span.Span
		for _, piece := range snap.Split[i].Pieces {
			more, err := column.Spans(snap.Parts[piece.Part].Segment, piece.Place)
			if err != nil {
				return nil, err
			}
			spans = append(spans, more...)
		}
		out = append(out, NewTrace(snap.Split[i].ID, spans))
	}
	slices.SortFunc(out, func(a, b *Trace) int {
		if c := cmp.Compare(b.Start, a.Start); c != 0 {
			return c
		}
		return bytes.Compare(a.ID[:], b.ID[:])
	})
	return out, nil
}
