package main

import "time"

// but changes the named ones of some models.
func but(list []model, change func(*model), names ...string) []model {
	for i := range list {
		for _, n := range names {
			if list[i].name == n {
				change(&list[i])
			}
		}
	}
	return list
}

// jittery makes models take now more, now less.
func jittery(list []model) []model {
	for i := range list {
		list[i].jitter = 0.25
	}
	return list
}

// fourth: other shapes than before. Clients that wait for their answer before they ask
// again, servers without a gateway's spans, a real Envoy, few requests, idle times,
// steps that are what they have to be, and trouble that only some requests meet.
func fourth() []situation {
	const all = "1"
	part := on(2, 3, 0, with(one("vertex", 9), one("photon", 14)), "vertex", "photon")
	part = but(part, func(m *model) { m.slowFrom = 8 }, "vertex", "photon")
	wider := with(one("vertex", 6), chain("track", 2, 4, 2))
	wider = but(wider, func(m *model) { m.grow = 60 }, "track_0")
	wider = but(wider, func(m *model) { m.perKiloMs = 60 }, "track_1")
	nested := append(chain("inner", 3, 40), model{name: "before", ms: 4, batch: 8}, model{name: "after", ms: 5, batch: 8}, model{name: "outer", steps: []string{"before", "inner", "after"}})
	robbedModels := with(one("vertex", 6), one("photon", 10))
	for i := range robbedModels {
		robbedModels[i].busy = true
	}
	return []situation{
		{name: "w-healthy-clients", servers: 3, seconds: 10, models: jittery(with(one("vertex", 12), one("photon", 5), chain("track", 3, 6))), loads: []send{{model: "vertex", workers: 2}, {model: "photon", rate: 6}, {model: "track", rate: 6}}, sampling: "0.5"},
		{name: "w-healthy-4-clients", servers: 2, seconds: 9, models: jittery(with(one("photon", 5), []model{{name: "vertex", ms: 10}})), loads: []send{{model: "vertex", workers: 4}, {model: "photon", rate: 8}}, sampling: "0.4"},
		{name: "w-healthy-ensemble", servers: 2, seconds: 12, models: jittery(with(chain("track", 1, 12, 0.8), one("photon", 6))), loads: []send{{model: "track", rate: 12}, {model: "track_1", rate: 8}, {model: "photon", rate: 8}}, sampling: all, arrivals: randomly},
		{name: "w-healthy-rows", servers: 2, seconds: 12, models: []model{{name: "wide", ms: 2, perRowMs: 0.6, batch: 64, delayUs: 1500}, {name: "photon", ms: 7, batch: 8}}, loads: []send{{model: "wide", rate: 14}, {model: "wide", rate: 7, floats: 512, rows: 32}, {model: "photon", rate: 8}}, sampling: all, arrivals: randomly},
		{name: "w-healthy-gaps", servers: 2, seconds: 17, models: []model{{name: "vertex", ms: 8, batch: 8, coldMs: 400, failEvery: 6, tailMs: 60}, {name: "photon", ms: 4, batch: 8, coldMs: 250}}, loads: []send{{model: "vertex", rate: 18}, {model: "photon", rate: 18}}, sampling: all, arrivals: randomly, on: 2.5, off: 4.5},
		{name: "w-healthy-costs", servers: 4, seconds: 10, models: jittery([]model{{name: "huge", ms: 150, batch: 8, instances: 3}, {name: "tiny", batch: 8}}), loads: []send{{model: "huge", rate: 14}, {model: "tiny", rate: 40}}, sampling: all, arrivals: randomly},
		{name: "w-healthy-few", servers: 2, seconds: 6, models: with(one("vertex", 10), one("photon", 4)), loads: []send{{model: "vertex", rate: 3}, {model: "photon", rate: 2}}, sampling: all},
		{name: "w-healthy-alone", servers: 1, seconds: 9, models: jittery(with(one("vertex", 9), chain("track", 3, 5, 8))), loads: []send{{model: "vertex", rate: 12}, {model: "track", rate: 10}}, sampling: all, path: directly, arrivals: randomly},
		{name: "w-pod-clients", servers: 3, seconds: 10, models: on(1, 4, 0, with(one("vertex", 10), one("photon", 6)), "vertex", "photon"), loads: []send{{model: "vertex", workers: 6}, {model: "photon", workers: 1}}, sampling: "0.4"},
		{name: "w-pod-alone", servers: 4, seconds: 9, models: on(3, 2, 0, jittery(with(one("vertex", 9), one("photon", 15))), "vertex", "photon"), loads: []send{{model: "vertex", rate: 22}, {model: "photon", rate: 22}}, sampling: all, path: directly, arrivals: randomly},
		{name: "w-pod-envoy", servers: 2, seconds: 9, models: on(0, 3, 0, with(one("vertex", 7), chain("track", 4, 5)), "vertex", "track_0", "track_1"), loads: []send{{model: "vertex", rate: 14}, {model: "track", rate: 9}}, sampling: all, path: throughEnvoy, arrivals: randomly},
		{name: "w-pod-later", servers: 3, seconds: 13, models: part, loads: []send{{model: "vertex", rate: 15}, {model: "photon", rate: 15}}, sampling: all, arrivals: randomly},
		{name: "w-pod-by-1.4", servers: 4, seconds: 11, models: on(2, 1.4, 0, with(one("vertex", 40), one("photon", 25)), "vertex", "photon"), loads: []send{{model: "vertex", rate: 16}, {model: "photon", rate: 16}}, sampling: all},
		{name: "w-pod-of-8", servers: 8, seconds: 12, models: on(5, 10, 0, with(one("vertex", 3), one("photon", 4)), "vertex", "photon"), loads: []send{{model: "vertex", rate: 90}, {model: "photon", rate: 70}}, sampling: "0.1", arrivals: randomly},
		{name: "w-pod-robbed", servers: 2, seconds: 12, models: robbedModels, loads: []send{{model: "vertex", rate: 10}, {model: "photon", rate: 8}}, sampling: all, arrivals: randomly, ails: trouble{pod: "supersonic-triton-1", kind: robbed}},
		{name: "w-pod-fewer", servers: 3, seconds: 12, models: but(with(one("vertex", 40), one("photon", 6)), func(m *model) { m.batch, m.instances = 0, 4 }, "vertex"), loads: []send{{model: "vertex", rate: 60}, {model: "photon", rate: 12}}, sampling: all, arrivals: randomly, path: directly, ails: trouble{pod: "supersonic-triton-2", kind: fewer}},
		{name: "w-pod-few", servers: 2, seconds: 8, models: on(1, 4, 0, one("vertex", 12), "vertex"), loads: []send{{model: "vertex", rate: 4}}, sampling: all},
		{name: "w-queue-clients", servers: 2, seconds: 10, models: with([]model{{name: "vertex", ms: 20}}, one("photon", 8)), loads: []send{{model: "vertex", workers: 8}, {model: "photon", workers: 1}}, sampling: "0.5"},
		{name: "w-queue-rows", servers: 2, seconds: 11, models: with([]model{{name: "wide", ms: 3, perRowMs: 0.2, batch: 128, delayUs: 40_000}}, one("photon", 9)), loads: []send{{model: "wide", rate: 12}, {model: "wide", rate: 5, floats: 512, rows: 32}, {model: "photon", rate: 9}}, sampling: all},
		{name: "w-queue-1-percent", servers: 2, seconds: 14, models: with([]model{{name: "vertex", ms: 20, instances: 3}}, one("photon", 6)), loads: []send{{model: "vertex", rate: 290}, {model: "photon", rate: 60}}, sampling: "0.01", arrivals: randomly},
		{name: "w-step-clients", servers: 2, seconds: 10, models: but(chain("deep", 5, 5, 45, 5, 4), func(m *model) { m.instances = 2 }, "deep_2"), loads: []send{{model: "deep", workers: 2}, {model: "deep_1", rate: 4}}, sampling: all},
		{name: "w-step-wider", servers: 2, seconds: 11, models: wider, loads: []send{{model: "track", rate: 9}, {model: "track_1", rate: 9}, {model: "vertex", rate: 6}}, sampling: all, path: throughEnvoy, arrivals: randomly},
		{name: "w-step-nested", servers: 2, seconds: 11, models: nested, loads: []send{{model: "outer", rate: 9}, {model: "before", rate: 6}}, sampling: all, arrivals: randomly},
		{name: "w-gateway-mute", servers: 3, seconds: 12, models: with(one("vertex", 8), one("photon", 12)), loads: []send{{model: "vertex", rate: 8}, {model: "photon", rate: 8}}, sampling: all, arrivals: randomly, ails: trouble{pod: "supersonic-triton-0", kind: mute}},
		{name: "w-gateway-held", servers: 2, seconds: 8, models: with(one("vertex", 8), one("photon", 12)), loads: []send{{model: "vertex", rate: 10}, {model: "photon", rate: 8}}, sampling: all, path: throughEnvoy, held: 45 * time.Millisecond},
	}
}

// fifth: what was recorded after the rules were mended by the fourth.
func fifth() []situation {
	const all = "1"
	early := on(0, 4, 0, with(one("hit", 8), one("jet", 13)), "hit", "jet")
	early = but(early, func(m *model) { m.slowUntil = 6 }, "hit", "jet")
	two := with(chain("light", 4, 6), but(chain("deep", 5, 4, 60), func(m *model) { m.instances = 2 }, "deep_2"))
	return []situation{
		{name: "x-healthy-envoy", servers: 1, seconds: 9, models: jittery(with(one("hit", 8), chain("deep", 2, 10, 3, 1.5))), loads: []send{{model: "hit", rate: 14}, {model: "deep", rate: 10}, {model: "deep_1", rate: 5}}, sampling: "0.6", path: throughEnvoy, arrivals: randomly},
		{name: "x-healthy-8", servers: 8, seconds: 10, models: jittery(with(one("hit", 5), one("jet", 11))), loads: []send{{model: "hit", rate: 70}, {model: "jet", rate: 50}}, sampling: "0.1", arrivals: randomly},
		{name: "x-healthy-sparse", servers: 2, seconds: 9, models: with(one("hit", 6), one("jet", 20)), loads: []send{{model: "hit", rate: 3}, {model: "jet", rate: 2}}, sampling: all, arrivals: randomly},
		{name: "x-healthy-alone", servers: 3, seconds: 9, models: jittery(with(one("hit", 25), chain("light", 6, 9))), loads: []send{{model: "hit", workers: 3}, {model: "light", workers: 1}}, sampling: all, path: directly},
		{name: "x-pod-sparse", servers: 3, seconds: 9, models: on(0, 3, 0, with(one("hit", 9), one("jet", 14)), "hit", "jet"), loads: []send{{model: "hit", rate: 3}, {model: "jet", rate: 3}}, sampling: all, arrivals: randomly},
		{name: "x-pod-earlier", servers: 2, seconds: 12, models: early, loads: []send{{model: "hit", rate: 12}, {model: "jet", rate: 10}}, sampling: all},
		{name: "x-pod-envoy-clients", servers: 3, seconds: 9, models: on(2, 2.5, 0, with(one("hit", 9), one("jet", 14)), "hit", "jet"), loads: []send{{model: "hit", workers: 4}, {model: "jet", workers: 1}}, sampling: "0.4", path: throughEnvoy},
		{name: "x-queue-sparse", servers: 2, seconds: 9, models: with([]model{{name: "wide", ms: 6, batch: 32, delayUs: 80_000}}, one("hit", 8)), loads: []send{{model: "wide", rate: 2.5}, {model: "hit", rate: 2.5}}, sampling: all},
		{name: "x-queue-1-percent", servers: 2, seconds: 14, models: with([]model{{name: "jet", ms: 20, instances: 2}}, one("hit", 6)), loads: []send{{model: "jet", rate: 260}, {model: "hit", rate: 40}}, sampling: "0.01", arrivals: randomly},
		{name: "x-step-sparse", servers: 2, seconds: 9, models: with(one("hit", 9), chain("light", 4, 50, 6)), loads: []send{{model: "hit", rate: 3}, {model: "light", rate: 2.5}}, sampling: all, arrivals: randomly},
		{name: "x-step-of-two", servers: 2, seconds: 10, models: two, loads: []send{{model: "light", rate: 10}, {model: "deep", rate: 10}}, sampling: "0.5", path: throughEnvoy, arrivals: randomly},
		{name: "x-gateway-mute-4", servers: 4, seconds: 10, models: with(one("hit", 6), one("jet", 10)), loads: []send{{model: "hit", rate: 14}, {model: "jet", rate: 10}}, sampling: all, ails: trouble{pod: "supersonic-triton-3", kind: mute}},
	}
}

// sixth: several culprits at once.
func sixth() []situation {
	const all = "1"
	two := on(1, 3, 0, with(one("hit", 8), one("jet", 13)), "hit", "jet")
	two = but(two, func(m *model) { m.slowPod = "supersonic-triton-1,supersonic-triton-3" }, "hit", "jet")
	return []situation{
		{name: "y-all-three", servers: 3, seconds: 12, models: on(1, 4, 0, with(one("hit", 8), []model{{name: "jet", ms: 25}}, chain("deep", 4, 55, 5)), "hit"), loads: []send{{model: "hit", rate: 15}, {model: "jet", rate: 112}, {model: "deep", rate: 10}}, sampling: all, arrivals: randomly},
		{name: "y-pod-some", servers: 3, seconds: 12, models: but(on(2, 6, 0, with(one("hit", 8), one("jet", 12)), "hit", "jet"), func(m *model) { m.notSlow = 0.7 }, "hit", "jet"), loads: []send{{model: "hit", rate: 14}, {model: "jet", rate: 12}}, sampling: all, arrivals: randomly},
		{name: "y-healthy-tails", servers: 3, seconds: 12, models: []model{{name: "hit", ms: 7, jitter: 0.7, tailMs: 120, batch: 8}, {name: "jet", ms: 12, jitter: 0.5, tailMs: 90, batch: 8}}, loads: []send{{model: "hit", rate: 16}, {model: "jet", rate: 10}}, sampling: all, arrivals: randomly},
		{name: "y-two-pods", servers: 5, seconds: 10, models: two, loads: []send{{model: "hit", rate: 25}, {model: "jet", rate: 20}}, sampling: all, arrivals: randomly},
		{name: "y-pod-clients", servers: 2, seconds: 9, models: on(0, 3, 0, with([]model{{name: "hit", ms: 10}}, one("jet", 8)), "hit", "jet"), loads: []send{{model: "hit", workers: 6}, {model: "jet", rate: 10}}, sampling: "0.5"},
		{name: "y-pod-clients-random", servers: 3, seconds: 9, models: on(2, 3, 0, with([]model{{name: "hit", ms: 10}}, one("jet", 8)), "hit", "jet"), loads: []send{{model: "hit", workers: 9}, {model: "jet", rate: 10}}, sampling: all, path: directly},
	}
}

// seventh: models of no work at all and clients that ask again at once, so that the
// machine itself has no time left.
func seventh() []situation {
	quick := func() []model { return with(one("add", 0), one("tau", 0), chain("duo", 0, 0)) }
	clients := []send{{model: "add", workers: 3}, {model: "tau", workers: 2}, {model: "duo", workers: 2}}
	slow := quick()
	slow = but(slow, func(m *model) { m.ms = 20 }, "duo_1")
	wide := quick()
	wide = but(wide, func(m *model) { m.batch, m.delayUs = 64, 40_000 }, "tau")
	return []situation{
		{name: "z-healthy", servers: 2, seconds: 8, models: quick(), loads: clients, sampling: "0.05"},
		{name: "z-healthy-envoy", servers: 3, seconds: 8, models: quick(), loads: clients, sampling: "0.05", path: throughEnvoy},
		{name: "z-healthy-many", servers: 2, seconds: 8, models: quick(), loads: []send{{model: "add", workers: 16}, {model: "duo", workers: 8}}, sampling: "0.05"},
		{name: "z-pod", servers: 3, seconds: 8, models: on(1, 1, 10, quick(), "add", "tau", "duo_0", "duo_1"), loads: clients, sampling: "0.05"},
		{name: "z-step", servers: 2, seconds: 8, models: slow, loads: clients, sampling: "0.05", path: throughEnvoy},
		{name: "z-queue", servers: 2, seconds: 8, models: wide, loads: clients, sampling: "0.05"},
	}
}
