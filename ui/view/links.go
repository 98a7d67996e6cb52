package view

import (
	"fmt"
	"math"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"supersonic/ui/frame"
	"supersonic/ui/grafana"
	"supersonic/ui/payload"
	"supersonic/ui/units"
)

// variable finds ${__field.labels.pod:percentencode}, ${__data.fields["a: b"]} and the
// like, and $__url_time_range.
var variable = regexp.MustCompile(`\$\{(__(?:\["[^"]*"\]|\['[^']*'\]|[^}:\[]|\[[^\]"']*\])+)(?::([a-z]+))?\}|\$(__[a-zA-Z_]+)`)

// expand puts in what look finds; the rest stays for others.
func expand(text string, look func(name string) (string, bool)) string {
	return expandAs(text, "raw", look)
}

// expandAs is expand with a format for references that do not say theirs.
func expandAs(text, usual string, look func(name string) (string, bool)) string {
	if !strings.Contains(text, "$") {
		return text
	}
	return variable.ReplaceAllStringFunc(text, func(s string) string {
		m := variable.FindStringSubmatch(s)
		value, ok := look(m[1] + m[3])
		if !ok {
			return s
		}
		format := m[2]
		if format == "" {
			format = usual
		}
		return encoded(value, format)
	})
}

// encoded writes a value in the format of a reference. "uriencode" leaves what
// parts an address, because a value may be a whole one.
func encoded(value, format string) string {
	switch format {
	case "percentencode", "queryparam":
		return strings.ReplaceAll(url.QueryEscape(value), "+", "%20")
	case "uriencode":
		var out strings.Builder
		for _, b := range []byte(value) {
			if b > ' ' && b < 0x7f && !strings.ContainsRune(`"'()*!%<>[]\^`+"`{|}", rune(b)) {
				out.WriteByte(b)
			} else {
				fmt.Fprintf(&out, "%%%02X", b)
			}
		}
		return out.String()
	}
	return value
}

// fillField puts in what is known of a column.
func fillField(text string, c *column) string {
	return expand(text, c.look)
}

func (c *column) look(name string) (string, bool) {
	switch name {
	case "__field.name", "__field.displayName", "__series.name", "__field.config.displayName":
		if name == "__series.name" && c.Kind == frame.Time {
			return "", true
		}
		return c.name, true
	case "__field.labels":
		return LabelText(c.Labels), true
	}
	for _, prefix := range []string{"__field.labels.", "__series.labels."} {
		if key, ok := strings.CutPrefix(name, prefix); ok {
			return c.Labels[strings.Trim(key, `"'`)], true
		}
	}
	if key, ok := strings.CutPrefix(name, "__field.labels["); ok {
		return c.Labels[strings.Trim(key, `"'[]`)], true
	}
	return "", false
}

// linksOf are the links of a column's series. What depends on a value is left for
// the browser, which knows what the pointer is on.
func (m *maker) linksOf(c *column) []payload.PanelLink {
	out := []payload.PanelLink{}
	look := func(name string) (string, bool) {
		if name == "__data.refId" {
			return c.refID, true
		}
		return c.look(name)
	}
	for _, l := range c.opts.Links {
		if made := m.link(l, look); made.URL != "" {
			out = append(out, made)
		}
	}
	return out
}

// linksTo are the links of a column for one of its values; row is -1 for a value
// that is of no row.
func (m *maker) linksTo(s *sheet, c *column, row int, v payload.Shown) []payload.PanelLink {
	out := []payload.PanelLink{}
	look := func(name string) (string, bool) { return m.lookRow(s, c, row, v, name) }
	for _, l := range c.opts.Links {
		if made := m.link(l, look); made.URL != "" {
			out = append(out, made)
		}
	}
	return out
}

// linksReduced are the links of a value that was reduced from a column. Where the
// reduction took one of its rows (the last, the largest) the fields beside it are of
// that row.
func (m *maker) linksReduced(s *sheet, c *column, calc string, v payload.Shown) []payload.PanelLink {
	out := []payload.PanelLink{}
	row := rowOfReduction(calc, c)
	look := func(name string) (string, bool) {
		switch name {
		case "__value.calc":
			return calc, true
		case "__value", "__value.raw":
			return m.lookRow(s, c, -1, v, name)
		}
		return m.lookRow(s, c, row, v, name)
	}
	for _, l := range c.opts.Links {
		if made := m.link(l, look); made.URL != "" {
			out = append(out, made)
		}
	}
	return out
}

// rowOfReduction is the row whose value a reduction is, -1 if it is none's.
func rowOfReduction(calc string, c *column) int {
	rows := c.Len()
	if rows <= 1 {
		return rows - 1
	}
	if c.Kind == frame.Text {
		if calc == "first" || calc == "firstNotNull" {
			return 0
		}
		return rows - 1
	}
	want := reduce(calc, c.Values)
	switch calc {
	case "first", "firstNotNull", "min", "max", "logmin":
		return slices.IndexFunc(c.Values, func(v float64) bool { return v == want })
	case "last", "lastNotNull":
		for i := rows - 1; i >= 0; i-- {
			if c.Values[i] == want {
				return i
			}
		}
	}
	return -1
}

func (m *maker) link(l grafana.Link, look func(string) (string, bool)) payload.PanelLink {
	both := func(name string) (string, bool) {
		if v, ok := look(name); ok {
			return v, true
		}
		return m.look(name)
	}
	// The dashboard's variables first: a value that has a $ in it stays as it is.
	made := payload.PanelLink{
		Title: expand(m.env.fill(l.Title), both), URL: safeURL(expandAs(m.env.fillURL(strings.ReplaceAll(l.URL, "\n", "")), "uriencode", both)),
		NewTab: l.TargetBlank, Icon: l.Icon, Tooltip: l.Tooltip,
	}
	if made.URL == "" {
		m.warn("the link %q leads to no address: it is empty, or neither http, https nor mailto", l.Title)
	}
	return made
}

// safeURL refuses what is not an address to go to.
func safeURL(address string) string {
	scheme, _, ok := strings.Cut(address, ":")
	if !ok || strings.ContainsAny(scheme, "/?#$") {
		return address
	}
	switch strings.ToLower(strings.TrimSpace(scheme)) {
	case "http", "https", "mailto":
		return address
	}
	return ""
}

// look knows the time range.
func (m *maker) look(name string) (string, bool) {
	from, to := units.Plain(math.Trunc(m.env.FromMs)), units.Plain(math.Trunc(m.env.ToMs))
	switch name {
	case "__url_time_range":
		return "from=" + from + "&to=" + to, true
	case "__from":
		return from, true
	case "__to":
		return to, true
	}
	return "", false
}

// href is where the data source's own link of a value leads, "" without one.
func (m *maker) href(s *sheet, c *column, row int, v payload.Shown) string {
	if c.Link == "" {
		return ""
	}
	return m.sourceLink(c, func(name string) (string, bool) { return m.lookRow(s, c, row, v, name) })
}

func (m *maker) lookRow(s *sheet, c *column, row int, v payload.Shown, name string) (string, bool) {
	switch name {
	case "__value.raw", "__value":
		switch {
		case row >= 0:
			return c.raw(row), true
		case v.Number != nil:
			return units.Plain(*v.Number), true
		}
		return v.Text, true
	case "__value.text":
		return whole(v), true
	case "__value.numeric":
		if v.Number == nil {
			return "", true
		}
		return units.Plain(*v.Number), true
	case "__value.time":
		if t := s.time(); t != nil {
			return t.raw(row), true
		}
		return "", true
	case "__data.refId":
		return s.refID, true
	case "__data.name":
		return s.name, true
	case "__value.calc":
		return "", true
	}
	for _, prefix := range []string{"__data.fields.", "__data.fields["} {
		if key, ok := strings.CutPrefix(name, prefix); ok {
			return m.fieldOf(s, key, row), true
		}
	}
	return c.look(name)
}

// fieldOf is the value beside it in the row, by name or by number; with .text as it
// is written; with .labels.pod one of its field's labels. Of a value that is no row's
// there is what all rows have.
func (m *maker) fieldOf(s *sheet, key string, row int) string {
	key, label, labelled := strings.Cut(key, ".labels")
	key, words := strings.CutSuffix(key, ".text")
	key = strings.Trim(strings.TrimSuffix(key, ".numeric"), `"'[]`)
	for i, c := range s.columns {
		if c.name != key && c.Name != key && fmt.Sprint(i) != key {
			continue
		}
		if labelled {
			return c.Labels[strings.Trim(label, `."'[]`)]
		}
		if row < 0 && c.same() {
			row = 0
		}
		if words && row >= 0 {
			return whole(m.at(c, row))
		}
		return c.raw(row)
	}
	return ""
}

// same says that all rows have one text.
func (c *column) same() bool {
	return c.Kind == frame.Text && len(c.Texts) > 0 && !slices.ContainsFunc(c.Texts, func(t string) bool { return t != c.Texts[0] })
}

// raw is a value without its unit.
func (c *column) raw(row int) string {
	switch {
	case row < 0:
		return ""
	case c.Kind == frame.Text && row < len(c.Texts):
		return c.Texts[row]
	case c.Kind != frame.Text && row < len(c.Values) && !math.IsNaN(c.Values[row]):
		return units.Plain(c.Values[row])
	}
	return ""
}
