package rounds_test

import (
	"testing"

	"supersonic/internal/rounds"
)

func TestAPercentageOfTheCasesIsTriedAndNeverNone(t *testing.T) {
	for _, c := range []struct {
		percent     string
		cases, want int
	}{{"", 300, 300}, {"100", 300, 300}, {"25", 300, 75}, {"25", 3, 1}, {"1", 1, 1}} {
		t.Setenv("SUPERSONIC_ROUNDS", c.percent)
		if got := rounds.Of(t, c.cases); got != c.want {
			t.Errorf("%q of %d cases are %d, want %d", c.percent, c.cases, got, c.want)
		}
	}
}
