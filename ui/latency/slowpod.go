package latency

import (
	"fmt"
	"slices"
	"time"
)

// limit is from when on a pod's phase differs from that of the others.
type limit struct {
	ratio float64       // of the medians, or of the means without outliers
	least time.Duration // of the difference
	share float64       // of the difference in what such a request takes elsewhere
	parts float64       // of the window in which it is so
}

// limits of a slow pod, each phase's from the plain to the faint. Compute varies least between
// equal pods: in recordings of healthy sites on two cores medians of one model differed by
// up to 1.4 times where it was 1.5 ms, and 1.3 times from 3 ms on; those of network and
// queue by up to 2 times, 2 ms. A pod may become slow within the window, so a third
// of it is enough for what is plain; what is faint has to last, and queues, which come and go.
var limits = map[Phase][]limit{
	Infer:   {{1.5, time.Millisecond, 0.2, 1. / 3}, {1.35, 3 * time.Millisecond, 0.2, 0.65}},
	Input:   {{2, 2 * time.Millisecond, 0.2, 0.5}},
	Output:  {{2, 2 * time.Millisecond, 0.2, 0.5}},
	Network: {{2.5, 4 * time.Millisecond, 0.3, 0.6}},
	Server:  {{2.5, 4 * time.Millisecond, 0.3, 0.6}},
	Answer:  {{2.5, 4 * time.Millisecond, 0.3, 0.6}},
	Queue:   {{2.5, 6 * time.Millisecond, 0.4, 0.6}},
}

// causes is the order in which phases that are all slower are named: a slow
// compute makes a queue, not the other way round.
var causes = [...]Phase{Infer, Input, Output, Network, Server, Answer, Queue}

// slower is a phase of a place that a pod takes longer in than the others.
type slower struct {
	at           place
	phase        Phase
	own, other   float64 // medians, or the means without outliers where these tell
	means        bool
	count, among int // requests here and there
	pods         int // others
	excess       float64
	total        float64 // of the requests here
	parts, known int
	when         string // the stretch of time that the parts are of
}

// slowPods finds pods that are slower than the others at the same work.
func (s *site) slowPods() []Finding {
	if len(s.pods) < 2 {
		return nil
	}
	var found []Finding
	for _, pod := range s.pods {
		var list []slower
		tested := map[place]bool{}
		for _, at := range s.places {
			for _, p := range causes {
				if !s.has(at, p) {
					continue
				}
				x, ok := s.compare(pod, at, p)
				if p == Infer && x.count > 0 {
					tested[at] = true
				}
				if ok {
					list = append(list, x)
				}
			}
		}
		together := []Finding{}
		for _, p := range fewPhases {
			if slices.ContainsFunc(list, func(x slower) bool { return x.phase == p }) {
				continue
			}
			single, all := s.judgeFew(pod, p)
			list = append(list, single...)
			if all != nil {
				together = append(together, all.finding(s, pod, p))
			}
		}
		switch {
		case len(list) > 0:
			found = append(found, s.slowPod(pod, list, len(tested)))
		case len(together) > 0:
			found = append(found, together[0])
		}
	}
	return found
}

// compare holds a pod against the others in one phase of one place. The count is 0
// if there are too few requests.
func (s *site) compare(pod string, at place, p Phase) (slower, bool) {
	own := s.values(at, p, onPod(pod))
	if own.n() < enough {
		return slower{}, false
	}
	ref, others, among := s.reference(pod, at, p)
	if ref == "" {
		return slower{}, false
	}
	other := s.values(at, p, onPod(ref))
	x := slower{at: at, phase: p, count: len(own.list), among: among, pods: others, when: "the time"}
	if p == Queue && s.queuesAnyway(at, other, ref) || !s.alike(pod, ref, at) {
		return x, false
	}
	if !slices.ContainsFunc(limits[p], func(l limit) bool { return s.beyond(&x, own, other, l, s.totals(at, onPod(ref)).median()) }) {
		return x, false
	}
	x.excess = max(own.mean()-other.mean(), x.own-x.other) * own.weight // few cold starts elsewhere may outweigh all in the means
	x.total = s.totals(at, onPod(pod)).sum()
	return x, true
}

// beyond tells whether a pod's times are beyond a limit, by their medians or, where
// a part of the requests is slow, by their means, and so for long enough.
func (s *site) beyond(x *slower, own, other *sample, l limit, elsewhere float64) bool {
	x.own, x.other, x.means = own.median(), other.median(), false
	ok := l.exceeded(x.own, x.other, elsewhere) && apart(own, other)
	if !ok && x.phase == Infer {
		x.own, x.other, x.means = own.trimmed(), other.trimmed(), true
		ok = l.exceeded(x.own, x.other, elsewhere) && x.own-x.other > clearly*(own.usual().error()+other.usual().error())
	}
	if !ok {
		return false
	}
	x.parts, x.known = s.slowParts(own, other, l, x)
	return x.known >= tellingParts && float64(x.parts) >= max(tellingParts, l.parts*float64(x.known))
}

func (l limit) exceeded(own, other, elsewhere float64) bool {
	return own > l.ratio*other && own-other > float64(l.least) && own-other > l.share*elsewhere
}

// apart tells whether the bounds of two medians do not touch.
func apart(own, other *sample) bool {
	low, _ := own.bounds()
	_, high := other.bounds()
	return low > high
}

// reference is the pod that the others are judged by: the one in the middle of
// those with enough requests. others is how many these are, among their requests.
func (s *site) reference(pod string, at place, p Phase) (name string, others, among int) {
	var names []string
	var medians []float64
	for _, o := range s.pods {
		if o == pod {
			continue
		}
		v := s.values(at, p, onPod(o))
		if v.n() < enough {
			continue
		}
		names, medians, among = append(names, o), append(medians, v.median()), among+len(v.list)
	}
	if len(names) == 0 {
		return "", 0, 0
	}
	return names[lowerMiddle(medians)], len(names), among
}

// queuesAnyway tells whether the others have a long queue too: then it is the
// model's.
func (s *site) queuesAnyway(at place, queue *sample, ref string) bool {
	return queue.sum() > 0.35*s.totals(at, onPod(ref)).sum()
}

// alike tells whether a pod gets requests of the size of the other's.
func (s *site) alike(pod, ref string, at place) bool {
	size := func(pod string) float64 {
		var list []value
		s.each(at, onPod(pod), func(r *request, _ *run) { list = append(list, value{float64(r.size), 1, r.start}) })
		return newSample(list).median()
	}
	a, b := size(pod), size(ref)
	return a == 0 || b == 0 || a < 1.5*b && b < 1.5*a
}

// slowParts tells in how many parts of the window, of those with enough requests of
// both, the pod is slower, and by a good part of what it is said to be in all: of
// medians, or of means where the means tell, as one request in four may be slow.
func (s *site) slowParts(own, other *sample, l limit, x *slower) (slow, known int) {
	level := x.level()
	usual, least := level(other), 0.3*(x.own-x.other)
	return s.parts.lasting(own, other, func(mine, theirs *sample) bool {
		more := level(mine) - max(level(theirs), usual)
		return more > least && more > 0.5*float64(l.least) && more > (l.ratio-1)/2*usual
	})
}

// slowPod makes one finding of all that is slower on a pod.
func (s *site) slowPod(pod string, list []slower, tested int) Finding {
	f := Finding{Kind: KindPod, Pod: pod}
	by := map[Phase]float64{}
	total := map[place]float64{}
	for _, x := range list {
		by[x.phase] += x.excess
		f.Excess += x.excess
		total[x.at] = x.total
	}
	f.Phase = cause(by, list)
	list = slices.DeleteFunc(slices.Clone(list), func(x slower) bool { return x.phase != f.Phase })
	tested = max(tested, len(list)) // with a handful of requests more is found than others could test
	slices.SortStableFunc(list, func(a, b slower) int { return -compareFloats(a.excess, b.excess) })
	all := 0.0
	for _, t := range total {
		all += t
	}
	f.Share = min(1, f.Excess/all)
	worst := list[0]
	if len(list) == 1 || len(list)*2 < tested {
		f.Model = worst.at.model
	}
	f.Sentence = s.podSentence(f, worst, list, tested)
	f.worst = &worst
	for _, x := range list {
		f.Evidence = append(f.Evidence, x.text())
	}
	f.Query = rowQuery(rowKey{f.Model, pod, s.podKeys[pod]})
	f.Examples = s.examples(f.Phase, worst.at, onPod(pod))
	return f
}

// cause is the phase that a slow pod is named for: the first in the order of
// causes that makes up a tenth of the costliest, or compute where it is slow with a
// model whose queue is long there: clients that wait for their answers fill a queue
// that costs many times what makes it.
func cause(by map[Phase]float64, list []slower) Phase {
	for _, x := range list {
		if x.phase == Infer && slices.ContainsFunc(list, func(q slower) bool { return q.phase == Queue && q.at == x.at }) {
			return Infer
		}
	}
	most := 0.0
	for _, ns := range by {
		most = max(most, ns)
	}
	for _, p := range causes {
		if by[p] > 0 && by[p] >= 0.1*most {
			return p
		}
	}
	return Infer
}

func (s *site) podSentence(f Finding, worst slower, list []slower, tested int) string {
	scope := ""
	switch {
	case f.Model == "" && len(list) > 1:
		scope = fmt.Sprintf("; so it is for %d of %d models", len(list), tested)
	case f.Model != "" && tested > len(list):
		scope = "; the other models are not slower there"
	}
	return fmt.Sprintf("Pod %s is slow: %s for %s takes %s there, %s the %s of %s (%s)%s. It costs %s of the time of its requests of %s.",
		f.Pod, nouns[f.Phase], worst.at.text(), span(worst.own), times(worst.own, worst.other), span(worst.other), others(worst.pods), worst.basis(), scope,
		percent(f.Share), plural(len(list) > 1, "these models", "this model"))
}

func plural(many bool, yes, no string) string {
	if many {
		return yes
	}
	return no
}

// level is by what its times are compared.
func (x slower) level() func(*sample) float64 {
	if x.means {
		return (*sample).trimmed
	}
	return (*sample).median
}

func (x slower) basis() string {
	what := "medians"
	if x.means {
		what = "means without outliers"
	}
	return fmt.Sprintf("%s of %s against %s requests, and so in %d of %d parts of %s", what, number(x.count), number(x.among), x.parts, x.known, x.when)
}

func (x slower) text() string {
	return fmt.Sprintf("%s: %s %s against %s elsewhere, %s", x.at.text(), labels[x.phase], span(x.own), span(x.other), x.basis())
}

func (at place) text() string {
	if at.parent == "" {
		return at.model
	}
	return at.model + " in " + at.parent
}

func others(n int) string {
	if n == 1 {
		return "the other pod"
	}
	return fmt.Sprintf("the other %d pods", n)
}
