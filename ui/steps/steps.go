package steps

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// usualPoints stands for a panel whose width is not told.
const usualPoints = 1000

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

// Round is the readable step nearest to a length.
func Round(length time.Duration) time.Duration {
	for _, r := range rounded {
		if length < r.below {
			return r.step
		}
	}
	return 365 * 24 * time.Hour
}

// For is the step of a range with about so many points, at least lowest.
func For(length time.Duration, points int, lowest time.Duration) time.Duration {
	if points <= 0 {
		points = usualPoints
	}
	return max(Round(length/time.Duration(points)), lowest)
}

var parts = regexp.MustCompile(`^(\d+(?:\.\d+)?)(ms|[Mwdhmsy])?`)

var units = map[string]time.Duration{
	"ms": time.Millisecond, "s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour,
	"M": 30 * 24 * time.Hour, "y": 365 * 24 * time.Hour, "": time.Second,
}

// Parse reads "5s", ">10s", "1h30m"; a bare number is seconds.
func Parse(text string) (time.Duration, error) {
	rest := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(text), ">"))
	if rest == "" {
		return 0, fmt.Errorf("an interval is missing; write it as 5s or 1m")
	}
	total := time.Duration(0)
	for rest != "" {
		m := parts.FindStringSubmatch(rest)
		if m == nil {
			return 0, fmt.Errorf("interval %q is not understood; write it as 5s or 1m", text)
		}
		n, err := strconv.ParseFloat(m[1], 64)
		if err != nil || n*float64(units[m[2]]) > math.MaxInt64/4 {
			return 0, fmt.Errorf("interval %q is not understood; write it as 5s or 1m", text)
		}
		total += time.Duration(n * float64(units[m[2]]))
		rest = rest[len(m[0]):]
	}
	return total, nil
}

// Write writes a step in its largest whole unit, as PromQL reads it and Grafana
// writes $__interval.
func Write(d time.Duration) string {
	for _, u := range []struct {
		unit string
		of   time.Duration
	}{{"y", 365 * 24 * time.Hour}, {"d", 24 * time.Hour}, {"h", time.Hour}, {"m", time.Minute}, {"s", time.Second}} {
		if d >= u.of && d%u.of == 0 {
			return strconv.FormatInt(int64(d/u.of), 10) + u.unit
		}
	}
	return strconv.FormatInt(max(d.Milliseconds(), 1), 10) + "ms"
}
