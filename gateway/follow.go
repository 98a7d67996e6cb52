package gateway

import (
	"context"
	"sync"
	"time"
)

const (
	askEvery = 15 * time.Second
	askTime  = 2 * time.Second
)

// follow keeps the pool equal to what the resolver says, and the names of models
// to what the servers report, until ctx ends. A server that is ready for the first
// time gets calls after it was asked for its models, so that its first call is
// counted under its model.
func (g *Gateway) follow(ctx context.Context) {
	tick := time.NewTicker(askEvery)
	defer tick.Stop()
	asked := map[string]bool{} // addresses
	for {
		changed := g.deps.Servers.Changed()
		servers := g.deps.Servers.Servers()
		first := make([]Server, len(servers))
		known := make(map[string]bool, len(servers))
		var fresh []Server
		for i, s := range servers {
			first[i] = s
			g.names.Add(s.Models...)
			if !s.Ready {
				continue
			}
			if len(s.Models) == 0 && !asked[s.Addr] {
				fresh = append(fresh, s)
				first[i].Ready = false
			}
			known[s.Addr] = true
		}
		asked = known // a server that left and comes back is asked anew
		if len(fresh) > 0 {
			g.pool.Set(first)
			g.askModels(ctx, fresh)
		}
		g.pool.Set(servers)
		select {
		case <-changed:
		case <-tick.C:
			g.askModels(ctx, servers)
		case <-ctx.Done():
			return
		}
	}
}

// askModels asks the ready ones of servers that do not tell their models for them.
func (g *Gateway) askModels(ctx context.Context, servers []Server) {
	limit, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	var all sync.WaitGroup
	defer all.Wait()
	for _, s := range servers {
		if !s.Ready || len(s.Models) > 0 {
			continue
		}
		all.Go(func() {
			names, err := g.relay.Models(limit, s.Addr)
			if err != nil {
				g.deps.Log.Debug("cannot ask a server for its models", "server", s.Pod, "error", err)
				return
			}
			g.names.Add(names...)
		})
	}
}
