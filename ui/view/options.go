package view

import "encoding/json"

// options reads what a file says as far as it can be read. Names that nobody
// knows were listed by ui/grafana.
type options map[string]json.RawMessage

func readOptions(raw json.RawMessage) options {
	var o options
	if len(raw) > 0 {
		_ = json.Unmarshal(raw, &o) // what is not an object has no options
	}
	return o
}

func (o options) sub(key string) options { return readOptions(o[key]) }

func (o options) list(key string) []options {
	var raw []json.RawMessage
	if json.Unmarshal(o[key], &raw) != nil {
		return nil
	}
	out := make([]options, len(raw))
	for i, r := range raw {
		out[i] = readOptions(r)
	}
	return out
}

func (o options) text(key, none string) string {
	var s *string
	if json.Unmarshal(o[key], &s) != nil || s == nil {
		return none
	}
	return *s
}

func (o options) number(key string, none float64) float64 {
	if n := o.maybe(key); n != nil {
		return *n
	}
	return none
}

// maybe is nil where there is no number.
func (o options) maybe(key string) *float64 {
	var n *float64
	if json.Unmarshal(o[key], &n) == nil {
		return n
	}
	return textNumber(o.text(key, ""))
}

func (o options) whole(key string) *int {
	n := o.maybe(key)
	if n == nil {
		return nil
	}
	i := int(max(-1e6, min(1e6, *n)))
	return &i
}

func (o options) flag(key string, none bool) bool {
	var b *bool
	if json.Unmarshal(o[key], &b) != nil || b == nil {
		return none
	}
	return *b
}

func (o options) texts(key string) []string {
	var s []string
	if json.Unmarshal(o[key], &s) != nil {
		if one := o.text(key, ""); one != "" {
			return []string{one}
		}
	}
	return s
}

func (o options) has(key string) bool {
	v, ok := o[key]
	return ok && string(v) != "null"
}
