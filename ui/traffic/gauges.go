package traffic

import (
	"context"
	"fmt"
)

// gauges are the latest values of the gateways' gauges.
type gauges struct {
	ready    map[string]bool    // by server
	inFlight map[string]float64 // by server, and by gateway
	gateways map[string]bool
	releases map[string]bool
	release  map[string]string // by server
}

func readGauges(ctx context.Context, q Querier, w Window, f Filter) (gauges, error) {
	g := gauges{map[string]bool{}, map[string]float64{}, map[string]bool{}, map[string]bool{}, map[string]string{}}
	// Gauges know no model; the releases to choose from are those of all.
	got, err := q.Instant(ctx, fmt.Sprintf(`{__name__=~"%s|%s"}`, ready, inFlight), w.To)
	if err != nil {
		return g, err
	}
	for _, s := range got {
		if release := s.Labels["release"]; release != "" {
			g.releases[release] = true
			if f.Release != "" && f.Release != release {
				continue
			}
		}
		g.gateways[pod(s.Labels)] = true
		server := s.Labels["server"]
		if nowhere(server) {
			continue
		}
		g.release[server] = s.Labels["release"]
		if s.Labels["__name__"] == ready {
			g.ready[server] = g.ready[server] || s.Last() > 0 // one gateway that can reach it is enough
		} else {
			g.inFlight[server] += s.Last()
			g.inFlight[pod(s.Labels)] += s.Last()
		}
	}
	return g, nil
}
