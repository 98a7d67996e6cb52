// Package oracle is what tests hold the trace store and its query engine against:
// a storage and an engine in the plainest form (Model), random queries that fit the
// spans which are there (RandomQuery), and a comparison of two engines on many random
// requests (Diff).
//
// A Model keeps spans as they came, in a map by trace, and answers a request by
// making every trace whole and evaluating it. It is written to be seen to be right,
// and takes time proportional to all that it holds for each request. Nothing but
// tests imports it.
//
// Concurrency: a Model may be asked and added to by any number of goroutines.
package oracle
