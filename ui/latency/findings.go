package latency

import (
	"slices"
	"sort"
)

// Kinds of findings.
const (
	KindPod     = "pod"
	KindModel   = "model"
	KindStep    = "step"
	KindGateway = "gateway"
	KindNetwork = "network"
)

// Finding is something that stands out.
type Finding struct {
	Kind     string
	Phase    Phase
	Pod      string // of KindPod, and the gateway of KindGateway
	Model    string // "" if it is so for all models
	Ensemble string // of KindStep
	Step     string
	Excess   float64 // nanoseconds of all requests that it costs, by weight
	Share    float64 // of the time of the requests that it concerns
	Sentence string
	Evidence []string
	Query    string // TraceQL that finds such traces
	Examples []Example
	worst    *slower // of a slow pod: what its numbers are of, nil if of all its models together
}

// Example is a trace that shows a finding.
type Example struct {
	ID      [16]byte
	Start   uint64
	TotalNs float64
	PhaseNs float64
}

// enough is how many requests a rule needs on each side. With so few the bounds of
// the medians are the least and the largest value: they do not touch only where
// every request of one is slower than every one of the other.
const enough = 10

// Findings are what stands out, the costliest first.
func (s *site) findings() []Finding {
	pods := s.slowPods()
	for _, f := range pods {
		s.slow[f.Pod] = true
	}
	if len(s.slow) == len(s.pods) {
		s.slow = map[string]bool{}
	}
	steps := s.slowSteps()
	models := slices.DeleteFunc(s.waitingModels(), func(f Finding) bool { return toldByStep(steps, f) })
	all := slices.Concat(pods, steps, models, s.slowGateways())
	if !slices.ContainsFunc(all, func(f Finding) bool { return f.Phase == Network }) {
		all = append(all, s.slowWay()...)
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].Excess > all[j].Excess })
	rest := s.total
	all = slices.DeleteFunc(all, func(f Finding) bool {
		if f.Excess < s.worthTelling(f)*rest {
			return true
		}
		rest = max(0, rest-f.Excess)
		return false
	})
	return causesFirst(all)
}

// causesFirst puts a pod that computes slowly before the queues of the models that it
// is slow with, whatever they cost: it takes their capacity, and where clients wait for
// their answers the others' queues are made by it.
func causesFirst(all []Finding) []Finding {
	for i, f := range all {
		if f.Kind != KindPod || f.Phase != Infer {
			continue
		}
		first := slices.IndexFunc(all[:i], func(q Finding) bool {
			return q.Kind == KindModel && q.Phase == Queue && (f.Model == "" || f.Model == q.Model)
		})
		if first >= 0 {
			all = slices.Insert(slices.Delete(all, i, i+1), first, f)
		}
	}
	return all
}

// worthTelling is the share of all requests' time that a finding has to cost, of what
// costlier ones leave: one long queue hides nobody. Of a pod of many it is a fifth of an
// even part: one of 200 pods that takes twice as long costs half a percent.
func (s *site) worthTelling(f Finding) float64 {
	const share, ofPart = 0.01, 0.2
	if f.Kind != KindPod {
		return share
	}
	return min(share, ofPart/float64(len(s.pods)))
}

// toldByStep tells whether a model's finding is the one of a step again.
func toldByStep(steps []Finding, f Finding) bool {
	return slices.ContainsFunc(steps, func(s Finding) bool { return s.Step == f.Model })
}
