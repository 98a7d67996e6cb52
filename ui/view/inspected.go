package view

import (
	"math"
	"slices"
	"strings"

	"supersonic/ui/frame"
)

// inspected is a chart's data as one table: its series beside each other by their
// times. What has no times stays as it is.
func inspected(sheets []*sheet) []*sheet {
	timed := func(s *sheet) bool { return s.time() != nil }
	if len(sheets) < 2 || slices.ContainsFunc(sheets, func(s *sheet) bool { return !timed(s) }) {
		return sheets
	}
	var times []float64
	for _, s := range sheets {
		times = append(times, s.time().Values...)
	}
	times = slices.DeleteFunc(times, math.IsNaN)
	slices.Sort(times)
	times = slices.Compact(times)
	first := *sheets[0].time()
	first.Values = times
	out := &sheet{refID: sheets[0].refID, stepMs: sheets[0].stepMs, rows: len(times), columns: []*column{&first}}
	for _, s := range sheets {
		out.columns = append(out.columns, s.at(times)...)
	}
	return []*sheet{out}
}

// at are the columns of a sheet but its time, at the times given; of several rows of
// one time the last.
func (s *sheet) at(times []float64) []*column {
	of := s.time()
	row := map[float64]int{}
	for r, t := range of.Values {
		row[t] = r
	}
	rows := make([]int, len(times))
	for i, t := range times {
		r, has := row[t]
		if !has {
			r = -1
		}
		rows[i] = r
	}
	var out []*column
	for _, c := range s.columns {
		if c != of {
			moved := *c
			moved.Field = pickOr(c.Field, rows)
			out = append(out, &moved)
		}
	}
	return out
}

// dates is the unit of times: one of a panel's numbers is none of theirs.
func dates(kind frame.Kind, unit string) string {
	if kind == frame.Time && !isDate(unit) {
		return "dateTimeAsSystem"
	}
	return unit
}

func isDate(unit string) bool {
	return strings.HasPrefix(unit, "dateTime") || strings.HasPrefix(unit, "time:")
}
