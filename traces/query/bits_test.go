package query

import (
	"math/rand/v2"
	"testing"
)

func TestTheSetIsWalkedBothWays(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		n := 1 + rng.IntN(300)
		b := make(rowBits, wordsOf(n))
		var want []int
		for i, every := 0, 1+rng.IntN(80); i < n; i++ {
			if rng.IntN(every) == 0 {
				b.set(i)
				want = append(want, i)
			}
		}
		at := 0
		for i := b.next(0); i >= 0; i = b.next(i + 1) {
			if at == len(want) || want[at] != i {
				t.Fatalf("forwards %d is the %d. of %v", i, at, want)
			}
			at++
		}
		if at != len(want) {
			t.Fatalf("forwards %d of %v", at, want)
		}
		for i := b.before(n); i >= 0; i = b.before(i) {
			if at--; at < 0 || want[at] != i {
				t.Fatalf("backwards %d is the %d. of %v", i, at, want)
			}
		}
		if at != 0 {
			t.Fatalf("backwards %d of %v are left", at, want)
		}
	}
}
