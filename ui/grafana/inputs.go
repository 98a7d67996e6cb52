package grafana

import "strings"

// fillInputs answers what a dashboard that was exported for sharing asks whoever takes
// it in (__inputs): a constant is the one of the file, a data source the usual one of
// its type.
func fillInputs(m map[string]any) {
	var pairs []string
	for _, in := range items(m, "__inputs") {
		name := word(in, "name")
		if name == "" {
			continue
		}
		with := word(in, "value")
		if word(in, "type") == "datasource" {
			with = "default"
		}
		pairs = append(pairs, "${"+name+"}", with)
	}
	if len(pairs) == 0 {
		return
	}
	r := strings.NewReplacer(pairs...)
	for key, v := range m {
		if key != "__inputs" {
			m[key] = filledIn(v, r)
		}
	}
}

func filledIn(v any, r *strings.Replacer) any {
	switch v := v.(type) {
	case string:
		return r.Replace(v)
	case []any:
		for i := range v {
			v[i] = filledIn(v[i], r)
		}
	case map[string]any:
		for k := range v {
			v[k] = filledIn(v[k], r)
		}
	}
	return v
}
