package traffic

import (
	"context"
	"fmt"
	"sort"

	"supersonic/ui/payload"
)

// drawing is a map in the making.
type drawing struct {
	w        Window
	f        Filter
	c        *counted
	g        gauges
	alone    bool                       // no gateway counts here: the service graph alone tells
	pods     map[string]map[string]bool // by side
	folds    map[string]fold
	edges    totals[edge]
	gateways totals[string]
	servers  totals[string]
	each     totals[string] // servers one by one, for the skew
}

// Map makes the picture of gateways and servers over w, of the traffic that f
// leaves.
func Map(ctx context.Context, q Querier, w Window, f Filter) (payload.Map, error) {
	c, err := count(ctx, q, f.selector(gatewaySelector), w)
	if err != nil {
		return payload.Map{}, err
	}
	g, err := readGauges(ctx, q, w, f)
	if err != nil {
		return payload.Map{}, err
	}
	d := &drawing{w: w, f: f, c: c, g: g, edges: totals[edge]{}, gateways: totals[string]{}, servers: totals[string]{}, each: totals[string]{}}
	d.findPods()
	d.collect()
	if err := d.quantiles(ctx, q); err != nil {
		return payload.Map{}, err
	}
	m := d.assemble()
	if m.Models, err = modelNames(ctx, q, w, f); err != nil {
		return payload.Map{}, err
	}
	return m, nil
}

// findPods finds who is there and under which name each is shown.
func (d *drawing) findPods() {
	d.pods = map[string]map[string]bool{"gateway": {}, "server": {}}
	for _, ch := range d.c.changes[requests] {
		d.pods["gateway"][pod(ch.labels)] = true
		if !nowhere(ch.labels["server"]) {
			d.pods["server"][ch.labels["server"]] = true
		}
	}
	for name := range d.g.gateways {
		d.pods["gateway"][name] = true
	}
	for name := range d.g.ready {
		d.pods["server"][name] = true
	}
	if d.alone = len(d.pods["gateway"]) == 0; d.alone {
		for _, ch := range d.c.changes[graphTotal] {
			if from := ch.labels["client"]; from != "" && from != "user" {
				d.pods["gateway"][from], d.pods["server"][ch.labels["server"]] = true, true
			}
		}
	}
	d.folds = map[string]fold{}
	gateway, server := d.meant("gateway"), d.meant("server")
	for side, pods := range d.pods {
		// A part of a name that no pod of one side has leaves that whole side: who looks
		// for a server sees its gateways. One that nobody has leaves nothing.
		whole := side == "gateway" && server && !gateway || side == "server" && gateway && !server
		for name := range pods {
			if !whole && !d.f.shows(name) {
				delete(pods, name)
			}
		}
		d.folds[side] = newFold(pods, d.f.Open)
	}
}

// meant tells whether the filter names a pod of a side.
func (d *drawing) meant(side string) bool {
	for name := range d.pods[side] {
		if d.f.shows(name) {
			return true
		}
	}
	return false
}

func (d *drawing) has(side, name string) bool { return d.pods[side][name] }

// edge is between whom a call is shown.
func (d *drawing) edge(from, to string) (edge, bool) {
	return edge{d.folds["gateway"].of(from), d.folds["server"].of(to)}, d.has("gateway", from) && d.has("server", to)
}

func (d *drawing) collect() {
	collect(d.c, d.w, d.edges, func(l map[string]string) (edge, bool) { return d.edge(pod(l), l["server"]) })
	collect(d.c, d.w, d.gateways, func(l map[string]string) (string, bool) {
		return d.folds["gateway"].of(pod(l)), d.has("gateway", pod(l)) && (nowhere(l["server"]) || d.has("server", l["server"]))
	})
	collect(d.c, d.w, d.servers, func(l map[string]string) (string, bool) {
		return d.folds["server"].of(l["server"]), d.has("server", l["server"]) && d.has("gateway", pod(l))
	})
	collect(d.c, d.w, d.each, func(l map[string]string) (string, bool) { return l["server"], d.has("server", l["server"]) })
	for name := range d.pods["gateway"] {
		d.gateways.at(d.folds["gateway"].of(name))
	}
	for name := range d.pods["server"] {
		d.servers.at(d.folds["server"].of(name))
		d.each.at(name)
	}
	if d.f.Model == "" { // the service graph knows no models
		collectGraph(d.c, d.w, d.edges, d.alone, d.edge)
		spread(d.edges, d.gateways, d.servers, d.alone)
	}
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

// quantiles adds the histograms of requests to edges and nodes.
func (d *drawing) quantiles(ctx context.Context, q Querier) error {
	if d.alone {
		return nil
	}
	type call struct{ from, to string }
	found, err := histograms(ctx, q, d.w, d.f, func(l map[string]string) (call, bool) { return call{pod(l), l["server"]}, true }, "pod", "instance", "server")
	if err != nil {
		return err
	}
	for k, h := range found {
		if d.has("gateway", k.from) {
			d.gateways.at(d.folds["gateway"].of(k.from)).addDurations(h)
		}
		if e, shown := d.edge(k.from, k.to); shown {
			d.edges.at(e).addDurations(h)
			d.servers.at(e.to).addDurations(h)
		}
	}
	return nil
}

func (d *drawing) assemble() payload.Map {
	source, metric := fromCounters, requests
	if d.alone {
		source, metric = fromTraces, graphTotal
	}
	if len(d.gateways) == 0 {
		source = fromNothing
	}
	all, head := sampled(d.c)
	m := payload.Map{Window: window(d.c, d.w, metric, source), Odd: d.odd(), Releases: sortedKeys(d.g.releases)}
	m.Window.SampledShare = all
	m.Nodes = append(d.nodes("gateway", d.gateways, head), d.nodes("server", d.servers, head)...)
	for e, t := range d.edges {
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

func (d *drawing) nodes(side string, of totals[string], head *float64) []payload.MapNode {
	members := map[string][]string{}
	for name := range d.pods[side] {
		members[d.folds[side].of(name)] = append(members[d.folds[side].of(name)], name)
	}
	sum := 0.0
	for _, t := range of {
		sum += t.total
	}
	splits := d.splits()
	var list []payload.MapNode
	for _, name := range sortedKeys(of) {
		n := payload.MapNode{ID: name, Side: side, Traffic: of[name].traffic(head), Pods: max(1, len(members[name])), Group: groupOf(name)}
		if n.Pods > 1 {
			n.Group = name
		}
		if sum > 0 {
			share, even := of[name].total/sum, float64(n.Pods)/float64(max(1, len(d.pods[side])))
			if side == "server" && len(splits) > 1 {
				even = 0
				for _, pod := range members[name] {
					even += splits[d.g.release[pod]].even() / sum
				}
			}
			n.Share, n.Even = &share, &even
		}
		d.gauge(&n, members[name])
		list = append(list, n)
	}
	return list
}

// gauge adds what the gateways say of a node's pods at this moment.
func (d *drawing) gauge(n *payload.MapNode, members []string) {
	flying, known := 0.0, false
	for _, name := range members {
		if v, has := d.g.inFlight[name]; has {
			flying, known = flying+v, true
		}
		if is, has := d.g.ready[name]; has && n.Side == "server" {
			if !is {
				n.Unready++
			}
			ok := n.Unready == 0
			n.Ready = &ok
		}
	}
	if known {
		n.InFlight = &flying
	}
}

// modelNames are the models that were asked for in the window.
func modelNames(ctx context.Context, q Querier, w Window, f Filter) ([]string, error) {
	got, err := q.Instant(ctx, fmt.Sprintf("count by (model) (last_over_time(%s{%s}[%s]))", requests, Filter{Release: f.Release}.matchers(inference), duration(w.length())), w.To)
	if err != nil {
		return nil, err
	}
	names := map[string]bool{}
	for _, s := range got {
		if m := s.Labels["model"]; m != "" {
			names[m] = true
		}
	}
	return sortedKeys(names), nil
}
