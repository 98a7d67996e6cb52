// Package waterfall makes of a trace what an operator reads: its spans in the
// order of a tree, where each second went, and what is missing.
//
// Build is pure: no clock, no network. What it makes up its mind about:
//   - A span whose parent is not there stands at the top and says so; a cycle of
//     parents is cut where it was entered first.
//   - Self time is a span's duration less the union of its children within it.
//   - The parts of a request cover its duration exactly: each instant counts for
//     the most specific thing that was going on (compute before queue before
//     server before network before gateway). Ensembles whose members overlap are
//     therefore not counted twice.
//   - The critical path is walked back from the root's end: the request waited for
//     the child that ended last, else for the span itself. Its steps cover the root
//     exactly. The gateway's time before its server's first span is "gateway or
//     queue, before the server began", not a hole.
//   - The graph folds to one node a path, and statistics are by name, service and
//     both.
//   - An event far outside the trace (Triton's GRPC_WAITREAD_START lies before the
//     request by as long as the server waited for one) does not widen the time
//     axis; it is marked Far.
package waterfall
