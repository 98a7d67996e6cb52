package source

import (
	"errors"
	"net/http"
	"net/url"

	"supersonic/traceql"
)

// newest is the hint with which a Tempo (2.8 and later) answers the newest traces that
// match; without it, whichever it comes upon first. Ours always answers the newest.
const newest = "most_recent"

// newestFirst is query with that hint, and as it is where it has hints of its own or is
// not understood.
func newestFirst(query string) string {
	q, err := traceql.Parse(query)
	if err != nil || q.IsMetrics() || len(q.Hints) > 0 {
		return query
	}
	return query + " with(" + newest + "=true)"
}

// retold asks once more with the reader's own words where a store refused the question
// for what was added to it: an older one does not know the hint. What the second answer
// says of places in the query is true of what the reader wrote.
func retold(params url.Values, query string, ask func(url.Values) (answer, error)) (answer, error) {
	got, err := ask(params)
	var no *Refused
	if errors.As(err, &no) && no.Status == http.StatusBadRequest && params.Get("q") != query {
		params.Set("q", query)
		return ask(params)
	}
	return got, err
}
