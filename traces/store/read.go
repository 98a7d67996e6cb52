package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sort"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/traces/query"
	"supersonic/traces/span"
	"supersonic/traces/wal"
)

func decodeSpans(raw []byte) ([]span.Span, error) {
	td, err := (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces(raw)
	if err != nil {
		return nil, err
	}
	return span.FromOTLP(td), nil
}

// record is a decoded record. It is shared and never changed.
type record struct {
	spans []span.Span
	order []int32 // indices of spans, by trace id, then as they came
	bytes int64
}

func newRecord(raw []byte) (*record, error) {
	spans, err := decodeSpans(raw)
	if err != nil {
		return nil, err
	}
	r := &record{spans: spans, order: make([]int32, len(spans)), bytes: int64(len(raw))}
	for i := range r.order {
		r.order[i] = int32(i)
	}
	slices.SortStableFunc(r.order, func(a, b int32) int { return bytes.Compare(spans[a].TraceID[:], spans[b].TraceID[:]) })
	return r, nil
}

// cost estimates the memory of a record: decoded attributes take some five times
// their bytes on the wire.
func (r *record) cost() int64 { return 5*r.bytes + int64(len(r.spans))*360 }

// appendTo appends copies of the spans of a trace.
func (r *record) appendTo(out []span.Span, id span.TraceID) []span.Span {
	i := sort.Search(len(r.order), func(i int) bool { return bytes.Compare(r.spans[r.order[i]].TraceID[:], id[:]) >= 0 })
	for ; i < len(r.order) && r.spans[r.order[i]].TraceID == id; i++ {
		out = append(out, r.spans[r.order[i]])
	}
	return out
}

// record returns the record of a segment at off, decoded.
func (s *Store) record(seg *segment, off uint32, stats *query.Stats) (*record, error) {
	v, loaded, err := s.cache.get(cacheKey{seg.log.Seq, uint64(off)}, func() (any, int64, error) {
		raw, err := seg.log.Read(off)
		if err != nil {
			return nil, 0, err
		}
		r, err := newRecord(raw)
		if err != nil {
			return nil, 0, err
		}
		return r, r.cost(), nil
	})
	if err != nil {
		return nil, fmt.Errorf("segment %d: %w", seg.log.Seq, err)
	}
	r := v.(*record)
	if loaded {
		stats.Bytes += r.bytes
	}
	return r, nil
}

// located is a piece with its segment, by its place in a view.
type located struct {
	seg int
	piece
}

// view is what one request sees: the segments and their indexes at its begin.
type view struct {
	store *Store
	segs  []*segment
	state []*indexState
	split map[span.TraceID]struct{}
}

func (s *Store) view() *view {
	segs := s.snapshot()
	v := &view{store: s, segs: segs, state: make([]*indexState, len(segs))}
	for i, seg := range segs {
		v.state[i] = seg.state.Load()
	}
	v.split = *s.split.Load() // after the states: a trace's split is known before its index is sealed
	return v
}

// find looks for a trace in one segment.
func (v *view) find(i int, id span.TraceID) (piece, bool, error) {
	st := v.state[i]
	if st.mem != nil {
		p, ok := st.mem.find(id)
		return p, ok, nil
	}
	if !st.head.bloom.has(id) {
		return piece{}, false, nil
	}
	x, err := v.index(i)
	if err != nil || x == nil {
		return piece{}, false, err
	}
	p, ok := x.find(id)
	return p, ok, nil
}

// index returns a sealed segment's index, nil if retention has just dropped it.
func (v *view) index(i int) (*fileIndex, error) {
	x, err := v.store.index(v.segs[i], v.state[i].head)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return x, err
}

// pieces lists all pieces of a trace. With home >= 0 one of them is known
// already, which spares most of the look-ups.
func (v *view) pieces(id span.TraceID, home int, known piece) ([]located, error) {
	var out []located
	_, split := v.split[id]
	all := home < 0 || split || v.state[home].mem != nil
	for i := range v.segs {
		if i == home {
			out = append(out, located{i, known})
			continue
		}
		if !all && v.state[i].mem == nil {
			continue
		}
		p, ok, err := v.find(i, id)
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, located{i, p})
		}
	}
	return out, nil
}

// assemble decodes a trace; nil if nothing of it can be read.
func (v *view) assemble(ctx context.Context, id span.TraceID, pieces []located, stats *query.Stats) (*query.Trace, error) {
	var spans []span.Span
	for _, p := range pieces {
		for _, off := range p.offs {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			r, err := v.store.record(v.segs[p.seg], off, stats)
			if err != nil {
				if !errors.Is(err, wal.ErrGone) {
					v.store.damagedOnce(cacheKey{v.segs[p.seg].log.Seq, uint64(off)}, "record", err)
				}
				continue
			}
			spans = r.appendTo(spans, id)
		}
	}
	if len(spans) == 0 {
		return nil, nil
	}
	stats.Traces++
	stats.Spans += len(spans)
	return query.NewTrace(id, spans), nil
}

// Trace returns the trace of an id, query.ErrNotFound if there is none.
func (s *Store) Trace(ctx context.Context, id span.TraceID) (*query.Trace, query.Stats, error) {
	var stats query.Stats
	v := s.view()
	pieces, err := v.pieces(id, -1, piece{})
	if err != nil {
		return nil, stats, err
	}
	t, err := v.assemble(ctx, id, pieces, &stats)
	if err == nil && t == nil {
		err = query.ErrNotFound
	}
	return t, stats, err
}
