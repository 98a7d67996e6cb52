package explore

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

var niceSteps = []time.Duration{time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 15 * time.Second, 30 * time.Second,
	time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour}

// Step is the distance of points that gives at most the given number of them over
// a range and is no less than least.
func Step(from, to time.Time, points int, least time.Duration) time.Duration {
	want := max(to.Sub(from)/time.Duration(max(points, 1)), least)
	for _, s := range niceSteps {
		if s >= want {
			return s
		}
	}
	return want.Round(24 * time.Hour)
}

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

// ParseStep reads a step as Prometheus, Grafana and the store write it: 15s, 500ms,
// 1m, 2h, 1d, 1w, or a number of seconds.
func ParseStep(text string) (time.Duration, error) {
	text = strings.TrimPrefix(strings.TrimSpace(text), ">")
	if text == "" {
		return 0, nil
	}
	for _, u := range [...]struct {
		suffix string
		unit   time.Duration
	}{{"ms", time.Millisecond}, {"s", time.Second}, {"m", time.Minute}, {"h", time.Hour}, {"d", 24 * time.Hour}, {"w", 7 * 24 * time.Hour}, {"", time.Second}} {
		digits, has := strings.CutSuffix(text, u.suffix)
		if !has {
			continue
		}
		n, err := strconv.ParseFloat(digits, 64)
		if d := n * float64(u.unit); err == nil && d >= float64(time.Millisecond) && d <= float64(366*24*time.Hour) {
			return time.Duration(d), nil
		}
		break
	}
	return 0, fmt.Errorf("the step %q is not understood: write it as 15s, 1m or 2h", text)
}

// stepText writes a duration as PromQL reads it.
func stepText(d time.Duration) string {
	for _, u := range [...]struct {
		unit time.Duration
		name string
	}{{24 * time.Hour, "d"}, {time.Hour, "h"}, {time.Minute, "m"}, {time.Second, "s"}} {
		if d >= u.unit && d%u.unit == 0 {
			return strconv.FormatInt(int64(d/u.unit), 10) + u.name
		}
	}
	return strconv.FormatInt(d.Milliseconds(), 10) + "ms"
}
