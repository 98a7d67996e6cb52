package api

import "supersonic/traces/query"

// The explanation of an answer, as explain=1 asks for it.
type (
	jsonExplain struct {
		Query string            `json:"query"`
		Plan  []string          `json:"plan"`
		Parts []jsonExplainPart `json:"parts"`
		Split jsonExplainSplit  `json:"splitTraces"`
		Rows  int64             `json:"rowsRead"`
		Bytes int64             `json:"bytesRead"`
		End   string            `json:"end"`
	}
	jsonExplainPart struct {
		Name      string         `json:"name"`
		Rows      int            `json:"rows"`
		Pages     int            `json:"pages"`
		PagesRead int            `json:"pagesRead"`
		Skipped   map[string]int `json:"pagesSkipped,omitempty"`
		RowsRead  int            `json:"rowsRead"`
		BytesRead int64          `json:"bytesRead"`
		Columns   []string       `json:"columns,omitempty"`
	}
	jsonExplainSplit struct {
		Found     int `json:"found"`
		Evaluated int `json:"evaluated"`
	}
)

// newExplain is nil for nil: who did not ask gets the answer without it.
func newExplain(e *query.Explain) *jsonExplain {
	if e == nil {
		return nil
	}
	out := &jsonExplain{
		Query: e.Query, Plan: e.Plan, Parts: make([]jsonExplainPart, len(e.Parts)),
		Split: jsonExplainSplit(e.Split), Rows: e.Rows, Bytes: e.Bytes, End: e.End,
	}
	for i, p := range e.Parts {
		out.Parts[i] = jsonExplainPart(p)
	}
	return out
}
