package traffic

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"supersonic/ui/fakesite"
	"supersonic/ui/payload"
)

func site(gateways, servers int) *fakesite.Prometheus {
	return &fakesite.Prometheus{Counters: fakesite.Site(gateways, servers, models, noon.Add(-2*time.Hour)), Started: noon.Add(-time.Hour)}
}

func drawn(t *testing.T, p *fakesite.Prometheus, f Filter) payload.Map {
	t.Helper()
	m, err := Map(context.Background(), ask(t, p), last(time.Minute), f)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestTwoHundredPodsFoldIntoOneThatOpens(t *testing.T) {
	p := site(2, 200)
	p.Started = noon.Add(-2 * time.Minute)
	shut := drawn(t, p, Filter{})
	if len(shut.Nodes) != 3 || len(shut.Edges) != 2 {
		t.Fatalf("%d nodes, %d edges", len(shut.Nodes), len(shut.Edges))
	}
	group := shut.Nodes[2]
	if group.ID != "supersonic-triton" || group.Pods != 200 || !near(*group.Share, 1) || *group.Ready != true {
		t.Errorf("%+v", group)
	}
	want := 0.0
	for s := range 200 {
		want += (calls(0, s) + calls(1, s)) * 60
	}
	if !near(group.Traffic.Requests, want) {
		t.Errorf("%v requests of all, sent %v", group.Traffic.Requests, want)
	}
	open := drawn(t, p, Filter{Open: []string{"supersonic-triton"}})
	if len(open.Nodes) != 202 || len(open.Edges) != 400 || open.Nodes[2].Group != "supersonic-triton" {
		t.Errorf("%d nodes, %d edges when opened, the first server of %q", len(open.Nodes), len(open.Edges), open.Nodes[2].Group)
	}
}

func TestAPartOfANameLeavesItsPodsAndWhoTheyTalkTo(t *testing.T) {
	p := site(2, 4)
	p.Started = noon.Add(-2 * time.Minute)
	for part, want := range map[string][2]int{"": {2, 4}, "triton-1": {2, 1}, "envoy-0": {1, 4}, "supersonic": {2, 4}, "nosuch": {0, 0}} {
		var got [2]int
		for _, n := range drawn(t, p, Filter{Pods: part}).Nodes {
			got[map[string]int{"gateway": 0, "server": 1}[n.Side]]++
		}
		if got != want {
			t.Errorf("%q leaves %v gateways and servers, want %v", part, got, want)
		}
	}
}

func TestFewPodsAreShownOneByOne(t *testing.T) {
	if m := drawn(t, site(2, foldAbove), Filter{}); len(m.Nodes) != 2+foldAbove || m.Nodes[5].Pods != 1 {
		t.Errorf("%d nodes", len(m.Nodes))
	}
}

func TestQuantilesAreOfTheTraffic(t *testing.T) {
	one := []fakesite.Counter{{Labels: map[string]string{"__name__": "up", "pod": "g"}, Gauge: 1}}
	add := func(name string, rate float64, more ...string) {
		l := map[string]string{"__name__": name, "pod": "g", "server": "s", "model": "m", "method": "ModelInfer", "code": "OK"}
		for i := 0; i < len(more); i += 2 {
			l[more[i]] = more[i+1]
		}
		one = append(one, fakesite.Counter{Labels: l, PerSecond: rate, From: noon.Add(-time.Hour)})
	}
	add(requests, 10)
	for le, rate := range map[string]float64{"0.01": 5, "0.02": 8, "0.04": 9.5, "+Inf": 10} {
		add(durations, rate, "le", le)
	}
	m := drawn(t, &fakesite.Prometheus{Counters: one, Started: noon.Add(-time.Hour)}, Filter{})
	for _, got := range []payload.Traffic{m.Edges[0].Traffic, m.Nodes[0].Traffic, m.Nodes[1].Traffic} {
		if !near(*got.P50Ms, 10) || !near(*got.P90Ms, 20+20*1/1.5) || !near(*got.P99Ms, 40) {
			t.Errorf("p50 %v p90 %v p99 %v", *got.P50Ms, *got.P90Ms, *got.P99Ms)
		}
	}
}

// uneven gives the second of n servers a multiple of what the others get.
func uneven(n int, multiple float64) *fakesite.Prometheus {
	p := site(1, n)
	for i, c := range p.Counters {
		p.Counters[i].PerSecond = 40
		if strings.HasSuffix(c.Labels["server"], "-1") {
			p.Counters[i].PerSecond = 40 * multiple
		}
	}
	return p
}

// sentences are what the map says of those that stand out.
func sentences(m payload.Map) string {
	var all []string
	for _, o := range m.Odd {
		if !strings.HasPrefix(o.Sentence, o.Server+" ") {
			all = append(all, "not of "+o.Server+": ")
		}
		all = append(all, o.Sentence)
	}
	return strings.Join(all, " ")
}

func TestAServerThatGetsMoreThanItsPartIsNamed(t *testing.T) {
	if got := sentences(drawn(t, uneven(3, 3), Filter{})); !strings.HasPrefix(got, "supersonic-triton-1 gets 60 % of the requests; an even split among 3 servers is 33 %.") {
		t.Error(got)
	}
	for _, even := range []float64{1, 1.3, .2} {
		if got := sentences(drawn(t, uneven(3, even), Filter{})); strings.Contains(got, "gets") {
			t.Errorf("%v times: %s", even, got)
		}
	}
}

// oneOf is a site of n servers of which the second is other than the rest: of a series'
// values a second it has a multiple.
func oneOf(n int, multiple float64, of func(c fakesite.Counter) bool) *fakesite.Prometheus {
	p := site(1, n)
	for i, c := range p.Counters {
		rate := map[string]float64{"add_sub": 40, "tau_id": 20, "chain": 10, "flaky": 5}[c.Labels["model"]]
		switch c.Labels["__name__"] {
		case requestSum:
			rate *= 0.01 * rate // what takes long is asked for often
		case requests:
			if c.Labels["code"] != "OK" {
				rate = 0.1
			}
		}
		if strings.HasSuffix(c.Labels["server"], "-1") && of(c) {
			rate *= multiple
		}
		p.Counters[i].PerSecond = rate
	}
	return p
}

// releases gives two of them: one whose servers get what is given, one with three times of it.
func releases(given *fakesite.Prometheus) *fakesite.Prometheus {
	both := *given
	both.Counters = nil
	for release, times := range map[string]float64{"supersonic": 1, "west": 3} {
		for _, c := range given.Counters {
			labels := map[string]string{"release": release}
			for name, value := range c.Labels {
				labels[name] = strings.Replace(value, "supersonic-", release+"-", 1)
			}
			c.Labels = labels
			c.PerSecond *= times
			both.Counters = append(both.Counters, c)
		}
	}
	return &both
}

func TestServersOfOneReleaseAreNotHeldAgainstThoseOfAnother(t *testing.T) {
	m := drawn(t, releases(uneven(3, 1)), Filter{})
	if got := sentences(m); strings.Contains(got, "gets") {
		t.Error(got)
	}
	for _, n := range m.Nodes {
		if n.Side == "server" && (n.Share == nil || n.Even == nil || math.Abs(*n.Share-*n.Even) > 1e-3) {
			t.Errorf("%s has %v of the requests, even is %v", n.ID, *n.Share, *n.Even)
		}
	}
	if got := sentences(drawn(t, releases(uneven(3, 3)), Filter{})); !strings.HasPrefix(got, "west-triton-1 gets 60 % of the requests of west; an even split among 3 servers is 33 %.") {
		t.Error(got)
	}
}

func TestAServerThatFailsMoreThanTheOthersIsNamed(t *testing.T) {
	failures := func(c fakesite.Counter) bool { return c.Labels["code"] == "INTERNAL" }
	if got := sentences(drawn(t, oneOf(40, 30, failures), Filter{})); got != "supersonic-triton-1 fails 3.8 % of its requests, the other servers 0.13 %." {
		t.Error(got)
	}
	for _, usual := range []float64{1, 1.8, 0} {
		if got := sentences(drawn(t, oneOf(40, usual, failures), Filter{})); got != "" {
			t.Errorf("%v times: %s", usual, got)
		}
	}
}

func TestAServerThatIsSlowerAtTheSameModelsIsNamed(t *testing.T) {
	seconds := func(c fakesite.Counter) bool { return c.Labels["__name__"] == requestSum }
	if got := sentences(drawn(t, oneOf(40, 2, seconds), Filter{})); got != "supersonic-triton-1 takes 567 ms a request, the other servers 283 ms for the same models." {
		t.Error(got)
	}
	if got := sentences(drawn(t, oneOf(40, 1.3, seconds), Filter{})); got != "" {
		t.Error(got)
	}
}

func TestAServerOfSlowModelsIsNotSlow(t *testing.T) {
	// The second has hardly any requests of the quick models: a mean request takes thrice as long.
	p := oneOf(4, 1, func(fakesite.Counter) bool { return false })
	for i, c := range p.Counters {
		if c.Labels["__name__"] == requestSum {
			p.Counters[i].PerSecond = map[string]float64{"add_sub": 0.04, "tau_id": 0.02, "chain": 1, "flaky": 0.5}[c.Labels["model"]]
		}
		if strings.HasSuffix(c.Labels["server"], "-1") && (c.Labels["model"] == "add_sub" || c.Labels["model"] == "tau_id") {
			p.Counters[i].PerSecond /= 100
		}
	}
	if got := sentences(drawn(t, p, Filter{})); got != "" {
		t.Error(got)
	}
}

func TestAFilterLeavesOneModelsTraffic(t *testing.T) {
	m := drawn(t, site(1, 1), Filter{Model: "tau_id"})
	if got, want := m.Edges[0].Traffic.Requests, 10.0/2*60; !near(got, want) {
		t.Errorf("%v requests of tau_id, sent %v", got, want)
	}
	if m.Edges[0].Traffic.Estimate != nil {
		t.Error("the service graph knows no models, yet an estimate stands there")
	}
	if fmt.Sprint(m.Models) != "[add_sub chain flaky tau_id]" {
		t.Errorf("to choose from: %v", m.Models)
	}
}

func TestAFilterLeavesPodsByAPartOfTheirName(t *testing.T) {
	m := drawn(t, site(2, 3), Filter{Pods: "triton-1"})
	if len(m.Nodes) != 3 || m.Nodes[2].ID != "supersonic-triton-1" || len(m.Edges) != 2 {
		t.Errorf("%d nodes, %d edges", len(m.Nodes), len(m.Edges))
	}
}

func TestAModelsQueueIsAShareOfItsTimeInTheServers(t *testing.T) {
	m, err := Models(context.Background(), ask(t, site(1, 2)), last(time.Minute), Filter{}, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range m.Models {
		if row.QueueShare == nil || !near(*row.QueueShare, 1./3) {
			t.Errorf("%s at %q: %v", row.Model, row.Server, row.QueueShare)
		}
		if row.Traffic.P90Ms == nil || *row.Traffic.P90Ms <= *row.Traffic.P50Ms {
			t.Errorf("%s at %q: p50 %v, p90 %v", row.Model, row.Server, row.Traffic.P50Ms, row.Traffic.P90Ms)
		}
	}
}

func TestAPodsDeploymentIsReadOffItsName(t *testing.T) {
	for pod, want := range map[string]string{
		"supersonic-triton-12": "supersonic-triton", "sonic-triton-7d9f8b6c5d-x2kqp": "sonic-triton", "10.0.0.7:8001": "10.0.0.7", "lonely": "lonely",
	} {
		if got := groupOf(pod); got != want {
			t.Errorf("%s is of %q, want %q", pod, got, want)
		}
	}
}

func TestAChartOfManyServersShowsTheHighestAndSaysSo(t *testing.T) {
	drawn := func(servers int) payload.Chart {
		c, err := Charts(context.Background(), ask(t, site(2, servers)), last(5*time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		return c.Charts[0]
	}
	if c := drawn(60); len(c.Series) != mostLines || c.Note != "The highest 16 of 60 servers, by their mean over the time." {
		t.Errorf("%d series, %q", len(c.Series), c.Note)
	}
	if c := drawn(mostLines); len(c.Series) != mostLines || c.Note != "" {
		t.Errorf("%d series, %q", len(c.Series), c.Note)
	}
}
