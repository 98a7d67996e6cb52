package traceql

import (
	"cmp"
	"math"
	"slices"
)

// function is a metrics function.
type function uint8

const (
	fnRate function = iota
	fnCount
	fnMin
	fnMax
	fnAvg
	fnSum
	fnQuantile
	fnHistogram
	fnCompare
)

var functions = map[string]function{
	"rate": fnRate, "count_over_time": fnCount, "min_over_time": fnMin, "max_over_time": fnMax, "avg_over_time": fnAvg,
	"sum_over_time": fnSum, "quantile_over_time": fnQuantile, "histogram_over_time": fnHistogram, "compare": fnCompare,
}

func functionOf(name string) function { return functions[name] }

// cell is what one interval of one group holds.
type cell struct {
	weight float64 // number of spans
	sum    float64
	edge   float64 // least or largest value
	n      int
	*distribution
}

// distribution is what quantiles and histograms hold.
type distribution struct {
	values   []float64         // for exact quantiles
	weights  []float64         // of the values; nil: all 1
	exponent map[int16]float64 // weight by power of two, for histograms
}

// What cells take; a map entry about.
const (
	cellBytes         = 40
	distributionBytes = 56
	exponentBytes     = 48
)

// add counts a value and tells how many bytes more that takes.
func (c *cell) add(fn function, value, weight float64) (bytes int64) {
	first := c.n == 0
	c.n++
	c.weight += weight
	c.sum += value * weight
	switch {
	case fn == fnQuantile:
		return c.keep(value, weight)
	case fn == fnHistogram:
		return c.bucket(value, weight)
	case first || fn == fnMin && value < c.edge || fn == fnMax && value > c.edge:
		c.edge = value
	}
	return 0
}

func (c *cell) distributed() (bytes int64) {
	if c.distribution != nil {
		return 0
	}
	c.distribution = new(distribution)
	return distributionBytes
}

func (c *cell) keep(value, weight float64) (bytes int64) {
	bytes = c.distributed()
	before := cap(c.values) + cap(c.weights)
	if weight != 1 && c.weights == nil {
		c.weights = ones(len(c.values))
	}
	c.values = append(c.values, value)
	if c.weights != nil {
		c.weights = append(c.weights, weight)
	}
	return bytes + 8*int64(cap(c.values)+cap(c.weights)-before)
}

// keepAll keeps values of weight 1, of which it has none yet that weigh otherwise.
func (c *cell) keepAll(values []float64) (bytes int64) {
	bytes = c.distributed()
	c.n += len(values)
	c.weight += float64(len(values))
	if c.values == nil {
		c.values = values[:len(values):len(values)]
		return bytes + 8*int64(len(values))
	}
	before := cap(c.values)
	c.values = append(c.values, values...)
	if c.weights != nil {
		c.weights = append(c.weights, ones(len(values))...)
	}
	return bytes + 8*int64(cap(c.values)-before)
}

func ones(n int) []float64 {
	list := make([]float64, n, n+1)
	for i := range list {
		list[i] = 1
	}
	return list
}

func (c *cell) bucket(value, weight float64) (bytes int64) {
	bytes = c.distributed()
	if c.exponent == nil {
		c.exponent = make(map[int16]float64)
	}
	before := len(c.exponent)
	c.exponent[bucketOf(value)] += weight
	return bytes + exponentBytes*int64(len(c.exponent)-before)
}

// merge adds another cell.
func (c *cell) merge(fn function, o *cell) {
	if o.n == 0 {
		return
	}
	if c.n == 0 {
		*c = *o
		return
	}
	if fn == fnMin && o.edge < c.edge || fn == fnMax && o.edge > c.edge {
		c.edge = o.edge
	}
	c.n += o.n
	c.weight += o.weight
	c.sum += o.sum
	if c.distribution == nil || o.distribution == nil {
		return
	}
	if c.weights != nil || o.weights != nil {
		if c.weights == nil {
			c.weights = ones(len(c.values))
		}
		if o.weights == nil {
			o.weights = ones(len(o.values))
		}
		c.weights = append(c.weights, o.weights...)
	}
	c.values = append(c.values, o.values...)
	for exp, weight := range o.exponent {
		c.exponent[exp] += weight
	}
}

// value is the point of a function; seconds is the interval's length, unit what
// the function's values are divided by.
func (c *cell) value(fn function, seconds, unit float64) (float64, bool) {
	switch fn {
	case fnRate:
		return c.weight / seconds, true
	case fnCount:
		return c.weight, true
	case fnSum:
		return c.sum / unit, c.n > 0
	case fnAvg:
		return c.sum / c.weight / unit, c.n > 0
	}
	return c.edge / unit, c.n > 0
}

// bucketOf is the exponent of the least power of two that is at least the value;
// all that is not above zero is in the lowest.
func bucketOf(v float64) int16 {
	if !(v > 0) {
		return math.MinInt16
	}
	frac, exp := math.Frexp(v)
	if frac == 0.5 {
		exp--
	}
	return int16(exp)
}

func bucketBound(exp int16) float64 {
	if exp == math.MinInt16 {
		return 0
	}
	return math.Ldexp(1, int(exp))
}

// unitOf is what values are divided by on their way out: times are gathered in
// nanoseconds, so that bucket bounds are powers of two of these, and told in
// seconds.
func unitOf(m *Metrics) float64 {
	if m.Arg != nil && m.Arg.Intrinsic.Type() == TypeDuration {
		return 1e9
	}
	return 1
}

func (a *Aggregator) histogramSeries(g *Group) []Series {
	byBucket, labels := make(map[int16]*Series), present(g.labels)
	for i := range g.cells {
		if g.cells[i].distribution == nil {
			continue
		}
		for exp, weight := range g.cells[i].exponent {
			s, ok := byBucket[exp]
			if !ok {
				s = &Series{Labels: withLabel("__bucket", Float(bucketBound(exp)/a.unit), labels)}
				byBucket[exp] = s
			}
			s.Points = append(s.Points, Point{a.rng.stamp(i), weight})
		}
	}
	out := make([]Series, 0, len(byBucket))
	for _, s := range byBucket {
		out = append(out, *s)
	}
	return out
}

func (a *Aggregator) quantileSeries(g *Group) []Series {
	m := a.query.Metrics
	bucketed := a.query.Hint(HintBuckets).True()
	out := make([]Series, len(m.Quantiles))
	exemplars, labels := a.exemplarsOf(g), present(g.labels)
	for k, q := range m.Quantiles {
		out[k] = Series{Labels: withLabel("p", Float(q), labels), Exemplars: exemplars}
	}
	points := make([]float64, len(m.Quantiles))
	for i := range g.cells {
		c := &g.cells[i]
		if c.n == 0 {
			continue
		}
		switch {
		case bucketed:
			slices.SortFunc(c.values, cmp.Compare[float64])
			c.weights = nil // of no use for estimates, and now in another order
			for k, q := range m.Quantiles {
				points[k] = bucketQuantile(c.values, q)
			}
		case c.weights == nil:
			quantiles(c.values, m.Quantiles, points)
		default:
			c.weightedQuantiles(m.Quantiles, points)
		}
		for k, v := range points {
			out[k].Points = append(out[k].Points, Point{a.rng.stamp(i), v / a.unit})
		}
	}
	return out
}

type weighted struct{ value, weight float64 }

func (c *cell) weightedQuantiles(qs, out []float64) {
	list := make([]weighted, len(c.values))
	for i, v := range c.values {
		list[i] = weighted{v, c.weights[i]}
	}
	slices.SortFunc(list, func(a, b weighted) int { return cmp.Compare(a.value, b.value) })
	for k, q := range qs {
		out[k] = quantile(list, c.weight, q)
	}
}

// quantile is the least value that at least a share q of the weight does not
// exceed: an observed value, never one in between.
func quantile(sorted []weighted, total, q float64) float64 {
	var below float64
	for _, v := range sorted {
		below += v.weight
		if below >= q*total*(1-1e-12) {
			return v.value
		}
	}
	return sorted[len(sorted)-1].value
}

// bucketQuantile estimates from powers of two as Tempo does: the bucket in which
// the rank falls, interpolated on a logarithmic scale from the bound of the
// bucket in use before it (if there is none, from half its own bound).
func bucketQuantile(sorted []float64, q float64) float64 {
	rank := max(1, math.Ceil(q*float64(len(sorted))))
	var before, lower float64
	for len(sorted) > 0 {
		exp := bucketOf(sorted[0])
		n := 0
		for n < len(sorted) && bucketOf(sorted[n]) == exp {
			n++
		}
		upper := bucketBound(exp)
		if lower == 0 {
			lower = upper / 2
		}
		if before+float64(n) >= rank {
			if lower == 0 {
				return 0
			}
			return lower * math.Pow(upper/lower, (rank-before)/float64(n))
		}
		before, lower, sorted = before+float64(n), upper, sorted[n:]
	}
	return lower
}
