package latency

import (
	"fmt"
	"time"
)

// gatewayWaits is from when on the wait in the gateway stands out. It may be that of
// some requests only, as while a server cannot be reached: then it is enough that they
// come in most parts of the window, and that their waits are that share of all time.
var gatewayWaits = waiting{10 * time.Millisecond, 0.35, 0}

// fewestWaiting is how many requests have to wait in a gateway where others do not.
const fewestWaiting = 5

// atGateway is the requests of one gateway.
type atGateway struct {
	pod, key string
	waits    []value
	totals   []value
	long     []*request // that wait as long as is too much
}

// slowGateways finds requests that wait in the gateway: of all, or of one gateway.
func (s *site) slowGateways() []Finding {
	by := map[string]*atGateway{}
	for _, r := range s.pointers() {
		if r.alone || r.gateway == "" {
			continue
		}
		g := by[r.gateway]
		if g == nil {
			g = &atGateway{pod: r.gateway, key: r.gateKey}
			by[r.gateway] = g
		}
		g.waits = append(g.waits, value{float64(r.times[Gateway]), float64(r.weight), r.start})
		g.totals = append(g.totals, value{float64(r.total), float64(r.weight), r.start})
		if r.times[Gateway] >= float32(gatewayWaits.mean) && r.times[Gateway] >= float32(gatewayWaits.share)*r.total {
			g.long = append(g.long, r)
		}
	}
	var list []Finding
	for _, pod := range sortedKeys(by) {
		if f, ok := s.slowGateway(by[pod]); ok {
			list = append(list, f)
		}
	}
	return list
}

func (s *site) slowGateway(g *atGateway) (Finding, bool) {
	v, total, w := newSample(g.waits), newSample(g.totals), gatewayWaits
	share := v.sum() / max(1, total.sum())
	if v.n() < enoughOfModel || v.mean() < float64(w.mean) || share < w.share {
		return Finding{}, false
	}
	f := Finding{Kind: KindGateway, Phase: Gateway, Pod: g.pod, Excess: v.sum(), Share: share}
	var waiting, known int
	if w.reached(v, total) {
		waiting, known = s.waitingParts(v, total, w)
		f.Sentence = fmt.Sprintf("Requests wait in gateway %s before a server gets them: %s of %s (medians of %s requests), %s of their time.",
			g.pod, span(v.median()), span(total.median()), number(len(v.list)), percent(share))
	} else if len(g.long) >= fewestWaiting {
		waiting, known = s.partsOf(g.long)
		f.Sentence = fmt.Sprintf("Some requests wait in gateway %s before a server gets them: %s of %s, for %s at the median; that is %s of the time of all.",
			g.pod, number(len(g.long)), number(len(v.list)), span(g.longWaits().median()), percent(share))
	}
	if known < tellingParts || float64(waiting) < lastsIn*float64(known) {
		return Finding{}, false
	}
	f.Evidence = g.evidence(v, waiting, known)
	f.Query = fmt.Sprintf("{ name = \"ingress\" && %s }", onPodQuery(g.key, g.pod))
	f.Examples = examplesOf(Gateway, g.long)
	return f, true
}

// partsOf tells in how many parts of the window some of the given requests start.
func (s *site) partsOf(list []*request) (holding, known int) {
	var starts []value
	for _, r := range list {
		starts = append(starts, value{0, 1, r.start})
	}
	const quarters = 4
	for _, part := range s.parts.split(newSample(starts), quarters) {
		if len(part) > 0 {
			holding++
		}
	}
	return holding, quarters
}

func (g *atGateway) longWaits() *sample {
	var list []value
	for _, r := range g.long {
		list = append(list, value{float64(r.times[Gateway]), float64(r.weight), r.start})
	}
	return newSample(list)
}

// A gateway gives a server a second to take a connection, and then tries another.
const connecting, connectedBy = time.Second, 1200 * time.Millisecond

func (g *atGateway) evidence(v *sample, waiting, known int) []string {
	long := g.longWaits()
	list := []string{fmt.Sprintf("%s: median %s, p90 %s, p99 %s; %s of %s requests wait, in %d of %d parts of the time", labels[Gateway],
		span(v.median()), span(v.quantile(0.9)), span(v.quantile(0.99)), number(len(long.list)), number(len(v.list)), waiting, known)}
	if m := long.median(); m >= float64(connecting) && m < float64(connectedBy) {
		list = append(list, fmt.Sprintf("a wait of %s is what a gateway gives a server to take a connection before it tries another: one of the servers that are ready may not be reached at its port for gRPC", span(m)))
	}
	return list
}

func (s *site) pointers() []*request {
	list := make([]*request, len(s.requests))
	for i := range list {
		list[i] = &s.requests[i]
	}
	return list
}
