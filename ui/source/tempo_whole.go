package source

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"go.opentelemetry.io/collector/pdata/ptrace"
)

// ErrNoWhole says that a store cannot answer whole traces of a query, as ours does:
// they are searched and read one by one then.
var ErrNoWhole = errors.New("the trace store does not answer whole traces of a query")

// nextEnd is the header with which our store tells where a cut answer goes on.
const nextEnd = "X-Supersonic-Next-End"

// WholeQuery asks for the newest traces of a query, whole. Times are Unix
// nanoseconds.
type WholeQuery struct {
	Query    string
	From, To uint64
	Limit    int
}

// Whole answers the newest traces that a query selects. next is the To with which
// the rest is asked for, 0 if there is none; the last trace comes again then.
func (t Tempo) Whole(ctx context.Context, q WholeQuery) (td ptrace.Traces, next uint64, err error) {
	params := url.Values{"q": {q.Query}, "limit": {strconv.Itoa(q.Limit)},
		"start": {strconv.FormatUint(q.From, 10)}, "end": {strconv.FormatUint(q.To, 10)}}
	got, err := t.get(ctx, "/api/traces", params, "application/protobuf")
	var no *Refused
	if errors.As(err, &no) && (no.Status == http.StatusNotFound || no.Status == http.StatusMethodNotAllowed) {
		return td, 0, ErrNoWhole
	}
	if err != nil {
		return td, 0, err
	}
	if td, err = (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces(got.body); err != nil {
		return td, 0, fmt.Errorf("read the traces of %s: %w", t.server.Name, err)
	}
	if text := got.header.Get(nextEnd); text != "" {
		if next, err = strconv.ParseUint(text, 10, 64); err != nil {
			return td, 0, fmt.Errorf("read the header %s of %s: %w", nextEnd, t.server.Name, err)
		}
	}
	return td, next, nil
}
