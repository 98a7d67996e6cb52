package latency

import (
	"fmt"
	"strings"
)

// few is from how many requests on something can be said at all.
const few = 40

// verdict is the page's sentence.
func (s *site) verdict(c *Collector, found []Finding) (verdict, sentence, next string) {
	n := len(s.requests)
	switch {
	case n == 0 && c.counts.Failed+c.counts.Silent == 0:
		return "nothing", "No request of this time and filter is stored.", "Send requests with envoy.tracing_sampling_rate above 0, take a longer range, or clear the filter."
	case n == 0:
		return "nothing", fmt.Sprintf("No request of this time can be split: %s failed, of %s the server kept no spans.", count(c.counts.Failed, "request"), number(c.counts.Silent)),
			"Open a trace in Explore: it says what is missing. Status tells whether servers send spans."
	case len(found) > 0:
		return "found", found[0].Sentence, ""
	case n < few:
		return "few", fmt.Sprintf("%s: too few to say who is slow; the numbers below are all the same what they took.", count(n, "request")), "Take a longer range, or raise envoy.tracing_sampling_rate."
	}
	return "none", s.nobody(), ""
}

// nobody is the sentence of a healthy time, with what was compared.
func (s *site) nobody() string {
	models := map[string]bool{}
	var by Times
	for i := range s.requests {
		r := &s.requests[i]
		models[r.model] = true
		for p := range phases {
			by[p] += r.times[p] * r.weight
		}
	}
	text := fmt.Sprintf("No pod, model or step stands out: %s of %s on %s", count(len(s.requests), "request"), count(len(models), "model"), count(len(s.pods), "pod"))
	first, second := Gateway, Gateway
	for p := range phases {
		switch {
		case by[p] > by[first]:
			first, second = p, first
		case p != first && (by[p] > by[second] || first == second):
			second = p
		}
	}
	text += fmt.Sprintf("; %s of their time is %s%s, %s %s.", percent(float64(by[first])/s.total), labels[first], s.ofFew(first), percent(float64(by[second])/s.total), labels[second])
	if most, where := s.spread(); where != "" {
		text += fmt.Sprintf(" Between pods, compute of one model differs by %s at most (%s).", strings.TrimSuffix(times(most, 1), " times")+" times", where)
	}
	return text
}

// ofFew says so where a phase is long with few requests only, such as the first ones
// of a server that has just begun.
func (s *site) ofFew(p Phase) string {
	var list []value
	for _, r := range s.pointers() {
		list = append(list, value{float64(r.times[p]), float64(r.weight), r.start})
	}
	v := newSample(list)
	if v.mean() < fewTimesMean*v.median() {
		return ""
	}
	return fmt.Sprintf(" (of few requests: the median is %s)", span(v.median()))
}

// fewTimesMean is from how many times the median on a mean is that of few requests.
const fewTimesMean = 5

// spread is the largest ratio of two pods' medians of compute, and where it is.
func (s *site) spread() (ratio float64, where string) {
	for _, at := range s.places {
		if s.ensemble[at] {
			continue
		}
		low, high := 0.0, 0.0
		for _, pod := range s.pods {
			v := s.values(at, Infer, onPod(pod))
			if v.n() < enough {
				continue
			}
			m := v.median()
			high = max(high, m)
			if low == 0 || m < low {
				low = m
			}
		}
		if low > 0 && high/low > ratio && high > low {
			ratio, where = high/low, at.text()
		}
	}
	return ratio, where
}
