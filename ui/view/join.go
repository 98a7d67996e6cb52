package view

import (
	"math"
	"slices"

	"supersonic/ui/payload"
)

// series is a column of numbers with the times of its samples.
type series struct {
	*column
	times  []float64
	stepMs float64 // 0: samples have no step
}

// maxPoints bounds the times of one chart.
const maxPoints = 100_000

// sharedTimes are all times of all series, in order. Where samples have a step and
// one or more are missing for every series, one time is put into the gap, so that
// nothing is drawn across.
func sharedTimes(all []series) []float64 {
	var times []float64
	step := 0.0
	for i := range all {
		if i > 0 && slices.Equal(all[i].times, all[i-1].times) {
			continue
		}
		times = append(times, all[i].times...)
	}
	for _, s := range all {
		step = math.Max(step, s.gapMs())
	}
	// A number that is none has no place on an axis.
	times = slices.DeleteFunc(times, func(t float64) bool { return math.IsNaN(t) || math.IsInf(t, 0) })
	slices.Sort(times)
	times = slices.Compact(times)
	if step > 0 {
		times = openGaps(times, step)
	}
	if len(times) > maxPoints {
		times = times[len(times)-maxPoints:]
	}
	return times
}

// openGaps puts a time into each gap that is longer than a step.
func openGaps(times []float64, step float64) []float64 {
	out := make([]float64, 0, len(times)+8)
	for i, t := range times {
		if i > 0 && t-times[i-1] > step*1.001 {
			out = append(out, times[i-1]+step)
		}
		out = append(out, t)
	}
	return out
}

// gapMs is the distance of samples above which there is a gap between them.
func (s *series) gapMs() float64 {
	if n := s.custom.maybe("insertNulls"); n != nil && *n > 0 {
		return *n
	}
	return s.stepMs
}

// spread puts a series' values at the shared times.
func (s *series) spread(times []float64) []*float64 {
	out := make([]*float64, len(times))
	at := 0
	for i, t := range s.times {
		for at < len(times) && times[at] < t {
			at++
		}
		if at < len(times) && times[at] == t && i < len(s.Values) {
			if v := s.Values[i]; !math.IsNaN(v) && !math.IsInf(v, 0) {
				out[at] = &s.Values[i]
			}
		}
	}
	return out
}

// spanGaps says which gaps are drawn over. Times of other series between two
// samples make no gap: up to the series' own step is drawn over where series do not
// share their times.
func (s *series) spanGaps(shared int) *float64 {
	all := -1.0
	if s.custom.flag("spanNulls", false) {
		return &all
	}
	if n := s.custom.maybe("spanNulls"); n != nil && *n > 0 {
		return n
	}
	if len(s.times) == shared {
		return nil
	}
	gap := s.gapMs()
	if gap > 0 {
		if !s.hasOwnTimes(shared) {
			return nil
		}
		over := gap * 1.001
		return &over
	}
	if slices.ContainsFunc(s.Values, math.IsNaN) {
		return nil
	}
	return &all
}

// hasOwnTimes is false where every time of the chart is one of the series' steps,
// so that a missing one is a gap.
func (s *series) hasOwnTimes(shared int) bool {
	if len(s.times) < 2 {
		return false
	}
	steps := math.Round((s.times[len(s.times)-1] - s.times[0]) / s.gapMs())
	return float64(shared) > steps*1.01+2
}

// exemplars are the requests behind a series' points.
func (s *series) exemplars() []payload.Dot {
	var out []payload.Dot
	for _, e := range s.Exemplars {
		labels := e.Labels
		if labels == nil {
			labels = map[string]string{}
		}
		out = append(out, payload.Dot{AtMs: e.AtMs, Value: e.Value, TraceID: e.TraceID, Line: s.name, Labels: labels})
	}
	return out
}
