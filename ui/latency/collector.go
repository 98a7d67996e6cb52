package latency

import (
	"strings"

	"go.opentelemetry.io/collector/pdata/ptrace"
)

// MaxRequests is how many requests a Collector keeps: some 300 bytes each, and
// 100 for each step of an ensemble.
const MaxRequests = 200_000

// Window is the time that is asked about, in Unix nanoseconds. A zero end is open.
type Window struct{ From, To uint64 }

func (w Window) holds(at uint64) bool { return at >= w.From && (w.To == 0 || at <= w.To) }

// Counts are the requests by what became of them.
type Counts struct {
	Traces    int
	Split     int     // requests whose time is split
	Failed    int     // and not split
	Silent    int     // their server kept no spans
	Alone     int     // of Split: without a gateway's span
	Beyond    int     // more than a Collector keeps
	Estimated float64 // requests that all these stand for
}

// Collector gathers requests.
type Collector struct {
	window   Window
	requests []request
	counts   Counts
	failed   map[string]int    // by model
	names    map[string]string // one copy of each
	first    uint64            // earliest and latest start that was seen
	last     uint64
	most     int
}

// NewCollector makes a Collector of the requests that start in w.
func NewCollector(w Window) *Collector {
	return &Collector{window: w, failed: map[string]int{}, names: map[string]string{}, most: MaxRequests}
}

// Add takes whole traces: all spans of a trace that are to count come in one call.
func (c *Collector) Add(td ptrace.Traces) {
	groups := map[[16]byte][]made{}
	for _, id := range byTrace(td, groups, nil) {
		c.trace(newTree(id, groups[id]))
	}
}

func (c *Collector) trace(t *tree) {
	counted := false
	cut(t, func(r request, f fate, stands float64) {
		if !c.window.holds(r.start) {
			return
		}
		counted = true
		c.counts.Estimated += stands
		if c.first == 0 || r.start < c.first {
			c.first = r.start
		}
		c.last = max(c.last, r.start)
		switch f {
		case isFailed:
			c.counts.Failed++
			c.failed[c.name(r.model)]++
		case isSilent:
			c.counts.Silent++
		default:
			c.keep(r)
		}
	})
	if counted {
		c.counts.Traces++
	}
}

func (c *Collector) keep(r request) {
	if len(c.requests) >= c.most {
		c.counts.Beyond++
		return
	}
	c.counts.Split++
	if r.alone {
		c.counts.Alone++
	}
	r.gateway, r.gateKey, r.pod, r.podKey, r.model = c.name(r.gateway), c.name(r.gateKey), c.name(r.pod), c.name(r.podKey), c.name(r.model)
	for i := range r.runs {
		r.runs[i].model, r.runs[i].parent = c.name(r.runs[i].model), c.name(r.runs[i].parent)
	}
	c.requests = append(c.requests, r)
}

// name gives one copy of a name: a span's own lies in the memory of its message.
func (c *Collector) name(s string) string {
	if own, ok := c.names[s]; ok {
		return own
	}
	s = strings.Clone(s)
	c.names[s] = s
	return s
}

// Counts tells what was taken in.
func (c *Collector) Counts() Counts { return c.counts }

// OnPod is the requests of one server.
func (c *Collector) OnPod(pod string) *Collector {
	out := NewCollector(c.window)
	for _, r := range c.requests {
		if r.pod == pod {
			out.requests = append(out.requests, r)
		}
	}
	return out
}

// Pods are the servers that requests were of.
func (c *Collector) Pods() []string { return newSite(c).pods }
