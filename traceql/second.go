package traceql

import (
	"cmp"
	"slices"
	"strings"
)

// apply runs a stage over series; those left without points go.
func (s Second) apply(list []Series) []Series {
	var keep func(series, point int) bool
	if s.Func == "" {
		keep = s.comparison(list)
	} else {
		keep = s.top(list)
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

// top keeps, at each time, the N largest or least points; the 0 of an interval without
// spans is one of them.
func (s Second) top(list []Series) func(i, j int) bool {
	type place struct{ series, point int }
	byTime := make(map[uint64][]place)
	for i, series := range list {
		for j, p := range series.Points {
			byTime[p.Time] = append(byTime[p.Time], place{i, j})
		}
	}
	kept := make(map[place]bool)
	for _, places := range byTime {
		slices.SortFunc(places, func(a, b place) int {
			x, y := list[a.series], list[b.series]
			c := cmp.Or(cmp.Compare(y.Points[b.point].Value, x.Points[a.point].Value), compareTied(x.Labels, y.Labels))
			if s.Func == "bottomk" {
				return -c
			}
			return c
		})
		for _, p := range places[:min(s.N, len(places))] {
			kept[p] = true
		}
	}
	return func(i, j int) bool { return kept[place{i, j}] }
}

// compareTied orders series of one value as Tempo does (3.0, observed): label by label
// by name, numbers before texts and the larger one first, other values by their texts.
func compareTied(a, b []Label) int {
	for i := range min(len(a), len(b)) {
		x, y := a[i].Value, b[i].Value
		c := strings.Compare(a[i].Name, b[i].Name)
		switch p, q := counts(x), counts(y); {
		case c != 0:
		case p && q:
			c = cmp.Compare(y.float(), x.float())
		case p || q:
			c = 1
			if p {
				c = -1
			}
		default:
			c = strings.Compare(x.String(), y.String())
		}
		if c != 0 {
			return c
		}
	}
	return cmp.Compare(len(b), len(a))
}

func counts(v Static) bool {
	return v.Type() == TypeInt || v.Type() == TypeFloat || v.Type() == TypeBool
}
