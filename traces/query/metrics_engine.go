package query

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"supersonic/traceql"
)

// metricsPlan is how the series of a metrics query are gathered. It is immutable.
//
// Measured over two million spans in three blocks, an hour in steps of a minute, CPU,
// more than half of it for reading pages: rate by service 7 ms, with 100 exemplars 8;
// three exact quantiles of 460,000 durations by model 30 ms, by the parent's model 35;
// what needs the evaluator 0.5 to 1 s; compare() 3 s a million spans.
type metricsPlan struct {
	query    *traceql.Query
	plan     *plan
	rng      traceql.Range // as asked
	weighted bool
	// vectorised: the selected rows, their labels and values are read off columns.
	// Else traces that have a selected row are evaluated span by span.
	vectorised bool
	selection  node // of compare()
	maxBytes   int64
}

// newMetricsPlan compiles a query.
func newMetricsPlan(r MetricsRequest, maxBytes int64) (*metricsPlan, error) {
	q, err := traceql.Parse(r.Query)
	if err != nil {
		return nil, BadRequest{err}
	}
	m := &metricsPlan{
		query: q, plan: newPlan(q), weighted: q.Hint(traceql.HintWeighted).True(), maxBytes: maxBytes,
		rng: traceql.Range{Start: r.Range.Start, End: r.Range.End, Step: r.Step, MaxSeries: r.MaxSeries, MaxExemplars: r.Exemplars},
	}
	if !q.IsMetrics() {
		return nil, BadRequest{traceql.ErrNotMetrics}
	}
	m.vectorised = m.plan.exact
	if q.Metrics.Compare != nil {
		m.selection = comparisonFilter(q)
		m.vectorised = m.vectorised && m.selection != nil
	}
	for _, by := range q.Metrics.By {
		m.vectorised = m.vectorised && newLabelColumn(by.Attribute) != nil
	}
	if arg := q.Metrics.Arg; arg != nil {
		m.vectorised = m.vectorised && newValueColumn(arg.Attribute) != nil
	}
	return m, nil
}

func (m *metricsPlan) tooLarge() error {
	return TooLarge{What: "series", Bytes: m.maxBytes, Hint: "ask for a shorter range, a larger step, fewer labels in by() or a narrower condition"}
}

// describe is the plan's line of an explanation.
func (m *metricsPlan) describe() string {
	if !m.vectorised {
		return m.query.Metrics.Func + " gathered span by span of the evaluated traces"
	}
	var by []string
	for _, a := range m.query.Metrics.By {
		by = append(by, a.String())
	}
	line := m.query.Metrics.Func + " gathered column by column"
	if len(by) > 0 {
		line += ", grouped by " + strings.Join(by, ", ")
	}
	return line
}

// Metrics implements Engine. The order of series and which of them stay within
// MaxSeries depend on the spans alone, exemplars on the parts too; nothing depends on
// who reads them.
func (e *engine) Metrics(ctx context.Context, r MetricsRequest) (MetricsResult, error) {
	m, err := newMetricsPlan(r, e.opts.MaxBytes)
	if err != nil {
		return MetricsResult{}, err
	}
	out := MetricsResult{Warnings: warnings(m.query)}
	snap, err := e.src.Snapshot()
	if err != nil {
		return out, err
	}
	defer snap.Release()
	g, s, items, err := m.gather(ctx, snap, e.opts)
	if g != nil {
		defer g.release()
		defer s.letGo()
	}
	if err == nil {
		out.Series, out.Range, out.Refused = g.agg.Series(), g.rng, g.agg.Refused()
		err = resolve(items, out.Series)
	}
	if s != nil {
		out.Stats = s.stats()
	}
	if err != nil {
		return MetricsResult{Warnings: out.Warnings, Stats: out.Stats}, err
	}
	if r.Explain {
		out.Explain = s.explain("all read")
		out.Explain.Plan = append(out.Explain.Plan, m.describe())
	}
	return out, nil
}

// gather reads all pages of the range: with several workers if there is much to do,
// and again with one where only the order of the spans tells which series stay, or
// memory is short. It returns what it gathered, where it read, and what.
func (m *metricsPlan) gather(ctx context.Context, snap *Snapshot, opts EngineOptions) (*gatherer, *scan, []item, error) {
	for again := false; ; again = true {
		first, err := newGatherer(m, again)
		if err != nil {
			return nil, nil, nil, err
		}
		s := newScan(ctx, snap, m.plan, Range{first.rng.Start, first.rng.End}, opts)
		items, err := newAgenda(s).all()
		if err != nil {
			return first, s, nil, err
		}
		workers := 1
		if !again && m.cost(items) > opts.alone {
			workers = max(min(opts.Workers, len(items)), 1)
		}
		err = m.together(s, first, items, workers)
		if err == nil || again || !errors.Is(err, errRefused) && (workers == 1 || !errors.As(err, new(TooLarge))) {
			return first, s, items, err
		}
		first.release()
		s.letGo()
	}
}

// serialCost is what one goroutine does alone: several take more CPU time in all, and
// do not bring much yet.
const serialCost = 20 * time.Millisecond

// cost is about how long reading items takes.
func (m *metricsPlan) cost(items []item) time.Duration {
	row := 300 * time.Nanosecond
	switch {
	case !m.vectorised || m.selection != nil:
	case m.query.Metrics.Arg == nil && len(m.query.Metrics.By) < 2 && !m.weighted:
		row = 5 * time.Nanosecond
	default:
		row = 20 * time.Nanosecond
	}
	rows := 0
	for i := range items {
		if items[i].part != nil {
			rows += items[i].part.Segment.Page(items[i].page).Rows
		}
		rows += 100 * len(items[i].splits)
	}
	return time.Duration(rows) * row
}

// together has the items read by workers, each a stretch of them, and merges what
// they gathered into the first, in the order of the stretches: so the sums of floats
// are the same each time.
func (m *metricsPlan) together(s *scan, first *gatherer, items []item, workers int) error {
	gatherers, errs := make([]*gatherer, workers), make([]error, workers)
	gatherers[0], first.hold = first, s.hold
	first.bound(m.maxBytes / int64(workers))
	var wg sync.WaitGroup
	for i := range workers {
		if i > 0 {
			if gatherers[i], errs[i] = newGatherer(m, false); errs[i] != nil {
				return errs[i]
			}
			gatherers[i].bound(first.budget)
			gatherers[i].hold = s.hold
		}
		read := func() {
			errs[i] = gatherers[i].read(s, s.worker(i), items, i*len(items)/workers, (i+1)*len(items)/workers)
		}
		if workers == 1 {
			read()
		} else {
			wg.Go(read)
		}
	}
	wg.Wait()
	for i, g := range gatherers {
		if errs[i] != nil {
			return errs[i]
		}
		if i > 0 && !first.agg.Merge(g.agg) {
			return errRefused
		}
		if i > 0 {
			first.merged = append(first.merged, g)
		}
	}
	return nil
}

// read gathers items from lo to before hi: first those that exemplars are taken from,
// unless the order of spans tells which series stay, so that the others need not be
// looked at for them.
func (g *gatherer) read(s *scan, w *worker, items []item, lo, hi int) error {
	one := func(i int) error {
		if err := s.ctx.Err(); err != nil {
			return err
		}
		g.shown.turn(i, len(items))
		err := w.show(&items[i], g)
		w.done(&items[i])
		return err
	}
	first := func(i int) bool { return g.shown != nil && !g.refuse && showsExemplars(i, len(items)) }
	for _, now := range []bool{true, false} {
		for i := lo; i < hi; i++ {
			if first(i) != now {
				continue
			}
			if err := one(i); err != nil {
				return err
			}
		}
	}
	g.flush()
	if err := g.check(nil); err != nil {
		return fmt.Errorf("gathering series: %w", err)
	}
	return nil
}

// split implements sink.
func (g *gatherer) split(t *traceql.Trace, _ []row) error {
	g.agg.Add(t)
	return g.check(nil)
}
