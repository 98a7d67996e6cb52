package traceql

import (
	"encoding/binary"
	"slices"
)

// Aggregator gathers the series of a metrics query: trace by trace (Add), or, for a
// storage that finds out the groups and values itself, span by span (Group, Observe,
// Count). Several may gather parts of the spans and be merged. It belongs to one
// goroutine; its memory (Bytes) grows with series and intervals, and for quantiles
// and compare() with values.
type Aggregator struct {
	query    *Query
	rng      Range
	n        int // intervals
	unit     float64
	fn       function
	weighted bool
	groups   map[string]*Group
	refused  uint64
	bytes    int64
	maxBytes int64 // 0: no bound
	full     bool
	compare  *comparison

	labels []Label // of the span that is being added
	key    []byte
}

// Group is what is gathered for one set of by() values.
type Group struct {
	labels    []Label
	cells     []cell
	exemplars exemplars
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
	a := &Aggregator{query: q, rng: r, n: n, unit: unitOf(q.Metrics), fn: functionOf(q.Metrics.Func),
		weighted: q.Hint(HintWeighted).True(), groups: make(map[string]*Group)}
	a.labels = make([]Label, len(q.Metrics.By))
	for i, by := range q.Metrics.By {
		a.labels[i].Name = by.Attribute.Label()
	}
	if q.Metrics.Compare != nil {
		a.compare = newComparison(q.Metrics.Compare, r, n)
	}
	return a, nil
}

// Refused is how many spans were left out because of Range.MaxSeries.
func (a *Aggregator) Refused() uint64 { return a.refused }

// Range is the range as aligned to steps.
func (a *Aggregator) Range() Range { return a.rng }

// Intervals is how many intervals the range has.
func (a *Aggregator) Intervals() int { return a.n }

// Interval finds the interval in which a span counts by its start; ok is false
// outside of the range.
func (a *Aggregator) Interval(start uint64) (at int, ok bool) { return a.rng.interval(start) }

// Bytes is about how much memory is held.
func (a *Aggregator) Bytes() int64 {
	if a.compare != nil {
		return int64(a.compare.cells) * 8
	}
	return a.bytes
}

// Bound sets how much memory groups may take: beyond it there are no new ones, and
// Full tells so. What values take is to be watched by Bytes.
func (a *Aggregator) Bound(bytes int64) { a.maxBytes = bytes }

// Full tells whether a group was refused for its memory: the answer is then of no use.
func (a *Aggregator) Full() bool { return a.full }

// Add counts the spans of a trace that the query selects and that start within
// the range.
func (a *Aggregator) Add(t *Trace) {
	for _, set := range runPipeline(t, a.query.Pipeline, allOf(t)) {
		for _, i := range set.spans {
			a.observe(env{t: t, i: int(i)})
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
	for i, by := range a.query.Metrics.By {
		a.labels[i].Value = LabelValue(e.groupValue(by.Attribute))
	}
	g := a.Group(a.labels)
	if g == nil {
		a.refused++
		return
	}
	a.Observe(g, at, value, a.weight(e.span()))
	if a.rng.MaxExemplars == 0 {
		return
	}
	start := e.span().Start()
	if order := exemplarOrder(start); order <= a.ExemplarBound(g) {
		a.OfferExemplar(g, order, Exemplar{Trace: e.t.id, Span: e.span().ID(), Time: start, Value: value})
	}
}

func (a *Aggregator) weight(s Span) float64 {
	if w, ok := s.(Weighted); ok && a.weighted && w.Weight() > 0 {
		return w.Weight()
	}
	return 1
}

// LabelValue is what a label has of a value: of several parts the first.
func LabelValue(v Static) (first Static) {
	if v.Type() != TypeArray {
		return v
	}
	partsOf(v, func(p Static) bool {
		first = p
		return true
	})
	return first
}

// Group finds or makes the group of labels, which are the values of by() in its
// order; nil when there are too many (Range.MaxSeries). It keeps a copy of them.
func (a *Aggregator) Group(labels []Label) *Group {
	a.key = appendLabelKey(a.key[:0], labels)
	g, ok := a.groups[string(a.key)]
	if ok || a.rng.MaxSeries > 0 && len(a.groups) >= a.rng.MaxSeries {
		return g
	}
	need := int64(a.n)*cellBytes + int64(2*len(a.key)) + groupBytes
	if a.maxBytes > 0 && a.bytes+need > a.maxBytes {
		a.full = true
		return nil
	}
	g = &Group{labels: append([]Label(nil), labels...), cells: make([]cell, a.n)}
	a.groups[string(a.key)] = g
	a.bytes += need
	return g
}

// groupBytes is about what a group takes beside its cells and labels' texts.
const groupBytes = 256

// LabelNames are the names of by(), in its order.
func (a *Aggregator) LabelNames() []string {
	names := make([]string, len(a.labels))
	for i := range names {
		names[i] = a.labels[i].Name
	}
	return names
}

// Refuse counts spans that have no group.
func (a *Aggregator) Refuse(spans uint64) { a.refused += spans }

// Observe counts one value of a span in a group's interval; where the function takes
// no attribute the value is 1. Times are in nanoseconds.
func (a *Aggregator) Observe(g *Group, at int, value, weight float64) {
	a.bytes += g.cells[at].add(a.fn, value, weight)
}

// ObserveAll counts values of spans of weight 1 in a group's interval, for
// quantile_over_time. The values are the Aggregator's from then on, until Series has
// returned.
func (a *Aggregator) ObserveAll(g *Group, at int, values []float64) {
	a.bytes += g.cells[at].keepAll(values)
}

// Count counts n spans of weight 1 in a group's interval, for rate and
// count_over_time.
func (a *Aggregator) Count(g *Group, at, n int) {
	c := &g.cells[at]
	c.n += n
	c.weight += float64(n)
	c.sum += float64(n)
	c.edge = 1
}

// Merge adds what another Aggregator of the same query and range gathered, which is
// then not used again. It tells false if the two had to refuse spans, or have
// together too many series: then only one Aggregator can tell which came first.
func (a *Aggregator) Merge(o *Aggregator) bool {
	if a.refused > 0 || o.refused > 0 {
		return false
	}
	if a.compare != nil {
		a.compare.merge(o.compare)
		return true
	}
	both := make([]*Group, 0, len(o.groups)) // and then o's
	for key, g := range o.groups {
		have, ok := a.groups[key]
		switch {
		case ok:
			for i := range g.cells {
				have.cells[i].merge(a.fn, &g.cells[i])
			}
			both = append(both, have, g)
		case a.rng.MaxSeries > 0 && len(a.groups) >= a.rng.MaxSeries:
			return false
		default:
			a.groups[key] = g
		}
	}
	for most := a.exemplarsKept(); len(both) > 0; both = both[2:] {
		both[0].exemplars.merge(&both[1].exemplars, most)
	}
	a.bytes += o.bytes
	return true
}

// Series is the answer, ordered by labels; points are ordered by time. Intervals
// without spans are 0 for rate and count_over_time, left out for the rest; without any
// span and without by() these two are a series of zeros.
func (a *Aggregator) Series() []Series {
	var out []Series
	if a.compare != nil {
		out = a.compare.series()
	}
	for _, g := range a.groups {
		out = append(out, a.finish(g)...)
	}
	if len(a.groups) == 0 && a.compare == nil && len(a.labels) == 0 && (a.fn == fnRate || a.fn == fnCount) {
		out = a.finish(&Group{cells: make([]cell, a.n)})
	}
	sortSeries(out)
	for _, s := range a.query.Second {
		out = s.apply(out)
	}
	dealExemplars(out, a.rng.MaxExemplars)
	return out
}

func (a *Aggregator) finish(g *Group) []Series {
	switch a.fn {
	case fnQuantile:
		return a.quantileSeries(g)
	case fnHistogram:
		return a.histogramSeries(g)
	}
	labels := present(g.labels)
	switch {
	case len(g.labels) == 0:
		labels = []Label{{"__name__", String(a.query.Metrics.Func)}}
	case len(labels) == 0:
		labels = g.labels[:1]
	}
	s := Series{Labels: labels, Exemplars: a.exemplarsOf(g)}
	for i := range g.cells {
		if v, ok := g.cells[i].value(a.fn, a.rng.seconds(), a.unit); ok {
			s.Points = append(s.Points, Point{a.rng.stamp(i), v})
		}
	}
	return []Series{s}
}

// present leaves out the labels of attributes that the spans lack, as Tempo does.
func present(labels []Label) []Label {
	lacks := func(l Label) bool { return l.Value.IsNil() }
	if !slices.ContainsFunc(labels, lacks) {
		return labels
	}
	return slices.DeleteFunc(slices.Clone(labels), lacks)
}

// withLabel puts a label before the group's.
func withLabel(name string, v Static, labels []Label) []Label {
	return append([]Label{{name, v}}, labels...)
}

// appendLabelKey appends what tells labels apart.
func appendLabelKey(key []byte, labels []Label) []byte {
	for i := range labels {
		v := &labels[i].Value
		key = append(key, byte(v.typ))
		switch v.typ {
		case TypeString:
			key = binary.AppendUvarint(key, uint64(len(v.s)))
			key = append(key, v.s...)
		case TypeNil:
		default:
			key = binary.BigEndian.AppendUint64(key, v.n)
		}
	}
	return key
}
