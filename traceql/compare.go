package traceql

import (
	"cmp"
	"slices"
	"strings"
)

// comparison gathers compare(): how often each value of each attribute occurs in
// the selection and outside it.
type comparison struct {
	args   *CompareArgs
	rng    Range
	n      int
	totals [2]map[string][]float64
	values [2]map[string]map[string]*valueCount // by attribute, by value
	cells  int                                  // points held
}

// maxCompared bounds the points that compare() holds (8 bytes each). Beyond it
// values not seen before count in the totals alone.
const maxCompared = 16 << 20

type valueCount struct {
	value  Static
	total  float64
	counts []float64
}

// Sides of a comparison.
const (
	baseline  = 0
	selection = 1
)

var sideNames = [2]string{"baseline", "selection"}

// comparedIntrinsics are looked at beside the attributes of span, resource and
// scope.
var comparedIntrinsics = []Intrinsic{
	IntrinsicName, IntrinsicKind, IntrinsicStatus, IntrinsicStatusMessage, IntrinsicTraceRootName,
	IntrinsicTraceRootService, IntrinsicInstrumentationName, IntrinsicInstrumentationVersion,
}

func newComparison(args *CompareArgs, r Range, n int) *comparison {
	c := &comparison{args: args, rng: r, n: n}
	for side := range c.totals {
		c.totals[side] = make(map[string][]float64)
		c.values[side] = make(map[string]map[string]*valueCount)
	}
	return c
}

func (c *comparison) observe(e env, at int, weight float64) {
	side := baseline
	if c.selects(e) {
		side = selection
	}
	for _, in := range comparedIntrinsics {
		c.count(side, in.String(), e.single(Attribute{Intrinsic: in}), at, weight)
	}
	for _, scope := range []Scope{ScopeSpan, ScopeResource, ScopeInstrumentation} {
		e.span().Each(scope, func(name string, v Static) bool {
			c.count(side, scope.String()+"."+name, v, at, weight)
			return true
		})
	}
}

func (c *comparison) selects(e env) bool {
	start := e.span().Start()
	within := c.args.Start == 0 && c.args.End == 0 || start >= uint64(c.args.Start) && start <= uint64(c.args.End)
	return within && e.matches(c.args.Filter)
}

func (c *comparison) count(side int, name string, v Static, at int, weight float64) {
	totals, ok := c.totals[side][name]
	if !ok {
		totals = make([]float64, c.n)
		c.totals[side][name] = totals
		c.values[side][name] = make(map[string]*valueCount)
	}
	totals[at] += weight
	key := v.Type().String() + v.String()
	count, ok := c.values[side][name][key]
	if !ok && c.cells > maxCompared {
		return
	}
	if !ok {
		c.cells += c.n
		count = &valueCount{value: v, counts: make([]float64, c.n)}
		c.values[side][name][key] = count
	}
	count.total += weight
	count.counts[at] += weight
}

// series are the top values of each attribute on both sides, and their totals.
func (c *comparison) series() []Series {
	var out []Series
	for side, name := range sideNames {
		for attr, totals := range c.totals[side] {
			out = append(out, c.one(name+"_total", attr, Nil(), totals))
			for _, v := range topValues(c.values[side][attr], c.args.TopN) {
				out = append(out, c.one(name, attr, v.value, v.counts))
			}
		}
	}
	return out
}

func (c *comparison) one(meta, attr string, v Static, counts []float64) Series {
	s := Series{Labels: []Label{{"__meta_type", String(meta)}, {attr, v}}}
	for i, n := range counts {
		s.Points = append(s.Points, Point{c.rng.stamp(i), n})
	}
	return s
}

func topValues(values map[string]*valueCount, n int) []*valueCount {
	list := make([]*valueCount, 0, len(values))
	for _, v := range values {
		list = append(list, v)
	}
	slices.SortFunc(list, func(a, b *valueCount) int {
		if c := cmp.Compare(b.total, a.total); c != 0 {
			return c
		}
		return strings.Compare(a.value.String(), b.value.String())
	})
	return list[:min(n, len(list))]
}
