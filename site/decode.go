package site

import (
	"fmt"
	"math"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// decoder lays the user's tree over a Values that holds the defaults.
type decoder struct {
	errs  Errors
	notes []Note
	// text replaces what sub-charts' templates would; only their sections pass
	// through it.
	text func(string) string
}

func (d *decoder) fail(n *node, path, msg, hint string) {
	d.errs = append(d.errs, &Error{Origin: n.origin, Path: path, Msg: msg, Hint: hint})
}

func (d *decoder) note(n *node, path string, why Reason, text string) {
	d.notes = append(d.notes, Note{Origin: n.origin, Path: path, Why: why, Text: text})
}

// mode is what the tags of a field say about its value.
type mode struct {
	nullable bool // null empties it, even a section
	path     bool // a file name, relative to the file that says it
	subchart bool // inside a sub-chart's section
}

// value decodes n into v, which holds the default.
func (d *decoder) value(n *node, v reflect.Value, path string, m mode) {
	if n.kind == kindNull {
		d.null(v, m)
		return
	}
	switch {
	case v.Type() == reflect.TypeFor[time.Duration]():
		d.duration(n, v, path)
		return
	case v.Type() == reflect.TypeFor[Size]():
		d.size(n, v, path)
		return
	case v.Type() == reflect.TypeFor[Strings]() && n.kind != kindList:
		if n.kind != kindString {
			d.wrong(n, path, "a string or a list of strings")
			return
		}
		d.value(&node{kind: kindList, items: []*node{n}, origin: n.origin}, v, path, m)
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		d.structure(n, v, path, m)
	case reflect.Slice:
		d.list(n, v, path, m)
	case reflect.Map:
		d.mapping(n, v, path, m)
	case reflect.Interface:
		v.Set(reflect.ValueOf(n.plain(d.textIf(m))))
	default:
		d.scalar(n, v, path, m)
	}
}

func (d *decoder) textIf(m mode) func(string) string {
	if m.subchart {
		return d.text
	}
	return func(s string) string { return s }
}

// null is Helm's way to delete a default; see the package comment.
func (d *decoder) null(v reflect.Value, m mode) {
	switch v.Kind() {
	case reflect.Map, reflect.Slice, reflect.String, reflect.Interface:
		v.SetZero()
	case reflect.Struct:
		if m.nullable {
			v.SetZero()
		}
	}
}

func (d *decoder) structure(n *node, v reflect.Value, path string, m mode) {
	if n.kind != kindMap {
		d.wrong(n, path, "a map")
		return
	}
	fields := fieldsOf(v.Type())
	for _, key := range n.keys {
		child, at := n.fields[key], join(path, key)
		f, known := fields.byKey[key]
		if !known {
			d.unknown(child, at, key, v, fields)
			continue
		}
		if f.kept {
			d.note(child, at, f.why, unusedHere[at])
		}
		sub := m
		sub.nullable, sub.path, sub.subchart = f.nullable, f.path, m.subchart || f.subchart
		d.value(child, v.Field(f.index), at, sub)
	}
}

// doneAnyway are switches of what is always on here.
var doneAnyway = map[string]string{
	"enable_tracestate_span_multiplier": "spans are weighed by the sampling threshold in their tracestate whatever it says",
}

// unknown keeps a key that a sub-chart may have, notes a known leftover, and
// refuses every other.
func (d *decoder) unknown(n *node, path, key string, v reflect.Value, f fields) {
	if f.rest >= 0 {
		rest := v.Field(f.rest)
		if rest.IsNil() {
			rest.Set(reflect.ValueOf(map[string]any{}))
		}
		rest.SetMapIndex(reflect.ValueOf(key), valueOrNil(n.plain(d.text)))
		why := ReasonUnused
		if kubernetesKeys[key] {
			why = ReasonKubernetes
		}
		d.note(n, path, why, doneAnyway[key])
		return
	}
	if text, ok := leftovers[path]; ok {
		d.note(n, path, ReasonLeftover, text)
		return
	}
	hint := ""
	if len(d.errs) < 2*maxErrors { // more are not printed, and a suggestion costs a walk
		hint = suggest(path, key, f)
	}
	d.fail(n, path, "unknown key", hint)
}

func valueOrNil(v any) reflect.Value {
	if v == nil {
		return reflect.Zero(reflect.TypeFor[any]())
	}
	return reflect.ValueOf(v)
}

func (d *decoder) list(n *node, v reflect.Value, path string, m mode) {
	if n.kind != kindList {
		d.wrong(n, path, "a list")
		return
	}
	out := reflect.MakeSlice(v.Type(), len(n.items), len(n.items))
	for i, it := range n.items {
		if it.kind == kindNull && v.Type().Elem().Kind() != reflect.Interface {
			d.fail(it, item(path, i), "is null", "a list replaces the default list whole: give every item")
			continue
		}
		d.value(it, out.Index(i), item(path, i), m)
	}
	if len(n.items) == 0 {
		out = reflect.Zero(v.Type())
	}
	v.Set(out)
}

// mapping lays a map over the default map; null removes a key.
func (d *decoder) mapping(n *node, v reflect.Value, path string, m mode) {
	if n.kind != kindMap {
		d.wrong(n, path, "a map")
		return
	}
	if v.Type().Elem().Kind() == reflect.Interface {
		def := map[string]any{}
		if !v.IsNil() {
			def = v.Convert(reflect.TypeFor[map[string]any]()).Interface().(map[string]any)
		}
		v.Set(reflect.ValueOf(n.overlay(def, d.textIf(m))).Convert(v.Type()))
		return
	}
	out := reflect.MakeMap(v.Type())
	for it := v.MapRange(); it.Next(); {
		out.SetMapIndex(it.Key(), it.Value())
	}
	for _, key := range n.keys {
		child, k := n.fields[key], reflect.ValueOf(key)
		if child.kind == kindNull {
			out.SetMapIndex(k, reflect.Value{})
			continue
		}
		elem := reflect.New(v.Type().Elem()).Elem()
		if old := out.MapIndex(k); old.IsValid() {
			elem.Set(old)
		}
		d.value(child, elem, join(path, key), m)
		out.SetMapIndex(k, elem)
	}
	v.Set(out)
}

func (d *decoder) scalar(n *node, v reflect.Value, path string, m mode) {
	switch v.Kind() {
	case reflect.String:
		if n.kind == kindString || n.origin.set() && n.kind < kindList {
			s := d.textIf(m)(n.raw)
			if n.kind == kindString && !n.origin.set() {
				s = d.textIf(m)(n.value.(string))
			}
			if m.path {
				s = fileRelative(s, n.origin)
			}
			v.SetString(s)
			return
		}
		d.wrong(n, path, "a string")
	case reflect.Bool:
		if n.kind == kindBool {
			v.SetBool(n.value.(bool))
			return
		}
		d.wrong(n, path, "true or false")
	case reflect.Int:
		if n.kind == kindInt {
			v.SetInt(int64(n.value.(int)))
			return
		}
		d.wrong(n, path, "a whole number")
	case reflect.Float64:
		if f, ok := number(n); ok && !math.IsNaN(f) && !math.IsInf(f, 0) {
			v.SetFloat(f)
			return
		}
		d.wrong(n, path, "a number")
	}
}

// number reads a float; --set gives fractions as strings, as Helm's does.
func number(n *node) (float64, bool) {
	switch n.kind {
	case kindInt:
		return float64(n.value.(int)), true
	case kindFloat:
		return n.value.(float64), true
	case kindString:
		if n.origin.set() {
			f, err := strconv.ParseFloat(n.raw, 64)
			return f, err == nil
		}
	}
	return 0, false
}

func (d *decoder) duration(n *node, v reflect.Value, path string) {
	if n.kind == kindInt && n.value.(int) == 0 {
		v.SetInt(0)
		return
	}
	if n.kind != kindString {
		d.wrong(n, path, "a duration such as 5s, 10m or 15d")
		return
	}
	t, err := parseDuration(n.value.(string))
	if err != nil {
		d.fail(n, path, err.Error(), "write a number and a unit: 250ms, 5s, 10m, 24h, 15d, 2w")
		return
	}
	v.SetInt(int64(t))
}

// parseDuration reads Go's durations and Prometheus's d, w and y.
func parseDuration(s string) (time.Duration, error) {
	bad := fmt.Errorf("%.40q is not a duration", s)
	long := map[byte]time.Duration{'d': 24 * time.Hour, 'w': 7 * 24 * time.Hour, 'y': 365 * 24 * time.Hour}
	rest, total := s, time.Duration(0)
	for {
		i := strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
		if i <= 0 || long[rest[i]] == 0 {
			break
		}
		n, err := strconv.ParseInt(rest[:i], 10, 64)
		if unit := long[rest[i]]; err != nil || n > int64((math.MaxInt64-total)/unit) {
			return 0, bad
		} else {
			total += time.Duration(n) * unit
		}
		rest = rest[i+1:]
	}
	if rest == "" && s != "" {
		return total, nil
	}
	d, err := time.ParseDuration(rest)
	if err != nil || d < 0 || d > math.MaxInt64-total {
		return 0, bad
	}
	return total + d, nil
}

// wrong says which type was wanted. The value is not repeated: it may be a
// secret.
func (d *decoder) wrong(n *node, path, want string) {
	hint := ""
	switch {
	case strings.HasPrefix(want, "a string") && n.kind < kindList:
		hint = "put it in quotes"
	case n.kind == kindString && want == "true or false":
		hint = "write it without quotes"
	case n.kind == kindString && strings.HasSuffix(want, "number"):
		hint = "write the number without quotes or unit"
	case want == "a list":
		hint = "begin each item on a line of its own with a dash, or write [a, b]"
	case want == "a map" && n.kind == kindList:
		hint = "write its keys without dashes"
	}
	d.fail(n, path, "wants "+want+", is "+n.kind.String(), hint)
}

// fileRelative resolves a path against the file that says it. One that comes
// from the command line stays relative to the working directory.
func fileRelative(p string, o Origin) string {
	if p == "" || filepath.IsAbs(p) || o.set() || o.File == "" {
		return p
	}
	return filepath.Join(filepath.Dir(o.File), p)
}
