package latency

import (
	"fmt"
	"slices"
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
// few milliseconds are wanted, so a queue has to be nearly half of the time and
// 6 ms, 4 ms at the median. The others depend on the machine; they have to stand out from other models'.
var waits = map[Phase]waiting{
	Queue:   {6 * time.Millisecond, 0.45, 0},
	Input:   {10 * time.Millisecond, 0.4, 2.5},
	Output:  {10 * time.Millisecond, 0.4, 2.5},
	Network: {20 * time.Millisecond, 0.5, 2.5},
	Server:  {15 * time.Millisecond, 0.5, 2.5},
	Answer:  {15 * time.Millisecond, 0.5, 2.5},
}

// enoughOfModel is how many requests a model needs to be named for what it waits.
const enoughOfModel = 20

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
	if v.n() < enoughOfModel || total.sum() == 0 {
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

// gatewayWaits is from when on the wait in the gateway stands out.
var gatewayWaits = waiting{10 * time.Millisecond, 0.35, 0}

// slowGateways finds requests that wait in the gateway: of all, or of one gateway.
func (s *site) slowGateways() []Finding {
	by := map[string][]value{}
	totals := map[string][]value{}
	keys := map[string]string{}
	for i := range s.requests {
		r := &s.requests[i]
		if r.alone || r.gateway == "" {
			continue
		}
		keys[r.gateway] = r.gateKey
		by[r.gateway] = append(by[r.gateway], value{float64(r.times[Gateway]), float64(r.weight), r.start})
		totals[r.gateway] = append(totals[r.gateway], value{float64(r.total), float64(r.weight), r.start})
	}
	var list []Finding
	for _, pod := range sortedKeys(by) {
		if f, ok := s.slowGateway(pod, keys[pod], newSample(by[pod]), newSample(totals[pod])); ok {
			list = append(list, f)
		}
	}
	return list
}

func (s *site) slowGateway(pod, key string, v, total *sample) (Finding, bool) {
	share := v.sum() / max(1, total.sum())
	w := gatewayWaits
	if v.n() < enoughOfModel || !w.reached(v, total) {
		return Finding{}, false
	}
	waiting, known := s.waitingParts(v, total, w)
	if known < tellingParts || float64(waiting) < lastsIn*float64(known) {
		return Finding{}, false
	}
	f := Finding{Kind: KindGateway, Phase: Gateway, Pod: pod, Excess: v.sum(), Share: share}
	f.Sentence = fmt.Sprintf("Requests wait in gateway %s before a server gets them: %s of %s (medians of %s requests), %s of their time.",
		pod, span(v.median()), span(total.median()), number(len(v.list)), percent(share))
	f.Query = fmt.Sprintf("{ name = \"ingress\" && %s }", onPodQuery(key, pod))
	f.Examples = examplesOf(Gateway, slices.DeleteFunc(s.pointers(), func(r *request) bool { return r.gateway != pod || r.alone }))
	return f, true
}

func (s *site) pointers() []*request {
	list := make([]*request, len(s.requests))
	for i := range list {
		list[i] = &s.requests[i]
	}
	return list
}
