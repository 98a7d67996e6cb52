// Package ui is the page of a site: traces, the map of gateways and servers, and
// the state of every role, on one port. It stands where Grafana stands.
//
// One data path: this side asks the data sources (any Tempo, any Prometheus,
// ours by default), knows trees, phases, windows and weights, and answers with
// the payloads of ui/payload; the browser only draws them. What the page asks
// for is under /api/; besides, /api/datasources/proxy passes the query paths of
// the data sources, and nothing else of them.
//
// The page itself is built by Vite from ui/web into ui/dist and embedded. With
// an empty dist the package builds all the same and / says how to build it.
//
// It keeps no state but a cache of the last look at each role, and writes
// nothing. Numbers of the map and the models are exact counts of the gateway's
// own counters (all requests), see ui/traffic; the estimate from sampled traces
// stands beside them.
//
// Concurrency: Run serves HTTP; each request asks its data sources by itself,
// bounded by its own context and a time-out. Nothing runs between requests.
package ui
