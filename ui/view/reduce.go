package view

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"supersonic/ui/units"
)

// reduceName is how Grafana calls a reduction in legends and footers.
func reduceName(calc string) string {
	if n, ok := percentile(calc); ok {
		return units.Ordinal(n) + " %"
	}
	names := map[string]string{
		"lastNotNull": "Last *", "last": "Last", "firstNotNull": "First *", "first": "First", "min": "Min", "max": "Max", "mean": "Mean",
		"median": "Median", "variance": "Variance", "stdDev": "StdDev", "sum": "Total", "count": "Count", "countAll": "Count all", "range": "Range",
		"delta": "Delta", "step": "Step", "diff": "Difference", "logmin": "Min (above zero)", "allIsZero": "All Zeros", "allIsNull": "All Nulls",
		"changeCount": "Change Count", "distinctCount": "Distinct Count", "diffperc": "Difference percent", "allValues": "All values", "uniqueValues": "All unique values",
	}
	return names[calcID(calc)]
}

// calcID turns the older names of reductions into today's.
func calcID(calc string) string {
	switch calc {
	case "current":
		return "lastNotNull"
	case "avg":
		return "mean"
	case "total":
		return "sum"
	}
	return calc
}

func percentile(calc string) (int, bool) {
	n, err := strconv.Atoi(strings.TrimPrefix(calc, "p"))
	return n, err == nil && strings.HasPrefix(calc, "p") && n >= 1 && n <= 99
}

// reduce makes one number of many; NaN is none, in and out.
func reduce(calc string, values []float64) float64 {
	if len(values) == 0 {
		return emptyReduction(calcID(calc))
	}
	switch calc = calcID(calc); calc {
	case "last":
		return values[len(values)-1]
	case "first":
		return values[0]
	case "count":
		return float64(len(present(values)))
	case "countAll":
		return float64(len(values))
	case "allIsZero":
		return flagNumber(len(present(values)) > 0 && !slices.ContainsFunc(present(values), func(v float64) bool { return v != 0 }))
	case "allIsNull":
		return flagNumber(len(present(values)) == 0)
	case "changeCount":
		return changes(present(values))
	case "distinctCount":
		return distinct(present(values))
	}
	have := present(values)
	if len(have) == 0 {
		return emptyReduction(calc)
	}
	return reducePresent(calc, have)
}

func emptyReduction(calc string) float64 {
	switch calc {
	case "sum", "count", "countAll", "changeCount", "distinctCount", "variance", "stdDev", "delta", "diffperc":
		return 0
	case "allIsNull":
		return 1
	case "allIsZero":
		return 0
	}
	return math.NaN()
}

func flagNumber(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func present(values []float64) []float64 {
	if !slices.ContainsFunc(values, math.IsNaN) {
		return values
	}
	out := make([]float64, 0, len(values))
	for _, v := range values {
		if !math.IsNaN(v) {
			out = append(out, v)
		}
	}
	return out
}

func reducePresent(calc string, v []float64) float64 {
	if n, ok := percentile(calc); ok {
		return quantile(v, float64(n)/100)
	}
	first, last := v[0], v[len(v)-1]
	switch calc {
	case "lastNotNull":
		return last
	case "firstNotNull":
		return first
	case "min":
		return slices.Min(v)
	case "max":
		return slices.Max(v)
	case "mean":
		return sum(v) / float64(len(v))
	case "median":
		return median(v)
	case "variance":
		return variance(v)
	case "stdDev":
		return math.Sqrt(variance(v))
	case "sum":
		return sum(v)
	case "range":
		return slices.Max(v) - slices.Min(v)
	case "delta":
		return delta(v)
	case "step":
		return smallestStep(v)
	case "diff":
		return last - first
	case "diffperc":
		return (last - first) / first * 100
	case "logmin":
		return smallestAboveZero(v)
	}
	return math.NaN()
}

func sum(v []float64) float64 {
	s := 0.0
	for _, x := range v {
		s += x
	}
	return s
}

func median(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	n := len(s)
	if n%2 == 1 {
		return s[n/2]
	}
	return (s[n/2-1] + s[n/2]) / 2
}

func quantile(v []float64, q float64) float64 {
	s := slices.Sorted(slices.Values(v))
	return s[int(math.Floor(float64(len(s)-1)*q+0.5))]
}

func variance(v []float64) float64 {
	mean, m2 := 0.0, 0.0
	for i, x := range v {
		old := mean
		mean += (x - old) / float64(i+1)
		m2 += (x - old) * (x - mean)
	}
	return m2 / float64(len(v))
}

// delta is the growth of a counter that may begin again; the first step after that
// counts for nothing, as in Grafana.
func delta(v []float64) float64 {
	total, up := 0.0, true
	for i := 1; i < len(v); i++ {
		step := v[i] - v[i-1]
		if step >= 0 && up {
			total += step
		}
		up = step >= 0
	}
	return total
}

func smallestStep(v []float64) float64 {
	step := math.Inf(1)
	for i := 1; i < len(v); i++ {
		step = math.Min(step, v[i]-v[i-1])
	}
	if math.IsInf(step, 1) {
		return math.NaN()
	}
	return step
}

func smallestAboveZero(v []float64) float64 {
	least := math.NaN()
	for _, x := range v {
		if x > 0 && (math.IsNaN(least) || x < least) {
			least = x
		}
	}
	return least
}

func changes(values []float64) float64 {
	n := 0.0
	for i, v := range values {
		if i > 0 && v != values[i-1] {
			n++
		}
	}
	return n
}

func distinct(values []float64) float64 {
	seen := map[float64]bool{}
	for _, v := range values {
		seen[v] = true
	}
	return float64(len(seen))
}
