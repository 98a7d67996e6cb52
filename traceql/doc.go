// Package traceql is the trace query language, pure: text to syntax tree, tree
// to canonical text, validation, and an evaluator over an interface that the
// package declares. It knows nothing of OTLP, files or HTTP.
//
// # Use
//
// Parse gives an immutable, validated *Query, or a *SyntaxError that says where
// and what would have been right. NewSearch takes a query that selects spans and
// evaluates it trace by trace; NewAggregator takes one that ends in a metrics
// function and gathers series over any number of traces. Conditions tells a
// storage what every matching span must satisfy and which columns are read.
//
// Callers are the engines below traces and the command line. A storage gives its
// spans through the Span interface, in a Trace.
//
// # The language
//
// It is Tempo's as publicly documented, with these decisions where the document
// is silent or we go further:
//
//   - && and || have one precedence, left to right, as there. Query.Warnings
//     tells where that differs from what most languages do. Between spansets,
//     && and || bind weaker than structural operators.
//   - A comparison is true or false, never unknown: with an absent attribute it
//     is false, so that its negation is true. An absent attribute alone is nil,
//     and neither it nor its negation selects anything.
//   - A value with several parts (array attributes, event. and link. attributes)
//     satisfies a comparison if any part does; `!=` and `!~` too. Alone it selects
//     if any part is true, and its negation if any part is false.
//   - int, float and duration compare and compute with each other; a duration
//     counts in nanoseconds. Integer arithmetic stays integer while exact, a
//     division by zero is nil.
//   - parent.x reads x of the parent span, nil where there is none in the trace.
//   - A scalar filter may compute with numbers (`count() * 2 > 10`). Several
//     aggregates in one filter (`sum(duration) / count() > 1s`), which Tempo
//     refuses, need with(scalar_math=true).
//   - Child spans are ordered by start time, then id; this order gives the
//     nested-set numbers, which start at 1. A span without a known parent has
//     nestedSetParent -1.
//   - An attribute of type map or bytes is text here (JSON, base64), as the
//     storage hands it.
//
// # Where Tempo answers otherwise
//
// The conformance test holds us against the recorded answers of a real Tempo
// 3.0.3 (testdata). We differ, each time as its documentation has it, in:
// span:childCount (its default blocks have none); int attributes against float
// literals; negated comparisons, which find nothing there; a string
// http.status_code, which it shows and groups as nil; x ^ y, which it computes as
// y to the power of x; x = nil, which there loses the first span of each trace;
// quantiles, exact here and estimated from power-of-two buckets with
// with(buckets=true); compare(), which there counts name twice and tells nil for
// attributes that no span has.
//
// Hints that steer Tempo's engine or make it sample are read and do nothing,
// which Query.Warnings tells. with(weighted=true) makes metrics functions count
// each span as many times as it stands for.
//
// # Bounds
//
// A query is at most MaxQueryLength bytes and nests at most MaxDepth deep, so no
// text exhausts the stack. Queries, searches and traces may be shared by any
// number of goroutines once made; an Aggregator belongs to one goroutine, and
// several that gather parts of the spans may be merged. It holds 40 bytes for each
// interval of each series (bound by Range.MaxSeries, and in bytes by Bound) and for
// quantiles 8 for each value, 16 where spans are weighted. Exemplars are the spans
// whose starts have the least hashes, so that neither the order of the spans nor a
// merge changes the answer.
//
// # Cost
//
// On one core of a shared AMD EPYC (Zen 4), over spans in pdata (bench_test.go):
// parsing a query of 100 bytes 16 µs; a filter on name and duration 160 ns a
// span, on a resource attribute 125 ns, on event names 250 ns, ingress >> compute
// 370 ns; NewTrace 50 ns a span. A filter that matches nothing allocates nothing.
package traceql
