// Package ingest takes spans by OTLP, over gRPC and over HTTP, and hands whole
// exports to a store. An export is answered when the store has it: acknowledged
// means durable.
//
// The way of an export: its bytes as they came (over gRPC a codec of ours hands them
// on, and no object of protobuf is made), an otlp.Batch that refers to them, the
// store, the consumer, the answer. The Batch and the bytes go back to their pools
// when the last holder of the Batch lets go.
//
// Answers, as the OTLP specification has them:
//
//	what                                        gRPC                HTTP
//	kept, all or in part (partial success)      OK                  200
//	not an export, nests too deep               INVALID_ARGUMENT    400
//	larger than Limits.ExportBytes              RESOURCE_EXHAUSTED  413
//	needs more memory than one export may       INVALID_ARGUMENT    413
//	no tenant named, a tenant that is refused   UNAUTHENTICATED, INVALID_ARGUMENT  401, 400
//	other type or compression                   UNIMPLEMENTED       415
//	too much in flight, disk full, store behind RESOURCE_EXHAUSTED* 429*
//	the store cannot write, the sender is gone  UNAVAILABLE*        503*
//
// Those with a star are to be sent again, and say when: RetryInfo, Retry-After. All
// others are not, a RESOURCE_EXHAUSTED without RetryInfo among them. An export is refused
// as a whole; it may be found all the same if its sender left while it was stored, or
// the store failed behind the log: sent again, its spans are known for the same.
//
// Bounds: an export is at most Limits.ExportBytes, decompressed. The bytes of
// exports and the memory of their batches are together at most Limits.InFlightBytes,
// counted before the memory is used; but an export that is alone may take up to eight
// times ExportBytes, so that no export that is allowed can never be taken. While another
// tenant has something in flight, a tenant may take half. Over gRPC the size of an
// export is not known before it is there, decompressed: while it is received it counts
// as 256 KiB, and may take up to ExportBytes. Over HTTP it counts as what it takes.
//
// Partial success: spans without a trace id or a span id, or with one of a wrong length,
// in JSON those with a value that its field cannot have (a kind that there is not, 5.5 of
// a whole number), and those of a trace that is too large, are left out, counted and told with the
// reason; so is what the limits on spans cut of those that are kept.
package ingest
