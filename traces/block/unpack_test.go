package block

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestNumbersOfEveryWidthAreUnpackedAsTheyWerePacked(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for width := 1; width <= 32; width++ {
		for range 60 {
			want := make([]uint32, 1+rng.IntN(200))
			for i := range want {
				want[i] = rng.Uint32() >> (32 - width)
			}
			packed := appendPacked(nil, want, width)
			got := make([]uint32, rng.IntN(len(want)+1)) // who reads may want less
			behind := rng.IntN(16)                       // and something may follow
			unpack(got, append(slices.Clone(packed), make([]byte, behind)...)[:len(packed)+behind:len(packed)+behind], width)
			if !slices.Equal(got, want[:len(got)]) {
				t.Fatalf("width %d, %d of %d numbers, %d bytes behind: got %v, want %v", width, len(got), len(want), behind, got, want)
			}
		}
	}
}
