package column_test

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"supersonic/traceql"
	"supersonic/traces/column"
)

// shown shows a Node to the evaluator, whose tree is the one that counts.
type shown struct{ *column.Node }

func (s shown) ID() (id traceql.SpanID) {
	binary.BigEndian.PutUint64(id[:], s.Node.ID)
	return id
}

func (s shown) Parent() (id traceql.SpanID) {
	binary.BigEndian.PutUint64(id[:], s.Node.Parent)
	return id
}

func (s shown) Start() uint64 { return s.Node.Start }
func (s shown) End() uint64   { return s.Node.End }

func (shown) Intrinsic(traceql.Intrinsic) traceql.Static              { return traceql.Nil() }
func (shown) Attribute(traceql.Scope, string) traceql.Static          { return traceql.Nil() }
func (shown) Each(traceql.Scope, func(string, traceql.Static) bool)   {}
func (shown) Items(traceql.Scope) int                                 { return 0 }
func (shown) ItemIntrinsic(int, traceql.Intrinsic) traceql.Static     { return traceql.Nil() }
func (shown) ItemAttribute(traceql.Scope, int, string) traceql.Static { return traceql.Nil() }

// place is what the evaluator tells of a span: its nested-set numbers, those of its
// parent, and its number of children.
type place struct{ left, right, parent, children int }

// places asks the evaluator. The spans go in without duplicates and in the order of
// stored traces: start, id, kind.
func places(t *testing.T, spans []column.Node) map[int]place {
	t.Helper()
	q, err := traceql.Parse("{} | select(nestedSetLeft, nestedSetRight, nestedSetParent, span:childCount)")
	if err != nil {
		t.Fatal(err)
	}
	search, err := traceql.NewSearch(q)
	if err != nil {
		t.Fatal(err)
	}
	kept := withoutDuplicates(spans)
	slices.SortFunc(kept, func(a, b int) int {
		x, y := &spans[a], &spans[b]
		return cmp.Or(cmp.Compare(x.Start, y.Start), cmp.Compare(x.ID, y.ID), cmp.Compare(x.Kind, y.Kind))
	})
	list := make([]traceql.Span, len(kept))
	for i, k := range kept {
		list[i] = shown{&spans[k]}
	}
	out := make(map[int]place)
	for _, set := range search.Eval(traceql.NewTrace(traceql.TraceID{}, list)) {
		for _, m := range set.Spans {
			v := make(map[string]int)
			for _, n := range m.Attributes {
				i := n.Value.AsInt()
				v[n.Name] = int(i)
			}
			out[kept[m.Index]] = place{v["nestedSetLeft"], v["nestedSetRight"], v["nestedSetParent"], v["span:childCount"]}
		}
	}
	return out
}

// withoutDuplicates is the rule of duplicates in its plainest form.
func withoutDuplicates(spans []column.Node) []int {
	type identity struct {
		id   uint64
		kind int32
	}
	best := make(map[identity]int)
	for i, s := range spans {
		of := identity{s.ID, s.Kind}
		if at, ok := best[of]; !ok || s.End > spans[at].End {
			best[of] = i
		}
	}
	var kept []int
	for _, i := range best {
		kept = append(kept, i)
	}
	return kept
}

// check compares the order of spans with the evaluator's.
func check(t *testing.T, tree *column.Tree, spans []column.Node) {
	t.Helper()
	order, distance := tree.Order(spans)
	var n column.Nested
	n.Number(distance)
	want := places(t, spans)
	if len(order) != len(want) || len(distance) != len(want) {
		t.Fatalf("%d rows, %d distances for %d spans, want %d\n%v", len(order), len(distance), len(spans), len(want), spans)
	}
	last := int32(0)
	for row, i := range order {
		got := place{int(n.Left[row]), int(n.Right[row]), int(n.Parent[row]), int(n.Children[row])}
		if got.parent < 0 && spans[i].Parent != 0 {
			got.parent = 0 // which the evaluator tells from a root
		}
		if w, ok := want[int(i)]; !ok || got != w {
			t.Fatalf("row %d, span %d: %+v, the evaluator says %+v\n%v", row, i, got, w, spans)
		}
		if n.Left[row] <= last {
			t.Fatalf("row %d: rows are not in the order of the tree", row)
		}
		last = n.Left[row]
	}
}

// random makes a trace of few ids, so that there are duplicates, shared ids, unknown
// parents, and cycles.
func random(r *rand.Rand, n int) []column.Node {
	spans := make([]column.Node, n)
	ids := uint64(1 + r.IntN(2*n+1))
	for i := range spans {
		start := uint64(r.IntN(n + 1))
		spans[i] = column.Node{
			ID: r.Uint64N(ids), Parent: r.Uint64N(ids), Start: start, End: start + uint64(r.IntN(3)), Kind: int32(r.IntN(2)),
		}
		if r.IntN(4) == 0 {
			spans[i].Parent = 0
		}
	}
	return spans
}

func TestRowsAreInTheOrderOfTheEvaluatorsTree(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var tree column.Tree
	for range 20_000 {
		check(t, &tree, random(r, 1+r.IntN(8)))
	}
	for range 3_000 {
		check(t, &tree, random(r, 1+r.IntN(60)))
	}
	for range 20 {
		check(t, &tree, random(r, 1+r.IntN(2_000)))
	}
}

func TestSpanSentTwiceHasOneRow(t *testing.T) {
	f := func(want []int32, spans ...column.Node) {
		t.Helper()
		var tree column.Tree
		if order, _ := tree.Order(spans); !slices.Equal(order, want) {
			t.Errorf("rows %v, want %v", order, want)
		}
		for i := range uint64(fill) { // the same among many
			spans = append(spans, column.Node{ID: 1000 + i, Start: 1000 + i})
		}
		if order, _ := tree.Order(spans); !slices.Equal(order[:len(want)], want) || len(order) != len(want)+fill {
			t.Errorf("among many: rows %v, want %v and %d more", order, want, fill)
		}
	}
	f([]int32{1}, column.Node{ID: 7, Start: 1, End: 2}, column.Node{ID: 7, Start: 3, End: 4})
	f([]int32{0}, column.Node{ID: 7, Start: 3, End: 4}, column.Node{ID: 7, Start: 1, End: 2})
	f([]int32{0}, column.Node{ID: 7, Start: 3, End: 4}, column.Node{ID: 7, Start: 1, End: 4})
	f([]int32{0, 1}, column.Node{ID: 7, Kind: 2, End: 9}, column.Node{ID: 7, Kind: 3, End: 9})
	f([]int32{2, 1}, column.Node{ID: 7, Start: 1, End: 5}, column.Node{ID: 8, Start: 2}, column.Node{ID: 7, Start: 1, End: 6})
}

// fill is more spans than go through nested loops.
const fill = 40

func TestDeepWideAndCircularTracesAreOrdered(t *testing.T) {
	const n = 100_000
	f := func(name string, parent func(i uint64) uint64) {
		t.Helper()
		spans := make([]column.Node, n)
		for i := range spans {
			spans[n-1-i] = column.Node{ID: uint64(i + 1), Parent: parent(uint64(i + 1)), Start: uint64(i), End: uint64(i)}
		}
		var tree column.Tree
		order, distance := tree.Order(spans)
		if len(order) != n {
			t.Fatalf("%s: %d rows", name, len(order))
		}
		for row, i := range order {
			if i != int32(n-1-row) {
				t.Fatalf("%s: row %d is span %d", name, row, i)
			}
			if p := parent(uint64(row + 1)); row > 0 && p != 0 && int64(row+1)-int64(p) != distance[row] {
				t.Fatalf("%s: row %d is %d from its parent", name, row, distance[row])
			}
		}
		if distance[0] != 0 {
			t.Fatalf("%s: the first row has a parent", name)
		}
	}
	f("deep", func(i uint64) uint64 { return i - 1 })
	f("wide", func(i uint64) uint64 { return min(1, i-1) })
	f("circle", func(i uint64) uint64 { return (i+n-2)%n + 1 })
	f("no parents", func(uint64) uint64 { return 0 })
}

func TestSmallTracesAreOrderedWithoutAllocation(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	spans := random(r, 16)
	var tree column.Tree
	var n column.Nested
	order := func() {
		_, distance := tree.Order(spans)
		n.Number(distance)
	}
	order()
	if got := testing.AllocsPerRun(100, order); got != 0 {
		t.Errorf("%v allocations", got)
	}
}

func TestDistanceOutsideTheTraceMakesATop(t *testing.T) {
	var n column.Nested
	n.Number([]int64{3, -1, 1, 9})
	if want := []int32{-1, -1, 3, -1}; !slices.Equal(n.Parent, want) {
		t.Errorf("parents %v, want %v", n.Parent, want)
	}
}

func BenchmarkOrder(b *testing.B) {
	for _, n := range []int{5, 16, 100, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			r := rand.New(rand.NewPCG(5, 6))
			spans := make([]column.Node, n)
			for i := range spans {
				start := uint64(i * 1000)
				spans[i] = column.Node{ID: r.Uint64(), Start: start, End: start + 100}
				if i > 0 {
					spans[i].Parent = spans[r.IntN(i)].ID
				}
			}
			r.Shuffle(n, func(i, j int) { spans[i], spans[j] = spans[j], spans[i] })
			var tree column.Tree
			for b.Loop() {
				tree.Order(spans)
			}
		})
	}
}
