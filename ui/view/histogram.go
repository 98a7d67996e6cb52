package view

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"

	"supersonic/ui/frame"
	"supersonic/ui/payload"
	"supersonic/ui/units"
)

// maxBuckets bounds a histogram; finer buckets are made coarser.
const maxBuckets = 500

// histogram counts values by bucket. Frames that hold buckets already (fields with
// a label le, or named after bounds) keep them.
func (m *maker) histogram(frames []frame.Frame) *payload.HistogramView {
	sheets := m.sheets(frames)
	v := &payload.HistogramView{From: []float64{}, To: []float64{}, Lines: []payload.Line{}, Legend: m.legend(), Tooltip: m.tooltip(), Format: units.Of("", nil)}
	if m.counted(v, sheets) {
		return v
	}
	if b := bucketColumns(sheets); len(b) > 1 {
		m.fromBuckets(v, b)
		return v
	}
	var columns []*column
	for _, s := range sheets {
		columns = append(columns, s.numbers()...)
	}
	columns = slices.DeleteFunc(columns, func(c *column) bool { return c.Kind != frame.Number })
	if len(columns) == 0 {
		return v
	}
	if m.options.flag("combine", false) {
		all := *columns[0]
		all.name, all.Values, all.series = "Count", nil, 0
		for _, c := range columns {
			all.Values = append(all.Values[:len(all.Values):len(all.Values)], c.Values...)
		}
		columns = []*column{&all}
	}
	m.count(v, columns)
	return v
}

// counted takes the buckets of a frame that is a histogram already, as the
// transformation makes it: columns xMin, xMax and counts.
func (m *maker) counted(v *payload.HistogramView, sheets []*sheet) bool {
	for _, s := range sheets {
		from, to := s.named("xMin"), s.named("xMax")
		if from == nil || to == nil {
			continue
		}
		v.Format, v.From, v.To = from.format, from.Values, to.Values
		n := 0
		for _, c := range s.numbers() {
			if c != from && c != to {
				c.series = n
				n++
				v.Lines = append(v.Lines, m.bars(v, c, c.Values))
			}
		}
		return true
	}
	return false
}

// count puts the values of each column into buckets of one size.
func (m *maker) count(v *payload.HistogramView, columns []*column) {
	v.Format = columns[0].format
	offset := m.options.number("bucketOffset", 0)
	lo, hi, delta := spread(columns)
	if lo > hi {
		return
	}
	size := m.options.number("bucketSize", 0)
	if size <= 0 {
		size = bucketSize(lo, hi, delta, int(m.options.number("bucketCount", 30)))
	}
	for (hi-lo)/size > maxBuckets {
		size *= 2
	}
	place := func(x float64) int { return int(math.Floor((x - offset) / size)) }
	first, last := place(lo), place(hi)
	for i := first; i <= last; i++ {
		v.From = append(v.From, tidy(float64(i)*size+offset))
		v.To = append(v.To, tidy(float64(i+1)*size+offset))
	}
	for i, c := range columns {
		counts := make([]float64, len(v.From))
		for _, x := range c.Values {
			if !math.IsNaN(x) && !math.IsInf(x, 0) {
				counts[place(x)-first]++
			}
		}
		c.series = i
		v.Lines = append(v.Lines, m.bars(v, c, counts))
	}
}

// tidy takes off what counting in binary fractions adds: 0.30000000000000004.
func tidy(x float64) float64 {
	n, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 12, 64), 64)
	if err != nil {
		return x
	}
	return n
}

// bars are the counts of one series.
func (m *maker) bars(v *payload.HistogramView, c *column, counts []float64) payload.Line {
	s := series{column: c, times: v.From}
	values := make([]*float64, len(counts))
	for i := range counts {
		values[i] = &counts[i]
	}
	l := m.line(&s, nil)
	l.Values, l.SpanGapsMs, l.Draw = values, nil, "bars"
	l.Fill = c.custom.number("fillOpacity", 80) / 100
	l.Format = units.Of("", nil)
	var mode string
	l.Stack, mode = stack(&l, c.custom.sub("stacking"))
	l.StackMode = mode
	v.Stacked = v.Stacked || l.Stack != ""
	for _, calc := range m.calcs() {
		l.Calcs = append(l.Calcs, m.reduced(c, calc))
	}
	return l
}

// spread is the range of all values and the smallest distance of two.
func spread(columns []*column) (lo, hi, delta float64) {
	var all []float64
	for _, c := range columns {
		for _, x := range c.Values {
			if !math.IsNaN(x) && !math.IsInf(x, 0) {
				all = append(all, x)
			}
		}
	}
	if len(all) == 0 {
		return 1, 0, 0
	}
	slices.Sort(all)
	delta = math.Inf(1)
	for i := 1; i < len(all); i++ {
		if d := all[i] - all[i-1]; d > 0 {
			delta = min(delta, d)
		}
	}
	return all[0], all[len(all)-1], delta
}

// bucketSize is the smallest of 1, 2, 2.5, 5 and their powers of ten that makes at
// most so many buckets, and no finer than the values themselves.
func bucketSize(lo, hi, delta float64, count int) float64 {
	if count <= 0 {
		count = 30
	}
	target := max((hi-lo)/float64(count), 0)
	if !math.IsInf(delta, 1) {
		target = max(target, delta)
	}
	if target == 0 {
		return 1
	}
	for exp := -9; exp <= 15; exp++ {
		for _, f := range []float64{1, 2, 2.5, 4, 5} {
			if size := f * math.Pow10(exp); size >= target*(1-1e-9) {
				return size
			}
		}
	}
	return target
}

// bucket is a column of counts up to a bound.
type bucket struct {
	*column
	lo, hi float64
}

// bucketColumns are the columns of a histogram that is one already, in order; nil
// if it is none. Prometheus' counts are cumulative: le is the upper bound.
func bucketColumns(sheets []*sheet) []bucket {
	var out []bucket
	for _, s := range sheets {
		for _, c := range s.numbers() {
			bound := c.Labels["le"]
			if bound == "" && len(s.numbers()) > 1 && isBound(c.Name) {
				bound = c.Name
			}
			if bound == "" && isBound(c.name) && (len(sheets) > 1 || len(s.numbers()) > 1) {
				bound = c.name
			}
			if !isBound(bound) {
				return nil
			}
			out = append(out, bucket{column: c, hi: boundOf(bound)})
		}
	}
	slices.SortStableFunc(out, func(a, b bucket) int { return cmp.Compare(a.hi, b.hi) })
	for i := range out {
		if i > 0 {
			out[i].lo = out[i-1].hi
		}
	}
	return out
}

// cumulative says that a bucket counts what lower ones count as well.
func (c *column) cumulative() bool { return c.Labels["le"] != "" && !c.Apart }

func isBound(s string) bool {
	if s == "+Inf" || s == "Inf" {
		return true
	}
	return s != "" && textNumber(s) != nil
}

func boundOf(s string) float64 {
	if strings.HasSuffix(s, "Inf") {
		return math.Inf(1)
	}
	return *textNumber(s)
}

// fromBuckets takes the counts from the last value of each bucket. Cumulative ones
// are told apart; the bucket without end is as wide as the one before.
func (m *maker) fromBuckets(v *payload.HistogramView, b []bucket) {
	v.Format = b[0].format
	counts := make([]float64, 0, len(b))
	cumulative := b[0].cumulative()
	before := 0.0
	for _, x := range b {
		n := reduce("sum", x.Values)
		if x.Labels["le"] != "" { // a counter's
			n = reduce("lastNotNull", x.Values)
		}
		if math.IsNaN(n) {
			n = 0
		}
		if math.IsInf(x.hi, 1) {
			x.hi = 2*x.lo - b[max(0, len(b)-2)].lo
		}
		v.From, v.To = append(v.From, x.lo), append(v.To, x.hi)
		if cumulative {
			counts = append(counts, max(0, n-before))
			before = n
		} else {
			counts = append(counts, n)
		}
	}
	c := *b[0].column
	c.name, c.series = "Count", 0
	v.Lines = append(v.Lines, m.bars(v, &c, counts))
}
