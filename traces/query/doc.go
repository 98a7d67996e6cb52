// Package query is what stands between the API and the storage. Snapshots is what a
// storage shows: at an instant, column.Segments, and which traces lie in pieces in
// several of them. Engine answers the API's questions over it.
//
// A trace here is whole: its spans gathered from everywhere, duplicates removed,
// weights resolved. Results are exact and newest first; an answer that was cut by a
// limit is cut at its older end.
//
// # A search
//
// The first stages of a query become a plan (plan.go): nodes that select rows of a
// page as a set of bits, each condition by its column, and relations of spansets by
// the distance to the parent's row. What no column tells (arithmetic, attributes
// compared with each other) selects all, and the plan is not exact.
//
// A scan (scan.go) goes through the pages of all parts by the latest start, so that
// the newest are found first, and stops when nothing that is left can be newer than
// the last of the answer. A part's lists of values are asked when its turn comes
// (agenda.go), and before a page is read its zones and dictionaries tell whether it
// can have anything. Columns are
// read when they are first asked for: of a conjunction the cheapest condition first,
// and the next only if a row is left.
//
// The traces that have a selected row are shown to the evaluator of package traceql,
// span by span, through the columns (rowspan.go); it has the last word, and makes
// what the answer shows. Of an exact plan these are the hits and no other traces.
// Split traces are joined of their pieces' rows, if the pieces together satisfy
// what the query needs.
//
// # Bounds
//
// Workers stay ahead of the answer by a few pages each, and begin after the first
// pages, where most searches end. What a query keeps is charged to a budget
// (EngineOptions.MaxBytes), beyond which it is refused. A worker holds one page of
// each column that it read.
//
// Measured (two million spans in 16 parts, CPU): the newest 20 by service, duration,
// model, structure 0.4 to 1.1 ms; nothing found: where zones and values tell 0.3 to
// 0.8 ms, by kind and name 20, by times of events in a head 27, an aggregate of
// durations 44, evaluated span by span 500.
//
// Concurrency: an Engine is immutable and serves any number of requests at once.
// Nothing here logs or counts; a Result carries what was inspected.
package query
