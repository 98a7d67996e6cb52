package oracle

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"supersonic/traceql"
	"supersonic/traces/query"
	"supersonic/traces/span"
)

// vocabulary is of how many traces Diff reads the words.
const vocabulary = 60

// Diff asks two engines many random requests and tells the first in which they
// differ; nil if they never do. Hits have to be the same in the same order, with all
// that they show; values of series within 1e-9 of each other; names and values of
// tags the same sets, but that engine a may have more, where b is a Model, if some
// copy of a span that was sent again has them. What an answer tells of its cost is not
// compared, nor series of which some were refused. The requests fit what engine b
// holds.
func Diff(ctx context.Context, a, b query.Engine, rng *rand.Rand, queries int) error {
	spans, err := sample(ctx, b)
	if err != nil {
		return fmt.Errorf("second: %w", err)
	}
	q := &requests{newGenerator(rng, spans), spans}
	for i := range queries {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := q.one(ctx, a, b); err != nil {
			return fmt.Errorf("request %d: %w", i, err)
		}
	}
	return nil
}

// sample reads the spans of some traces.
func sample(ctx context.Context, e query.Engine) ([]span.Span, error) {
	found, err := e.Search(ctx, query.SearchRequest{Query: "{}", Limit: 1_000_000})
	if err != nil {
		return nil, err
	}
	var spans []span.Span
	step := 1 + len(found.Traces)/vocabulary
	for i := 0; i < len(found.Traces); i += step {
		t, _, err := e.Trace(ctx, found.Traces[i].ID)
		if err != nil {
			return nil, fmt.Errorf("trace %v: %w", found.Traces[i].ID, err)
		}
		spans = append(spans, t.Spans...)
	}
	return spans, nil
}

// one asks one request of both.
func (q *requests) one(ctx context.Context, a, b query.Engine) error {
	switch n := q.IntN(20); {
	case n == 0:
		return q.askTrace(ctx, a, b)
	case n == 1:
		return askNames(ctx, q.tagNames(), a, b)
	case n <= 4:
		return askValues(ctx, q.tagValues(), a, b)
	case n <= 11:
		return ask(ctx, q.metrics(), a.Metrics, b.Metrics, diffMetrics)
	}
	return ask(ctx, q.search(), a.Search, b.Search, diffSearch)
}

// ask asks both and compares.
func ask[Q, R any](ctx context.Context, request Q, a, b func(context.Context, Q) (R, error), diff func(a, b *R) error) error {
	ra, ea := a(ctx, request)
	rb, eb := b(ctx, request)
	if (ea == nil) != (eb == nil) {
		return fmt.Errorf("%+v: error %v, and %v in the second", request, ea, eb)
	}
	if ea != nil {
		if _, bad := errors.AsType[query.BadRequest](ea); !bad {
			return fmt.Errorf("%+v: %w", request, ea)
		}
		return nil
	}
	if err := diff(&ra, &rb); err != nil {
		return fmt.Errorf("%+v: %w", request, err)
	}
	return nil
}

func (q *requests) askTrace(ctx context.Context, a, b query.Engine) error {
	id := span.TraceID{1, 2, 3}
	if len(q.spans) > 0 && q.IntN(10) > 0 {
		id = q.spans[q.IntN(len(q.spans))].TraceID
	}
	ta, _, ea := a.Trace(ctx, id)
	tb, _, eb := b.Trace(ctx, id)
	if (ea == nil) != (eb == nil) || errors.Is(ea, query.ErrNotFound) != errors.Is(eb, query.ErrNotFound) {
		return fmt.Errorf("trace %v: error %v, and %v in the second", id, ea, eb)
	}
	if ea != nil {
		return nil
	}
	if err := diffTrace(ta, tb); err != nil {
		return fmt.Errorf("trace %v: %w", id, err)
	}
	return nil
}

func diffSearch(a, b *query.SearchResult) error {
	for i := range min(len(a.Traces), len(b.Traces)) {
		if err := diffHit(&a.Traces[i], &b.Traces[i]); err != nil {
			return fmt.Errorf("hit %d of %d and %d: %w", i, len(a.Traces), len(b.Traces), err)
		}
	}
	switch {
	case len(a.Traces) != len(b.Traces):
		return fmt.Errorf("%d hits, and %d in the second: %v and %v", len(a.Traces), len(b.Traces), ids(a), ids(b))
	case a.More != b.More:
		return fmt.Errorf("more %t, and %t in the second", a.More, b.More)
	case !slices.Equal(a.Warnings, b.Warnings):
		return fmt.Errorf("warnings %q, and %q in the second", a.Warnings, b.Warnings)
	}
	return nil
}

func ids(r *query.SearchResult) (out []string) {
	for i := range r.Traces {
		out = append(out, r.Traces[i].ID.String())
	}
	return out
}

func diffHit(a, b *query.Hit) error {
	if a.ID != b.ID {
		return fmt.Errorf("trace %v of start %d, and %v of %d in the second", a.ID, a.Start, b.ID, b.Start)
	}
	ha, hb := *a, *b
	ha.Sets, hb.Sets = nil, nil
	if x, y := fmt.Sprintf("%+v", ha), fmt.Sprintf("%+v", hb); x != y {
		return fmt.Errorf("%s, and %s in the second", x, y)
	}
	if len(a.Sets) != len(b.Sets) {
		return fmt.Errorf("trace %v: %d spansets, and %d in the second", a.ID, len(a.Sets), len(b.Sets))
	}
	for i := range a.Sets {
		if err := diffSet(&a.Sets[i], &b.Sets[i]); err != nil {
			return fmt.Errorf("trace %v: spanset %d: %w", a.ID, i, err)
		}
	}
	return nil
}

func diffSet(a, b *query.Spanset) error {
	if a.Matched != b.Matched || len(a.Spans) != len(b.Spans) {
		return fmt.Errorf("%d spans matched, %d shown, and %d, %d in the second", a.Matched, len(a.Spans), b.Matched, len(b.Spans))
	}
	if x, y := named(a.Attributes), named(b.Attributes); x != y {
		return fmt.Errorf("attributes %s, and %s in the second", x, y)
	}
	for i := range a.Spans {
		x, y := a.Spans[i], b.Spans[i]
		nx, ny := named(x.Attributes), named(y.Attributes)
		x.Attributes, y.Attributes = nil, nil
		if fx, fy := fmt.Sprintf("%+v", x), fmt.Sprintf("%+v", y); fx != fy || nx != ny {
			return fmt.Errorf("span %d: %s with %s, and %s with %s in the second", i, fx, nx, fy, ny)
		}
	}
	return nil
}

func named(list []traceql.Named) string {
	out := ""
	for _, n := range list {
		out += n.Name + "=" + exact(n.Value) + " "
	}
	return out
}

// exact is a value with its type.
func exact(v traceql.Static) string { return fmt.Sprintf("%v:%q", v.Type(), v.String()) }
