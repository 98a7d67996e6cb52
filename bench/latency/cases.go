package main

import "fmt"

// model is a model of a case; all run the same Python (worker.py) with their own
// parameters.
type model struct {
	name      string
	ms        float64 // of one execution
	perRowMs  float64
	busy      bool // computes instead of sleeping
	batch     int  // largest batch; 0: none
	delayUs   int  // of the dynamic batcher; 0: no dynamic batching
	slowPod   string
	slowMs    float64 // more of an execution on that pod
	coldMs    float64 // more of the first three executions
	tailMs    float64 // more of 3 of 100 executions
	failEvery int
	steps     []string // of an ensemble
}

// send is the load on one model.
type send struct {
	model  string
	rate   float64 // requests a second
	floats int     // size of the input; 0: 16
}

// situation is one recording.
type situation struct {
	name     string
	servers  int
	seconds  float64
	models   []model
	loads    []send
	sampling string // 0 to 1
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
	return []send{{"tagger", 12, 0}, {"calib", 8, 0}, {"reco", 8, 0}}
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
		{"healthy", 2, 16, usual(), usualLoads(), all},
		{"healthy-sampled", 3, 20, usual(), []send{{"tagger", 30, 0}, {"calib", 20, 0}, {"reco", 15, 0}}, "0.3"},
		{"healthy-uneven-steps", 2, 16, changed("fit", func(m *model) { m.ms = 10 }), usualLoads(), all},
		{"healthy-failing", 2, 14, changed("calib", func(m *model) { m.failEvery = 5 }), usualLoads(), all},
		{"slow-pod", 3, 16, changed("", slow(1, 25)), usualLoads(), all},
		{"slow-pod-of-two-busy", 2, 16, changed("", func(m *model) { slow(0, 12)(m); m.busy = true }), []send{{"tagger", 6, 0}, {"calib", 5, 0}, {"reco", 4, 0}}, all},
		{"slow-pod-one-model", 3, 16, changed("tagger", slow(2, 30)), usualLoads(), all},
		{"slow-pod-in-ensemble", 2, 16, changed("fit", slow(1, 30)), usualLoads(), all},
		{"long-queue", 2, 16, changed("calib", func(m *model) { m.ms = 45 }), []send{{"tagger", 10, 0}, {"calib", 42, 0}, {"reco", 6, 0}}, all},
		{"batching-delay", 2, 16, changed("tagger", func(m *model) { m.batch, m.delayUs = 64, 120_000 }), usualLoads(), all},
		{"slow-step", 2, 16, changed("fit", func(m *model) { m.ms = 70 }), []send{{"tagger", 10, 0}, {"calib", 8, 0}, {"reco", 7, 0}}, all},
		{"slow-step-queue", 2, 16, changed("fit", func(m *model) { m.ms, m.batch = 60, 1 }), []send{{"tagger", 8, 0}, {"calib", 6, 0}, {"reco", 31, 0}}, all},
		{"large-input", 2, 14, changed("calib", func(m *model) { m.ms = 1 }), []send{{"tagger", 8, 0}, {"calib", 5, 3_000_000}, {"reco", 5, 0}}, all},
	}
}
