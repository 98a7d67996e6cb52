package phase

import (
	"cmp"
	"slices"
	"sort"

	"supersonic/internal/attr"
)

// Triton's events that bound a phase.
const (
	QueueStart         = "QUEUE_START"
	ComputeStart       = "COMPUTE_START"
	ComputeInputEnd    = "COMPUTE_INPUT_END"
	ComputeOutputStart = "COMPUTE_OUTPUT_START"
	ComputeEnd         = "COMPUTE_END"
)

// Order is the phases in the order of a request's life, Labels the words for each.
var (
	Order  = [...]string{"gateway", "choose", "send", "proxy", "network", "wait", "server", "queue", "input", "infer", "output", "answer", "receive", "finish"}
	Labels = map[string]string{
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
)

// Interval is a stretch of time, in Unix nanoseconds, and what it is.
type Interval struct {
	Name     string
	From, To uint64
}

// Part is the time that a phase has in all.
type Part struct {
	Name string
	Ns   uint64
}

// Events are the times of a span's events, the first of each name, 0 if there is
// none.
type Events map[string]uint64

// Keep drops the intervals of which an end is missing or that end before they begin.
func Keep(all ...Interval) []Interval {
	var kept []Interval
	for _, i := range all {
		if i.From != 0 && i.To > i.From {
			kept = append(kept, i)
		}
	}
	return kept
}

// OfServer are the stretches that the events of a span of Triton tell. A model's
// queue ends where its own execution begins, which its child compute knows; 0 if
// there is none, as an ensemble has none.
func OfServer(events Events, firstCompute uint64) []Interval {
	switch {
	case events[ComputeStart] != 0:
		return Keep(
			Interval{"input", events[ComputeStart], events[ComputeInputEnd]},
			Interval{"infer", events[ComputeInputEnd], events[ComputeOutputStart]},
			Interval{"output", events[ComputeOutputStart], events[ComputeEnd]},
		)
	case events[QueueStart] != 0:
		return Keep(Interval{"queue", events[QueueStart], firstCompute})
	}
	return Keep(
		Interval{"answer", events["GRPC_SEND_START"], events["GRPC_SEND_END"]},
		Interval{"answer", events["HTTP_SEND_START"], events["HTTP_SEND_END"]},
	)
}

// cuts are the events of an ingress span, each with the phase that it ends. Their
// order is that of cuts that fall on one instant.
var cuts = [...]struct{ event, name string }{
	{attr.EventServerChosen, "choose"}, {attr.EventRequestSent, "send"},
	{attr.EventResponseStart, "wait"}, {attr.EventResponseEnd, "receive"},
}

// OfGateway cuts an ingress span at its events; nil if it has none. A stream's
// answer may begin before its request has ended, so the cuts are taken in the
// order of time and a phase is named by what it ends with.
func OfGateway(start, end uint64, events Events) []Interval {
	var all []Interval
	for _, c := range cuts {
		if at := events[c.event]; at >= start && at <= end && at != 0 {
			all = append(all, Interval{Name: c.name, To: at})
		}
	}
	if len(all) == 0 {
		return nil
	}
	slices.SortStableFunc(all, func(a, b Interval) int { return cmp.Compare(a.To, b.To) })
	from := start
	for i := range all {
		all[i].From = from
		from = all[i].To
	}
	return Keep(append(all, Interval{"finish", from, end})...)
}

// rank says which of two things that go on at once an instant counts for: the
// more specific.
var rank = map[string]int{
	"gateway": 1, "proxy": 1,
	"network": 2, "choose": 2, "send": 2, "wait": 2, "receive": 2, "finish": 2,
	"server": 3, "answer": 4, "queue": 5, "input": 6, "infer": 7, "output": 6,
}

// Sweep gives each instant from start to end to the highest in rank of what covers
// it, so that the parts, in the order of a request's life, add up to the whole. What
// nothing covers is rest's.
func Sweep(start, end uint64, all []Interval, rest string) []Part {
	type edge struct {
		at   uint64
		name string
		open int
	}
	edges := []edge{{end, "", 0}}
	for _, i := range all {
		from, to := max(i.From, start), min(i.To, end)
		if to > from {
			edges = append(edges, edge{from, i.Name, 1}, edge{to, i.Name, -1})
		}
	}
	sort.Slice(edges, func(i, j int) bool { return edges[i].at < edges[j].at })
	open, sums, reached := map[string]int{}, map[string]uint64{}, start
	for _, e := range edges {
		if e.at > reached {
			sums[highest(open, rest)] += e.at - reached
			reached = e.at
		}
		open[e.name] += e.open
	}
	var list []Part
	for _, name := range Order {
		if sums[name] > 0 {
			list = append(list, Part{name, sums[name]})
		}
	}
	return list
}

// highest is the open interval of the highest rank; without any, the time is rest's.
func highest(open map[string]int, rest string) string {
	best := rest
	for _, name := range Order {
		if open[name] > 0 && (rank[name] > rank[best] || open[best] == 0) {
			best = name
		}
	}
	return best
}
