package view

import (
	"math"
	"slices"
	"strings"
	"time"
	"unicode"

	"supersonic/ui/frame"
	"supersonic/ui/units"
)

// transpose makes columns of rows: the first column gives the new names.
func (m *maker) transpose(frames []frame.Frame, o options) []frame.Frame {
	out := make([]frame.Frame, 0, len(frames))
	names := newNames(frames)
	for i := range frames {
		fr := &frames[i]
		if len(fr.Fields) == 0 {
			continue
		}
		head := &column{Field: fr.Fields[0]}
		first := frame.Field{Name: orElse(m.env.fill(o.text("firstFieldName", "")), "Field"), Kind: frame.Text}
		for j := 1; j < len(fr.Fields); j++ {
			first.Texts = append(first.Texts, names.of(i, j))
		}
		n := frame.Frame{Name: fr.Name, RefID: fr.RefID, Fields: []frame.Field{first}}
		rest := m.env.fill(o.text("restFieldsName", ""))
		for r := range fr.Rows() {
			f := turnedRow(fr.Fields[1:], r)
			f.Name = orElse(rest, orElse(head.raw(r), "Value"))
			if rest != "" {
				f.Labels = map[string]string{"row": head.raw(r)}
			}
			n.Fields = append(n.Fields, f)
		}
		out = append(out, n)
	}
	return out
}

// turnedRow is one row as a column: of numbers if all of it are numbers.
func turnedRow(fields []frame.Field, row int) frame.Field {
	numbers := !slices.ContainsFunc(fields, func(f frame.Field) bool { return f.Kind != fields[0].Kind || f.Kind == frame.Text })
	f := frame.Field{Kind: frame.Text}
	if numbers && len(fields) > 0 {
		f.Kind = fields[0].Kind
	}
	for i := range fields {
		if f.Kind == frame.Text {
			f.Texts = append(f.Texts, (&column{Field: fields[i]}).raw(row))
		} else {
			f.Values = append(f.Values, value(fields[i].Values, row))
		}
	}
	return f
}

// formatTime writes the times of one field.
func (m *maker) formatTime(frames []frame.Frame, o options) []frame.Frame {
	clock := m.env.clock()
	if zone := o.text("timezone", ""); zone != "" && zone != "browser" {
		z, err := time.LoadLocation(strings.Replace(zone, "utc", "UTC", 1))
		if err != nil {
			m.warn("the transformation formatTime: the time zone %q is not known", zone)
		} else {
			clock.Zone = z
		}
	}
	format := units.Of("time:"+orElse(o.text("outputFormat", ""), "YYYY-MM-DD HH:mm:ss"), nil)
	return fieldsOf(frames, func(name string, f frame.Field) (frame.Field, bool) {
		if want := o.text("timeField", ""); want == "" || name != want && f.Name != want || f.Kind == frame.Text {
			return f, true
		}
		texts := make([]string, len(f.Values))
		for i, v := range f.Values {
			if !math.IsNaN(v) {
				_, texts[i], _ = units.Text(format, v, clock)
			}
		}
		f.Kind, f.Texts, f.Values = frame.Text, texts, nil
		return f, true
	})
}

// formatString changes the letters of one field of texts.
func (m *maker) formatString(frames []frame.Frame, o options) []frame.Frame {
	change := m.letters(o)
	return fieldsOf(frames, func(name string, f frame.Field) (frame.Field, bool) {
		if want := o.text("stringField", ""); name != want && f.Name != want || f.Kind != frame.Text || change == nil {
			return f, true
		}
		texts := make([]string, len(f.Texts))
		for i, t := range f.Texts {
			texts[i] = change(t)
		}
		f.Texts = texts
		return f, true
	})
}

func (m *maker) letters(o options) func(string) string {
	switch how := o.text("outputFormat", "Upper Case"); how {
	case "Upper Case":
		return strings.ToUpper
	case "Lower Case":
		return strings.ToLower
	case "Sentence Case":
		return func(s string) string { return largeFirst(s) }
	case "Title Case":
		return func(s string) string { return wordwise(s, " ", largeFirst) }
	case "Pascal Case":
		return pascal
	case "Camel Case":
		return func(s string) string { return smallFirst(pascal(s)) }
	case "Snake Case":
		return func(s string) string { return strings.ToLower(strings.ReplaceAll(s, " ", "_")) }
	case "Kebab Case":
		return func(s string) string { return strings.ToLower(strings.ReplaceAll(s, " ", "-")) }
	case "Trim":
		return strings.TrimSpace
	case "Substring":
		from, to := int(o.number("substringStart", 0)), int(o.number("substringEnd", 100))
		return func(s string) string {
			r := []rune(s)
			begin := max(0, min(from, len(r)))
			return string(r[begin:max(begin, min(to, len(r)))])
		}
	default:
		m.warn("the output %q of the transformation formatString is not known", how)
		return nil
	}
}

// largeFirst writes the first letter large and leaves the others.
func largeFirst(s string) string {
	r := []rune(s)
	if len(r) > 0 {
		r[0] = unicode.ToUpper(r[0])
	}
	return string(r)
}

func wordwise(s, between string, change func(string) string) string {
	words := strings.Split(s, between)
	for i := range words {
		words[i] = change(words[i])
	}
	return strings.Join(words, between)
}

// pascal writes words without the spaces between them, each with a large letter.
func pascal(s string) string { return strings.ReplaceAll(wordwise(s, " ", largeFirst), " ", "") }

// smallFirst writes the first letter small and leaves the others.
func smallFirst(s string) string {
	r := []rune(s)
	if len(r) > 0 {
		r[0] = unicode.ToLower(r[0])
	}
	return string(r)
}

// timeSeries brings series into the form that is asked: one frame a series, or one
// table of all.
func (m *maker) timeSeries(frames []frame.Frame, o options) []frame.Frame {
	switch format := o.text("format", "multi"); format {
	case "wide":
		return m.joinByField(frames, options{})
	case "multi", "many":
		return apart(frames)
	default:
		m.warn("the format %q of the transformation prepareTimeSeries is not known", format)
		return frames
	}
}

// apart makes one frame of each column of numbers beside times.
func apart(frames []frame.Frame) []frame.Frame {
	var out []frame.Frame
	for _, fr := range frames {
		time, _ := trendFields(&fr, "")
		if time < 0 {
			continue
		}
		for _, f := range fr.Fields {
			if f.Kind == frame.Number || f.Kind == frame.Bool {
				out = append(out, frame.Frame{Name: fr.Name, RefID: fr.RefID, StepMs: fr.StepMs, Fields: []frame.Field{fr.Fields[time], f}})
			}
		}
	}
	return out
}

// buckets counts values by bucket, as the panel of that name does.
func (m *maker) buckets(frames []frame.Frame, o options) []frame.Frame {
	sub := *m
	sub.options = o
	v := sub.histogram(frames)
	m.notes = sub.notes
	out := frame.Frame{Fields: []frame.Field{{Name: "xMin", Kind: frame.Number, Values: v.From, Unit: v.Format.Unit}, {Name: "xMax", Kind: frame.Number, Values: v.To, Unit: v.Format.Unit}}}
	for _, l := range v.Lines {
		f := frame.Field{Name: l.Name, Kind: frame.Number, Values: make([]float64, len(l.Values))}
		for i, n := range l.Values {
			f.Values[i] = math.NaN()
			if n != nil {
				f.Values[i] = *n
			}
		}
		out.Fields = append(out.Fields, f)
	}
	return []frame.Frame{out}
}
