package explore

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"supersonic/ui/steps"
)

var macro = regexp.MustCompile(`\$(?:__(interval_ms|interval|rate_interval|range_ms|range_s|range)\b|\{__(interval_ms|interval|rate_interval|range_ms|range_s|range)\})`)

// variables are Grafana's variables of the range and its step, by name without $__.
type variables map[string]string

func variablesOf(step, scrape, length time.Duration) variables {
	length = max(length.Round(time.Second), time.Second)
	return variables{
		"interval": steps.Write(step), "interval_ms": strconv.FormatInt(step.Milliseconds(), 10),
		"rate_interval": steps.Write(max(step+scrape, 4*scrape)),
		"range":         steps.Write(length), "range_s": strconv.FormatInt(int64(length/time.Second), 10),
		"range_ms": strconv.FormatInt(length.Milliseconds(), 10),
	}
}

func (v variables) of(found string) string {
	return v[strings.Trim(strings.TrimPrefix(strings.Trim(found, "${}"), "__"), "_")]
}

// filled is a query with values in place of the variables.
func (v variables) filled(query string) string {
	return macro.ReplaceAllStringFunc(query, v.of)
}

// unfilled is the offset in a query of what is at an offset once it is filled; all of a
// value is at its variable.
func (v variables) unfilled(query string, offset int) int {
	more := 0
	for _, at := range macro.FindAllStringIndex(query, -1) {
		begin, value := at[0]+more, v.of(query[at[0]:at[1]])
		if offset < begin {
			break
		}
		if offset < begin+len(value) {
			return at[0]
		}
		more += len(value) - (at[1] - at[0])
	}
	return min(max(offset-more, 0), len(query))
}
