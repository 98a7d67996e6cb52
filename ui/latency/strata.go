package latency

import (
	"cmp"
	"slices"
)

// place is what can be compared: one model, alone or as a step of one ensemble.
type place struct{ model, parent string }

// wants tells which requests are looked at: those of one pod, or of all, or of all
// but the pods that are found to be slow.
type wants struct {
	pod     string
	notSlow bool
}

func onPod(pod string) wants { return wants{pod: pod} }

var sound = wants{notSlow: true}

// runAt is a run of a request.
type runAt struct {
	request *request
	run     *run
}

// site is the requests as the rules ask for them.
type site struct {
	requests []request
	parts    parts
	from, to uint64 // the first and the last start
	pods     []string
	podKeys  map[string]string // the attribute that names each
	places   []place
	runs     map[place]map[string][]runAt // by place and pod
	total    float64                      // nanoseconds of all requests, by weight
	slow     map[string]bool
	made     map[sampleKey]*sample // of single pods
	usual    map[sampleKey]float64 // lower quartiles over all pods
	some     map[stretchKey]*somePods
	ensemble map[place]bool // which have steps and no run of their own
}

type sampleKey struct {
	at    place
	phase Phase // phases: the whole
	pod   string
}

func newSite(c *Collector) *site {
	s := &site{requests: c.requests, from: c.first, to: c.last, slow: map[string]bool{}, podKeys: map[string]string{},
		runs: map[place]map[string][]runAt{}, made: map[sampleKey]*sample{}, usual: map[sampleKey]float64{}, some: map[stretchKey]*somePods{}, ensemble: map[place]bool{}}
	pods := map[string]bool{}
	for i := range s.requests {
		r := &s.requests[i]
		s.total += float64(r.total) * float64(r.weight)
		s.parts = append(s.parts, r.start)
		pods[r.pod] = true
		s.podKeys[r.pod] = r.podKey
		for j := range r.runs {
			at := place{r.runs[j].model, r.runs[j].parent}
			if s.runs[at] == nil {
				s.runs[at] = map[string][]runAt{}
				s.places = append(s.places, at)
			}
			s.ensemble[at] = s.ensemble[at] || r.runs[j].ensemble
			s.runs[at][r.pod] = append(s.runs[at][r.pod], runAt{r, &r.runs[j]})
		}
	}
	delete(pods, "")
	for p := range pods {
		s.pods = append(s.pods, p)
	}
	slices.Sort(s.parts)
	slices.Sort(s.pods)
	slices.SortFunc(s.places, func(a, b place) int { return cmp.Or(cmp.Compare(a.model, b.model), cmp.Compare(a.parent, b.parent)) })
	return s
}

// ofRequest tells whether a phase belongs to a request as a whole; the others
// belong to a model's run.
func (p Phase) ofRequest() bool { return p == Gateway || p == Network || p == Answer || p == Server }

// has tells whether a phase of a place is one of its own: those of an ensemble's
// runs are its steps'.
func (s *site) has(at place, p Phase) bool {
	if p.ofRequest() {
		return at.parent == ""
	}
	return !s.ensemble[at]
}

// each visits a place's runs with their requests.
func (s *site) each(at place, w wants, visit func(r *request, x *run)) {
	for pod, list := range s.runs[at] {
		if w.pod != "" && pod != w.pod || w.notSlow && s.slow[pod] {
			continue
		}
		for _, x := range list {
			visit(x.request, x.run)
		}
	}
}

// values are a place's times in a phase. A phase of the request is taken where the
// place is the request's own model, and where it is known.
func (s *site) values(at place, p Phase, w wants) *sample {
	return s.kept(sampleKey{at, p, w.pod}, func() []value {
		var list []value
		s.each(at, w, func(r *request, x *run) {
			v := value{weight: float64(r.weight), at: r.start}
			switch {
			case !p.ofRequest():
				v.ns = float64(x.times[p])
			case at.parent != "" || r.alone && (p == Gateway || p == Network):
				return
			default:
				v.ns = float64(r.times[p])
			}
			list = append(list, v)
		})
		return list
	})
}

// totals are the durations that a phase is a part of: the request's, or the run's
// in an ensemble.
func (s *site) totals(at place, w wants) *sample {
	return s.kept(sampleKey{at, phases, w.pod}, func() []value {
		var list []value
		s.each(at, w, func(r *request, x *run) {
			v := value{float64(x.total), float64(r.weight), r.start}
			if at.parent == "" {
				v.ns = float64(r.total)
			}
			list = append(list, v)
		})
		return list
	})
}

// kept makes a sample of one pod once.
func (s *site) kept(k sampleKey, make func() []value) *sample {
	if k.pod == "" {
		return newSample(make())
	}
	if s.made[k] == nil {
		s.made[k] = newSample(make())
	}
	return s.made[k]
}
