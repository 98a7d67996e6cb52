package traceql

import (
	"cmp"
	"slices"
)

// apply runs a stage over series; those left without points go. idle tells whether a
// zero stands for an interval without spans.
func (s Second) apply(list []Series, idle bool) []Series {
	var keep func(series, point int) bool
	if s.Func == "" {
		keep = s.comparison(list)
	} else {
		keep = s.top(list, idle)
	}
	var out []Series
	for i, series := range list {
		var points []Point
		for j, p := range series.Points {
			if keep(i, j) {
				points = append(points, p)
			}
		}
		if len(points) > 0 {
			series.Points = points
			out = append(out, series)
		}
	}
	return out
}

// comparison keeps points that satisfy it; a duration counts in seconds.
func (s Second) comparison(list []Series) func(i, j int) bool {
	limit := s.Value
	if limit.Type() == TypeDuration {
		limit = Float(limit.float() / 1e9)
	}
	return func(i, j int) bool {
		order, ok := Compare(Float(list[i].Points[j].Value), limit)
		return ok && ordered(s.Op, order)
	}
}

// top keeps, at each time, the N largest or least points; of equal ones those of
// the first series by labels. Zeros that stand for no spans are no points here.
func (s Second) top(list []Series, idle bool) func(i, j int) bool {
	type place struct{ series, point int }
	byTime := make(map[uint64][]place)
	for i, series := range list {
		for j, p := range series.Points {
			if p.Value != 0 || !idle {
				byTime[p.Time] = append(byTime[p.Time], place{i, j})
			}
		}
	}
	kept := make(map[place]bool)
	for _, places := range byTime {
		slices.SortStableFunc(places, func(a, b place) int {
			x, y := list[a.series].Points[a.point].Value, list[b.series].Points[b.point].Value
			if s.Func == "topk" {
				return cmp.Compare(y, x)
			}
			return cmp.Compare(x, y)
		})
		for _, p := range places[:min(s.N, len(places))] {
			kept[p] = true
		}
	}
	return func(i, j int) bool { return kept[place{i, j}] }
}
