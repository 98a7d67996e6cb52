package source

import (
	"errors"
	"net/http"
	"net/url"

	"supersonic/traceql"
)

// What a Tempo has to be asked for and ours tells always: the names of spans, and the
// newest traces that match (2.8 and later; without it, whichever it comes upon first).
const (
	named  = " | select(name)"
	newest = " with(most_recent=true)"
)

// asTempo is a search's query with these, and as it is where it has hints of its own or
// is not understood.
func asTempo(s Search) string {
	q, err := traceql.Parse(s.Query)
	if err != nil || q.IsMetrics() || len(q.Hints) > 0 {
		return s.Query
	}
	if s.SpansPerTrace > 0 {
		return s.Query + named + newest
	}
	return s.Query + newest
}

// retold asks once more with the reader's own words where a store refused the question
// for what was added to it: an older one does not know it. What the second answer
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
