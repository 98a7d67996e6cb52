package units

import (
	"fmt"
	"math"
	"strings"
)

// clockText writes a length of time in the forms that are no number with a unit.
func clockText(form string, v float64, decimals *int) (text, suffix string) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "NaN", ""
	}
	switch form {
	case "dtdurationms":
		return inWords(v, decimals, "millisecond")
	case "dtdurations":
		return inWords(v*1000, decimals, "second")
	case "dthms", "dtdhms":
		if v < 0 {
			text, _ = clockText(form, -v, decimals)
			return text, " ago"
		}
		return hms(math.Floor(v), form == "dtdhms"), ""
	case "clocks":
		v *= 1000
	}
	return clock(v, decimals), ""
}

func hms(s float64, days bool) string {
	prefix := ""
	if days && s >= 86400 {
		prefix = fmt.Sprintf("%.0f d ", math.Floor(s/86400))
		s = math.Mod(s, 86400)
	}
	return fmt.Sprintf("%s%02.0f:%02.0f:%02.0f", prefix, math.Floor(s/3600), math.Floor(math.Mod(s, 3600)/60), math.Mod(s, 60))
}

// inWords writes the largest part of a duration and so many parts below it.
func inWords(ms float64, decimals *int, unit string) (text, suffix string) {
	if ms == 0 {
		return "0 " + unit + "s", ""
	}
	if ms < 0 {
		text, _ = inWords(-ms, decimals, unit)
		return text, " ago"
	}
	more := 0
	if decimals != nil {
		more = max(0, *decimals)
	}
	var parts []string
	started := false
	for _, p := range []struct {
		name string
		ms   float64
	}{{"year", 31536e6}, {"month", 2592e6}, {"week", 6048e5}, {"day", 864e5}, {"hour", 36e5}, {"minute", 6e4}, {"second", 1e3}, {"millisecond", 1}} {
		n := math.Floor(ms / p.ms)
		if !started && n == 0 {
			continue
		}
		if started && len(parts) > more {
			break
		}
		started = true
		name := p.name
		if n != 1 {
			name += "s"
		}
		parts = append(parts, fmt.Sprintf("%.0f %s", n, name))
		ms -= n * p.ms
	}
	return strings.Join(parts, ", "), ""
}

// clock writes 1h:02m:03s:004ms; decimals is how many parts follow the first.
func clock(ms float64, decimals *int) string {
	ms = math.Trunc(ms)
	if math.Abs(ms) > maxDate {
		return fmt.Sprintf("%.0fh:Invalid date", math.Floor(ms/3600e3))
	}
	part := func(of, size float64) float64 { return math.Mod(math.Mod(math.Floor(of/size), 60)+60, 60) }
	milli := math.Mod(math.Mod(ms, 1000)+1000, 1000)
	var parts []string
	switch {
	case ms < 1000:
		return fmt.Sprintf("%03.0fms", milli)
	case ms < 60e3:
		parts = []string{fmt.Sprintf("%02.0fs", part(ms, 1e3)), fmt.Sprintf("%03.0fms", milli)}
	case ms < 3600e3:
		parts = []string{fmt.Sprintf("%02.0fm", part(ms, 60e3)), fmt.Sprintf("%02.0fs", part(ms, 1e3)), fmt.Sprintf("%03.0fms", milli)}
	default:
		parts = []string{fmt.Sprintf("%.0fh", math.Floor(ms/3600e3)), fmt.Sprintf("%02.0fm", part(ms, 60e3)), fmt.Sprintf("%02.0fs", part(ms, 1e3)), fmt.Sprintf("%03.0fms", milli)}
	}
	if decimals != nil {
		parts = parts[:min(len(parts), 1+max(0, *decimals))]
	}
	return strings.Join(parts, ":")
}
