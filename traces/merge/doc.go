// Package merge shows several Segments as one: the pieces of a trace joined, a span
// that was stored twice kept once, deleted traces left out. Who writes a block of
// several blocks reads it from here; nothing else does.
//
// # Order
//
// New reads trace ids and starts of all inputs, page by page, and finds ids that
// come more than once by sorting hashes of them. Of those traces alone it reads what
// their order depends on, orders them anew (column.Tree) and notes what changes:
// the distances to parents, and weights that spans take over from an ingress of
// another piece. Then it merges the lists of traces. What remains is a list of runs,
// rows that follow each other in a page of an input: 16 B a trace, or a row of the
// traces whose pieces interleave. While New works, a trace takes 56 B more.
//
// The inputs are older to newer: of two copies of a span that end at one time that of
// the earlier input stays.
//
// # Reading
//
// A page of a column is put together from its runs, by copying. Pages of inputs that
// are needed again for the next page stay decoded, within cacheBytes for all columns
// together, so a reader that goes through a column from front to back, or through
// all columns page by page, decodes each page about once. Any other order is as
// right, and slower.
//
// Texts keep the form of their inputs: codes where all that a page is made of has
// dictionaries, else plain. chapterPages pages share one dictionary, which has all
// texts of those that it is made of; codes are translated through tables.
//
// Measured on 1 M spans of site traffic in 8 inputs, CPU-s beside the decoding: New
// 0.05, reading every column 0.23; where each input has a share of every moment, and
// no two traces in a row are of one, 0.08 and 0.52.
//
// Concurrency: a Segment serves any number of goroutines. It refers to its inputs and
// must not outlive them.
package merge
