package explore

import (
	"fmt"
	"math"
	"sort"
	"time"

	"supersonic/ui/payload"
	"supersonic/ui/source"
)

// line is a series before it is laid out on a chart's times.
type line struct {
	labels  map[string]string
	order   []string // of the labels, for legends
	samples []source.Sample
}

// lay puts lines on one time axis of whole steps; where a line has no point it has
// null. More than MaxSeries are cut, and the answer says so.
func lay(out *payload.ExploreChart, lines []line, name func(int) string, from, to time.Time, step time.Duration) {
	out.SeriesTotal = len(lines)
	if len(lines) > MaxSeries {
		out.Warnings = append(out.Warnings, fmt.Sprintf("only %d of %d series are shown: sum them up, or ask for the highest with topk()", MaxSeries, len(lines)))
		lines = lines[:MaxSeries]
	}
	out.FromMs, out.ToMs, out.StepMs = float64(from.UnixMilli()), float64(to.UnixMilli()), float64(step.Milliseconds())
	for at := from; !at.After(to); at = at.Add(step) {
		out.TimesMs = append(out.TimesMs, float64(at.UnixMilli()))
	}
	for i, l := range lines {
		s := payload.ExploreSeries{Label: name(i), Labels: l.labels, Values: make([]*float64, len(out.TimesMs))}
		for _, p := range l.samples {
			at := int(math.Round(float64(p.Time.Sub(from)) / float64(step)))
			if at >= 0 && at < len(s.Values) && !math.IsNaN(p.Value) && !math.IsInf(p.Value, 0) {
				v := p.Value
				s.Values[at] = &v
			}
		}
		out.Series = append(out.Series, s)
	}
}

// exemplar places one dot.
func exemplar(e source.Exemplar, series int) payload.ExploreExemplar {
	return payload.ExploreExemplar{AtMs: float64(e.Time.UnixMilli()), Value: e.Value, TraceID: idOf(e.TraceID()), SpanID: e.SpanID(), Labels: e.Labels, Series: series}
}

func idOf(id string) string {
	if id == "" {
		return ""
	}
	return source.FullID(id)
}

// thinned keeps at most MaxExemplars, evenly over time, the highest of their
// stretch.
func thinned(list []payload.ExploreExemplar) []payload.ExploreExemplar {
	sort.Slice(list, func(i, j int) bool { return list[i].AtMs < list[j].AtMs })
	if len(list) <= MaxExemplars {
		return list
	}
	out := make([]payload.ExploreExemplar, 0, MaxExemplars)
	for i := range MaxExemplars {
		part := list[i*len(list)/MaxExemplars : (i+1)*len(list)/MaxExemplars]
		best := part[0]
		for _, e := range part {
			if e.Value > best.Value {
				best = e
			}
		}
		out = append(out, best)
	}
	return out
}
