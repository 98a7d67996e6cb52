package query

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"sync"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"supersonic/traceql"
)

// TagNamesRequest asks which attributes there are.
type TagNamesRequest struct {
	Scope Scope  // ScopeAll for every one but the intrinsics
	Query string // TraceQL: only spans that it selects; empty for all
	Range Range
	Limit int // names a scope; 0 for all

	Explain bool
}

// Scope is where an attribute lives, as the API names it.
type Scope string

// The scopes of the API.
const (
	ScopeAll             Scope = ""
	ScopeResource        Scope = "resource"
	ScopeSpan            Scope = "span"
	ScopeEvent           Scope = "event"
	ScopeLink            Scope = "link"
	ScopeInstrumentation Scope = "instrumentation"
)

// Scopes lists the scopes that have attributes.
func Scopes() []Scope {
	return []Scope{ScopeResource, ScopeSpan, ScopeEvent, ScopeLink, ScopeInstrumentation}
}

// TagNamesResult is the names by scope, sorted; scopes without any are left out.
type TagNamesResult struct {
	Names map[Scope][]string
	Stats Stats
	// Recent: only about the newest MaxTagSpans spans of the range were looked at.
	Recent  bool
	More    bool     // a limit cut the answer
	Explain *Explain // if asked
}

// TagValuesRequest asks for the values of an attribute or intrinsic.
type TagValuesRequest struct {
	Tag   string // "span.a", "resource.a", ".a", "a", "event.a", "name", "event:name"...
	Query string
	Range Range
	Limit int // values; 0 for MaxValues

	Explain bool
}

// MaxValues bounds the values that one answer holds and a request keeps.
const MaxValues = 100_000

// MaxTagSpans is how many spans, the newest, a request for names or values looks
// at: they complete what somebody types, who does not wait for all of a store.
const MaxTagSpans = 50_000

// TagValuesResult is the values, sorted by type and text.
type TagValuesResult struct {
	Values []traceql.Static
	Stats  Stats
	More   bool // the limit cut the answer
	Recent bool // as of TagNamesResult

	Explain *Explain // if asked
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

// maxNames bounds the names a request keeps.
const maxNames = 100_000

type scopedName struct {
	scope Scope
	name  string
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
	out.Stats, out.Recent, err = e.eachSpan(ctx, r.Query, r.Range, func(_ *Trace, s spanView) {
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
// selects, all without one. It stops after MaxTagSpans spans, selected or not, and
// tells so by cut; a few more may have been visited by then.
func (e scanner) eachSpan(ctx context.Context, query string, r Range, visit func(t *Trace, s spanView)) (stats Stats, cut bool, err error) {
	each := func(t *Trace) {
		for i := range t.Spans {
			visit(t, spanView{&t.Spans[i]})
		}
	}
	if query != "" {
		search, _, err := compile(query)
		if err != nil {
			return Stats{}, false, err
		}
		each = func(t *Trace) {
			for _, set := range search.Eval(languageTrace(t)) {
				for _, m := range set.Spans {
					visit(t, spanView{&t.Spans[m.Index]})
				}
			}
		}
	}
	seen := 0
	stats, err = e.src.Scan(ctx, r, Visitor{
		Eval: func(t *Trace) any {
			each(t)
			return len(t.Spans)
		},
		Emit: func(spans any) bool {
			cut = seen >= MaxTagSpans
			seen += spans.(int)
			return !cut
		},
	})
	return stats, cut, err
}

// valueKey makes a Static comparable; parts of arrays come one by one.
type valueKey struct {
	typ  traceql.Type
	text string
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
	out.Stats, out.Recent, err = e.eachSpan(ctx, r.Query, r.Range, func(t *Trace, s spanView) { read(t, s, add) })
	keys := slices.SortedFunc(maps.Keys(values.set), func(a, b valueKey) int {
		return cmp.Or(cmp.Compare(a.typ, b.typ), strings.Compare(a.text, b.text))
	})
	for _, k := range keys {
		out.Values = append(out.Values, statics[k])
	}
	out.More = values.more
	return out, err
}
