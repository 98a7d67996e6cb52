package waterfall

import (
	"cmp"
	"slices"

	"supersonic/ui/payload"
)

// A graph has one node a span up to graphSpans, which is what an eye can follow;
// above, one a path, and of these at most graphPaths.
const (
	graphSpans = 60
	graphPaths = 120
)

// branch is a path while the tree of paths grows.
type branch struct {
	path     payload.SpanPath
	longest  float64
	children []*branch
	byKey    map[[2]string]*branch
}

func newBranch(name, service string) *branch {
	return &branch{path: payload.SpanPath{Name: name, Service: service, Span: -1}, longest: -1, byKey: map[[2]string]*branch{}}
}

func (b *branch) child(s *payload.Span) *branch {
	key := [2]string{s.Service, s.Name}
	c, known := b.byKey[key]
	if !known {
		c = newBranch(s.Name, s.Service)
		b.byKey[key] = c
		b.children = append(b.children, c)
	}
	return c
}

func (b *branch) take(i int, s *payload.Span, critical float64) {
	p := &b.path
	p.Count++
	p.TotalNs += s.DurationNs
	p.SelfNs += s.SelfNs
	p.CriticalNs += critical
	if s.Failed {
		p.Errors++
	}
	if s.DurationNs > b.longest {
		b.longest, p.Span = s.DurationNs, i
	}
}

// paths puts the spans of one path together.
func paths(spans []payload.Span, critical []float64) []payload.SpanPath {
	top := newBranch("", "")
	way := []*branch{top} // from the top to the branch of the span before
	for i := range spans {
		s := &spans[i]
		way = way[:s.Depth+1]
		b := way[s.Depth].child(s)
		b.take(i, s, critical[i])
		way = append(way, b)
	}
	var list []payload.SpanPath
	for _, c := range top.children {
		list = spell(list, c, -1, 0)
	}
	return list
}

func spell(list []payload.SpanPath, b *branch, parent, depth int) []payload.SpanPath {
	at := len(list)
	b.path.Parent, b.path.Depth = parent, depth
	list = append(list, b.path)
	for _, c := range b.children {
		list = spell(list, c, at, depth+1)
	}
	list[at].Below = len(list) - at - 1
	return list
}

func graph(t payload.Trace) payload.TraceGraph {
	length := traceLength(t)
	if len(t.Spans) <= graphSpans {
		return payload.TraceGraph{Nodes: spanNodes(t.Spans, length)}
	}
	return pathNodes(t.Paths, length)
}

// traceLength is what shares of a trace are shares of: its root, as a server may
// tidy up after its answer; without a root all of it.
func traceLength(t payload.Trace) float64 {
	sum := 0.0
	for _, s := range t.Critical {
		sum += s.Ns
	}
	if t.RootName == "" || sum == 0 {
		return t.DurationNs
	}
	return sum
}

func spanNodes(spans []payload.Span, length float64) []payload.TraceNode {
	var list []payload.TraceNode
	var way []int
	for i := range spans {
		s := &spans[i]
		way = way[:s.Depth]
		n := payload.TraceNode{Parent: -1, Span: i, Name: s.Name, Service: s.Service, Count: 1, TotalNs: s.DurationNs, SelfNs: s.SelfNs}
		if s.Depth > 0 {
			n.Parent = way[s.Depth-1]
		}
		if s.Failed {
			n.Errors = 1
		}
		list = append(list, shares(n, length))
		way = append(way, i)
	}
	return list
}

func shares(n payload.TraceNode, length float64) payload.TraceNode {
	if length > 0 {
		n.ShareTotal, n.HeatOfTrace = n.TotalNs/length, min(1, n.SelfNs/length)
	}
	if n.TotalNs > 0 {
		n.ShareSelf = n.SelfNs / n.TotalNs
	}
	return n
}

// pathNodes keeps the paths of the most total time, and those above them.
func pathNodes(all []payload.SpanPath, length float64) payload.TraceGraph {
	keep := chosen(all)
	g := payload.TraceGraph{Folded: true}
	index := make([]int, len(all)) // of a path's node, or of the node that hides it
	for i, p := range all {
		if !keep[i] {
			g.Hidden++
			index[i] = -1
			if p.Parent >= 0 {
				index[i] = index[p.Parent]
			}
			if index[i] >= 0 {
				g.Nodes[index[i]].Hidden++
			}
			continue
		}
		n := payload.TraceNode{Parent: -1, Span: p.Span, Name: p.Name, Service: p.Service, Count: p.Count, Errors: p.Errors, TotalNs: p.TotalNs, SelfNs: p.SelfNs}
		if p.Parent >= 0 {
			n.Parent = index[p.Parent]
		}
		index[i] = len(g.Nodes)
		g.Nodes = append(g.Nodes, shares(n, length))
	}
	return g
}

// chosen tells which paths have a node: a way down is taken whole or not at all,
// the one with the most total time first.
func chosen(all []payload.SpanPath) []bool {
	keep := make([]bool, len(all))
	if len(all) <= graphPaths {
		for i := range keep {
			keep[i] = true
		}
		return keep
	}
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(all[b].TotalNs, all[a].TotalNs) })
	left := graphPaths
	for _, i := range order {
		var way []int
		for at := i; at >= 0 && !keep[at]; at = all[at].Parent {
			way = append(way, at)
			if len(way) > left {
				break
			}
		}
		if len(way) > left {
			continue
		}
		for _, at := range way {
			keep[at] = true
		}
		left -= len(way)
	}
	return keep
}
