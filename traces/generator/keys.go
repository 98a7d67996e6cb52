package generator

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"supersonic/traces/column"
	"supersonic/traces/otlp"
)

// keys are the attributes that matter. Each is found once a batch, so that a
// span's attributes are looked through by number, and not at all for what the
// batch does not have.
type keys struct {
	index   map[string]key
	numbers []int32 // in the batch at hand, by key; -1: it has none
}

// key is the place of an attribute in keys.
type key int

func newKeys() *keys { return &keys{index: map[string]key{}} }

func (k *keys) add(name string) key {
	if at, ok := k.index[name]; ok {
		return at
	}
	at := key(len(k.numbers))
	k.index[name] = at
	k.numbers = append(k.numbers, -1)
	return at
}

// noKey is no attribute.
const noKey key = -1

// ratio is add, or noKey where no attribute is configured.
func (k *keys) ratio(name string) key {
	if name == "" {
		return noKey
	}
	return k.add(name)
}

func (k *keys) addAll(names []string) []key {
	out := make([]key, len(names))
	for i, name := range names {
		out[i] = k.add(name)
	}
	return out
}

// begin turns to a batch.
func (k *keys) begin(b *otlp.Batch) {
	for i := range k.numbers {
		k.numbers[i] = -1
	}
	for n, name := range b.Names {
		if at, ok := k.index[string(name)]; ok {
			k.numbers[at] = int32(n)
		}
	}
}

// find returns the attribute of a list, nil if it has none.
func (k *keys) find(attrs []otlp.Attr, at key) *otlp.Attr {
	n := k.numbers[at]
	if n < 0 {
		return nil
	}
	for i := range attrs {
		if attrs[i].Name == n {
			return &attrs[i]
		}
	}
	return nil
}

// text is an attribute as text, "" if absent. It copies.
func (k *keys) text(attrs []otlp.Attr, at key) string { return attrText(k.find(attrs, at)) }

// has tells whether a list has an attribute that is not the empty text.
func (k *keys) has(attrs []otlp.Attr, at key) bool {
	a := k.find(attrs, at)
	return a != nil && a.Type != column.Empty && (a.Type != column.String || len(a.Text) > 0)
}

// is tells whether an attribute's text is want.
func (k *keys) is(attrs []otlp.Attr, at key, want string) bool {
	a := k.find(attrs, at)
	switch {
	case a == nil:
		return false
	case a.Type == column.String:
		return string(a.Text) == want
	}
	return attrText(a) == want
}

// first is the first of several that is there as text.
func (k *keys) first(attrs []otlp.Attr, of []key) string {
	for _, at := range of {
		if v := k.text(attrs, at); v != "" {
			return v
		}
	}
	return ""
}

// attrText is a value as text, written as the collector writes it; "" of nil.
func attrText(a *otlp.Attr) string {
	if a == nil {
		return ""
	}
	switch a.Type {
	case column.String:
		return string(a.Text)
	case column.Int:
		return strconv.FormatInt(int64(a.Num), 10)
	case column.Bool:
		return strconv.FormatBool(a.Num != 0)
	case column.Empty:
		return ""
	}
	v := pcommon.NewValueEmpty()
	if err := otlp.PutValue(v, *a); err != nil {
		return ""
	}
	return v.AsString()
}

// labelText is s as the value of a label, which must be UTF-8: OTLP does not see to
// that. It comes before any table, so that names that look alike are one.
func labelText(s string, most int) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most]
}

// labelName makes an attribute's name a label's: what is not a letter, a digit or
// _ becomes _, and a digit does not come first.
func labelName(attribute string) string {
	name := strings.Map(func(r rune) rune {
		if r == '_' || (r >= 'a' && r <= 'z') || (r >= 'A' && r <= 'Z') || (r >= '0' && r <= '9') {
			return r
		}
		return '_'
	}, attribute)
	if name == "" || (name[0] >= '0' && name[0] <= '9') {
		return "_" + name
	}
	return name
}

// ownLabels are names that dimensions may not take.
var ownLabels = map[string]bool{
	"__name__": true, "le": true, overflowLabel: true, "client": true, "server": true, "connection_type": true, "virtual_node": true,
	"service": true, "span_name": true, "span_kind": true, "status_code": true, "status_message": true, "job": true, "instance": true,
}

// dimensionLabel is the label of a dimension; one that has the name of a label of
// ours is told apart by two underscores, as Tempo does.
func dimensionLabel(attribute string) string {
	name := labelName(attribute)
	if ownLabels[name] {
		return "__" + name
	}
	return name
}
