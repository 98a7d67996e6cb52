// Package query is what stands between the API and the storage. Source is the
// narrow interface that a storage implements: traces by id, and all traces newest
// first. Engine answers the API's questions over a Source; it is all that the API
// sees, so a storage with an engine of its own can take its place.
//
// A trace here is whole: its spans gathered from everywhere, duplicates removed,
// weights resolved. Results are exact and newest first; an answer that was cut by
// a limit is cut at its older end. Names and values of tags, which only complete
// what somebody types, are those of the newest MaxTagSpans spans.
//
// Concurrency: an Engine is immutable and serves any number of requests at once.
// Nothing here logs or counts; a Result carries what was inspected.
package query
