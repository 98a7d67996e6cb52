package site

import (
	"fmt"
	"reflect"
	"strings"
)

// suggest names what the user probably meant by an unknown key: the nearest key
// of the same section, else the same key of another one.
func suggest(path, key string, f fields) string {
	if near := nearest(key, f.keys); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	if old, ok := renamed[path]; ok {
		return old
	}
	var elsewhere []string
	walkKeys(reflect.TypeFor[Values](), "", func(p, k string) {
		if plainKey(k) == plainKey(key) && len(key) > 3 {
			elsewhere = append(elsewhere, p)
		}
	})
	switch {
	case len(elsewhere) == 1:
		return fmt.Sprintf("did you mean %q?", elsewhere[0])
	case len(elsewhere) > 1 && len(elsewhere) <= 4:
		return "the key exists as " + strings.Join(elsewhere, ", ")
	}
	if section, _, nested := cut(path); nested {
		return fmt.Sprintf("known keys of %s: %s", section, strings.Join(f.keys, ", "))
	}
	return "known sections: " + strings.Join(f.keys, ", ")
}

// renamed are names of older charts.
var renamed = map[string]string{
	"autoscaler": `the autoscaler is now "keda"`,
}

// cut splits the last key off a path.
func cut(path string) (section, key string, nested bool) {
	i := strings.LastIndexByte(path, '.')
	if i < 0 {
		return "", path, false
	}
	return path[:i], path[i+1:], true
}

// walkKeys visits every key of the sections below t.
func walkKeys(t reflect.Type, path string, visit func(path, key string)) {
	f := fieldsOf(t)
	for _, k := range f.keys {
		p := join(path, k)
		visit(p, k)
		if ft := t.Field(f.byKey[k].index).Type; ft.Kind() == reflect.Struct {
			walkKeys(ft, p, visit)
		}
	}
}

// plainKey is a key without the differences that people forget.
func plainKey(k string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(k))
}

// nearest gives the known key with the fewest changed letters, at most a third
// of them, empty if none is near.
func nearest(key string, known []string) string {
	if len(key) > 64 {
		return ""
	}
	best, bestAt := "", max(1, len(key)/3)+1
	for _, k := range known {
		if dist := distance(plainKey(key), plainKey(k)); dist < bestAt {
			best, bestAt = k, dist
		}
	}
	return best
}

// distance counts the letters to insert, delete, change or swap with the next
// one to make b of a.
func distance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}
