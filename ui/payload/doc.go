// Package payload is what the page's server and the browser say to each other:
// plain structs, sent as JSON. The browser's types in ui/web/src/lib/api are
// written from this source by a test of this package (go test -update), which
// fails when the two differ.
//
// Times: a field ending in Ms is milliseconds (of Unix time if it is a point of
// time), Ns nanoseconds, Seconds seconds. A point of time within a trace is an
// offset to the trace's start, because a Unix time in nanoseconds does not fit
// into JavaScript's numbers. A pointer is null where nothing is known; null never
// stands for zero.
package payload
