package generator

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"

	"supersonic/traces/column"
	"supersonic/traces/otlp"
)

// FilterPolicy says which spans count. A span that matches Exclude of any policy does not;
// of the others one does that matches IncludeAny of any, or, where there is one, Include of
// all. Without Include and IncludeAny every span does. What is nil does not matter.
type FilterPolicy struct{ Include, IncludeAny, Exclude *PolicyMatch }

// PolicyMatch is a list of attributes and their values; a span matches with all of them.
type PolicyMatch struct {
	Regex      bool // values are regular expressions, found anywhere in a text
	Attributes []MatchAttribute
}

// MatchAttribute is one condition. Key is name, kind, status, span.NAME or
// resource.NAME; Value a string, bool, int or float64. A kind is written
// SPAN_KIND_SERVER, a status STATUS_CODE_ERROR.
type MatchAttribute struct {
	Key   string
	Value any
}

// filter is policies made ready: of each kind those that there are.
type filter struct{ include, includeAny, exclude [][]condition }

type condition struct {
	scope string // name, kind, status, span, resource
	key   key
	value any
	regex *regexp.Regexp // nil: equal
}

func newFilter(policies []FilterPolicy, k *keys) (filter, error) {
	var out filter
	for i, p := range policies {
		some := false
		for _, part := range []struct {
			from *PolicyMatch
			to   *[][]condition
		}{{p.Include, &out.include}, {p.IncludeAny, &out.includeAny}, {p.Exclude, &out.exclude}} {
			if part.from == nil || len(part.from.Attributes) == 0 {
				continue
			}
			list, err := newConditions(part.from, k)
			if err != nil {
				return filter{}, fmt.Errorf("filter_policies[%d]: %w", i, err)
			}
			*part.to, some = append(*part.to, list), true
		}
		if !some {
			return filter{}, fmt.Errorf("filter_policies[%d] has no condition: give include, include_any or exclude with attributes", i)
		}
	}
	return out, nil
}

func newConditions(m *PolicyMatch, k *keys) ([]condition, error) {
	var list []condition
	for _, a := range m.Attributes {
		c, err := newCondition(a, m.Regex, k)
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, nil
}

func newCondition(a MatchAttribute, isRegex bool, k *keys) (condition, error) {
	c := condition{value: a.Value}
	switch scope, name, dot := strings.Cut(a.Key, "."); {
	case a.Key == "name" || a.Key == "kind" || a.Key == "status":
		c.scope = a.Key
	case dot && name != "" && (scope == "span" || scope == "resource"):
		c.scope, c.key = scope, k.add(name)
	default:
		return c, fmt.Errorf("key %q: expected name, kind, status, span.NAME or resource.NAME", a.Key)
	}
	switch v := a.Value.(type) {
	case string:
		if isRegex {
			var err error
			if c.regex, err = regexp.Compile(v); err != nil {
				return c, fmt.Errorf("value of %s: %w", a.Key, err)
			}
		}
	case bool, int, float64:
		if isRegex {
			return c, fmt.Errorf("value of %s: a regular expression is a text, not %v", a.Key, v)
		}
	default:
		return c, errors.New("value of " + a.Key + ": expected a text, number or true or false")
	}
	return c, nil
}

// passes tells whether a span counts.
func (f *filter) passes(in *intake, s *otlp.Span) bool {
	matches := func(list []condition) bool { return all(list, in, s) }
	switch {
	case slices.ContainsFunc(f.exclude, matches):
		return false
	case slices.ContainsFunc(f.includeAny, matches):
		return true
	case len(f.include) == 0:
		return len(f.includeAny) == 0
	}
	for _, list := range f.include {
		if !matches(list) {
			return false
		}
	}
	return true
}

func all(conditions []condition, in *intake, s *otlp.Span) bool {
	for i := range conditions {
		if !conditions[i].holds(in, s) {
			return false
		}
	}
	return true
}

func (c *condition) holds(in *intake, s *otlp.Span) bool {
	switch c.scope {
	case "name":
		return c.text(string(s.Name))
	case "kind":
		return c.text(kindName(s.Kind))
	case "status":
		return c.text(statusName(s.Status))
	}
	attrs := s.Attrs
	if c.scope == "resource" {
		attrs = in.batch.Resources[s.Resource].Attrs
	}
	a := in.keys.find(attrs, c.key)
	if a == nil {
		return false
	}
	switch v := c.value.(type) {
	case bool:
		return a.Type == column.Bool && (a.Num != 0) == v
	case int:
		return a.Type == column.Int && int64(a.Num) == int64(v)
	case float64:
		return a.Type == column.Float && math.Float64frombits(a.Num) == v
	}
	return a.Type == column.String && c.text(string(a.Text))
}

func (c *condition) text(s string) bool {
	if c.regex != nil {
		return c.regex.MatchString(s)
	}
	return c.value == s
}
