package oracle

import (
	"time"

	"supersonic/traceql"
	"supersonic/traces/query"
	"supersonic/traces/span"
)

// requests writes random requests that fit some spans.
type requests struct {
	*generator
	spans []span.Span
}

// rng is a range: all of time, or of which some spans are.
func (q *requests) rng() query.Range {
	if len(q.spans) == 0 || q.IntN(5) < 2 {
		return query.Range{}
	}
	at := q.spans[q.IntN(len(q.spans))].Start
	to := at + q.Uint64N(1<<q.IntN(36))
	switch q.IntN(8) {
	case 0:
		return query.Range{Start: at}
	case 1:
		return query.Range{End: at}
	case 2:
		return query.Range{Start: at, End: at}
	}
	return query.Range{Start: at, End: max(at, to)}
}

func (q *requests) search() query.SearchRequest {
	r := query.SearchRequest{Range: q.rng(), Limit: 1 + q.IntN(30), SpansPerSet: 1 + q.IntN(5)}
	if q.IntN(3) == 0 {
		r.Limit, r.SpansPerSet = 1_000_000, 1_000_000
	}
	if q.IntN(8) == 0 {
		r.MinDuration = time.Duration(q.Uint64N(1 << q.IntN(40)))
	}
	if q.IntN(8) == 0 {
		r.MaxDuration = time.Duration(q.Uint64N(1 << q.IntN(40)))
	}
	if q.IntN(10) > 0 {
		r.Query = q.generator.search()
		return r
	}
	for range q.IntN(3) {
		r.Tags = append(r.Tags, q.tag())
	}
	return r
}

// tag is one that a span has, or none.
func (q *requests) tag() query.Tag {
	if len(q.spans) == 0 {
		return query.Tag{Key: "a", Value: "b"}
	}
	s := &q.spans[q.IntN(len(q.spans))]
	switch q.IntN(8) {
	case 0:
		return query.Tag{Key: "name", Value: s.Name}
	case 1:
		return query.Tag{Key: q.of("status", "status.code"), Value: q.of("ok", "error", "unset", "x")}
	case 2:
		return query.Tag{Key: "error", Value: q.of("true", "false")}
	case 3:
		return query.Tag{Key: "root.name", Value: s.Name}
	case 4:
		return query.Tag{Key: "root.service.name", Value: s.Resource.ServiceName()}
	}
	attrs := s.Attrs
	if q.IntN(2) == 0 {
		attrs = s.Resource.Attrs
	}
	var tags []query.Tag
	for k, v := range attrs.All() {
		tags = append(tags, query.Tag{Key: k, Value: v.AsString()})
	}
	if len(tags) == 0 {
		return query.Tag{Key: "service.name", Value: "service-1"}
	}
	return tags[q.IntN(len(tags))]
}

// metrics asks for the time of some spans.
func (q *requests) metrics() query.MetricsRequest {
	r := query.MetricsRequest{Query: q.generator.metrics(), Exemplars: q.IntN(3)}
	from, to := uint64(1), uint64(1)<<62
	if len(q.spans) > 0 {
		from = q.spans[q.IntN(len(q.spans))].Start
		to = from + q.Uint64N(1<<q.IntN(36))
		from -= min(from, q.Uint64N(1<<q.IntN(36)))
	}
	r.Range = query.Range{Start: from, End: max(to, from+1)}
	if steps := uint64(q.IntN(40)); steps > 0 {
		r.Step = time.Duration(max(1, (r.Range.End-r.Range.Start)/steps))
	}
	if q.IntN(6) == 0 {
		r.MaxSeries = 1 + q.IntN(5)
	}
	return r
}

func (q *requests) tagNames() query.TagNamesRequest {
	all := append(query.Scopes(), query.ScopeAll, query.ScopeAll)
	r := query.TagNamesRequest{Scope: all[q.IntN(len(all))], Range: q.rng()}
	if q.IntN(2) == 0 {
		r.Query = q.generator.search()
	}
	if q.IntN(4) == 0 {
		r.Limit = 1 + q.IntN(10)
	}
	return r
}

func (q *requests) tagValues() query.TagValuesRequest {
	a := q.words.attribute(q.Rand)
	a.Parent = false
	r := query.TagValuesRequest{Tag: a.Label(), Range: q.rng()}
	switch q.IntN(4) {
	case 0:
		all := traceql.Intrinsics()
		r.Tag = all[q.IntN(len(all))].String()
	case 1:
		r.Tag = a.Name
	}
	if q.IntN(2) == 0 {
		r.Query = q.generator.search()
	}
	if q.IntN(4) == 0 {
		r.Limit = 1 + q.IntN(10)
	}
	return r
}
