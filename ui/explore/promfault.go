package explore

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"supersonic/ui/payload"
	"supersonic/ui/source"
)

// PromFault is a query that the store cannot read, with the place in the reader's text.
type PromFault struct {
	payload.Place
	Message, Hint string
}

func (f *PromFault) Error() string {
	return fmt.Sprintf("line %d, column %d: %s", f.Line, f.Column, f.Message)
}

// parseError is how a Prometheus says it, line and column in bytes: `invalid parameter
// "query": 1:16: parse error: unclosed left parenthesis`.
var parseError = regexp.MustCompile(`^(?:invalid parameter "query": )?(\d+):(\d+): parse error: (.+)`)

// faultOf is err, as a *PromFault if it is about the text of a query.
func (v variables) faultOf(err error, query string) error {
	var no *source.Refused
	if !errors.As(err, &no) || no.Status != http.StatusBadRequest {
		return err
	}
	m := parseError.FindStringSubmatch(no.Message)
	if m == nil {
		return err
	}
	line, _ := strconv.Atoi(m[1])
	column, _ := strconv.Atoi(m[2])
	at := v.unfilled(query, offsetOf(v.filled(query), line, column))
	before := query[:at]
	return &PromFault{payload.Place{Line: 1 + strings.Count(before, "\n"), Column: 1 + utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]), Offset: at}, m[3], hintOf(m[3])}
}

// offsetOf is a line and column, from 1 and in bytes, as an offset.
func offsetOf(text string, line, column int) int {
	at := 0
	for ; line > 1; line-- {
		next := strings.IndexByte(text[at:], '\n')
		if next < 0 {
			break
		}
		at += next + 1
	}
	return min(at+max(column-1, 0), len(text))
}

var promHints = []struct{ says, hint string }{
	{"unknown function", "PromQL's functions are offered while their first letters are typed"},
	{"expected type range vector", "give it a length of time in brackets: [$__rate_interval]"},
	{"got range vector", "put a function over the range: rate(…), max_over_time(…)"},
	{"unclosed", "close what is open there"},
	{"unexpected end of input", "the query stops too early: close what is open, or say what is compared"},
	{"duration", "write a length of time as 30s, 5m or 1h"},
	{"unterminated", "close the text with the quote that opened it"},
}

func hintOf(message string) string {
	for _, h := range promHints {
		if strings.Contains(message, h.says) {
			return h.hint
		}
	}
	return "mend the query there and run it again"
}
