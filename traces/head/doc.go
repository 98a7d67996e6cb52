// Package head is the spans that are in no block yet: in memory, bounded,
// dictionary-coded, and searchable as soon as they are appended. A head takes
// batches (Append), shows what it holds as a column.Segment (View), and ends with a
// Cut: its spans become a block, while a new head takes what comes. It does no I/O,
// and knows of the log only positions: Low is where a replay would have to start.
//
// # Memory
//
// Site traffic (550 B a span in OTLP, 3 events and 7 attributes a span) takes about
// 210 B a span. Nothing in it is an object for a span or an attribute:
//
//	rows     chunks of 4,096: arrays of trace number, span and parent id, start,
//	         duration, codes of name and shape (48 B a row), and the records
//	records  bytes, one after the other in the chunk: the attributes, events and
//	         links of a row (see encoder), 130 B a row. A key that few rows have
//	         costs those rows two bytes, and the others nothing
//	shapes   what many spans have in common, once each: kind, status, flags, weight,
//	         resource, scope. A row has the number
//	origins  resources and scopes, once each, as records
//	fields   one for each attribute (scope, type and name): its dictionary
//	traces   ids, number of spans, last row, and a hash table of numbers
//
// A text is a code of its field's dictionary. A dictionary that grows without being
// used (ids: fewer than two values a text, looked at from 4,096 texts or 1 MiB on) is
// given up, and what comes then stands in the record as it is. Distinct attributes
// are bounded (Options.MaxKeys): those beyond are kept together in one attribute of
// their span, More, which loses nothing but is no column of its own.
//
// # Views
//
// All of it only grows, so a View is a few slices as long as they were: it costs
// microseconds under the lock. Its order (traces by start, rows by tree, duplicates
// left out) is made when it is first asked, in 8 ms for 131,072 rows, outside of the
// lock. Columns are made page by page when they are read. Those of fixed values are
// gathered through the order; for the first attribute that is read of a page all its
// records are walked once and their entries sorted by field. These indexes are kept
// with the View, up to 32 MiB, or 8 MiB of a head that was cut. Views of one live on.
//
// # Refusals
//
// Admit takes out spans of traces that are too large, before the batch is logged.
// Full tells that it is time for a Cut; what to do when blocks cannot be written so
// fast is the store's decision (it refuses exports), and Append never fails but for
// ErrCut.
//
// Concurrency: all methods may be called by any number of goroutines; appends wait
// for each other. A batch is seen whole or not at all.
package head
