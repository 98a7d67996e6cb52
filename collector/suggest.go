package collector

import (
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/otelcol"
)

var (
	noType    = regexp.MustCompile(`'(\w+)' unknown type: "([^"]*)"`)
	noRef     = regexp.MustCompile(`references (receiver|processor|exporter|extension) "([^"]*)" which is not configured`)
	reference = regexp.MustCompile(`uri "([^"]+)"|\$\{([^}]+)\}`)
	notOfKind = regexp.MustCompile(`failed to create "([^"]+)" (\w+) for data type "([^"]+)": telemetry type is not supported`)
)

// suggest is "did you mean X? " for a name that message refuses, "" if nothing is near.
func (l *loader) suggest(message, key string) string {
	near := ""
	if m := noType.FindStringSubmatch(message); m != nil {
		near = nearest(m[2], l.known[m[1]])
	} else if m := noRef.FindStringSubmatch(message); m != nil {
		ids := slices.Sorted(maps.Keys(section(l.conf, m[1]+"s")))
		if m[1] == "receiver" || m[1] == "exporter" {
			ids = append(ids, slices.Sorted(maps.Keys(section(l.conf, "connectors")))...)
		}
		near = nearest(m[2], ids)
	} else if m := badKeys.FindStringSubmatch(message); m != nil {
		near = nearest(m[1], l.keysBeside(parent(key)))
	}
	if near == "" {
		return ""
	}
	return "did you mean " + near + "? "
}

// keysBeside are the keys that the map at path may have, as far as its type tells.
func (l *loader) keysBeside(path string) []string {
	switch {
	case path == "":
		return []string{"receivers", "processors", "exporters", "connectors", "extensions", "service"}
	case path == "service":
		return []string{"telemetry", "extensions", "pipelines"}
	case strings.HasPrefix(path, "service.pipelines."):
		return []string{"receivers", "processors", "exporters"}
	}
	parts := strings.Split(path, ".")
	if len(parts) < 2 || l.defaults == nil {
		return nil
	}
	kind, _, _ := strings.Cut(parts[1], "/")
	cfg := l.defaults(parts[0], kind)
	if cfg == nil {
		return nil
	}
	t := reflect.TypeOf(cfg)
	for _, name := range parts[2:] {
		if t = fieldsOf(t)[name]; t == nil {
			return nil
		}
	}
	return slices.Sorted(maps.Keys(fieldsOf(t)))
}

// fieldsOf are the keys of a configuration's type and their types, by its tags.
func fieldsOf(t reflect.Type) map[string]reflect.Type {
	fields := map[string]reflect.Type{}
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	// configoptional.Optional[T] hides T behind its method Get.
	if get, ok := reflect.PointerTo(t).MethodByName("Get"); ok && strings.HasPrefix(t.Name(), "Optional[") {
		t = get.Type.Out(0).Elem()
	}
	if t.Kind() != reflect.Struct {
		return fields
	}
	for i := range t.NumField() {
		name, options, _ := strings.Cut(t.Field(i).Tag.Get("mapstructure"), ",")
		switch {
		case strings.Contains(options, "squash"):
			maps.Copy(fields, fieldsOf(t.Field(i).Type))
		case name != "" && name != "-":
			fields[name] = t.Field(i).Type
		}
	}
	return fields
}

// defaultsOf gives the default configuration of a component by section and type.
func defaultsOf(f otelcol.Factories) func(string, string) component.Config {
	return func(section, kind string) component.Config {
		t, err := component.NewType(kind)
		if err != nil {
			return nil
		}
		switch section {
		case "receivers":
			return defaultOf(f.Receivers, t)
		case "processors":
			return defaultOf(f.Processors, t)
		case "exporters":
			return defaultOf(f.Exporters, t)
		case "connectors":
			return defaultOf(f.Connectors, t)
		case "extensions":
			return defaultOf(f.Extensions, t)
		}
		return nil
	}
}

func defaultOf[F component.Factory](m map[component.Type]F, t component.Type) component.Config {
	if f, ok := m[t]; ok {
		return f.CreateDefaultConfig()
	}
	return nil
}

// place is a better key than the message's own words tell: where a ${...} that
// cannot be resolved was written, or the pipeline that a component does not fit.
func (l *loader) place(message, key string) string {
	if m := notOfKind.FindStringSubmatch(message); m != nil {
		for _, name := range slices.Sorted(maps.Keys(section(l.conf, "service", "pipelines"))) {
			kind, _, _ := strings.Cut(name, "/")
			list, _ := section(l.conf, "service", "pipelines", name)[m[2]+"s"].([]any)
			if kind == m[3] && slices.Contains(list, any(m[1])) {
				return "service.pipelines." + name + "." + m[2] + "s"
			}
		}
	}
	if m := noRef.FindStringSubmatch(message); m != nil && strings.HasPrefix(key, "service.pipelines.") {
		return key + "." + m[1] + "s"
	}
	if m := reference.FindStringSubmatch(message); m != nil && key == "" {
		return find(l.conf, "${"+m[1]+m[2]+"}")
	}
	return key
}

// find is the dotted key of the first value that contains text, "" if none does.
func find(conf map[string]any, text string) string {
	for _, name := range slices.Sorted(maps.Keys(conf)) {
		switch v := conf[name].(type) {
		case string:
			if strings.Contains(v, text) {
				return name
			}
		case map[string]any:
			if key := find(v, text); key != "" {
				return name + "." + key
			}
		}
	}
	return ""
}

// nearest is the name that differs least from s, by a third of its letters at most.
func nearest(s string, names []string) string {
	best, least := "", max(len(s), 3)/3+1
	for _, n := range names {
		if d := distance(s, n); d < least {
			best, least = n, d
		}
	}
	return best
}

// distance is the number of letters to insert, drop, change or swap with the next
// to make a of b.
func distance(a, b string) int {
	rows := [3][]int{make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)}
	before, last, row := rows[0], rows[1], rows[2]
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
