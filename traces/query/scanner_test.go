package query

import (
	"bytes"
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"sync"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/traceql"
	"supersonic/traces/span"
)

// scanner is the Engine over a Source.
type scanner struct{ src Source }

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

// tagWithin is how Tempo documents tags: in a text, in letters of either case.
func tagWithin(text, want string) bool {
	if want == "" {
		return text == ""
	}
	return strings.Contains(strings.ToLower(text), strings.ToLower(want))
}

func tagOf(v pcommon.Value, want string) bool {
	switch v.Type() {
	case pcommon.ValueTypeInt, pcommon.ValueTypeDouble, pcommon.ValueTypeBool:
		return v.AsString() == want
	}
	return tagWithin(v.AsString(), want)
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
		return tagWithin(s.Name, tag.Value)
	case "status", "status.code":
		return traceql.StatusOf(traceql.Status(s.Status)).String() == tag.Value
	case "root.name", "root.service.name":
		root := t.Root()
		if root == nil {
			return false
		}
		return tag.Key == "root.name" && tagWithin(root.Name, tag.Value) || tag.Key == "root.service.name" && tagWithin(root.Resource.ServiceName(), tag.Value)
	}
	if v, ok := s.Attrs.Get(tag.Key); ok && tagOf(v, tag.Value) {
		return true
	}
	if v, ok := s.Resource.Attrs.Get(tag.Key); ok && tagOf(v, tag.Value) {
		return true
	}
	return tag == Tag{"error", "true"} && s.Status == ptrace.StatusCodeError
}

// collector is a set that goroutines fill.
type collector[K comparable] struct {
	limit int

	mu   sync.RWMutex
	set  map[K]struct{}
	more bool
}

func newCollector[K comparable](limit int) *collector[K] {
	return &collector[K]{limit: limit, set: map[K]struct{}{}}
}

func (c *collector[K]) add(k K) {
	c.mu.RLock()
	_, ok := c.set[k]
	c.mu.RUnlock()
	if ok {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.set[k]; !ok && len(c.set) >= c.limit {
		c.more = true
		return
	}
	c.set[k] = struct{}{}
}

func (e scanner) TagNames(ctx context.Context, r TagNamesRequest) (TagNamesResult, error) {
	out := TagNamesResult{Names: map[Scope][]string{}}
	names := newCollector[scopedName](maxNames)
	note := func(scope Scope, m pcommon.Map) {
		if r.Scope == ScopeAll || r.Scope == scope {
			for name := range m.All() {
				names.add(scopedName{scope, name})
			}
		}
	}
	var err error
	out.Stats, err = e.eachSpan(ctx, r.Query, r.Range, func(_ *Trace, s spanView) {
		note(ScopeResource, s.Resource.Attrs)
		note(ScopeSpan, s.Attrs)
		note(ScopeInstrumentation, s.Scope.Attrs)
		for i := range s.Events {
			note(ScopeEvent, s.Events[i].Attrs)
		}
		for i := range s.Links {
			note(ScopeLink, s.Links[i].Attrs)
		}
	})
	for k := range names.set {
		out.Names[k.scope] = append(out.Names[k.scope], k.name)
	}
	for scope, list := range out.Names {
		slices.Sort(list)
		if r.Limit > 0 && len(list) > r.Limit {
			out.Names[scope] = list[:r.Limit]
		}
	}
	return out, err
}

// eachSpan calls visit, from several goroutines, for the spans that a query
// selects, all without one.
func (e scanner) eachSpan(ctx context.Context, query string, r Range, visit func(t *Trace, s spanView)) (stats Stats, err error) {
	each := func(t *Trace) {
		for i := range t.Spans {
			visit(t, spanView{&t.Spans[i]})
		}
	}
	if query != "" {
		search, _, err := compile(query)
		if err != nil {
			return Stats{}, err
		}
		each = func(t *Trace) {
			for _, set := range search.Eval(languageTrace(t)) {
				for _, m := range set.Spans {
					visit(t, spanView{&t.Spans[m.Index]})
				}
			}
		}
	}
	stats, err = e.src.Scan(ctx, r, Visitor{
		Eval: func(t *Trace) any {
			each(t)
			return true
		},
		Emit: func(any) bool { return true },
	})
	return stats, err
}

func (e scanner) TagValues(ctx context.Context, r TagValuesRequest) (TagValuesResult, error) {
	read, err := reader(r.Tag)
	if err != nil {
		return TagValuesResult{}, err
	}
	if r.Limit <= 0 || r.Limit > MaxValues {
		r.Limit = MaxValues
	}
	values := newCollector[valueKey](r.Limit)
	var mu sync.Mutex
	statics := map[valueKey]traceql.Static{}
	var add func(v traceql.Static)
	add = func(v traceql.Static) {
		switch v.Type() {
		case traceql.TypeNil:
			return
		case traceql.TypeArray:
			for _, p := range v.Parts() {
				add(p)
			}
			return
		}
		k := valueKey{v.Type(), v.String()}
		values.add(k)
		mu.Lock()
		defer mu.Unlock()
		if _, ok := statics[k]; !ok && len(statics) < 2*r.Limit {
			statics[k] = v
		}
	}
	var out TagValuesResult
	out.Stats, err = e.eachSpan(ctx, r.Query, r.Range, func(t *Trace, s spanView) { read(t, s, add) })
	keys := slices.SortedFunc(maps.Keys(values.set), func(a, b valueKey) int {
		return cmp.Or(cmp.Compare(a.typ, b.typ), strings.Compare(a.text, b.text))
	})
	for _, k := range keys {
		out.Values = append(out.Values, statics[k])
	}
	out.More = values.more
	return out, err
}

// Source is a storage.
type Source interface {
	// Trace returns the trace of an id, ErrNotFound if there is none.
	Trace(ctx context.Context, id span.TraceID) (*Trace, Stats, error)
	// Scan shows every trace that has a span which overlaps r to v, newest start
	// first.
	Scan(ctx context.Context, r Range, v Visitor) (Stats, error)
}

// Visitor is what Scan calls.
type Visitor struct {
	// Eval looks at a trace; nil means that it is of no interest. It is called by
	// several goroutines at once, and perhaps for traces that are never emitted.
	Eval func(t *Trace) any
	// Emit gets what Eval returned, in the order of the traces, from one
	// goroutine; false ends the scan.
	Emit func(result any) bool
}

// readFunc gives all values that a span has of one tag.
type readFunc func(t *Trace, s spanView, yield func(traceql.Static))

// reader finds out what a tag is and reads it.
func reader(tag string) (readFunc, error) {
	t, err := parseTag(tag)
	if err != nil {
		return nil, err
	}
	return t.reader(), nil
}

// reader reads the tag span by span.
func (t tagRef) reader() readFunc {
	if t.intrinsic != traceql.IntrinsicNone {
		return intrinsicReader(t.intrinsic)
	}
	var all []readFunc
	for _, scope := range t.scopes {
		if scope == traceql.ScopeEvent || scope == traceql.ScopeLink {
			all = append(all, itemReader(scope, t.name))
		} else {
			all = append(all, attributeReader(scope, t.name))
		}
	}
	return func(t *Trace, s spanView, yield func(traceql.Static)) {
		for _, read := range all {
			read(t, s, yield)
		}
	}
}

func attributeReader(scope traceql.Scope, name string) readFunc {
	return func(_ *Trace, s spanView, yield func(traceql.Static)) { yield(s.Attribute(scope, name)) }
}

func itemReader(scope traceql.Scope, name string) readFunc {
	return func(_ *Trace, s spanView, yield func(traceql.Static)) {
		for i := range s.Items(scope) {
			yield(s.ItemAttribute(scope, i, name))
		}
	}
}

// intrinsicReader reads an intrinsic. The places of a span in its tree are not
// values that anybody asks for: they have none.
func intrinsicReader(in traceql.Intrinsic) readFunc {
	switch in {
	case traceql.IntrinsicEventName, traceql.IntrinsicEventTimeSinceStart:
		return itemIntrinsic(traceql.ScopeEvent, in)
	case traceql.IntrinsicLinkTraceID, traceql.IntrinsicLinkSpanID:
		return itemIntrinsic(traceql.ScopeLink, in)
	case traceql.IntrinsicTraceRootName, traceql.IntrinsicTraceRootService, traceql.IntrinsicTraceDuration, traceql.IntrinsicTraceID:
		return func(t *Trace, _ spanView, yield func(traceql.Static)) { yield(ofTrace(t, in)) }
	case traceql.IntrinsicSpanID:
		return func(_ *Trace, s spanView, yield func(traceql.Static)) { yield(traceql.String(s.Span.ID.String())) }
	case traceql.IntrinsicParentID:
		return func(_ *Trace, s spanView, yield func(traceql.Static)) {
			yield(traceql.String(s.Span.Parent.String()))
		}
	}
	return func(_ *Trace, s spanView, yield func(traceql.Static)) { yield(s.Intrinsic(in)) }
}

func itemIntrinsic(scope traceql.Scope, in traceql.Intrinsic) readFunc {
	return func(_ *Trace, s spanView, yield func(traceql.Static)) {
		for i := range s.Items(scope) {
			yield(s.ItemIntrinsic(i, in))
		}
	}
}

func ofTrace(t *Trace, in traceql.Intrinsic) traceql.Static {
	root := t.Root()
	switch {
	case in == traceql.IntrinsicTraceID:
		return traceql.String(t.ID.String())
	case in == traceql.IntrinsicTraceDuration:
		return traceql.Duration(traceql.Between(t.Start, t.End))
	case root == nil:
		return traceql.Nil()
	case in == traceql.IntrinsicTraceRootName:
		return traceql.String(root.Name)
	}
	return traceql.String(root.Resource.ServiceName())
}
