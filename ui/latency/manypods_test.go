package latency

import (
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"supersonic/internal/rounds"
	"supersonic/ui/fakesite/fleet"
)

var told = regexp.MustCompile(`(?m)^(nv_inference_\w+)\{.*?model="(\w+)".*\} (\S+)$`)

// scraped are the counters of a fleet's servers.
func scraped(t *testing.T, f *fleet.Fleet) []Counter {
	var list []Counter
	for _, pod := range f.Pods() {
		answer := httptest.NewRecorder()
		pod.Metrics.ServeHTTP(answer, httptest.NewRequest("GET", "/metrics", nil))
		for _, m := range told.FindAllStringSubmatch(answer.Body.String(), -1) {
			v, err := strconv.ParseFloat(m[3], 64)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, Counter{m[1], m[2], pod.Name, v})
		}
	}
	return list
}

// ofFleet takes in what a site of 200 servers sent in some seconds.
func ofFleet(o fleet.Options, seconds int) (*fleet.Fleet, *Collector) {
	noon := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	o.Gateways, o.Servers, o.Models, o.Start = 2, 200, []string{"jet_tag", "tau_id", "vertex"}, noon
	f := fleet.New(o)
	c := NewCollector(Window{})
	c.Add(f.Until(noon.Add(time.Duration(seconds) * time.Second)))
	return f, c
}

func TestModelsOfManyPodsWithFewSpansEachAreComparedOverAllPods(t *testing.T) {
	f, c := ofFleet(fleet.Options{Seed: 3, PerSecond: 5000, Sampling: 0.01}, 40)
	got := c.Counters(scraped(t, f), 0, 0, AllStored)
	if len(got.Rows) != 3 || !got.Agree || !strings.HasPrefix(got.Sentence, "Triton's counters agree with the spans: queue, input, compute and output of 3 models, each over all its pods.") {
		t.Errorf("%d rows: %s", len(got.Rows), got.Sentence)
	}
	requests := 0.0
	for _, sent := range f.Sent() {
		requests += sent.Requests - sent.Failed
	}
	counted := 0.0
	for _, r := range got.Rows {
		if counted += r.Requests; r.Pod != "" || !r.Comparing {
			t.Errorf("%s on %q: %+v", r.Model, r.Pod, r)
		}
	}
	if counted != requests {
		t.Errorf("%v requests counted, sent %v", counted, requests)
	}
}

func TestPodsWithManySpansAreComparedOneByOne(t *testing.T) {
	f, c := ofFleet(fleet.Options{Seed: 3, PerSecond: 500, Sampling: 1}, 60)
	got := c.Counters(scraped(t, f), 0, 0, AllStored)
	if len(got.Rows) != 600 || !strings.Contains(got.Sentence, "of 600 pairs of model and pod") {
		t.Errorf("%d rows: %s", len(got.Rows), got.Sentence)
	}
}

func TestASlowPodOfTwoHundredIsNamedAtEachSampling(t *testing.T) {
	for _, o := range []fleet.Options{{Seed: 1, PerSecond: 200, Sampling: 1}, {Seed: 2, PerSecond: 20_000, Sampling: 0.01}, {Seed: 4, PerSecond: 100, Sampling: 1}} {
		f, c := ofFleet(o, 30)
		if got := c.Report(); len(got.Findings) != 1 || got.Findings[0].Pod != f.Slow || got.Findings[0].Phase != "infer" {
			t.Errorf("%+v: %s, %d findings; slow is %s", o, got.Sentence, len(got.Findings), f.Slow)
		}
	}
}

func TestNoneOfTwoHundredAlikePodsIsAccused(t *testing.T) {
	for seed := range rounds.Of(t, 12) {
		o := fleet.Options{Seed: uint64(100 + seed), PerSecond: []float64{20, 60, 200, 800}[seed%4], Sampling: 1, Even: true}
		_, c := ofFleet(o, 20)
		if got := c.Report(); len(got.Findings) > 0 {
			t.Errorf("%+v: %s", o, got.Sentence)
		}
	}
}
