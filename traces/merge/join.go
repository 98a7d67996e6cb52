package merge

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"

	"supersonic/internal/attr"
	"supersonic/internal/sampling"
	"supersonic/traces/column"
)

// batchRows is how many rows of traces in pieces are ordered at a time: 80 B each.
const batchRows = 64 << 10

// joined is a trace that was in pieces. Its parts are in common arrays, from where it
// says, as many as it says.
type joined struct {
	id     [16]byte
	start  uint64
	pieces []twin

	run, runs         int
	rows              int
	distance          int // rows of them
	weight, overrides int
}

// joiner orders traces that are in pieces.
type joiner struct {
	s      *Segment
	traces [][]trace

	list      []joined
	runs      []run
	distances []int32
	weights   []patch[float64]

	// Of the batch.
	nodes []column.Node
	told  []told
	home  []source // by row
	row   []uint32 // in its page
	tree  column.Tree

	page   map[column.Key]*column.Vector
	states map[string]float64 // weight that a text tells, -1: none
}

// told is what a row tells of weights.
type told struct {
	own  float64 // of its own threshold, 0: none
	was  float64 // in its input
	head float64 // that the trace was sampled with, as an ingress tells it
	tell bool    // it does
}

// join joins the traces that have several pieces and takes them out of the lists.
func (s *Segment) join(traces [][]trace) (*joiner, error) {
	j := &joiner{s: s, traces: traces, page: make(map[column.Key]*column.Vector), states: make(map[string]float64)}
	groups := twins(traces)
	earliest := func(g []twin) uint64 {
		t := j.at(g[0]).start
		for _, p := range g[1:] {
			t = min(t, j.at(p).start)
		}
		return t
	}
	slices.SortFunc(groups, func(a, b []twin) int { // so that a batch needs few pages
		return cmp.Or(cmp.Compare(earliest(a), earliest(b)), cmp.Compare(a[0].hash, b[0].hash))
	})
	for len(groups) > 0 {
		n, rows := 0, 0
		for n < len(groups) && rows < batchRows {
			for _, p := range groups[n] {
				rows += int(j.at(p).rows)
			}
			n++
		}
		if err := j.batch(groups[:n], rows); err != nil {
			return nil, err
		}
		groups = groups[n:]
	}
	slices.SortFunc(j.list, func(a, b joined) int {
		return cmp.Or(cmp.Compare(a.start, b.start), slices.Compare(a.id[:], b.id[:]))
	})
	return j, nil
}

func (j *joiner) at(p twin) *trace { return &j.traces[p.input][p.number] }

// batch joins some traces, which have so many rows.
func (j *joiner) batch(groups [][]twin, rows int) error {
	j.nodes = slices.Grow(j.nodes[:0], rows)[:rows]
	j.told = slices.Grow(j.told[:0], rows)[:rows]
	j.home = slices.Grow(j.home[:0], rows)[:rows]
	j.row = slices.Grow(j.row[:0], rows)[:rows]
	type wanted struct {
		twin
		page uint32
		to   int // first of its rows in the batch
	}
	var list []wanted
	to := 0
	for _, g := range groups {
		for _, p := range g {
			list = append(list, wanted{p, j.at(p).page, to})
			to += int(j.at(p).rows)
		}
	}
	slices.SortFunc(list, func(a, b wanted) int {
		return cmp.Or(cmp.Compare(a.input, b.input), cmp.Compare(a.page, b.page), cmp.Compare(a.to, b.to))
	})
	for i, w := range list {
		if i == 0 || list[i-1].input != w.input || list[i-1].page != w.page {
			if err := j.load(int(w.input), int(w.page)); err != nil {
				return fmt.Errorf("input %d of %d: page %d: %w", w.input+1, len(j.s.inputs), w.page, err)
			}
		}
		t := j.at(w.twin)
		for k := range t.rows {
			j.fill(w.to+int(k), int(t.row+k))
			j.home[w.to+int(k)], j.row[w.to+int(k)] = source{w.input, w.page}, t.row+k
		}
	}
	lo := 0
	for _, g := range groups {
		hi := lo
		for _, p := range g {
			hi += int(j.at(p).rows)
		}
		j.group(g, lo, hi)
		lo = hi
	}
	return nil
}

// thresholds are the columns in which an ingress may tell its trace's threshold.
var thresholds = [...]column.Key{
	{Scope: column.ScopeSpan, Type: column.String, Name: attr.HeadThreshold},
	{Scope: column.ScopeSpan, Type: column.Bytes, Name: attr.HeadThreshold},
	{Scope: column.ScopeSpan, Type: column.Array, Name: attr.HeadThreshold},
	{Scope: column.ScopeSpan, Type: column.Map, Name: attr.HeadThreshold},
}

// load reads what is needed of a page.
func (j *joiner) load(number, page int) error {
	in := &j.s.inputs[number]
	keys := []column.Key{column.SpanID, column.ParentID, column.Start, column.Duration, column.Kind, column.Weight, column.Name, column.TraceState}
	for _, k := range append(keys, thresholds[:]...) {
		v := j.page[k]
		if v == nil {
			v = new(column.Vector)
			j.page[k] = v
		}
		if err := in.readFixed(k, page, v); err != nil {
			return err
		}
	}
	return nil
}

// fill reads a row of the loaded page.
func (j *joiner) fill(to, row int) {
	id := func(k column.Key) uint64 { return binary.BigEndian.Uint64(j.page[k].IDs[8*row:]) }
	start := uint64(j.page[column.Start].Ints[row])
	j.nodes[to] = column.Node{
		ID: id(column.SpanID), Parent: id(column.ParentID), Start: start,
		End: start + uint64(j.page[column.Duration].Ints[row]), Kind: int32(j.page[column.Kind].Ints[row]),
	}
	t := told{was: j.page[column.Weight].Floats[row]}
	state := j.weight(j.page[column.TraceState].StringAt(row), sampling.FromTracestate)
	t.own = max(state, 0)
	if j.page[column.Name].StringAt(row) == attr.Ingress {
		head := state
		for _, k := range thresholds {
			if v := j.page[k]; v.Has(row) && v.StringAt(row) != "" {
				th, ok := sampling.ParseThreshold(v.StringAt(row))
				head = weightOf(th, ok)
			}
		}
		t.head, t.tell = max(head, 0), head >= 0
	}
	j.told[to] = t
}

// weight is the weight that a text tells, -1 if none.
func (j *joiner) weight(text string, parse func(string) (sampling.Threshold, bool)) float64 {
	if text == "" {
		return -1
	}
	w, ok := j.states[text]
	if !ok {
		if len(j.states) >= 1024 {
			clear(j.states)
		}
		w = weightOf(parse(text))
		j.states[text] = w
	}
	return w
}

func weightOf(th sampling.Threshold, ok bool) float64 {
	if !ok {
		return -1
	}
	return th.Weight()
}

// group orders a trace, whose rows are those of the batch from lo to before hi.
func (j *joiner) group(pieces []twin, lo, hi int) {
	out := joined{id: j.at(pieces[0]).id, pieces: pieces, run: len(j.runs), distance: len(j.distances), weight: len(j.weights)}
	nodes := j.nodes[lo:hi]
	order, distance := j.tree.Order(nodes)
	out.rows, out.start = len(order), nodes[order[0]].Start
	head := j.head(order, lo, hi)
	for k, i := range order {
		at := lo + int(i)
		out.start = min(out.start, nodes[i].Start)
		j.distances = append(j.distances, int32(distance[k]))
		home, row := j.home[at], j.row[at]
		if n := len(j.runs) - 1; n >= out.run && j.runs[n].follows(home, row) {
			j.runs[n].rows++
		} else {
			j.runs = append(j.runs, run{home.input, home.page, row, 1})
		}
		weight := j.told[at].own
		if weight == 0 {
			weight = head
		}
		if weight != j.told[at].was {
			j.weights = append(j.weights, patch[float64]{uint32(k), weight})
		}
	}
	out.runs, out.overrides = len(j.runs)-out.run, len(j.weights)-out.weight
	for _, p := range pieces {
		j.at(p).rows = 0
		if out.rows < hi-lo {
			j.s.inputs[p.input].dirty = true
		}
	}
	j.list = append(j.list, out)
}

// follows tells whether a row comes behind the run.
func (r *run) follows(home source, row uint32) bool {
	return r.input == home.input && r.page == home.page && r.row+r.rows == row
}

// head is the weight that the trace's head threshold gives: the earliest ingress that
// tells one counts. 0: none does.
func (j *joiner) head(order []int32, lo, hi int) (weight float64) {
	var first *column.Node
	nodes, told := j.nodes[lo:hi], j.told[lo:hi]
	for _, i := range order {
		if told[i].tell && (first == nil || nodes[i].Compare(first) < 0) {
			first, weight = &nodes[i], told[i].head
		}
	}
	return weight
}
