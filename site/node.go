package site

import (
	"slices"
)

// kind is what a value of a file is.
type kind int

const (
	kindNull kind = iota
	kindBool
	kindInt
	kindFloat
	kindString
	kindList
	kindMap
)

// String is the word that errors use.
func (k kind) String() string {
	return [...]string{"null", "a boolean", "a whole number", "a number", "a string", "a list", "a map"}[k]
}

// node is a value of the user's files with the place where it was written.
type node struct {
	kind   kind
	value  any // bool, int, float64 or string of a scalar
	raw    string
	fields map[string]*node
	keys   []string // of fields, in the order of the file
	items  []*node
	origin Origin // of the key where there is one, else of the value
}

func newMap(o Origin) *node { return &node{kind: kindMap, fields: map[string]*node{}, origin: o} }

func (n *node) put(key string, v *node) {
	if _, has := n.fields[key]; !has {
		n.keys = append(n.keys, key)
	}
	n.fields[key] = v
}

// merge lays over on top of n as Helm lays one values file over another: maps
// deep, everything else replaced, null kept (it deletes a default later).
func (n *node) merge(over *node) *node {
	if n == nil || n.kind != kindMap || over.kind != kindMap {
		return over
	}
	out := &node{kind: kindMap, fields: map[string]*node{}, origin: over.origin}
	for _, k := range n.keys {
		out.put(k, n.fields[k])
	}
	for _, k := range over.keys {
		out.put(k, out.fields[k].merge(over.fields[k]))
	}
	return out
}

// plain gives the value as maps, lists and scalars, strings passed through text.
func (n *node) plain(text func(string) string) any {
	switch n.kind {
	case kindMap:
		m := make(map[string]any, len(n.fields))
		for k, v := range n.fields {
			m[k] = v.plain(text)
		}
		return m
	case kindList:
		l := make([]any, len(n.items))
		for i, v := range n.items {
			l[i] = v.plain(text)
		}
		return l
	case kindString:
		return text(n.value.(string))
	}
	return n.value
}

// overlay lays n over a default as Helm lays values over a chart's: a null
// deletes the default's key, and stays where the default has none. The default
// is not changed.
func (n *node) overlay(def any, text func(string) string) any {
	base, isMap := def.(map[string]any)
	if !isMap || n.kind != kindMap {
		return n.plain(text)
	}
	out := make(map[string]any, len(base)+len(n.fields))
	for k, v := range base {
		out[k] = copyAny(v)
	}
	for k, v := range n.fields {
		old, has := base[k]
		if has && v.kind == kindNull {
			delete(out, k)
			continue
		}
		out[k] = v.overlay(old, text)
	}
	return out
}

// copyAny copies maps and lists deep.
func copyAny(v any) any {
	switch v := v.(type) {
	case map[string]any:
		m := make(map[string]any, len(v))
		for k, x := range v {
			m[k] = copyAny(x)
		}
		return m
	case []any:
		l := slices.Clone(v)
		for i, x := range l {
			l[i] = copyAny(x)
		}
		return l
	}
	return v
}
