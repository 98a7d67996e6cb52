package traceql

// Aggregator gathers the series of a metrics query, trace by trace. It belongs to
// one goroutine; its memory grows with series and intervals, and for quantiles
// and compare() with values.
type Aggregator struct {
	query    *Query
	rng      Range
	n        int // intervals
	weighted bool
	groups   map[string]*groupSeries
	refused  uint64
	compare  *comparison
}

// groupSeries is what is gathered for one set of by() values.
type groupSeries struct {
	labels    []Label
	cells     []cell
	exemplars []Exemplar
}

// NewAggregator prepares a metrics query for a range.
func NewAggregator(q *Query, r Range) (*Aggregator, error) {
	if !q.IsMetrics() {
		return nil, ErrNotMetrics
	}
	r, n, err := r.aligned()
	if err != nil {
		return nil, err
	}
	a := &Aggregator{query: q, rng: r, n: n, weighted: q.Hint(HintWeighted).True(), groups: make(map[string]*groupSeries)}
	if q.Metrics.Compare != nil {
		a.compare = newComparison(q.Metrics.Compare, r, n)
	}
	return a, nil
}

// Refused is how many spans were left out because of Range.MaxSeries.
func (a *Aggregator) Refused() uint64 { return a.refused }

// Range is the range as aligned to steps.
func (a *Aggregator) Range() Range { return a.rng }

// Add counts the spans of a trace that the query selects and that start within
// the range.
func (a *Aggregator) Add(t *Trace) {
	for _, set := range runPipeline(t, a.query.Pipeline, allOf(t)) {
		for _, i := range set.spans {
			a.observe(env{t, int(i)})
		}
	}
}

func (a *Aggregator) observe(e env) {
	at, ok := a.rng.interval(e.span().Start())
	if !ok {
		return
	}
	if a.compare != nil {
		a.compare.observe(e, at, a.weight(e.span()))
		return
	}
	m := a.query.Metrics
	if m.Arg == nil {
		a.add(e, at, 1)
		return
	}
	e.each(m.Arg.Attribute, func(v Static) bool {
		if f, ok := v.AsFloat(); ok {
			a.add(e, at, f)
		}
		return false
	})
}

func (a *Aggregator) add(e env, at int, value float64) {
	g := a.group(e)
	if g == nil {
		a.refused++
		return
	}
	g.cells[at].add(a.query.Metrics.Func, value, a.weight(e.span()))
	if len(g.exemplars) < a.rng.MaxExemplars {
		g.exemplars = append(g.exemplars, Exemplar{e.t.id, e.span().ID(), e.span().Start(), value / a.unit()})
	}
}

func (a *Aggregator) weight(s Span) float64 {
	if w, ok := s.(Weighted); ok && a.weighted && w.Weight() > 0 {
		return w.Weight()
	}
	return 1
}

// group finds or makes the group of a span; nil when there are too many.
func (a *Aggregator) group(e env) *groupSeries {
	labels := a.labels(e)
	key := labelKey(labels)
	g, ok := a.groups[key]
	if !ok && (a.rng.MaxSeries == 0 || len(a.groups) < a.rng.MaxSeries) {
		g = &groupSeries{labels: labels, cells: make([]cell, a.n)}
		a.groups[key] = g
	}
	return g
}

// labels are the values of by(); of several parts the first counts.
func (a *Aggregator) labels(e env) []Label {
	labels := make([]Label, len(a.query.Metrics.By))
	for i, by := range a.query.Metrics.By {
		v := e.read(by.Attribute)
		if v.Type() == TypeArray {
			v = firstPart(v)
		}
		labels[i] = Label{by.Attribute.Label(), v}
	}
	return labels
}

func firstPart(v Static) (first Static) {
	partsOf(v, func(p Static) bool {
		first = p
		return true
	})
	return first
}

// Series is the answer, ordered by labels; points are ordered by time. Intervals
// without spans are 0 for rate and count_over_time, left out for the rest.
func (a *Aggregator) Series() []Series {
	var out []Series
	if a.compare != nil {
		out = a.compare.series()
	}
	for _, g := range a.groups {
		out = append(out, a.finish(g)...)
	}
	sortSeries(out)
	for _, s := range a.query.Second {
		out = s.apply(out)
	}
	return out
}

func (a *Aggregator) finish(g *groupSeries) []Series {
	m := a.query.Metrics
	switch m.Func {
	case "quantile_over_time":
		return a.quantileSeries(g)
	case "histogram_over_time":
		return a.histogramSeries(g)
	}
	labels := g.labels
	if len(labels) == 0 {
		labels = []Label{{"__name__", String(m.Func)}}
	}
	s := Series{Labels: labels, Exemplars: g.exemplars}
	for i := range g.cells {
		if v, ok := g.cells[i].value(m.Func, a.rng.seconds(), a.unit()); ok {
			s.Points = append(s.Points, Point{a.rng.stamp(i), v})
		}
	}
	return []Series{s}
}

// withLabel puts a label before the group's.
func withLabel(name string, v Static, labels []Label) []Label {
	return append([]Label{{name, v}}, labels...)
}
