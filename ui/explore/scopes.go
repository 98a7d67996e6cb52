package explore

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/traceql"
	"supersonic/ui/source"
)

// Bounds of what is read to tell scopes apart.
const (
	mostRead   = 100 // traces
	readAtOnce = 6
)

// alike are the attributes of a query and of columns that have one name in several
// scopes, by that name: a store's answer to a search has names without scopes.
func alike(query string, columns []*traceql.Attr) map[string][]traceql.Attribute {
	var named []traceql.Attribute
	for _, c := range columns {
		named = append(named, c.Attribute)
	}
	if q, err := traceql.Parse(query); err == nil {
		named = append(named, q.Conditions().Reads...)
	}
	by := map[string][]traceql.Attribute{}
	for _, a := range named {
		if scoped := a.Scope == traceql.ScopeSpan || a.Scope == traceql.ScopeResource; scoped && !a.Parent && !slices.Contains(by[a.Name], a) {
			by[a.Name] = append(by[a.Name], a)
		}
	}
	for name, list := range by {
		if len(list) < 2 {
			delete(by, name)
		}
	}
	return by
}

// tellApart names values of attributes that are named alike with their scopes, which
// the traces themselves tell. What was not read keeps its name, and is told.
func tellApart(ctx context.Context, store TraceStore, traces []source.FoundTrace, by map[string][]traceql.Attribute) (warnings []string) {
	if len(by) == 0 {
		return nil
	}
	var wg sync.WaitGroup
	turns := make(chan struct{}, readAtOnce)
	faults := make([]error, min(len(traces), mostRead))
	for i := range faults {
		turns <- struct{}{}
		wg.Go(func() {
			defer func() { <-turns }()
			var td ptrace.Traces
			if td, _, faults[i] = store.Trace(ctx, source.FullID(traces[i].ID)); faults[i] == nil {
				scoped(traces[i].Spans, td, by)
			}
		})
	}
	wg.Wait()
	failed := slices.DeleteFunc(slices.Clone(faults), func(err error) bool { return err == nil })
	if left := len(traces) - len(faults) + len(failed); left > 0 {
		why := fmt.Sprintf("%d are read at most", mostRead)
		if len(failed) > 0 {
			why = failed[0].Error()
		}
		for name, list := range by {
			warnings = append(warnings, fmt.Sprintf("of %d traces %s is %s or %s, which the store's answer does not tell: %s", left, name, list[0], list[1], why))
		}
		slices.Sort(warnings)
	}
	return warnings
}

// scoped writes the values that the spans have in td in the place of those of the answer.
func scoped(found []source.FoundSpan, td ptrace.Traces, by map[string][]traceql.Attribute) {
	at := map[string]int{}
	for i, f := range found {
		at[f.ID] = i
	}
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, s := range ss.Spans().All() {
				if i, wanted := at[s.SpanID().String()]; wanted {
					found[i].Attrs = append(slices.DeleteFunc(found[i].Attrs, func(v source.TypedValue) bool { return by[v.Key] != nil }),
						valuesIn(by, s.Attributes(), rs.Resource().Attributes())...)
				}
			}
		}
	}
}

func valuesIn(by map[string][]traceql.Attribute, span, resource pcommon.Map) (list []source.TypedValue) {
	for name, attributes := range by {
		for _, a := range attributes {
			from := span
			if a.Scope == traceql.ScopeResource {
				from = resource
			}
			if v, has := from.Get(name); has {
				list = append(list, source.TypedValue{Key: a.String(), Value: v.AsString(), Type: typeOf(v)})
			}
		}
	}
	return list
}

// typeOf is a value's type as answers of searches have it.
func typeOf(v pcommon.Value) string {
	switch v.Type() {
	case pcommon.ValueTypeInt:
		return "int"
	case pcommon.ValueTypeDouble:
		return "double"
	}
	return "string"
}
