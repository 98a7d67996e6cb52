package latency

import (
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/internal/attr"
	"supersonic/ui/phase"
)

// node is a span in its tree.
type node struct {
	span       ptrace.Span
	name       string
	pod        string // who wrote the span, as its resource tells
	podKey     string // the attribute that told it
	state      string
	start, end uint64
	events     phase.Events
	parent     *node
	children   []*node
}

// tree is the spans of one trace.
type tree struct {
	id    [16]byte
	nodes []*node
}

// made is a span with its resource, before it is in a tree.
type made struct {
	span     ptrace.Span
	resource pcommon.Resource
	scope    pcommon.InstrumentationScope
}

// byTrace groups spans by trace, in the order in which traces are first seen.
func byTrace(td ptrace.Traces, into map[[16]byte][]made, order [][16]byte) [][16]byte {
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, s := range ss.Spans().All() {
				id := [16]byte(s.TraceID())
				if _, known := into[id]; !known {
					order = append(order, id)
				}
				into[id] = append(into[id], made{s, rs.Resource(), ss.Scope()})
			}
		}
	}
	return order
}

// newTree links the spans of a trace. One that came twice is there once.
func newTree(id [16]byte, spans []made) *tree {
	t := &tree{id: id}
	byID := make(map[[8]byte]*node, len(spans))
	for _, m := range spans {
		if own := [8]byte(m.span.SpanID()); byID[own] == nil {
			n := newNode(m)
			byID[own] = n
			t.nodes = append(t.nodes, n)
		}
	}
	for _, n := range t.nodes {
		p := byID[[8]byte(n.span.ParentSpanID())]
		if p == nil || n.span.ParentSpanID().IsEmpty() || p.within(n) {
			continue
		}
		n.parent = p
		p.children = append(p.children, n)
	}
	return t
}

func newNode(m made) *node {
	s := m.span
	n := &node{span: s, name: s.Name(), state: s.TraceState().AsRaw(), start: uint64(s.StartTimestamp()),
		end: max(uint64(s.StartTimestamp()), uint64(s.EndTimestamp())), events: make(phase.Events, s.Events().Len())}
	n.podKey, n.pod = podOf(m.resource)
	for _, e := range s.Events().All() {
		if _, known := n.events[e.Name()]; !known {
			n.events[e.Name()] = uint64(e.Timestamp())
		}
	}
	return n
}

const serviceName = "service.name"

// anyServer is what Triton calls itself where it is told no name.
const anyServer = "triton-inference-server"

// podKeys are the attributes of a resource that name a pod, the surest first. All
// servers of a site may have one service.name, as Triton's own has it unless it is
// told another; pod_name is what SuperSONIC's documentation gives them.
var podKeys = [...]string{"pod_name", "k8s.pod.name", serviceName, "host.name", "service.instance.id"}

func podOf(r pcommon.Resource) (key, name string) {
	for _, key := range podKeys {
		if name := text(r, key); name != "" && name != anyServer {
			return key, name
		}
	}
	return serviceName, text(r, serviceName)
}

func text(r pcommon.Resource, key string) string {
	if v, ok := r.Attributes().Get(key); ok {
		return v.AsString()
	}
	return ""
}

// within tells whether n lies below top, or is it.
func (n *node) within(top *node) bool {
	for p := n; p != nil; p = p.parent {
		if p == top {
			return true
		}
	}
	return false
}

func (n *node) attr(name string) string {
	v, ok := n.span.Attributes().Get(name)
	if !ok {
		return ""
	}
	return v.AsString()
}

func (n *node) model() string {
	if m := n.attr(attr.ModelName); m != "" {
		return m
	}
	return n.name
}

func (n *node) failed() bool {
	code := n.attr("grpc.status_code")
	return n.span.Status().Code() == ptrace.StatusCodeError || code != "" && code != "0"
}

func (n *node) walk(visit func(*node)) {
	visit(n)
	for _, c := range n.children {
		c.walk(visit)
	}
}

// below are the servers' spans that a gateway's calls led to: its children, or
// those of the spans of its own that it has between (Envoy's "egress").
func (n *node) below(name string) []*node {
	var list []*node
	for _, c := range n.children {
		switch {
		case c.name == name:
			list = append(list, c)
		case isGateway(c):
			list = append(list, c.below(name)...)
		}
	}
	return list
}
