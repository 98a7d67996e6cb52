// Package ingest takes spans by OTLP, over gRPC and over HTTP, and hands whole
// exports to a store. An export is answered when the store has it.
//
// Bounds: an export is at most Limits.ExportBytes, decompressed; exports that wait
// for the disk are together at most Limits.InFlightBytes. Beyond, nothing is kept
// and the client is told to come again: RESOURCE_EXHAUSTED with RetryInfo, or 429
// with Retry-After. A store that cannot write is UNAVAILABLE or 503, likewise.
// Exports that are just being received are bounded by the number of streams and
// connections times the size of an export, not by InFlightBytes.
//
// Spans without a trace id or a span id are left out and counted in the partial
// success of the answer, with the reason; the others are stored.
//
// Over gRPC there is no protobuf object of the request: a codec of ours hands the
// bytes on as they came, which are what the log stores.
package ingest
