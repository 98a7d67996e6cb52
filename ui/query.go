package ui

import (
	"errors"
	"net/http"
	"strings"

	"supersonic/traceql"
	"supersonic/ui/explore"
	"supersonic/ui/payload"
)

// checkQuery tells whether a TraceQL query is well formed, and if not where and
// why, without asking the trace store.
func (u *UI) checkQuery(r *http.Request) (any, error) {
	text := r.FormValue("q")
	query, err := traceql.Parse(text)
	if strings.TrimSpace(text) == "" {
		query, err = traceql.Parse("{}")
	}
	if err == nil {
		out := payload.QueryCheck{Valid: true, Metrics: query.IsMetrics(), Form: explore.Form(query)}
		for _, w := range query.Warnings() {
			out.Warnings = append(out.Warnings, w.Msg)
		}
		return out, nil
	}
	out := payload.QueryCheck{Message: err.Error(), Line: 1, Column: 1}
	var fault *traceql.SyntaxError
	if errors.As(err, &fault) {
		out.Offset, out.Line, out.Column, out.Message = int(fault.Pos), fault.Line, fault.Col, fault.Msg
		out.Expected, out.Nearest = fault.Expected, fault.Suggestion
		if fault.Expected != "" {
			out.Message += "; expected " + fault.Expected
		}
		if fault.Suggestion != "" {
			out.Message += "; did you mean " + fault.Suggestion + "?"
		}
	}
	return out, nil
}
