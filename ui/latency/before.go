package latency

import (
	"fmt"
	"time"

	"supersonic/ui/payload"
)

// What is named may have become slow, or be as it always was: a time before tells. It
// has become so from becameRatio and becameMore on; it is as it was within sameRatio.
const (
	becameRatio = 1.5
	becameMore  = time.Millisecond
	sameRatio   = 1.25
)

// Before tells of each finding of a report of c what it was in an earlier time, which
// is called when ("the time before, ..."). A step whose finding rests on nothing but the
// steps beside it has that in its sentence. Nothing is said where too few requests tell.
func (c *Collector) Before(earlier *Collector, when string, report *payload.Latency) {
	now, then := newSite(c), newSite(earlier)
	found := now.findings() // as the report has them, with what each is of
	for i := range report.Findings {
		f := &report.Findings[i]
		what := "it"
		was, is, n := compared(then.subject(f), now.subject(f), levelOf(f.Kind))
		if i < len(found) && found[i].worst != nil { // what the finding's numbers are of
			x := found[i].worst
			w, s, m := compared(then.only(x, f.Pod), now.only(x, f.Pod), x.level())
			if m > 0 {
				what, was, is, n = fmt.Sprintf("%s for %s", nouns[x.phase], x.at.text()), w, s, m
			}
		}
		if n == 0 {
			continue
		}
		text := fmt.Sprintf("%s in %s (%s)", span(was), when, count(n, "request"))
		short := ""
		switch {
		case is > becameRatio*was && is-was > float64(becameMore):
			text = fmt.Sprintf("it has become so: %s was %s, and is %s now", what, text, span(is))
			short = fmt.Sprintf(" It has become so: it was %s in %s.", span(was), when)
		case is < sameRatio*was && was < sameRatio*is:
			text = fmt.Sprintf("%s was as long before: %s; that is what it takes, or it has been slow for longer", what, text)
			short = fmt.Sprintf(" It was as long, %s, in %s.", span(was), when)
		default:
			short = fmt.Sprintf(" It was %s in %s.", span(was), when)
			text = what + " was " + text
		}
		f.Evidence = append(f.Evidence, text)
		if f.Kind == KindStep {
			if report.Sentence == f.Sentence {
				report.Sentence += short
			}
			f.Sentence += short
		}
	}
}

// subject is the times that a finding is about, by what can be compared.
func (s *site) subject(f *payload.LatencyCause) map[place]*sample {
	p := phaseOf[f.Phase]
	out := map[place]*sample{}
	switch f.Kind {
	case KindGateway, KindNetwork:
		var list []value
		for _, r := range s.pointers() {
			if !r.alone && (f.Kind == KindNetwork || r.gateway == f.Pod) {
				list = append(list, value{float64(r.times[p]), float64(r.weight), r.start})
			}
		}
		out[place{}] = newSample(list)
		return out
	case KindStep:
		at := place{f.Step, f.Ensemble}
		out[at] = s.totals(at, wants{})
		return out
	}
	for _, at := range s.places {
		if s.has(at, p) && (f.Model == "" || at.model == f.Model) {
			out[at] = s.values(at, p, onPod(f.Pod))
		}
	}
	return out
}

// only is what a slow pod is named for: one phase of one place on it.
func (s *site) only(x *slower, pod string) map[place]*sample {
	return map[place]*sample{x.at: s.values(x.at, x.phase, onPod(pod))}
}

// levelOf is by what times are compared: by medians, or by means where only some wait.
func levelOf(kind string) func(*sample) float64 {
	if kind == KindGateway {
		return (*sample).mean
	}
	return (*sample).median
}

// compared is how long something took then and takes now, with the mix of models of
// now, and of how many requests then.
func compared(then, now map[place]*sample, level func(*sample) float64) (was, is float64, n int) {
	weight := 0.0
	for at, a := range now {
		b := then[at]
		if b == nil || len(b.list) < fewestSteps || len(a.list) < fewest {
			continue
		}
		was, is = was+a.weight*level(b), is+a.weight*level(a)
		weight += a.weight
		n += len(b.list)
	}
	if weight == 0 {
		return 0, 0, 0
	}
	return was / weight, is / weight, n
}
