package oracle

import (
	"context"
	"fmt"
	"slices"

	"supersonic/traces/query"
)

func askNames(ctx context.Context, r query.TagNamesRequest, a, b query.Engine) error {
	err := ask(ctx, r, a.TagNames, b.TagNames, diffNames)
	m, ok := b.(*Model)
	if err == nil || !ok || r.Query != "" {
		return err
	}
	r.Limit = 0
	have, ea := a.TagNames(ctx, r)
	least, eb := m.TagNames(ctx, r)
	most, ec := m.copies().TagNames(ctx, r)
	if ea != nil || eb != nil || ec != nil {
		return err
	}
	for _, s := range query.Scopes() {
		if !contains(have.Names[s], least.Names[s]) || !contains(most.Names[s], have.Names[s]) {
			return err
		}
	}
	return nil
}

func askValues(ctx context.Context, r query.TagValuesRequest, a, b query.Engine) error {
	err := ask(ctx, r, a.TagValues, b.TagValues, diffTagValues)
	m, ok := b.(*Model)
	if err == nil || !ok || r.Query != "" {
		return err
	}
	r.Limit = 0
	have, ea := a.TagValues(ctx, r)
	least, eb := m.TagValues(ctx, r)
	most, ec := m.copies().TagValues(ctx, r)
	if ea != nil || eb != nil || ec != nil || !contains(texts(&have), texts(&least)) || !contains(texts(&most), texts(&have)) {
		return err
	}
	return nil
}

func texts(r *query.TagValuesResult) (out []string) {
	for _, v := range r.Values {
		out = append(out, exact(v))
	}
	return out
}

func contains(all, some []string) bool {
	return !slices.ContainsFunc(some, func(s string) bool { return !slices.Contains(all, s) })
}

func diffNames(a, b *query.TagNamesResult) error {
	for _, s := range query.Scopes() {
		if !slices.Equal(a.Names[s], b.Names[s]) {
			return fmt.Errorf("names of %s %q, and %q in the second", s, a.Names[s], b.Names[s])
		}
	}
	if a.More != b.More {
		return fmt.Errorf("more %t, and %t in the second", a.More, b.More)
	}
	return nil
}

// diffTagValues compares values; of those that a limit cut any may be left.
func diffTagValues(a, b *query.TagValuesResult) error {
	if a.More != b.More || len(a.Values) != len(b.Values) {
		return fmt.Errorf("%d values, more %t, and %d, %t in the second:\n%v\n%v", len(a.Values), a.More, len(b.Values), b.More, a.Values, b.Values)
	}
	for i := range a.Values {
		if x, y := exact(a.Values[i]), exact(b.Values[i]); x != y && !a.More {
			return fmt.Errorf("value %d is %s, and %s in the second", i, x, y)
		}
	}
	return nil
}
