package view

import (
	"math"
	"regexp"
	"strconv"
)

// NiceInterval rounds a length of time in milliseconds to one that Grafana would
// choose for a step.
func NiceInterval(ms float64) float64 {
	for _, s := range [][2]float64{
		{10, 1}, {15, 10}, {35, 20}, {75, 50}, {150, 100}, {350, 200}, {750, 500}, {1500, 1000}, {3500, 2000}, {7500, 5000}, {12500, 10000}, {17500, 15000},
		{25000, 20000}, {45000, 30000}, {90000, 60000}, {210000, 120000}, {450000, 300000}, {750000, 600000}, {1050000, 900000}, {1500000, 1200000},
		{2700000, 1800000}, {5400000, 3600000}, {9000000, 7200000}, {16200000, 10800000}, {32400000, 21600000}, {86400000, 43200000}, {604800000, 86400000},
		{1814400000, 604800000}, {3628800000, 2592000000},
	} {
		if ms < s[0] {
			return s[1]
		}
	}
	return 31536000000
}

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
