package expression

import (
	"fmt"
	"math"
	"slices"
)

func readReduce(t target) (*Expression, error) {
	of, err := oneInput(t.Expression, "the reduction")
	if err != nil {
		return nil, err
	}
	calc := t.Reducer
	if calc == "" {
		calc = "mean"
	}
	if _, err := reduced(calc, nil); err != nil {
		return nil, err
	}
	mode := t.Settings.Mode
	if mode == "strict" {
		mode = ""
	}
	if !slices.Contains([]string{"", "dropNN", "replaceNN"}, mode) {
		return nil, fmt.Errorf("the mode %q of a reduction is not known", mode)
	}
	if mode == "replaceNN" && t.Settings.Replace == nil {
		return nil, fmt.Errorf("the reduction replaces what is no number, but does not say by what (replaceWithValue)")
	}
	return &Expression{Kind: "reduce", Text: calc + "($" + of + ")", inputs: []string{of}, run: func(g given) (Set, error) {
		out := make(Set, len(g.sets[of]))
		for i, item := range g.sets[of] {
			v, err := reduced(calc, cleaned(item.Values, mode, t.Settings.Replace))
			if err != nil {
				return nil, err
			}
			out[i] = Item{Labels: item.Labels, Values: []float64{v}}
		}
		return out, nil
	}}, nil
}

// cleaned leaves out or replaces what is no number.
func cleaned(values []float64, mode string, by *float64) []float64 {
	if mode == "" {
		return values
	}
	out := make([]float64, 0, len(values))
	for _, v := range values {
		switch {
		case real(v):
			out = append(out, v)
		case mode == "replaceNN":
			out = append(out, *by)
		}
	}
	return out
}

// reduced makes one number of many. All but count are NaN where a value is none.
func reduced(calc string, values []float64) (float64, error) {
	none := len(values) == 0 || slices.ContainsFunc(values, math.IsNaN)
	switch calc {
	case "count":
		return float64(len(values)), nil
	case "sum":
		return total(values), nil
	case "last":
		if len(values) == 0 {
			return math.NaN(), nil
		}
		return values[len(values)-1], nil
	case "mean", "min", "max", "median":
		if none {
			return math.NaN(), nil
		}
	default:
		return 0, fmt.Errorf("the function %q of a reduction is not known", calc)
	}
	switch calc {
	case "mean":
		return total(values) / float64(len(values)), nil
	case "min":
		return slices.Min(values), nil
	case "max":
		return slices.Max(values), nil
	}
	return median(values), nil
}

func total(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	if math.IsNaN(sum) {
		return math.NaN()
	}
	return sum
}

func median(values []float64) float64 {
	s := slices.Sorted(slices.Values(values))
	if n := len(s); n%2 == 0 {
		return (s[n/2-1] + s[n/2]) / 2
	}
	return s[len(s)/2]
}
