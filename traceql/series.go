package traceql

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"
)

// ErrNotMetrics is NewAggregator's answer to a search.
var ErrNotMetrics = errors.New("traceql: the query has spans for an answer, not series; end it in a metrics function, as | rate()")

// Range is the times of a metrics query, Unix nanoseconds. Step 0 asks for one
// value over all of it (an instant query).
type Range struct {
	Start, End uint64
	Step       time.Duration
	// MaxSeries bounds the series; spans that would make more are not counted in
	// any, and Aggregator.Refused tells how many. 0: no bound.
	MaxSeries int
	// MaxExemplars is how many exemplars the series have in all, 0: none.
	MaxExemplars int
}

// maxPoints bounds the intervals of a range.
const maxPoints = 100_000

var errRange = errors.New("traceql: the range ends before it starts, or has more than 100000 steps; ask for less time or a larger step")

// aligned widens a range to whole steps, so that a query asked again a moment
// later gives the same points.
func (r Range) aligned() (Range, int, error) {
	if r.End <= r.Start || r.Step < 0 {
		return r, 0, errRange
	}
	if r.Step == 0 {
		return r, 1, nil
	}
	step := uint64(r.Step)
	r.Start -= r.Start % step
	if rest := r.End % step; rest != 0 {
		r.End += step - rest
	}
	n := (r.End - r.Start) / step
	if n > maxPoints || r.End <= r.Start {
		return r, 0, errRange
	}
	return r, int(n), nil
}

// interval finds the interval of a time: (start, start+step] and so on, each
// stamped with its end. A time at the very start belongs to the first.
func (r Range) interval(at uint64) (int, bool) {
	if at < r.Start || at > r.End {
		return 0, false
	}
	if r.Step == 0 || at == r.Start {
		return 0, true
	}
	return int((at - r.Start - 1) / uint64(r.Step)), true
}

// stamp is the time of an interval's point.
func (r Range) stamp(i int) uint64 {
	if r.Step == 0 {
		return r.End
	}
	return r.Start + uint64(i+1)*uint64(r.Step)
}

// seconds is the length of an interval.
func (r Range) seconds() float64 {
	if r.Step == 0 {
		return float64(r.End-r.Start) / 1e9
	}
	return r.Step.Seconds()
}

// Label is one label of a series. Its value is text for most attributes, a
// number for numeric ones, nil where the span lacks the attribute.
type Label struct {
	Name  string
	Value Static
}

// Point is a value of a series. Times count in seconds.
type Point struct {
	Time  uint64 // Unix nanoseconds, the end of the interval
	Value float64
}

// Exemplar is a span behind a series.
type Exemplar struct {
	Trace TraceID
	Span  SpanID
	Time  uint64 // the span's start
	Value float64
	// Ref tells a storage that offered the span where its ids are, which it has
	// not read yet; 0: they stand here.
	Ref uint64
}

// Series is points of one set of labels. Without by() the label is __name__, the
// function. Quantiles have the label p, histograms __bucket, compare __meta_type.
type Series struct {
	Labels    []Label
	Points    []Point
	Exemplars []Exemplar
}

func sortSeries(list []Series) {
	slices.SortFunc(list, func(a, b Series) int {
		for i := range min(len(a.Labels), len(b.Labels)) {
			if c := compareLabels(a.Labels[i], b.Labels[i]); c != 0 {
				return c
			}
		}
		return cmp.Compare(len(a.Labels), len(b.Labels))
	})
}

func compareLabels(a, b Label) int {
	if c := strings.Compare(a.Name, b.Name); c != 0 {
		return c
	}
	if a.Value.Type().numeric() && b.Value.Type().numeric() { // what is not a number comes first
		if c := cmp.Compare(a.Value.float(), b.Value.float()); c != 0 {
			return c
		}
	}
	if c, ok := Compare(a.Value, b.Value); ok && c != 0 {
		return c
	}
	if c := cmp.Compare(a.Value.Type(), b.Value.Type()); c != 0 {
		return c
	}
	return strings.Compare(a.Value.String(), b.Value.String())
}
