package waterfall

import (
	"sort"

	"supersonic/ui/payload"
	"supersonic/ui/phase"
)

// Names of steps that are no phase of a span's own events.
const (
	before = "before" // the gateway's, until its server's first span
	after  = "after"  // the gateway's, from its server's last span on
	self   = "self"
)

var stepLabels = map[string]string{
	before: "gateway or queue, before the server began",
	after:  "gateway or network, after the server",
	self:   "own time",
}

// stretch is a part of the critical path: n was what the request waited for.
type stretch struct {
	n *node
	phase.Interval
}

// criticalPath walks back from top's end: at each point the request waited for
// the child that ended last before it, else for the span itself. A child that was
// still running when a later one began did not hold that one up. The steps cover
// top's duration exactly.
func criticalPath(top *node, begin uint64) []payload.CriticalStep {
	var all []stretch
	walkBack(top, top.start, top.end, &all)
	var steps []payload.CriticalStep
	for i := len(all) - 1; i >= 0; i-- {
		s := all[i]
		if last := len(steps) - 1; last >= 0 && steps[last].Span == s.n.at && steps[last].Name == s.Name {
			steps[last].Ns += float64(s.To - s.From)
			continue
		}
		steps = append(steps, payload.CriticalStep{Span: s.n.at, Name: s.Name, Label: stepLabel(s.Name), OffsetNs: since(s.From, begin), Ns: float64(s.To - s.From)})
	}
	return steps
}

func stepLabel(name string) string {
	if l, ok := stepLabels[name]; ok {
		return l
	}
	return phase.Labels[name]
}

// walkBack appends the stretches of n from to back to from, the latest first.
func walkBack(n *node, from, to uint64, all *[]stretch) {
	at := to
	for _, c := range byEnd(n.children) {
		end := c.end
		if end > at {
			if end > at+uint64(skewTolerance) && at != to {
				continue // it still ran when the one after it began
			}
			end = at
		}
		start := max(c.start, from)
		if start >= end {
			continue
		}
		ownStretch(n, end, at, all)
		walkBack(c, start, end, all)
		at = start
	}
	ownStretch(n, from, at, all)
}

func byEnd(children []*node) []*node {
	sorted := append([]*node(nil), children...)
	sort.SliceStable(sorted, func(i, j int) bool {
		if sorted[i].end != sorted[j].end {
			return sorted[i].end > sorted[j].end
		}
		return sorted[i].start < sorted[j].start
	})
	return sorted
}

// ownStretch cuts n's own time from from to to at its phases, the latest first.
func ownStretch(n *node, from, to uint64, all *[]stretch) {
	if to <= from {
		return
	}
	cuts := phases(n)
	for i := len(cuts) - 1; i >= 0; i-- {
		lower, upper := max(cuts[i].From, from), min(cuts[i].To, to)
		if upper <= lower {
			continue
		}
		put(n, otherName(n, upper), upper, to, all)
		put(n, phaseStep(n, cuts[i].Name, lower), lower, upper, all)
		to = lower
	}
	put(n, otherName(n, from), from, to, all)
}

func put(n *node, name string, from, to uint64, all *[]stretch) {
	if to > from {
		*all = append(*all, stretch{n, phase.Interval{Name: name, From: from, To: to}})
	}
}

// otherName is what n's time is called where none of its events tells.
func otherName(n *node, at uint64) string {
	switch {
	case isGateway(n):
		return aroundServer(n, at, "gateway")
	case isServerSide(n):
		return "server"
	}
	return self
}

// phaseStep is the name of a phase on the critical path. Of the gateway's wait for
// an answer it is told whether the server had begun.
func phaseStep(n *node, name string, at uint64) string {
	if name == "wait" {
		return aroundServer(n, at, name)
	}
	return name
}

// A server that by its clock was not there while n was tells nothing.
func aroundServer(n *node, at uint64, otherwise string) string {
	for _, c := range n.children {
		if !isServerSide(c) || c.end <= n.start || c.start >= n.end {
			continue
		}
		if at < c.start {
			return before
		}
		return after
	}
	return otherwise
}

// criticalOf sums the critical path by span.
func criticalOf(t payload.Trace) []float64 {
	own := make([]float64, len(t.Spans))
	for _, s := range t.Critical {
		own[s.Span] += s.Ns
	}
	return own
}
