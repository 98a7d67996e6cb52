package query

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// fields are the keys of a target. Files of many years have numbers as texts and
// texts as numbers; each is read as what is asked for.
type fields map[string]any

func readFields(raw json.RawMessage) fields {
	var f fields
	if json.Unmarshal(raw, &f) != nil || f == nil {
		return fields{}
	}
	return f
}

func (f fields) text(key string) string {
	switch v := f[key].(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return ""
}

func (f fields) flag(key string) bool {
	switch v := f[key].(type) {
	case bool:
		return v
	case string:
		return strings.EqualFold(v, "true")
	}
	return false
}

func (f fields) number(key string, otherwise int) int {
	if n, err := strconv.ParseFloat(f.text(key), 64); err == nil && n == n && n > -1e9 && n < 1e9 {
		return int(n)
	}
	return otherwise
}

// texts reads a text or a list of texts.
func (f fields) texts(key string) []string {
	switch v := f[key].(type) {
	case string:
		return []string{v}
	case []any:
		var list []string
		for _, e := range v {
			list = append(list, fmt.Sprint(e))
		}
		return list
	}
	return nil
}

func (f fields) list(key string) []fields {
	var out []fields
	all, _ := f[key].([]any)
	for _, e := range all {
		if m, ok := e.(map[string]any); ok {
			out = append(out, m)
		}
	}
	return out
}

// with is a copy with other values, for a link to the same query.
func (f fields) with(pairs ...any) fields {
	out := make(fields, len(f)+len(pairs)/2)
	for k, v := range f {
		out[k] = v
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		out[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	return out
}
