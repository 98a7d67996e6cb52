package explore

import (
	"fmt"
	"math"
	"strings"
	"time"

	"supersonic/ui/steps"
)

// Aligned widens a range to whole steps, so that a question asked again a moment
// later gives the same points.
func Aligned(from, to time.Time, step time.Duration) (time.Time, time.Time) {
	low := from.UnixNano() / int64(step) * int64(step)
	high := int64(math.Ceil(float64(to.UnixNano())/float64(step))) * int64(step)
	return time.Unix(0, low), time.Unix(0, high)
}

// whole leaves the last interval out where it is not over yet: a rate over half an
// interval looks like a fall.
func whole(from, to, asked time.Time, step time.Duration) (time.Time, time.Time) {
	if to.After(asked) && to.Sub(from) > step {
		to = to.Add(-step)
	}
	return from, to
}

// ParseStep reads a step that a reader may leave out (0); one below a millisecond
// or above a year is none.
func ParseStep(text string) (time.Duration, error) {
	if strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(text), ">")) == "" {
		return 0, nil
	}
	d, err := steps.Parse(text)
	if err != nil || d < time.Millisecond || d > 366*24*time.Hour {
		return 0, fmt.Errorf("the step %q is not understood: write it as 15s, 1m or 2h", text)
	}
	return d, nil
}
