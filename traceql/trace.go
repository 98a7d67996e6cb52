package traceql

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"math"
	"slices"
	"sync"
	"time"
)

// Trace is the spans of one trace as far as they are known, with their tree.
// Make it with NewTrace; it may then be evaluated by many goroutines.
type Trace struct {
	id    TraceID
	spans []Span
	all   []int32 // 0, 1, 2, ...
	root  int     // index of the root span, -1 if no span is known to be one

	start, end uint64

	once  sync.Once // guards nodes: most queries need no tree
	nodes []node
}

func (t *Trace) tree() []node {
	t.once.Do(t.link)
	return t.nodes
}

// node is a span's place in the tree. Indices are into Trace.spans.
type node struct {
	parent   int32 // -1: none, or not among the spans
	children int32
	left     int32 // nested-set numbers, from 1
	right    int32
}

// NewTrace takes the spans of a trace in any order; their tree is computed when a
// query first needs it. It keeps the slice, which the caller then leaves alone. Of spans with one id the
// first is the parent of those that name it. A cycle of parents is cut at its
// earliest span.
func NewTrace(id TraceID, spans []Span) *Trace {
	t := &Trace{id: id, spans: spans, all: make([]int32, len(spans)), root: -1}
	for i := range t.all {
		t.all[i] = int32(i)
	}
	t.findTimes()
	t.findRoot()
	return t
}

// ID is the trace's identifier.
func (t *Trace) ID() TraceID { return t.id }

// Spans returns the spans in the order they were given. Do not change it.
func (t *Trace) Spans() []Span { return t.spans }

// Start is the earliest start of a span, Unix nanoseconds.
func (t *Trace) Start() uint64 { return t.start }

// Duration is the time from the earliest start to the latest end.
func (t *Trace) Duration() time.Duration {
	return Between(t.start, t.end)
}

// Between is how long it is from one time to another, Unix nanoseconds: 0 if that is
// before it, and 292 years if it is longer, which is the most that a duration can be.
func Between(start, end uint64) time.Duration {
	if end < start {
		return 0
	}
	return time.Duration(min(end-start, math.MaxInt64))
}

// Root returns the root span: the earliest without a parent id. ok is false when
// no such span is known (yet).
func (t *Trace) Root() (s Span, ok bool) {
	if t.root < 0 {
		return nil, false
	}
	return t.spans[t.root], true
}

// RootName and RootService are the name and service.name of the root span, ""
// when there is none.
func (t *Trace) RootName() string {
	if r, ok := t.Root(); ok {
		return r.Intrinsic(IntrinsicName).Text()
	}
	return ""
}

// RootService is the service.name of the root span, "" when there is none.
func (t *Trace) RootService() string {
	if r, ok := t.Root(); ok {
		return r.Attribute(ScopeResource, "service.name").display()
	}
	return ""
}

func (t *Trace) findTimes() {
	for i, s := range t.spans {
		if i == 0 || s.Start() < t.start {
			t.start = s.Start()
		}
		t.end = max(t.end, s.End())
	}
}

// findRoot takes the earliest span that names no parent.
func (t *Trace) findRoot() {
	for i, s := range t.spans {
		if s.Parent() == (SpanID{}) && (t.root < 0 || s.Start() < t.spans[t.root].Start()) {
			t.root = i
		}
	}
}

// link finds parents and numbers the tree.
func (t *Trace) link() {
	t.nodes = make([]node, len(t.spans))
	byID := make(map[SpanID]int32, len(t.spans))
	for i, s := range t.spans {
		if _, taken := byID[s.ID()]; !taken {
			byID[s.ID()] = int32(i)
		}
	}
	kids := make([][]int32, len(t.spans))
	var tops []int32
	for i, s := range t.spans {
		p, ok := byID[s.Parent()]
		if !ok || p == int32(i) || s.Parent() == (SpanID{}) {
			t.nodes[i].parent = -1
			tops = append(tops, int32(i))
			continue
		}
		t.nodes[i].parent = p
		t.nodes[p].children++
		kids[p] = append(kids[p], int32(i))
	}
	t.number(tops, kids)
}

// number gives nested-set numbers without recursion: a trace may be deep.
func (t *Trace) number(tops []int32, kids [][]int32) {
	next := int32(1)
	t.sortByStart(tops)
	for _, top := range tops {
		next = t.numberTree(top, next, kids)
	}
	for _, i := range t.byStart() { // what is left is in cycles
		if t.nodes[i].left == 0 {
			t.cut(i, kids)
			next = t.numberTree(i, next, kids)
		}
	}
}

// cut makes a span of a cycle a top.
func (t *Trace) cut(i int32, kids [][]int32) {
	p := t.nodes[i].parent
	t.nodes[p].children--
	kids[p] = slices.DeleteFunc(kids[p], func(k int32) bool { return k == i })
	t.nodes[i].parent = -1
}

func (t *Trace) numberTree(top, next int32, kids [][]int32) int32 {
	stack := []int32{top}
	for len(stack) > 0 {
		i := stack[len(stack)-1]
		n := &t.nodes[i]
		if n.left != 0 { // all below it are done
			n.right = next
			next++
			stack = stack[:len(stack)-1]
			continue
		}
		n.left = next
		next++
		t.sortByStart(kids[i])
		for _, k := range slices.Backward(kids[i]) {
			stack = append(stack, k)
		}
	}
	return next
}

func (t *Trace) byStart() []int32 {
	all := slices.Clone(t.all)
	t.sortByStart(all)
	return all
}

func (t *Trace) sortByStart(list []int32) {
	slices.SortFunc(list, func(a, b int32) int {
		x, y := t.spans[a], t.spans[b]
		if c := cmp.Compare(x.Start(), y.Start()); c != 0 {
			return c
		}
		xid, yid := x.ID(), y.ID()
		if c := bytes.Compare(xid[:], yid[:]); c != 0 {
			return c
		}
		return cmp.Compare(a, b)
	})
}

// intrinsic returns what the tree and the trace tell about span i.
func (t *Trace) intrinsic(i int, in Intrinsic) Static {
	switch in {
	case IntrinsicSpanID:
		id := t.spans[i].ID()
		return String(hex.EncodeToString(id[:]))
	case IntrinsicParentID:
		id := t.spans[i].Parent() // a root's is of zeros
		return String(hex.EncodeToString(id[:]))
	case IntrinsicChildCount:
		return Int(int64(t.tree()[i].children))
	case IntrinsicNestedSetLeft:
		return Int(int64(t.tree()[i].left))
	case IntrinsicNestedSetRight:
		return Int(int64(t.tree()[i].right))
	case IntrinsicNestedSetParent:
		if p := t.tree()[i].parent; p >= 0 {
			return Int(int64(t.nodes[p].left))
		}
		if t.spans[i].Parent() != (SpanID{}) {
			return Int(0) // it is not here: no root, as { nestedSetParent < 0 } asks for
		}
		return Int(-1)
	}
	return t.ofTrace(in)
}

func (t *Trace) ofTrace(in Intrinsic) Static {
	switch in {
	case IntrinsicTraceID:
		return String(hex.EncodeToString(t.id[:]))
	case IntrinsicTraceDuration:
		return Duration(t.Duration())
	case IntrinsicTraceRootName:
		return String(t.RootName())
	case IntrinsicTraceRootService:
		return String(t.RootService())
	}
	return Nil()
}
