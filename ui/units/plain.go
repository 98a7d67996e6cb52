package units

import (
	"math"
	"strconv"
	"strings"
)

// Plain writes a number as JavaScript does: shortest, with an exponent only where
// it is very large or very small.
func Plain(v float64) string {
	switch {
	case math.IsNaN(v):
		return "NaN"
	case math.IsInf(v, 0):
		return strings.TrimPrefix(strings.Replace(strconv.FormatFloat(v, 'g', -1, 64), "Inf", "Infinity", 1), "+")
	case v == 0:
		return "0"
	}
	if a := math.Abs(v); a >= 1e21 || a < 1e-6 {
		return shortExponent(strconv.FormatFloat(v, 'e', -1, 64))
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// shortExponent turns 1e+09 into 1e+9.
func shortExponent(s string) string {
	mantissa, exp, ok := strings.Cut(s, "e")
	if !ok {
		return s
	}
	sign, digits := exp[:1], strings.TrimLeft(exp[1:], "0")
	if digits == "" {
		digits = "0"
	}
	return mantissa + "e" + sign + digits
}

func exponential(v float64, decimals *int) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return Plain(v)
	}
	if decimals == nil {
		return shortExponent(strconv.FormatFloat(v, 'e', -1, 64))
	}
	d := min(20, max(0, *decimals))
	exact := strconv.FormatFloat(v, 'e', -1, 64)
	mantissa, _, _ := strings.Cut(exact, "e")
	if _, fraction, _ := strings.Cut(mantissa, "."); len(fraction) == d+1 && fraction[d] == '5' {
		v = math.Nextafter(v, math.Copysign(math.Inf(1), v)) // a half goes away from zero
	}
	return shortExponent(strconv.FormatFloat(v, 'e', d, 64))
}

// grouped writes thousands apart, with at most so many decimals (three if nil).
func grouped(v float64, decimals *int) string {
	d := 3
	if decimals != nil {
		d = min(20, max(0, *decimals))
	}
	return groups(v, d, 0)
}

// financialText has exactly so many decimals, or at most one if nil.
func financialText(v float64, decimals *int) string {
	if decimals == nil {
		return groups(v, 1, 0)
	}
	d := min(20, max(0, *decimals))
	return groups(v, d, d)
}

func groups(v float64, most, least int) string {
	text := roundedText(v, most)
	sign := ""
	if strings.HasPrefix(text, "-") {
		sign, text = "-", text[1:]
	}
	whole, fraction, _ := strings.Cut(text, ".")
	fraction = strings.TrimRight(fraction, "0")
	fraction += strings.Repeat("0", max(0, least-len(fraction)))
	var b strings.Builder
	for i, c := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(c)
	}
	if fraction != "" {
		b.WriteString("." + fraction)
	}
	return sign + b.String()
}

// roundedText rounds the shortest form of v, halves away from zero.
func roundedText(v float64, d int) string {
	exact := strconv.FormatFloat(v, 'f', -1, 64)
	_, fraction, _ := strings.Cut(exact, ".")
	if len(fraction) <= d {
		return exact
	}
	if fraction[d] == '5' && strings.TrimRight(fraction[d+1:], "0") == "" {
		v = math.Nextafter(v, math.Copysign(math.Inf(1), v))
	}
	return strconv.FormatFloat(v, 'f', d, 64)
}

// hexText writes v in base 16, its fraction as far as a float64 knows it.
func hexText(prefix string, v float64, decimals *int) string {
	v, _ = strconv.ParseFloat(Fixed(v, decimals), 64)
	sign := ""
	if v < 0 {
		sign, v = "-", -v
	}
	whole, fraction := math.Modf(v)
	text := strings.ToUpper(strconv.FormatFloat(whole, 'f', -1, 64))
	if whole < 1<<63 {
		text = strings.ToUpper(strconv.FormatUint(uint64(whole), 16))
	}
	return sign + prefix + text + hexFraction(v, fraction)
}

// hexFraction writes digits until the next one says nothing that v knows.
func hexFraction(v, fraction float64) string {
	delta := max(math.Nextafter(0, 1), 0.5*(math.Nextafter(v, math.Inf(1))-v))
	if fraction < delta {
		return ""
	}
	var digits []byte
	for {
		fraction *= 16
		delta *= 16
		digit := math.Floor(fraction)
		digits = append(digits, "0123456789ABCDEF"[int(digit)])
		fraction -= digit
		if fraction > 0.5 || fraction == 0.5 && int(digit)&1 == 1 {
			if fraction+delta > 1 {
				return "." + string(roundUp(digits))
			}
		}
		if fraction < delta {
			return "." + string(digits)
		}
	}
}

func roundUp(digits []byte) []byte {
	const all = "0123456789ABCDEF"
	for i := len(digits) - 1; i >= 0; i-- {
		at := strings.IndexByte(all, digits[i])
		if at < 15 {
			digits[i] = all[at+1]
			return digits[:i+1]
		}
	}
	return digits
}
