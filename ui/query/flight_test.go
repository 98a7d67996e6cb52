package query

import (
	"context"
	"testing"
	"time"
)

// An answer that is there is late for nobody, however long ago the question was asked:
// half of those who asked again were told so, and panels then had no values at all.
func TestAnAnswerThatIsThereIsNeverLate(t *testing.T) {
	f := newFlights()
	w := wanted{limit: time.Minute, keep: time.Minute, age: time.Minute, patience: time.Nanosecond}
	there := make(chan struct{})
	answer := func(context.Context) (any, int, error) { defer close(there); return "values", 6, nil }
	f.ask(t.Context(), "pods", wanted{limit: w.limit, keep: w.keep, age: w.age}, answer)
	<-there
	for range 200 {
		if v, shared, err := f.ask(t.Context(), "pods", w, answer); err != nil || !shared || v != "values" {
			t.Fatalf("got %v, %v, %v", v, shared, err)
		}
	}
}
