package site

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// maxErrors is how many errors of one load are printed; a file that is wrong
// throughout is usually wrong for one reason.
const maxErrors = 30

// Error is one thing that is wrong with a file or a --set.
type Error struct {
	Origin        // where it was written
	Path   string // key path as --set writes it; empty: the file as a whole
	Msg    string
	Hint   string // what to do; may be empty
}

// Error gives `file:line:col: path: message` and the hint on a second line.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Origin.String())
	if e.Path != "" {
		b.WriteString(": " + e.Path)
	}
	b.WriteString(": " + e.Msg)
	if e.Hint != "" {
		b.WriteString("\n    " + e.Hint)
	}
	return b.String()
}

// Errors are all that is wrong, in the order of files and lines.
type Errors []*Error

// Error gives one error a line, the first thirty.
func (es Errors) Error() string {
	lines := make([]string, 0, len(es))
	for i, e := range es {
		if i == maxErrors {
			lines = append(lines, fmt.Sprintf("and %d more", len(es)-i))
			break
		}
		lines = append(lines, e.Error())
	}
	return strings.Join(lines, "\n")
}

// Unwrap lets errors.As find a single Error.
func (es Errors) Unwrap() []error {
	out := make([]error, len(es))
	for i, e := range es {
		out[i] = e
	}
	return out
}

// orNil returns the errors sorted by position, or nil when there are none.
func (es Errors) orNil() error {
	if len(es) == 0 {
		return nil
	}
	slices.SortStableFunc(es, func(a, b *Error) int {
		return a.compare(b.Origin)
	})
	return es
}

// errorsOf is what a reader of files or --set says is wrong.
func errorsOf(err error) Errors {
	var es Errors
	if !errors.As(err, &es) {
		es = Errors{{Msg: err.Error()}}
	}
	return es
}
