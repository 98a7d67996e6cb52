package latency

import "slices"

// exampleRanks say which requests are shown of those that a finding is about, in
// the order of the phase's time: clearly slow ones, and not the outliers.
var exampleRanks = [...]float64{0.9, 0.7, 0.5}

// examples are three traces of a place, told apart by their phase.
func (s *site) examples(p Phase, at place, w wants) []Example {
	var list []Example
	s.each(at, w, func(r *request, x *run) {
		ns := x.times[p]
		if p.ofRequest() {
			ns = r.times[p]
		}
		list = append(list, Example{r.trace, r.start, float64(r.total), float64(ns)})
	})
	return picked(list)
}

func examplesOf(p Phase, list []*request) []Example {
	var all []Example
	for _, r := range list {
		all = append(all, Example{r.trace, r.start, float64(r.total), float64(r.times[p])})
	}
	return picked(all)
}

func picked(list []Example) []Example {
	slices.SortFunc(list, func(a, b Example) int { return compareFloats(a.PhaseNs, b.PhaseNs) })
	var out []Example
	for _, rank := range exampleRanks {
		if len(list) == 0 {
			break
		}
		at := int(rank * float64(len(list)-1))
		for at > 0 && slices.ContainsFunc(out, func(o Example) bool { return o.ID == list[at].ID }) {
			at-- // of few requests two ranks are one
		}
		if e := list[at]; !slices.ContainsFunc(out, func(o Example) bool { return o.ID == e.ID }) {
			out = append(out, e)
		}
	}
	return out
}
