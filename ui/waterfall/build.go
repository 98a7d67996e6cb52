package waterfall

import (
	"sort"
	"strconv"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/internal/sampling"
	"supersonic/ui/payload"
	"supersonic/ui/phase"
)

// growing is how long after its last span a trace may still get more: servers
// export every few seconds, the collector and the store take theirs.
const growing = 30 * time.Second

// maxSpans bounds the spans of a trace that are shown; a browser holds 50,000 well.
const maxSpans = 50_000

// farShare is how far outside the trace, as a share of its duration, an event may
// lie and still be on the time axis.
const farShare = 0.15

// node is a span in the tree. Times are Unix nanoseconds.
type node struct {
	out        payload.Span
	start, end uint64
	children   []*node
	parent     *node
	at         int // index in the order in which spans are drawn
	events     phase.Events
}

func (n *node) duration() uint64 { return n.end - n.start }

func (n *node) attr(key string) string {
	for _, a := range n.out.Attrs {
		if a.Key == key {
			return a.Value
		}
	}
	return ""
}

// Source is a trace as it came from a store.
type Source struct {
	ID      string
	Spans   ptrace.Traces
	Partial string    // the store's word on what it left out, "" for a whole trace
	Now     time.Time // of the question: a young trace may still be arriving
	File    bool      // the spans are a file's, and what is missing is not there
}

// Build makes the tree of s. s.Spans must hold a span.
func Build(s Source) payload.Trace {
	nodes, resources := collect(s.Spans)
	nodes, left := bounded(nodes)
	roots := link(nodes)
	backlinks(s.ID, nodes)
	begin, end := extent(nodes)
	t := payload.Trace{
		ID: s.ID, StartMs: float64(begin) / 1e6, StartNs: strconv.FormatUint(begin, 10),
		DurationNs: float64(end - begin), Resources: resources,
	}
	for _, r := range roots {
		place(&t, r, 0, begin, end)
	}
	t.Services = services(t.Spans)
	describe(&t, roots)
	t.Parts = parts(roots)
	t.Notes = notes(s, nodes, roots, left)
	t.Growing = s.Now.Sub(time.Unix(0, int64(end))) < growing
	if top := mainRoot(roots); top != nil {
		t.Critical = criticalPath(top, begin)
		t.Head = head(top)
	}
	own := criticalOf(t)
	t.Stats = stats(t.Spans, own)
	t.Paths = paths(t.Spans, own)
	t.Graph = graph(t)
	return t
}

// bounded keeps the spans that began first, where there are more than a page can
// hold, and tells how many it left out.
func bounded(nodes []*node) ([]*node, int) {
	if len(nodes) <= maxSpans {
		return nodes, 0
	}
	byStart(nodes)
	return nodes[:maxSpans], len(nodes) - maxSpans
}

// backlinks tells each span which others of its trace link to it.
func backlinks(traceID string, nodes []*node) {
	byID := make(map[string]*node, len(nodes))
	for _, n := range nodes {
		byID[n.out.ID] = n
	}
	for _, n := range nodes {
		for _, l := range n.out.Links {
			if to := byID[l.SpanID]; to != nil && l.TraceID == traceID {
				to.out.LinkedFrom = append(to.out.LinkedFrom, payload.Link{TraceID: traceID, SpanID: n.out.ID, Attrs: l.Attrs})
			}
		}
	}
}

// mainRoot is the root that a trace is named by: the longest of those without a
// parent, else the longest of all.
func mainRoot(roots []*node) *node {
	var best *node
	better := func(a, b *node) bool {
		if (a.out.Parent == "") != (b.out.Parent == "") {
			return a.out.Parent == ""
		}
		return a.duration() > b.duration()
	}
	for _, r := range roots {
		if best == nil || better(r, best) {
			best = r
		}
	}
	return best
}

// describe names the trace by its root: the longest span without a parent, else
// nothing, as a trace without a root has no name.
func describe(t *payload.Trace, roots []*node) {
	if r := mainRoot(roots); r != nil && r.out.Parent == "" {
		t.RootName, t.RootPod = r.out.Name, r.out.Service
	}
	for i := range t.Spans {
		t.Failed = t.Failed || t.Spans[i].Failed
	}
	for _, r := range roots {
		walk(r, func(n *node) {
			if t.Model == "" {
				t.Model = modelOf(n)
			}
			if t.Server == "" {
				t.Server = serverOf(n)
			}
		})
	}
}

func collect(td ptrace.Traces) ([]*node, []payload.Resource) {
	var nodes []*node
	var resources []payload.Resource
	seen := map[pcommon.SpanID]bool{}
	for _, rs := range td.ResourceSpans().All() {
		service := ""
		if v, ok := rs.Resource().Attributes().Get("service.name"); ok {
			service = v.AsString()
		}
		resources = append(resources, payload.Resource{Service: service, Attrs: attrs(rs.Resource().Attributes())})
		for _, ss := range rs.ScopeSpans().All() {
			scope := ss.Scope().Name()
			for _, sp := range ss.Spans().All() {
				if seen[sp.SpanID()] {
					continue // exported twice
				}
				seen[sp.SpanID()] = true
				n := newNode(sp)
				n.out.Service, n.out.Scope, n.out.Resource = service, scope, len(resources)-1
				nodes = append(nodes, n)
			}
		}
	}
	return nodes, resources
}

func newNode(sp ptrace.Span) *node {
	n := &node{start: uint64(sp.StartTimestamp()), end: max(uint64(sp.EndTimestamp()), uint64(sp.StartTimestamp())), events: phase.Events{}}
	n.out = payload.Span{
		ID: sp.SpanID().String(), Name: sp.Name(), Kind: kindName(sp.Kind()),
		DurationNs: float64(n.end - n.start), Status: statusName(sp.Status().Code()), StatusText: sp.Status().Message(),
		Failed: sp.Status().Code() == ptrace.StatusCodeError, Unfinished: sp.EndTimestamp() == 0, TraceState: sp.TraceState().AsRaw(), Attrs: attrs(sp.Attributes()),
	}
	if !sp.ParentSpanID().IsEmpty() {
		n.out.Parent = sp.ParentSpanID().String()
	}
	if th, ok := sampling.FromTracestate(n.out.TraceState); ok {
		n.out.Weight = th.Weight()
	}
	for _, e := range sp.Events().All() {
		at := uint64(e.Timestamp())
		n.out.Events = append(n.out.Events, payload.Event{Name: e.Name(), AtNs: since(at, n.start), Attrs: attrs(e.Attributes())})
		if _, known := n.events[e.Name()]; !known {
			n.events[e.Name()] = at
		}
	}
	sort.SliceStable(n.out.Events, func(i, j int) bool { return n.out.Events[i].AtNs < n.out.Events[j].AtNs })
	for _, l := range sp.Links().All() {
		n.out.Links = append(n.out.Links, payload.Link{TraceID: l.TraceID().String(), SpanID: l.SpanID().String(), Attrs: attrs(l.Attributes())})
	}
	return n
}

// since is a-b of two Unix times, negative if a is before b.
func since(a, b uint64) float64 {
	if a < b {
		return -float64(b - a)
	}
	return float64(a - b)
}

// link makes the tree and returns what stands at its top, by start.
func link(nodes []*node) []*node {
	byID := make(map[string]*node, len(nodes))
	for _, n := range nodes {
		byID[n.out.ID] = n
	}
	for _, n := range nodes {
		n.parent = byID[n.out.Parent]
	}
	cut(nodes)
	var roots []*node
	for _, n := range nodes {
		if n.parent == nil {
			n.out.ParentMissing = n.out.Parent != ""
			roots = append(roots, n)
			continue
		}
		n.parent.children = append(n.parent.children, n)
	}
	byStart(roots)
	for _, n := range nodes {
		byStart(n.children)
		n.out.Skewed = n.parent != nil && n.parent.out.Service != n.out.Service && n.start+uint64(skewTolerance) < n.parent.start
	}
	return roots
}

// cut opens every cycle of parents where it was entered first.
func cut(nodes []*node) {
	seen := make(map[*node]*node, len(nodes)) // by which walk
	for _, n := range nodes {
		for at := n; at != nil && seen[at] != n; at = at.parent {
			if seen[at] != nil {
				break // leads to where another walk has been
			}
			seen[at] = n
			if at.parent != nil && seen[at.parent] == n {
				at.parent.parent = nil
				break
			}
		}
	}
}

func byStart(nodes []*node) {
	sort.SliceStable(nodes, func(i, j int) bool {
		if nodes[i].start != nodes[j].start {
			return nodes[i].start < nodes[j].start
		}
		return nodes[i].end > nodes[j].end
	})
}

func extent(nodes []*node) (begin, end uint64) {
	begin, end = nodes[0].start, nodes[0].end
	for _, n := range nodes {
		begin, end = min(begin, n.start), max(end, n.end)
	}
	return begin, end
}

// place appends n and what is below it, in the order in which they are drawn,
// and returns how many spans that were.
func place(t *payload.Trace, n *node, depth int, begin, end uint64) int {
	o := &n.out
	o.Depth, o.OffsetNs, o.SelfNs = depth, float64(n.start-begin), float64(selfTime(n))
	for i := range o.Events {
		e := &o.Events[i]
		e.OffsetNs = o.OffsetNs + e.AtNs
		margin := farShare * float64(end-begin)
		e.Far = e.OffsetNs < -margin || e.OffsetNs > float64(end-begin)+margin
	}
	for _, p := range phases(n) {
		o.Phases = append(o.Phases, payload.Phase{Name: p.Name, Label: phase.Labels[p.Name], OffsetNs: since(p.From, begin), Ns: float64(p.To - p.From)})
	}
	n.at = len(t.Spans)
	t.Spans = append(t.Spans, *o)
	below := 0
	for _, c := range n.children {
		below += place(t, c, depth+1, begin, end)
	}
	t.Spans[n.at].Below = below
	return below + 1
}

// selfTime is n's duration less the union of its children, which are in the order
// of their starts.
func selfTime(n *node) uint64 {
	self, reached := n.duration(), n.start
	for _, c := range n.children {
		from, to := max(c.start, reached), min(c.end, n.end)
		if to > from {
			self -= to - from
			reached = to
		}
	}
	return self
}

func walk(n *node, visit func(*node)) {
	visit(n)
	for _, c := range n.children {
		walk(c, visit)
	}
}

func services(spans []payload.Span) []payload.Service {
	index := map[string]int{}
	var list []payload.Service
	for i := range spans {
		at, known := index[spans[i].Service]
		if !known {
			at = len(list)
			index[spans[i].Service] = at
			list = append(list, payload.Service{Name: spans[i].Service})
		}
		list[at].Spans++
		if spans[i].Failed {
			list[at].Errors++
		}
	}
	return list
}

func kindName(k ptrace.SpanKind) string {
	switch k {
	case ptrace.SpanKindInternal:
		return "internal"
	case ptrace.SpanKindServer:
		return "server"
	case ptrace.SpanKindClient:
		return "client"
	case ptrace.SpanKindProducer:
		return "producer"
	case ptrace.SpanKindConsumer:
		return "consumer"
	}
	return "unspecified"
}

func statusName(c ptrace.StatusCode) string {
	switch c {
	case ptrace.StatusCodeOk:
		return "ok"
	case ptrace.StatusCodeError:
		return "error"
	}
	return "unset"
}

func attrs(m pcommon.Map) []payload.Attr {
	list := make([]payload.Attr, 0, m.Len())
	for k, v := range m.All() {
		list = append(list, payload.Attr{Key: k, Value: v.AsString(), Type: typeName(v.Type())})
	}
	return list
}

func typeName(t pcommon.ValueType) string {
	switch t {
	case pcommon.ValueTypeStr:
		return "string"
	case pcommon.ValueTypeInt:
		return "int"
	case pcommon.ValueTypeDouble:
		return "double"
	case pcommon.ValueTypeBool:
		return "bool"
	case pcommon.ValueTypeBytes:
		return "bytes"
	case pcommon.ValueTypeSlice:
		return "array"
	case pcommon.ValueTypeMap:
		return "map"
	}
	return "empty"
}
