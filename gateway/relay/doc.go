// Package relay carries calls between clients and servers: HTTP/2 in cleartext on
// both sides, message bytes untouched.
//
// # What passes
//
// Headers, messages (compressed or not), trailers and trailers-only answers pass
// as they came, in both directions at once and of any size: nothing is held back
// but one read buffer of 32 KiB a direction, the first 64 KiB of a request until its
// server answers, and HTTP/2's own windows (1 MiB a
// stream, 16 MiB a connection, either side). Of messages only the first bytes of
// the first one are looked at, for the model's name. The calls of a unary method
// are written without a flush in between; all others are flushed after each read.
//
// Changed on the way: traceparent and tracestate (package trace), x-request-id and
// x-forwarded-proto to the server; x-envoy-upstream-service-time and `server:
// supersonic` to the client; x-trace-id on every answer whose status is not OK.
// Header names come out in lower case and in no particular order.
//
// # What ends a call
//
// The server's status is the call's status. Without one the client gets ours, once:
// UNAVAILABLE when no server is ready, none can be connected to, or the connection
// breaks; DEADLINE_EXCEEDED at the route's timeout, and a moment after the
// caller's own grpc-timeout, which passes on to the server as it came (Envoy, as
// the chart configures it, leaves that to the client alone). A server that cannot
// be connected to is passed over for another. A call that a server says it has not
// processed (REFUSED_STREAM, GOAWAY for this stream), or of which it got no byte of
// a message, goes to another server, or to the same on another connection, up to
// five times, while what was sent of it is kept; nothing else is tried again. A
// client that cancels cancels at the server.
//
// grpc.health.v1.Health is answered here: SERVING iff a server is ready. These
// calls make no span and are no request in the supersonic_ counters.
//
// # Connections
//
// A client's connection must begin with HTTP/2's preface (prior knowledge);
// HTTP/1.1 is answered with 426 and a sentence. A client may have 1024 calls open
// on a connection. A server that limits its own gets more connections.
//
// # Concurrency
//
// net/http's HTTP/2 (golang.org/x/net/http2) is beneath: one goroutine a call for
// the answer, two for the request, two a connection. Serve waits for them all. A
// frame-level relay can take this package's place: Relay's methods are the seam.
//
// # Cost
//
// BenchmarkRelay measures it; see the gateway package for the figure.
package relay
