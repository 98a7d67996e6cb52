package latency

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"supersonic/internal/rounds"
)

// world makes up sites: requests with times drawn at random, many more than could
// be recorded.
type world struct {
	*rand.Rand
	c     *Collector
	pods  int
	begin uint64
}

// span of a made-up window.
const madeSeconds = 60

func newWorld(seed uint64, pods int) *world {
	return &world{rand.New(rand.NewPCG(seed, 7)), NewCollector(Window{}), pods, 1_790_000_000_000_000_000}
}

// around draws a time with a long tail around a median.
func (w *world) around(median time.Duration) float32 {
	ns := float64(median) * math.Exp(0.25*w.NormFloat64())
	if w.Float64() < 0.03 {
		ns *= 2 + 8*w.Float64() // a cold cache, a busy neighbour
	}
	return float32(ns)
}

// model is what a made-up model takes.
type model struct {
	name           string
	queue, compute time.Duration
	steps          []model
	size           float32
}

// send adds a request; change alters the times of a run before they are added up.
func (w *world) send(m model, pod int, change func(r *request, x *run)) {
	at := w.begin + uint64(w.Float64()*madeSeconds*1e9)
	r := request{trace: [16]byte{0: byte(w.IntN(256)), 1: byte(w.IntN(256)), 2: byte(w.IntN(256)), 3: byte(w.IntN(256))}, start: at,
		gateway: "envoy-0", pod: fmt.Sprintf("triton-%d", pod), model: m.name, weight: 1, size: m.size}
	r.times[Gateway], r.times[Network], r.times[Server], r.times[Answer] = w.around(80*time.Microsecond), w.around(700*time.Microsecond), w.around(200*time.Microsecond), w.around(100*time.Microsecond)
	steps := m.steps
	parent := m.name
	if steps == nil {
		steps, parent = []model{m}, ""
	}
	for _, s := range steps {
		x := run{model: s.name, parent: parent}
		x.times[Queue], x.times[Input], x.times[Infer], x.times[Output] = w.around(s.queue), w.around(60*time.Microsecond), w.around(s.compute), w.around(300*time.Microsecond)
		if change != nil {
			change(&r, &x)
		}
		for p, ns := range x.times {
			x.total += ns
			r.times[p] += ns
		}
		r.runs = append(r.runs, x)
	}
	if parent != "" {
		r.runs = append([]run{{model: m.name, ensemble: true}}, r.runs...)
	}
	for _, ns := range r.times {
		r.total += ns
	}
	if parent != "" {
		r.runs[0].total = r.total
	}
	if w.c.first == 0 || at < w.c.first {
		w.c.first = at
	}
	w.c.last = max(w.c.last, at)
	w.c.keep(r)
}

// between draws from a to b, evenly on a logarithmic scale.
func (w *world) between(a, b time.Duration) time.Duration {
	return time.Duration(math.Exp(math.Log(float64(a)) + w.Float64()*(math.Log(float64(b))-math.Log(float64(a)))))
}

// models draws the models of a healthy site: one to four of any speed, queues no
// longer than the work, ensembles with steps of up to 75 and 25 of 100.
func (w *world) models() []model {
	var list []model
	for i := range 1 + w.IntN(4) {
		compute := w.between(300*time.Microsecond, 60*time.Millisecond)
		list = append(list, model{name: fmt.Sprintf("m%d", i), compute: compute, queue: w.between(50*time.Microsecond, 50*time.Microsecond+compute*2/5)})
	}
	if w.Float64() < 0.7 {
		a := w.between(2*time.Millisecond, 30*time.Millisecond)
		b := time.Duration(float64(a) * (0.35 + 0.6*w.Float64()))
		list = append(list, model{name: "ens", steps: []model{{name: "s0", compute: a, queue: 200 * time.Microsecond}, {name: "s1", compute: b, queue: 200 * time.Microsecond}}})
	}
	return list
}

// each sends a site's requests: pods have mixes of models of their own.
func (w *world) each(models []model, perModel int, change func(r *request, x *run)) {
	for _, m := range models {
		for pod := range w.pods {
			for range int(float64(perModel) * (0.4 + 1.2*w.Float64())) {
				w.send(m, pod, change)
			}
		}
	}
}

func TestFewHealthySitesAreAccused(t *testing.T) {
	sites, wrong := rounds.Of(t, 300), 0
	for seed := range uint64(sites) {
		w := newWorld(seed, 1+int(seed%4))
		w.each(w.models(), []int{8, 25, 80, 250}[seed/4%4], nil)
		if r := w.c.Report(); r.Verdict == "found" {
			wrong++
			t.Logf("seed %d: %s", seed, r.Sentence)
		}
	}
	t.Logf("%d of %d healthy sites are accused", wrong, sites)
	if wrong > 1 {
		t.Errorf("%d of %d healthy sites are accused", wrong, sites)
	}
}

const someRequests = "slow pod, three requests in ten"

// skew is one way in which a site goes astray.
type skew struct {
	name   string
	wants  func(f Finding, models []model) bool
	change func(w *world, models []model) func(r *request, x *run)
}

func skews() []skew {
	const bad = "triton-1"
	return []skew{
		{"slow pod", func(f Finding, _ []model) bool { return f.Kind == KindPod && f.Pod == bad && f.Phase == Infer },
			func(w *world, _ []model) func(*request, *run) {
				by := float32(2.5 + 3*w.Float64())
				return func(r *request, x *run) {
					if r.pod == bad {
						x.times[Infer] = x.times[Infer]*by + float32(4*time.Millisecond)
					}
				}
			}},
		{"pod slower by half", func(f Finding, _ []model) bool { return f.Kind == KindPod && f.Pod == bad && f.Phase == Infer },
			func(*world, []model) func(*request, *run) {
				return func(r *request, x *run) {
					if x.times[Infer] += float32(20 * time.Millisecond); r.pod == bad {
						x.times[Infer] *= 1.6
					}
				}
			}},
		{"all on the way", func(f Finding, _ []model) bool { return f.Kind == KindNetwork },
			func(w *world, _ []model) func(*request, *run) {
				return func(r *request, x *run) {
					if len(r.runs) == 0 {
						r.times[Network] += w.around(250 * time.Millisecond)
					}
				}
			}},
		{"slow pod, one model", func(f Finding, m []model) bool {
			return f.Kind == KindPod && f.Pod == bad && (f.Model == m[0].name || len(m) == 1)
		},
			func(w *world, m []model) func(*request, *run) {
				return func(r *request, x *run) {
					if r.pod == bad && x.model == m[0].name {
						x.times[Infer] = x.times[Infer]*3 + float32(10*time.Millisecond)
					}
				}
			}},
		{"slow network", func(f Finding, _ []model) bool { return f.Kind == KindPod && f.Pod == bad && f.Phase == Network },
			func(w *world, _ []model) func(*request, *run) {
				return func(r *request, x *run) {
					if r.pod == bad && len(r.runs) == 0 {
						r.times[Network] += float32(40 * time.Millisecond)
					}
				}
			}},
		{someRequests, func(f Finding, _ []model) bool { return f.Kind == KindPod && f.Pod == bad && f.Phase == Infer },
			func(w *world, _ []model) func(*request, *run) {
				return func(r *request, x *run) {
					if r.pod == bad && w.Float64() < 0.3 {
						x.times[Infer] = x.times[Infer]*8 + float32(30*time.Millisecond)
					}
				}
			}},
		{"slow half of the time", func(f Finding, _ []model) bool { return f.Kind == KindPod && f.Pod == bad },
			func(w *world, _ []model) func(*request, *run) {
				return func(r *request, x *run) {
					if r.pod == bad && r.start > w.begin+madeSeconds*5e8 {
						x.times[Infer] = x.times[Infer]*6 + float32(15*time.Millisecond)
					}
				}
			}},
		{"long queue", func(f Finding, m []model) bool {
			return f.Kind == KindModel && f.Model == m[0].name && f.Phase == Queue
		},
			func(w *world, m []model) func(*request, *run) {
				wait := 3*m[0].compute + 30*time.Millisecond
				return func(r *request, x *run) {
					if x.model == m[0].name {
						x.times[Queue] = w.around(wait)
					}
				}
			}},
		{"slow step", func(f Finding, _ []model) bool { return f.Kind == KindStep && f.Step == "s1" && f.Phase == Infer },
			func(w *world, m []model) func(*request, *run) {
				return func(r *request, x *run) {
					if x.model == "s1" {
						x.times[Infer] = x.times[Infer]*12 + float32(60*time.Millisecond)
					}
				}
			}},
		{"step with a queue", func(f Finding, _ []model) bool { return f.Step == "s1" && f.Phase == Queue },
			func(w *world, m []model) func(*request, *run) {
				return func(r *request, x *run) {
					if x.model == "s1" {
						x.times[Queue] = w.around(250 * time.Millisecond)
					}
				}
			}},
		{"wait in the gateway", func(f Finding, _ []model) bool { return f.Kind == KindGateway },
			func(w *world, _ []model) func(*request, *run) {
				return func(r *request, x *run) {
					if len(r.runs) == 0 {
						r.times[Gateway] += w.around(150 * time.Millisecond)
					}
				}
			}},
	}
}

func TestSkewedSitesNameTheirCulprit(t *testing.T) {
	const all = 50
	some := rounds.Of(t, all)
	for _, s := range skews() {
		right, silent, each := 0, 0, some
		if s.name == someRequests {
			each = all // eight of ten is a share that few cases would not show
		}
		for seed := range uint64(each) {
			w := newWorld(seed+1000, 2+int(seed%3))
			models := w.models()
			if len(models) == 0 || models[len(models)-1].steps == nil {
				models = append(models, model{name: "ens", steps: []model{{name: "s0", compute: 6 * time.Millisecond}, {name: "s1", compute: 5 * time.Millisecond}}})
			}
			w.each(models, 40, s.change(w, models))
			found := newSite(w.c).findings()
			switch {
			case len(found) == 0:
				silent++
				t.Logf("%s, seed %d: nobody is named", s.name, seed)
			case s.wants(found[0], models):
				right++
			default:
				t.Logf("%s, seed %d: %s", s.name, seed, found[0].Sentence)
			}
		}
		t.Logf("%s: %d of %d right, %d silent", s.name, right, each, silent)
		least := each * 94 / 100
		if s.name == someRequests {
			least = each * 8 / 10 // with some 40 requests a model, twelve of them slow, it is not always clear
		}
		if right < least {
			t.Errorf("%s: %d of %d right", s.name, right, each)
		}
	}
}

// What must not be taken for a culprit, each for its reason.
func TestWhatIsNoCulprit(t *testing.T) {
	f := func(name string, build func(w *world)) {
		t.Helper()
		for seed := range uint64(rounds.Of(t, 20)) {
			w := newWorld(seed+5000, 2)
			build(w)
			if r := w.c.Report(); r.Verdict == "found" {
				t.Errorf("%s, seed %d: %s", name, seed, r.Sentence)
				return
			}
		}
	}
	m := model{name: "m", compute: 8 * time.Millisecond, queue: 300 * time.Microsecond}

	f("cold first requests of one pod", func(w *world) {
		w.each([]model{m}, 100, func(r *request, x *run) {
			if r.pod == "triton-1" && r.start < w.begin+madeSeconds*1e9/10 {
				x.times[Infer] += float32(2 * time.Second)
			}
		})
	})

	f("one outlier", func(w *world) {
		n := 0
		w.each([]model{m}, 60, func(r *request, x *run) {
			if n++; n == 70 {
				x.times[Infer] += float32(60 * time.Second)
			}
		})
	})

	f("twice of 50 microseconds", func(w *world) {
		small := model{name: "small", compute: 50 * time.Microsecond, queue: 20 * time.Microsecond}
		w.each([]model{small}, 200, func(r *request, x *run) {
			if r.pod == "triton-1" {
				x.times[Infer] *= 2
			}
		})
	})

	f("a pod that gets the heavy models", func(w *world) {
		heavy := model{name: "heavy", compute: 80 * time.Millisecond, queue: 300 * time.Microsecond}
		for range 300 {
			pod := w.IntN(2)
			if heavyHere := w.Float64() < []float64{0.1, 0.9}[pod]; heavyHere {
				w.send(heavy, pod, nil)
			} else {
				w.send(m, pod, nil)
			}
		}
	})

	f("a pod that gets the large requests", func(w *world) {
		for range 100 {
			small, large := m, m
			small.size, large.size, large.compute = 1000, 8000, 40*time.Millisecond
			w.send(small, 0, nil)
			w.send(large, 1, nil)
		}
	})

	f("honest steps of 75 and 25", func(w *world) {
		w.each([]model{{name: "ens", steps: []model{{name: "a", compute: 30 * time.Millisecond}, {name: "b", compute: 10 * time.Millisecond}}}}, 80, nil)
	})

	f("a batcher's 3 ms", func(w *world) {
		w.each([]model{{name: "b", compute: 6 * time.Millisecond, queue: 3 * time.Millisecond}}, 100, nil)
	})

	f("few requests", func(w *world) {
		w.each([]model{m}, 3, func(r *request, x *run) {
			if r.pod == "triton-1" {
				x.times[Infer] *= 3
			}
		})
	})
}
