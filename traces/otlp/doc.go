// Package otlp reads OTLP trace exports (protobuf) into batches of spans, without
// an object for each attribute: a Batch is a few slices that refer to the export's
// own bytes, and is used again for the next export.
//
// It is the hot path of the trace store: the log keeps the bytes, and the head and
// the metrics generator read the Batch.
//
// Concurrency: a Batch is filled by one goroutine. Filled, it is read by any number
// of them until each holder has called Release.
package otlp
