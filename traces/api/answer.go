package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"supersonic/traces/query"
)

// answer is what a question gives back.
type answer struct {
	status   int
	kind     string
	body     []byte
	warnings []string
	limited  string // a warning as well: the limit of the question cut the answer
	stats    query.Stats
	next     string // of an export that was cut: the end of the next one
}

// told is what an engine told beside its answer.
type told struct {
	stats    query.Stats
	warnings []string
	limited  string // the limit of the question cut the answer, in words
}

// message is an answer that is written as JSON, by its tags, or as protobuf.
type message interface{ proto() []byte }

// written is a message that writes its JSON itself.
type written interface{ json() []byte }

func jsonOf(m message) []byte {
	if w, ok := m.(written); ok {
		return w.json()
	}
	return marshal(m)
}

// maxWarning bounds the header Warning, in bytes.
const maxWarning = 2000

const typeText = "text/plain; charset=utf-8"

// warning is a header of RFC 7234: one line, ASCII. Its agent tells a program what
// the words tell people: "limit" that the limit of the question cut the answer.
func warning(agent, text string) string {
	return fmt.Sprintf("299 %s %+q", agent, text[:min(len(text), maxWarning)])
}

// told are the headers Warning of an answer.
func (a answer) told() (list []string) {
	if a.limited != "" {
		list = append(list, warning("limit", a.limited))
	}
	if len(a.warnings) > 0 {
		list = append(list, warning("-", strings.Join(a.warnings, "; ")))
	}
	return list
}

func (a answer) write(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Type", a.kind)
	for _, w := range a.told() {
		h.Add("Warning", w)
	}
	if a.status == http.StatusTooManyRequests || a.status == http.StatusServiceUnavailable {
		h.Set("Retry-After", "1")
	}
	if a.next != "" {
		h.Set(headerNextEnd, a.next)
	}
	h.Add("Vary", "Accept")
	w.WriteHeader(a.status)
	w.Write(a.body)
}

var (
	errCrowded  = errors.New("too many queries at once: ask again later")
	errHeld     = errors.New("too many large answers are being read at once: ask again later, or for less")
	errNotReady = errors.New("the trace store is starting or stopping: ask again later")
	errTimeout  = errors.New("the query took longer than the limit")
)

// large refuses an answer that is larger than one may be.
func large(body []byte) error {
	if len(body) > maxAnswer {
		return refused{http.StatusUnprocessableEntity, fmt.Sprintf("the answer has more than %d MiB: ask for less time, fewer traces (limit) or fewer spans of each (spss)", maxAnswer>>20)}
	}
	return nil
}

// refused is an error that knows its HTTP status.
type refused struct {
	status int
	text   string
}

func (e refused) Error() string { return e.text }

// fault is the one place where an error becomes an HTTP answer: plain text, as
// Tempo's are.
func fault(err error) answer {
	return answer{status: statusOf(err), kind: typeText, body: []byte(err.Error())}
}

func statusOf(err error) int {
	var bad query.BadRequest
	var no refused
	var large query.TooLarge
	switch {
	case errors.As(err, &no):
		return no.status
	case errors.As(err, &bad):
		return http.StatusBadRequest
	case errors.As(err, &large):
		return http.StatusUnprocessableEntity
	case errors.Is(err, query.ErrNotFound):
		return http.StatusNotFound
	case errors.Is(err, errCrowded), errors.Is(err, errHeld), errors.Is(err, query.ErrCrowded):
		return http.StatusTooManyRequests
	case errors.Is(err, errNotReady):
		return http.StatusServiceUnavailable
	case errors.Is(err, errTimeout), errors.Is(err, context.DeadlineExceeded):
		return http.StatusGatewayTimeout
	case errors.Is(err, context.Canceled):
		return 499 // the asker left; nobody reads this but the metric
	}
	return http.StatusInternalServerError
}

// hinted adds a hint to the mux's own refusals, which are 404 and 405, and lets
// its redirects pass.
type hinted struct {
	http.ResponseWriter
	hint func(status int) string
	done bool
}

func (w *hinted) WriteHeader(status int) {
	text := ""
	if status >= 400 {
		text = w.hint(status)
		w.done = true
	}
	w.ResponseWriter.WriteHeader(status)
	if w.done {
		w.ResponseWriter.Write([]byte(text))
	}
}

func (w *hinted) Write(b []byte) (int, error) {
	if w.done {
		return len(b), nil
	}
	return w.ResponseWriter.Write(b)
}
