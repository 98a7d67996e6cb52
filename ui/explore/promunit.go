package explore

import (
	"regexp"
	"strings"
)

const quantile = "histogram_quantile"

var (
	matchers = regexp.MustCompile(`\{[^{}]*\}|"[^"]*"`)
	// Of these and of whatever is computed the values have another unit than the name says.
	otherUnit = regexp.MustCompile(`\b(rate|irate|increase|deriv|count|count_values|count_over_time|group|changes|resets|absent|absent_over_time|timestamp|stdvar|stdvar_over_time)\s*(by|without|\()|[*/%^]|_(count|bucket)\b`)
	// moments are seconds since 1970, not a length of time unless they are taken from now.
	moments = regexp.MustCompile(`_(time|timestamp)_seconds\b`)
)

// promUnit reads the unit of a query's values off the name of what it asks, as
// Prometheus's conventions have it; "" where it cannot tell.
func promUnit(query string) string {
	if strings.Contains(query, quantile) {
		return bucketUnit(query)
	}
	bare := matchers.ReplaceAllString(query, "")
	switch {
	case otherUnit.MatchString(bare), moments.MatchString(bare) && !strings.Contains(bare, "time()"):
		return ""
	case strings.Contains(bare, "_bytes"):
		return "bytes"
	case strings.Contains(bare, "_seconds"):
		return "seconds"
	}
	return ""
}

// bucketUnit is the unit of the bounds of buckets.
func bucketUnit(query string) string {
	if bare := matchers.ReplaceAllString(query, ""); strings.Contains(bare, "_seconds") || strings.Contains(bare, "latency_bucket") {
		return "seconds"
	} else if strings.Contains(bare, "_bytes") {
		return "bytes"
	}
	return ""
}
