package query

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// The rules of steps are those that Grafana documents: a step is the range divided
// by the points that fit, rounded to a readable length, and never below the lowest
// one, which is the query's, the panel's or the data source's.

// usualInterval is how often Prometheus scrapes if a data source does not say.
const usualInterval = 15 * time.Second

// mostPoints is how many points a series has at most: Prometheus refuses above.
const mostPoints = 11000

// usualWidth stands for a panel whose width is not told.
const usualWidth = 1000

// rounded are steps and the lengths below which they are taken.
var rounded = []struct{ below, step time.Duration }{
	{10 * time.Millisecond, time.Millisecond}, {15 * time.Millisecond, 10 * time.Millisecond}, {35 * time.Millisecond, 20 * time.Millisecond},
	{75 * time.Millisecond, 50 * time.Millisecond}, {150 * time.Millisecond, 100 * time.Millisecond}, {350 * time.Millisecond, 200 * time.Millisecond},
	{750 * time.Millisecond, 500 * time.Millisecond}, {1500 * time.Millisecond, time.Second}, {3500 * time.Millisecond, 2 * time.Second},
	{7500 * time.Millisecond, 5 * time.Second}, {12500 * time.Millisecond, 10 * time.Second}, {17500 * time.Millisecond, 15 * time.Second},
	{25 * time.Second, 20 * time.Second}, {45 * time.Second, 30 * time.Second}, {90 * time.Second, time.Minute}, {210 * time.Second, 2 * time.Minute},
	{450 * time.Second, 5 * time.Minute}, {750 * time.Second, 10 * time.Minute}, {1050 * time.Second, 15 * time.Minute},
	{1500 * time.Second, 20 * time.Minute}, {2700 * time.Second, 30 * time.Minute}, {5400 * time.Second, time.Hour}, {9000 * time.Second, 2 * time.Hour},
	{16200 * time.Second, 3 * time.Hour}, {32400 * time.Second, 6 * time.Hour}, {86400 * time.Second, 12 * time.Hour},
	{604800 * time.Second, 24 * time.Hour}, {1814400 * time.Second, 7 * 24 * time.Hour}, {3628800 * time.Second, 30 * 24 * time.Hour},
}

// roundStep is the readable step nearest to a length.
func roundStep(length time.Duration) time.Duration {
	for _, r := range rounded {
		if length < r.below {
			return r.step
		}
	}
	return 365 * 24 * time.Hour
}

// stepFor is the step of a range with so many points, at least lowest.
func stepFor(length time.Duration, points int, lowest time.Duration) time.Duration {
	if points <= 0 {
		points = usualWidth
	}
	return max(roundStep(length/time.Duration(points)), lowest)
}

var durationParts = regexp.MustCompile(`^(\d+(?:\.\d+)?)(ms|[Mwdhmsy])?`)

var durationUnits = map[string]time.Duration{
	"ms": time.Millisecond, "s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour,
	"M": 30 * 24 * time.Hour, "y": 365 * 24 * time.Hour, "": time.Second,
}

// parseInterval reads "5s", ">10s", "1h30m"; a bare number is seconds.
func parseInterval(text string) (time.Duration, error) {
	rest := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(text), ">"))
	if rest == "" {
		return 0, fmt.Errorf("an interval is missing; write it as 5s or 1m")
	}
	total := time.Duration(0)
	for rest != "" {
		m := durationParts.FindStringSubmatch(rest)
		if m == nil {
			return 0, fmt.Errorf("interval %q is not understood; write it as 5s or 1m", text)
		}
		n, err := strconv.ParseFloat(m[1], 64)
		if err != nil || n*float64(durationUnits[m[2]]) > math.MaxInt64/4 {
			return 0, fmt.Errorf("interval %q is not understood; write it as 5s or 1m", text)
		}
		total += time.Duration(n * float64(durationUnits[m[2]]))
		rest = rest[len(m[0]):]
	}
	return total, nil
}

// writeInterval writes a step in its largest whole unit, as Grafana does for
// $__interval.
func writeInterval(d time.Duration) string {
	for _, u := range []struct {
		unit string
		of   time.Duration
	}{{"y", 365 * 24 * time.Hour}, {"d", 24 * time.Hour}, {"h", time.Hour}, {"m", time.Minute}, {"s", time.Second}} {
		if d >= u.of && d%u.of == 0 {
			return strconv.FormatInt(int64(d/u.of), 10) + u.unit
		}
	}
	if d >= time.Second {
		return strconv.FormatInt(d.Milliseconds(), 10) + "ms"
	}
	return strconv.FormatInt(max(d.Milliseconds(), 1), 10) + "ms"
}

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
		d, err := parseInterval(a.source)
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
		d, err := parseInterval(text)
		if err != nil {
			return Steps{}, fmt.Errorf("the lowest step: %w", err)
		}
		lowest = d
	}
	if a.lowest != "" {
		own = lowest
	}
	step := max(stepFor(length, a.points, lowest), roundStep(length/mostPoints))
	rate := max(step+own, 4*own)
	if a.rateStep {
		step = rate
	}
	return Steps{Step: step * time.Duration(max(a.factor, 1)), Rate: rate}, nil
}

// names are the built-in variables that depend on a query's step.
func (s Steps) names() map[string]string {
	return map[string]string{
		"__interval": writeInterval(s.Step), "__interval_ms": strconv.FormatInt(s.Step.Milliseconds(), 10),
		"__rate_interval": writeInterval(s.Rate), "__rate_interval_ms": strconv.FormatInt(s.Rate.Milliseconds(), 10),
	}
}

// align puts both ends of a range on multiples of step, so that each refresh has
// the same points. A range within one step has one point.
func align(from, to time.Time, step time.Duration) (time.Time, time.Time) {
	ms := max(step.Milliseconds(), 1)
	floor := func(t time.Time) time.Time { return time.UnixMilli(t.UnixMilli() - t.UnixMilli()%ms) }
	return floor(from), floor(to)
}
