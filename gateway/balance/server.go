// Package balance chooses the server of a call.
package balance

// Server is a process that runs models.
type Server struct {
	Pod    string   // its name: peer.service of spans, `server` of counters
	Addr   string   // host:port of its gRPC endpoint
	Ready  bool     // it may be sent calls
	Models []string // the models that it reports; empty: the gateway asks by RepositoryIndex
}
