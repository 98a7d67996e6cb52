package latency

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"supersonic/ui/payload"
)

// clearly is from how many standard errors on a difference of means is no chance,
// and clearShare the least share of the mean that is worth a sentence.
const (
	clearly    = 3
	clearShare = 0.05
)

// NoSuchPod says that a pod to compare has no requests.
type NoSuchPod struct {
	Pod   string
	Known []string
}

func (e *NoSuchPod) Error() string { return fmt.Sprintf("pod %q has no requests in this time", e.Pod) }

// Hint names the pods that have.
func (e *NoSuchPod) Hint() string { return "left and right are two of: " + strings.Join(e.Known, ", ") }

// AgainstPods compares two pods; the error is a *NoSuchPod.
func (c *Collector) AgainstPods(left, right string) (*payload.LatencyAgainst, error) {
	pods := c.Pods()
	for _, p := range []string{left, right} {
		if !slices.Contains(pods, p) {
			return nil, &NoSuchPod{p, pods}
		}
	}
	out := Against(c.OnPod(left), c.OnPod(right), "pods", "pod "+left, "pod "+right)
	return &out, nil
}

// Against compares two sets of requests, model by model. All together are compared
// with one mix of models, so that a model that is asked more often is no change.
func Against(left, right *Collector, kind, leftName, rightName string) payload.LatencyAgainst {
	out := payload.LatencyAgainst{Kind: kind, Left: leftName, Right: rightName}
	l, r := byName(left), byName(right)
	names := map[string]bool{}
	for m := range l {
		names[m] = true
	}
	for m := range r {
		names[m] = true
	}
	all := payload.LatencyChanged{Phases: make([]payload.LatencyChange, phases)}
	weight, squares := 0.0, 0.0
	for _, m := range sortedKeys(names) {
		row, se := changed(m, l[m], r[m])
		out.Rows = append(out.Rows, row)
		if row.Left == 0 || row.Right == 0 {
			continue
		}
		w := float64(row.Left + row.Right)
		all.Left, all.Right = all.Left+row.Left, all.Right+row.Right
		weight += w
		squares += w * w * se * se
		add(&all.Total, row.Total, w)
		for p := range all.Phases {
			add(&all.Phases[p], row.Phases[p], w)
		}
	}
	if weight > 0 {
		for _, c := range append(pointers(all.Phases), &all.Total) {
			*c = payload.LatencyChange{LeftMs: c.LeftMs / weight, RightMs: c.RightMs / weight, MoreMs: c.MoreMs / weight}
		}
		all.Clear = isClear(all.Total, math.Sqrt(squares)/weight)
		out.Rows = append([]payload.LatencyChanged{all}, out.Rows...)
	}
	out.Sentence = againstSentence(out)
	return out
}

func pointers(list []payload.LatencyChange) []*payload.LatencyChange {
	var out []*payload.LatencyChange
	for i := range list {
		out = append(out, &list[i])
	}
	return out
}

func add(to *payload.LatencyChange, c payload.LatencyChange, w float64) {
	to.LeftMs += w * c.LeftMs
	to.RightMs += w * c.RightMs
	to.MoreMs += w * c.MoreMs
}

func byName(c *Collector) map[string][]*request {
	out := map[string][]*request{}
	for i := range c.requests {
		r := &c.requests[i]
		out[r.model] = append(out[r.model], r)
	}
	return out
}

// changed compares a model on both sides; se is the standard error of the
// difference of the totals, in milliseconds.
func changed(model string, l, r []*request) (row payload.LatencyChanged, se float64) {
	row = payload.LatencyChanged{Model: model, Left: len(l), Right: len(r)}
	total := func(r *request) (float32, bool) { return r.total, true }
	a, b := newSample(valuesOf(l, total)), newSample(valuesOf(r, total))
	row.Total = change(a, b)
	for p := range phases {
		of := func(r *request) (float32, bool) { return r.times[p], !r.alone || p != Gateway && p != Network }
		row.Phases = append(row.Phases, change(newSample(valuesOf(l, of)), newSample(valuesOf(r, of))))
	}
	switch {
	case len(l) == 0 || len(r) == 0:
		row.Notes = append(row.Notes, "on one side alone")
		return row, 0
	case len(l) < enough || len(r) < enough:
		row.Notes = append(row.Notes, "few requests")
	}
	se = math.Hypot(ms(a.error()), ms(b.error()))
	row.Median = payload.LatencyChange{LeftMs: ms(a.median()), RightMs: ms(b.median()), MoreMs: ms(b.median() - a.median())}
	row.Clear = isClear(row.Total, se) || isClear(row.Median, 0) && (apart(a, b) || apart(b, a))
	return row, se
}

func change(a, b *sample) payload.LatencyChange {
	c := payload.LatencyChange{LeftMs: ms(a.mean()), RightMs: ms(b.mean())}
	c.MoreMs = c.RightMs - c.LeftMs
	return c
}

func isClear(c payload.LatencyChange, se float64) bool {
	more := math.Abs(c.MoreMs)
	return more > clearly*se && more > clearShare*c.LeftMs
}

func againstSentence(a payload.LatencyAgainst) string {
	if len(a.Rows) == 0 {
		return fmt.Sprintf("Neither %s nor %s has requests to compare.", a.Left, a.Right)
	}
	all := a.Rows[0]
	if all.Model != "" {
		return fmt.Sprintf("%s and %s have no model in common.", upper(a.Left), a.Right)
	}
	basis := fmt.Sprintf("(means of %s and %s requests, one mix of models)", number(all.Left), number(all.Right))
	if !all.Clear {
		text := fmt.Sprintf("No clear difference of all requests: they take %s with %s and %s with %s %s.", span(all.Total.LeftMs*1e6), a.Left, span(all.Total.RightMs*1e6), a.Right, basis)
		return text + clearModel(a.Rows[1:])
	}
	word := "longer"
	if all.Total.MoreMs < 0 {
		word = "shorter"
	}
	return fmt.Sprintf("With %s requests take %s %s than with %s: %s instead of %s %s. %s.", a.Right, span(math.Abs(all.Total.MoreMs)*1e6), word, a.Left,
		span(all.Total.RightMs*1e6), span(all.Total.LeftMs*1e6), basis, mainChanges(all, a.Rows[1:]))
}

// clearModel names the model whose median changed most, clearly.
func clearModel(rows []payload.LatencyChanged) string {
	text, most := "", 0.0
	for _, r := range rows {
		if by := math.Abs(r.Median.MoreMs) * float64(r.Left+r.Right); r.Clear && by > most {
			text, most = fmt.Sprintf(" But %s differs clearly: its median is %s instead of %s.", r.Model, span(r.Median.RightMs*1e6), span(r.Median.LeftMs*1e6)), by
		}
	}
	return text
}

// mainChanges names the phases that make up most of a difference, and the model
// that has most of it.
func mainChanges(all payload.LatencyChanged, rows []payload.LatencyChanged) string {
	order := make([]Phase, 0, phases)
	for p := range phases {
		order = append(order, p)
	}
	slices.SortFunc(order, func(a, b Phase) int {
		return compareFloats(math.Abs(all.Phases[b].MoreMs), math.Abs(all.Phases[a].MoreMs))
	})
	var parts []string
	for _, p := range order[:2] {
		if m := all.Phases[p].MoreMs; math.Abs(m) > 0.1*math.Abs(all.Total.MoreMs) {
			parts = append(parts, fmt.Sprintf("%s %s", labels[p], signed(m)))
		}
	}
	best, most := "", 0.0
	for _, r := range rows {
		if part := math.Abs(r.Total.MoreMs) * float64(r.Left+r.Right); r.Left > 0 && r.Right > 0 && part > most {
			best, most = fmt.Sprintf("most of it is %s, %s", r.Model, signed(r.Total.MoreMs)), part
		}
	}
	if len(rows) > 1 && best != "" {
		parts = append(parts, best)
	}
	return upper(strings.Join(parts, "; "))
}

func signed(ms float64) string {
	if ms < 0 {
		return "−" + span(-ms*1e6)
	}
	return "+" + span(ms*1e6)
}
