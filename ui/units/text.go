package units

import (
	"math"
	"strings"
	"time"

	"supersonic/ui/payload"
)

// Clock is where and when a reader is.
type Clock struct {
	Zone *time.Location // nil is UTC
	Now  time.Time
}

func (c Clock) zone() *time.Location {
	if c.Zone == nil {
		return time.UTC
	}
	return c.Zone
}

// Text writes a number in three parts. It leaves Format.Words to Shown.
func Text(f payload.Format, v float64, at Clock) (prefix, text, suffix string) {
	switch f.Kind {
	case "bool":
		return "", boolText(f.Layout, v), ""
	case "text":
		return "", Plain(v), ""
	case "scientific":
		return "", exponential(v, f.Decimals), ""
	case "datetime":
		return "", dateText(f.Layout, v, at), ""
	case "clock":
		text, suffix = clockText(f.Layout, v, f.Decimals)
		return "", text, suffix
	}
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "", map[bool]string{true: "NaN", false: infinity(v)}[math.IsNaN(v)], ""
	}
	switch f.Kind {
	case "hex":
		return "", hexText(f.Prefix, v, f.Decimals), ""
	case "locale":
		if f.Layout == "financial" {
			return f.Prefix, financialText(v, f.Decimals), f.Scales[0].Suffix
		}
		return f.Prefix, grouped(v, f.Decimals), f.Scales[0].Suffix
	}
	return scaled(f, v)
}

func infinity(v float64) string {
	if v < 0 {
		return "-∞"
	}
	return "∞"
}

// scaled takes the last scale that begins at or below the size of v.
func scaled(f payload.Format, v float64) (prefix, text, suffix string) {
	s := payload.Scale{Divide: 1}
	for i, c := range f.Scales {
		if i == 0 || math.Abs(v) >= c.From {
			s = c
		}
	}
	prefix = f.Prefix
	if f.Kind == "currency" && v < 0 {
		prefix, v = "-"+prefix, -v
	}
	switch {
	case f.Layout != "seconds":
		v /= s.Divide
	case v == 0:
		return prefix, "0", s.Suffix
	default:
		v = partOfSecond(v/f.Scales[0].Divide, s.Divide/f.Scales[0].Divide)
	}
	return prefix, Fixed(v, f.Decimals), s.Suffix
}

// partOfSecond multiplies seconds by what is small, so that 0.001 s is 1 ms and not a
// little more.
func partOfSecond(v, divide float64) float64 {
	if divide < 1 {
		return v * math.Round(1/divide)
	}
	return v / divide
}

// Fixed writes v with so many decimals, or with three digits in all where
// decimals is nil; whole numbers then have none.
func Fixed(v float64, decimals *int) string {
	switch {
	case math.IsNaN(v):
		return "NaN"
	case math.IsInf(v, 0):
		return infinity(v)
	}
	d := 0
	if decimals != nil {
		d = *decimals
	} else {
		d = threeDigits(v)
	}
	factor := math.Pow10(max(0, d))
	rounded := jsRound(v*factor) / factor
	text := Plain(rounded)
	if rounded == 0 && decimals == nil || strings.Contains(text, "e") || d <= 0 {
		return text
	}
	_, fraction, dot := strings.Cut(text, ".")
	if !dot {
		text += "."
	}
	return text + strings.Repeat("0", max(0, d-len(fraction)))
}

func threeDigits(v float64) int {
	if v == 0 || v == math.Trunc(v) {
		return 0
	}
	return max(0, 2-int(math.Floor(math.Log10(math.Abs(v)))))
}

// jsRound rounds halves towards plus infinity.
func jsRound(v float64) float64 {
	f := math.Floor(v)
	if v-f >= 0.5 {
		return f + 1
	}
	return f
}

func boolText(layout string, v float64) string {
	yes, no, _ := strings.Cut(layout, "/")
	if v == 0 || math.IsNaN(v) {
		return no
	}
	return yes
}
