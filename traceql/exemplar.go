package traceql

import (
	"bytes"
	"cmp"
	"math"
	"slices"
)

// exemplars keeps some of the spans of a series: those of the least orders. By
// itself the order is the hash of the start: so they are spread evenly over the
// spans, and the same whatever the order in which the spans come. A storage may give
// orders of its own, so that it has to look into few places for them.
type exemplars struct{ kept []candidate }

type candidate struct {
	order uint64
	Exemplar
}

// exemplarOrder is the order of a span that is known by its start: in the upper half,
// behind what a storage prefers.
func exemplarOrder(start uint64) uint64 { return 1<<63 | hashOf(start)>>1 }

// hashOf mixes the bits of a time by multiplications and shifts, as splitmix64 does.
func hashOf(start uint64) uint64 {
	x := start + 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// Of an answer's exemplars a group keeps its share several times, since some groups
// may have few of them, and the second stage may leave series out.
const (
	exemplarReserve = 8
	leastExemplars  = 4
)

// exemplarsKept is how many exemplars a group keeps. The more groups there are the
// fewer; so what the last group leaves of a list is the same in whatever order
// groups came.
func (a *Aggregator) exemplarsKept() int {
	n, most := max(len(a.groups), 1), a.rng.MaxExemplars
	return min(max((exemplarReserve*most+n-1)/n, leastExemplars), most)
}

// ExemplarBound is the order which a span must be below to become an exemplar of a
// group.
func (a *Aggregator) ExemplarBound(g *Group) uint64 {
	if most := a.exemplarsKept(); most == 0 {
		return 0
	} else if len(g.exemplars.kept) >= most {
		return g.exemplars.kept[most-1].order
	}
	return math.MaxUint64
}

// OfferExemplar offers a span as an exemplar. Its value is as of Observe. Those of
// the least orders stay; the order of a span that comes by Add is in the upper half.
func (a *Aggregator) OfferExemplar(g *Group, order uint64, e Exemplar) {
	if most := a.exemplarsKept(); most > 0 {
		g.exemplars.add(candidate{order, e}, most)
	}
}

func (x *exemplars) add(h candidate, most int) {
	at, _ := slices.BinarySearchFunc(x.kept, h, compareCandidates)
	if at >= most {
		return
	}
	if len(x.kept) >= most {
		x.kept = x.kept[:most-1]
	}
	x.kept = slices.Insert(x.kept, at, h)
}

func compareCandidates(a, b candidate) int {
	return cmp.Or(cmp.Compare(a.order, b.order), compareExemplars(a.Exemplar, b.Exemplar))
}

func compareExemplars(a, b Exemplar) int {
	return cmp.Or(cmp.Compare(a.Time, b.Time), bytes.Compare(a.Trace[:], b.Trace[:]), bytes.Compare(a.Span[:], b.Span[:]), cmp.Compare(a.Value, b.Value), cmp.Compare(a.Ref, b.Ref))
}

func (x *exemplars) merge(o *exemplars, most int) {
	for _, h := range o.kept {
		if most > 0 {
			x.add(h, most)
		}
	}
}

// exemplarsOf is a group's exemplars by their order.
func (a *Aggregator) exemplarsOf(g *Group) []Exemplar {
	kept := g.exemplars.kept
	if len(kept) == 0 {
		return nil
	}
	kept = kept[:min(len(kept), a.exemplarsKept())]
	out := make([]Exemplar, len(kept))
	for i, h := range kept {
		out[i] = h.Exemplar
		out[i].Value /= a.unit
	}
	return out
}

// dealExemplars leaves so many exemplars in all, one of each series in turn while
// there are, ordered by time. Of what a series has, different series take different
// ones: those of one order lie close together.
func dealExemplars(list []Series, total int) {
	keep := make([]int, len(list))
	for dealt := true; dealt && total > 0; {
		dealt = false
		for i := range list {
			if total > 0 && keep[i] < len(list[i].Exemplars) {
				keep[i]++
				total--
				dealt = true
			}
		}
	}
	for i := range list {
		have := list[i].Exemplars
		if len(have) == 0 {
			continue
		}
		var out []Exemplar // have may be several series'
		for j := range keep[i] {
			out = append(out, have[(i*keep[i]+j)%len(have)])
		}
		slices.SortFunc(out, compareExemplars)
		list[i].Exemplars = out
	}
}
