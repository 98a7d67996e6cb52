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
//     satisfies a comparison if any part does; `!=` and `!~` too.
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
// # Bounds
//
// A query is at most MaxQueryLength bytes and nests at most MaxDepth deep, so no
// text exhausts the stack. Queries, searches and traces may be shared by any
// number of goroutines once made; an Aggregator belongs to one goroutine.
package traceql
