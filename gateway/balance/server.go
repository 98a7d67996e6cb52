// Package balance chooses the server of a call: the pool of servers, how many
// calls each has open, and the policies.
//
// A pool's snapshot is immutable behind an atomic pointer, so choosing takes no
// lock. The counts of open calls are those of one gateway: each replica balances
// alone, as each Envoy does. LEAST_REQUEST looks at every server (they are few),
// which beats Envoy's choice of the better of two.
package balance

// Server is a process that runs models.
type Server struct {
	Pod    string   // its name: peer.service of spans, `server` of counters
	Addr   string   // host:port of its gRPC endpoint
	Ready  bool     // it may be sent calls
	Models []string // the models that it reports; empty: the gateway asks by RepositoryIndex
}
