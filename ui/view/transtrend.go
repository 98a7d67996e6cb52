package view

import (
	"maps"
	"math"
	"slices"

	"supersonic/ui/frame"
)

// trends makes one row of each series: its labels, and the series itself as a small
// chart with one value of it. There is one table for each query.
func (m *maker) trends(frames []frame.Frame, o options) []frame.Frame {
	var out []frame.Frame
	at := map[string]int{}
	for i := range frames {
		fr := &frames[i]
		rule := o.sub(fr.RefID)
		time, number := trendFields(fr, m.env.fill(rule.text("timeField", "")))
		if time < 0 || number < 0 {
			out = append(out, *fr)
			continue
		}
		n, ok := at[fr.RefID]
		if !ok {
			n = len(out)
			at[fr.RefID] = n
			out = append(out, trendTable(frames, fr.RefID))
		}
		calc := orElse(rule.text("stat", ""), orElse(o.sub("refIdToStat").text(fr.RefID, ""), "lastNotNull"))
		if reduceName(calc) == "" {
			m.warn("the calculation %q is not known", calc)
			calc = "lastNotNull"
		}
		addTrend(&out[n], &fr.Fields[number], fr.Fields[time].Values, calcID(calc))
	}
	return out
}

// trendFields are the times and the first numbers of a series, -1 for none.
func trendFields(fr *frame.Frame, name string) (time, number int) {
	time = slices.IndexFunc(fr.Fields, func(f frame.Field) bool { return f.Kind == frame.Time && (name == "" || f.Name == name) })
	number = slices.IndexFunc(fr.Fields, func(f frame.Field) bool { return f.Kind == frame.Number })
	return time, number
}

// trendTable has a column of each label of a query's series, and none for a table.
func trendTable(frames []frame.Frame, ref string) frame.Frame {
	out := frame.Frame{RefID: ref}
	for _, fr := range frames {
		if fr.RefID != ref {
			continue
		}
		_, number := trendFields(&fr, "")
		if number < 0 {
			continue
		}
		for _, k := range slices.Sorted(maps.Keys(fr.Fields[number].Labels)) {
			if !slices.ContainsFunc(out.Fields, func(f frame.Field) bool { return f.Name == k }) {
				out.Fields = append(out.Fields, frame.Field{Name: k, Kind: frame.Text})
			}
		}
	}
	name := "Trend"
	if ref != "" {
		name += " #" + ref
	}
	out.Fields = append(out.Fields, frame.Field{Name: name, Kind: frame.Number, Trends: []frame.Trend{}})
	return out
}

func addTrend(to *frame.Frame, f *frame.Field, times []float64, calc string) {
	last := len(to.Fields) - 1
	for i := range last {
		c := &to.Fields[i]
		c.Texts = append(c.Texts, f.Labels[c.Name])
	}
	c := &to.Fields[last]
	c.Unit = orElse(c.Unit, f.Unit)
	c.Values = append(c.Values, reduce(calc, f.Values))
	c.Trends = append(c.Trends, frame.Trend{TimesMs: times, Values: f.Values})
}

// trendsOf are the small charts of some rows; a row that is not there has none.
func trendsOf(f frame.Field, at []int) []frame.Trend {
	if f.Trends == nil {
		return nil
	}
	out := make([]frame.Trend, len(at))
	for i, r := range at {
		if r >= 0 && r < len(f.Trends) {
			out[i] = f.Trends[r]
		}
	}
	return out
}

// maxTrend bounds the points of one small chart: a cell is not wider.
const maxTrend = 200

// thinned are the values of a small chart, of a long one the means of its parts.
func thinned(values []float64) []*float64 {
	n := min(len(values), maxTrend)
	out := make([]*float64, n)
	for i := range out {
		part := values[i*len(values)/n : (i+1)*len(values)/n]
		if v := reduce("mean", part); !math.IsNaN(v) && !math.IsInf(v, 0) {
			out[i] = &v
		}
	}
	return out
}
