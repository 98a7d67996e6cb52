package cli

import (
	"cmp"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"supersonic/ui/payload"
)

// printLatency writes an answer for a terminal: the sentence, what it rests on, the
// rows by phase, all requests by quantile, the counters, what was compared.
func printLatency(w io.Writer, l payload.Latency, by, stat string) {
	fmt.Fprintln(w, l.Sentence)
	if l.Next != "" {
		fmt.Fprintln(w, l.Next)
	}
	for i, f := range l.Findings {
		if i > 0 {
			fmt.Fprintf(w, "\nAlso: %s\n", f.Sentence)
		}
		for _, line := range f.Evidence {
			fmt.Fprintf(w, "    %s\n", line)
		}
		for _, x := range f.Examples {
			fmt.Fprintf(w, "    trace %s  %s, of it %s\n", x.ID, millis(x.TotalMs), millis(x.PhaseMs))
		}
	}
	fmt.Fprintf(w, "\n%s\n", restsText(l))
	for _, n := range l.Rests.Notes {
		fmt.Fprintf(w, "    %s\n", n)
	}
	if len(l.All) == 0 {
		return
	}
	printRows(w, l, by, stat)
	printPhases(w, l)
	fmt.Fprintf(w, "\n%s\n", l.Counters.Sentence)
	printCounters(w, l.Counters)
	if l.Against != nil {
		printAgainst(w, l)
	}
}

func restsText(l payload.Latency) string {
	at := func(ms float64) string { return time.UnixMilli(int64(ms)).UTC().Format("2006-01-02 15:04:05") }
	text := fmt.Sprintf("%d requests are split", l.Rests.Requests)
	if l.Rests.Estimated > float64(l.Rests.Requests+l.Rests.Failed+l.Rests.Silent)*1.001 {
		text += fmt.Sprintf(", which with what is not split stand for some %.0f", l.Rests.Estimated)
	}
	if l.Rests.Requests > 0 {
		text += fmt.Sprintf(", from %s to %s UTC", at(l.Rests.FirstMs), at(l.Rests.LastMs))
	}
	if l.Query != "{}" {
		text += ", of " + l.Query
	}
	if !l.Rests.Whole {
		text += "; NOT all that is stored"
	}
	return text + "."
}

// statOf picks a number of a distribution, nil for a name that is none.
func statOf(name string) func(payload.LatencyTime) float64 {
	switch name {
	case "mean":
		return func(t payload.LatencyTime) float64 { return t.MeanMs }
	case "p50":
		return func(t payload.LatencyTime) float64 { return t.P50Ms }
	case "p90":
		return func(t payload.LatencyTime) float64 { return t.P90Ms }
	case "p99":
		return func(t payload.LatencyTime) float64 { return t.P99Ms }
	}
	return nil
}

func printRows(w io.Writer, l payload.Latency, by, stat string) {
	of := statOf(stat)
	t := &table{left: 2}
	head := []string{"model", "pod", "requests", "p50", "p90", "p99", "mean"}
	for _, p := range l.Phases {
		head = append(head, p.Label)
	}
	t.add(head...)
	add := func(model, pod string, r payload.LatencyRow) {
		cells := []string{model, pod, strconv.Itoa(r.Requests), millis(r.Total.P50Ms), millis(r.Total.P90Ms), millis(r.Total.P99Ms), millis(r.Total.MeanMs)}
		for _, p := range r.Phases {
			cells = append(cells, millis(of(p)))
		}
		t.add(cells...)
	}
	for _, r := range l.All {
		add("(all)", "(all)", r)
	}
	rows := map[string][]payload.LatencyRow{"model": l.Models, "pod": l.Pods, "both": l.Each}[by]
	for _, r := range rows {
		add(orAll(r.Model), orAll(r.Pod), r)
	}
	for _, r := range l.Steps {
		add("  "+r.Ensemble+" > "+r.Model, "(step)", r)
	}
	fmt.Fprintf(w, "\nTime of a request, and of its phases the %s:\n", stat)
	t.write(w)
}

func orAll(name string) string { return cmp.Or(name, "(all)") }

func printPhases(w io.Writer, l payload.Latency) {
	t := &table{left: 1}
	t.add("phase", "p50", "p90", "p99", "mean", "total", "share")
	row := func(name string, x payload.LatencyTime) {
		t.add(name, millis(x.P50Ms), millis(x.P90Ms), millis(x.P99Ms), millis(x.MeanMs), millis(x.TotalS*1e3), fmt.Sprintf("%.1f %%", 100*x.Share))
	}
	for i, p := range l.All[0].Phases {
		row(l.Phases[i].Label, p)
	}
	row("whole request", l.All[0].Total)
	fmt.Fprint(w, "\nAll requests by phase:\n")
	t.write(w)
}

func printCounters(w io.Writer, c payload.LatencyCounters) {
	if len(c.Rows) == 0 {
		return
	}
	t := &table{left: 2}
	t.add("model", "pod", "spans for", "counted", "queue", "counter", "input", "counter", "compute", "counter", "output", "counter", "")
	for _, r := range c.Rows {
		cells := []string{r.Model, orAll(r.Pod), fmt.Sprintf("%.0f", r.Runs), fmt.Sprintf("%.0f", r.Requests)}
		for _, p := range r.Phases {
			cells = append(cells, millis(p.SpansMs), millis(p.CountersMs))
		}
		word := "agrees"
		if !r.Agree || !r.Comparing {
			word = r.Reason
		}
		t.add(append(cells, word)...)
	}
	t.write(w)
}

func printAgainst(w io.Writer, l payload.Latency) {
	a := l.Against
	fmt.Fprintf(w, "\n%s\n", a.Sentence)
	t := &table{left: 1}
	head := []string{"model", "requests", "requests'", "mean", "mean'", "more"}
	for _, p := range l.Phases {
		head = append(head, p.Label)
	}
	t.add(head...)
	for _, r := range a.Rows {
		cells := []string{orAll(r.Model), strconv.Itoa(r.Left), strconv.Itoa(r.Right), millis(r.Total.LeftMs), millis(r.Total.RightMs), more(r.Total.MoreMs)}
		for _, p := range r.Phases {
			cells = append(cells, more(p.MoreMs))
		}
		t.add(cells...)
	}
	fmt.Fprintf(w, "' is %s; the phases tell what is more with it:\n", a.Right)
	t.write(w)
}

// millis writes milliseconds as the page does: three digits in the unit that fits.
func millis(ms float64) string {
	switch {
	case ms == 0:
		return "0"
	case ms < 1e-3:
		return fmt.Sprintf("%.0f ns", ms*1e6)
	case ms < 0.9995:
		return threeDigits(ms*1e3) + " µs"
	case ms < 999.5:
		return threeDigits(ms) + " ms"
	}
	return threeDigits(ms/1e3) + " s"
}

// threeDigits writes a number of at least one; a larger than 999 has all of its digits.
func threeDigits(v float64) string {
	switch {
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}

func more(ms float64) string {
	switch {
	case ms < 0:
		return "-" + millis(-ms)
	case ms > 0:
		return "+" + millis(ms)
	}
	return "0"
}

// table aligns its columns: the first ones to the left, numbers to the right, and
// what is in a column without a heading as it is.
type table struct {
	left int
	rows [][]string
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

func (t *table) write(w io.Writer) {
	widths := make([]int, len(t.rows[0]))
	for _, r := range t.rows {
		for i, c := range r {
			widths[i] = max(widths[i], utf8.RuneCountInString(c))
		}
	}
	for _, r := range t.rows {
		var b strings.Builder
		for i, c := range r {
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(c))
			if i > 0 {
				b.WriteString("  ")
			}
			if i < t.left || t.rows[0][i] == "" {
				b.WriteString(c + pad)
			} else {
				b.WriteString(pad + c)
			}
		}
		fmt.Fprintln(w, strings.TrimRight(b.String(), " "))
	}
}
