package traceql

import (
	"fmt"
	"regexp"
	"regexp/syntax"
)

// mostSteps is how many steps a regular expression may have once its repetitions are
// written out. A step takes 40 bytes and up to 2 µs to compile; Go's own bound is 3.3
// million of them, which 1,500 letters in ( ){1000} come near. The names of all pods that
// a query has room for are half of this.
const mostSteps = 250_000

// wholeText compiles a regular expression that matches a whole text.
func wholeText(expr string) (*regexp.Regexp, error) {
	tree, err := syntax.Parse(expr, syntax.Perl) // alone: with brackets around it a)|(b would be one
	if err != nil {
		return nil, err
	}
	if n := steps(tree); n > mostSteps {
		return nil, fmt.Errorf("a regular expression of %d steps, with its repetitions written out, more than %d", n, mostSteps)
	}
	return regexp.Compile("^(?s:" + expr + ")$")
}

// steps is about how many steps a regular expression has.
func steps(re *syntax.Regexp) int {
	n := 1
	if re.Op == syntax.OpLiteral {
		n = len(re.Rune)
	}
	for _, sub := range re.Sub {
		n += steps(sub)
	}
	if re.Op == syntax.OpRepeat {
		n *= max(re.Min+1, re.Max)
	}
	return n
}
