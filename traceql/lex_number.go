package traceql

import (
	"math"
	"strconv"
	"time"
	"unicode/utf8"
)

// units of time, as Go and Prometheus write them; a day has 24 hours, a year 365
// days.
var units = map[string]time.Duration{
	"ns": time.Nanosecond, "us": time.Microsecond, "µs": time.Microsecond, "μs": time.Microsecond,
	"ms": time.Millisecond, "s": time.Second, "m": time.Minute, "h": time.Hour,
	"d": 24 * time.Hour, "w": 7 * 24 * time.Hour, "y": 365 * 24 * time.Hour,
}

const unitList = "a unit of time (ns us ms s m h d w y)"

// number reads an int, a float or a duration.
func (l *lexer) number(t token) (token, *SyntaxError) {
	t.kind = tokenLiteral
	text := l.digits()
	if unit := l.unit(); unit != "" {
		return l.duration(t, text, unit)
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		t.val = Int(n)
		return t, nil
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(f, 0) {
		return t, fault(t.pos, "%q is no number that fits", text).expecting("a number between minInt and maxInt, or a float")
	}
	if isWhole(text) {
		return t, fault(t.pos, "%q is too large for an int", text).expecting("at most maxInt, or a float")
	}
	t.val = Float(f)
	return t, nil
}

func isWhole(text string) bool {
	for _, c := range []byte(text) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// digits reads digits, a fraction and an exponent.
func (l *lexer) digits() string {
	start := l.at
	l.skipDigits()
	if l.peek() == '.' {
		l.at++
		l.skipDigits()
	}
	if c := l.peek(); c == 'e' || c == 'E' {
		after := l.text[l.at+1:]
		if after != "" && (after[0] == '+' || after[0] == '-') {
			after = after[1:]
		}
		if startsDigit(after) {
			l.at = len(l.text) - len(after)
			l.skipDigits()
		}
	}
	return l.text[start:l.at]
}

func (l *lexer) skipDigits() {
	for startsDigit(l.rest()) {
		l.at++
	}
}

// unit reads the letters after a number.
func (l *lexer) unit() string {
	start := l.at
	for l.at < len(l.text) {
		r, n := utf8.DecodeRuneInString(l.rest())
		if !isLetter(r) {
			break
		}
		l.at += n
	}
	return l.text[start:l.at]
}

// duration reads the rest of numbers with units, as 1h30m.
func (l *lexer) duration(t token, number, unit string) (token, *SyntaxError) {
	var total float64
	var exact time.Duration
	for {
		u, ok := units[unit]
		if !ok {
			return t, fault(t.pos, "%q is no duration", l.text[t.pos:l.at]).expecting(unitList)
		}
		d, f := scale(number, u)
		total += f
		exact += d
		if total >= math.MaxInt64 {
			return t, fault(t.pos, "a duration of more than 292 years")
		}
		if !startsDigit(l.rest()) {
			break
		}
		number, unit = l.digits(), l.unit()
	}
	t.val = Duration(exact)
	return t, nil
}

// scale multiplies, exactly where the number is whole.
func scale(number string, u time.Duration) (time.Duration, float64) {
	f, _ := strconv.ParseFloat(number, 64)
	f *= float64(u)
	if n, err := strconv.ParseInt(number, 10, 64); err == nil && f < math.MaxInt64 {
		return time.Duration(n) * u, f
	}
	if f >= math.MaxInt64 {
		return 0, f
	}
	return time.Duration(math.Round(f)), f
}
