package rounds

import (
	"os"
	"strconv"
	"testing"
)

// Of is how many of so many cases to try, at least one.
func Of(t testing.TB, cases int) int {
	t.Helper()
	text := os.Getenv("SUPERSONIC_ROUNDS")
	if text == "" {
		return cases
	}
	percent, err := strconv.Atoi(text)
	if err != nil || percent < 1 || percent > 100 {
		t.Fatalf("SUPERSONIC_ROUNDS is %q\n    it has to be a percentage, 1 to 100", text)
	}
	n := max(1, cases*percent/100)
	t.Logf("%d of %d cases: SUPERSONIC_ROUNDS is %d", n, cases, percent)
	return n
}
