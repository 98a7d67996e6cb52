package query

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"sync/atomic"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/traceql"
	"supersonic/traces/column"
	"supersonic/traces/span"
)

// Search implements Engine: candidates by columns, the newest first; what the answer
// shows of them is read for those that are in it.
func (e *engine) Search(ctx context.Context, r SearchRequest) (SearchResult, error) {
	f := &finding{request: r}
	var pl *plan
	if r.Query != "" {
		if len(r.Tags) > 0 {
			return SearchResult{}, badRequest("a search takes q or tags, not both")
		}
		q, err := traceql.Parse(r.Query)
		if err != nil {
			return SearchResult{}, BadRequest{err}
		}
		if f.search, err = traceql.NewSearch(q); err != nil {
			return SearchResult{}, BadRequest{err}
		}
		f.out.Warnings = warnings(q)
		pl = newPlan(q)
	} else {
		pl = tagPlan(r.Tags)
	}
	snap, err := e.src.Snapshot()
	if err != nil {
		return SearchResult{}, err
	}
	defer snap.Release()
	s := newScan(ctx, snap, pl, r.Range, e.opts)
	defer s.letGo()
	if r.MinDuration > 0 || r.MaxDuration > 0 {
		s.keeps = func(p *page, t int) bool {
			start, _, late := p.traceTimes(t)
			return r.lastsFor(late - start)
		}
	}
	f.scan = s
	if r.Limit <= 0 {
		return f.answer("no result was asked for", nil)
	}
	f.end = "all read"
	err = readItems(s, f.item, f.enough, f.take)
	return f.answer(f.end, err)
}

func (r *SearchRequest) lastsFor(d uint64) bool {
	return d >= uint64(r.MinDuration) && (r.MaxDuration <= 0 || d <= uint64(r.MaxDuration))
}

// finding is a search under way.
type finding struct {
	request SearchRequest
	search  *traceql.Search // nil: by tags
	scan    *scan
	out     SearchResult
	end     string
	hits    []foundHit
	found   int           // traces that match, so far
	floor   atomic.Uint64 // traces that start earlier are not in the answer
}

// foundHit is a hit with the memory it takes.
type foundHit struct {
	*Hit
	bytes int64
}

func (f *finding) answer(end string, err error) (SearchResult, error) {
	for _, h := range f.hits {
		f.out.Traces = append(f.out.Traces, *h.Hit)
	}
	f.out.Stats = f.scan.stats()
	f.out.More = f.found > f.request.Limit
	if err != nil {
		end = "failed: " + err.Error()
	}
	if f.request.Explain {
		f.out.Explain = f.scan.explain(end)
	}
	return f.out, err
}

// enough tells whether the answer is certain when all else starts at newest or
// before.
func (f *finding) enough(newest uint64) bool {
	if f.found <= f.request.Limit || newest >= f.floor.Load() {
		return false
	}
	f.end = endLimit
	return true
}

// take adds hits of an item to the answer, the newest so far.
func (f *finding) take(hits []foundHit) error {
	if len(hits) == 0 {
		return nil
	}
	f.found += len(hits)
	slices.SortFunc(hits, newestFirst)
	f.hits = mergeHits(f.hits, hits)
	limit := min(f.request.Limit, len(f.hits))
	for _, h := range f.hits[limit:] {
		_ = f.scan.charge("hits", -h.bytes)
	}
	clear(f.hits[limit:])
	f.hits = f.hits[:limit]
	if f.found > limit {
		f.floor.Store(f.hits[limit-1].Start)
	}
	return nil
}

// mergeHits adds hits to others, both in order: mostly all of them come behind.
func mergeHits(list, more []foundHit) []foundHit {
	at := len(list) - 1
	list = append(list, more...)
	for to, next := len(list)-1, len(more)-1; next >= 0 && at >= 0; to-- {
		if newestFirst(list[at], more[next]) > 0 {
			list[to] = list[at]
			at--
		} else {
			list[to] = more[next]
			next--
		}
		if at < 0 {
			copy(list[:to], more[:next+1])
		}
	}
	return list
}

func newestFirst(a, b foundHit) int {
	if c := cmp.Compare(b.Start, a.Start); c != 0 {
		return c
	}
	return bytes.Compare(a.ID[:], b.ID[:])
}

// item evaluates the candidates of an item.
func (f *finding) item(w *worker, it *item) ([]foundHit, error) {
	var hits []foundHit
	if it.part == nil {
		for i := range slices.Backward(it.splits) {
			if f.scan.ctx.Err() != nil {
				return nil, f.scan.ctx.Err()
			}
			rows, err := w.join(&it.splits[i])
			if err != nil {
				return nil, err
			}
			if rows == nil || !f.lasting(rows) {
				continue
			}
			if hits, err = f.candidate(hits, it.splits[i].ID, rows); err != nil {
				return nil, err
			}
			if err := w.failed(); err != nil {
				return nil, err
			}
		}
		return hits, nil
	}
	rows, err := w.open(it)
	if err != nil || rows == nil || rows.none() {
		return nil, err
	}
	p, looked := w.page, 0
	few := p.few(rows)
	p.eachTrace(rows, func(t int) bool {
		if looked++; looked%64 == 0 {
			if err = f.scan.ctx.Err(); err != nil {
				return false
			}
		}
		of := p
		if few {
			of = w.trace(t)
			defer of.close(p)
			t = 0
		}
		if f.beyond(of, t, hits) {
			return false
		}
		hits, err = f.candidate(hits, of.traceID(t), of.rowsOf(t))
		return err == nil && of.err == nil
	})
	if err == nil {
		err = p.err
	}
	return hits, err
}

// beyond tells whether a trace, and all that start before it, cannot be in the
// answer: enough start after it, elsewhere or in its page.
func (f *finding) beyond(p *page, t int, hits []foundHit) bool {
	floor := f.floor.Load()
	if n := len(hits); n > f.request.Limit {
		floor = max(floor, hits[n-1].Start)
	}
	if floor == 0 {
		return false
	}
	start, _, _ := p.traceTimes(t)
	return start < floor
}

// lasting tells whether a trace has the duration that is asked for.
func (f *finding) lasting(rows []row) bool {
	start, late := rows[0].Start(), uint64(0)
	for i := range rows {
		late = max(late, rows[i].Start(), rows[i].End())
	}
	return f.request.lastsFor(late - start)
}

// candidate evaluates a trace and adds it to the hits if it is one.
func (f *finding) candidate(hits []foundHit, id span.TraceID, rows []row) ([]foundHit, error) {
	var sets []traceql.Spanset
	if f.search != nil {
		if sets = f.search.Eval(languageRows(id, rows)); len(sets) == 0 {
			return hits, nil
		}
	} else if !hasTags(f.request.Tags, rows) {
		return hits, nil
	}
	h := hitOf(id, rows, f.request.shown(sets, rows))
	bytes := sizeOf(h)
	if err := f.scan.charge("hits", bytes); err != nil {
		return nil, err
	}
	return append(hits, foundHit{h, bytes}), nil
}

// shown is the spansets as the answer shows them.
func (r *SearchRequest) shown(sets []traceql.Spanset, rows []row) []Spanset {
	if sets == nil {
		return nil
	}
	out := make([]Spanset, len(sets))
	for i, set := range sets {
		out[i] = Spanset{Matched: set.Matched, Attributes: set.Attributes}
		for _, m := range set.Spans[:min(len(set.Spans), r.SpansPerSet)] {
			s := &rows[m.Index]
			hit := SpanHit{ID: span.ID(s.ID()), Name: s.text(column.Name), Start: s.Start(), Attributes: m.Attributes}
			if end := s.End(); end > hit.Start {
				hit.Duration = end - hit.Start
			}
			out[i].Spans = append(out[i].Spans, hit)
		}
	}
	return out
}

// hitOf tells what the answer tells of a trace; rows are its spans, by start.
func hitOf(id span.TraceID, rows []row, sets []Spanset) *Hit {
	h := &Hit{ID: id, Start: rows[0].Start(), Sets: sets, Services: map[string]ServiceStats{}}
	late := uint64(0)
	for i := range rows {
		r := &rows[i]
		late = max(late, r.Start(), r.End())
		name := r.service()
		if !h.HasRoot && r.Parent() == (traceql.SpanID{}) {
			h.HasRoot, h.RootName, h.RootService = true, r.text(column.Name), name
		}
		n := h.Services[name]
		n.Spans++
		if ptrace.StatusCode(r.p.ints(column.Status)[r.i]) == ptrace.StatusCodeError {
			n.Errors++
		}
		h.Services[name] = n
	}
	h.Duration = late - h.Start
	return h
}

// service is the name of the service of a span as text, "" if it has none.
func (r *row) service() string {
	for _, pv := range r.p.attribute(column.ScopeResource, column.ServiceName.Name) {
		if v := r.p.read(pv); v.Has(r.i) {
			return otlpText(pv.key.Type, v, r.i)
		}
	}
	return ""
}

// sizeOf is about how much memory a hit takes.
func sizeOf(h *Hit) int64 {
	n := int64(200 + len(h.RootName) + len(h.RootService))
	for name := range h.Services {
		n += 64 + int64(len(name))
	}
	for i := range h.Sets {
		n += 64 + sizeOfNamed(h.Sets[i].Attributes)
		for j := range h.Sets[i].Spans {
			n += 64 + int64(len(h.Sets[i].Spans[j].Name)) + sizeOfNamed(h.Sets[i].Spans[j].Attributes)
		}
	}
	return n
}

func sizeOfNamed(list []traceql.Named) int64 {
	n := int64(0)
	for i := range list {
		n += 80 + int64(len(list[i].Value.Text()))
	}
	return n
}
