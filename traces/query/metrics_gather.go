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

	// A row's labels have a number: that of the one label, or of the tuple of several.
	names  []string
	labels []traceql.Label
	groups []*traceql.Group // by number
	known  []bool           // which numbers were asked for
	tuples []uint32         // by row, of several attributes

	rows    []int32 // that count, of the page
	at      []int32 // their intervals
	counts  []uint32
	staged  *stage // values that wait for flush, nil: there are none such
	shown   *shown // exemplars, nil: none are asked for
	compare *comparer
	merged  []*gatherer
	// refuse: spans beyond the bound of series are refused; else that is errRefused.
	refuse bool
	budget int64
	taken  int64                   // of the memory of all queries
	hold   func(bytes int64) error // takes it, or gives it back
}

// errRefused tells that the number of series reached its bound while several
// gather: only one alone can tell which series came first.
var errRefused = fmt.Errorf("there are more series than may be")

// newGatherer makes a gatherer; who gathers alone may refuse spans.
func newGatherer(m *metricsPlan, alone bool) (*gatherer, error) {
	agg, err := traceql.NewAggregator(m.query, m.rng)
	if err != nil {
		return nil, BadRequest{err}
	}
	g := &gatherer{metrics: m, agg: agg, rng: agg.Range(), n: agg.Intervals(), names: agg.LabelNames(), refuse: alone}
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
	if m.rng.MaxExemplars > 0 && g.compare == nil {
		g.shown = &shown{most: m.rng.MaxExemplars}
	}
	if m.query.Metrics.Func == "quantile_over_time" && !m.weighted {
		g.staged = stages.Get().(*stage)
	}
	return g, nil
}

// bound sets how much memory the gatherer may take.
func (g *gatherer) bound(bytes int64) {
	g.budget = bytes
	g.agg.Bound(bytes)
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
	if g.countable() {
		if selected.count(0, p.info.Rows) < p.info.Rows || !g.countPage(p) {
			g.count(p, selected)
		}
	} else {
		g.flushCounts()
		g.observe(p, selected)
	}
	return g.check(p)
}

// check tells what ends the gathering.
func (g *gatherer) check(p *page) error {
	bytes := g.bytes()
	switch {
	case p != nil && p.err != nil:
		return p.err
	case g.agg.Full() || bytes > g.budget:
		return g.metrics.tooLarge()
	case !g.refuse && g.agg.Refused() > 0:
		return errRefused
	case g.hold != nil:
		more := bytes - g.taken
		g.taken = bytes
		return g.hold(more)
	}
	return nil
}

func (g *gatherer) bytes() int64 {
	n := g.agg.Bytes() + int64(4*len(g.counts)+9*len(g.groups)) + g.staged.bytes()
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
	if most := g.metrics.rng.MaxSeries; most > 0 && g.values() > most+1 {
		return false // some are refused, which is better known soon
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

// observe gathers rows one by one.
func (g *gatherer) observe(p *page, selected rowBits) {
	g.choose(p, selected)
	for _, l := range g.by {
		l.read(p, g.rows)
	}
	g.combine(p)
	numbers := g.numbers()
	if g.staged != nil {
		g.stage(numbers)
	} else {
		g.add(p, numbers)
	}
	if g.shown == nil {
		return
	}
	g.shown.sawRows(g.rows, numbers, g.knownNumbers())
	g.exemplify(p, false, func(row int32) uint32 { return number(numbers, row) })
}

// numbers is the numbers of the rows' labels, nil if there are no labels.
func (g *gatherer) numbers() []uint32 {
	switch len(g.by) {
	case 0:
		return nil
	case 1:
		return g.by[0].codes
	}
	return g.tuples
}

// knownNumbers is more than any number of labels, but for newLabel.
func (g *gatherer) knownNumbers() int {
	if n := len(g.pairs); n > 0 {
		return int(g.pairs[n-1].count) + 1
	}
	return g.values()
}

func number(numbers []uint32, row int32) uint32 {
	if numbers == nil {
		return 0
	}
	return numbers[row]
}

// add adds the values of rows to their groups.
func (g *gatherer) add(p *page, numbers []uint32) {
	var weights *column.Vector
	if g.metrics.weighted {
		weights = p.vector(column.Weight)
	}
	for k, row := range g.rows {
		value := 1.0
		if g.arg != nil {
			value = g.arg.at(int(row))
		}
		group := g.group(number(numbers, row), int(row))
		if group == nil {
			if g.agg.Refuse(1); g.hopeless() {
				return
			}
			continue
		}
		g.agg.Observe(group, int(g.at[k]), value, weightAt(weights, row))
	}
}

// hopeless tells that a group was refused, and so what is gathered is of no use.
func (g *gatherer) hopeless() bool { return !g.refuse || g.agg.Full() }

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

// group finds or makes the group of a number, nil if there are too many. The row is
// one that has the number, for the labels of several attributes.
func (g *gatherer) group(number uint32, row int) *traceql.Group {
	if int(number) < len(g.known) && g.known[number] {
		return g.groups[number]
	}
	if number == newLabel {
		return nil
	}
	for int(number) >= len(g.known) {
		g.known, g.groups = append(g.known, false), append(g.groups, nil)
	}
	if len(g.by) == 1 {
		g.labels[0].Value = g.by[0].values[number]
	} else {
		for i, l := range g.by {
			g.labels[i].Value = l.values[l.codes[row]]
		}
	}
	g.known[number], g.groups[number] = true, g.agg.Group(g.labels)
	if g.groups[number] == nil {
		for _, l := range g.by {
			l.closed = true
		}
	}
	return g.groups[number]
}
