package latency

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// span writes nanoseconds with three digits and a unit.
func span(ns float64) string {
	switch d := time.Duration(ns); {
	case d >= 100*time.Second:
		return fmt.Sprintf("%.0f s", ns/1e9)
	case d >= time.Second:
		return fmt.Sprintf("%.3g s", ns/1e9)
	case ns >= 1e6:
		return fmt.Sprintf("%.3g ms", ns/1e6)
	}
	return fmt.Sprintf("%.0f µs", ns/1e3)
}

// times writes how many times a is b.
func times(a, b float64) string {
	switch {
	case b <= 0 || a/b >= 1000:
		return "over 1,000 times"
	case a/b >= 10:
		return fmt.Sprintf("%.0f times", a/b)
	}
	return fmt.Sprintf("%.1f times", a/b)
}

func percent(share float64) string {
	if share > 0 && share < 0.01 {
		return "less than 1 %"
	}
	return fmt.Sprintf("%.0f %%", 100*share)
}

// number writes a count with commas.
func number(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return number(n) + " " + what + "s"
}

func upper(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

func compareFloats(a, b float64) int { return cmp.Compare(a, b) }

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
