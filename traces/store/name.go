package store

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
)

// name is what the name of a block's directory tells.
type name struct {
	first, last uint64 // range of cuts
	level       int
	rewritten   int // how often its range was rewritten at this level
}

func (n name) String() string {
	s := fmt.Sprintf("%d-%d-%d", n.first, n.last, n.level)
	if n.rewritten > 0 {
		s += "-" + strconv.Itoa(n.rewritten)
	}
	return s
}

// parseName reads a name in the form in which String writes it.
func parseName(s string) (name, bool) {
	f := strings.Split(s, "-")
	if len(f) != 3 && len(f) != 4 {
		return name{}, false
	}
	var v [4]uint64
	for i := range f {
		var err error
		if v[i], err = strconv.ParseUint(f[i], 10, 62); err != nil {
			return name{}, false
		}
	}
	n := name{v[0], v[1], int(v[2]), int(v[3])}
	return n, n.first <= n.last && n.first > 0 && n.String() == s
}

// covers tells whether n was made of what o holds.
func (n name) covers(o name) bool {
	if n == o || o.first < n.first || o.last > n.last {
		return false
	}
	if n.first == o.first && n.last == o.last {
		return cmp.Or(cmp.Compare(n.level, o.level), cmp.Compare(n.rewritten, o.rewritten)) > 0
	}
	return true
}

func compareNames(a, b name) int {
	return cmp.Or(cmp.Compare(a.first, b.first), cmp.Compare(a.last, b.last), cmp.Compare(a.level, b.level), cmp.Compare(a.rewritten, b.rewritten))
}
