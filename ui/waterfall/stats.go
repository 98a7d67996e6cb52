package waterfall

import (
	"cmp"
	"slices"

	"supersonic/ui/payload"
)

func stats(spans []payload.Span, critical []float64) payload.TraceStats {
	return payload.TraceStats{
		ByName:    grouped(spans, critical, func(s *payload.Span) (string, string) { return s.Name, "" }),
		ByService: grouped(spans, critical, func(s *payload.Span) (string, string) { return "", s.Service }),
		ByBoth:    grouped(spans, critical, func(s *payload.Span) (string, string) { return s.Name, s.Service }),
	}
}

// grouped puts spans of one key together, those of the most self time first.
func grouped(spans []payload.Span, critical []float64, key func(*payload.Span) (name, service string)) []payload.SpanStats {
	type pair struct{ name, service string }
	index := map[pair]int{}
	var rows []payload.SpanStats
	var durations [][]float64
	for i := range spans {
		s := &spans[i]
		name, service := key(s)
		at, known := index[pair{name, service}]
		if !known {
			at = len(rows)
			index[pair{name, service}] = at
			rows = append(rows, payload.SpanStats{Name: name, Service: service})
			durations = append(durations, nil)
		}
		r := &rows[at]
		r.Count++
		r.TotalNs += s.DurationNs
		r.SelfNs += s.SelfNs
		r.CriticalNs += critical[i]
		if s.Failed {
			r.Errors++
		}
		durations[at] = append(durations[at], s.DurationNs)
	}
	for i := range rows {
		spread(&rows[i], durations[i])
	}
	slices.SortStableFunc(rows, func(a, b payload.SpanStats) int { return cmp.Compare(b.SelfNs, a.SelfNs) })
	return rows
}

func spread(r *payload.SpanStats, durations []float64) {
	slices.Sort(durations)
	r.AvgNs = r.TotalNs / float64(r.Count)
	r.MinNs, r.MaxNs = durations[0], durations[len(durations)-1]
	r.P50Ns, r.P90Ns = quantile(durations, 0.5), quantile(durations, 0.9)
}

// quantile of sorted values, between the two nearest where it falls between.
func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	low := int(at)
	if low+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[low] + (at-float64(low))*(sorted[low+1]-sorted[low])
}
