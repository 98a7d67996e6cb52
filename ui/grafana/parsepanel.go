package grafana

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// ParsePanel reads one panel, as an editor holds it.
func ParsePanel(data json.RawMessage) (*Panel, error) {
	if len(data) > maxBytes {
		return nil, fmt.Errorf("a panel of %d MiB is larger than the %d MiB that are read", len(data)>>20, maxBytes>>20)
	}
	var m map[string]any
	if err := json.Unmarshal(data, &m); err != nil {
		return nil, fmt.Errorf("not a panel: %w", err)
	}
	if m == nil {
		return nil, fmt.Errorf("not a panel: null")
	}
	p := readPanel(m)
	return &p, nil
}

func readPanel(m map[string]any) Panel {
	original := toJSON(m)
	var notes []string
	place := fmt.Sprintf("panel %d %q", int(max(-1, min(1<<31, num(m, "id")))), word(m, "title"))
	m = withOldType(m)
	upgraded := upgradePanel(m, func(text string) { notes = append(notes, place+": "+text) })
	o := newObject(upgraded, place, &notes)
	if word(m, "type") == word(upgraded, "type") && !isOldTable(m) {
		passLeft(o, word(m, "type"))
	}
	p := Panel{
		ID: o.integer("id", 0), Type: o.text("type"), Title: o.text("title"), Description: o.text("description"),
		Transparent: o.flag("transparent", false), Collapsed: o.flag("collapsed", false),
		Repeat: o.text("repeat"), RepeatDirection: o.text("repeatDirection"), MaxPerRow: o.integer("maxPerRow", 0),
		Source: readSource(o.take("datasource")), Options: o.raw("options"),
		Interval: o.text("interval"), MaxDataPoints: o.integer("maxDataPoints", 0),
		TimeFrom: o.text("timeFrom"), TimeShift: o.text("timeShift"), HideTimeInfo: o.flag("hideTimeOverride", false),
		JSON: original,
	}
	p.X, p.Y, p.W, p.H = place4(o.object("gridPos"), p.Type)
	for _, l := range o.objects("links", "link") {
		p.Links = append(p.Links, readLink(l))
	}
	for i, t := range o.objects("targets", "query") {
		p.Targets = append(p.Targets, readTarget(t, i, p.Source))
	}
	p.Field = readFieldConfig(o.object("fieldConfig"))
	for _, t := range o.objects("transformations", "transformation") {
		p.Transformations = append(p.Transformations, readTransformation(t))
	}
	if ref := part(m, "libraryPanel"); ref != nil && p.Type == "" {
		o.say("it is the library panel %q, which is not in this file", orElse(word(ref, "name"), word(ref, "uid")))
	}
	switch v := o.take("timeCompare").(type) {
	case map[string]any, []any, float64:
		o.say("the comparison with another time (timeCompare) is not understood: it has to be 1d, 1w and the like")
	default:
		own, _ := v.(string)
		p.TimeCompare = compared(own, p.Options)
	}
	o.pass("pluginVersion", "panels", "libraryPanel", "cacheTimeout", "queryCachingTTL", "repeatedByRow", "repeatPanelId", "repeatIteration",
		"scopedVars", "isNew", "editable", "error", "height", "span", "renderer", "snapshotData", "visible", "minSpan", "alert", "alertThreshold")
	if _, known := kindOf(p.Type); known {
		o.rest("option") // of a type that is not known nothing is
	}
	unknownOptions(o, p)
	p.Unknown = notes
	return p
}

// compared is with what time before a panel compares: files have it beside the panel's
// other times, some among its options. An object there is the switch of a menu that this
// page does not have; it compares nothing by itself.
func compared(own string, options json.RawMessage) string {
	if own == "" {
		var o struct {
			TimeCompare any `json:"timeCompare"`
		}
		_ = json.Unmarshal(options, &o) // what is no object has none
		own, _ = o.TimeCompare.(string)
	}
	if own == "__noPeriod" {
		return ""
	}
	return own
}

// place4 is where a panel stands, within the grid.
func place4(o *object, kind string) (x, y, w, h int) {
	dw, dh := 6, 3
	if kind == "row" {
		dw, dh = 24, 1
	}
	w = min(24, max(1, o.integer("w", dw)))
	h = min(1000, max(1, o.integer("h", dh)))
	x = min(24-w, max(0, o.integer("x", 0)))
	y = min(1<<20, max(0, o.integer("y", 0)))
	return x, y, w, h
}

func readTarget(o *object, i int, panel SourceRef) Target {
	t := Target{RefID: o.text("refId"), Hide: o.flag("hide", false), Source: readSource(o.take("datasource")), JSON: toJSON(o.m)}
	if t.RefID == "" {
		t.RefID = refName(i)
	}
	if t.Source == (SourceRef{}) && panel.UID != "-- Mixed --" {
		t.Source = panel
	}
	return t
}

// refName is the name of the i-th query: A to Z, then AA.
func refName(i int) string {
	if i < 26 {
		return string(rune('A' + i))
	}
	return refName(i/26-1) + string(rune('A'+i%26))
}

func readTransformation(o *object) Transformation {
	t := Transformation{ID: o.text("id"), Disabled: o.flag("disabled", false), Options: o.raw("options")}
	if o.has("filter") {
		f := o.object("filter")
		t.Filter = &Matcher{ID: f.text("id"), Options: f.raw("options")}
	}
	return t
}

func readFieldConfig(o *object) FieldConfig {
	var c FieldConfig
	c.Defaults = readFieldOptions(o.object("defaults"))
	for _, v := range o.objects("overrides", "override") {
		m := v.object("matcher")
		ov := Override{Matcher: Matcher{ID: m.text("id"), Options: m.raw("options")}}
		for _, p := range v.objects("properties", "property") {
			if id := p.text("id"); id != "" {
				ov.Properties = append(ov.Properties, Property{ID: id, Value: p.raw("value")})
			}
		}
		c.Overrides = append(c.Overrides, ov)
	}
	return c
}

// readFieldOptions reads what decodes and lists what does not.
func readFieldOptions(o *object) FieldOptions {
	var f FieldOptions
	for _, k := range slices.Sorted(maps.Keys(o.m)) {
		if o.m[k] == nil {
			continue
		}
		value := o.raw(k)
		if err := f.Set(k, value); err != nil {
			o.say("%s", err)
		}
	}
	return f
}

// Set sets one option by its name in the file, "unit" or "custom.lineWidth".
// A value that does not fit and a name that is not known are errors.
func (f *FieldOptions) Set(id string, value json.RawMessage) error {
	if key, ok := strings.CutPrefix(id, "custom."); ok {
		return f.setCustom(key, value)
	}
	if string(value) == "null" {
		value = nil
	}
	var err error
	switch id {
	case "unit":
		err = setText(&f.Unit, value)
	case "displayName":
		err = setText(&f.DisplayName, value)
	case "noValue":
		err = setText(&f.NoValue, value)
	case "decimals":
		var n *float64
		if err = setNumber(&n, value); err == nil {
			f.Decimals = nil
			if n != nil {
				d := int(max(0, min(20, *n)))
				f.Decimals = &d
			}
		}
	case "min":
		err = setNumber(&f.Min, value)
	case "max":
		err = setNumber(&f.Max, value)
	case "color":
		f.Color = nil
		err = decode(value, &f.Color)
	case "mappings":
		f.Mappings = nil
		err = setMappings(&f.Mappings, value)
	case "thresholds":
		f.Thresholds = nil
		err = decode(value, &f.Thresholds)
	case "links":
		f.Links = nil
		err = decode(value, &f.Links)
	case "fieldMinMax":
		f.OwnRange = string(value) == "true"
	case "custom":
		f.Custom = value
	case "filterable": // of files before 8.0
		return f.setCustom("filterable", value)
	case "nullValueMode", "displayNameFromDS", "description", "path", "writeable", "unitScale", "title", "actions":
	default:
		return fmt.Errorf("option %s is not known", id)
	}
	if err != nil {
		return fmt.Errorf("option %s cannot be read: %w", id, err)
	}
	return nil
}

func decode(value json.RawMessage, into any) error {
	if len(value) == 0 {
		return nil
	}
	return json.Unmarshal(value, into)
}

func setText(s **string, value json.RawMessage) error {
	*s = nil
	if len(value) == 0 {
		return nil
	}
	var v any
	if err := json.Unmarshal(value, &v); err != nil {
		return err
	}
	text, ok := asText(v)
	if !ok {
		return fmt.Errorf("it is not a text")
	}
	*s = &text
	return nil
}

func setNumber(n **float64, value json.RawMessage) error {
	*n = nil
	if len(value) == 0 || string(value) == `""` {
		return nil
	}
	var v any
	if err := json.Unmarshal(value, &v); err != nil {
		return err
	}
	f, ok := toNumber(v)
	if !ok {
		return fmt.Errorf("it is not a number")
	}
	*n = &f
	return nil
}

// setCustom changes one option of the panel's type; the others stay.
func (f *FieldOptions) setCustom(key string, value json.RawMessage) error {
	custom := map[string]json.RawMessage{}
	if len(f.Custom) > 0 {
		if err := json.Unmarshal(f.Custom, &custom); err != nil {
			return fmt.Errorf("option custom cannot be read: %w", err)
		}
	}
	first, rest, nested := strings.Cut(key, ".")
	if nested {
		inner := FieldOptions{Custom: custom[first]}
		if err := inner.setCustom(rest, value); err != nil {
			return err
		}
		value = inner.Custom
	}
	if custom == nil {
		custom = map[string]json.RawMessage{}
	}
	if len(value) == 0 {
		value = json.RawMessage("null")
	}
	custom[first] = value
	f.Custom = toJSON(custom)
	return nil
}
