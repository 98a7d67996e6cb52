package expression

import (
	"fmt"
	"math"
	"strings"
)

// condition is one of a threshold's or of classic conditions.
type condition struct {
	Evaluator evaluator `json:"evaluator"`
	Operator  struct {
		Type string `json:"type"`
	} `json:"operator"`
	Query struct {
		Params []string `json:"params"`
	} `json:"query"`
	Reducer struct {
		Type string `json:"type"`
	} `json:"reducer"`
}

type evaluator struct {
	Type   string    `json:"type"`
	Params []float64 `json:"params"`
}

// check says what is wrong with an evaluator, nil if nothing is.
func (e evaluator) check() error {
	need := 1
	switch e.Type {
	case "gt", "lt", "gte", "lte", "eq", "ne":
	case "within_range", "outside_range", "within_range_included", "outside_range_included":
		need = 2
	case "no_value":
		need = 0
	default:
		return fmt.Errorf("the comparison %q is not known", e.Type)
	}
	if len(e.Params) < need {
		return fmt.Errorf("the comparison %q needs %d numbers and has %d", e.Type, need, len(e.Params))
	}
	return nil
}

// holds compares a number that is there.
func (e evaluator) holds(v float64) bool {
	lo, hi := e.bounds()
	switch e.Type {
	case "gt":
		return v > lo
	case "lt":
		return v < lo
	case "gte":
		return v >= lo
	case "lte":
		return v <= lo
	case "eq":
		return v == lo
	case "ne":
		return v != lo
	}
	lo, hi = min(lo, hi), max(lo, hi)
	switch e.Type {
	case "within_range":
		return v > lo && v < hi
	case "within_range_included":
		return v >= lo && v <= hi
	case "outside_range":
		return v < lo || v > hi
	case "outside_range_included":
		return v <= lo || v >= hi
	}
	return false
}

func (e evaluator) bounds() (lo, hi float64) {
	if len(e.Params) > 0 {
		lo = e.Params[0]
	}
	if len(e.Params) > 1 {
		hi = e.Params[1]
	}
	return lo, hi
}

func (e evaluator) words() string {
	numbers := make([]string, len(e.Params))
	for i, p := range e.Params {
		numbers[i] = fmt.Sprint(p)
	}
	return e.Type + " " + strings.Join(numbers, " to ")
}

func readThreshold(t target) (*Expression, error) {
	of, err := oneInput(t.Expression, "the threshold")
	if err != nil {
		return nil, err
	}
	if len(t.Conditions) == 0 {
		return nil, fmt.Errorf("the threshold has no condition")
	}
	e := t.Conditions[0].Evaluator
	if err := e.check(); err != nil {
		return nil, fmt.Errorf("the threshold: %w", err)
	}
	return &Expression{Kind: "threshold", Text: "$" + of + " " + e.words(), inputs: []string{of}, run: func(g given) (Set, error) {
		return applied(g.sets[of], func(v float64) float64 {
			if math.IsNaN(v) {
				return v
			}
			return flag(e.holds(v))
		}), nil
	}}, nil
}

// readClassic reads conditions that give one answer, 1 or 0, for all their series.
func readClassic(t target) (*Expression, error) {
	if len(t.Conditions) == 0 {
		return nil, fmt.Errorf("the classic conditions have no condition")
	}
	out := &Expression{Kind: "classic_conditions"}
	var words []string
	for i, c := range t.Conditions {
		if len(c.Query.Params) == 0 || c.Query.Params[0] == "" {
			return nil, fmt.Errorf("condition %d names no query", i+1)
		}
		err := c.Evaluator.check()
		if err == nil {
			_, err = classic(c.Reducer.Type, nil)
		}
		if err != nil {
			return nil, fmt.Errorf("condition %d: %w", i+1, err)
		}
		out.inputs = append(out.inputs, c.Query.Params[0])
		if i > 0 {
			words = append(words, strings.TrimPrefix(orElse(c.Operator.Type, "and"), "logic-"))
		}
		words = append(words, fmt.Sprintf("%s($%s) %s", c.Reducer.Type, c.Query.Params[0], c.Evaluator.words()))
	}
	out.inputs, out.Text = unique(out.inputs), strings.Join(words, " ")
	out.run = func(g given) (Set, error) { return conditions(t.Conditions, g) }
	return out, nil
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// conditions combines them from the first to the last; nothing is known where none
// of them has data.
func conditions(list []condition, g given) (Set, error) {
	fires, known := false, false
	for i, c := range list {
		one, has, err := c.fires(g.sets[c.Query.Params[0]])
		if err != nil {
			return nil, err
		}
		known = known || has
		switch {
		case i == 0:
			fires = one
		case strings.HasSuffix(c.Operator.Type, "or"):
			fires = fires || one
		default:
			fires = fires && one
		}
	}
	if !known {
		return number(null), nil
	}
	return number(flag(fires)), nil
}

// fires tells whether a series of the set fulfils the condition, and whether there
// was anything to tell by.
func (c condition) fires(set Set) (fires, known bool, err error) {
	if c.Evaluator.Type == "no_value" {
		fires = true
		for _, item := range set {
			v, err := classic(c.Reducer.Type, item.Values)
			if err != nil {
				return false, false, err
			}
			fires = fires && math.IsNaN(v)
		}
		return fires, true, nil
	}
	for _, item := range set {
		v, err := classic(c.Reducer.Type, item.Values)
		if err != nil {
			return false, false, err
		}
		if !math.IsNaN(v) {
			known = true
			fires = fires || c.Evaluator.holds(v)
		}
	}
	return fires, known, nil
}

// classic reduces as conditions do: what is no number does not count.
func classic(calc string, values []float64) (float64, error) {
	have := cleaned(values, "dropNN", nil)
	switch calc {
	case "avg":
		calc = "mean"
	case "count":
		return float64(len(values)), nil
	case "count_non_null":
		return float64(len(have)), nil
	case "diff", "diff_abs", "percent_diff", "percent_diff_abs":
		return difference(calc, have), nil
	}
	if len(have) == 0 {
		_, err := reduced(calc, nil)
		return null, err
	}
	return reduced(calc, have)
}

func difference(calc string, have []float64) float64 {
	if len(have) == 0 {
		return null
	}
	first, last := have[0], have[len(have)-1]
	d := last - first
	if strings.HasPrefix(calc, "percent") {
		d = d / math.Abs(first) * 100
	}
	if strings.HasSuffix(calc, "abs") {
		d = math.Abs(d)
	}
	return d
}
