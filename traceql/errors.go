package traceql

import (
	"fmt"
	"strings"
)

// Pos is a byte offset in the text of a query.
type Pos int

// SyntaxError says why a text is no query, or no valid one.
type SyntaxError struct {
	Pos        Pos    // byte offset where the fault is
	Line, Col  int    // the same place, both from 1, columns in bytes
	Msg        string // what is wrong
	Expected   string // what would have been right there, "" if that says nothing
	Suggestion string // the nearest known name, "" if none is near
}

// Error is one line: place, fault, what was expected, suggestion.
func (e *SyntaxError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "traceql: %d:%d: %s", e.Line, e.Col, e.Msg)
	if e.Expected != "" {
		b.WriteString(", expected " + e.Expected)
	}
	if e.Suggestion != "" {
		fmt.Fprintf(&b, "; did you mean %q?", e.Suggestion)
	}
	return b.String()
}

// locate fills Line and Col from Pos.
func (e *SyntaxError) locate(text string) *SyntaxError {
	before := text[:min(max(int(e.Pos), 0), len(text))]
	e.Line = 1 + strings.Count(before, "\n")
	e.Col = len(before) - strings.LastIndexByte(before, '\n')
	return e
}

func fault(pos Pos, format string, args ...any) *SyntaxError {
	return &SyntaxError{Pos: pos, Msg: fmt.Sprintf(format, args...)}
}

func (e *SyntaxError) expecting(what string) *SyntaxError {
	e.Expected = what
	return e
}

// near suggests the known name nearest to got, if one is near enough.
func (e *SyntaxError) near(got string, known []string) *SyntaxError {
	e.Suggestion = nearest(got, known)
	return e
}

// nearest finds the name at the smallest edit distance, at most a third of the
// longer name; the first of equals.
func nearest(got string, known []string) string {
	if len(got) > 64 {
		return ""
	}
	best, bestDistance := "", 1<<30
	for _, name := range known {
		if strings.EqualFold(name, got) {
			return name
		}
		d := editDistance(got, name)
		if d < bestDistance && 3*d <= max(len(got), len(name)) {
			best, bestDistance = name, d
		}
	}
	return best
}

// editDistance counts insertions, deletions, replacements and swaps of neighbours.
func editDistance(a, b string) int {
	above, row := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	var twoAbove []int
	for i := 1; i <= len(a); i++ {
		twoAbove, above, row = above, row, make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := above[j-1]
			if a[i-1] != b[j-1] {
				cost++
			}
			row[j] = min(cost, above[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], twoAbove[j-2]+1)
			}
		}
	}
	return row[len(b)]
}
