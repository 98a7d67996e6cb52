package api

import (
	"net/http"
	"strconv"
	"strings"
)

// The forms of answers.
const (
	typeJSON  = "application/json"
	typeProto = "application/protobuf"
	typeLLM   = "application/vnd.grafana.llm"
)

// wanted is which of the forms there are a request asks for (RFC 9110): the one with the
// largest q, of equal ones one that is named before one that is only matched, then the
// first in the header. It is the first of forms if the request takes none.
func wanted(r *http.Request, forms ...string) string {
	best, most := forms[0], rank{}
	ranges := acceptRanges(r.Header)
	for i, form := range forms {
		if has := rankOf(form, ranges); has.q > 0 && has.before(most) {
			best, most = forms[i], has
		}
	}
	return best
}

// rank is how much a form is wanted.
type rank struct {
	q     float64
	exact int // 2: the form is named, 1: its kind is, 0: anything will do
	place int // in the header
}

func (a rank) before(b rank) bool {
	switch {
	case a.q != b.q:
		return a.q > b.q
	case a.exact != b.exact:
		return a.exact > b.exact
	}
	return a.exact > 0 && a.place < b.place // what */* matches comes in our own order
}

// acceptRange is one element of the header Accept.
type acceptRange struct {
	name string // in lower case
	q    float64
}

func acceptRanges(h http.Header) (list []acceptRange) {
	for element := range strings.SplitSeq(strings.Join(h.Values("Accept"), ","), ",") {
		name, params, _ := strings.Cut(element, ";")
		a := acceptRange{strings.ToLower(strings.TrimSpace(name)), 1}
		for param := range strings.SplitSeq(params, ";") {
			key, value, _ := strings.Cut(param, "=")
			if q, err := strconv.ParseFloat(strings.TrimSpace(value), 64); err == nil && strings.EqualFold(strings.TrimSpace(key), "q") {
				a.q = q
			}
		}
		list = append(list, a)
	}
	return list
}

// rankOf is what the most exact of the elements that match a form says.
func rankOf(form string, ranges []acceptRange) rank {
	kind, _, _ := strings.Cut(form, "/")
	best := rank{exact: -1}
	for place, a := range ranges {
		exact := -1
		switch a.name {
		case form:
			exact = 2
		case kind + "/*":
			exact = 1
		case "*/*":
			exact = 0
		}
		if exact > best.exact {
			best = rank{a.q, exact, place}
		}
	}
	return best
}
