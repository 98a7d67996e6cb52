package view

import (
	"math"
	"regexp"
	"strconv"
)

var duration = regexp.MustCompile(`^([\d.]+)\s*(ms|s|m|h|d|w|M|y)?$`)

// durationMs reads "30s" or a number of milliseconds, 0 if it is neither.
func durationMs(text string) float64 {
	m := duration.FindStringSubmatch(text)
	if m == nil {
		return 0
	}
	n, err := strconv.ParseFloat(m[1], 64)
	if err != nil || math.IsInf(n, 0) {
		return 0
	}
	unit := map[string]float64{"": 1, "ms": 1, "s": 1e3, "m": 6e4, "h": 3.6e6, "d": 8.64e7, "w": 6.048e8, "M": 2.592e9, "y": 3.1536e10}[m[2]]
	return n * unit
}
