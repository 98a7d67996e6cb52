// Package admit decides who may come in: Listener limits new connections, LoadGate
// refuses joining clients while the servers are loaded.
//
// Listener is a token bucket, as Envoy's local rate limit of a listener: it says
// how fast connections may come, never how many there are. A connection that
// finds the bucket empty is accepted and closed at once, and counted under
// Envoy's name.
//
// LoadGate reads the load in the background, every 5 s, and never on the way of a
// call. A value stays good for 60 s after it was read; without one the gate is
// open, unlike the Lua filter in whose place it stands.
package admit
