package query

import (
	"fmt"

	"supersonic/traceql"
	"supersonic/traces/column"
)

// gatherer gathers the series of a metrics query out of pages. It belongs to one
// goroutine.
type gatherer struct {
	metrics *metricsPlan
	agg     *traceql.Aggregator
	rng     traceql.Range // as aligned
	n       int           // intervals

	by    []*labelColumn
	arg   *valueColumn
	pairs []pairs2

	names  []string
	labels []traceql.Label
	groups []*traceql.Group // by tuple of label numbers
	known  []bool           // which tuples were asked for
	tuples []uint32         // by row, of several attributes

	rows    []int32 // that count, of the page
	at      []int32 // their intervals
	counts  []uint32
	bounds  []uint64 // by label number: the largest hash of an exemplar, 0: not known
	compare *comparer
	// refuse: spans beyond the bound of series are refused; else that is errRefused.
	refuse bool
	budget int64
}

// errRefused tells that the number of series reached its bound while several
// gather: only one alone can tell which series came first.
var errRefused = fmt.Errorf("there are more series than may be")

func newGatherer(m *metricsPlan, budget int64, alone bool) (*gatherer, error) {
	agg, err := traceql.NewAggregator(m.query, m.rng)
	if err != nil {
		return nil, BadRequest{err}
	}
	agg.Bound(budget)
	g := &gatherer{metrics: m, agg: agg, rng: agg.Range(), n: agg.Intervals(), names: agg.LabelNames(), refuse: alone, budget: budget}
	if !m.vectorised {
		return g, nil
	}
	g.labels = make([]traceql.Label, len(g.names))
	for i, a := range m.query.Metrics.By {
		g.labels[i].Name = g.names[i]
		g.by = append(g.by, newLabelColumn(a.Attribute))
	}
	g.pairs = make([]pairs2, max(len(g.by)-1, 0))
	if arg := m.query.Metrics.Arg; arg != nil {
		g.arg = newValueColumn(arg.Attribute)
	}
	if m.selection != nil {
		g.compare = newComparer(g)
	}
	return g, nil
}

// page gathers the rows of a page that are selected; those of traces that have one,
// where only the evaluator can tell.
func (g *gatherer) page(p *page, selected rowBits) error {
	if !g.metrics.vectorised || g.arg != nil && !g.arg.read(p) {
		return g.evaluate(p, selected)
	}
	if g.compare != nil {
		g.compare.page(p, selected)
		return g.check(p)
	}
	for _, l := range g.by {
		l.read(p)
	}
	if g.countable() {
		g.count(p, selected)
		if g.metrics.rng.MaxExemplars > 0 {
			g.exemplify(p, selected)
		}
	} else {
		g.flush()
		if err := g.observe(p, selected); err != nil {
			return err
		}
	}
	return g.check(p)
}

// check tells what ends the gathering.
func (g *gatherer) check(p *page) error {
	switch {
	case p != nil && p.err != nil:
		return p.err
	case g.agg.Full() || g.bytes() > g.budget:
		return g.metrics.tooLarge()
	case !g.refuse && g.agg.Refused() > 0:
		return errRefused
	}
	return nil
}

func (g *gatherer) bytes() int64 {
	n := g.agg.Bytes() + int64(4*len(g.counts)+9*len(g.groups))
	for _, l := range g.by {
		n += l.bytes
	}
	for i := range g.pairs {
		n += int64(g.pairs[i].count) * 16
	}
	return n
}

// evaluate asks the evaluator, trace by trace.
func (g *gatherer) evaluate(p *page, selected rowBits) error {
	var err error
	p.eachTrace(selected, func(t int) bool {
		tr, _ := p.trace(t)
		g.agg.Add(tr)
		err = g.check(p)
		return err == nil
	})
	return err
}

// maxCounts bounds the counts that are held beside the groups' own.
const maxCounts = 2 << 20

// countable tells whether spans are only counted: one loop over starts and label
// numbers.
func (g *gatherer) countable() bool {
	if g.arg != nil || len(g.by) > 1 || g.metrics.weighted || g.refuse {
		return false
	}
	return g.values()*g.n <= maxCounts
}

// values is how many label values are known, where there is at most one label.
func (g *gatherer) values() int {
	if len(g.by) == 0 {
		return 1
	}
	return len(g.by[0].values)
}

// count counts rows by label number and interval.
func (g *gatherer) count(p *page, selected rowBits) {
	if need := g.values() * g.n; len(g.counts) < need {
		g.counts = append(g.counts, make([]uint32, need-len(g.counts))...)
	}
	starts := p.starts()
	var codes []uint32
	if len(g.by) == 1 {
		codes = g.by[0].codes
	}
	if selected.count(0, p.info.Rows) < p.info.Rows {
		c := g.clock()
		selected.each(func(i int) {
			if !c.within(uint64(starts[i])) {
				return
			}
			if codes == nil {
				g.counts[c.at]++
			} else {
				g.counts[int(codes[i])*g.n+c.at]++
			}
		})
		return
	}
	g.countAll(starts, codes)
}

// exemplify finds exemplars among counted rows: by the hashes of their starts, of
// which few are small enough.
func (g *gatherer) exemplify(p *page, selected rowBits) {
	for len(g.bounds) < g.values() {
		g.bounds = append(g.bounds, ^uint64(0))
	}
	starts, c := p.starts(), g.clock()
	var codes []uint32
	if len(g.by) == 1 {
		codes = g.by[0].codes
	}
	for i, start := range starts {
		label := uint32(0)
		if codes != nil {
			label = codes[i]
		}
		if traceql.ExemplarHash(uint64(start)) > g.bounds[label] || !selected.has(i) || !c.within(uint64(start)) {
			continue
		}
		group := g.labelled(label)
		if group == nil {
			return
		}
		g.agg.AddExemplar(group, p.exemplar(i, 1))
		g.bounds[label] = g.agg.ExemplarBound(group)
	}
}

// exemplar shows a row as an exemplar.
func (p *page) exemplar(i int, value float64) traceql.Exemplar {
	return traceql.Exemplar{
		Trace: traceql.TraceID(p.traceID(p.traceOf(i))), Span: (&row{p: p, i: i}).ID(), Time: uint64(p.starts()[i]), Value: value,
	}
}

// labelled is the group of a label number, where there is at most one label.
func (g *gatherer) labelled(label uint32) *traceql.Group {
	if len(g.by) == 1 {
		g.labels[0].Value = g.by[0].values[label]
	}
	group := g.agg.Group(g.labels)
	if group == nil {
		g.agg.Refuse(1)
	}
	return group
}

// countAll counts all rows, in stretches of one interval.
func (g *gatherer) countAll(starts []int64, codes []uint32) {
	c := g.clock()
	for i := 0; i < len(starts); {
		in := c.within(uint64(starts[i]))
		from := i
		for i++; i < len(starts) && uint64(starts[i])-c.from <= c.last; i++ {
		}
		switch {
		case !in: // the clock stands still: the next row asks again
			i = from + 1
		case codes == nil:
			g.counts[c.at] += uint32(i - from)
		default:
			counts, n := g.counts[c.at:], g.n
			for _, code := range codes[from:i] {
				counts[int(code)*n]++
			}
		}
	}
}

// clock finds intervals of times that mostly are in the interval of the last one.
type clock struct {
	agg         *traceql.Aggregator
	start, step uint64
	from, last  uint64 // the interval: from ... from + last
	at          int
}

func (g *gatherer) clock() clock {
	c := clock{agg: g.agg, start: g.rng.Start, step: uint64(g.rng.Step), from: g.rng.Start}
	if c.step == 0 {
		c.last = g.rng.End - g.rng.Start
	}
	return c
}

// within finds the interval of a time; false outside of the range.
func (c *clock) within(t uint64) bool {
	if t-c.from <= c.last {
		return true
	}
	if c.step == 0 {
		return false
	}
	at, ok := c.agg.Interval(t)
	if !ok {
		return false
	}
	// An interval is open at its start and closed at its end, but for the first.
	c.at, c.from, c.last = at, c.start+uint64(at)*c.step+1, c.step-1
	if at == 0 {
		c.from, c.last = c.start, c.step
	}
	return true
}

// flush hands the counts to the groups.
func (g *gatherer) flush() {
	for label := range len(g.counts) / g.n {
		counts := g.counts[label*g.n : (label+1)*g.n]
		var group *traceql.Group
		for at, n := range counts {
			if n == 0 {
				continue
			}
			if group == nil {
				if group = g.labelled(uint32(label)); group == nil {
					return
				}
			}
			g.agg.Count(group, at, int(n))
		}
	}
	g.counts = g.counts[:0]
}

// observe gathers rows one by one.
func (g *gatherer) observe(p *page, selected rowBits) error {
	g.choose(p, selected)
	g.combine(p)
	var weights *column.Vector
	if g.metrics.weighted {
		weights = p.vector(column.Weight)
	}
	starts, exemplars := p.starts(), g.metrics.rng.MaxExemplars > 0
	for k, row := range g.rows {
		value := 1.0
		if g.arg != nil {
			value = g.arg.at(int(row))
		}
		group := g.group(int(row))
		if group == nil {
			g.agg.Refuse(1)
			if !g.refuse || g.agg.Full() {
				return g.check(p)
			}
			continue
		}
		g.agg.Observe(group, int(g.at[k]), value, weightAt(weights, row))
		if exemplars && g.agg.TakesExemplar(group, uint64(starts[row])) {
			g.agg.AddExemplar(group, p.exemplar(int(row), value))
		}
	}
	return nil
}

// choose lists the selected rows that start within the range and have a value.
func (g *gatherer) choose(p *page, selected rowBits) {
	g.rows, g.at = g.rows[:0], g.at[:0]
	starts, c := p.starts(), g.clock()
	selected.each(func(i int) {
		if (g.arg == nil || g.arg.has(i)) && c.within(uint64(starts[i])) {
			g.rows, g.at = append(g.rows, int32(i)), append(g.at, int32(c.at))
		}
	})
}

// combine numbers the tuples of label numbers, of several attributes.
func (g *gatherer) combine(p *page) {
	if len(g.by) < 2 {
		return
	}
	g.tuples = resized(g.tuples, p.info.Rows)
	first := g.by[0].codes
	for j, l := range g.by[1:] {
		a, b, n, known := uint32(0), uint32(0), uint32(0), false
		for _, row := range g.rows {
			if x, y := first[row], l.codes[row]; !known || x != a || y != b {
				a, b, n, known = x, y, g.pairs[j].number(x, y), true
			}
			g.tuples[row] = n
		}
		first = g.tuples
	}
}

// group finds or makes the group of a row, nil if there are too many.
func (g *gatherer) group(row int) *traceql.Group {
	tuple := uint32(0)
	switch len(g.by) {
	case 0:
	case 1:
		tuple = g.by[0].codes[row]
	default:
		tuple = g.tuples[row]
	}
	if int(tuple) < len(g.known) && g.known[tuple] {
		return g.groups[tuple]
	}
	if tuple == newLabel {
		return nil
	}
	for int(tuple) >= len(g.known) {
		g.known, g.groups = append(g.known, false), append(g.groups, nil)
	}
	for i, l := range g.by {
		g.labels[i].Value = l.values[l.codes[row]]
	}
	g.known[tuple], g.groups[tuple] = true, g.agg.Group(g.labels)
	if g.groups[tuple] == nil {
		for _, l := range g.by {
			l.closed = true
		}
	}
	return g.groups[tuple]
}
