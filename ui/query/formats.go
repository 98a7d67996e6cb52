package query

import (
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// special are the characters that mean something in a regular expression.
const special = `\^$*+?.()|{}[]/`

func escapeRegexp(s string) string { return escapeEach(s, special) }

// lucene are the characters that mean something in a Lucene query.
const lucene = `+-=&|!(){}[]^"~*?:\/<> `

func escapeEach(s, chars string) string {
	if !strings.ContainsAny(s, chars) {
		return s
	}
	var out strings.Builder
	for _, c := range s {
		if strings.ContainsRune(chars, c) {
			out.WriteByte('\\')
		}
		out.WriteRune(c)
	}
	return out.String()
}

// percent encodes all but letters, digits and -_.~ .
func percent(s string) string {
	return strings.ReplaceAll(url.QueryEscape(s), "+", "%20")
}

// formatted writes the value in one of the formats that Grafana documents; an
// unknown one is Grafana's usual, glob.
func (v Value) formatted(name, format, argument string) string {
	one := len(v.Values) == 1
	switch format {
	case "text":
		return v.words()
	case "raw":
		return strings.Join(v.Values, ",")
	case "csv":
		return strings.Join(v.Values, ",")
	case "pipe":
		return strings.Join(v.Values, "|")
	case "join":
		if argument == "" {
			argument = ","
		}
		return strings.Join(v.Values, argument)
	case "regex":
		return grouped(each(v.Values, escapeRegexp), one)
	case "json":
		return jsonOf(v.Values, one)
	case "doublequote":
		return strings.Join(each(v.Values, func(s string) string { return `"` + strings.ReplaceAll(s, `"`, `\"`) + `"` }), ",")
	case "singlequote":
		return strings.Join(each(v.Values, func(s string) string { return "'" + strings.ReplaceAll(s, "'", `\'`) + "'" }), ",")
	case "sqlstring":
		return strings.Join(each(v.Values, func(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }), ",")
	case "lucene":
		return luceneOf(v.Values, one)
	case "percentencode", "uriencode":
		return percent(v.formatted(name, "glob", ""))
	case "queryparam":
		return v.queryParam(name)
	case "customqueryparam":
		return v.ownParam(name, argument)
	case "distributed":
		return distributed(v.Values, name)
	case "html":
		return strings.Join(each(v.Values, escapeHTML), ", ")
	case "date":
		return dateOf(v.Values, argument)
	case "id", "number":
		return strings.Join(v.Values, ",")
	}
	if one {
		return v.Values[0]
	}
	return "{" + strings.Join(v.Values, ",") + "}"
}

// words are what the reader sees in the variable's field.
func (v Value) words() string {
	if v.All {
		return "All"
	}
	return strings.Join(v.Texts, " + ")
}

func each(list []string, f func(string) string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = f(s)
	}
	return out
}

func grouped(list []string, one bool) string {
	if one {
		return list[0]
	}
	return "(" + strings.Join(list, "|") + ")"
}

func jsonOf(list []string, one bool) string {
	var v any = list
	if one {
		v = list[0]
	}
	text, err := json.Marshal(v)
	if err != nil {
		return "null" // strings always have a JSON form
	}
	return string(text)
}

func luceneOf(list []string, one bool) string {
	if one {
		return escapeEach(list[0], lucene)
	}
	if len(list) == 0 {
		return "__empty__"
	}
	quoted := each(list, func(s string) string { return `"` + escapeEach(s, lucene) + `"` })
	return "(" + strings.Join(quoted, " OR ") + ")"
}

func (v Value) queryParam(name string) string {
	if v.All {
		return "var-" + percent(name) + "=" + percent(AllValue)
	}
	return strings.Join(each(v.Values, func(s string) string { return "var-" + percent(name) + "=" + percent(s) }), "&")
}

// ownParam is the value under a name of one's own, each with a prefix: "v-servers:x-".
func (v Value) ownParam(name, argument string) string {
	key, prefix, _ := strings.Cut(argument, ":")
	if key == "" {
		key = name
	}
	values := v.Values
	if v.All && v.Custom == "" {
		values = []string{AllValue}
	}
	return strings.Join(each(values, func(s string) string { return percent(key) + "=" + percent(prefix+s) }), "&")
}

func distributed(list []string, name string) string {
	out := append([]string(nil), list...)
	for i := 1; i < len(out); i++ {
		out[i] = name + "=" + out[i]
	}
	return strings.Join(out, ",")
}

var htmlEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;")

func escapeHTML(s string) string { return htmlEscaper.Replace(s) }

// dateOf writes Unix milliseconds as ISO 8601 ("iso" or nothing), as seconds or in
// a layout of moment.js.
func dateOf(values []string, layout string) string {
	if len(values) == 0 {
		return ""
	}
	ms, err := strconv.ParseInt(values[0], 10, 64)
	if err != nil {
		return values[0]
	}
	at := time.UnixMilli(ms).UTC()
	switch layout {
	case "", "iso":
		return at.Format("2006-01-02T15:04:05.000Z")
	case "seconds":
		return strconv.FormatInt(ms/1000, 10)
	}
	return momentLayout(at, layout)
}

// tokens of moment.js's layouts, the longest first.
var tokens = []struct{ token, layout string }{
	{"YYYY", "2006"}, {"YY", "06"}, {"MMMM", "January"}, {"MMM", "Jan"}, {"MM", "01"}, {"M", "1"}, {"DD", "02"}, {"D", "2"},
	{"dddd", "Monday"}, {"ddd", "Mon"}, {"HH", "15"}, {"hh", "03"}, {"h", "3"}, {"mm", "04"}, {"m", "4"}, {"ss", "05"}, {"s", "5"},
	{"SSS", "000"}, {"A", "PM"}, {"a", "pm"}, {"ZZ", "-0700"}, {"Z", "-07:00"},
}

func momentLayout(at time.Time, layout string) string {
	var out strings.Builder
next:
	for len(layout) > 0 {
		if layout[0] == '[' {
			if end := strings.IndexByte(layout, ']'); end > 0 {
				out.WriteString(layout[1:end])
				layout = layout[end+1:]
				continue
			}
		}
		for _, t := range tokens {
			if !strings.HasPrefix(layout, t.token) {
				continue
			}
			if t.token == "SSS" {
				out.WriteString(at.Format(".000")[1:])
			} else {
				out.WriteString(at.Format(t.layout))
			}
			layout = layout[len(t.token):]
			continue next
		}
		out.WriteByte(layout[0])
		layout = layout[1:]
	}
	return out.String()
}
