package block

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestLevelsOfOneBitAreWhatTheReaderReads(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		n := r.IntN(700)
		vals, words := make([]uint32, n), make([]uint64, (n+63)/64)
		for i, bit := 0, uint32(0); i < n; i++ {
			if r.IntN(1+r.IntN(200)) == 0 {
				bit = uint32(r.IntN(2))
			}
			vals[i] = bit
			words[i>>6] |= uint64(bit) << (i & 63)
		}
		raw := append(appendBitLevels(nil, words, n), "more"...)
		var got []uint32
		levels, rest, err := takeLevels(&got, raw, n, 1)
		if err != nil || !slices.Equal(levels, vals) || string(rest) != "more" {
			t.Fatalf("%d levels: %v, %q left, %v, want %v", n, levels, rest, err, vals)
		}
		var asBits []uint64
		if _, err := takeBits(&asBits, raw, n); err != nil || !slices.Equal(asBits, words) {
			t.Fatalf("%d levels as bits: %x, %v, want %x", n, asBits, err, words)
		}
	}
}

func TestValuesThatAreThereAreAppended(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 1000 {
		n, width := r.IntN(300), 1+r.IntN(3)
		words, vals, want := make([]uint64, (n+63)/64), make([]byte, n*width), []byte("before")
		some, rare, seen := 0, 1+r.IntN(8), 0
		for i := range n {
			for k := range width {
				vals[i*width+k] = byte(r.IntN(256))
			}
			if r.IntN(rare) == 0 {
				some++
				words[i>>6] |= 1 << (i & 63)
				want = append(want, vals[i*width:(i+1)*width]...)
			}
		}
		if got := appendThere([]byte("before"), vals, words, some, width); !bytes.Equal(got, want) {
			t.Fatalf("%d of %d values of width %d: %x, want %x", some, n, width, got, want)
		}
		last := -1
		eachBit(words, func(i int) {
			if i <= last || words[i>>6]>>(i&63)&1 == 0 {
				t.Fatalf("bit %d after %d", i, last)
			}
			seen, last = seen+1, i
		})
		if seen != some {
			t.Fatalf("%d bits, want %d", seen, some)
		}
	}
}
