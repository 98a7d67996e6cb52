package latency

import (
	"fmt"
	"time"
)

// onTheWay is from when on all requests, of all models alike, spend too much of
// their time between gateway and server. One model or one pod that does so by
// itself is told as such.
var onTheWay = waiting{20 * time.Millisecond, 0.5, 0}

// ofSending is the share of the network's time from which on the sending of the
// requests is told as its cause.
const ofSending = 0.6

// slowWay finds requests that spend their time on the way, whatever they ask for.
func (s *site) slowWay() []Finding {
	var way, total, sending []value
	var list []*request
	for _, r := range s.pointers() {
		if r.alone || s.slow[r.pod] {
			continue
		}
		at := func(ns float32) value { return value{float64(ns), float64(r.weight), r.start} }
		way, total, sending = append(way, at(r.times[Network])), append(total, at(r.total)), append(sending, at(r.sending))
		list = append(list, r)
	}
	v, all, sent := newSample(way), newSample(total), newSample(sending)
	if v.n() < enoughOfModel || !onTheWay.reached(v, all) {
		return nil
	}
	waiting, known := s.waitingParts(v, all, onTheWay)
	if known < tellingParts || float64(waiting) < lastsIn*float64(known) {
		return nil
	}
	f := Finding{Kind: KindNetwork, Phase: Network, Excess: v.sum(), Share: v.sum() / all.sum(), Query: "{ name = \"ingress\" }"}
	f.Sentence = fmt.Sprintf("Requests spend their time between gateway and servers, for all models and pods alike: %s of %s (medians of %s requests), %s of their time.",
		span(v.median()), span(all.median()), number(len(v.list)), percent(f.Share))
	if sent.sum() > ofSending*v.sum() {
		f.Sentence += fmt.Sprintf(" Most of it, %s, passes until the whole request has come from its client: clients send slowly, or much.", span(sent.median()))
	}
	f.Evidence = append(f.Evidence, fmt.Sprintf("%s: median %s, p90 %s, p99 %s; in %d of %d parts of the time it is as long", labels[Network],
		span(v.median()), span(v.quantile(0.9)), span(v.quantile(0.99)), waiting, known))
	f.Examples = examplesOf(Network, list)
	return []Finding{f}
}
