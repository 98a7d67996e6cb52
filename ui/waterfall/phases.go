package waterfall

import (
	"sort"
	"strings"

	"supersonic/internal/attr"
	"supersonic/ui/payload"
)

// Triton's events that bound a phase.
const (
	queueStart         = "QUEUE_START"
	computeStart       = "COMPUTE_START"
	computeInputEnd    = "COMPUTE_INPUT_END"
	computeOutputStart = "COMPUTE_OUTPUT_START"
	computeEnd         = "COMPUTE_END"
)

// labels are the words for each phase, in the order of a request's life.
var labels = map[string]string{
	"choose":  "choose a server",
	"send":    "send the request",
	"wait":    "wait for the answer",
	"receive": "receive the answer",
	"finish":  "finish",
	"gateway": "gateway",
	"network": "network",
	"proxy":   "gateway and network",
	"server":  "server, other",
	"queue":   "queue",
	"input":   "compute input",
	"infer":   "compute",
	"output":  "compute output",
	"answer":  "send the answer",
}

var partOrder = [...]string{"gateway", "choose", "send", "proxy", "network", "wait", "server", "queue", "input", "infer", "output", "answer", "receive", "finish"}

type interval struct {
	name     string
	from, to uint64
}

// between is the interval from one of n's times to another; false if either is
// missing or they are the wrong way round.
func between(name string, from, to uint64) (interval, bool) {
	return interval{name, from, to}, from != 0 && to > from
}

// phases are the stretches that n's own events (and, for a model's queue, its
// compute's) tell.
func phases(n *node) []interval {
	switch {
	case isGateway(n):
		return gatewayPhases(n)
	case n.events[computeStart] != 0:
		return keep(
			interval{"input", n.events[computeStart], n.events[computeInputEnd]},
			interval{"infer", n.events[computeInputEnd], n.events[computeOutputStart]},
			interval{"output", n.events[computeOutputStart], n.events[computeEnd]},
		)
	case n.events[queueStart] != 0:
		return keep(interval{"queue", n.events[queueStart], firstCompute(n)})
	}
	return keep(
		interval{"answer", n.events["GRPC_SEND_START"], n.events["GRPC_SEND_END"]},
		interval{"answer", n.events["HTTP_SEND_START"], n.events["HTTP_SEND_END"]},
	)
}

func keep(all ...interval) []interval {
	var kept []interval
	for _, i := range all {
		if i, ok := between(i.name, i.from, i.to); ok {
			kept = append(kept, i)
		}
	}
	return kept
}

// firstCompute is when n's own execution began. An ensemble has none: its members
// have their own queues.
func firstCompute(n *node) uint64 {
	for _, c := range n.children {
		if at := c.events[computeStart]; at != 0 {
			return at
		}
	}
	return 0
}

// gatewayPhases cuts an ingress span at its events. A stream's answer may begin
// before its request has ended, so the cuts are taken in the order of time and a
// phase is named by what it ends with.
func gatewayPhases(n *node) []interval {
	type cut struct {
		name string
		at   uint64
	}
	var cuts []cut
	for event, name := range map[string]string{attr.EventServerChosen: "choose", attr.EventRequestSent: "send",
		attr.EventResponseStart: "wait", attr.EventResponseEnd: "receive"} {
		if at := n.events[event]; at >= n.start && at <= n.end && at != 0 {
			cuts = append(cuts, cut{name, at})
		}
	}
	if len(cuts) == 0 {
		return nil
	}
	sort.Slice(cuts, func(i, j int) bool {
		if cuts[i].at != cuts[j].at {
			return cuts[i].at < cuts[j].at
		}
		return usual[cuts[i].name] < usual[cuts[j].name]
	})
	var all []interval
	from := n.start
	for _, c := range cuts {
		all = append(all, interval{c.name, from, c.at})
		from = c.at
	}
	return keep(append(all, interval{"finish", from, n.end})...)
}

func isGateway(n *node) bool { return n.out.Name == attr.Ingress || n.attr("component") == "proxy" }

func isServerSide(n *node) bool {
	return n.out.Name == attr.InferRequest || n.events[queueStart] != 0 || n.events[computeStart] != 0
}

func modelOf(n *node) string {
	if m := n.attr(attr.ModelName); m != "" {
		return m
	}
	if n.events[queueStart] != 0 {
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

// usual is the order of cuts that fall on one instant.
var usual = map[string]int{"choose": 0, "send": 1, "wait": 2, "receive": 3}

// rank says which of two things that go on at once an instant counts for: the
// more specific.
var rank = map[string]int{
	"gateway": 1, "proxy": 1,
	"network": 2, "choose": 2, "send": 2, "wait": 2, "receive": 2, "finish": 2,
	"server": 3, "answer": 4, "queue": 5, "input": 6, "infer": 7, "output": 6,
}

// parts says where the time of the whole request went; nil where there is neither
// one gateway span nor one server span at the top.
func parts(roots []*node) []payload.Part {
	top := wholeRequest(roots)
	if top == nil || top.duration() == 0 {
		return nil
	}
	var all []interval
	server := false
	walk(top, func(n *node) {
		if isServerSide(n) {
			server = true
			all = append(all, interval{"server", n.start, n.end})
			all = append(all, phases(n)...)
		}
	})
	if isGateway(top) {
		all = append(all, gatewayShare(top, server)...)
	}
	return sweep(top, all)
}

// gatewayShare is the gateway's own part: its phases where no server told
// anything, else the stretch around the server's spans.
func gatewayShare(n *node, server bool) []interval {
	own := gatewayPhases(n)
	switch {
	case len(own) == 0:
		return []interval{{"proxy", n.start, n.end}}
	case !server:
		return own
	}
	return keep(interval{"gateway", n.start, n.end},
		interval{"network", n.events[attr.EventServerChosen], n.events[attr.EventResponseEnd]})
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

// sweep gives each instant of top to the highest in rank of what covers it, so
// that the parts add up to top's duration.
func sweep(top *node, all []interval) []payload.Part {
	type edge struct {
		at   uint64
		name string
		open int
	}
	edges := []edge{{top.end, "", 0}}
	for _, i := range all {
		from, to := max(i.from, top.start), min(i.to, top.end)
		if to > from {
			edges = append(edges, edge{from, i.name, 1}, edge{to, i.name, -1})
		}
	}
	sort.Slice(edges, func(i, j int) bool { return edges[i].at < edges[j].at })
	open, sums, reached := map[string]int{}, map[string]uint64{}, top.start
	for _, e := range edges {
		if e.at > reached {
			sums[highest(open)] += e.at - reached
			reached = e.at
		}
		open[e.name] += e.open
	}
	var list []payload.Part
	for _, name := range partOrder {
		if sums[name] > 0 {
			list = append(list, payload.Part{Name: name, Label: labels[name], Ns: float64(sums[name])})
		}
	}
	return list
}

// highest is the open interval of the highest rank; without any, the time is the
// gateway's.
func highest(open map[string]int) string {
	best := "gateway"
	for _, name := range partOrder {
		if open[name] > 0 && (rank[name] > rank[best] || open[best] == 0) {
			best = name
		}
	}
	return best
}
