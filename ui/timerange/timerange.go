// Package timerange reads points of time as Grafana writes them in addresses and
// dashboards: "now-3h", "now/d", "now-1d/d", Unix milliseconds, RFC 3339. It is
// pure; who calls it says what now is.
package timerange

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

var relative = regexp.MustCompile(`^now((?:[-+]\d{1,6}[smhdwMy])*)(?:/([smhdwMy]))?$`)

var step = regexp.MustCompile(`([-+])(\d+)([smhdwMy])`)

// Parse reads text. A rounded time ("now/d") is the first moment of its unit, or
// the last one if end is set, as Grafana has it for "to". Units count in the zone
// of now; a week begins on Monday.
func Parse(text string, now time.Time, end bool) (time.Time, error) {
	text = strings.TrimSpace(text)
	if parts := relative.FindStringSubmatch(text); parts != nil {
		at := now
		for _, s := range step.FindAllStringSubmatch(parts[1], -1) {
			n, _ := strconv.Atoi(s[2]) // at most six digits
			if s[1] == "-" {
				n = -n
			}
			at = add(at, n, s[3])
		}
		if parts[2] == "" {
			return at, nil
		}
		at = floor(at, parts[2])
		if end {
			at = add(at, 1, parts[2]).Add(-time.Millisecond)
		}
		return at, nil
	}
	for _, layout := range []string{"20060102", "20060102T150405"} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.In(now.Location()), nil
		}
	}
	if ms, err := strconv.ParseInt(text, 10, 64); err == nil && ms >= 0 && ms < 1e15 {
		return time.UnixMilli(ms).In(now.Location()), nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02"} {
		if at, err := time.ParseInLocation(layout, text, now.Location()); err == nil {
			return at, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is not a time: write now-3h, now/d, 2026-01-31 14:00:00 or Unix milliseconds", text)
}

func add(t time.Time, n int, unit string) time.Time {
	switch unit {
	case "y":
		return months(t, 12*n)
	case "M":
		return months(t, n)
	case "w":
		return t.AddDate(0, 0, 7*n)
	case "d":
		return t.AddDate(0, 0, n)
	case "h":
		return t.Add(time.Duration(n) * time.Hour)
	case "m":
		return t.Add(time.Duration(n) * time.Minute)
	}
	return t.Add(time.Duration(n) * time.Second)
}

// months goes to the same day of another month, the last one of a month that has no
// such day: a month before March 31 is the end of February.
func months(t time.Time, n int) time.Time {
	first := time.Date(t.Year(), t.Month()+time.Month(n), 1, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), t.Location())
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(t.Day(), last)-1)
}

func floor(t time.Time, unit string) time.Time {
	y, m, d := t.Date()
	switch unit {
	case "y":
		return time.Date(y, 1, 1, 0, 0, 0, 0, t.Location())
	case "M":
		return time.Date(y, m, 1, 0, 0, 0, 0, t.Location())
	case "w":
		return time.Date(y, m, d-(int(t.Weekday())+6)%7, 0, 0, 0, 0, t.Location())
	case "d":
		return time.Date(y, m, d, 0, 0, 0, 0, t.Location())
	case "h":
		// Taken off: an hour that comes twice when the clocks go back is no name of a time.
		return t.Truncate(time.Minute).Add(-time.Duration(t.Minute()) * time.Minute)
	case "m":
		return t.Truncate(time.Minute)
	}
	return t.Truncate(time.Second)
}
