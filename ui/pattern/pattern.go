package pattern

import (
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/dlclark/regexp2"
)

// Bounds of a search by trying: one that ends takes some microseconds.
const (
	maxTime  = 20 * time.Millisecond
	maxFound = 10_000 // in one text
)

// Pattern is a regular expression.
type Pattern struct {
	re     *regexp.Regexp  // nil if it has look-around
	trying *regexp2.Regexp // nil if it has none
	slow   atomic.Bool     // a search took too long
}

// Compile reads an expression; (?<name>...) is a named group. The error is that of RE2
// if neither can read it.
func Compile(expr string) (*Pattern, error) {
	re, err := regexp.Compile(named(expr))
	if err == nil {
		return &Pattern{re: re}, nil
	}
	if !strings.Contains(expr, "(?") && !strings.Contains(expr, `\`) {
		return nil, err
	}
	trying, other := regexp2.Compile(expr, regexp2.None)
	if other != nil {
		return nil, err
	}
	trying.MatchTimeout = maxTime
	return &Pattern{trying: trying}, nil
}

// named writes JavaScript's named groups as Go has them.
func named(expr string) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(expr, "(?<")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		if strings.HasPrefix(after, "=") || strings.HasPrefix(after, "!") { // looks behind
			b.WriteString("(?<")
		} else {
			b.WriteString("(?P<")
		}
		expr = after
	}
}

// Slow tells whether a search took too long; what was not found may be there.
func (p *Pattern) Slow() bool { return p.slow.Load() }

// Match tells whether the pattern is somewhere in a text.
func (p *Pattern) Match(text string) bool {
	if p.re != nil {
		return p.re.MatchString(text)
	}
	return len(p.tried(text, 1)) > 0
}

// Find gives the first match and its groups, nil for none; a group that took no part is "".
func (p *Pattern) Find(text string) []string {
	if all := p.FindAll(text, 1); len(all) > 0 {
		return all[0]
	}
	return nil
}

// FindAll gives up to n matches that do not overlap, each with its groups; below nought all.
func (p *Pattern) FindAll(text string, n int) [][]string {
	if p.re != nil {
		return p.re.FindAllStringSubmatch(text, n)
	}
	var out [][]string
	for _, m := range p.tried(text, n) {
		out = append(out, groupsOf(m))
	}
	return out
}

// groupsOf are the whole match and its groups.
func groupsOf(m *regexp2.Match) []string {
	groups := m.Groups()
	out := make([]string, len(groups))
	for i := range groups {
		out[i] = groups[i].String()
	}
	return out
}

// Groups are the names of the groups, "" for those that have none and for the whole match.
func (p *Pattern) Groups() []string {
	if p.re != nil {
		return p.re.SubexpNames()
	}
	names := p.trying.GetGroupNames()
	for i, name := range names {
		if name != "" && name[0] >= '0' && name[0] <= '9' {
			names[i] = ""
		}
	}
	return names
}

// Group is the place of a named group in a match, -1 for none.
func (p *Pattern) Group(name string) int {
	if name == "" {
		return -1
	}
	return slices.Index(p.Groups(), name)
}

// Replace puts a text in the place of the first match, or of all. In it $1, $<name> and
// $& stand for what was found.
func (p *Pattern) Replace(text, with string, all bool) string {
	n := 1
	if all {
		n = -1
	}
	if p.trying != nil {
		text = strings.ToValidUTF8(text, "\uFFFD") // it is searched by letters
	}
	var b strings.Builder
	from := 0
	for _, m := range p.places(text, n) {
		b.WriteString(text[from:m.from])
		b.WriteString(p.filled(with, m.groups))
		from = m.to
	}
	return b.String() + text[from:]
}

var stands = regexp.MustCompile(`\$(?:(\d{1,2})|<(\w+)>|(&)|(\$))`)

func (p *Pattern) filled(with string, groups []string) string {
	return stands.ReplaceAllStringFunc(with, func(s string) string {
		m := stands.FindStringSubmatch(s)
		switch {
		case m[3] != "":
			return groups[0]
		case m[4] != "":
			return "$"
		case m[2] != "":
			if i := p.Group(m[2]); i >= 0 {
				return groups[i]
			}
			return ""
		}
		return numbered(s, m[1], groups)
	})
}

// numbered is the group of one or two digits; of $12 without a twelfth group it is the
// first with a 2 behind. What is no group is left as it is.
func numbered(s, digits string, groups []string) string {
	for n := len(digits); n > 0; n-- {
		i := 0
		for _, c := range digits[:n] {
			i = 10*i + int(c-'0')
		}
		if i > 0 && i < len(groups) {
			return groups[i] + digits[n:]
		}
	}
	return s
}

// place is a match by bytes.
type place struct {
	from, to int
	groups   []string
}

func (p *Pattern) places(text string, n int) []place {
	var out []place
	if p.re != nil {
		for _, at := range p.re.FindAllStringSubmatchIndex(text, n) {
			m := place{from: at[0], to: at[1]}
			for i := 0; i+1 < len(at); i += 2 {
				group := ""
				if at[i] >= 0 {
					group = text[at[i]:at[i+1]]
				}
				m.groups = append(m.groups, group)
			}
			out = append(out, m)
		}
		return out
	}
	runes := []rune(text)
	for _, found := range p.tried(text, n) {
		from := len(string(runes[:found.Index]))
		out = append(out, place{from, from + len(found.String()), groupsOf(found)})
	}
	return out
}

// tried searches by trying.
func (p *Pattern) tried(text string, n int) []*regexp2.Match {
	if p.slow.Load() {
		return nil
	}
	if n < 0 || n > maxFound {
		n = maxFound
	}
	var out []*regexp2.Match
	m, err := p.trying.FindStringMatch(text)
	for ; m != nil && err == nil && len(out) < n; m, err = p.trying.FindNextMatch(m) {
		out = append(out, m)
	}
	if err != nil {
		p.slow.Store(true)
	}
	return out
}
