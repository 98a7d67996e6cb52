package query

import (
	"fmt"
	"time"

	"supersonic/traceql"
)

// MetricsRequest asks for the series of a metrics query.
type MetricsRequest struct {
	Query     string
	Range     Range
	Step      time.Duration // 0: one value over the range
	MaxSeries int           // 0: no bound
	Exemplars int           // in all, dealt out among the series; 0: none
	Explain   bool
}

// MetricsResult is the series of a metrics query, ordered by labels.
type MetricsResult struct {
	Series []traceql.Series
	Range  traceql.Range // as aligned to steps
	// Refused is how many spans were left out as MaxSeries was reached.
	Refused  uint64
	Stats    Stats
	Warnings []string
	Explain  *Explain // if asked
}

// TooLarge is the error of a query that needs more memory than one query may take.
type TooLarge struct {
	What  string // needs it: "hits", "series"
	Bytes int64  // allowed
	Hint  string
}

func (e TooLarge) Error() string {
	return fmt.Sprintf("the query needs more than %d MiB of memory for its %s: %s", e.Bytes>>20, e.What, e.Hint)
}

// Explain tells how a query was answered.
type Explain struct {
	Query string        // as understood
	Plan  []string      // what is done, a line a step
	Parts []ExplainPart // newest first
	Split ExplainSplit
	Rows  int64  // read
	Bytes int64  // read from disk
	End   string // why the scan ended
}

// ExplainPart tells what was read of a part.
type ExplainPart struct {
	Name        string
	Rows, Pages int
	PagesRead   int
	Skipped     map[string]int // pages, by reason
	RowsRead    int
	BytesRead   int64
	Columns     []string // that were read
}

// ExplainSplit counts the traces that lie in pieces.
type ExplainSplit struct{ Found, Evaluated int }
