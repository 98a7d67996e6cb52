package ui

import (
	"errors"
	"net/http"

	"supersonic/traceql"
	"supersonic/ui/payload"
)

// checkQuery tells whether a TraceQL query is well formed, and if not where and
// why, without asking the trace store.
func (u *UI) checkQuery(r *http.Request) (any, error) {
	_, err := traceql.Parse(r.FormValue("q"))
	if err == nil {
		return payload.QueryCheck{Valid: true}, nil
	}
	out := payload.QueryCheck{Message: err.Error(), Line: 1, Column: 1}
	var fault *traceql.SyntaxError
	if errors.As(err, &fault) {
		out.Offset, out.Line, out.Column, out.Message = int(fault.Pos), fault.Line, fault.Col, fault.Msg
		if fault.Expected != "" {
			out.Message += "; expected " + fault.Expected
		}
		if fault.Suggestion != "" {
			out.Message += "; did you mean " + fault.Suggestion + "?"
		}
	}
	return out, nil
}
