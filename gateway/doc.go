// Package gateway is the front door of a site: clients open one gRPC connection
// here and every call is relayed to the inference server that can start it
// soonest. It takes the place of Envoy in the upstream chart and keeps Envoy's
// ports, span attributes and the names of its stats.
//
// What not: it never decodes a tensor, keeps no call on disk, repeats no call
// that a server may have run, terminates no TLS (an ingress before it does).
//
// # Parts
//
//   - call: one call as the parts see it, free of HTTP
//   - relay: HTTP/2 on both sides, headers, trailers, refusals, health
//   - balance: the pool of servers and the policies
//   - trace: the sampling decision, the ingress span, its export
//   - admit: the token bucket on connections, the gate on load
//   - admin: port 9901
//
// stack calls New and Run; it passes the resolver of servers, and a listener where
// replicas of one site share the public port. A Resolver's server that does not
// tell its models is asked by RepositoryIndex before its first call and every 15 s.
//
// # Decisions
//
//   - Label values: `server` is a pod, `model` a name that a server reported, or for
//     which it answered a ModelInfer with OK (at most 1000), else "unknown".
//   - A call that found no server counts under server "unknown".
//   - Kept as failed: every status but OK, and clients that went away.
//   - A caller's 00 is as our own "not sampled": a failed call is kept then too,
//     under the caller's trace id.
//   - Without a collector no span is made and contexts pass as they came; errors
//     still carry x-trace-id (the caller's, else a random one), for the logs.
//   - The health service is answered here and is in no counter but its own.
//   - The limit by load fails open, and refuses before a server is chosen, with
//     RESOURCE_EXHAUSTED.
//
// # Concurrency and stopping
//
// New starts nothing. Run waits for everything that it started. When its context
// ends: the listener closes, clients get GOAWAY and health NOT_SERVING, open calls
// finish within Config.Drain and are cut after it; then queued spans are exported,
// again within Config.Drain; the admin port answers until the end. Two gateways in
// one process share nothing.
//
// # Cost
//
// BenchmarkRelay, two shared and loaded cores, 8 connections of 16 calls, 1 KiB each
// way: the gateway uses 16 to 18 CPU-seconds per 100,000 calls (24 to 25 with client
// and server, 8 for these alone) and 150 allocations a call, whatever is sampled.
// Nine tenths of that is net/http's HTTP/2, of the same order as Go's ReverseProxy.
// Envoy, measured on a quieter machine, needs 3 to 7, and a prototype that relays
// frames less than 1: that is why relay can be replaced alone.
package gateway
