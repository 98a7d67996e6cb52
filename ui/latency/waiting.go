package latency

import (
	"fmt"
	"time"
)

// waiting is from when on a phase other than compute is too much of a model's
// requests: its mean, its share of their time, and how many times it is longer
// than with the other models, where that matters.
type waiting struct {
	mean  time.Duration
	share float64
	ratio float64
}

// waits are the phases by which a model is named. Compute is none: that a model
// computes is its work. A queue as long as the work is usual on a busy server
// (at 70 % of what one instance can do, by the theory of queues) and a batcher's
// few milliseconds are wanted, and two clients for each instance that wait for their
// answers make a queue of half of the time: it has to be more than all the rest, and
// 6 ms, 4 ms at the median. The others depend on the machine; they have to stand out from other models'.
var waits = map[Phase]waiting{
	Queue:   {6 * time.Millisecond, 0.55, 0},
	Input:   {10 * time.Millisecond, 0.4, 2.5},
	Output:  {10 * time.Millisecond, 0.4, 2.5},
	Network: {20 * time.Millisecond, 0.5, 2.5},
	Server:  {15 * time.Millisecond, 0.5, 2.5},
	Answer:  {15 * time.Millisecond, 0.5, 2.5},
}

// enoughOfModel is how many requests a model needs to be named for what it waits. With
// fewer, but enough, it is named for its queue alone, and if nearly all of them wait.
const (
	enoughOfModel = 20
	nearlyAll     = 0.9
)

// lastsIn is the share of the window's parts in which a model waits.
const lastsIn = 0.5

// waitingModels finds the models whose requests wait rather than compute, on the
// pods that are not slow. Of a model's phases the costliest is told.
func (s *site) waitingModels() []Finding {
	by := map[string]Finding{}
	for _, at := range s.places {
		for p := range waits {
			if !s.has(at, p) {
				continue
			}
			f, ok := s.waits(at, p)
			if old, known := by[at.model]; ok && (!known || f.Excess > old.Excess) {
				by[at.model] = f
			}
		}
	}
	var list []Finding
	for _, name := range sortedKeys(by) {
		list = append(list, by[name])
	}
	return list
}

func (s *site) waits(at place, p Phase) (Finding, bool) {
	w := waits[p]
	v, total := s.values(at, p, sound), s.totals(at, sound)
	if v.n() < enough || total.sum() == 0 || v.n() < enoughOfModel && (p != Queue || s.waitingShare(at, w) < nearlyAll) {
		return Finding{}, false
	}
	share := v.sum() / total.sum()
	if !w.reached(v, total) {
		return Finding{}, false
	}
	elsewhere, name := s.elsewhere(at, p)
	if w.ratio > 0 && (name == "" && share < 0.6 || v.median() < w.ratio*elsewhere) {
		return Finding{}, false
	}
	waiting, known := s.waitingParts(v, total, w)
	if known < tellingParts || float64(waiting) < lastsIn*float64(known) {
		return Finding{}, false
	}
	f := Finding{Kind: KindModel, Phase: p, Model: at.model, Excess: v.sum(), Share: share}
	f.Sentence = fmt.Sprintf("Model %s %s: %s takes %s of %s (medians of %s requests), %s of their time.",
		at.text(), waitsWords[p], nouns[p], span(v.median()), span(total.median()), number(len(v.list)), percent(share))
	if name != "" {
		f.Sentence += fmt.Sprintf(" The longest of another model is %s (%s).", span(elsewhere), name)
	}
	f.Evidence = append(f.Evidence, fmt.Sprintf("%s: median %s, p90 %s, p99 %s; in %d of %d parts of the time it is as long", labels[p],
		span(v.median()), span(v.quantile(0.9)), span(v.quantile(0.99)), waiting, known))
	if p == Queue {
		f.Evidence = append(f.Evidence, s.whyQueue(at, v)...)
	}
	f.Query = fmt.Sprintf("{ span.triton.model_name = %q }", at.model)
	f.Examples = s.examples(p, at, sound)
	return f, true
}

var waitsWords = map[Phase]string{
	Queue: "has a long queue", Input: "spends its time on input", Output: "spends its time on output",
	Network: "spends its time on the way", Server: "spends its time in the server beside computing", Answer: "spends its time sending answers",
}

// reached tells whether a phase is long enough, in the mean and, a few slow ones
// apart, for most requests.
func (w waiting) reached(v, total *sample) bool {
	return v.mean() >= float64(w.mean) && v.median() >= float64(w.mean)*2/3 &&
		v.sum() >= w.share*total.sum() && v.median() >= 0.7*w.share*total.median()
}

// waitingShare is the share of a place's requests whose own queue is as long as a
// model's has to be.
func (s *site) waitingShare(at place, w waiting) float64 {
	waiting, all := 0.0, 0.0
	s.each(at, sound, func(r *request, x *run) {
		total := x.total
		if at.parent == "" {
			total = r.total
		}
		all += float64(r.weight)
		if q := float64(x.times[Queue]); q >= float64(w.mean) && q >= w.share*float64(total) {
			waiting += float64(r.weight)
		}
	})
	return waiting / max(1, all)
}

// waitingParts tells in how many parts of the window the phase is nearly as large
// a share as asked for.
func (s *site) waitingParts(v, total *sample, w waiting) (waiting, known int) {
	return s.parts.lasting(v, total, func(mine, all *sample) bool { return mine.sum() >= 0.8*w.share*all.sum() })
}

// elsewhere is the longest median that another model has in a phase, "" if there is
// no other with enough requests.
func (s *site) elsewhere(at place, p Phase) (ns float64, name string) {
	for _, o := range s.places {
		if o.model == at.model || !s.has(o, p) {
			continue
		}
		if v := s.values(o, p, sound); v.n() >= enough && (name == "" || v.median() > ns) {
			ns, name = v.median(), o.text()
		}
	}
	return ns, name
}

// whyQueue tells what the queue looks like: that of a batcher that waits has nearly
// one length while the model is idle for the most part, that of load varies while
// it is busy.
func (s *site) whyQueue(at place, queue *sample) []string {
	busy, pods := s.busy(at.model)
	low, high := queue.quantile(0.25), queue.quantile(0.95)
	text := fmt.Sprintf("%s computes %s of the time on %s", at.model, percent(busy), count(pods, "pod"))
	switch {
	case busy < 0.5 && high < 1.5*low+float64(3*time.Millisecond):
		return []string{text + fmt.Sprintf(", and most of its waits are alike (%s to %s): so looks a batching delay (max_queue_delay_microseconds), not load", span(low), span(high))}
	case busy > 0.6:
		return []string{text + ": more instances of it (instance_group), batching, or more pods would shorten the queue"}
	}
	return []string{text}
}

// busy is the share of the window in which a model computes, over the pods on which
// it does. Requests of one batch have the same compute and count once where their
// times tell.
func (s *site) busy(model string) (share float64, pods int) {
	length := float64(s.to - s.from)
	if length <= 0 {
		return 0, 0
	}
	sum, on := 0.0, map[string]bool{}
	for at, byPod := range s.runs {
		if at.model != model {
			continue
		}
		for pod, list := range byPod {
			on[pod] = true
			for _, x := range list {
				sum += float64(x.run.times[Infer]+x.run.times[Input]+x.run.times[Output]) * float64(x.request.weight)
			}
		}
	}
	return min(1, sum/length/float64(max(1, len(on)))), len(on)
}
