package query

import (
	"context"
	"errors"
	"fmt"
	"time"

	"supersonic/ui/source"
)

// Bounds of a Runner.
const (
	atOnce    = 6                // queries that a data source answers at the same time
	queryTime = 25 * time.Second // what one query may take, its wait for a slot included
	mostNames = 5000             // values of a variable
	namesTime = 4 * time.Second  // what a dashboard waits for the values of its variables
)

// Runner asks the data sources of a site.
type Runner struct {
	sources Sources
	slots   map[string]chan struct{} // by uid
	flights *flights
}

// NewRunner asks these.
func NewRunner(sources Sources) *Runner {
	r := &Runner{sources: sources, slots: map[string]chan struct{}{}, flights: newFlights()}
	for _, d := range sources {
		r.slots[d.UID] = make(chan struct{}, atOnce)
	}
	return r
}

// Sources are those that it asks.
func (r *Runner) Sources() Sources { return r.sources }

// ask asks a data source for what key stands for, once for all who ask the same.
func ask[T any](ctx context.Context, r *Runner, d Source, key string, fn func(context.Context) (T, int, error)) (T, bool, error) {
	return askWithin(ctx, r, d, key, wanted{limit: queryTime, keep: keptFor, age: keptFor}, fn)
}

// askWithin is ask for answers that are kept for a time of their own.
func askWithin[T any](ctx context.Context, r *Runner, d Source, key string, w wanted, fn func(context.Context) (T, int, error)) (T, bool, error) {
	v, shared, err := r.flights.ask(ctx, d.UID+"\x00"+key, w, func(ctx context.Context) (any, int, error) {
		select {
		case r.slots[d.UID] <- struct{}{}:
			defer func() { <-r.slots[d.UID] }()
		case <-ctx.Done():
			return nil, 0, fmt.Errorf("ask %s: %d other queries of this page were still running: %w", d.Name, atOnce, ctx.Err())
		}
		return fn(ctx)
	})
	var late *Late
	if errors.As(err, &late) {
		err = fmt.Errorf("ask %s: %w", d.Name, err)
	}
	got, _ := v.(T)
	return got, shared, err
}

// Late is a question that goes on, whose asker waits no longer.
type Late struct{ after time.Duration }

func (l *Late) Error() string { return fmt.Sprintf("no answer within %s yet", l.after) }

// hint is the next step for whoever reads err.
func hint(err error) string {
	var absent *Absent
	if errors.As(err, &absent) {
		return absent.Hint
	}
	var late *Late
	if errors.As(err, &late) {
		return "the question goes on; the Status page tells whether the store is well"
	}
	return source.Hint(err)
}
