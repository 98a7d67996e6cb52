package view

import (
	"math"
	"slices"

	"supersonic/ui/frame"
	"supersonic/ui/payload"
)

// The columns of cells: one row is how many values a stretch of time has between two
// bounds, as Grafana's transformation "Create heatmap" gives them.
const (
	cellTime = "xMin"
	cellLow  = "yMin"
	cellHigh = "yMax"
	cellN    = "Count"
)

// cells counts values by time and value, as the heat map panel does that calculates
// from data. Empty cells are rows, too.
func (m *maker) cells(frames []frame.Frame, o options) []frame.Frame {
	sheets := m.sheets(frames)
	v := &payload.HeatmapView{}
	m.countOverTime(v, o, m.series(sheets))
	unit := m.heatUnit(sheets, options{}).Unit
	times, low, high, n := frame.Field{Name: cellTime, Kind: frame.Time}, frame.Field{Name: cellLow, Kind: frame.Number, Unit: unit},
		frame.Field{Name: cellHigh, Kind: frame.Number, Unit: unit}, frame.Field{Name: cellN, Kind: frame.Number, Unit: "short"}
	for i, at := range v.TimesMs {
		for row := range v.Counts {
			times.Values = append(times.Values, at)
			low.Values, high.Values = append(low.Values, v.Edges[row]), append(high.Values, v.Edges[row+1])
			count := 0.0
			if c := v.Counts[row][i]; c != nil {
				count = *c
			}
			n.Values = append(n.Values, count)
		}
	}
	return []frame.Frame{{Name: "heatmap", StepMs: v.StepMs, Fields: []frame.Field{times, low, high, n}}}
}

// cellsOverTime draws the first sheet of cells; false if there is none.
func (m *maker) cellsOverTime(v *payload.HeatmapView, sheets []*sheet) bool {
	for _, s := range sheets {
		at, low, high, n := s.named(cellTime), s.named(cellLow), s.named(cellHigh), s.named(cellN)
		if at == nil || low == nil || high == nil || n == nil || at.Kind != frame.Time || n.Kind != frame.Number {
			continue
		}
		v.StepMs = s.stepMs
		v.TimesMs = ordered(at.Values)
		v.Edges = ordered(slices.Concat(low.Values, high.Values))
		if len(v.TimesMs) > 1 && v.StepMs == 0 {
			v.StepMs = v.TimesMs[1] - v.TimesMs[0]
		}
		v.Log = isGeometric(v.Edges)
		v.Counts = make([][]*float64, max(0, len(v.Edges)-1))
		for i := range v.Counts {
			v.Counts[i] = make([]*float64, len(v.TimesMs))
			v.Names = append(v.Names, low.raw(slices.Index(low.Values, v.Edges[i])))
		}
		for row := range min(len(at.Values), len(low.Values), len(n.Values)) {
			count := n.Values[row]
			x, timed := slices.BinarySearch(v.TimesMs, at.Values[row])
			y, bounded := slices.BinarySearch(v.Edges, low.Values[row])
			if timed && bounded && y < len(v.Counts) && count > 0 {
				v.Counts[y][x] = &count
			}
		}
		m.linksOfRows(v, m.linksOf(n))
		return true
	}
	return false
}

// ordered are the values in order, each once.
func ordered(list []float64) []float64 {
	out := slices.DeleteFunc(slices.Clone(list), math.IsNaN)
	slices.Sort(out)
	return notNil(slices.Compact(out))
}
