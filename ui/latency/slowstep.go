package latency

import (
	"fmt"
	"slices"
	"time"
)

// A step of an ensemble is slow if it takes much longer than the other steps do:
// several times and by some time, and most of the ensemble's own time. What a step
// has to do is not known, so steps of 60 and 40, or of 75 and 25 of 100, are as
// they should be; so is a network of 10 ms behind a preparation of 2.
const (
	stepRatio     = 3.5
	stepMore      = 15 * time.Millisecond
	stepFarRatio  = 8.0 // from here on less is enough
	stepFarMore   = 6 * time.Millisecond
	stepShare     = 0.5
	stepNextRatio = 1.8 // to the next longest, where there are several
	stepSiteRatio = 2.5 // where it is less: to what models take that are asked for by themselves
	stillSlow     = 0.7 // of that ratio, in a part of the window or on a pod
	fewestSteps   = 6   // requests: they run all steps, so that few tell as much as more do of pods
)

// step is one member of an ensemble over its requests.
type step struct {
	at    place
	total *sample // of its runs
	times [phases]*sample
}

// slowSteps finds, for each ensemble, a step that is far slower than the others. An
// ensemble within one whose own step is told is not told again as a step.
func (s *site) slowSteps() []Finding {
	var list []Finding
	seen := map[string]bool{}
	for _, at := range s.places {
		steps := s.steps(at.model)
		if seen[at.model] || len(steps) < 2 {
			continue
		}
		seen[at.model] = true
		if f, ok := s.slowStep(at, steps); ok {
			list = append(list, f)
		}
	}
	return slices.DeleteFunc(slices.Clone(list), func(f Finding) bool {
		return slices.ContainsFunc(list, func(inner Finding) bool { return inner.Ensemble == f.Step })
	})
}

// longestAlone is the longest that a model takes that is asked for by itself.
func (s *site) longestAlone() float64 {
	longest := 0.0
	for _, at := range s.places {
		if at.parent != "" || s.ensemble[at] {
			continue
		}
		if v := s.values(at, Infer, sound); v.n() >= enough {
			longest = max(longest, v.median())
		}
	}
	return longest
}

// steps are the members of an ensemble that have enough requests, the slowest first.
func (s *site) steps(ensemble string) []step {
	var list []step
	for _, at := range s.places {
		if at.parent != ensemble {
			continue
		}
		total := s.totals(at, sound)
		if total.n() < fewestSteps {
			continue
		}
		st := step{at: at, total: total}
		for p := range phases {
			st.times[p] = s.values(at, p, sound)
		}
		list = append(list, st)
	}
	slices.SortFunc(list, func(a, b step) int { return -compareFloats(a.total.median(), b.total.median()) })
	return list
}

func (s *site) slowStep(ensemble place, steps []step) (Finding, bool) {
	top, rest := steps[0], steps[1:]
	var medians []float64
	for _, o := range rest {
		medians = append(medians, o.total.median())
	}
	usual := rest[upperMiddle(medians)]
	own, other := top.total.median(), usual.total.median()
	whole := s.totals(ensemble, sound)
	share := min(1, own/max(1, whole.median()))
	far := own > stepFarRatio*other && own-other > float64(stepFarMore) && own > stepSiteRatio*s.longestAlone()
	if !far && !(own > stepRatio*other && own-other > float64(stepMore)) {
		return Finding{}, false
	}
	if share < stepShare || own < stepNextRatio*rest[0].total.median() || !apart(top.total, usual.total) && !above(top.total, usual.total) {
		return Finding{}, false
	}
	slow, known := s.slowStepParts(top.total, usual.total)
	if known < tellingParts || float64(slow) < lastsIn*float64(known) || !s.slowOnMostPods(top.at, usual.at) {
		return Finding{}, false
	}
	f := Finding{Kind: KindStep, Ensemble: ensemble.model, Step: top.at.model, Model: top.at.model, Share: share,
		Phase: mainPhase(top, usual), Excess: max(top.total.mean()-usual.total.mean(), own-other) * top.total.weight}
	f.Sentence = s.stepSentence(f, top, usual, whole, len(rest))
	f.Evidence = s.stepEvidence(f, steps, slow, known)
	f.Query = fmt.Sprintf("{ span.triton.model_name = %q } > { span.triton.model_name = %q }", f.Ensemble, f.Step)
	f.Examples = s.examples(f.Phase, top.at, sound)
	return f, true
}

// slowOnMostPods tells whether a step is slow on more than half of the pods that ran it
// a few times: what is slow on some pods is those pods', however few tell it.
func (s *site) slowOnMostPods(own, other place) bool {
	slow, known := 0, 0
	for _, pod := range s.pods {
		a, b := s.totals(own, onPod(pod)), s.totals(other, onPod(pod))
		if s.slow[pod] || len(a.list) < 3 || len(b.list) < 3 {
			continue
		}
		known++
		if a.median() > stillSlow*stepRatio*b.median() {
			slow++
		}
	}
	return 2*slow > known || known == 0
}

// slowStepParts tells in how many parts of the window the step is slow.
func (s *site) slowStepParts(own, other *sample) (slow, known int) {
	return s.parts.lasting(own, other, func(mine, theirs *sample) bool { return mine.median() > stillSlow*stepRatio*theirs.median() })
}

// mainPhase is what a slow step has more of than another.
func mainPhase(slow, usual step) Phase {
	best, most := Infer, 0.0
	for p := range phases {
		if more := slow.times[p].median() - usual.times[p].median(); !p.ofRequest() && more > most {
			best, most = p, more
		}
	}
	return best
}

func (s *site) stepSentence(f Finding, top, usual step, whole *sample, others int) string {
	to := "the other step, " + usual.at.model
	if others > 1 {
		to = fmt.Sprintf("the step in the middle of the other %d, %s", others, usual.at.model)
	}
	return fmt.Sprintf("Step %s of ensemble %s is slow: it takes %s, %s the %s of %s (medians of %s requests), %s of the ensemble's %s. Most of the difference is %s: %s.",
		f.Step, f.Ensemble, span(top.total.median()), times(top.total.median(), usual.total.median()), span(usual.total.median()), to,
		number(len(top.total.list)), percent(f.Share), span(whole.median()), nouns[f.Phase], span(top.times[f.Phase].median()))
}

func (s *site) stepEvidence(f Finding, steps []step, slow, known int) []string {
	list := []string{fmt.Sprintf("in %d of %d parts of the time it is as slow; a step that has more to do by nature looks the same: compare with a time when it was well", slow, known)}
	for _, st := range steps {
		list = append(list, fmt.Sprintf("%s: queue %s, input %s, compute %s, output %s", st.at.model, span(st.times[Queue].median()),
			span(st.times[Input].median()), span(st.times[Infer].median()), span(st.times[Output].median())))
	}
	if f.Phase == Queue {
		list = append(list, s.whyQueue(steps[0].at, steps[0].times[Queue])...)
	}
	return list
}
