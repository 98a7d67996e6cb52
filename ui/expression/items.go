package expression

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"supersonic/ui/frame"
)

// Item is one number or one series of a query, told from others by its labels.
type Item struct {
	Labels  map[string]string
	TimesMs []float64 // nil of a number
	Values  []float64 // one of a number
}

func (i *Item) series() bool { return i.TimesMs != nil }

// Set is all that one query or expression gave.
type Set []Item

// maxItems bounds what an expression gives.
const maxItems = 5000

// Items reads frames: one item for each column of numbers, or in a table with words
// one for each combination of words. Those of an instant query are numbers.
func Items(frames []frame.Frame, instant bool) (Set, error) {
	var out Set
	for i := range frames {
		items, err := itemsOf(&frames[i], instant)
		if err != nil {
			return nil, err
		}
		out = append(out, items...)
		if len(out) > maxItems {
			return nil, fmt.Errorf("it gave more than %d series: narrow it", maxItems)
		}
	}
	return out, nil
}

func itemsOf(f *frame.Frame, instant bool) (Set, error) {
	var times *frame.Field
	var numbers, words []*frame.Field
	for i := range f.Fields {
		switch c := &f.Fields[i]; c.Kind {
		case frame.Time:
			if times == nil {
				times = c
			}
		case frame.Number, frame.Bool:
			numbers = append(numbers, c)
		case frame.Text:
			words = append(words, c)
		}
	}
	if instant {
		times = nil
	}
	switch {
	case len(numbers) == 0 && f.Rows() > 0:
		return nil, fmt.Errorf("it gave no numbers")
	case len(words) > 0:
		return longItems(times, numbers, words)
	}
	return wideItems(times, numbers)
}

func wideItems(times *frame.Field, numbers []*frame.Field) (Set, error) {
	var out Set
	for _, c := range numbers {
		item := Item{Labels: c.Labels, Values: c.Values}
		switch {
		case times != nil:
			n := min(len(times.Values), len(c.Values))
			item.TimesMs, item.Values = times.Values[:n:n], c.Values[:n:n]
		case len(c.Values) == 0:
			continue
		case len(c.Values) > 1:
			return nil, fmt.Errorf("it gave %d rows without times and without words to tell them apart", len(c.Values))
		}
		out = append(out, item)
	}
	return out, nil
}

// longItems takes rows with the same words as one item.
func longItems(times *frame.Field, numbers, words []*frame.Field) (Set, error) {
	var out Set
	at := map[string]int{}
	for n, c := range numbers {
		for row := range c.Values {
			labels, key := labelsOf(words, row)
			if len(numbers) > 1 {
				labels["__name__"] = c.Name
			}
			key = fmt.Sprint(n) + "\x00" + key
			i, known := at[key]
			if !known {
				i = len(out)
				at[key] = i
				out = append(out, Item{Labels: labels})
			} else if times == nil {
				return nil, fmt.Errorf("it gave several rows with the labels %s", labelText(labels))
			}
			out[i].Values = append(out[i].Values, c.Values[row])
			if times != nil && row < len(times.Values) {
				out[i].TimesMs = append(out[i].TimesMs, times.Values[row])
			}
		}
	}
	return out, nil
}

func labelsOf(words []*frame.Field, row int) (labels map[string]string, key string) {
	labels = map[string]string{}
	var all strings.Builder
	for _, w := range words {
		text := ""
		if row < len(w.Texts) {
			text = w.Texts[row]
		}
		if text != "" {
			labels[w.Name] = text
		}
		all.WriteString(text + "\x00")
	}
	return labels, all.String()
}

func labelText(labels map[string]string) string {
	var pairs []string
	for _, k := range slices.Sorted(maps.Keys(labels)) {
		pairs = append(pairs, fmt.Sprintf("%s=%q", k, labels[k]))
	}
	return "{" + strings.Join(pairs, ", ") + "}"
}

// Frames writes items as the frames of an expression named refID, one an item.
// stepMs is the time between two points of its series, 0 if that is not known.
func Frames(refID string, set Set, stepMs float64) []frame.Frame {
	out := make([]frame.Frame, 0, len(set))
	for i := range set {
		f := frame.Frame{RefID: refID}
		values := set[i].Values
		if slices.ContainsFunc(values, isNull) {
			values = slices.Clone(values)
			for n, v := range values {
				if isNull(v) {
					values[n] = math.NaN()
				}
			}
		}
		if set[i].series() {
			f.StepMs = stepMs
			f.Fields = append(f.Fields, frame.Field{Name: "Time", Kind: frame.Time, Values: set[i].TimesMs})
		}
		f.Fields = append(f.Fields, frame.Field{Name: refID, Kind: frame.Number, Labels: set[i].Labels, Values: values})
		out = append(out, f)
	}
	return out
}

// null is no value at all; NaN is a value that is no number. Both are NaN of floats.
var null = math.Float64frombits(0x7ff8_0000_0000_0a11)

func isNull(v float64) bool { return math.Float64bits(v) == math.Float64bits(null) }
