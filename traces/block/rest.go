package block

import (
	"encoding/base64"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"supersonic/traces/column"
)

// Rare attributes are entries of the map "attributes". The key is "span.name", or
// "event[2].name" for the third event; types other than string follow it, as in
// "span.name:int". What is no valid UTF-8 is in base64: a string is then of the type
// "base64", a name follows "span:base64.".

var typeByName = map[string]column.Type{
	"string": column.String, "int": column.Int, "float": column.Float, "bool": column.Bool,
	"bytes": column.Bytes, "array": column.Array, "map": column.Map, "empty": column.Empty,
	base64Type: column.String,
}

const base64Type = "base64"

var restScopes = [...]string{
	column.ScopeResource: "resource", column.ScopeSpan: "span", column.ScopeInstrumentation: "scope",
	column.ScopeEvent: "event", column.ScopeLink: "link",
}

// restName is an attribute's key in the map; item counts where it belongs to a list.
// coded: its value is a string in base64.
func restName(k column.Key, item int, coded bool) string {
	var b strings.Builder
	b.WriteString(restScopes[k.Scope])
	if k.List() {
		fmt.Fprintf(&b, "[%d]", item)
	}
	if utf8.ValidString(k.Name) {
		b.WriteString("." + k.Name)
	} else {
		b.WriteString(":" + base64Type + "." + base64.StdEncoding.EncodeToString([]byte(k.Name)))
	}
	if _, _, ok := restType(k.Name); coded {
		b.WriteString(":" + base64Type)
	} else if ok || k.Type != column.String {
		b.WriteString(":" + k.Type.String())
	}
	return b.String()
}

// restType cuts the type off a name.
func restType(name string) (rest, typ string, ok bool) {
	at := strings.LastIndexByte(name, ':')
	if at < 0 {
		return name, "", false
	}
	if _, ok := typeByName[name[at+1:]]; !ok {
		return name, "", false
	}
	return name[:at], name[at+1:], true
}

// restKind is what a key of the map says.
type restKind struct {
	key   column.Key
	item  int
	coded bool
}

// parseRest is the attribute that restName named.
func parseRest(text string) (k restKind, ok bool) {
	scope, name, ok := strings.Cut(text, ".")
	if !ok {
		return k, false
	}
	scope, codedName := strings.CutSuffix(scope, ":"+base64Type)
	scope, number, list := strings.Cut(scope, "[")
	for s, n := range restScopes {
		if s > 0 && n == scope {
			k.key.Scope = column.Scope(s)
		}
	}
	if list {
		n, err := strconv.ParseUint(strings.TrimSuffix(number, "]"), 10, 31)
		if err != nil {
			return k, false
		}
		k.item = int(n)
	}
	name, typ, _ := restType(name)
	k.key.Name, k.key.Type, k.coded = name, typeByName[typ], typ == base64Type
	if codedName {
		b, err := base64.StdEncoding.DecodeString(name)
		if err != nil {
			return k, false
		}
		k.key.Name = string(b)
	}
	return k, k.key.Scope != column.ScopeFixed && list == k.key.List()
}

// restText writes value i of a vector. Floats that are not numbers keep their bits;
// what is not text is in base64.
func restText(dst []byte, k column.Key, v *column.Vector, i int) []byte {
	switch k.Type {
	case column.Int:
		return strconv.AppendInt(dst, v.Ints[i], 10)
	case column.Bool:
		return strconv.AppendBool(dst, v.Ints[i] != 0)
	case column.Float:
		if f := v.Floats[i]; f == f {
			return strconv.AppendFloat(dst, f, 'g', -1, 64)
		}
		return fmt.Appendf(dst, "nan:%016x", math.Float64bits(v.Floats[i]))
	case column.String:
		if text := v.TextAt(i); utf8.Valid(text) {
			return append(dst, text...)
		}
	}
	return base64.StdEncoding.AppendEncode(dst, v.TextAt(i))
}

// restVector is the values of one attribute in a page: items are where they are.
type restVector struct {
	items  []uint32
	within []uint32 // of a list: which of the row's items; items are rows then
	num    []int64  // of Int and Bool
	float  []float64
	text   []string
}

// add reads a value that restText wrote.
func (r *restVector) add(k restKind, item uint32, text []byte) error {
	var err error
	switch k.key.Type {
	case column.Int:
		var n int64
		n, err = strconv.ParseInt(string(text), 10, 64)
		r.num = append(r.num, n)
	case column.Bool:
		var b bool
		b, err = strconv.ParseBool(string(text))
		n := int64(0)
		if b {
			n = 1
		}
		r.num = append(r.num, n)
	case column.Float:
		var f float64
		if bits, ok := strings.CutPrefix(string(text), "nan:"); ok {
			var n uint64
			n, err = strconv.ParseUint(bits, 16, 64)
			f = math.Float64frombits(n)
		} else {
			f, err = strconv.ParseFloat(string(text), 64)
		}
		r.float = append(r.float, f)
	case column.String:
		if k.coded {
			text, err = base64.StdEncoding.AppendDecode(nil, text)
		}
		r.text = append(r.text, string(text))
	default:
		var b []byte
		b, err = base64.StdEncoding.AppendDecode(nil, text)
		r.text = append(r.text, string(b))
	}
	r.items = append(r.items, item)
	return err
}

// fill makes the values a Vector, whose Len is set and whose values are absent.
func (r *restVector) fill(k column.Key, v *column.Vector) error {
	v.Present = zeroed(v.Present, v.Len)
	for _, i := range r.items {
		if int(i) >= v.Len || v.Present[i] {
			return fmt.Errorf("an attribute of item %d of %d", i, v.Len)
		}
		v.Present[i] = true
	}
	switch {
	case k.Type == column.Float:
		v.Floats = zeroed(v.Floats, v.Len)
		for n, i := range r.items {
			v.Floats[i] = r.float[n]
		}
	case !k.Type.Text():
		v.Ints = zeroed(v.Ints, v.Len)
		for n, i := range r.items {
			v.Ints[i] = r.num[n]
		}
	default:
		r.fillText(v)
	}
	return nil
}

// fillText relies on items to be in ascending order.
func (r *restVector) fillText(v *column.Vector) {
	v.Ends = append(v.Ends[:0], 0)
	v.Text = v.Text[:0]
	n := 0
	for i := range uint32(v.Len) {
		if n < len(r.items) && r.items[n] == i {
			v.Text = append(v.Text, r.text[n]...)
			n++
		}
		v.Ends = append(v.Ends, uint32(len(v.Text)))
	}
}

// zeroed returns n zeros in s's memory if they fit.
func zeroed[T any](s []T, n int) []T {
	s = sized(s, n)
	clear(s)
	return s
}

// sized returns n elements of any value, in s's memory if they fit.
func sized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n, n+n/4)
	}
	return s[:n]
}
