package latency

import (
	"fmt"
	"math"
	"slices"
)

// Where a pod had too few requests of a model for bounds of medians, two things are
// left to tell by: that nearly each of its times is longer than nearly each of the
// others (the test of ranks by Wilcoxon, Mann and Whitney, over several models by van
// Elteren), and all its models together, each time as a multiple of what its model
// usually takes elsewhere. As so few say less, more is asked of them.
//
// A pod with mostFew requests of a model has enough for the bounds of medians; of the
// others fewOthers are looked at, so that a site of many pods is judged as quickly.
const (
	mostFew    = 200
	fewOthers  = 400
	fewest     = 4   // requests of a pod, and of the others, to say anything at all
	fewRanks   = 3.0 // standard deviations; of 5 against 10 requests the most that there can be is 3.06
	fewTimes   = 1.7 // of what it takes elsewhere
	fewLasting = 0.7 // of the quarters of the window
	halfRanks  = 3.5 // of a half of the window: there are three that could tell by chance
	manyPods   = 20  // from so many on not half of them are slow
)

// ofManyPods is how many deviations more are asked of each of many pods: the more there
// are, the more likely one of them is that far off by chance. Of 200 it is one more.
func (s *site) ofManyPods() float64 {
	return 0.6 * max(0, math.Log10(float64(len(s.pods))/5))
}

// stretch is a part of the window: a pod may have become slow within it.
type stretch struct {
	from, to uint64
	name     string
	ranks    float64 // deviations that are asked for
	least    float64 // of the difference of medians, in units of the phase's limit
}

// stretches are the whole window and, for what lasts, its halves and the half in the
// middle. Nothing shorter counts: a pod's cold start is short.
func (s *site) stretches(p Phase) []stretch {
	list := []stretch{{0, math.MaxUint64, "the time", fewRanks, 1}}
	if n := len(s.parts); p == Infer && n >= 8 {
		list = append(list, stretch{s.parts[n/2], math.MaxUint64, "the second half of the time", halfRanks, 2},
			stretch{0, s.parts[n/2] - 1, "the first half of the time", halfRanks, 2},
			stretch{s.parts[n/4], s.parts[n-n/4] - 1, "the middle half of the time", halfRanks, 2})
	}
	return list
}

func (w stretch) of(list []value) (in []value) {
	for _, v := range list {
		if v.at >= w.from && v.at <= w.to {
			in = append(in, v)
		}
	}
	return in
}

// fewPhases are those in which few requests can tell a slow pod: the others come and go.
var fewPhases = [...]Phase{Infer, Network}

// ranks is how far one side's times lie above the other's in their common order.
type ranks struct{ above, variance float64 }

// add takes one group in which both sides are alike.
func (r *ranks) add(own, other []value) {
	type mark struct {
		ns  float64
		own bool
	}
	all := make([]mark, 0, len(own)+len(other))
	for _, v := range own {
		all = append(all, mark{v.ns, true})
	}
	for _, v := range other {
		all = append(all, mark{v.ns, false})
	}
	slices.SortFunc(all, func(a, b mark) int { return compareFloats(a.ns, b.ns) })
	below := 0.0
	for i := 0; i < len(all); {
		mine, theirs := 0.0, 0.0
		for ns := all[i].ns; i < len(all) && all[i].ns == ns; i++ {
			if all[i].own {
				mine++
			} else {
				theirs++
			}
		}
		r.above += mine * (below + theirs/2)
		below += theirs
	}
	m, n := float64(len(own)), float64(len(other))
	r.above -= m * n / 2
	r.variance += m * n * (m + n + 1) / 12
}

// above tells whether one sample's values lie above another's beyond chance.
func above(a, b *sample) bool {
	var r ranks
	r.add(a.list, b.list)
	return r.deviations() >= fewRanks
}

// deviations is by how many standard deviations of chance one side is above the other.
func (r *ranks) deviations() float64 {
	if r.variance == 0 {
		return 0
	}
	return r.above / math.Sqrt(r.variance)
}

// handful is a pod's requests of some places beside those of all other pods.
type handful struct {
	when          stretch
	own, other    []value // as multiples of what is usual elsewhere
	more          []value // nanoseconds of the own beyond the usual
	ranks         ranks
	excess, usual float64 // nanoseconds of the own requests beyond the usual, and their usual total
	total         float64 // nanoseconds of the own requests
	places        []slower
	otherPods     map[string]bool
	worst         slower // the place with the largest excess
}

// judgeFew finds in a phase what so few requests of a pod can tell: single models, or
// where none stands out, all together.
func (s *site) judgeFew(pod string, p Phase) (single []slower, all *handful) {
	if !slices.ContainsFunc(s.places, func(at place) bool { return s.has(at, p) && s.worthJudging(pod, at, p) }) {
		return nil, nil
	}
	for _, when := range s.stretches(p) {
		together := &handful{when: when, otherPods: map[string]bool{}}
		for _, at := range s.places {
			if !s.has(at, p) {
				continue
			}
			alone := &handful{when: when, otherPods: map[string]bool{}}
			alone.add(s, pod, at, p, fewest)
			if alone.slow(s, p) {
				x := alone.places[0]
				x.parts, x.known = alone.parts(s)
				single = append(single, x)
			}
			together.add(s, pod, at, p, 1)
		}
		switch {
		case len(single) > 0:
			return single, nil
		case len(together.places) > 1 && apart(together.both()) && together.slow(s, p):
			return nil, together
		}
	}
	return nil, nil
}

// worthJudging tells whether a quarter of a pod's times are beyond the usual ones: if not,
// no half of the window can be slow. Most pods of a large site are told apart by it.
func (s *site) worthJudging(pod string, at place, p Phase) bool {
	k := sampleKey{at, p, ""}
	if _, known := s.usual[k]; !known {
		share := 0.25 // half of the pods may be slow
		if len(s.pods) >= manyPods {
			share = 0.5
		}
		s.usual[k] = s.values(at, p, wants{}).quantile(share)
	}
	return s.values(at, p, onPod(pod)).quantile(0.75) > (1+fewTimes)/2*s.usual[k]
}

// add takes a place's requests, if there are some on both sides and of one size.
func (f *handful) add(s *site, pod string, at place, p Phase, least int) {
	mine := s.values(at, p, onPod(pod)).list
	if len(mine) < least || len(mine) > mostFew {
		return
	}
	own := f.when.of(mine)
	others := s.someOf(at, p, f.when)
	ref, most := "", 0
	for _, o := range others.pods {
		if o.name == pod {
			continue
		}
		if o.count > most {
			ref, most = o.name, o.count
		}
		f.otherPods[o.name] = true
	}
	rest, whole := without(others.times, pod), without(others.totals, pod)
	if len(own) < least || len(rest) < max(3, least) || !s.alike(pod, ref, at) {
		return
	}
	usual, elsewhere := newSample(rest).median(), newSample(whole).median()
	if usual <= 0 {
		return
	}
	f.ranks.add(own, rest)
	x := slower{at: at, phase: p, own: newSample(slices.Clone(own)).median(), other: usual, count: len(own), among: len(rest), pods: len(f.otherPods), when: f.when.name,
		total: newSample(f.when.of(s.totals(at, onPod(pod)).list)).sum()}
	for _, v := range own {
		f.own = append(f.own, value{v.ns / usual, v.weight, v.at})
		f.more = append(f.more, value{v.ns - usual, v.weight, v.at})
		x.excess += (v.ns - usual) * v.weight
		f.usual += elsewhere * v.weight
	}
	for _, v := range rest {
		f.other = append(f.other, value{v.ns / usual, v.weight, v.at})
	}
	f.excess, f.total, f.places = f.excess+x.excess, f.total+x.total, append(f.places, x)
	if x.excess > f.worst.excess {
		f.worst = x
	}
}

// somePods are some times of each pod in a phase of a place, within a stretch.
type somePods struct {
	pods          []countOf
	times, totals []valueOf // in the order of their size
}

type countOf struct {
	name  string
	count int
}

type valueOf struct {
	value
	pod string
}

type stretchKey struct {
	sampleKey
	from, to uint64
}

// someOf are few times of each of many pods, made once: each pod is held against those
// of all others.
func (s *site) someOf(at place, p Phase, when stretch) *somePods {
	k := stretchKey{sampleKey{at: at, phase: p}, when.from, when.to}
	if s.some[k] != nil {
		return s.some[k]
	}
	some, each := &somePods{}, max(3, fewOthers/len(s.pods))
	for _, name := range s.pods {
		list := when.of(spread(s.values(at, p, onPod(name)).list, each))
		if len(list) == 0 {
			continue
		}
		some.pods = append(some.pods, countOf{name, len(list)})
		for _, v := range list {
			some.times = append(some.times, valueOf{v, name})
		}
		for _, v := range when.of(spread(s.totals(at, onPod(name)).list, each)) {
			some.totals = append(some.totals, valueOf{v, name})
		}
	}
	for _, list := range [...][]valueOf{some.times, some.totals} {
		slices.SortStableFunc(list, func(a, b valueOf) int { return compareFloats(a.ns, b.ns) })
	}
	s.some[k] = some
	return some
}

func without(all []valueOf, pod string) []value {
	list := make([]value, 0, len(all))
	for i := range all {
		if all[i].pod != pod {
			list = append(list, all[i].value)
		}
	}
	return list
}

// spread is a sorted list with at most so many values, from the least to the largest.
func spread(list []value, most int) []value {
	if len(list) <= most {
		return list
	}
	out := make([]value, most)
	for i := range out {
		out[i] = list[(2*i+1)*len(list)/(2*most)]
	}
	return out
}

// both are the pod's times and the others' as samples.
func (f *handful) both() (own, other *sample) {
	return newSample(slices.Clone(f.own)), newSample(slices.Clone(f.other))
}

// slow tells whether all this makes the pod a slow one.
func (f *handful) slow(s *site, p Phase) bool {
	if len(f.own) < fewest || len(f.other) < fewest || f.ranks.deviations() < f.when.ranks+s.ofManyPods() {
		return false
	}
	own, other := f.both()
	l := limits[p][0]
	times := max(fewTimes, l.ratio)
	if own.median() < times*other.median() || f.excess < 2*float64(l.least)*own.weight || newSample(slices.Clone(f.more)).median() < f.when.least*float64(l.least) || f.excess < l.share*f.usual {
		return false
	}
	slow, known := f.parts(s)
	return known >= tellingParts && float64(slow) >= fewLasting*float64(known)
}

// parts tells in how many quarters of the stretch in which both sides have requests
// the pod is slower.
func (f *handful) parts(s *site) (slow, known int) {
	const quarters = 4
	var within parts
	for _, at := range s.parts {
		if at >= f.when.from && at <= f.when.to {
			within = append(within, at)
		}
	}
	own, other := f.both()
	mine, theirs := within.split(own, quarters), within.split(other, quarters)
	for k := range quarters {
		if len(mine[k]) == 0 || len(theirs[k]) == 0 {
			continue
		}
		known++
		if newSample(mine[k]).median() > (1+fewTimes)/2*newSample(theirs[k]).median() {
			slow++
		}
	}
	return slow, known
}

// finding tells a pod that is slow over all its models together.
func (f *handful) finding(s *site, pod string, p Phase) Finding {
	own, other := f.both()
	slow, known := f.parts(s)
	worst := f.worst
	out := Finding{Kind: KindPod, Phase: p, Pod: pod, Excess: f.excess, Share: min(1, f.excess/max(1, f.total))}
	out.Sentence = fmt.Sprintf("Pod %s is slow: %s takes %s there what it takes on %s, over %s together (%s against %s, and so in %d of %d parts of %s); for %s %s against %s. It costs %s of the time of its requests.",
		pod, nouns[p], times(own.median(), other.median()), others(len(f.otherPods)), count(len(f.places), "model"),
		count(len(f.own), "time"), number(len(f.other)), slow, known, f.when.name, worst.at.text(), span(worst.own), span(worst.other), percent(out.Share))
	for _, x := range f.places {
		out.Evidence = append(out.Evidence, fmt.Sprintf("%s: %s %s against %s elsewhere (medians of %s against %s)", x.at.text(), labels[p], span(x.own), span(x.other), number(x.count), number(x.among)))
	}
	out.Query = rowQuery(rowKey{"", pod, s.podKeys[pod]})
	out.Examples = s.examples(p, worst.at, onPod(pod))
	return out
}
