// Package api answers Tempo's HTTP API over a query.Engine: traces by id,
// search, tags and values, metrics queries, and what Grafana asks of a data source.
// Paths, shapes, codes and plain-text errors are those of Tempo's public
// documentation; docs/reference/tempo-api.md describes each for who asks.
//
// A question is read (params.go, times.go), asked of the engine, and answered as a
// Go value that is written as JSON by its tags or as protobuf (proto.go). The
// same questions come over gRPC streams (stream.go), translated to the parameters
// of HTTP. With Options.Tenant the engine is found by the header X-Scope-OrgID, and
// several tenants are asked as one (tenant.go).
//
// As in Tempo, v1 and v2 traces in JSON have base64 ids and enums by name, v1 calls
// the list "batches" and answers 404 for an absent trace, v2 calls it
// "resourceSpans" and answers 200 with an empty trace. start, end and mode of a
// trace by id are hints where to look and are not needed here.
//
// Choices where the documentation is silent: a search is refused above MaxLimit
// traces; a tag request whose q does not parse (Grafana sends half-written ones)
// is answered without it; an answer that lacks something says so in the header
// Warning, and metrics queries by the status PARTIAL; with more queries at once than
// Options.Queries the rest waits, and after 30 s is told 429. Clients read metrics
// queries by the definition of their protobuf message and refuse fields that it has
// not, so none are added unasked.
//
// The messages of package tempopb are written by hand after its definition, which
// is under Apache-2.0 (pkg/tempopb of Tempo, by its LICENSING.md); no code of it is
// used.
//
// Concurrency: a Handler serves any number of requests. A request's context ends
// its work.
package api
