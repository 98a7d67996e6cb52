package generator

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestBusyIsTheUnionOfRequests(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		var b busy
		var open [200]bool
		for range r.IntN(30) {
			from := r.Uint64N(180)
			to := from + r.Uint64N(20)
			b.add(from, to)
			for i := from; i < to; i++ {
				open[i] = true
			}
		}
		var want uint64
		for _, o := range open {
			if o {
				want++
			}
		}
		if got := b.nanos(); got != want {
			t.Fatalf("%d, want %d: %v", got, want, b.stretches)
		}
		if !slices.IsSortedFunc(b.stretches, func(x, y stretch) int { return int(x.from) - int(y.from) }) {
			t.Fatalf("not sorted: %v", b.stretches)
		}
	}
}

func TestALongStreamIsRememberedInBoundedSpace(t *testing.T) {
	var b busy
	for i := range uint64(5000) {
		b.add(i*10, i*10+5)
	}
	if n := len(b.stretches); n != maxStretches {
		t.Errorf("%d stretches are kept", n)
	}
	if got := b.nanos(); got < 5000*5 || got > 5000*10 {
		t.Errorf("busy for %d ns, want at least 25,000 and at most all the time", got)
	}
}

func TestARequestThatEndsBeforeItStartsTakesNoTime(t *testing.T) {
	var b busy
	b.add(10, 5)
	if b.empty() || b.nanos() != 0 {
		t.Errorf("busy %v", b.stretches)
	}
}
