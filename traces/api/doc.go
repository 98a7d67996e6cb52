// Package api answers Tempo's HTTP API over a query.Engine: traces by id,
// search, tags and values, and what Grafana asks of a data source. Paths, shapes,
// codes and plain-text errors are those of Tempo's public documentation.
//
// As there, v1 and v2 traces in JSON have base64 ids and enums by name, v1 calls
// the list "batches" and answers 404 for an absent trace, v2 calls it
// "resourceSpans" and answers 200 with an empty trace. start and end of a trace
// by id are hints where to look and are not needed here.
//
// Choices where the documentation is silent: a search is refused above MaxLimit
// traces; a tag request whose q does not parse (Grafana sends half-written ones)
// is answered without it and says so in the header Warning, as does one that was
// answered from the newest query.MaxTagSpans spans alone; with more queries at
// once than Options.Queries the rest waits, and after 30 s is told 429.
//
// Concurrency: a Handler serves any number of requests. A request's context ends
// its work.
package api
