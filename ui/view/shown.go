package view

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"

	"supersonic/ui/frame"
	"supersonic/ui/grafana"
	"supersonic/ui/pattern"
	"supersonic/ui/payload"
	"supersonic/ui/units"
)

// word is a mapping that is ready to be looked up.
type word struct {
	text, color string
	from, to    *float64         // a range
	exact       string           // a value as text
	isExact     bool             //
	pattern     *pattern.Pattern // of texts
	all         bool             // every place of the pattern is replaced
	special     string           // "null", "nan", "null+nan", "true", "false", "empty"
}

type mappingResult struct {
	Text  *string `json:"text"`
	Color string  `json:"color"`
	Index float64 `json:"index"`
}

// readWords reads mappings in the order in which they are tried.
func (m *maker) readWords(mappings []grafana.Mapping) []word {
	var out []word
	for _, mp := range mappings {
		switch mp.Type {
		case "value":
			out = append(out, valueWords(mp.Options)...)
		case "range", "regex", "special":
			var o struct {
				From, To *float64
				Pattern  string
				Match    string
				Result   mappingResult
			}
			if json.Unmarshal(mp.Options, &o) != nil {
				m.warn("a mapping of type %q cannot be read", mp.Type)
				continue
			}
			w := word{from: o.From, to: o.To, special: o.Match, color: o.Result.Color, text: textOf(o.Result)}
			if mp.Type == "regex" {
				re, err := m.slashed(o.Pattern)
				if err != nil {
					m.warn("a mapping: %s", err)
					continue
				}
				w.pattern, w.all = re, everyPlace(o.Pattern)
			}
			out = append(out, w)
		default:
			m.warn("a mapping of type %q is not known", mp.Type)
		}
	}
	for i := range out {
		if out[i].color != "" {
			out[i].color = m.theme.color(out[i].color)
		}
	}
	return out
}

func textOf(r mappingResult) string {
	if r.Text == nil {
		return ""
	}
	return *r.Text
}

func valueWords(raw json.RawMessage) []word {
	var o map[string]mappingResult
	if json.Unmarshal(raw, &o) != nil {
		return nil
	}
	type entry struct {
		key string
		r   mappingResult
	}
	var list []entry
	for k, r := range o {
		list = append(list, entry{k, r})
	}
	slices.SortFunc(list, func(a, b entry) int {
		if a.r.Index != b.r.Index {
			return int(math.Copysign(1, a.r.Index-b.r.Index))
		}
		return strings.Compare(a.key, b.key)
	})
	var out []word
	for _, e := range list {
		w := word{exact: e.key, isExact: true, text: textOf(e.r), color: e.r.Color}
		if e.key == "NaN" { // a value that is none
			w.isExact, w.special = false, "nan"
		}
		out = append(out, w)
	}
	return out
}

// numberWords are the mappings that the browser can apply to numbers.
func numberWords(words []word) []payload.Word {
	out := []payload.Word{}
	for _, w := range words {
		switch {
		case w.isExact:
			if n := textNumber(w.exact); n != nil {
				out = append(out, payload.Word{From: n, To: n, Text: w.text, Color: w.color})
			}
		case w.special == "null" || w.special == "nan" || w.special == "null+nan":
			out = append(out, payload.Word{Missing: true, Text: w.text, Color: w.color})
		case w.pattern == nil && w.special == "":
			out = append(out, payload.Word{From: w.from, To: w.to, Text: w.text, Color: w.color})
		}
	}
	return out
}

// find is the first word that stands for a number or text; nil for none.
func find(words []word, number float64, text string, kind frame.Kind) *word {
	for i := range words {
		if words[i].fits(number, text, kind) {
			return &words[i]
		}
	}
	return nil
}

func (w *word) fits(number float64, text string, kind frame.Kind) bool {
	switch {
	case w.isExact && kind == frame.Text:
		return w.exact == text
	case w.isExact && kind == frame.Bool:
		return w.exact == strconv.FormatBool(number != 0) && !math.IsNaN(number)
	case w.isExact:
		n := textNumber(w.exact)
		return n != nil && *n == number
	case w.pattern != nil: // of texts alone, as in Grafana
		return kind == frame.Text && w.pattern.Match(text)
	case w.special != "":
		return w.fitsSpecial(number, text, kind)
	}
	if kind == frame.Text {
		n := textNumber(text)
		if n == nil {
			return false
		}
		number = *n
	}
	if math.IsNaN(number) {
		return false
	}
	return (w.from == nil || number >= *w.from) && (w.to == nil || number <= *w.to)
}

func (w *word) fitsSpecial(number float64, text string, kind frame.Kind) bool {
	missing := kind != frame.Text && math.IsNaN(number)
	switch w.special {
	case "null", "nan", "null+nan":
		return missing
	case "true":
		return kind == frame.Bool && number == 1 || kind == frame.Text && text == "true"
	case "false":
		return kind == frame.Bool && number == 0 || kind == frame.Text && text == "false"
	case "empty":
		return kind == frame.Text && text == ""
	}
	return false
}

// replaced is what a word makes of the text that it stands for.
func (w *word) replaced(text string, kind frame.Kind) string {
	if w.pattern != nil && kind == frame.Text {
		return w.pattern.Replace(text, w.text, w.all)
	}
	return w.text
}

// shown writes one value of a column, the row-th if it has links.
func (m *maker) shown(c *column, number float64, text string) payload.Shown {
	if c.Kind == frame.Text {
		return m.shownText(c, text)
	}
	s := payload.Shown{}
	if !math.IsNaN(number) && !math.IsInf(number, 0) {
		s.Number = &number
	}
	if w := find(c.words, number, "", c.Kind); w != nil {
		s.Text, s.Color = w.replaced(units.Plain(number), c.Kind), w.color
		if w.text != "" {
			if s.Color == "" {
				s.Color = m.colorOf(c, number)
			}
			return s
		}
	}
	if s.Color == "" {
		s.Color = m.colorOf(c, number)
	}
	if math.IsNaN(number) {
		s.Text = c.format.NoValue
		return s
	}
	if c.Kind == frame.Bool && c.format.Kind != "bool" {
		s.Text = strconv.FormatBool(number != 0)
		return s
	}
	s.Prefix, s.Text, s.Suffix = units.Text(c.format, number, m.env.clock())
	return s
}

func (m *maker) shownText(c *column, text string) payload.Shown {
	s := payload.Shown{Text: text}
	if w := find(c.words, math.NaN(), text, frame.Text); w != nil {
		if w.text != "" {
			s.Text = w.replaced(text, frame.Text)
		}
		s.Color = w.color
	} else if n := textNumber(text); n != nil && c.format.Unit != "" && c.format.Kind != "text" {
		s.Number = n
		s.Prefix, s.Text, s.Suffix = units.Text(c.format, *n, m.env.clock())
	}
	if s.Color == "" {
		s.Color = m.textColor(c, text)
	}
	if s.Text == "" {
		s.Text = c.format.NoValue
	}
	return s
}

// textColor is that of the number that a text may be, else that of the least.
func (m *maker) textColor(c *column, text string) string {
	switch mode := c.mode(); {
	case mode == "fixed":
		return m.seriesColor(c)
	case mode == "thresholds":
		if n := textNumber(text); n != nil && c.opts.Thresholds != nil && c.opts.Thresholds.Mode != "percentage" {
			return m.colorOf(c, *n)
		}
		return m.colorOf(c, math.Inf(-1))
	case strings.HasPrefix(mode, "continuous-"):
		return m.theme.continuous(mode, 0)
	}
	return grey
}

// at is the row-th value of a column as it is shown.
func (m *maker) at(c *column, row int) payload.Shown {
	if c.Kind == frame.Text {
		if row >= len(c.Texts) {
			return m.shown(c, math.NaN(), "")
		}
		return m.shown(c, math.NaN(), c.Texts[row])
	}
	if row >= len(c.Values) {
		return m.shown(c, math.NaN(), "")
	}
	return m.shown(c, c.Values[row], "")
}

// whole is a value as one text.
func whole(s payload.Shown) string { return s.Prefix + s.Text + s.Suffix }
