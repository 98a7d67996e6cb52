package query

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"supersonic/ui/grafana"
	"supersonic/ui/pattern"
	"supersonic/ui/payload"
	"supersonic/ui/steps"
)

// customOptions reads "a, b : c, d\,e": words and values of a custom variable.
func customOptions(query string, v grafana.Variable) []payload.VariableOption {
	if strings.HasPrefix(strings.TrimSpace(query), "[") {
		var list []payload.VariableOption
		if json.Unmarshal([]byte(query), &list) == nil {
			return list
		}
	}
	if strings.TrimSpace(query) == "" {
		return fileOptions(v)
	}
	var list []payload.VariableOption
	for _, part := range splitUnescaped(query) {
		words, value, pair := strings.Cut(part, " : ")
		words = strings.TrimSpace(words)
		if !pair {
			value = words
		}
		if words != "" {
			list = append(list, payload.VariableOption{Text: words, Value: strings.TrimSpace(value)})
		}
	}
	return list
}

// splitUnescaped splits at commas that no backslash precedes.
func splitUnescaped(s string) []string {
	var list []string
	var part strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s) && s[i+1] == ',':
			part.WriteByte(',')
			i++
		case s[i] == ',':
			list = append(list, part.String())
			part.Reset()
		default:
			part.WriteByte(s[i])
		}
	}
	return append(list, part.String())
}

func fileOptions(v grafana.Variable) []payload.VariableOption {
	var list []payload.VariableOption
	for _, o := range v.Options {
		if o.Value != AllValue {
			list = append(list, payload.VariableOption{Text: o.Text, Value: o.Value})
		}
	}
	return list
}

// autoPrefix begins the value of an interval variable that follows the range.
const autoPrefix = "$__auto_interval"

// newAuto is the same as Grafana writes it from 11 on.
const newAuto = "$__auto"

// intervalOptions reads "1m,10m,'1h'" and adds auto where the file has it.
func intervalOptions(env *Env, v grafana.Variable) ([]payload.VariableOption, error) {
	var list []payload.VariableOption
	if auto, _, _ := autoOf(v); auto {
		list = append(list, payload.VariableOption{Text: "auto", Value: autoPrefix + "_" + v.Name})
	}
	for _, part := range splitUnescaped(env.Fill(text(v.Query), ForText)) {
		part = strings.Trim(strings.TrimSpace(part), `"'`)
		if part == "" || strings.HasPrefix(part, newAuto) {
			continue
		}
		if _, err := steps.Parse(part); err != nil {
			return list, err
		}
		list = append(list, payload.VariableOption{Text: part, Value: part})
	}
	return list, nil
}

func autoOf(v grafana.Variable) (on bool, count int, lowest string) {
	var file struct {
		Auto      bool   `json:"auto"`
		AutoCount any    `json:"auto_count"`
		AutoMin   string `json:"auto_min"`
	}
	if json.Unmarshal(v.JSON, &file) != nil {
		return false, 0, ""
	}
	count = 30
	if n, err := strconv.Atoi(fmt.Sprint(file.AutoCount)); err == nil && n > 0 {
		count = n
	}
	return file.Auto || slices.Contains(v.Current, newAuto), count, file.AutoMin
}

func autoInterval(env *Env, v grafana.Variable) string {
	_, count, lowest := autoOf(v)
	least, err := steps.Parse(lowest)
	if err != nil {
		least = 10 * time.Second
	}
	return steps.Write(steps.For(env.To.Sub(env.From), count, least))
}

// sourceOptions are the data sources of a type, by name.
func (r *Runner) sourceOptions(env *Env, v grafana.Variable) ([]payload.VariableOption, error) {
	keep, err := filterOf(env.Fill(v.Regex, ForText))
	if err != nil {
		return nil, err
	}
	kind := env.Fill(text(v.Query), ForText)
	var list []payload.VariableOption
	for _, d := range r.sources {
		if (kind == "" || d.Type == kind) && (keep == nil || keep.Match(d.Name)) {
			list = append(list, payload.VariableOption{Text: d.Name, Value: d.UID})
		}
	}
	if len(list) == 0 {
		return nil, &Absent{"this site has no data source of type " + kind, "add one under grafana.datasources"}
	}
	return list, nil
}

// filterOf reads a variable's regular expression, /x/i or x; nil for none.
func filterOf(text string) (*pattern.Pattern, error) {
	if text == "" {
		return nil, nil
	}
	flags := ""
	if strings.HasPrefix(text, "/") {
		if end := strings.LastIndexByte(text, '/'); end > 0 {
			for _, f := range text[end+1:] {
				if f == 'i' || f == 's' || f == 'm' {
					flags += string(f)
				}
			}
			text = text[1:end]
		}
	} else {
		text = "^" + strings.TrimSuffix(strings.TrimPrefix(text, "^"), "$") + "$"
	}
	if flags != "" {
		text = "(?" + flags + ")" + text
	}
	re, err := pattern.Compile(strings.ReplaceAll(text, `\/`, "/"))
	if err != nil {
		return nil, &Absent{fmt.Sprintf("the regular expression of the variable: %v", err), "it has to be a regular expression of JavaScript"}
	}
	return re, nil
}

// filtered keeps the options that the variable's regular expression finds, cut to
// its groups: the groups "text" and "value", else the first.
func filtered(list []payload.VariableOption, re *pattern.Pattern) []payload.VariableOption {
	if re == nil {
		return list
	}
	var out []payload.VariableOption
	words, value := re.Group("text"), re.Group("value")
	for _, o := range list {
		for _, m := range re.FindAll(o.Value, -1) {
			switch {
			case words > 0 || value > 0:
				o = named(m, words, value)
			case len(m) > 1:
				o = payload.VariableOption{Text: m[1], Value: m[1]}
			}
			out = append(out, o)
			if words <= 0 && value <= 0 {
				break
			}
		}
	}
	return out
}

func named(m []string, words, value int) payload.VariableOption {
	var o payload.VariableOption
	if words > 0 {
		o.Text = m[words]
	}
	if value > 0 {
		o.Value = m[value]
	}
	if value <= 0 || o.Value == "" {
		o.Value = o.Text
	}
	if words <= 0 || o.Text == "" {
		o.Text = o.Value
	}
	return o
}

// unique leaves the first of what has the same key. The list is of no use afterwards.
func unique[T any](list []T, key func(T) string) []T {
	seen := make(map[string]bool, len(list))
	return slices.DeleteFunc(list, func(v T) bool {
		k := key(v)
		before := seen[k]
		seen[k] = true
		return before
	})
}

func valueOf(o payload.VariableOption) string { return o.Value }

var firstNumber = regexp.MustCompile(`\d+`)

func numberIn(s string) int64 {
	n, err := strconv.ParseInt(firstNumber.FindString(s), 10, 64)
	if err != nil {
		return -1
	}
	return n
}

// sorted orders options as Grafana's numbers of orders say.
func sorted(list []payload.VariableOption, order int) {
	var less func(a, b string) bool
	switch order {
	case 1, 2:
		less = func(a, b string) bool { return a < b }
	case 3, 4:
		less = func(a, b string) bool { return numberIn(a) < numberIn(b) }
	case 5, 6:
		less = func(a, b string) bool { return strings.ToLower(a) < strings.ToLower(b) }
	case 7, 8:
		less = natural
	default:
		return
	}
	sort.SliceStable(list, func(i, j int) bool {
		if order%2 == 0 {
			i, j = j, i
		}
		return less(list[i].Text, list[j].Text)
	})
}

// natural orders "pod-2" before "pod-10".
func natural(a, b string) bool {
	for a != "" && b != "" {
		na, nb := digits(a), digits(b)
		if na > 0 && nb > 0 {
			va, vb := strings.TrimLeft(a[:na], "0"), strings.TrimLeft(b[:nb], "0")
			if len(va) != len(vb) {
				return len(va) < len(vb)
			}
			if va != vb {
				return va < vb
			}
			a, b = a[na:], b[nb:]
			continue
		}
		if a[0] != b[0] {
			return a[0] < b[0]
		}
		a, b = a[1:], b[1:]
	}
	return len(a) < len(b)
}

func digits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}
