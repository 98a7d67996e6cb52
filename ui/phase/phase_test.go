package phase

import (
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEachInstantCountsForTheMostSpecificThingThatGoesOn(t *testing.T) {
	got := Sweep(100, 200, []Interval{
		{"gateway", 100, 200}, {"network", 110, 190}, {"server", 120, 180},
		{"queue", 130, 160}, {"infer", 150, 170}, {"infer", 155, 165}, // two members that overlap
	}, "gateway")
	want := []Part{{"gateway", 20}, {"network", 20}, {"server", 20}, {"queue", 20}, {"infer", 20}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestPartsAddUpToTheWholeWhateverTheIntervals(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		var all []Interval
		for range r.IntN(12) {
			from := r.Uint64N(1200)
			all = append(all, Interval{Order[r.IntN(len(Order))], from, from + r.Uint64N(500)})
		}
		sum := uint64(0)
		for _, p := range Sweep(100, 1100, all, "server") {
			sum += p.Ns
		}
		if sum != 1000 {
			t.Fatalf("%v add up to %d of 1000", all, sum)
		}
	}
}

func TestAStreamsAnswerMayBeginBeforeItsRequestHasEnded(t *testing.T) {
	got := OfGateway(10, 100, Events{"SERVER_CHOSEN": 20, "RESPONSE_START": 30, "REQUEST_SENT": 60, "RESPONSE_END": 90})
	want := []Interval{{"choose", 10, 20}, {"wait", 20, 30}, {"send", 30, 60}, {"receive", 60, 90}, {"finish", 90, 100}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
