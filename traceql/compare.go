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
	sides [2]map[comparedName]*Compared
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
	return n.scope.String() + "." + labelName(n.name)
}

// Compared is an attribute on one side of a comparison.
type Compared struct {
	totals []float64 // by interval
	values map[comparedValue]*ComparedValue
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

// ComparedValue is how often a value of a Compared occurs.
type ComparedValue struct {
	value  Static
	total  float64
	at     int       // the interval of all of it, while counts is nil
	counts []float64 // by interval
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
		c.sides[side] = make(map[comparedName]*Compared)
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
	a := c.attribute(side, name)
	c.add(a, c.valueOf(a, v), at, weight)
}

// attribute finds or makes an attribute on a side.
func (c *comparison) attribute(side int, name comparedName) *Compared {
	a, ok := c.sides[side][name]
	if !ok {
		a = &Compared{totals: make([]float64, c.n), values: make(map[comparedValue]*ComparedValue)}
		c.sides[side][name] = a
		c.cells += c.n
	}
	return a
}

// valueOf finds or makes a value; nil if there are too many points.
func (c *comparison) valueOf(a *Compared, v Static) *ComparedValue {
	key := comparedValue{v.typ, v.n, v.s}
	if v.typ == TypeArray {
		key.text = v.String()
	}
	have, ok := a.values[key]
	if ok || c.cells > maxCompared {
		return have
	}
	have = &ComparedValue{value: v, at: -1}
	c.cells += valuePoints + len(key.text)/8
	a.values[key] = have
	return have
}

// valuePoints is how many points take as much memory as a value and its key do.
const valuePoints = 20

func (c *comparison) add(a *Compared, v *ComparedValue, at int, weight float64) {
	a.totals[at] += weight
	if v != nil {
		c.addTo(v, at, weight)
	}
}

// addTo counts a value. Most values of ids are in one interval alone.
func (c *comparison) addTo(v *ComparedValue, at int, weight float64) {
	v.total += weight
	switch {
	case v.counts != nil:
		v.counts[at] += weight
	case v.at == at:
	case v.at < 0:
		v.at = at
	default:
		c.cells += c.n
		v.counts = make([]float64, c.n)
		v.counts[v.at] = v.total - weight
		v.counts[at] += weight
	}
}

// points is the counts by interval.
func (v *ComparedValue) points(n int) []float64 {
	if v.counts != nil {
		return v.counts
	}
	counts := make([]float64, n)
	if v.at >= 0 {
		counts[v.at] = v.total
	}
	return counts
}

// Comparison is compare()'s arguments, nil if the query has another function.
func (a *Aggregator) Comparison() *CompareArgs { return a.query.Metrics.Compare }

// Compared finds or makes an attribute on a side of compare(): an intrinsic of
// ComparedIntrinsics, or an attribute of the span, the resource or the scope.
func (a *Aggregator) Compared(selected bool, of Attribute) *Compared {
	side := baseline
	if selected {
		side = selection
	}
	return a.compare.attribute(side, comparedName{in: of.Intrinsic, scope: of.Scope, name: of.Name})
}

// ComparedValue finds or makes a value of an attribute; nil if compare() holds as many
// as it may.
func (a *Aggregator) ComparedValue(of *Compared, v Static) *ComparedValue {
	return a.compare.valueOf(of, v)
}

// Compare counts a span that has a value, be it nil, of an attribute.
func (a *Aggregator) Compare(of *Compared, v *ComparedValue, at int, weight float64) {
	a.compare.add(of, v, at, weight)
}

// ComparedIntrinsics are the intrinsics that compare() looks at.
func ComparedIntrinsics() []Intrinsic { return slices.Clone(comparedIntrinsics) }

// merge adds what another comparison counted, which is then not used again.
func (c *comparison) merge(o *comparison) {
	for side := range c.sides {
		for name, from := range o.sides[side] {
			to := c.attribute(side, name)
			addAll(to.totals, from.totals)
			for _, v := range from.values {
				have := c.valueOf(to, v.value)
				if have == nil {
					continue
				}
				if v.counts == nil {
					c.addTo(have, v.at, v.total)
				}
				for at, weight := range v.counts {
					if weight != 0 {
						c.addTo(have, at, weight)
					}
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
				out = append(out, c.one(meta, attr, v.value, v.points(c.n)))
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

func topValues(values map[comparedValue]*ComparedValue, n int) []*ComparedValue {
	list := make([]*ComparedValue, 0, len(values))
	for _, v := range values {
		list = append(list, v)
	}
	slices.SortFunc(list, func(a, b *ComparedValue) int {
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
