// Package traces is the trace store of a site: it takes spans by OTLP, keeps
// them on disk before it acknowledges them, and answers Tempo's HTTP API. It
// takes the place of Grafana Tempo.
//
// What is where:
//
//	span/     a stored span
//	wal/      the log: segments of records, group commit, replay, retention
//	store/    log + index + cache of decoded records: traces by id, scans
//	query/    the narrow interface between API and storage; search, tags, values
//	ingest/   OTLP over gRPC and HTTP
//	api/      Tempo's HTTP API
//	storetest/ the contract that this store, and a real Tempo, is held against
//	generator/ the metrics generator; stack hands it to this role as a Consumer
//
// Acknowledged means on disk: an export is answered after its spans are in the
// log and the log is synced, and after the index has them, so that the next
// request finds them by id and by search.
//
// What it does not do: it makes no metrics of spans (generator), it does not
// know the site's file (stack passes a Config), and it has one tenant.
//
// Concurrency: one goroutine a request, as grpc-go and net/http start them, and
// the maintenance loop of Run. New starts none.
package traces
