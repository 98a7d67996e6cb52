package view

import (
	"encoding/json"
	"fmt"
	"strings"

	"supersonic/ui/frame"
	"supersonic/ui/grafana"
	"supersonic/ui/pattern"
	"supersonic/ui/payload"
)

// applyOverrides sets, rule by rule, the options of the fields that each finds.
// Names are those of before any override.
func (m *maker) applyOverrides(sheets []*sheet, names *names) {
	for i, ov := range m.panel.Field.Overrides {
		match, err := m.matcher(ov.Matcher)
		if err != nil {
			m.warn("override %d: %s", i+1, err)
			continue
		}
		for _, s := range sheets {
			for _, c := range s.columns {
				if match(c) {
					m.override(c, ov.Properties)
				}
			}
		}
	}
}

func (m *maker) override(c *column, properties []grafana.Property) {
	for _, p := range properties {
		if p.ID == "displayName" {
			var name string
			if json.Unmarshal(p.Value, &name) == nil && name == "" {
				continue
			}
		}
		if p.ID == "custom.displayMode" { // the older name says only the type
			p = grafana.Property{ID: "custom.cellOptions", Value: json.RawMessage(`{"type":` + string(p.Value) + `}`)}
		}
		// An error was listed when the file was read.
		_ = c.opts.Set(p.ID, p.Value)
	}
}

// matcher is the condition that a matcher of fields stands for.
func (m *maker) matcher(mt grafana.Matcher) (func(*column) bool, error) {
	o := readOptions(mt.Options)
	var text string
	_ = json.Unmarshal(mt.Options, &text)
	text = m.env.fill(text)
	switch mt.ID {
	case "byName":
		return func(c *column) bool { return c.name == text || c.Name == text }, nil
	case "byNames":
		return m.byNames(o), nil
	case "byRegexp", "byRegexpOrNames":
		pattern := text
		if pattern == "" {
			pattern = m.env.fill(o.text("pattern", ""))
		}
		listed := o.texts("names")
		if pattern == "" && len(listed) > 0 {
			return func(c *column) bool { return contains(listed, c.name) }, nil
		}
		re, err := m.slashed(pattern)
		if err != nil {
			return nil, err
		}
		return func(c *column) bool { return re.Match(c.name) || contains(listed, c.name) }, nil
	case "byType":
		return func(c *column) bool { return typeName(c.Kind) == text }, nil
	case "byTypes":
		var kinds []string
		_ = json.Unmarshal(mt.Options, &kinds)
		return func(c *column) bool { return contains(kinds, typeName(c.Kind)) }, nil
	case "byFrameRefID":
		return func(c *column) bool { return c.refID == text }, nil
	case "byValue":
		return byValue(o), nil
	case "numeric":
		return func(c *column) bool { return c.Kind == frame.Number }, nil
	case "time":
		return func(c *column) bool { return c.Kind == frame.Time }, nil
	case "first":
		return func(c *column) bool { return c.at == 0 }, nil
	case "firstTimeField":
		return func(c *column) bool { return c.Kind == frame.Time && c.at == 0 }, nil
	case "byIndex":
		n := readOptions(json.RawMessage(`{"n":`+string(mt.Options)+`}`)).number("n", -1)
		return func(c *column) bool { return float64(c.at) == n }, nil
	case "anyMatch", "any":
		return func(*column) bool { return true }, nil
	}
	return nil, fmt.Errorf("the matcher %q is not known", mt.ID)
}

func (m *maker) byNames(o options) func(*column) bool {
	listed := o.texts("names")
	except := o.text("mode", "include") == "exclude"
	return func(c *column) bool { return (contains(listed, c.name) || contains(listed, c.Name)) != except }
}

// byValue finds fields whose reduced value fulfils a condition.
func byValue(o options) func(*column) bool {
	calc, op, value := o.text("reducer", "lastNotNull"), o.text("op", ">="), o.number("value", 0)
	return func(c *column) bool {
		if c.Kind != frame.Number {
			return false
		}
		return compare(reduce(calc, c.Values), op, value)
	}
}

func compare(a float64, op string, b float64) bool {
	switch op {
	case "==", "=", "eq":
		return a == b
	case "!=", "ne":
		return a != b
	case ">", "gt":
		return a > b
	case ">=", "gte":
		return a >= b
	case "<", "lt":
		return a < b
	case "<=", "lte":
		return a <= b
	}
	return false
}

func typeName(k frame.Kind) string {
	switch k {
	case frame.Text:
		return "string"
	case frame.Bool:
		return "boolean"
	}
	return string(k)
}

func contains(list []string, s string) bool {
	for _, e := range list {
		if e == s {
			return true
		}
	}
	return false
}

// slashed reads /pattern/flags, or a pattern without slashes that fits the whole.
func (m *maker) slashed(text string) (*pattern.Pattern, error) {
	expr := text
	if rest, ok := strings.CutPrefix(text, "/"); ok {
		if end := strings.LastIndexByte(rest, '/'); end >= 0 {
			expr = rest[:end]
			if strings.Contains(rest[end+1:], "i") {
				expr = "(?i)" + expr
			}
		}
	} else if text != "" {
		expr = "^" + text + "$"
	}
	return m.pattern(text, expr)
}

// pattern reads an expression that the file writes as text. One that turns out to take
// too long is said.
func (m *maker) pattern(text, expr string) (*pattern.Pattern, error) {
	re, err := pattern.Compile(expr)
	if err != nil {
		return nil, fmt.Errorf("the pattern %q cannot be read: %w", text, err)
	}
	m.patterns = append(m.patterns, named{text, re})
	return re, nil
}

// named is a pattern as the file has it.
type named struct {
	text string
	re   *pattern.Pattern
}

// slowPatterns says which patterns were given up.
func (m *maker) slowPatterns() {
	for _, p := range m.patterns {
		if p.re.Slow() {
			m.warn("the pattern %q takes too long and finds nothing", p.text)
		}
	}
}

func (m *maker) warn(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	for _, n := range m.notes {
		if n.Text == text {
			return
		}
	}
	m.notes = append(m.notes, payload.ViewNote{Level: "warn", Text: text})
}
