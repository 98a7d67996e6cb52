package latency

import (
	"math"
	"testing"
)

// The numbers are those of the tables and formulas of the test by Mann and Whitney.
func TestRanksTellChance(t *testing.T) {
	list := func(ns ...float64) (out []value) {
		for _, x := range ns {
			out = append(out, value{x, 1, 0})
		}
		return out
	}
	f := func(own, other []value, want float64) {
		t.Helper()
		var r ranks
		r.add(own, other)
		if got := r.deviations(); math.Abs(got-want) > 0.005 {
			t.Errorf("%v against %v: %.3f deviations, not %.3f", own, other, got, want)
		}
	}
	f(list(6, 7, 8, 9, 10), list(1, 2, 3, 4, 5), 2.611)      // U 25 of 25, 12.5 expected, variance 22.92
	f(list(1, 2, 3, 4, 5), list(6, 7, 8, 9, 10), -2.611)     // the other way round
	f(list(1, 3, 5, 7), list(2, 4, 6, 8), -0.577)            // U 6 of 16
	f(list(5, 5, 5), list(5, 5, 5, 5), 0)                    // ties tell nothing
	f(list(19, 22, 16, 29, 24), list(20, 11, 17, 12), 1.715) // U 17 of 20, variance 16.67
	f(nil, list(1, 2), 0)
	var both ranks // two groups, each compared by itself: 20 above what is expected of 45.83
	both.add(list(6, 7, 8, 9, 10), list(1, 2, 3, 4, 5))
	both.add(list(600, 700, 800, 900, 1000), list(100, 200, 300, 400, 500))
	if got := both.deviations(); math.Abs(got-25/math.Sqrt(2*22.9167)) > 0.005 {
		t.Errorf("two groups: %.3f deviations", got)
	}
}
