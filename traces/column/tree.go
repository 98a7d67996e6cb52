package column

import (
	"cmp"
	"slices"
)

// Node is what the order of a trace's spans depends on. Ids are numbers, big
// endian, so that they compare as their bytes do; Parent is 0 where there is none.
type Node struct {
	ID, Parent uint64
	Start, End uint64 // Unix nanoseconds
	Kind       int32
}

// Compare is the order of siblings. Kinds tell spans of one id apart.
func (a *Node) Compare(b *Node) int {
	if c := cmp.Compare(a.Start, b.Start); c != 0 {
		return c
	}
	if c := cmp.Compare(a.ID, b.ID); c != 0 {
		return c
	}
	return cmp.Compare(a.Kind, b.Kind)
}

// fewNodes is up to how many spans a trace is ordered by nested loops: no map and
// no sort by id is worth its while (5 spans 0.07 µs, 16 spans 0.4 µs; 100,000 spans 50 ms).
const fewNodes = 16

// Tree finds the order of traces' rows. It keeps its memory from one trace to the
// next: one goroutine uses it at a time. The zero value is ready.
type Tree struct {
	kept   []int32 // indexes of spans: the sorted ones without duplicates
	parent []int32 // by position in kept: the position of the parent, -1 none
	child  []int32 // first child, -1 none
	next   []int32 // next sibling, -1 none
	row    []int32 // the row, -1 while there is none

	byID  []int32  // indexes of spans by id, kind and, of duplicates, latest end
	ids   []uint64 // each id once, ascending
	first []int32  // position of the first span of that id

	order    []int32
	distance []int64
}

// Order puts the spans of one trace into tree order: order lists their indexes by
// row, distance tells for each row how many rows back its parent is, 0 for none.
// Both belong to t and are good until the next call.
//
// It is the tree of traceql.NewTrace: tops by start, then id; under each span its
// children likewise. The first span of an id is the parent of those that name it;
// a span whose parent is not here is a top. What is in cycles comes last, each cut
// at its earliest span. Of two spans with one id and kind, which are one span sent
// twice, the one that ends later stays, of equal ends the first.
func (t *Tree) Order(spans []Node) (order []int32, distance []int64) {
	if len(spans) <= fewNodes {
		t.linkFew(spans)
	} else {
		t.linkMany(spans)
	}
	t.walk()
	return t.order, t.distance
}

// sized returns a slice of n elements of any value, in s's memory if it fits.
func sized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n, n+n/4)
	}
	return s[:n]
}

// linkFew fills kept and parent.
func (t *Tree) linkFew(spans []Node) {
	t.kept = t.kept[:0]
	for i := range spans {
		t.keepFew(spans, int32(i))
	}
	t.parent = sized(t.parent, len(t.kept))
	for i, k := range t.kept {
		t.parent[i] = -1
		p := spans[k].Parent
		if p == 0 {
			continue
		}
		for j, k := range t.kept {
			if spans[k].ID == p {
				if j != i {
					t.parent[i] = int32(j)
				}
				break
			}
		}
	}
}

// keepFew inserts span i where it belongs, unless it is in kept already.
func (t *Tree) keepFew(spans []Node, i int32) {
	s := &spans[i]
	for j, k := range t.kept {
		if spans[k].ID != s.ID || spans[k].Kind != s.Kind {
			continue
		}
		if s.End <= spans[k].End {
			return
		}
		t.kept = slices.Delete(t.kept, j, j+1) // it may start at another time
		break
	}
	t.kept = append(t.kept, i)
	for j := len(t.kept) - 1; j > 0 && s.Compare(&spans[t.kept[j-1]]) < 0; j-- {
		t.kept[j], t.kept[j-1] = t.kept[j-1], i
	}
}

// linkMany fills kept and parent.
func (t *Tree) linkMany(spans []Node) {
	t.byID = t.byID[:0]
	for i := range spans {
		t.byID = append(t.byID, int32(i))
	}
	slices.SortFunc(t.byID, func(x, y int32) int {
		a, b := &spans[x], &spans[y]
		if c := cmp.Compare(a.ID, b.ID); c != 0 {
			return c
		}
		if c := cmp.Compare(a.Kind, b.Kind); c != 0 {
			return c
		}
		if c := cmp.Compare(b.End, a.End); c != 0 {
			return c
		}
		return cmp.Compare(x, y)
	})
	t.byID = slices.CompactFunc(t.byID, func(x, y int32) bool {
		return spans[x].ID == spans[y].ID && spans[x].Kind == spans[y].Kind
	})
	t.kept = append(t.kept[:0], t.byID...)
	slices.SortFunc(t.kept, func(x, y int32) int { return spans[x].Compare(&spans[y]) })
	t.index(spans)
	t.parent = sized(t.parent, len(t.kept))
	for i, k := range t.kept {
		t.parent[i] = -1
		if p := spans[k].Parent; p != 0 {
			if at, ok := slices.BinarySearch(t.ids, p); ok && t.first[at] != int32(i) {
				t.parent[i] = t.first[at]
			}
		}
	}
}

// index fills ids and first.
func (t *Tree) index(spans []Node) {
	position := sized(t.row, len(spans)) // by index; row is not in use yet
	for i, k := range t.kept {
		position[k] = int32(i)
	}
	t.row = position
	t.ids, t.first = t.ids[:0], t.first[:0]
	for _, k := range t.byID {
		if n := len(t.ids); n > 0 && t.ids[n-1] == spans[k].ID {
			t.first[n-1] = min(t.first[n-1], position[k])
			continue
		}
		t.ids = append(t.ids, spans[k].ID)
		t.first = append(t.first, position[k])
	}
}

// walk makes the rows of kept and parent.
func (t *Tree) walk() {
	n := len(t.kept)
	t.child, t.next, t.row = sized(t.child, n), sized(t.next, n), sized(t.row, n)
	for i := range n {
		t.child[i], t.row[i] = -1, -1
	}
	for i := n - 1; i >= 0; i-- {
		if p := t.parent[i]; p >= 0 {
			t.next[i] = t.child[p]
			t.child[p] = int32(i)
		}
	}
	t.order, t.distance = t.order[:0], t.distance[:0]
	for i, p := range t.parent {
		if p < 0 {
			t.walkTree(int32(i))
		}
	}
	for i := 0; len(t.order) < n; i++ { // what is left is in cycles
		if t.row[i] < 0 {
			t.parent[i] = -1
			t.walkTree(int32(i))
		}
	}
}

// walkTree makes rows of a top and what is below it. No recursion: a trace may be
// deep.
func (t *Tree) walkTree(top int32) {
	for at := top; ; {
		t.row[at] = int32(len(t.order))
		var distance int64
		if p := t.parent[at]; p >= 0 {
			distance = int64(t.row[at] - t.row[p])
		}
		t.order = append(t.order, t.kept[at])
		t.distance = append(t.distance, distance)
		to := t.open(t.child[at])
		for to < 0 {
			if at == top {
				return
			}
			to = t.open(t.next[at])
			at = t.parent[at]
		}
		at = to
	}
}

// open returns the first of at and its siblings that has no row: one that has was
// cut off.
func (t *Tree) open(at int32) int32 {
	for at >= 0 && t.row[at] >= 0 {
		at = t.next[at]
	}
	return at
}

// Nested is the nested-set numbers of one trace's rows, from 1, and how many
// children each has. Parent is the left number of the parent, -1 without one.
type Nested struct {
	Left, Right, Parent, Children []int32

	size, depth []int32
}

// Number numbers the rows of a trace from the distances to their parents' rows.
// What n held is gone. Tops follow one another, as if under one parent.
func (n *Nested) Number(distance []int64) {
	rows := len(distance)
	n.Left, n.Right, n.Parent = sized(n.Left, rows), sized(n.Right, rows), sized(n.Parent, rows)
	n.Children, n.size, n.depth = sized(n.Children, rows), sized(n.size, rows), sized(n.depth, rows)
	for i, d := range distance {
		n.Children[i], n.size[i], n.depth[i], n.Parent[i] = 0, 1, 0, -1
		if d > 0 && d <= int64(i) {
			p := i - int(d)
			n.Children[p]++
			n.depth[i] = n.depth[p] + 1
			n.Parent[i] = n.Left[p]
		}
		// Before this row's number: i lefts, and the rights of all but its ancestors.
		n.Left[i] = int32(2*i) + 1 - n.depth[i]
	}
	for i := rows - 1; i >= 0; i-- {
		n.Right[i] = n.Left[i] + 2*n.size[i] - 1
		if d := distance[i]; d > 0 && d <= int64(i) {
			n.size[i-int(d)] += n.size[i]
		}
	}
}
