package explore

import (
	"context"
	"fmt"
	"math"
	"regexp"
	"slices"
	"sort"
	"time"

	"supersonic/ui/payload"
	"supersonic/ui/source"
	"supersonic/ui/steps"
)

// topValues is how many values of an attribute are compared; the store is asked for
// as many of each side.
const topValues = 20

// shownValues is how many of them are told.
const shownValues = 6

// Differ compares the spans of a box with the others that a query selects.
func Differ(ctx context.Context, store Store, query string, from, to time.Time, b Box) (*payload.Differences, error) {
	if err := b.check(); err != nil {
		return nil, &QueryError{err}
	}
	text, err := counted(query)
	if err != nil {
		return nil, err
	}
	text += fmt.Sprintf(" | compare(%s, %d, %d, %d)", filterText(b.terms()), topValues, b.From.UnixNano(), b.To.UnixNano())
	got, err := store.Metrics(ctx, comparing(text, from, to))
	if err != nil {
		return nil, err
	}
	out := ranked(got.Series, nil)
	out.Query, out.Warnings = text, append(out.Warnings, got.Warnings...)
	return out, nil
}

// comparing asks at few points, of which only the sums are looked at: the store
// widens a range to whole steps, so one step as long as the range would let in as
// much again.
func comparing(query string, from, to time.Time) source.TraceMetrics {
	step := steps.For(to.Sub(from), 60, time.Second)
	low, high := Aligned(from, to, step)
	return source.TraceMetrics{Query: query, From: low, To: high, Step: step}
}

// side is the count of each value of one attribute, within the selection or
// outside.
type side struct {
	total  float64
	values map[source.TypedValue]float64
	lacks  bool // the total is of spans without the attribute, too
}

// add counts a value. A Tempo tells spans that lack an attribute as the text nil where it
// has a column for the attribute.
func (s *side) add(v source.TypedValue, n float64) {
	if v.Value == "nil" && v.Type == "string" {
		s.lacks = true
		return
	}
	s.values[v] += n
}

// scaled makes a side whose total is beyond that of all spans one of each span once.
func (s *side) scaled(spans float64) {
	if s.total <= spans || s.lacks {
		return
	}
	for v := range s.values {
		s.values[v] *= spans / s.total
	}
	s.total = spans
}

// told is how many spans of a side have the attribute, also with a value too rare to be
// told.
func (s *side) told() (n float64) {
	for _, v := range s.values {
		n += v
	}
	if s.lacks {
		return n
	}
	return max(n, s.total)
}

// sides are the selection and the rest, by attribute.
type sides [2]map[string]*side

const (
	inSelection = 0
	inRest      = 1
)

// metaType is the label by which compare() tells its series apart.
const metaType = "__meta_type"

// compared reads the series of compare().
func compared(series []source.TypedSeries) (all sides) {
	all = sides{{}, {}}
	for _, s := range series {
		kind, value := "", source.TypedValue{}
		for _, l := range s.Labels {
			if l.Key == metaType {
				kind = l.Value
			} else {
				value = l
			}
		}
		n := 0.0
		for _, p := range s.Samples {
			n += p.Value
		}
		switch kind {
		case "selection":
			all.of(inSelection, value.Key).add(value, n)
		case "baseline":
			all.of(inRest, value.Key).add(value, n)
		case "selection_total":
			all.of(inSelection, value.Key).total += n
		case "baseline_total":
			all.of(inRest, value.Key).total += n
		}
	}
	return all
}

func (s sides) of(which int, attribute string) *side {
	one, known := s[which][attribute]
	if !known {
		one = &side{values: map[source.TypedValue]float64{}}
		s[which][attribute] = one
	}
	return one
}

// everySpans are attributes that every span has.
var everySpans = [...]string{"name", "kind", "status", "rootName", "rootServiceName"}

// count is the number of spans of a side: the least total of attributes that every span
// has, because a Tempo counts twice and more what the query has a condition on; where
// none of them is told, that of the attribute that most have.
func (s sides) count(which int) (n float64) {
	for _, name := range everySpans {
		if one := s[which][name]; one != nil && one.total > 0 && (n == 0 || one.total < n) {
			n = one.total
		}
	}
	if n > 0 {
		return n
	}
	for _, one := range s[which] {
		sum := 0.0
		for _, v := range one.values {
			sum += v
		}
		n = max(n, one.total, sum)
	}
	return n
}

// ranked puts the attributes in order, but those by which the selection was made:
// they differ by definition.
func ranked(series []source.TypedSeries, made []string) *payload.Differences {
	all := compared(series)
	out := &payload.Differences{Selected: all.count(inSelection), Rest: all.count(inRest)}
	if out.Selected == 0 || out.Rest == 0 {
		out.Text = "There is nothing to compare with: " + nothing(out.Selected == 0)
		return out
	}
	names := map[string]bool{}
	for _, which := range all {
		for name := range which {
			names[name] = true
		}
	}
	for name := range names {
		if slices.Contains(made, name) {
			continue
		}
		d := difference(name, all, out.Selected, out.Rest)
		if d.Score > 0 {
			out.Attributes = append(out.Attributes, d)
		} else {
			out.Same++
		}
	}
	sort.Slice(out.Attributes, func(i, j int) bool {
		a, b := out.Attributes[i], out.Attributes[j]
		if x, y := worth(a), worth(b); math.Abs(x-y) > 1e-9 {
			return x > y
		}
		return a.Attribute < b.Attribute
	})
	out.Text = sentence(out)
	return out
}

// actionable are attributes that an operator can do something about. The sizes of
// requests, say, often differ as much, because each model has its own.
var actionable = regexp.MustCompile(`(?i)(model|version|service|pod|host|node|instance|server|cluster|zone|namespace|status|peer|method|path|user|^name$|^kind$)`)

// worth is by what attributes are ranked: their score, with half as much again for
// those that an operator can act upon.
func worth(d payload.Difference) float64 {
	if actionable.MatchString(d.Attribute) {
		return d.Score * 1.5
	}
	return d.Score
}

func nothing(selected bool) string {
	if selected {
		return "no span is in the selection."
	}
	return "every span is in the selection."
}

// difference tells how unlike an attribute's values are shared out. Its score is
// half the sum of the differences of shares, of those that chance does not
// explain: a value that one span has, as an id, says nothing.
func difference(name string, all sides, selected, rest float64) payload.Difference {
	in, out := all.of(inSelection, name), all.of(inRest, name)
	in.scaled(selected)
	out.scaled(rest)
	d := payload.Difference{Attribute: name}
	add := func(v source.TypedValue, a, b float64) {
		shares := payload.DifferenceValue{Value: v.Value, Missing: v.Type == missing, Selected: a / selected, Rest: b / rest,
			Filter: Condition(name, v.Type, v.Value)}
		d.Values = append(d.Values, shares)
		if telling(a, b, selected, rest) {
			d.Score += math.Abs(shares.Selected-shares.Rest) / 2
		}
	}
	for v := range valuesOf(in, out) {
		add(v, in.values[v], out.values[v])
	}
	lackIn, lackOut := max(0, selected-in.told()), max(0, rest-out.told())
	if lackIn+lackOut > 0 {
		add(source.TypedValue{Type: missing}, lackIn, lackOut)
	}
	sort.Slice(d.Values, func(i, j int) bool {
		a, b := d.Values[i], d.Values[j]
		if x, y := a.Selected-a.Rest, b.Selected-b.Rest; (x > 0) != (y > 0) {
			return x > 0 // what the selection has more of comes first
		} else if math.Abs(math.Abs(x)-math.Abs(y)) > 1e-9 {
			return math.Abs(x) > math.Abs(y)
		}
		return a.Value < b.Value
	})
	d.Values = d.Values[:min(len(d.Values), shownValues)]
	return d
}

// missing is the type of the value of spans that lack an attribute.
const missing = "missing"

func valuesOf(list ...*side) map[source.TypedValue]bool {
	all := map[source.TypedValue]bool{}
	for _, one := range list {
		for v := range one.values {
			all[v] = true
		}
	}
	return all
}

// telling tells whether shares a of n and b of m differ by more than three times
// what chance makes of them, and by more than 2 %.
func telling(a, b, n, m float64) bool {
	both := (a + b) / (n + m)
	chance := math.Sqrt(both * (1 - both) * (1/n + 1/m))
	apart := math.Abs(a/n - b/m)
	return max(a, b) >= 3 && apart > .02 && apart > 3*chance
}

// sentence says the most telling difference.
func sentence(d *payload.Differences) string {
	if len(d.Attributes) == 0 {
		return "No attribute tells the selection from the rest: only time and duration do."
	}
	first := d.Attributes[0]
	v := first.Values[0]
	value := fmt.Sprintf("%s = %s", first.Attribute, v.Value)
	if v.Missing {
		value = "no " + first.Attribute
	}
	return fmt.Sprintf("%s: %s of the selection, %s of the rest.", value, percent(v.Selected), percent(v.Rest))
}

func percent(share float64) string {
	if share > 0 && share < .01 {
		return "<1 %"
	}
	return fmt.Sprintf("%.0f %%", share*100)
}
