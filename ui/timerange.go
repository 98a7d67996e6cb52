package ui

import (
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"time"

	"supersonic/ui/timerange"
)

// longest is the widest range that is asked of a store at once: what a store has, and
// how much of it an answer takes, is bounded elsewhere.
const longest = 10 * 366 * 24 * time.Hour

var span = regexp.MustCompile(`^([0-9]{1,6})(s|m|h|d)$`)

var units = map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour}

// timeRange reads range=5m, or from= and to= as Grafana writes them; usual without
// either.
func timeRange(r *http.Request, usual time.Duration) (from, to time.Time, err error) {
	now := time.Now()
	if text := r.FormValue("from"); text != "" {
		if from, err = instant("from", text, now); err != nil {
			return from, to, err
		}
		to = now
		if text := r.FormValue("to"); text != "" {
			if to, err = instant("to", text, now); err != nil {
				return from, to, err
			}
		}
		if to.Sub(from) > longest {
			return from, to, reject(http.StatusBadRequest, fmt.Sprintf("the range from %s to %s is longer than ten years",
				from.UTC().Format(time.RFC3339), to.UTC().Format(time.RFC3339)), "take a shorter range")
		}
		if !from.Before(to) {
			return from, to, reject(http.StatusBadRequest, fmt.Sprintf("the range from %s to %s is empty",
				from.UTC().Format(time.RFC3339), to.UTC().Format(time.RFC3339)), "give from before to")
		}
		return from, to, nil
	}
	length := usual
	if text := r.FormValue("range"); text != "" {
		parts := span.FindStringSubmatch(text)
		if parts == nil {
			return from, to, reject(http.StatusBadRequest, fmt.Sprintf("range %q is not understood", text), "write it as 30s, 5m, 3h or 2d")
		}
		n, _ := strconv.Atoi(parts[1]) // at most six digits
		length = time.Duration(n) * units[parts[2]]
		if length < time.Second || length > longest {
			return from, to, reject(http.StatusBadRequest, fmt.Sprintf("range %q is not between 1s and ten years", text), "write it as 30s, 5m, 3h or 2d")
		}
	}
	return now.Add(-length), now, nil
}

func instant(name, text string, now time.Time) (time.Time, error) {
	at, err := timerange.Parse(text, now, name == "to" || name == "compareTo")
	if err != nil {
		return time.Time{}, reject(http.StatusBadRequest, name+": "+err.Error(), "Unix milliseconds are exact")
	}
	return at, nil
}
