package compare

import (
	"fmt"
	"math"
	"strings"

	"supersonic/ui/payload"
)

// same is the share of the longer request below which two took as long as each
// other: requests of one kind on an idle server differ by as much.
const same = 0.05

// told is the share of the difference that a cause must have to be named.
const told = 0.2

// sentence says how the two differ; where from, if both were told of by the same
// roles.
func sentence(c payload.Comparison, comparable bool) string {
	delta := c.B.DurationNs - c.A.DurationNs
	var text strings.Builder
	if math.Abs(delta) <= same*max(c.A.DurationNs, c.B.DurationNs) {
		fmt.Fprintf(&text, "Both took about as long: A %s, B %s.", say(c.A.DurationNs), say(c.B.DurationNs))
		shifted(&text, c)
	} else {
		word := "longer"
		if delta < 0 {
			word = "less"
		}
		fmt.Fprintf(&text, "B took %s %s than A (%s instead of %s)", say(math.Abs(delta)), word, say(c.B.DurationNs), say(c.A.DurationNs))
		if !comparable {
			text.WriteString("; where that comes from is not known, as the server kept spans of one alone.")
			return text.String()
		}
		from(&text, c.Causes, delta)
	}
	if c.A.Server != "" && c.B.Server != "" && c.A.Server != c.B.Server {
		fmt.Fprintf(&text, " A ran on %s, B on %s.", c.A.Server, c.B.Server)
	}
	alone(&text, c.Rows)
	return text.String()
}

// from names the causes that point the way of the difference.
func from(text *strings.Builder, causes []payload.ComparedStep, delta float64) {
	named := 0
	for _, cause := range causes {
		share := cause.DeltaNs / delta
		if share < told || named == 3 {
			continue
		}
		link := ": "
		if named > 0 {
			link = "; "
		}
		part := fmt.Sprintf("%s of it is the %s", percent(share), cause.Text)
		if share > 1.005 { // something else took less
			part = "the " + cause.Text + " alone differs by " + say(math.Abs(cause.DeltaNs))
		}
		fmt.Fprintf(text, "%s%s (%s instead of %s)", link, part, say(cause.BNs), say(cause.ANs))
		named++
	}
	if named == 0 {
		text.WriteString("; no single step has as much as a fifth of it")
	}
	text.WriteString(".")
}

// shifted names the largest step that differs though the whole does not.
func shifted(text *strings.Builder, c payload.Comparison) {
	if len(c.Causes) == 0 {
		return
	}
	largest := c.Causes[0]
	if math.Abs(largest.DeltaNs) <= 2*same*max(c.A.DurationNs, c.B.DurationNs) {
		return
	}
	fmt.Fprintf(text, " But the %s took %s instead of %s; other steps made up for it.", largest.Text, say(largest.BNs), say(largest.ANs))
}

// alone tells of steps that one side has alone, the tops of their trees.
func alone(text *strings.Builder, rows []payload.ComparedRow) {
	var a, b []string
	for i := 0; i < len(rows); i++ {
		switch {
		case rows[i].B == nil:
			a = append(a, rows[i].Name)
			i += rows[i].Below
		case rows[i].A == nil:
			b = append(b, rows[i].Name)
			i += rows[i].Below
		}
	}
	for _, s := range []struct {
		who   string
		names []string
	}{{"A", a}, {"B", b}} {
		if len(s.names) > 0 {
			fmt.Fprintf(text, " Only %s has %s.", s.who, list(s.names))
		}
	}
}

func list(names []string) string {
	const most = 3
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}

func percent(share float64) string { return fmt.Sprintf("%.0f %%", 100*share) }

// say writes nanoseconds with three digits in the unit that fits.
func say(ns float64) string {
	for _, u := range [...]struct {
		size float64
		name string
	}{{1e9, "s"}, {1e6, "ms"}, {1e3, "µs"}} {
		if v := ns / u.size; v >= 0.9995 {
			return fmt.Sprintf("%.*f %s", decimals(v), v, u.name)
		}
	}
	return fmt.Sprintf("%.0f ns", ns)
}

func decimals(v float64) int {
	switch {
	case v >= 100:
		return 0
	case v >= 10:
		return 1
	}
	return 2
}
