package view

import (
	"encoding/json"
	"math"
	"slices"
	"strings"

	"supersonic/ui/frame"
	"supersonic/ui/grafana"
)

// handler says what the values of a field of configuration are for: "max", "unit",
// "field.name", "field.label", "threshold1", "mappings.value"; "" for nothing.
type handler struct {
	at   int
	key  string
	calc string
	args options
}

// handlers reads what each field of a frame is for: as the file says, else by its
// own name, if that is one that a configuration has.
func handlers(frames []frame.Frame, at int, o options) []handler {
	names := newNames(frames)
	rules := o.list("mappings")
	var out []handler
	for j := range frames[at].Fields {
		h := handler{at: j, calc: "lastNotNull"}
		name := names.of(at, j)
		k := slices.IndexFunc(rules, func(r options) bool { n := r.text("fieldName", ""); return n == name || n == frames[at].Fields[j].Name })
		if k >= 0 {
			h.key, h.args = rules[k].text("handlerKey", ""), rules[k].sub("handlerArguments")
			h.calc = calcID(orElse(rules[k].text("reducerId", ""), "lastNotNull"))
		} else {
			h.key = keyByName(name)
		}
		out = append(out, h)
	}
	return out
}

func keyByName(name string) string {
	for _, k := range []string{"min", "max", "unit", "decimals", "displayName", "color", "threshold1", "noValue"} {
		if strings.EqualFold(k, name) {
			return k
		}
	}
	if strings.EqualFold(name, "name") {
		return "displayName"
	}
	return ""
}

// rowsToFields makes a field of each row: its name, its value, labels, and options
// from the other columns.
func (m *maker) rowsToFields(frames []frame.Frame, o options) []frame.Frame {
	out := make([]frame.Frame, 0, len(frames))
	for i := range frames {
		fr := &frames[i]
		hs := handlers(frames, i, o)
		name, value := nameAndValue(fr, hs)
		if name < 0 || value < 0 {
			m.warn("the transformation rowsToFields needs a column of names and one of values")
			out = append(out, *fr)
			continue
		}
		n := frame.Frame{Name: fr.Name, RefID: fr.RefID}
		for r := range fr.Rows() {
			n.Fields = append(n.Fields, m.rowField(fr, hs, name, value, r))
		}
		out = append(out, n)
	}
	return out
}

// nameAndValue are the columns that the file names, else the first of texts and the
// first of numbers that are for nothing else.
func nameAndValue(fr *frame.Frame, hs []handler) (name, value int) {
	asked := func(key string) int { return slices.IndexFunc(hs, func(h handler) bool { return h.key == key }) }
	name, value = asked("field.name"), asked("field.value")
	for j, f := range fr.Fields {
		if name < 0 && f.Kind == frame.Text && (hs[j].key == "" || hs[j].key == "displayName") {
			name = j
		}
		if value < 0 && f.Kind == frame.Number && hs[j].key == "" {
			value = j
		}
	}
	return name, value
}

func (m *maker) rowField(fr *frame.Frame, hs []handler, name, value, row int) frame.Field {
	f := pick(fr.Fields[value], []int{row})
	f.Name, f.Display = (&column{Field: fr.Fields[name]}).raw(row), ""
	f.Labels = map[string]string{}
	f.Config = slices.Clone(f.Config)
	for _, h := range hs {
		if h.at == name || h.at == value {
			continue
		}
		c := &column{Field: fr.Fields[h.at]}
		switch h.key {
		case "":
			if c.Kind == frame.Text {
				f.Labels[c.Name] = c.raw(row)
			}
		case "field.label":
			f.Labels[c.Name] = c.raw(row)
		default:
			f.Config = append(f.Config, m.configOf(h, c.raw(row))...)
		}
	}
	if len(f.Labels) == 0 {
		f.Labels = nil
	}
	return f
}

// configFromData takes options for the fields of the other frames from the values
// of one query.
func (m *maker) configFromData(frames []frame.Frame, o options) []frame.Frame {
	ref := orElse(o.text("configRefId", ""), "config")
	from := slices.IndexFunc(frames, func(f frame.Frame) bool { return f.RefID == ref })
	if from < 0 {
		return frames
	}
	var config []frame.Option
	hs := handlers(frames, from, o)
	for _, h := range hs {
		c := &column{Field: frames[from].Fields[h.at]}
		if h.key == "" || strings.HasPrefix(h.key, "mappings.") || h.key == "__ignore" {
			continue
		}
		if n := c.Len(); n > 0 && c.Kind == frame.Text {
			config = append(config, m.configOf(h, reduceText(h.calc, c.Texts))...)
		} else if v := reduce(h.calc, c.Values); !math.IsNaN(v) {
			config = append(config, m.configOf(h, (&column{Field: frame.Field{Kind: c.Kind, Values: []float64{v}}}).raw(0))...)
		}
	}
	config = append(config, mappingsOf(&frames[from], hs)...)
	rest := make([]frame.Frame, 0, len(frames)-1)
	for i, f := range frames {
		if i != from {
			rest = append(rest, f)
		}
	}
	return m.configured(rest, config, o["applyTo"])
}

// configured gives the options to the fields that applyTo finds; to all numbers
// where it says nothing.
func (m *maker) configured(frames []frame.Frame, config []frame.Option, applyTo json.RawMessage) []frame.Frame {
	match := func(c *column) bool { return c.Kind == frame.Number }
	var mt grafana.Matcher
	if json.Unmarshal(applyTo, &mt) == nil && mt.ID != "" {
		found, err := m.matcher(mt)
		if err != nil {
			m.warn("the transformation configFromData: %s", err)
			return frames
		}
		match = found
	}
	names := newNames(frames)
	out := slices.Clone(frames)
	for i := range out {
		out[i].Fields = slices.Clone(out[i].Fields)
		for j := range out[i].Fields {
			f := &out[i].Fields[j]
			if match(&column{Field: *f, name: names.of(i, j), refID: out[i].RefID, frame: i, at: j}) {
				f.Config = append(slices.Clone(f.Config), config...)
			}
		}
	}
	return out
}

// configOf is the option that a text stands for; none for a text that is none.
func (m *maker) configOf(h handler, text string) []frame.Option {
	if text == "" {
		return nil
	}
	var v any
	switch id := h.key; id {
	case "min", "max", "decimals":
		n := textNumber(text)
		if n == nil {
			return nil
		}
		v = *n
	case "unit", "displayName", "noValue":
		v = text
	case "color":
		v = grafana.Color{Mode: "fixed", FixedColor: text}
	case "threshold1":
		n := textNumber(text)
		if n == nil {
			return nil
		}
		color := orElse(h.args.sub("threshold").text("color", ""), "red")
		return []frame.Option{option("thresholds", grafana.Thresholds{Mode: "absolute", Steps: []grafana.Step{{Color: "green"}, {Color: color, Value: n}}})}
	case "__ignore":
		return nil
	default:
		m.warn("the option %q from data is not known", id)
		return nil
	}
	return []frame.Option{option(h.key, v)}
}

func option(id string, v any) frame.Option {
	raw, err := json.Marshal(v)
	if err != nil {
		raw = []byte("null") // an option that is null is not set
	}
	return frame.Option{ID: id, Value: raw}
}

// mappingsOf reads rows of value, text and colour as mappings of values.
func mappingsOf(fr *frame.Frame, hs []handler) []frame.Option {
	find := func(key string) *column {
		if k := slices.IndexFunc(hs, func(h handler) bool { return h.key == key }); k >= 0 {
			return &column{Field: fr.Fields[hs[k].at]}
		}
		return nil
	}
	value, text, color := find("mappings.value"), find("mappings.text"), find("mappings.color")
	if value == nil || text == nil && color == nil {
		return nil
	}
	words := map[string]mappingResult{}
	for r := range fr.Rows() {
		w := mappingResult{Index: float64(r)}
		if text != nil {
			t := text.raw(r)
			w.Text = &t
		}
		if color != nil {
			w.Color = color.raw(r)
		}
		words[value.raw(r)] = w
	}
	raw := option("", words).Value
	return []frame.Option{option("mappings", []grafana.Mapping{{Type: "value", Options: raw}})}
}
