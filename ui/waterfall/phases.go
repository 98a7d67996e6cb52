package waterfall

import (
	"strings"

	"supersonic/internal/attr"
	"supersonic/ui/payload"
	"supersonic/ui/phase"
)

// phases are the stretches that n's own events (and, for a model's queue, its
// compute's) tell.
func phases(n *node) []phase.Interval {
	if isGateway(n) {
		return gatewayPhases(n)
	}
	return phase.OfServer(n.events, firstCompute(n))
}

// firstCompute is when n's own execution began. An ensemble has none: its members
// have their own queues.
func firstCompute(n *node) uint64 {
	for _, c := range n.children {
		if at := c.events[phase.ComputeStart]; at != 0 {
			return at
		}
	}
	return 0
}

func gatewayPhases(n *node) []phase.Interval {
	return phase.OfGateway(n.start, n.end, n.events)
}

func isGateway(n *node) bool { return n.out.Name == attr.Ingress || n.attr("component") == "proxy" }

func isServerSide(n *node) bool {
	return n.out.Name == attr.InferRequest || n.events[phase.QueueStart] != 0 || n.events[phase.ComputeStart] != 0
}

func modelOf(n *node) string {
	if m := n.attr(attr.ModelName); m != "" {
		return m
	}
	if n.events[phase.QueueStart] != 0 {
		return n.out.Name
	}
	return ""
}

func serverOf(n *node) string {
	if p := n.attr(attr.PeerService); p != "" {
		return p
	}
	if n.out.Name == attr.InferRequest {
		return n.out.Service
	}
	return ""
}

// isInference tells whether an ingress span is of a call that a server traces.
// Without a path (another gateway) it is taken for one.
func isInference(n *node) bool {
	path := n.attr("grpc.path")
	return path == "" || strings.HasSuffix(path, "/ModelInfer") || strings.HasSuffix(path, "/ModelStreamInfer")
}

// parts says where the time of the whole request went; nil where there is neither
// one gateway span nor one server span at the top.
func parts(roots []*node) []payload.Part {
	top := wholeRequest(roots)
	if top == nil || top.duration() == 0 {
		return nil
	}
	var all []phase.Interval
	server := false
	walk(top, func(n *node) {
		if isServerSide(n) {
			server = true
			all = append(all, phase.Interval{Name: "server", From: n.start, To: n.end})
			all = append(all, phases(n)...)
		}
	})
	if isGateway(top) {
		all = append(all, gatewayShare(top, server)...)
	}
	var list []payload.Part
	for _, p := range phase.Sweep(top.start, top.end, all, "gateway") {
		list = append(list, payload.Part{Name: p.Name, Label: phase.Labels[p.Name], Ns: float64(p.Ns)})
	}
	return list
}

// gatewayShare is the gateway's own part: its phases where no server told
// anything, else the stretch around the server's spans.
func gatewayShare(n *node, server bool) []phase.Interval {
	own := gatewayPhases(n)
	switch {
	case len(own) == 0:
		return []phase.Interval{{Name: "proxy", From: n.start, To: n.end}}
	case !server:
		return own
	}
	return phase.Keep(phase.Interval{Name: "gateway", From: n.start, To: n.end},
		phase.Interval{Name: "network", From: n.events[attr.EventServerChosen], To: n.events[attr.EventResponseEnd]})
}

func wholeRequest(roots []*node) *node {
	var top *node
	for _, r := range roots {
		if !isGateway(r) && !isServerSide(r) {
			continue
		}
		if top != nil {
			return nil
		}
		top = r
	}
	return top
}
