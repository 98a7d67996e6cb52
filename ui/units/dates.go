package units

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// maxDate is the last millisecond that JavaScript's dates know.
const maxDate = 8.64e15

// dateText writes Unix milliseconds. A layout "A|B" takes B today.
func dateText(layout string, ms float64, at Clock) string {
	if math.IsNaN(ms) || math.Abs(ms) > maxDate {
		return "Invalid date"
	}
	t := time.UnixMilli(int64(math.Trunc(ms))).In(at.zone())
	if layout == "fromNow" {
		return fromNow((float64(at.Now.UnixMilli()) - math.Trunc(ms)) / 1000)
	}
	if usual, today, ok := strings.Cut(layout, "|"); ok {
		layout = usual
		if y, m, d := at.Now.In(at.zone()).Date(); t.Year() == y && t.Month() == m && t.Day() == d {
			layout = today
		}
	}
	return Date(layout, t)
}

// Date writes a time by the letters that Grafana's units and variables use
// (those of moment.js): YYYY-MM-DD HH:mm:ss.SSS.
func Date(layout string, t time.Time) string {
	var b strings.Builder
	for i := 0; i < len(layout); {
		if layout[i] == '[' {
			if end := strings.IndexByte(layout[i:], ']'); end > 0 {
				b.WriteString(layout[i+1 : i+end])
				i += end + 1
				continue
			}
		}
		n := 1
		for i+n < len(layout) && layout[i+n] == layout[i] {
			n++
		}
		word := layout[i : i+n]
		if layout[i] == 'D' && i+n < len(layout) && layout[i+n] == 'o' && n == 1 {
			word = "Do"
		}
		taken, text := dateWord(word, t)
		b.WriteString(text)
		i += taken
	}
	return b.String()
}

// dateWord writes the longest beginning of word that means something.
func dateWord(word string, t time.Time) (int, string) {
	for n := len(word); n > 0; n-- {
		if text, ok := datePart(word[:n], t); ok {
			return n, text
		}
	}
	return 1, word[:1]
}

func datePart(word string, t time.Time) (string, bool) {
	two := func(n int) string { return fmt.Sprintf("%02d", n) }
	twelve := (t.Hour()+11)%12 + 1
	switch word {
	case "YYYY":
		return fmt.Sprintf("%04d", t.Year()), true
	case "YY":
		return two(t.Year() % 100), true
	case "Q":
		return strconv.Itoa((int(t.Month())-1)/3 + 1), true
	case "MMMM":
		return t.Month().String(), true
	case "MMM":
		return t.Month().String()[:3], true
	case "MM":
		return two(int(t.Month())), true
	case "M":
		return strconv.Itoa(int(t.Month())), true
	case "DDDD":
		return fmt.Sprintf("%03d", t.YearDay()), true
	case "DDD":
		return strconv.Itoa(t.YearDay()), true
	case "DD":
		return two(t.Day()), true
	case "D":
		return strconv.Itoa(t.Day()), true
	case "Do":
		return Ordinal(t.Day()), true
	case "dddd":
		return t.Weekday().String(), true
	case "ddd":
		return t.Weekday().String()[:3], true
	case "dd":
		return t.Weekday().String()[:2], true
	case "d":
		return strconv.Itoa(int(t.Weekday())), true
	}
	return timePart(word, t, two, twelve)
}

func timePart(word string, t time.Time, two func(int) string, twelve int) (string, bool) {
	switch word {
	case "HH":
		return two(t.Hour()), true
	case "H":
		return strconv.Itoa(t.Hour()), true
	case "hh":
		return two(twelve), true
	case "h":
		return strconv.Itoa(twelve), true
	case "mm":
		return two(t.Minute()), true
	case "m":
		return strconv.Itoa(t.Minute()), true
	case "ss":
		return two(t.Second()), true
	case "s":
		return strconv.Itoa(t.Second()), true
	case "SSS", "SS", "S":
		return fmt.Sprintf("%03d", t.Nanosecond()/1e6)[:len(word)], true
	case "A":
		return t.Format("PM"), true
	case "a":
		return t.Format("pm"), true
	case "Z":
		return t.Format("-07:00"), true
	case "ZZ":
		return t.Format("-0700"), true
	case "z":
		return t.Format("MST"), true
	case "X":
		return strconv.FormatInt(t.Unix(), 10), true
	case "x":
		return strconv.FormatInt(t.UnixMilli(), 10), true
	}
	return "", false
}

// Ordinal is n as a rank: 1st, 2nd, 11th.
func Ordinal(n int) string {
	suffix := "th"
	if n/10 != 1 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return strconv.Itoa(n) + suffix
}

// fromNow says how long ago something was, in the words of moment.js.
func fromNow(seconds float64) string {
	text := humanize(math.Abs(seconds))
	if seconds < 0 {
		return "in " + text
	}
	return text + " ago"
}

func humanize(s float64) string {
	round := func(v float64) int { return int(math.Floor(v + 0.5)) }
	seconds, minutes, hours, days := round(s), round(s/60), round(s/3600), round(s/86400)
	months, years := round(s/2629746), round(s/31556952)
	switch {
	case seconds < 45:
		return "a few seconds"
	case minutes <= 1:
		return "a minute"
	case minutes < 45:
		return fmt.Sprintf("%d minutes", minutes)
	case hours <= 1:
		return "an hour"
	case hours < 22:
		return fmt.Sprintf("%d hours", hours)
	case days <= 1:
		return "a day"
	case days < 26:
		return fmt.Sprintf("%d days", days)
	case months <= 1:
		return "a month"
	case months < 11:
		return fmt.Sprintf("%d months", months)
	case years <= 1:
		return "a year"
	}
	return fmt.Sprintf("%d years", years)
}
