package latency

import (
	"math"
	"os"
	"strings"
	"sync"
	"testing"

	"supersonic/ui/payload"
)

// recordings are those that were read, by name and filter: a Report changes nothing.
var recordings sync.Map

// recorded reads a recording of bench/latency.
func recorded(t testing.TB, name, filter string) *Collector {
	t.Helper()
	key := [2]string{name, filter}
	if c, ok := recordings.Load(key); ok {
		return c.(*Collector)
	}
	f, err := os.Open("testdata/" + name + ".otlp.jsonl.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	c, err := ReadFile(f, filter, Window{})
	if err != nil {
		t.Fatal(err)
	}
	recordings.Store(key, c)
	return c
}

func TestTheSentenceNamesTheCulpritOfRecordedSites(t *testing.T) {
	f := func(name, kind, phase string, words ...string) {
		t.Helper()
		got := recorded(t, name, "").Report()
		if got.Verdict != "found" || len(got.Findings) != 1 {
			t.Errorf("%s: %s: %d findings: %s", name, got.Verdict, len(got.Findings), got.Sentence)
			return
		}
		first := got.Findings[0]
		if first.Kind != kind || first.Phase != phase {
			t.Errorf("%s: %s %s: %s", name, first.Kind, first.Phase, first.Sentence)
		}
		for _, w := range words {
			if !strings.Contains(got.Sentence, w) {
				t.Errorf("%s: the sentence lacks %q: %s", name, w, got.Sentence)
			}
		}
		if len(first.Examples) != 3 || first.Query == "" || len(first.Evidence) == 0 {
			t.Errorf("%s: %d examples, query %q, evidence %q", name, len(first.Examples), first.Query, first.Evidence)
		}
	}

	f("slow-pod", "pod", "infer", "Pod supersonic-triton-1 is slow", "4 of 4 models", "the other 2 pods")

	f("slow-pod-of-two-busy", "pod", "infer", "Pod supersonic-triton-0 is slow", "the other pod")

	f("slow-pod-one-model", "pod", "infer", "Pod supersonic-triton-2 is slow: compute for tagger", "the other models are not slower there")

	f("slow-pod-in-ensemble", "pod", "infer", "Pod supersonic-triton-1 is slow: compute for fit in reco")

	f("long-queue", "model", "queue", "Model calib has a long queue")

	f("batching-delay", "model", "queue", "Model tagger has a long queue")

	f("slow-step", "step", "infer", "Step fit of ensemble reco is slow")

	f("slow-step-queue", "step", "queue", "Step fit of ensemble reco is slow")
}

func TestNobodyIsNamedOnHealthyRecordedSites(t *testing.T) {
	for _, name := range []string{"healthy", "healthy-sampled", "healthy-uneven-steps", "healthy-failing"} {
		got := recorded(t, name, "").Report()
		if got.Verdict != "none" || len(got.Findings) > 0 || !strings.HasPrefix(got.Sentence, "No pod, model or step stands out") {
			t.Errorf("%s: %s: %s", name, got.Verdict, got.Sentence)
		}
	}
}

func TestABatchersDelayIsToldFromALoad(t *testing.T) {
	for name, word := range map[string]string{"batching-delay": "max_queue_delay_microseconds", "long-queue": "more instances"} {
		evidence := strings.Join(recorded(t, name, "").Report().Findings[0].Evidence, "\n")
		if !strings.Contains(evidence, word) {
			t.Errorf("%s: no word of %s: %s", name, word, evidence)
		}
	}
}

func TestPhasesOfARecordedRequestAddUpToIt(t *testing.T) {
	c := recorded(t, "healthy", "")
	for i := range c.requests {
		r := &c.requests[i]
		sum := float32(0)
		for _, ns := range r.times {
			sum += ns
		}
		if math.Abs(float64(sum-r.total)) > 2000 {
			t.Errorf("trace %x: phases %v add up to %v of %v", r.trace, r.times, sum, r.total)
		}
	}
	if n := c.Counts(); n.Split < 400 || n.Silent == 0 || n.Traces != n.Split+n.Silent {
		t.Errorf("counts %+v", n)
	}
}

func TestWhatTheHeadSampledStandsForAllRequests(t *testing.T) {
	c := recorded(t, "healthy-sampled", "")
	n := c.Counts()
	if w := n.Estimated / float64(n.Traces); math.Abs(w-1/0.3) > 0.01 {
		t.Errorf("a trace stands for %v requests at a rate of 0.3", w)
	}
	r := c.Report()
	if math.Abs(r.All[0].Estimated/float64(r.All[0].Requests)-1/0.3) > 0.01 {
		t.Errorf("%d requests stand for %v", r.All[0].Requests, r.All[0].Estimated)
	}
}

func TestFailedRequestsAreCountedAndNotSplit(t *testing.T) {
	r := recorded(t, "healthy-failing", "").Report()
	if r.Rests.Failed < 15 || len(r.Rests.FailedOf) != 1 || r.Rests.FailedOf[0].Model != "calib" {
		t.Errorf("failed %d, of %v", r.Rests.Failed, r.Rests.FailedOf)
	}
}

func TestAFilterKeepsTheTracesThatHaveSuchASpan(t *testing.T) {
	r := recorded(t, "slow-pod", `{ resource.service.name = "supersonic-triton-0" && span.triton.model_name = "fit" }`).Report()
	if len(r.Models) != 1 || r.Models[0].Model != "reco" || len(r.Pods) != 1 || r.Verdict != "few" && r.Verdict != "none" {
		t.Errorf("models %d, pods %d, %s", len(r.Models), len(r.Pods), r.Verdict)
	}
	f, err := os.Open("testdata/healthy.otlp.jsonl.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := ReadFile(f, "{ duration > }", Window{}); err == nil {
		t.Error("a wrong filter was taken")
	}
}

func countersOf(t *testing.T, name string) []Counter {
	t.Helper()
	f, err := os.Open("testdata/" + name + ".counters.json")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	list, err := ReadCounters(f)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestTritonsCountersAgreeWithTheSpansPerRequestAlsoUnderBatching(t *testing.T) {
	for _, name := range []string{"slow-pod", "batching-delay", "long-queue", "slow-step"} {
		got := recorded(t, name, "").Counters(countersOf(t, name), 0, 0, AllStored)
		agree := 0
		for _, r := range got.Rows {
			if r.Comparing && r.Agree {
				agree++
			}
			if !r.Agree && r.Reason == "" {
				t.Errorf("%s: %s on %s differs without a reason: %+v", name, r.Model, r.Pod, r.Phases)
			}
		}
		if agree*10 < len(got.Rows)*7 {
			t.Errorf("%s: only %d of %d agree: %s", name, agree, len(got.Rows), got.Sentence)
		}
	}
}

// Where a store was read too slowly, the gateway and Triton are not to blame for what lacks.
func TestCountersBesideSomeOfTheTracesBlameNobodyForTheRest(t *testing.T) {
	list := countersOf(t, "slow-pod")
	for i := range list {
		list[i].By *= 4 // as if a quarter of the traces had been read
	}
	got := recorded(t, "slow-pod", "").Counters(list, 0, 0, OfSomeRead)
	for _, r := range got.Rows {
		if r.Reason != "not all traces of this time are taken in, the counters are of all" {
			t.Errorf("%s on %s: %q", r.Model, r.Pod, r.Reason)
		}
	}
	if len(got.Rows) == 0 || strings.Contains(got.Sentence, "lost") {
		t.Error(got.Sentence)
	}
}

func TestTheMeanOfACountersIsPerRequestNotPerExecution(t *testing.T) {
	got := recorded(t, "batching-delay", "").Counters(countersOf(t, "batching-delay"), 0, 0, AllStored)
	for _, r := range got.Rows {
		if r.Model != "tagger" {
			continue
		}
		if r.PerBatch <= 1.01 {
			t.Errorf("%s: %v requests a batch: the recording has no batches", r.Pod, r.PerBatch)
		}
		if queue := r.Phases[0]; queue.CountersMs < 90 || queue.CountersMs > 250 {
			t.Errorf("a queue of %v ms", queue.CountersMs)
		}
	}
}

func TestTwoPodsAreComparedWithOneMixOfModels(t *testing.T) {
	c := recorded(t, "slow-pod", "")
	got := Against(c.OnPod("supersonic-triton-0"), c.OnPod("supersonic-triton-1"), "pods", "pod supersonic-triton-0", "pod supersonic-triton-1")
	clear := map[string]payload.LatencyChanged{}
	for _, r := range got.Rows {
		clear[r.Model] = r
	}
	for _, m := range []string{"tagger", "calib", "reco"} {
		if !clear[m].Clear || clear[m].Median.MoreMs < 15 {
			t.Errorf("%s: %+v", m, clear[m])
		}
	}
	if !strings.Contains(got.Sentence, "clear") && !strings.Contains(got.Sentence, "longer") {
		t.Error(got.Sentence)
	}
	same := Against(c.OnPod("supersonic-triton-0"), c.OnPod("supersonic-triton-2"), "pods", "a", "b")
	for _, r := range same.Rows {
		if r.Model == "tagger" && r.Clear && math.Abs(r.Median.MoreMs) > 5 {
			t.Errorf("equal pods differ: %+v", r)
		}
	}
}

// A filter leaves models and pods without spans: the counters have these all the same.
func TestCountersBesideAFilterNameWhatWasComparedAndSayThatTheyCountOthers(t *testing.T) {
	all, pod := recorded(t, "slow-pod", ""), ""
	for _, r := range all.Counters(countersOf(t, "slow-pod"), 0, 0, AllStored).Rows {
		pod = max(pod, r.Pod)
	}
	list := countersOf(t, "slow-pod")
	for i := range list {
		if list[i].Metric == counterQueue {
			list[i].By *= 3 // so that what is compared differs
		}
	}
	got := recorded(t, "slow-pod", `{ resource.service.name = "`+pod+`" }`).Counters(list, 0, 0, OfFilter)
	compared := 0
	for _, r := range got.Rows {
		if name := r.Model + " on " + r.Pod; r.Comparing {
			compared++
		} else if strings.Contains(got.Sentence, name) {
			t.Errorf("%s was not compared: %s", name, got.Sentence)
		}
	}
	if compared == 0 || compared == len(got.Rows) {
		t.Fatalf("%d of %d rows are compared", compared, len(got.Rows))
	}
	const why = "The filter takes some of the requests, the counters are of all: the two count different requests."
	if !strings.Contains(got.Sentence, " differ for ") || !strings.HasSuffix(got.Sentence, why) {
		t.Error(got.Sentence)
	}
}
