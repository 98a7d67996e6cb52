package store

import (
	"bytes"
	"slices"
	"sort"
	"sync"

	"supersonic/traces/query"
	"supersonic/traces/span"
)

// entry is the piece of a trace that one segment holds.
type entry struct {
	id         span.TraceID
	start, end uint64
	ref        int32 // memory: head of a chain of nodes; file: first of its references
	spans      uint32
}

// piece says where a trace's spans lie in one segment: records in the order in
// which they were written.
type piece struct {
	start, end uint64
	offs       []uint32
}

// summary is what is known of a segment without reading its entries.
type summary struct {
	traces, spans      int
	minStart, maxStart uint64 // of pieces
	maxEnd             uint64
	services           []string
}

// add widens s by a record's spans.
func (s *summary) add(spans []span.Span) {
	if len(spans) == 0 {
		return
	}
	if s.spans == 0 {
		s.minStart = spans[0].Start
	}
	s.spans += len(spans)
	var last *span.Resource
	for i := range spans {
		sp := &spans[i]
		s.minStart = min(s.minStart, sp.Start)
		s.maxStart = max(s.maxStart, sp.Start)
		s.maxEnd = max(s.maxEnd, sp.End)
		if sp.Resource != last {
			last = sp.Resource
			if name := last.ServiceName(); !slices.Contains(s.services, name) && len(s.services) < maxServices {
				s.services = append(s.services, name)
			}
		}
	}
}

// maxServices bounds the names kept per segment; beyond it the list is not whole.
const maxServices = 1000

// memIndex is the index of a segment that is not sealed.
type memIndex struct {
	mu      sync.RWMutex
	sum     summary
	byID    map[span.TraceID]int32
	entries []entry
	nodes   []node
}

type node struct {
	off  uint32
	next int32 // index of the record before, -1 at the end
}

func newMemIndex() *memIndex { return &memIndex{byID: map[span.TraceID]int32{}} }

// add takes the spans of the record at off.
func (x *memIndex) add(off uint32, spans []span.Span) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.sum.add(spans)
	for i := range spans {
		s := &spans[i]
		n, ok := x.byID[s.TraceID]
		if !ok {
			n = int32(len(x.entries))
			x.byID[s.TraceID] = n
			x.entries = append(x.entries, entry{id: s.TraceID, start: s.Start, end: s.End, ref: -1})
		}
		e := &x.entries[n]
		e.start = min(e.start, s.Start)
		e.end = max(e.end, s.End, s.Start)
		e.spans++
		if e.ref < 0 || x.nodes[e.ref].off != off {
			x.nodes = append(x.nodes, node{off, e.ref})
			e.ref = int32(len(x.nodes) - 1)
		}
	}
	x.sum.traces = len(x.entries)
}

func (x *memIndex) find(id span.TraceID) (piece, bool) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	n, ok := x.byID[id]
	if !ok {
		return piece{}, false
	}
	e := x.entries[n]
	p := piece{start: e.start, end: e.end}
	for r := e.ref; r >= 0; r = x.nodes[r].next {
		p.offs = append(p.offs, x.nodes[r].off)
	}
	slices.Reverse(p.offs)
	return p, true
}

func (x *memIndex) summary() summary {
	x.mu.RLock()
	defer x.mu.RUnlock()
	s := x.sum
	s.services = slices.Clone(s.services)
	return s
}

// snapshot is what a memIndex held at one moment.
type snapshot struct {
	newest []entry  // newest start first
	starts []uint64 // by the number of the entry in the index
}

func (x *memIndex) snapshot() *snapshot {
	x.mu.RLock()
	list := slices.Clone(x.entries)
	x.mu.RUnlock()
	s := &snapshot{newest: list, starts: make([]uint64, len(list))}
	for i := range list {
		s.starts[i] = list[i].start
	}
	sort.Slice(list, func(i, j int) bool { return newer(&list[i], &list[j]) })
	return s
}

// startAt is the start that a trace's piece had in a snapshot of x, false if it
// was not in it.
func (x *memIndex) startAt(id span.TraceID, s *snapshot) (uint64, bool) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	n, ok := x.byID[id]
	if !ok || int(n) >= len(s.starts) {
		return 0, false
	}
	return s.starts[n], true
}

// newer is the order of answers: start descending, then id.
func newer(a, b *entry) bool {
	if a.start != b.start {
		return a.start > b.start
	}
	return bytes.Compare(a.id[:], b.id[:]) < 0
}

// freeze returns the index in the shape of the file.
func (x *memIndex) freeze() *fileIndex {
	x.mu.RLock()
	defer x.mu.RUnlock()
	f := &fileIndex{entries: slices.Clone(x.entries)}
	slices.SortFunc(f.entries, func(a, b entry) int { return bytes.Compare(a.id[:], b.id[:]) })
	for i := range f.entries {
		first := len(f.refs)
		for r := f.entries[i].ref; r >= 0; r = x.nodes[r].next {
			f.refs = append(f.refs, x.nodes[r].off)
		}
		slices.Reverse(f.refs[first:])
		f.entries[i].ref = int32(first)
	}
	f.byStart = make([]uint32, len(f.entries))
	for i := range f.byStart {
		f.byStart[i] = uint32(i)
	}
	sort.Slice(f.byStart, func(i, j int) bool { return newer(&f.entries[f.byStart[i]], &f.entries[f.byStart[j]]) })
	return f
}

// fileIndex is the index of a sealed segment, as read from its file.
type fileIndex struct {
	entries []entry // by id
	byStart []uint32
	refs    []uint32
}

func (f *fileIndex) find(id span.TraceID) (piece, bool) {
	i, ok := slices.BinarySearchFunc(f.entries, id, func(e entry, id span.TraceID) int { return bytes.Compare(e.id[:], id[:]) })
	if !ok {
		return piece{}, false
	}
	return f.piece(i), true
}

func (f *fileIndex) piece(i int) piece {
	e := &f.entries[i]
	end := len(f.refs)
	if i+1 < len(f.entries) {
		end = int(f.entries[i+1].ref)
	}
	return piece{e.start, e.end, f.refs[e.ref:end]}
}

func (f *fileIndex) cost() int64 { return int64(len(f.entries)*44 + len(f.refs)*4 + 64) }

// overlaps tells whether a segment may hold something of r.
func (s *summary) overlaps(r query.Range) bool {
	return s.traces > 0 && r.Overlaps(s.minStart, max(s.maxEnd, s.maxStart))
}
