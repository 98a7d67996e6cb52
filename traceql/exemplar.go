package traceql

import (
	"bytes"
	"cmp"
	"math"
	"slices"
)

// exemplars keeps some of the spans of a series: those whose starts have the least
// hashes. So they are spread evenly over the spans, and the same whatever the order
// in which the spans come; and a storage need not read ids of others.
type exemplars struct {
	kept []hashed
	most uint64 // the largest hash of them
}

type hashed struct {
	hash uint64
	Exemplar
}

// ExemplarHash is the hash of a span's start by which exemplars are chosen: the least
// stay.
func ExemplarHash(start uint64) uint64 { return hashOf(start) }

// ExemplarBound is the largest hash that a span may have to become an exemplar.
func (a *Aggregator) ExemplarBound(g *Group) uint64 {
	if len(g.exemplars.kept) < a.rng.MaxExemplars {
		return math.MaxUint64
	}
	return g.exemplars.most
}

// hashOf mixes the bits of a time by multiplications and shifts, as splitmix64 does.
func hashOf(start uint64) uint64 {
	x := start + 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// TakesExemplar tells whether a span that starts then would be kept as an exemplar of
// a group: only then AddExemplar has to be called.
func (a *Aggregator) TakesExemplar(g *Group, start uint64) bool {
	if len(g.exemplars.kept) < a.rng.MaxExemplars {
		return true
	}
	return a.rng.MaxExemplars > 0 && hashOf(start) <= g.exemplars.most
}

// AddExemplar offers a span as an exemplar. Its value is as of Observe.
func (a *Aggregator) AddExemplar(g *Group, e Exemplar) {
	g.exemplars.add(hashed{hashOf(e.Time), e}, a.rng.MaxExemplars)
}

func (x *exemplars) add(h hashed, most int) {
	at, _ := slices.BinarySearchFunc(x.kept, h, compareHashed)
	if at >= most {
		return
	}
	if len(x.kept) == most {
		x.kept = x.kept[:most-1]
	}
	x.kept = slices.Insert(x.kept, at, h)
	x.most = x.kept[len(x.kept)-1].hash
}

func compareHashed(a, b hashed) int {
	return cmp.Or(cmp.Compare(a.hash, b.hash), compareExemplars(a.Exemplar, b.Exemplar))
}

func compareExemplars(a, b Exemplar) int {
	return cmp.Or(cmp.Compare(a.Time, b.Time), bytes.Compare(a.Trace[:], b.Trace[:]), bytes.Compare(a.Span[:], b.Span[:]), cmp.Compare(a.Value, b.Value))
}

func (x *exemplars) merge(o *exemplars, most int) {
	for _, h := range o.kept {
		x.add(h, most)
	}
}

// list is the exemplars by time; unit is what their values are divided by.
func (x *exemplars) list(unit float64) []Exemplar {
	if len(x.kept) == 0 {
		return nil
	}
	out := make([]Exemplar, len(x.kept))
	for i, h := range x.kept {
		out[i] = h.Exemplar
		out[i].Value /= unit
	}
	slices.SortFunc(out, compareExemplars)
	return out
}
