package view

import (
	"encoding/json"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"supersonic/ui/frame"
	"supersonic/ui/pattern"
	"supersonic/ui/units"
)

// filterByValue keeps or drops rows by conditions on their values.
func (m *maker) filterByValue(frames []frame.Frame, o options) []frame.Frame {
	filters := o.list("filters")
	if len(filters) == 0 {
		return frames
	}
	all, include := o.text("match", "any") == "all", o.text("type", "include") == "include"
	names := newNames(frames)
	out := slices.Clone(frames)
	for i := range frames {
		var rules []func(int) bool
		for _, f := range filters {
			if j := fieldAt(frames, names, i, m.env.fill(f.text("fieldName", ""))); j >= 0 {
				rules = append(rules, m.valueRule(&frames[i].Fields[j], f.sub("config")))
			}
		}
		if len(rules) == 0 {
			continue
		}
		var rows []int
		for r := range frames[i].Rows() {
			hits := 0
			for _, rule := range rules {
				if rule(r) {
					hits++
				}
			}
			if (all && hits == len(rules) || !all && hits > 0) == include {
				rows = append(rows, r)
			}
		}
		out[i] = rowsOf(&frames[i], rows)
	}
	return out
}

// valueRule is one condition on the rows of a field.
func (m *maker) valueRule(f *frame.Field, config options) func(int) bool {
	o := config.sub("options")
	text := m.env.fill(o.text("value", ""))
	number := math.NaN()
	if n := o.maybe("value"); n != nil {
		number = *n
		if text == "" {
			text = units.Plain(number)
		}
	} else if n := textNumber(text); n != nil {
		number = *n
	}
	raw := func(r int) string { return (&column{Field: *f}).raw(r) }
	num := func(r int) float64 {
		if f.Kind == frame.Text {
			if n := textNumber(raw(r)); n != nil {
				return *n
			}
			return math.NaN()
		}
		return value(f.Values, r)
	}
	// In an order what is missing counts as nought, as it does in Grafana.
	ordered := func(r int) float64 {
		if n := num(r); !math.IsNaN(n) || f.Kind == frame.Text {
			return n
		}
		return 0
	}
	missing := func(r int) bool {
		return f.Kind != frame.Text && math.IsNaN(num(r)) || f.Kind == frame.Text && raw(r) == ""
	}
	switch id := config.text("id", ""); id {
	case "isNull":
		return missing
	case "isNotNull":
		return func(r int) bool { return !missing(r) }
	case "equal":
		return func(r int) bool { return equalCell(f, raw(r), num(r), text, number) }
	case "notEqual":
		return func(r int) bool { return !equalCell(f, raw(r), num(r), text, number) }
	case "greater":
		return func(r int) bool { return ordered(r) > number }
	case "greaterOrEqual":
		return func(r int) bool { return ordered(r) >= number }
	case "lower":
		return func(r int) bool { return ordered(r) < number }
	case "lowerOrEqual":
		return func(r int) bool { return ordered(r) <= number }
	case "between":
		from, to := o.number("from", math.Inf(-1)), o.number("to", math.Inf(1))
		return func(r int) bool { return ordered(r) > from && ordered(r) < to }
	case "substring":
		return func(r int) bool { return strings.Contains(strings.ToLower(raw(r)), strings.ToLower(text)) }
	case "notSubstring":
		return func(r int) bool { return !strings.Contains(strings.ToLower(raw(r)), strings.ToLower(text)) }
	case "regex":
		re, err := m.pattern(text, text)
		if err != nil {
			m.warn("the transformation filterByValue: the pattern %q cannot be read", text)
			return func(int) bool { return false }
		}
		return func(r int) bool { return re.Match(raw(r)) }
	default:
		m.warn("the condition %q of the transformation filterByValue is not known", id)
		return func(int) bool { return true }
	}
}

func equalCell(f *frame.Field, raw string, number float64, text string, want float64) bool {
	if f.Kind == frame.Text {
		return raw == text
	}
	if f.Kind == frame.Bool {
		return strconv.FormatBool(number != 0) == text || number == want
	}
	return number == want
}

// convert turns fields into another kind.
func (m *maker) convert(frames []frame.Frame, o options) []frame.Frame {
	rules := map[string]options{}
	for _, c := range o.list("conversions") {
		rules[c.text("targetField", "")] = c
	}
	return fieldsOf(frames, func(name string, f frame.Field) (frame.Field, bool) {
		rule, ok := rules[name]
		if !ok {
			if rule, ok = rules[f.Name]; !ok {
				return f, true
			}
		}
		return m.converted(f, rule), true
	})
}

func (m *maker) converted(f frame.Field, rule options) frame.Field {
	c := &column{Field: f}
	n := f.Len()
	switch to := rule.text("destinationType", ""); to {
	case "string":
		if f.Kind == frame.Text {
			return f
		}
		f.Texts = make([]string, n)
		for i := range f.Texts {
			f.Texts[i] = m.asText(c, i, rule.text("dateFormat", ""))
		}
		f.Kind, f.Values = frame.Text, nil
	case "number", "time", "boolean":
		values := make([]float64, n)
		for i := range values {
			values[i] = m.asNumber(c, i, to, rule.text("dateFormat", ""))
		}
		f.Kind = map[string]frame.Kind{"number": frame.Number, "time": frame.Time, "boolean": frame.Bool}[to]
		f.Values, f.Texts = values, nil
	default:
		m.warn("the transformation convertFieldType to %q is not known", to)
	}
	return f
}

func (m *maker) asText(c *column, row int, layout string) string {
	v := value(c.Values, row)
	switch {
	case math.IsNaN(v):
		return "null"
	case c.Kind == frame.Bool:
		return strconv.FormatBool(v != 0)
	case c.Kind == frame.Time:
		_, text, _ := units.Text(units.Of("time:"+orElse(layout, "YYYY-MM-DDTHH:mm:ssZ"), nil), v, m.env.clock())
		return text
	}
	return units.Plain(v)
}

func (m *maker) asNumber(c *column, row int, to, layout string) float64 {
	if c.Kind != frame.Text {
		v := value(c.Values, row)
		if to == "boolean" {
			return flagNumber(v != 0 && !math.IsNaN(v))
		}
		return v
	}
	text := strings.TrimSpace(c.raw(row))
	switch to {
	case "time":
		return timeOf(text, layout)
	case "boolean":
		return flagNumber(text != "" && text != "false" && text != "0")
	}
	text = strings.ReplaceAll(text, ",", "")
	if n := textNumber(text); n != nil {
		return *n
	}
	if n, err := strconv.ParseInt(text, 0, 64); err == nil { // 0x10
		return float64(n)
	}
	return math.NaN()
}

// timeOf reads Unix milliseconds or a date; of a date in a layout of its own ("YYYY")
// what the layout has.
func timeOf(text, layout string) float64 {
	if layout != "" {
		return laidOut(text, layout)
	}
	if n := textNumber(text); n != nil {
		return *n
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02"} {
		if t, err := time.Parse(layout, text); err == nil {
			return float64(t.UnixMilli())
		}
	}
	return math.NaN()
}

// laidOut reads the numbers of a date in the order in which a layout of moment.js has
// them; what stands behind the layout's end is left.
func laidOut(text, layout string) float64 {
	parts := map[string]int{"YYYY": 1970, "MM": 1, "DD": 1, "HH": 0, "mm": 0, "ss": 0, "SSS": 0}
	rest := text
	for _, token := range regexp.MustCompile(`YYYY|MM|DD|HH|mm|ss|SSS|x|X|.`).FindAllString(layout, 100) {
		switch _, known := parts[token]; {
		case token == "x" || token == "X":
			if n := textNumber(rest); n != nil {
				return *n * map[string]float64{"x": 1, "X": 1000}[token]
			}
			return math.NaN()
		case !known:
			rest = strings.TrimPrefix(rest, token)
		default:
			digits := rest[:min(len(token), len(rest))]
			n, err := strconv.Atoi(digits)
			if err != nil {
				return math.NaN()
			}
			parts[token], rest = n, rest[len(digits):]
		}
	}
	return float64(time.Date(parts["YYYY"], time.Month(parts["MM"]), parts["DD"], parts["HH"], parts["mm"], parts["ss"], parts["SSS"]*1e6, time.UTC).UnixMilli())
}

// extract makes fields of what stands in a text: JSON, key=value pairs, named groups of
// a pattern, parts between delimiters.
func (m *maker) extract(frames []frame.Frame, o options) []frame.Frame {
	source := m.env.fill(o.text("source", ""))
	names := newNames(frames)
	out := make([]frame.Frame, 0, len(frames))
	for i := range frames {
		j := fieldAt(frames, names, i, source)
		if j < 0 || frames[i].Fields[j].Kind != frame.Text {
			out = append(out, frames[i])
			continue
		}
		parse, ok := m.parser(o)
		if !ok {
			return frames
		}
		n := frame.Frame{Name: frames[i].Name, RefID: frames[i].RefID}
		for k, f := range frames[i].Fields {
			if o.flag("replace", false) && (f.Kind != frame.Time || !o.flag("keepTime", false)) && (k != j || true) {
				continue
			}
			n.Fields = append(n.Fields, f)
		}
		out = append(out, frame.Frame{Name: n.Name, RefID: n.RefID, Fields: append(n.Fields, extracted(frames[i].Fields[j].Texts, parse, o.list("jsonPaths"))...)})
	}
	return out
}

func extracted(texts []string, parse func(string) map[string]any, chosen []options) []frame.Field {
	var keys []string
	rows := make([]map[string]any, len(texts))
	for i, t := range texts {
		rows[i] = parse(t)
		var own []string
		for k := range rows[i] {
			if !contains(keys, k) {
				own = append(own, k)
			}
		}
		slices.Sort(own)
		keys = append(keys, own...)
	}
	if len(chosen) > 0 {
		keys = nil
		for _, c := range chosen {
			path := c.text("path", "")
			alias := orElse(c.text("alias", ""), path)
			keys = append(keys, alias)
			for i := range rows {
				if v := atPath(rows[i], path); v != nil {
					rows[i] = withKey(rows[i], alias, v)
				}
			}
		}
	}
	const most = 200
	var out []frame.Field
	for _, k := range keys[:min(len(keys), most)] {
		out = append(out, typed(k, rows))
	}
	return out
}

func withKey(m map[string]any, key string, v any) map[string]any {
	m[key] = v
	return m
}

func atPath(v any, path string) any {
	for _, p := range strings.FieldsFunc(path, func(r rune) bool { return r == '.' || r == '[' || r == ']' }) {
		switch x := v.(type) {
		case map[string]any:
			v = x[p]
		case []any:
			n, err := strconv.Atoi(p)
			if err != nil || n < 0 || n >= len(x) {
				return nil
			}
			v = x[n]
		default:
			return nil
		}
	}
	return v
}

// parser reads one text in the format that the transformation names.
func (m *maker) parser(o options) (parse func(string) map[string]any, ok bool) {
	switch format := o.text("format", "auto"); format {
	case "json", "kvp", "auto":
		return func(text string) map[string]any { return parsed(text, format) }, true
	case "regexp":
		re, _, err := m.searching(m.env.fill(o.text("regExp", "/(?<NewField>.*)/")))
		if err != nil {
			m.warn("the transformation extractFields: %s", err)
			return nil, false
		}
		return func(text string) map[string]any { return groupsOf(re, text) }, true
	case "delimiter":
		between := orElse(o.text("delimiter", ""), ",")
		return func(text string) map[string]any {
			out := map[string]any{}
			for _, part := range strings.Split(text, between) {
				if part = strings.TrimSpace(part); part != "" {
					out[part] = "true"
				}
			}
			return out
		}, true
	default:
		m.warn("the format %q of the transformation extractFields is not known", format)
		return nil, false
	}
}

// groupsOf are the named groups of a pattern in a text.
func groupsOf(re *pattern.Pattern, text string) map[string]any {
	out := map[string]any{}
	found := re.Find(text)
	for i, name := range re.Groups() {
		if name != "" && i < len(found) {
			out[name] = found[i]
		}
	}
	return out
}

func parsed(text, format string) map[string]any {
	var m map[string]any
	if format == "json" || format == "auto" {
		if json.Unmarshal([]byte(text), &m) == nil && m != nil {
			return m
		}
	}
	m = map[string]any{}
	if format == "kvp" || format == "auto" {
		for _, p := range regexp.MustCompile(`([\w.-]+)[=:]("[^"]*"|[^\s,;]+)`).FindAllStringSubmatch(text, 1000) {
			m[p[1]] = strings.Trim(p[2], `"`)
		}
	}
	return m
}

// typed is a field of numbers where all values are numbers, else of texts.
func typed(key string, rows []map[string]any) frame.Field {
	f := frame.Field{Name: key, Kind: frame.Number, Values: make([]float64, len(rows)), Texts: make([]string, len(rows))}
	for i, r := range rows {
		f.Values[i] = math.NaN()
		switch v := r[key].(type) {
		case nil:
		case float64:
			f.Values[i], f.Texts[i] = v, units.Plain(v)
		case string:
			f.Texts[i] = v
			if n := textNumber(v); n != nil {
				f.Values[i] = *n
			} else {
				f.Kind = frame.Text
			}
		default:
			b, err := json.Marshal(v)
			if err == nil {
				f.Texts[i] = string(b)
			}
			f.Kind = frame.Text
		}
	}
	if f.Kind == frame.Number {
		f.Texts = nil
	} else {
		f.Values = nil
	}
	return f
}
