package main

import (
	"fmt"
	"time"
)

// model is a model of a case; all run the same Python (worker.py) with their own
// parameters.
type model struct {
	name      string
	ms        float64 // of one execution
	perRowMs  float64
	busy      bool    // computes instead of sleeping
	batch     int     // largest batch; 0: none
	delayUs   int     // of the dynamic batcher; 0: no dynamic batching
	slowPod   string  // or several, by commas
	slowMs    float64 // more of an execution on that pod
	slowBy    float64 // times as long there; 0: once
	coldMs    float64 // more of the first three executions
	tailMs    float64 // more of 3 of 100 executions
	failEvery int
	slowFrom  float64  // seconds after its first execution from which on it is slow there
	slowUntil float64  // and until which; 0: for good
	notSlow   float64  // share of its executions there that are not slow
	jitter    float64  // of the natural logarithm of its time
	perKiloMs float64  // more for each thousand numbers of the input
	grow      int      // its answer has so many times the numbers of its input; 0: the first 16
	instances int      // 0: one
	steps     []string // of an ensemble
}

// send is the load on one model.
type send struct {
	model   string
	rate    float64 // requests a second
	floats  int     // size of the input; 0: 16
	rows    int     // of a batch in one request; 0: 1
	workers int     // in place of a rate: so many clients, each with one request at a time
}

// Ways in which requests arrive.
const (
	evenly   = iota // at equal distances
	randomly        // by chance, each without regard to the others
	inBursts        // many at once, then none
)

// path is how requests reach the servers.
type path int

const (
	throughGateway path = iota
	throughEnvoy        // the real one, in the gateway's place
	directly            // to any server, with no gateway's span
)

// situation is one recording.
type situation struct {
	name     string
	servers  int
	seconds  float64
	models   []model
	loads    []send
	sampling string // 0 to 1
	arrivals int
	burst    int // requests at once, of inBursts
	ails     trouble
	late     time.Duration // from the head of a request to its body
	path     path
	held     time.Duration // by Envoy before it passes a request on; it then tells a span of its own for the server
	on, off  float64       // seconds of traffic and of none, in turn; 0: always on
}

func usual() []model {
	return []model{
		{name: "tagger", ms: 6, perRowMs: 0.4, batch: 8, delayUs: 3000, tailMs: 30, coldMs: 60},
		{name: "calib", ms: 3, tailMs: 10},
		{name: "clean", ms: 4, batch: 8},
		{name: "fit", ms: 6, batch: 8},
		{name: "reco", steps: []string{"clean", "fit"}},
	}
}

func usualLoads() []send {
	return []send{{model: "tagger", rate: 12}, {model: "calib", rate: 8}, {model: "reco", rate: 8}}
}

// changed is the usual models, one of them changed.
func changed(name string, change func(*model)) []model {
	list := usual()
	for i := range list {
		if list[i].name == name || name == "" && list[i].steps == nil {
			change(&list[i])
		}
	}
	return list
}

func situations() []situation {
	const all = "1"
	slow := func(pod int, ms float64) func(*model) {
		return func(m *model) { m.slowPod, m.slowMs = fmt.Sprintf("supersonic-triton-%d", pod), ms }
	}
	return []situation{
		{name: "healthy", servers: 2, seconds: 16, models: usual(), loads: usualLoads(), sampling: all},
		{name: "healthy-sampled", servers: 3, seconds: 20, models: usual(), loads: []send{{model: "tagger", rate: 30}, {model: "calib", rate: 20}, {model: "reco", rate: 15}}, sampling: "0.3"},
		{name: "healthy-uneven-steps", servers: 2, seconds: 16, models: changed("fit", func(m *model) { m.ms = 10 }), loads: usualLoads(), sampling: all},
		{name: "healthy-failing", servers: 2, seconds: 14, models: changed("calib", func(m *model) { m.failEvery = 5 }), loads: usualLoads(), sampling: all},
		{name: "slow-pod", servers: 3, seconds: 16, models: changed("", slow(1, 25)), loads: usualLoads(), sampling: all},
		{name: "slow-pod-of-two-busy", servers: 2, seconds: 16, models: changed("", func(m *model) { slow(0, 12)(m); m.busy = true }), loads: []send{{model: "tagger", rate: 6}, {model: "calib", rate: 5}, {model: "reco", rate: 4}}, sampling: all},
		{name: "slow-pod-one-model", servers: 3, seconds: 16, models: changed("tagger", slow(2, 30)), loads: usualLoads(), sampling: all},
		{name: "slow-pod-in-ensemble", servers: 2, seconds: 16, models: changed("fit", slow(1, 30)), loads: usualLoads(), sampling: all},
		{name: "long-queue", servers: 2, seconds: 16, models: changed("calib", func(m *model) { m.ms = 45 }), loads: []send{{model: "tagger", rate: 10}, {model: "calib", rate: 42}, {model: "reco", rate: 6}}, sampling: all},
		{name: "batching-delay", servers: 2, seconds: 16, models: changed("tagger", func(m *model) { m.batch, m.delayUs = 64, 120_000 }), loads: usualLoads(), sampling: all},
		{name: "slow-step", servers: 2, seconds: 16, models: changed("fit", func(m *model) { m.ms = 70 }), loads: []send{{model: "tagger", rate: 10}, {model: "calib", rate: 8}, {model: "reco", rate: 7}}, sampling: all},
		{name: "slow-step-queue", servers: 2, seconds: 16, models: changed("fit", func(m *model) { m.ms, m.batch = 60, 1 }), loads: []send{{model: "tagger", rate: 8}, {model: "calib", rate: 6}, {model: "reco", rate: 31}}, sampling: all},
		{name: "large-input", servers: 2, seconds: 14, models: changed("calib", func(m *model) { m.ms = 1 }), loads: []send{{model: "tagger", rate: 8}, {model: "calib", rate: 5, floats: 3_000_000}, {model: "reco", rate: 5}}, sampling: all},
	}
}
