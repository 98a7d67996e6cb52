package site

import (
	"maps"
	"reflect"
	"slices"
	"time"
)

// defaultAt gives the default at the first steps of a path as a tree without an
// origin, nil if there is none. It is what `--set list[name].key=value` changes
// when no file gives the list.
func defaultAt(steps []step) *node {
	n := treeOf(reflect.ValueOf(Default()))
	for _, st := range steps {
		n = n.step(st)
	}
	return n
}

// treeOf turns a default into the tree that a file would give.
func treeOf(v reflect.Value) *node {
	if d, ok := v.Interface().(time.Duration); ok {
		return &node{kind: kindString, value: d.String(), raw: d.String()}
	}
	switch v.Kind() {
	case reflect.Struct:
		n := newMap(Origin{})
		for i := range v.NumField() {
			if key := v.Type().Field(i).Tag.Get("yaml"); key != ",rest" && !v.Field(i).IsZero() {
				n.put(key, treeOf(v.Field(i)))
			}
		}
		return n
	case reflect.Map:
		n := newMap(Origin{})
		fields := mapOf(v)
		for _, k := range slices.Sorted(maps.Keys(fields)) {
			n.put(k, treeOf(fields[k]))
		}
		return n
	case reflect.Slice:
		n := &node{kind: kindList}
		for i := range v.Len() {
			n.items = append(n.items, treeOf(v.Index(i)))
		}
		return n
	case reflect.Interface:
		if v.IsNil() {
			return &node{}
		}
		return treeOf(v.Elem())
	case reflect.Bool:
		return &node{kind: kindBool, value: v.Bool()}
	case reflect.Int:
		return &node{kind: kindInt, value: int(v.Int())}
	case reflect.Float64:
		return &node{kind: kindFloat, value: v.Float()}
	}
	return &node{kind: kindString, value: v.String(), raw: v.String()}
}

func mapOf(v reflect.Value) map[string]reflect.Value {
	m := make(map[string]reflect.Value, v.Len())
	for it := v.MapRange(); it.Next(); {
		m[it.Key().String()] = it.Value()
	}
	return m
}
