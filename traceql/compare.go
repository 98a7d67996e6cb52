package traceql

import (
	"cmp"
	"slices"
	"strings"
)

// comparison gathers compare(): how often each value of each attribute occurs in
// the selection and outside it.
type comparison struct {
	args  *CompareArgs
	rng   Range
	n     int
	sides [2]map[comparedName]*comparedAttribute
	cells int // points held
}

// comparedName is what is compared: an intrinsic, or an attribute of a scope.
type comparedName struct {
	in    Intrinsic
	scope Scope
	name  string
}

func (n comparedName) String() string {
	if n.in != IntrinsicNone {
		return n.in.String()
	}
	return n.scope.String() + "." + n.name
}

type comparedAttribute struct {
	totals []float64 // by interval
	values map[comparedValue]*valueCount
}

// comparedValue is a value in a form that can be a key.
type comparedValue struct {
	typ  Type
	n    uint64
	text string
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
	for side := range c.sides {
		c.sides[side] = make(map[comparedName]*comparedAttribute)
	}
	return c
}

func (c *comparison) observe(e env, at int, weight float64) {
	side := baseline
	if c.selects(e) {
		side = selection
	}
	for _, in := range comparedIntrinsics {
		c.count(side, comparedName{in: in}, e.single(Attribute{Intrinsic: in}), at, weight)
	}
	for _, scope := range []Scope{ScopeSpan, ScopeResource, ScopeInstrumentation} {
		e.span().Each(scope, func(name string, v Static) bool {
			c.count(side, comparedName{scope: scope, name: name}, v, at, weight)
			return true
		})
	}
}

func (c *comparison) selects(e env) bool {
	start := e.span().Start()
	within := c.args.Start == 0 && c.args.End == 0 || start >= uint64(c.args.Start) && start <= uint64(c.args.End)
	return within && e.matches(c.args.Filter)
}

func (c *comparison) count(side int, name comparedName, v Static, at int, weight float64) {
	a, ok := c.sides[side][name]
	if !ok {
		a = &comparedAttribute{totals: make([]float64, c.n), values: make(map[comparedValue]*valueCount)}
		c.sides[side][name] = a
	}
	a.totals[at] += weight
	key := comparedValue{v.typ, v.n, v.s}
	if v.typ == TypeArray {
		key.text = v.String()
	}
	count, ok := a.values[key]
	if !ok && c.cells > maxCompared {
		return
	}
	if !ok {
		c.cells += c.n
		count = &valueCount{value: v, counts: make([]float64, c.n)}
		a.values[key] = count
	}
	count.total += weight
	count.counts[at] += weight
}

// merge adds what another comparison counted, which is then not used again.
func (c *comparison) merge(o *comparison) {
	for side := range c.sides {
		for name, from := range o.sides[side] {
			to, ok := c.sides[side][name]
			if !ok {
				c.sides[side][name] = from
				c.cells += c.n * len(from.values)
				continue
			}
			addAll(to.totals, from.totals)
			for key, v := range from.values {
				if have, ok := to.values[key]; ok {
					have.total += v.total
					addAll(have.counts, v.counts)
				} else if c.cells <= maxCompared {
					c.cells += c.n
					to.values[key] = v
				}
			}
		}
	}
}

func addAll(to, from []float64) {
	for i, n := range from {
		to[i] += n
	}
}

// series are the top values of each attribute on both sides, and their totals.
func (c *comparison) series() []Series {
	var out []Series
	for side, meta := range sideNames {
		for name, a := range c.sides[side] {
			attr := name.String()
			out = append(out, c.one(meta+"_total", attr, Nil(), a.totals))
			for _, v := range topValues(a.values, c.args.TopN) {
				out = append(out, c.one(meta, attr, v.value, v.counts))
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

func topValues(values map[comparedValue]*valueCount, n int) []*valueCount {
	list := make([]*valueCount, 0, len(values))
	for _, v := range values {
		list = append(list, v)
	}
	slices.SortFunc(list, func(a, b *valueCount) int {
		if c := cmp.Compare(b.total, a.total); c != 0 {
			return c
		}
		if c := strings.Compare(a.value.String(), b.value.String()); c != 0 {
			return c
		}
		return cmp.Compare(a.value.typ, b.value.typ)
	})
	return list[:min(n, len(list))]
}
