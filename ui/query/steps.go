package query

import (
	"fmt"
	"strconv"
	"time"

	"supersonic/ui/steps"
)

// A step is the range divided by the points that fit, rounded to a readable length,
// and never below the lowest one, which is the query's, the panel's or the data
// source's (ui/steps).

// usualInterval is how often Prometheus scrapes if a data source does not say.
const usualInterval = 15 * time.Second

// mostPoints is how many points a series has at most: Prometheus refuses above.
const mostPoints = 11000

// Steps are the lengths that a query is told.
type Steps struct {
	Step time.Duration // between two points
	Rate time.Duration // $__rate_interval
}

// asks is what a query says of its step.
type asks struct {
	lowest   string // the query's "min step", variables filled
	panel    string // the panel's "min interval"
	source   string // the data source's timeInterval
	factor   int64  // "resolution 1/2" is 2
	points   int    // most points
	rateStep bool   // the query's min step is $__rate_interval
}

// steps reckons them for a range.
func (a asks) steps(length time.Duration) (Steps, error) {
	scrape := usualInterval
	if a.source != "" {
		d, err := steps.Parse(a.source)
		if err != nil {
			return Steps{}, fmt.Errorf("timeInterval of the data source: %w", err)
		}
		scrape = d
	}
	lowest, own := scrape, scrape
	for _, text := range []string{a.panel, a.lowest} {
		if text == "" {
			continue
		}
		d, err := steps.Parse(text)
		if err != nil {
			return Steps{}, fmt.Errorf("the lowest step: %w", err)
		}
		lowest = d
	}
	if a.lowest != "" {
		own = lowest
	}
	step := max(steps.For(length, a.points, lowest), steps.Round(length/mostPoints))
	rate := max(step+own, 4*own)
	if a.rateStep {
		step = rate
	}
	return Steps{Step: step * time.Duration(max(a.factor, 1)), Rate: rate}, nil
}

// names are the built-in variables that depend on a query's step.
func (s Steps) names() map[string]string {
	return map[string]string{
		"__interval": steps.Write(s.Step), "__interval_ms": strconv.FormatInt(s.Step.Milliseconds(), 10),
		"__rate_interval": steps.Write(s.Rate), "__rate_interval_ms": strconv.FormatInt(s.Rate.Milliseconds(), 10),
	}
}

// align puts both ends of a range on multiples of step, so that each refresh has
// the same points. A range within one step has one point.
func align(from, to time.Time, step time.Duration) (time.Time, time.Time) {
	ms := max(step.Milliseconds(), 1)
	floor := func(t time.Time) time.Time { return time.UnixMilli(t.UnixMilli() - t.UnixMilli()%ms) }
	return floor(from), floor(to)
}
