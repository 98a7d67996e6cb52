// Package source asks the stores that the page reads: any Prometheus and any
// Tempo, by their public HTTP APIs. It turns their answers into values and does
// no reckoning of its own.
//
// A client is safe for concurrent use. Every call is bounded by its context and
// by a limit on the size of the answer; a failure says what was asked of whom and
// gives a hint where the cause is known.
package source
