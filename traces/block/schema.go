package block

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"supersonic/traces/column"
)

// mostColumns is how many attributes have a column of their own; the rarest beyond
// it are in "attributes". (Each column costs some 40 bytes a page, and a foreign
// reader time to read the footer.)
const mostColumns = 256

// form is how values lie in the file.
type form uint8

const (
	formInt    form = iota // INT64
	formDouble             // DOUBLE
	formBool               // BOOLEAN
	formText               // BYTE_ARRAY
	formUUID               // FIXED_LEN_BYTE_ARRAY(16): texts of the 36 usual characters
	formID8                // FIXED_LEN_BYTE_ARRAY(8)
	formID16               // FIXED_LEN_BYTE_ARRAY(16)
	forms
)

// zoned tells whether the least and the greatest value of each page are known.
func (f form) zoned() bool { return f == formInt || f == formBool }

// width is the bytes of a value of fixed width, 0 for the others.
func (f form) width() int {
	switch f {
	case formInt, formDouble, formID8:
		return 8
	case formUUID, formID16:
		return 16
	}
	return 0
}

// nest is the list whose items a leaf describes.
type nest uint8

const (
	nestNone  nest = iota
	nestRest       // the map "attributes"
	nestEvent      // the list "events"
	nestLink       // the list "links"
	nests
)

// relation is what a number is kept as the difference to.
type relation uint8

const (
	relNone   relation = iota
	relBefore          // the event before, of the first: the span's start
	relTime            // the event's time
	relations
)

// leaf is a column of the file.
type leaf struct {
	key      column.Key
	name     string // in the file, within its list
	nest     nest
	form     form
	rel      relation
	optional bool // a value may be absent
	// some tells that a row has a value, or of a fixed column another than 0 or "".
	some bool
	blob bool // texts that are not all UTF-8
}

// The two leaves of "attributes" have keys that no Segment has.
var (
	restKey   = column.Key{Scope: column.ScopeFixed, Type: column.String, Name: "attributes.key"}
	restValue = column.Key{Scope: column.ScopeFixed, Type: column.String, Name: "attributes.value"}
)

func formOf(t column.Type) form {
	switch t {
	case column.Int:
		return formInt
	case column.Float:
		return formDouble
	case column.Bool:
		return formBool
	case column.ID8:
		return formID8
	case column.ID16:
		return formID16
	}
	return formText
}

func nestOf(k column.Key) nest {
	switch {
	case k == restKey || k == restValue:
		return nestRest
	case !k.List():
		return nestNone
	case k.Scope == column.ScopeLink || k.Scope == column.ScopeFixed && strings.HasPrefix(k.Name, "link."):
		return nestLink
	}
	return nestEvent
}

// fixedLeaf is the leaf of a fixed column. Its name is the key's, without that of
// the list.
func fixedLeaf(k column.Key) leaf {
	l := leaf{key: k, nest: nestOf(k), form: formOf(k.Type), optional: k == column.ParentID}
	l.name = k.Name
	switch {
	case k == column.EventTime:
		l.name, l.rel = "time_delta_nano", relBefore
	case l.nest != nestNone:
		_, l.name, _ = strings.Cut(k.Name, ".")
	}
	return l
}

// scopePrefixes name the attributes' columns.
var scopePrefixes = [...]string{
	column.ScopeResource: "resource.", column.ScopeSpan: "span.", column.ScopeInstrumentation: "scope.",
	column.ScopeEvent: "", column.ScopeLink: "",
}

// attributeLeaves names the columns of attributes. A name that has several types,
// and texts that are no strings, have the type behind the name.
func attributeLeaves(keys []column.Key, taken map[string]bool) []leaf {
	keys = slices.Clone(keys)
	slices.SortFunc(keys, column.Key.Compare)
	var out []leaf
	for i, k := range keys {
		l := leaf{key: k, nest: nestOf(k), form: formOf(k.Type), optional: true, some: true}
		l.name = scopePrefixes[k.Scope] + k.Name
		second := i > 0 && keys[i-1].Scope == k.Scope && keys[i-1].Name == k.Name
		if second || k.Type.Text() && k.Type != column.String {
			l.name += ":" + k.Type.String()
		}
		out = append(out, l)
	}
	// Plain names first: who has one keeps it.
	order := make([]int, len(out))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(len(out[a].name), len(out[b].name)) })
	for _, i := range order {
		out[i].name = unique(taken, out[i].nest, out[i].name)
	}
	return out
}

// unique changes a name that differs from another in nothing but case, as readers
// that speak SQL do not tell them apart.
func unique(taken map[string]bool, in nest, name string) string {
	for n := 1; ; n++ {
		try := name
		if n > 1 {
			try = fmt.Sprintf("%s:%d", name, n)
		}
		id := fmt.Sprint(in, strings.ToLower(try))
		if !taken[id] {
			taken[id] = true
			return try
		}
	}
}

// leavesOf lists the columns of a file in the order in which they lie there, and
// notes their names in taken. rest are the attributes without one.
func leavesOf(seg column.Segment, taken map[string]bool) (leaves []leaf, rest []column.Key, err error) {
	own, rest, err := choose(seg)
	if err != nil {
		return nil, nil, err
	}
	for _, k := range column.Fixed() {
		l := fixedLeaf(k)
		if seldom(k) {
			if any, err := anyValue(seg, k); err != nil {
				return nil, nil, err
			} else if !any {
				continue
			}
		}
		taken[fmt.Sprint(l.nest, l.name)] = true
		leaves = append(leaves, l)
	}
	for _, name := range []string{"attributes", "events", "links"} {
		taken[fmt.Sprint(nestNone, name)] = true
	}
	leaves = append(leaves, attributeLeaves(own, taken)...)
	if len(rest) > 0 {
		leaves = append(leaves,
			leaf{key: restKey, name: "key", nest: nestRest, form: formText, some: true},
			leaf{key: restValue, name: "value", nest: nestRest, form: formText, some: true})
	}
	slices.SortStableFunc(leaves, func(a, b leaf) int { return cmp.Compare(a.nest, b.nest) })
	return leaves, rest, nil
}

// seldom tells of the fixed columns that are left out where no row has a value: the
// levels of a list's column cost 0.2 bytes a span, whatever its values are.
func seldom(k column.Key) bool {
	switch k {
	case column.EventDropped, column.LinkState, column.LinkFlags, column.LinkDropped:
		return true
	}
	return false
}

// anyValue tells whether a column of numbers or texts has anything but 0 and "".
func anyValue(seg column.Segment, k column.Key) (bool, error) {
	col := seg.Column(k)
	if col == nil {
		return false, nil
	}
	var v column.Vector
	for p := range seg.Pages() {
		if lo, hi, ok := col.Zone(p); ok && lo == 0 && hi == 0 {
			continue
		}
		if d, err := col.Dict(p); err != nil {
			return false, err
		} else if d != nil && len(d.Texts) == 1 {
			continue
		}
		if err := col.Read(p, &v); err != nil {
			return false, err
		}
		if anyInt(v.Ints) || anyCode(v.Codes) || len(v.Text) > 0 {
			return true, nil
		}
	}
	return false, nil
}

// choose tells which attributes have a column of their own.
func choose(seg column.Segment) (own, rest []column.Key, err error) {
	for _, k := range seg.Keys() {
		if seg.Column(k) == nil {
			continue
		}
		if utf8.ValidString(k.Name) && !strings.Contains(k.Name, "\x00") && len(k.Name) <= 1024 {
			own = append(own, k)
		} else {
			rest = append(rest, k)
		}
	}
	if len(own) <= mostColumns {
		return own, rest, nil
	}
	count := make(map[column.Key]int)
	var v column.Vector
	for _, k := range own {
		col := seg.Column(k)
		for p := range seg.Pages() {
			if err := col.Read(p, &v); err != nil {
				return nil, nil, err
			}
			for i := range v.Len {
				if v.Has(i) {
					count[k]++
				}
			}
		}
	}
	slices.SortFunc(own, func(a, b column.Key) int {
		return cmp.Or(cmp.Compare(count[b], count[a]), a.Compare(b))
	})
	return own[:mostColumns], append(rest, own[mostColumns:]...), nil
}
