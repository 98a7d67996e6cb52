package latency

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"supersonic/ui/payload"
)

// reported is the report of a made-up hour, held against the one before it.
func reported(before, now func(r *request, x *run)) payload.Latency {
	models := []model{{name: "m", compute: 8 * time.Millisecond, queue: 200 * time.Microsecond},
		{name: "ens", steps: []model{{name: "s0", compute: 3 * time.Millisecond}, {name: "s1", compute: 4 * time.Millisecond}}}}
	made := func(seed uint64, change func(r *request, x *run)) *Collector {
		w := newWorld(seed, 2)
		w.each(models, 30, change)
		return w.c
	}
	c := made(2, now)
	out := c.Report()
	c.Before(made(1, before), "the time before", &out)
	return out
}

func TestATimeBeforeTellsWhatHasBecomeSlowFromWhatAlwaysWas(t *testing.T) {
	well := func(*request, *run) {}
	longStep := func(_ *request, x *run) {
		if x.model == "s1" {
			x.times[Infer] += float32(50 * time.Millisecond)
		}
	}
	slowPod := func(r *request, x *run) {
		if r.pod == "triton-1" {
			x.times[Infer] *= 4
		}
	}
	longQueue := func(_ *request, x *run) {
		if x.model == "m" {
			x.times[Queue] += float32(60 * time.Millisecond)
		}
	}
	gateway := func(r *request, x *run) {
		if len(r.runs) == 0 {
			r.times[Gateway] += float32(90 * time.Millisecond)
		}
	}
	far := func(r *request, x *run) {
		if len(r.runs) == 0 {
			r.times[Network] += float32(90 * time.Millisecond)
		}
	}
	f := func(kind string, slow func(r *request, x *run)) {
		t.Helper()
		for _, was := range []struct {
			before func(r *request, x *run)
			word   string
		}{{well, "it has become so"}, {slow, "was as long before"}} {
			got := reported(was.before, slow)
			if len(got.Findings) != 1 || got.Findings[0].Kind != kind {
				t.Fatalf("%s: %+v", kind, got.Findings)
			}
			if last := got.Findings[0].Evidence[len(got.Findings[0].Evidence)-1]; !strings.Contains(last, was.word) {
				t.Errorf("%s: not %q: %s", kind, was.word, last)
			}
			if got.Sentence != got.Findings[0].Sentence {
				t.Errorf("%s: the page says %s, its finding %s", kind, got.Sentence, got.Findings[0].Sentence)
			}
		}
	}
	f(KindStep, longStep)
	f(KindPod, slowPod)
	f(KindModel, longQueue)
	f(KindGateway, gateway)
	f(KindNetwork, far)
	if got := reported(well, longStep).Sentence; !strings.Contains(got, "It has become so: it was ") {
		t.Error(got)
	}
	if got := reported(longStep, longStep).Sentence; !strings.Contains(got, "It was as long, ") {
		t.Error(got)
	}
}

// A pod may be slow with some models more than with others: what is told of the time
// before is of the same requests as the numbers of the sentence.
func TestATimeBeforeTellsOfTheModelThatThePodIsNamedFor(t *testing.T) {
	slow := func(r *request, x *run) {
		if r.pod != "triton-1" {
			return
		}
		switch x.model {
		case "m":
			x.times[Infer] += float32(30 * time.Millisecond)
		case "s0":
			x.times[Infer] += float32(3 * time.Millisecond)
		}
	}
	f := reported(func(*request, *run) {}, slow).Findings[0]
	takes := regexp.MustCompile(`compute for m takes ([\d.]+ ms) there, .* the ([\d.]+) ms of the other pod`).FindStringSubmatch(f.Sentence)
	became := regexp.MustCompile(`it has become so: compute for m was ([\d.]+) ms in .*, and is ([\d.]+ ms) now`).FindStringSubmatch(f.Evidence[len(f.Evidence)-1])
	if takes == nil || became == nil {
		t.Fatalf("%s\n%q", f.Sentence, f.Evidence)
	}
	if became[2] != takes[1] {
		t.Errorf("the sentence says %s, the evidence %s", takes[1], became[2])
	}
	was, _ := strconv.ParseFloat(became[1], 64)
	if elsewhere, _ := strconv.ParseFloat(takes[2], 64); was < 0.8*elsewhere || was > 1.25*elsewhere {
		t.Errorf("it was %v ms before, elsewhere %v", was, elsewhere)
	}
}

func TestATimeBeforeWithFewRequestsSaysNothing(t *testing.T) {
	c := recorded(t, "slow-step", "")
	out := c.Report()
	want := len(out.Findings[0].Evidence)
	c.Before(NewCollector(Window{}), "the time before", &out)
	if got := out.Findings[0].Evidence; len(got) != want {
		t.Errorf("%q", got)
	}
}
