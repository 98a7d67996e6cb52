package latency

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"supersonic/internal/rounds"
)

// altered is a copy of what was gathered, each request changed; those for which change
// returns false are left out.
func altered(c *Collector, change func(r *request) bool) *Collector {
	out := NewCollector(Window{})
	out.counts = c.counts
	for _, r := range c.requests {
		r.runs = slices.Clone(r.runs)
		if !change(&r) {
			continue
		}
		if out.first == 0 || r.start < out.first {
			out.first = r.start
		}
		out.last = max(out.last, r.start)
		out.requests = append(out.requests, r)
	}
	return out
}

// slowed makes the same site of machines and models that are all by a factor slower.
func slowed(c *Collector, by float32) *Collector {
	return altered(c, func(r *request) bool {
		r.start = c.first + uint64(float64(r.start-c.first)*float64(by))
		r.total *= by
		r.sending *= by
		for p := range phases {
			r.times[p] *= by
			for i := range r.runs {
				r.runs[i].times[p] *= by
			}
		}
		for i := range r.runs {
			r.runs[i].total *= by
		}
		return true
	})
}

func sampled(c *Collector, share float64, seed uint64) *Collector {
	r := rand.New(rand.NewPCG(seed, 1))
	return altered(c, func(x *request) bool { x.weight /= float32(share); return r.Float64() < share })
}

// calledOtherwise gives pods and models other names, whose order is another.
func calledOtherwise(c *Collector) *Collector {
	return altered(c, func(r *request) bool {
		r.pod, r.model, r.gateway = turned(r.pod), turned(r.model), turned(r.gateway)
		for i := range r.runs {
			r.runs[i].model, r.runs[i].parent = turned(r.runs[i].model), turned(r.runs[i].parent)
		}
		return true
	})
}

func turned(name string) string {
	if name == "" {
		return ""
	}
	b := []byte(name)
	for i := range b {
		if b[i] >= 'a' && b[i] <= 'z' {
			b[i] = 'a' + 'z' - b[i]
		}
		if b[i] >= '0' && b[i] <= '9' {
			b[i] = '0' + '9' - b[i]
		}
	}
	return string(b)
}

// named is who the page's sentence names, "" for nobody.
func named(c *Collector) string {
	found := newSite(c).findings()
	if len(found) == 0 {
		return ""
	}
	f := found[0]
	return strings.Join([]string{f.Kind, f.Phase.String(), f.Pod, f.Model, f.Ensemble, f.Step}, " ")
}

func eachRecording(t *testing.T, visit func(w right, c *Collector)) {
	t.Helper()
	all := rightAnswers(t, "testdata")
	every := len(all) / rounds.Of(t, len(all))
	for i, w := range all {
		if i%every == 0 {
			c := NewCollector(Window{})
			c.Add(readRecording(t, filepath.Join("testdata", w.recording+".otlp.jsonl.gz")))
			visit(w, c)
		}
	}
}

func TestNamesAndOrderDoNotDecide(t *testing.T) {
	eachRecording(t, func(w right, c *Collector) {
		want := named(c)
		if got := turnedWords(named(calledOtherwise(c))); got != want {
			t.Errorf("%s: with other names %q, not %q", w.recording, got, want)
		}
		other := altered(c, func(*request) bool { return true })
		rand.New(rand.NewPCG(3, 1)).Shuffle(len(other.requests), func(i, j int) {
			other.requests[i], other.requests[j] = other.requests[j], other.requests[i]
		})
		if got := named(other); got != want {
			t.Errorf("%s: in another order %q, not %q", w.recording, got, want)
		}
	})
}

// turnedWords undoes calledOtherwise in an answer of named.
func turnedWords(text string) string {
	words := strings.Split(text, " ")
	for i := range words {
		if i >= 2 { // the kind and the phase are not names
			words[i] = turned(words[i])
		}
	}
	return strings.Join(words, " ")
}

// A part of a recording, or the same on faster and slower machines, may tell too
// little to name the culprit; it must not name anybody else.
func TestNobodyElseIsNamedByAPartOfARecordingOrOnOtherMachines(t *testing.T) {
	half := func(c *Collector) uint64 { return c.first/2 + c.last/2 }
	variants := []struct {
		name   string
		silent int    // recordings at most whose culprit may not be named any more
		but    string // a recording that is another case then
		make   func(c *Collector) *Collector
	}{
		{"twice as fast", 0, "", func(c *Collector) *Collector { return slowed(c, 0.5) }},
		{"twice as slow", 0, "w-healthy-ensemble", func(c *Collector) *Collector { return slowed(c, 2) }},
		{"five times as slow", 0, "w-healthy-ensemble", func(c *Collector) *Collector { return slowed(c, 5) }},
		{"its first half", 1, "", func(c *Collector) *Collector { return altered(c, func(r *request) bool { return r.start < half(c) }) }},
		{"its second half", 0, "", func(c *Collector) *Collector { return altered(c, func(r *request) bool { return r.start >= half(c) }) }},
		{"every other request", 1, "", func(c *Collector) *Collector { return sampled(c, 0.5, 1) }},
		{"a fifth", 4, "", func(c *Collector) *Collector { return sampled(c, 0.2, 2) }},
		{"a tenth", 14, "", func(c *Collector) *Collector { return sampled(c, 0.1, 3) }},
	}
	// A step of 12 ms beside others of 2 is usual; one of 60 beside 10 is what slow steps look like.
	silent := make([]int, len(variants))
	eachRecording(t, func(w right, c *Collector) {
		for i, v := range variants {
			if w.recording == v.but {
				continue
			}
			x := v.make(c)
			switch who := named(x); {
			case w.kind == "none":
				if who != "" {
					t.Errorf("%s, %s: a healthy site: %s", w.recording, v.name, x.Report().Sentence)
				}
			case who == "":
				silent[i]++
			case !strings.HasPrefix(who, w.kind+" "+w.phase+" "):
				t.Errorf("%s, %s: not a %s's %s: %s", w.recording, v.name, w.kind, w.phase, x.Report().Sentence)
			default:
				for _, name := range w.names {
					if sentence := x.Report().Sentence; !strings.Contains(sentence, name) {
						t.Errorf("%s, %s: not %s: %s", w.recording, v.name, name, sentence)
					}
				}
			}
		}
	})
	for i, v := range variants {
		t.Logf("%s: of %d nobody is named", v.name, silent[i])
		if silent[i] > v.silent {
			t.Errorf("%s: of %d recordings nobody is named, of %d at most it should be", v.name, silent[i], v.silent)
		}
	}
}

func TestFewRequestsTellASlowPodAndAccuseNoHealthyOne(t *testing.T) {
	right, accused, rounds := 0, 0, rounds.Of(t, 100)
	for seed := range uint64(rounds) {
		for _, by := range []float32{1, 3.5} {
			w := newWorld(seed+9000, 3)
			models := []model{{name: "a", compute: 9 * time.Millisecond}, {name: "b", compute: 14 * time.Millisecond}, {name: "c", compute: 5 * time.Millisecond}}
			w.each(models, 5, func(r *request, x *run) {
				if r.pod == "triton-2" {
					x.times[Infer] *= by
				}
			})
			who := named(w.c)
			switch {
			case by == 1 && who != "":
				accused++
				t.Logf("seed %d: %s", seed, w.c.Report().Sentence)
			case by > 1 && strings.HasPrefix(who, "pod infer triton-2"):
				right++
			case by > 1:
				t.Logf("seed %d: %q", seed, who)
			}
		}
	}
	if accused > 0 || right < rounds*85/100 {
		t.Errorf("of %d sites with 15 requests a pod %d slow pods are named, %d healthy sites accused", rounds, right, accused)
	}
}

func TestAPodThatComputesSlowlyIsToldBeforeTheQueuesOfItsModels(t *testing.T) {
	w := newWorld(1, 2)
	w.each([]model{{name: "a", compute: 10 * time.Millisecond, queue: 60 * time.Millisecond}}, 80, func(r *request, x *run) {
		if r.pod == "triton-1" {
			x.times[Infer] *= 3
		}
	})
	found := newSite(w.c).findings()
	if len(found) != 2 || found[0].Kind != KindPod || found[1].Kind != KindModel || found[1].Excess < found[0].Excess {
		t.Errorf("%d findings: %+v", len(found), found)
	}
}

func TestAPodThatFillsItsQueueByComputingSlowlyIsNamedForComputing(t *testing.T) {
	w := newWorld(1, 3)
	w.each([]model{{name: "a", compute: 10 * time.Millisecond}}, 80, func(r *request, x *run) {
		if r.pod == "triton-1" {
			x.times[Infer] *= 2
			x.times[Queue] += float32(400 * time.Millisecond)
		}
	})
	if got := named(w.c); got != "pod infer triton-1 a  " {
		t.Errorf("%q", got)
	}
}

func TestOneLongQueueHidesNobody(t *testing.T) {
	w := newWorld(1, 3)
	w.each([]model{{name: "a", compute: 10 * time.Millisecond}}, 40, func(r *request, x *run) {
		if r.pod == "triton-1" {
			x.times[Infer] *= 4
		}
	})
	w.each([]model{{name: "b", compute: 10 * time.Millisecond, queue: 2 * time.Second}}, 80, nil)
	found := newSite(w.c).findings()
	if len(found) != 2 || found[0].Model != "b" || found[1].Pod != "triton-1" || found[1].Excess > 0.01*newSite(w.c).total {
		t.Errorf("%+v", found)
	}
}

func TestRequestsThatWaitForAServerThatCannotBeReachedAreTold(t *testing.T) {
	f, err := os.Open("testdata/w-gateway-mute.otlp.jsonl.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	c, err := ReadFile(f, "", Window{})
	if err != nil {
		t.Fatal(err)
	}
	if got := newSite(c).findings(); len(got) != 1 || len(got[0].Evidence) != 2 || !strings.Contains(got[0].Evidence[1], "may not be reached") {
		t.Errorf("%+v", got)
	}
}

func TestAHealthySentenceSaysWhereAPhaseIsLongWithFewRequestsOnly(t *testing.T) {
	w := newWorld(1, 2)
	n := 0
	w.each([]model{{name: "m", compute: 8 * time.Millisecond, queue: 50 * time.Microsecond}}, 60, func(r *request, x *run) {
		if n++; n%20 == 0 {
			x.times[Queue] += float32(900 * time.Millisecond)
		}
	})
	if got := w.c.Report(); got.Verdict != "none" || !strings.Contains(got.Sentence, "server queue (of few requests: the median is ") {
		t.Errorf("%s: %s", got.Verdict, got.Sentence)
	}
}
