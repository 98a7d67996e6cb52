package grafana

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// object is a JSON object that remembers which of its keys somebody read, so that
// the others can be listed. Its place is how a reader finds it: `panel 7 "X"`.
type object struct {
	m     map[string]any
	used  map[string]bool
	place string
	notes *[]string
}

func newObject(m map[string]any, place string, notes *[]string) *object {
	return &object{m: m, used: map[string]bool{}, place: place, notes: notes}
}

// say lists something at this object's place.
func (o *object) say(format string, args ...any) {
	const most = 200 // lines of one file
	if len(*o.notes) < most {
		*o.notes = append(*o.notes, o.place+": "+fmt.Sprintf(format, args...))
	}
}

func (o *object) has(key string) bool {
	v, ok := o.m[key]
	return ok && v != nil
}

func (o *object) take(key string) any {
	o.used[key] = true
	return o.m[key]
}

// text reads a text; numbers are written, false and null are none.
func (o *object) text(key string) string {
	switch v := o.take(key).(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case nil, bool:
		return ""
	}
	o.say("%s is not a text", key)
	return ""
}

// number reads a number that may be written as a text.
func (o *object) number(key string) *float64 {
	v := o.take(key)
	if n, ok := toNumber(v); ok {
		return &n
	}
	if v != nil && v != "" {
		o.say("%s is not a number", key)
	}
	return nil
}

func toNumber(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case string:
		n, err := strconv.ParseFloat(strings.TrimSpace(v), 64)
		return n, err == nil && !math.IsNaN(n) && !math.IsInf(n, 0) // JSON has none of these
	}
	return 0, false
}

// integer reads a whole number, or what stands for none of it. Its size is
// bounded, so that nobody's arithmetic overflows.
func (o *object) integer(key string, none int) int {
	n := o.number(key)
	if n == nil || *n != *n {
		return none
	}
	const bound = 1 << 31
	return int(max(-bound, min(bound, *n)))
}

func (o *object) flag(key string, none bool) bool {
	switch v := o.take(key).(type) {
	case bool:
		return v
	case float64:
		return v != 0
	case string:
		if b, err := strconv.ParseBool(v); err == nil {
			return b
		}
	}
	return none
}

func (o *object) list(key string) []any {
	v, ok := o.take(key).([]any)
	if !ok && o.has(key) {
		o.say("%s is not a list", key)
	}
	return v
}

// objects reads a list of objects, each with its place.
func (o *object) objects(key, place string) []*object {
	var out []*object
	for i, v := range o.list(key) {
		if m, ok := v.(map[string]any); ok {
			out = append(out, newObject(m, fmt.Sprintf("%s: %s %d", o.place, place, i+1), o.notes))
		} else if v != nil {
			o.say("%s %d is not an object", place, i+1)
		}
	}
	return out
}

// object reads an object; one that is not there is empty.
func (o *object) object(key string) *object {
	v := o.take(key)
	m, ok := v.(map[string]any)
	if !ok && v != nil {
		o.say("%s is not an object", key)
	}
	return newObject(m, o.place+": "+key, o.notes)
}

// raw gives a value as JSON, nil if there is none.
func (o *object) raw(key string) json.RawMessage {
	v := o.take(key)
	if v == nil {
		return nil
	}
	return toJSON(v)
}

func toJSON(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil { // what came from JSON goes back to it
		return nil
	}
	return b
}

func (o *object) texts(key string) []string {
	switch v := o.take(key).(type) {
	case string:
		return []string{v}
	case []any:
		var out []string
		for _, e := range v {
			if s, ok := asText(e); ok {
				out = append(out, s)
			}
		}
		return out
	}
	return nil
}

func asText(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), true
	case bool:
		return strconv.FormatBool(v), true
	}
	return "", false
}

// pass marks keys that are known and mean nothing here.
func (o *object) pass(keys ...string) {
	for _, k := range keys {
		o.used[k] = true
	}
}

// rest lists the keys that nobody read.
func (o *object) rest(what string) {
	for _, k := range slices.Sorted(maps.Keys(o.m)) {
		if !o.used[k] && o.m[k] != nil {
			o.say("%s %s is not known", what, k)
		}
	}
}

// parts are helpers of the old forms, which are read without listing.
func part(m map[string]any, key string) map[string]any {
	v, _ := m[key].(map[string]any)
	return v
}

func items(m map[string]any, key string) []map[string]any {
	list, _ := m[key].([]any)
	var out []map[string]any
	for _, v := range list {
		if e, ok := v.(map[string]any); ok {
			out = append(out, e)
		}
	}
	return out
}

func word(m map[string]any, key string) string {
	s, _ := asText(m[key])
	return s
}

func isSet(m map[string]any, key string) bool {
	b, _ := m[key].(bool)
	return b
}
