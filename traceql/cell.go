package traceql

import (
	"cmp"
	"math"
	"slices"
)

// cell is what one interval of one group holds.
type cell struct {
	weight   float64 // number of spans
	sum      float64
	edge     float64 // least or largest value
	n        int
	values   []weighted        // for exact quantiles
	exponent map[int16]float64 // weight by power of two, for histograms
}

type weighted struct{ value, weight float64 }

func (c *cell) add(fn string, value, weight float64) {
	first := c.n == 0
	c.n++
	c.weight += weight
	c.sum += value * weight
	switch {
	case fn == "quantile_over_time":
		c.values = append(c.values, weighted{value, weight})
	case fn == "histogram_over_time":
		if c.exponent == nil {
			c.exponent = make(map[int16]float64)
		}
		c.exponent[bucketOf(value)] += weight
	case first || fn == "min_over_time" && value < c.edge || fn == "max_over_time" && value > c.edge:
		c.edge = value
	}
}

// value is the point of a function; seconds is the interval's length, unit what
// the function's values are divided by.
func (c *cell) value(fn string, seconds, unit float64) (float64, bool) {
	switch fn {
	case "rate":
		return c.weight / seconds, true
	case "count_over_time":
		return c.weight, true
	case "sum_over_time":
		return c.sum / unit, c.n > 0
	case "avg_over_time":
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

// unit is what values are divided by on their way out: times are gathered in
// nanoseconds, so that bucket bounds are powers of two of these, and told in
// seconds.
func (a *Aggregator) unit() float64 {
	if arg := a.query.Metrics.Arg; arg != nil && arg.Intrinsic.Type() == TypeDuration {
		return 1e9
	}
	return 1
}

func (a *Aggregator) histogramSeries(g *groupSeries) []Series {
	byBucket := make(map[int16]*Series)
	unit := a.unit()
	for i := range g.cells {
		for exp, weight := range g.cells[i].exponent {
			s, ok := byBucket[exp]
			if !ok {
				s = &Series{Labels: withLabel("__bucket", Float(bucketBound(exp)/unit), g.labels)}
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

func (a *Aggregator) quantileSeries(g *groupSeries) []Series {
	m := a.query.Metrics
	bucketed := a.query.Hint(HintBuckets).True()
	out := make([]Series, len(m.Quantiles))
	for k, q := range m.Quantiles {
		out[k] = Series{Labels: withLabel("p", Float(q), g.labels), Exemplars: g.exemplars}
	}
	for i := range g.cells {
		values := g.cells[i].values
		if len(values) == 0 {
			continue
		}
		slices.SortFunc(values, func(a, b weighted) int { return cmp.Compare(a.value, b.value) })
		for k, q := range m.Quantiles {
			v := quantile(values, g.cells[i].weight, q)
			if bucketed {
				v = bucketQuantile(values, q)
			}
			out[k].Points = append(out[k].Points, Point{a.rng.stamp(i), v / a.unit()})
		}
	}
	return out
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
func bucketQuantile(sorted []weighted, q float64) float64 {
	rank := max(1, math.Ceil(q*float64(len(sorted))))
	var before, lower float64
	for len(sorted) > 0 {
		exp := bucketOf(sorted[0].value)
		n := 0
		for n < len(sorted) && bucketOf(sorted[n].value) == exp {
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
