package grafana

import "encoding/json"

// setMappings reads mappings of today and of before Grafana 8.
func setMappings(into *[]Mapping, value json.RawMessage) error {
	if len(value) == 0 {
		return nil
	}
	var list []map[string]any
	if err := json.Unmarshal(value, &list); err != nil {
		return err
	}
	for _, m := range list {
		kind, old := toNumber(m["type"])
		switch {
		case !old:
			*into = append(*into, Mapping{Type: word(m, "type"), Options: toJSON(m["options"])})
		case kind == 2:
			from, _ := toNumber(m["from"])
			to, _ := toNumber(m["to"])
			o := map[string]any{"from": from, "to": to, "result": map[string]any{"text": word(m, "text")}}
			*into = append(*into, Mapping{Type: "range", Options: toJSON(o)})
		default:
			*into = append(*into, oldValue(m))
		}
	}
	return nil
}

func oldValue(m map[string]any) Mapping {
	result := map[string]any{"text": word(m, "text")}
	if v := word(m, "value"); v != "null" && v != "" {
		return Mapping{Type: "value", Options: toJSON(map[string]any{v: result})}
	}
	return Mapping{Type: "special", Options: toJSON(map[string]any{"match": "null", "result": result})}
}
