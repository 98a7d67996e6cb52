package explore

import (
	"fmt"
	"math"
	"strings"
	"time"

	"supersonic/traceql"
)

// Box is a selection on a picture of durations.
type Box struct {
	By       string // "duration" of spans, or "traceDuration"
	Low      time.Duration
	High     time.Duration // 0: open
	From, To time.Time
}

func (b Box) check() error {
	if b.By != "duration" && b.By != "traceDuration" {
		return fmt.Errorf("a selection by %q is not known: it is by duration or traceDuration", b.By)
	}
	if b.Low < 0 || b.High < 0 || b.High > 0 && b.High < b.Low {
		return fmt.Errorf("the selection from %s to %s is empty", b.Low, b.High)
	}
	return nil
}

// terms are the conditions of the box's durations, outwards to three digits.
func (b Box) terms() []string {
	var list []string
	if low := rounded(b.Low, false); low > 0 {
		list = append(list, b.By+" >= "+low.String())
	}
	if b.High > 0 {
		list = append(list, b.By+" <= "+rounded(b.High, true).String())
	}
	return list
}

// rounded keeps three digits of d, upwards or downwards; what has no more stays.
func rounded(d time.Duration, up bool) time.Duration {
	if d < 1000 {
		return d
	}
	unit := math.Pow(10, math.Floor(math.Log10(float64(d)))-2)
	digits := math.Floor(float64(d)/unit + 1e-9)
	if up {
		digits = math.Ceil(float64(d)/unit - 1e-9)
	}
	return time.Duration(digits * unit)
}

// Narrow is query with the box's durations as conditions: within the braces of a
// plain filter, where they take the place of wider ones, and as another filter
// after anything else. The time of the box is not part of a query.
func Narrow(query string, b Box) (string, error) {
	if err := b.check(); err != nil {
		return "", err
	}
	return refined(query, b.terms(), b.By)
}

// Refine is query with one more condition.
func Refine(query, condition string) (string, error) {
	q, err := traceql.Parse("{ " + condition + " }")
	if err != nil {
		return "", fmt.Errorf("the condition %q: %w", condition, err)
	}
	if _, plain := q.Pipeline.Stages[0].(*traceql.Filter); !plain || len(q.Pipeline.Stages) > 1 || q.IsMetrics() {
		return "", fmt.Errorf("%q is more than a condition", condition)
	}
	return refined(query, []string{condition}, "")
}

func refined(query string, more []string, instead string) (string, error) {
	if strings.TrimSpace(query) == "" {
		query = "{}"
	}
	q, err := traceql.Parse(query)
	if err != nil {
		return "", err
	}
	if filter, plain := q.Pipeline.Stages[0].(*traceql.Filter); plain {
		return filterText(append(kept(filter.Expr, more, instead), more...)) + after(q, 1), nil
	}
	n := len(q.Pipeline.Stages)
	for n > 1 {
		if _, ok := q.Pipeline.Stages[n-1].(*traceql.Select); !ok {
			break
		}
		n--
	}
	head := (&traceql.Query{Pipeline: &traceql.Pipeline{Stages: q.Pipeline.Stages[:n]}}).String()
	return head + " | " + filterText(more) + after(q, n), nil
}

// kept are the terms of x that more does not replace or repeat.
func kept(x traceql.FieldExpr, more []string, instead string) []string {
	var list []string
	for _, term := range terms(x) {
		text := termText(term)
		if bounds(term, instead) {
			continue
		}
		repeated := false
		for _, m := range more {
			repeated = repeated || m == text
		}
		if !repeated {
			list = append(list, text)
		}
	}
	return list
}

// bounds tells whether a term bounds an attribute from above or below.
func bounds(x traceql.FieldExpr, attribute string) bool {
	b, ok := x.(*traceql.Binary)
	if !ok || attribute == "" {
		return false
	}
	left, ok := b.L.(*traceql.Attr)
	switch b.Op {
	case traceql.OpGreater, traceql.OpGreaterEqual, traceql.OpLess, traceql.OpLessEqual:
		_, constant := b.R.(*traceql.Literal)
		return ok && constant && left.Attribute.String() == attribute
	}
	return false
}

// after is the text of everything behind the first n stages of q.
func after(q *traceql.Query, n int) string {
	rest := *q
	rest.Pipeline = &traceql.Pipeline{Stages: append([]traceql.Stage{&traceql.Filter{}}, q.Pipeline.Stages[n:]...)}
	return strings.TrimPrefix(rest.String(), "{}")
}

// withSelect adds attributes to what the answer to query tells; a query that
// cannot be read, or whose answer is series, stays as it is.
func withSelect(query string, list []*traceql.Attr) string {
	q, err := traceql.Parse(query)
	if err != nil || q.IsMetrics() || len(list) == 0 {
		return query
	}
	more := *q
	more.Pipeline = &traceql.Pipeline{Stages: append(append([]traceql.Stage{}, q.Pipeline.Stages...), &traceql.Select{Attrs: list})}
	return more.String()
}

// attribute reads a name as select() takes it, nil if it is none.
func attribute(name string) *traceql.Attr {
	q, err := traceql.Parse("{} | select(" + name + ")")
	if err != nil || len(q.Pipeline.Stages) != 2 {
		return nil
	}
	if s, ok := q.Pipeline.Stages[1].(*traceql.Select); ok && len(s.Attrs) == 1 {
		return s.Attrs[0]
	}
	return nil
}
