package traffic

import (
	"context"
	"sort"

	"supersonic/ui/payload"
)

// Map makes the picture of gateways and servers over w.
func Map(ctx context.Context, q Querier, w Window) (payload.Map, error) {
	c, err := count(ctx, q, gatewaySelector, w)
	if err != nil {
		return payload.Map{}, err
	}
	g, err := readGauges(ctx, q, w)
	if err != nil {
		return payload.Map{}, err
	}
	edges, gateways, servers := totals[edge]{}, totals[string]{}, totals[string]{}
	collect(c, w, edges, func(l map[string]string) (edge, bool) {
		return edge{pod(l), l["server"]}, !nowhere(l["server"])
	})
	collect(c, w, gateways, func(l map[string]string) (string, bool) { return pod(l), true })
	collect(c, w, servers, func(l map[string]string) (string, bool) { return l["server"], !nowhere(l["server"]) })
	for name := range g.gateways {
		gateways.at(name)
	}
	for name := range g.ready {
		servers.at(name)
	}
	source, metric := fromCounters, requests
	alone := len(gateways) == 0
	if alone {
		source, metric = fromTraces, graphTotal
	}
	collectGraph(c, w, edges, alone)
	spread(edges, gateways, servers, alone)
	if len(gateways) == 0 {
		source = fromNothing
	}
	return assemble(c, w, source, metric, edges, gateways, servers, g), nil
}

// spread adds what only edges know, the estimate, to the nodes at their ends.
func spread(edges totals[edge], gateways, servers totals[string], alone bool) {
	for e, t := range edges {
		for _, end := range [...]*tally{gateways.at(e.from), servers.at(e.to)} {
			end.estimate += t.estimate
			end.estimated = end.estimated || t.estimated
			if alone {
				end.total, end.failed, end.perSecond = end.total+t.total, end.failed+t.failed, end.perSecond+t.perSecond
			}
			end.inServer, end.inServerOf = end.inServer+t.inServer, end.inServerOf+t.inServerOf
		}
	}
}

func assemble(c *counted, w Window, source, metric string, edges totals[edge], gateways, servers totals[string], g gauges) payload.Map {
	all, head := sampled(c)
	m := payload.Map{Window: window(c, w, metric, source)}
	m.Window.SampledShare = all
	add := func(side string, nodes totals[string]) {
		sum := 0.0
		for _, t := range nodes {
			sum += t.total
		}
		for _, name := range sortedKeys(nodes) {
			n := payload.MapNode{ID: name, Side: side, Traffic: nodes[name].traffic(head)}
			if is, known := g.ready[name]; known && side == "server" {
				n.Ready = &is
			}
			if flying, known := g.inFlight[name]; known {
				n.InFlight = &flying
			}
			if sum > 0 {
				share := nodes[name].total / sum
				n.Share = &share
			}
			m.Nodes = append(m.Nodes, n)
		}
	}
	add("gateway", gateways)
	add("server", servers)
	for e, t := range edges {
		m.Edges = append(m.Edges, payload.MapEdge{From: e.from, To: e.to, Traffic: t.traffic(head)})
	}
	sort.Slice(m.Edges, func(i, j int) bool {
		a, b := m.Edges[i], m.Edges[j]
		return a.From < b.From || a.From == b.From && a.To < b.To
	})
	if len(m.Edges) == 0 {
		m.Next = next
	}
	return m
}
