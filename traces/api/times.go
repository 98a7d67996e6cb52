package api

import (
	"math"
	"net/url"
	"strconv"
	"strings"
	"time"

	"supersonic/traces/query"
)

// What the times of a question may be.
const (
	maxSeconds   = 1 << 33 // as Unix seconds: the year 2242
	minNanos     = 1e17    // as Unix nanoseconds: 1973
	defaultSince = time.Hour
	maxDuration  = 100 * 365 * 24 * time.Hour
	minStep      = time.Millisecond // points are told in milliseconds
)

// parseTime reads a time as Unix seconds (with a fraction or without), as Unix
// nanoseconds, or as RFC 3339, into Unix nanoseconds.
func parseTime(name, s string) (uint64, error) {
	if n, err := strconv.ParseUint(s, 10, 64); err == nil {
		switch {
		case n <= maxSeconds:
			return n * 1e9, nil
		case n >= minNanos && n <= math.MaxInt64:
			return n, nil
		}
		return 0, bad("invalid %s: %s is neither Unix seconds nor nanoseconds", name, s)
	}
	if f, err := strconv.ParseFloat(s, 64); err == nil {
		if f >= 0 && f <= maxSeconds {
			whole, part := math.Modf(f)
			return uint64(whole)*1e9 + uint64(math.Round(part*1e6))*1e3, nil
		}
		return 0, bad("invalid %s: %s seconds are out of range", name, s)
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil || t.Unix() < 0 || t.Unix() > maxSeconds {
		return 0, bad("invalid %s: %q: write it as Unix seconds, nanoseconds, or 2006-01-02T15:04:05Z", name, s)
	}
	return uint64(t.UnixNano()), nil
}

// parseRange reads start and end; a missing one is open. A search includes traces
// that overlap the range.
func parseRange(v url.Values) (query.Range, error) {
	var r query.Range
	for _, p := range []struct {
		name string
		to   *uint64
	}{{"start", &r.Start}, {"end", &r.End}} {
		s := v.Get(p.name)
		if s == "" {
			continue
		}
		var err error
		if *p.to, err = parseTime(p.name, s); err != nil {
			return query.Range{}, err
		}
	}
	if r.End != 0 && r.Start >= r.End {
		return query.Range{}, bad("http parameter start must be before end. received start=%s end=%s", v.Get("start"), v.Get("end"))
	}
	return r, nil
}

// parseClosedRange reads start and end as parseRange does, but a metrics query has
// both: end is now if not given, and start is `since`, one hour, before it.
func parseClosedRange(v url.Values, now time.Time) (query.Range, error) {
	r, err := parseRange(v)
	if err != nil {
		return r, err
	}
	if r.End == 0 {
		r.End = uint64(now.UnixNano())
	}
	since, err := parseDuration(v, "since")
	if err != nil {
		return r, err
	}
	if v.Get("start") == "" {
		if since == 0 {
			since = defaultSince
		}
		if uint64(since) >= r.End {
			return r, bad("invalid since: %s before end is before 1970", since)
		}
		r.Start = r.End - uint64(since)
	}
	if r.Start >= r.End {
		return r, bad("http parameter start must be before end. received start=%s end=%s", v.Get("start"), v.Get("end"))
	}
	return r, nil
}

// parseDuration reads a duration of a parameter, 0 if it is missing.
func parseDuration(v url.Values, name string) (time.Duration, error) {
	s := v.Get(name)
	if s == "" {
		return 0, nil
	}
	d, ok := duration(s)
	if !ok {
		return 0, bad("invalid %s: %q: write it as 100ms, 1.5s, 2m or 1d", name, s)
	}
	return d, nil
}

// days are the units that Go has not, as Prometheus counts them.
var days = map[byte]time.Duration{'d': 24 * time.Hour, 'w': 7 * 24 * time.Hour, 'y': 365 * 24 * time.Hour}

// duration reads a duration that is not negative, in the units of Go and of
// Prometheus: years, weeks and days come first.
func duration(s string) (time.Duration, bool) {
	var sum time.Duration
	for s != "" {
		i := strings.IndexFunc(s, func(c rune) bool { return c < '0' || c > '9' })
		if i <= 0 || days[s[i]] == 0 {
			break
		}
		n, err := strconv.ParseInt(s[:i], 10, 64)
		if err != nil || n > int64((maxDuration-sum)/days[s[i]]) {
			return 0, false
		}
		sum += time.Duration(n) * days[s[i]]
		if s = s[i+1:]; s == "" {
			return sum, true
		}
	}
	rest, err := time.ParseDuration(s)
	if err != nil || rest < 0 || rest > maxDuration-sum {
		return 0, false
	}
	return sum + rest, true
}

// parseStep reads the distance of points: seconds, or a duration. Without one it
// is what gives some 240 points over the range.
func parseStep(v url.Values, r query.Range) (time.Duration, error) {
	s := v.Get("step")
	if s == "" {
		return defaultStep(time.Duration(r.End - r.Start)), nil
	}
	step, ok := duration(s)
	if f, err := strconv.ParseFloat(s, 64); err == nil {
		ok = f > 0 && f <= maxDuration.Seconds()
		if ok {
			step = time.Duration(math.Round(f * 1e9))
		}
	}
	if !ok || step < minStep {
		return 0, bad("invalid step: %q: write it in seconds, or as 15s, 1m or 1h, 1ms at least", s)
	}
	return step, nil
}

// defaultStep is the largest round step that gives 240 points or more.
func defaultStep(length time.Duration) time.Duration {
	aim := length / 240
	if length < time.Minute {
		return max(aim.Truncate(50*time.Millisecond), 50*time.Millisecond)
	}
	for _, unit := range []time.Duration{time.Hour, 5 * time.Minute, time.Minute, 15 * time.Second, 5 * time.Second, time.Second} {
		if unit < aim {
			return aim.Truncate(unit)
		}
	}
	return time.Second
}
