package api

import (
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"supersonic/traces/query"
	"supersonic/traces/span"
)

// Limits of a search.
const (
	DefaultLimit = 20
	MaxLimit     = 100_000
	defaultSpss  = 3
	maxSpss      = 100
)

func bad(format string, args ...any) error {
	return query.BadRequest{Err: fmt.Errorf(format, args...)}
}

// parseTraceID reads 1 to 32 hex digits; missing ones are zeros in front.
func parseTraceID(s string) (span.TraceID, error) {
	var id span.TraceID
	if len(s) == 0 || len(s) > 32 {
		return id, bad("trace IDs have 1 to 32 hex digits, this has %d characters", len(s))
	}
	b, err := hex.DecodeString(strings.Repeat("0", 32-len(s)) + s)
	if err != nil {
		return id, bad("trace IDs can only contain hex characters: %q", s)
	}
	copy(id[:], b)
	return id, nil
}

// parseNumber reads a whole number from 0 to most.
func parseNumber(v url.Values, name string, missing, most int) (int, error) {
	s := v.Get(name)
	if s == "" {
		return missing, nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 || n > int64(most) {
		return 0, bad("invalid %s: %q is not a number from 0 to %d", name, s, most)
	}
	return int(n), nil
}

// parseBool reads 1, 0, true or false; a missing one is false.
func parseBool(v url.Values, name string) (bool, error) {
	s := v.Get(name)
	if s == "" {
		return false, nil
	}
	b, err := strconv.ParseBool(s)
	if err != nil {
		return false, bad("invalid %s: %q is neither 1 nor 0", name, s)
	}
	return b, nil
}

// paramsOf reads the parameters of a request. Those that cannot be read are an
// error: a question without them would ask for more than was meant.
func paramsOf(r *http.Request) (url.Values, error) {
	v, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, bad("invalid parameters: %w: encode them as in a URL, as %%7B for {", err)
	}
	return v, nil
}

// parseSelection reads what chooses traces: q, the range, and limit, which is missing
// if there is none.
func parseSelection(v url.Values, missing, most int) (query.SearchRequest, error) {
	r := query.SearchRequest{Query: v.Get("q")}
	var err error
	if r.Range, err = parseRange(v); err != nil {
		return r, err
	}
	if r.Limit, err = parseNumber(v, "limit", missing, most); err != nil {
		return r, err
	}
	if r.Limit == 0 {
		return r, bad("invalid limit: must be a positive number")
	}
	return r, nil
}

// parseSearch reads the parameters of /api/search.
func parseSearch(v url.Values) (query.SearchRequest, error) {
	r, err := parseSelection(v, DefaultLimit, MaxLimit)
	if err != nil {
		return r, err
	}
	if r.SpansPerSet, err = parseNumber(v, "spss", defaultSpss, maxSpss); err != nil {
		return r, err
	}
	if r.SpansPerSet == 0 {
		r.SpansPerSet = maxSpss // as many as may be, as in Tempo
	}
	if r.Explain, err = parseBool(v, "explain"); err != nil {
		return r, err
	}
	if r.MinDuration, err = parseDuration(v, "minDuration"); err != nil {
		return r, err
	}
	if r.MaxDuration, err = parseDuration(v, "maxDuration"); err != nil {
		return r, err
	}
	if r.MaxDuration > 0 && r.MinDuration > r.MaxDuration {
		return r, bad("invalid maxDuration: must be greater than minDuration")
	}
	r.Tags, err = parseTags(v.Get("tags"))
	if r.Query != "" && len(r.Tags) > 0 {
		return r, bad("give q or tags, not both")
	}
	return r, err
}

// parseTags reads logfmt: key=value pairs between spaces, values quoted as Go
// quotes them where they must be.
func parseTags(s string) ([]query.Tag, error) {
	var out []query.Tag
	for s = strings.TrimLeft(s, " "); s != ""; s = strings.TrimLeft(s, " ") {
		key, rest, ok := strings.Cut(s, "=")
		if !ok || key == "" || strings.ContainsAny(key, " \"") {
			return nil, bad("invalid tags: %q: write them as key=value, with spaces between", s)
		}
		var value string
		if strings.HasPrefix(rest, `"`) {
			quoted, err := strconv.QuotedPrefix(rest)
			if err != nil {
				return nil, bad("invalid tags: the value of %q has no closing quote", key)
			}
			if value, err = strconv.Unquote(quoted); err != nil {
				return nil, bad("invalid tags: the value of %q: %w", key, err)
			}
			s = rest[len(quoted):]
			if s != "" && s[0] != ' ' {
				return nil, bad("invalid tags: %q follows the value of %q", s, key)
			}
		} else {
			value, s, _ = strings.Cut(rest, " ")
		}
		out = append(out, query.Tag{Key: key, Value: value})
	}
	return out, nil
}
