package main

import (
	"fmt"
	"time"
)

// sets are the cases by when they were recorded. The rules of ui/latency were made
// with the first; the others were recorded before the rules saw them, to tell how
// often they are right about a site that nobody made them for.
func sets() map[string][]situation {
	return map[string][]situation{"first": situations(), "second": second(), "third": third(), "fourth": fourth(), "fifth": fifth(), "sixth": sixth(), "seventh": seventh()}
}

// chain is an ensemble of steps of the given milliseconds, with its steps.
func chain(name string, ms ...float64) []model {
	list := []model{{name: name}}
	for i, m := range ms {
		step := fmt.Sprintf("%s_%d", name, i)
		list = append(list, model{name: step, ms: m, batch: 8})
		list[0].steps = append(list[0].steps, step)
	}
	return append(list[1:], list[0])
}

// on makes a model slow on one pod.
func on(pod int, by, ms float64, list []model, names ...string) []model {
	for i := range list {
		for _, n := range names {
			if list[i].name == n {
				list[i].slowPod, list[i].slowBy, list[i].slowMs = fmt.Sprintf("supersonic-triton-%d", pod), by, ms
			}
		}
	}
	return list
}

func with(lists ...[]model) []model {
	var all []model
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

func one(name string, ms float64) []model { return []model{{name: name, ms: ms, batch: 8}} }

// second: everything else than the first. Models of no work at all take what
// Python takes, some tenths of a millisecond.
func second() []situation {
	const all = "1"
	quick := func() []model { return with(one("add", 0), one("mul", 0), chain("calc", 0, 0)) }
	quickly := []send{{model: "add", rate: 8}, {model: "mul", rate: 6}, {model: "calc", rate: 6}}
	return []situation{
		{name: "u-healthy-quick-100", servers: 2, seconds: 5, models: quick(), loads: quickly, sampling: all},
		{name: "u-healthy-quick-5", servers: 5, seconds: 14, models: with(one("add", 0), chain("calc", 0, 0)), loads: []send{{model: "add", rate: 60}, {model: "calc", rate: 30}}, sampling: "0.5", arrivals: randomly},
		{name: "u-healthy-bursts", servers: 3, seconds: 14, models: with(one("tag", 8), chain("reco", 2, 5, 14)), loads: []send{{model: "tag", rate: 15}, {model: "reco", rate: 9}}, sampling: all, arrivals: inBursts, burst: 3},
		{name: "u-healthy-failing-4-steps", servers: 2, seconds: 14, models: with([]model{{name: "tag", ms: 9, failEvery: 10}}, chain("deep", 3, 3, 8, 4)), loads: []send{{model: "tag", rate: 14}, {model: "deep", rate: 8}}, sampling: all},
		{name: "u-healthy-loaded", servers: 2, seconds: 14, models: with([]model{{name: "hot", ms: 19}}, one("cool", 6)), loads: []send{{model: "hot", rate: 50}, {model: "cool", rate: 10}}, sampling: all, arrivals: randomly},
		{name: "u-pod-by-1.5", servers: 2, seconds: 14, models: on(1, 1.5, 0, with(one("a", 20), one("b", 12)), "a", "b"), loads: []send{{model: "a", rate: 16}, {model: "b", rate: 16}}, sampling: all},
		{name: "u-pod-by-2-of-5", servers: 5, seconds: 14, models: on(3, 2, 0, with(one("a", 10), one("b", 16)), "a", "b"), loads: []send{{model: "a", rate: 25}, {model: "b", rate: 20}}, sampling: all},
		{name: "u-pod-by-5-100", servers: 3, seconds: 6, models: on(2, 5, 0, with(one("a", 2), one("b", 3)), "a", "b"), loads: []send{{model: "a", rate: 9}, {model: "b", rate: 9}}, sampling: all},
		{name: "u-pod-in-one-model", servers: 3, seconds: 14, models: on(0, 2, 0, with(one("a", 5), one("b", 15), one("c", 4)), "b"), loads: []send{{model: "a", rate: 12}, {model: "b", rate: 15}, {model: "c", rate: 12}}, sampling: all, arrivals: randomly},
		{name: "u-pod-quick", servers: 2, seconds: 12, models: on(0, 1, 30, quick(), "add", "mul", "calc_0", "calc_1"), loads: quickly, sampling: all},
		{name: "u-pod-sampled", servers: 3, seconds: 16, models: on(1, 3, 0, with(one("a", 7), chain("reco", 4, 5)), "a", "reco_0", "reco_1"), loads: []send{{model: "a", rate: 45}, {model: "reco", rate: 30}}, sampling: "0.2", arrivals: randomly},
		{name: "u-pod-far", servers: 3, seconds: 12, models: with(one("a", 6), one("b", 9)), loads: []send{{model: "a", rate: 14}, {model: "b", rate: 14}}, sampling: all, ails: trouble{pod: "supersonic-triton-1", kind: far, by: 15 * time.Millisecond}},
		{name: "u-queue-instances", servers: 2, seconds: 16, models: with([]model{{name: "hot", ms: 30}}, one("cool", 8)), loads: []send{{model: "hot", rate: 60}, {model: "cool", rate: 12}}, sampling: all, arrivals: randomly},
		{name: "u-queue-bursts", servers: 2, seconds: 16, models: with([]model{{name: "hot", ms: 15}}, one("cool", 8)), loads: []send{{model: "hot", rate: 15}, {model: "cool", rate: 15}}, sampling: all, arrivals: inBursts, burst: 20},
		{name: "u-queue-delay-25", servers: 2, seconds: 12, models: with([]model{{name: "wide", ms: 5, batch: 64, delayUs: 25_000}}, one("b", 8)), loads: []send{{model: "wide", rate: 14}, {model: "b", rate: 10}}, sampling: all},
		{name: "u-queue-delay-quick", servers: 2, seconds: 12, models: with([]model{{name: "wide", batch: 32, delayUs: 50_000}}, one("add", 0), chain("calc", 0, 0)), loads: []send{{model: "wide", rate: 10}, {model: "add", rate: 10}, {model: "calc", rate: 6}}, sampling: all},
		{name: "u-queue-of-3-sampled", servers: 3, seconds: 14, models: with([]model{{name: "hot", ms: 60}}, one("b", 8)), loads: []send{{model: "hot", rate: 52}, {model: "b", rate: 20}}, sampling: "0.4"},
		{name: "u-step-first-of-3", servers: 2, seconds: 12, models: with(one("a", 7), chain("reco", 40, 5, 6)), loads: []send{{model: "a", rate: 10}, {model: "reco", rate: 10}}, sampling: all},
		{name: "u-step-third-of-4", servers: 2, seconds: 12, models: with(one("a", 7), chain("deep", 4, 5, 60, 6)), loads: []send{{model: "a", rate: 10}, {model: "deep", rate: 9}}, sampling: all, arrivals: randomly},
		{name: "u-step-last-quick", servers: 2, seconds: 12, models: with(one("add", 0), chain("calc", 0, 25)), loads: []send{{model: "add", rate: 8}, {model: "calc", rate: 10}}, sampling: all},
		{name: "u-step-10-quick", servers: 2, seconds: 10, models: with(one("add", 0), chain("calc", 0, 10)), loads: []send{{model: "add", rate: 8}, {model: "calc", rate: 10}}, sampling: all},
		{name: "u-step-delay", servers: 2, seconds: 12, models: with(one("a", 7), delayed(chain("reco", 6, 6, 6), "reco_1", 60_000)), loads: []send{{model: "a", rate: 10}, {model: "reco", rate: 9}}, sampling: all},
		{name: "u-gateway-late", servers: 2, seconds: 10, models: with(one("a", 7), one("b", 9)), loads: []send{{model: "a", rate: 12}, {model: "b", rate: 12}}, sampling: all, late: 40 * time.Millisecond},
	}
}

// delayed gives one model a batcher that waits.
func delayed(list []model, name string, us int) []model {
	for i := range list {
		if list[i].name == name {
			list[i].batch, list[i].delayUs = 64, us
		}
	}
	return list
}

// third: what was recorded after the rules were mended by the second.
func third() []situation {
	const all = "1"
	busy := func(list []model) []model {
		for i := range list {
			list[i].busy = list[i].steps == nil
		}
		return list
	}
	return []situation{
		{name: "v-healthy-busy", servers: 2, seconds: 14, models: busy(with(one("fast", 4), one("slow", 11), chain("trio", 4, 6, 3))), loads: []send{{model: "fast", rate: 10}, {model: "slow", rate: 8}, {model: "trio", rate: 7}}, sampling: all, arrivals: randomly},
		{name: "v-healthy-sampled-3", servers: 3, seconds: 14, models: with(one("fast", 3), one("slow", 35), chain("duo", 9, 15)), loads: []send{{model: "fast", rate: 60}, {model: "slow", rate: 25}, {model: "duo", rate: 30}}, sampling: "0.25", arrivals: randomly},
		{name: "v-pod-by-1.6", servers: 3, seconds: 14, models: on(0, 1.6, 0, with(one("fast", 12), one("slow", 25)), "fast", "slow"), loads: []send{{model: "fast", rate: 15}, {model: "slow", rate: 15}}, sampling: all, arrivals: randomly},
		{name: "v-pod-busy", servers: 2, seconds: 14, models: busy(on(1, 3, 0, with(one("fast", 5), chain("duo", 4, 6)), "fast", "duo_0", "duo_1")), loads: []send{{model: "fast", rate: 9}, {model: "duo", rate: 7}}, sampling: all},
		{name: "v-pod-of-2-60", servers: 2, seconds: 5, models: on(0, 2.5, 0, one("only", 14), "only"), loads: []send{{model: "only", rate: 12}}, sampling: all},
		{name: "v-pod-far-8", servers: 2, seconds: 10, models: with(one("fast", 4), chain("duo", 5, 7)), loads: []send{{model: "fast", rate: 12}, {model: "duo", rate: 9}}, sampling: all, ails: trouble{pod: "supersonic-triton-0", kind: far, by: 8 * time.Millisecond}},
		{name: "v-queue-instances", servers: 2, seconds: 14, models: with([]model{{name: "hot", ms: 12}}, one("cool", 5), chain("duo", 5, 6)), loads: []send{{model: "hot", rate: 150}, {model: "cool", rate: 12}, {model: "duo", rate: 8}}, sampling: "0.5", arrivals: randomly},
		{name: "v-step-by-4", servers: 2, seconds: 12, models: with(one("fast", 7), chain("trio", 6, 6, 30)), loads: []send{{model: "fast", rate: 10}, {model: "trio", rate: 9}}, sampling: all, arrivals: randomly},
		{name: "v-step-instances", servers: 2, seconds: 14, models: with(one("fast", 7), chain("trio", 5, 25, 4)), loads: []send{{model: "fast", rate: 10}, {model: "trio", rate: 66}}, sampling: "0.5", arrivals: inBursts, burst: 2},
	}
}
