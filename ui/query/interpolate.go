package query

import (
	"regexp"
	"strings"
)

// Style is how a variable is written where the text does not say it.
type Style int

// Styles.
const (
	ForTitle    Style = iota // the words that a reader chose: "a + b"
	ForText                  // plain values: "a, b"
	ForURL                   // percent-encoded: "%7Ba%2Cb%7D" as Grafana's links have it
	ForPromQL                // one value is itself, several become (a|b), for =~
	ForTraceQL               // a|b
	ForVariable              // within a query of a variable: as ForPromQL
)

// AllValue is what a variable's value is when all are chosen.
const AllValue = "$__all"

// reference finds $x, ${x}, ${x.field:format} and [[x:format]].
var reference = regexp.MustCompile(`\$(\w+)|\[\[(\w+)(?::(\w+))?\]\]|\$\{(\w+)(?:\.([^:^}]+))?(?::([^}]+))?\}`)

// Fill writes the values of variables into text. What is not known stays as it
// is written.
func (e *Env) Fill(text string, style Style) string {
	return e.fill(text, style, nil)
}

// fill is Fill with names that hold for this text alone, the steps of a query.
func (e *Env) fill(text string, style Style, own map[string]string) string {
	if !strings.ContainsAny(text, "$[") {
		return text
	}
	return replaceAll(text, func(name, field, format string) (string, bool) {
		if v, known := own[name]; known && field == "" {
			return v, true
		}
		if v, known := e.builtIn(name, field, format); known {
			return v, true
		}
		v, known := e.lookup(name)
		if !known {
			return "", false
		}
		return v.write(name, field, format, style), true
	})
}

// replaceAll asks replace for each reference.
func replaceAll(text string, replace func(name, field, format string) (string, bool)) string {
	var out strings.Builder
	last := 0
	for _, m := range reference.FindAllStringSubmatchIndex(text, -1) {
		group := func(i int) string {
			if m[2*i] < 0 {
				return ""
			}
			return text[m[2*i]:m[2*i+1]]
		}
		name, format := group(1), ""
		if name == "" {
			name, format = group(2), group(3)
		}
		if name == "" {
			name, format = group(4), group(6)
		}
		if with, known := replace(name, group(5), format); known {
			out.WriteString(text[last:m[0]])
			out.WriteString(with)
			last = m[1]
		}
	}
	out.WriteString(text[last:])
	return out.String()
}

// names are the variables that a text refers to.
func names(text string) []string {
	var list []string
	replaceAll(text, func(name, _, _ string) (string, bool) {
		list = append(list, name)
		return "", false
	})
	return list
}

// usesAny tells whether text refers to one of the names.
func usesAny(text string, of ...string) bool {
	for _, n := range names(text) {
		for _, o := range of {
			if n == o {
				return true
			}
		}
	}
	return false
}

// Value is what a variable holds.
type Value struct {
	Values []string
	Texts  []string // words for Values, as many
	All    bool     // all are chosen; Values are all of them
	Custom string   // the variable's own value for all, written unchanged
	Single bool     // it can hold one value only: nothing is escaped for a regular expression
}

// write writes the value as format says, or as the place is used to.
func (v Value) write(name, field, format string, style Style) string {
	if format == "" && field == "text" {
		format = "text"
	}
	if v.All && v.Custom != "" && format != "text" && format != "queryparam" && !(format == "" && style == ForTitle) {
		if format == "percentencode" || format == "uriencode" || format == "" && style == ForURL {
			return percent(v.Custom)
		}
		return v.Custom
	}
	if format == "" {
		return v.usual(name, style)
	}
	kind, argument, _ := strings.Cut(format, ":")
	return v.formatted(name, kind, argument)
}

func (v Value) usual(name string, style Style) string {
	switch style {
	case ForTitle:
		return v.formatted(name, "text", "")
	case ForText:
		return strings.Join(v.Values, ", ")
	case ForURL:
		return percent(v.formatted(name, "glob", ""))
	case ForTraceQL:
		return strings.Join(v.Values, "|")
	}
	return v.promQL()
}

// promQL is how a variable stands in PromQL, within the quotes of a matcher as a
// rule: its backslashes are doubled, because a string of PromQL halves them again.
func (v Value) promQL() string {
	if v.Single && len(v.Values) == 1 {
		return strings.ReplaceAll(v.Values[0], `\`, `\\`)
	}
	escaped := make([]string, len(v.Values))
	for i, s := range v.Values {
		escaped[i] = strings.ReplaceAll(escapeRegexp(s), `\`, `\\`)
	}
	if len(escaped) == 1 {
		return escaped[0]
	}
	return "(" + strings.Join(escaped, "|") + ")"
}
