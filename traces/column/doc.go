// Package column is the form in which spans are queried, wherever they lie: a
// Segment is an immutable set of whole pieces of traces, cut into pages, with one
// column for each property and each attribute. The head's view and the blocks on
// disk are Segments; the query engine, the writer of blocks and the merge of
// several Segments read nothing else.
//
// # Order
//
// A row is a span. The rows of a trace are adjacent and lie in one page: a page
// ends at the end of a trace, when it has PageRows rows or more. Traces are in
// ascending order of their earliest start, then id. Within a trace, rows are in
// tree order (Tree): a parent before its children, children by start, then id.
// So ParentRow, the distance back to the parent's row, describes the tree.
//
// A Segment holds a trace at most once, and no span of it twice. A trace whose
// spans arrived far apart may have pieces in several Segments: who makes a
// snapshot of them knows which (query.Split).
//
// # Values
//
// An attribute is a column of its own for each type that it has, since one name
// may be a string here and a number there: a row has a value in at most one of
// them. Texts come with a dictionary where there is one, so that a comparison is
// made once a text and not once a row.
//
// Concurrency: Segments and Columns serve any number of goroutines. A Vector
// belongs to its reader, who may use it again for the next page.
package column
