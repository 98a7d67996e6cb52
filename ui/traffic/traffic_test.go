package traffic

import (
	"context"
	"math"
	"net/http/httptest"
	"testing"
	"time"

	"supersonic/ui/fakesite"
	"supersonic/ui/payload"
	"supersonic/ui/source"
)

var (
	noon   = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	models = []string{"add_sub", "tau_id", "chain", "flaky"}
)

func ask(t *testing.T, p *fakesite.Prometheus) source.Prometheus {
	t.Helper()
	s := httptest.NewServer(p)
	t.Cleanup(s.Close)
	return source.Prometheus{Client: source.NewClient(source.Server{Name: "prometheus", URL: s.URL})}
}

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-6*math.Max(math.Abs(a), math.Abs(b))+1e-9 }

// calls is what every edge of fakesite.Site carries in a second.
func calls(gateway, server int) float64 {
	sum := 0.0
	for i := range models {
		sum += float64(10+5*server+2*gateway) / float64(i+1)
	}
	return sum
}

func last(length time.Duration) Window { return Window{noon.Add(-length), noon} }

func TestCountsAreTheDifferenceOfTwoScrapes(t *testing.T) {
	q := ask(t, &fakesite.Prometheus{Counters: fakesite.Site(2, 2, models, noon.Add(-2*time.Hour)), Started: noon.Add(-time.Hour - 3*time.Second)})
	m, err := Map(context.Background(), q, last(time.Minute), Filter{})
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Nodes) != 4 || len(m.Edges) != 4 || m.Window.Source != "counters" {
		t.Fatalf("%d nodes, %d edges from %s", len(m.Nodes), len(m.Edges), m.Window.Source)
	}
	for i, e := range m.Edges {
		if want := calls(i/2, i%2) * 60; !near(e.Traffic.Requests, want) {
			t.Errorf("%s to %s: %v requests in a minute, sent %v", e.From, e.To, e.Traffic.Requests, want)
		}
	}
	if from, to := *m.Window.CountedFromMs, *m.Window.CountedToMs; to != float64(noon.Add(-3*time.Second).UnixMilli()) || to-from != 60_000 {
		t.Errorf("counted from %v to %v, the last scrape was 3 s before noon", from, to)
	}
	server := m.Nodes[2]
	if want := (calls(0, 0) + calls(1, 0)) * 60; server.ID != "supersonic-triton-0" || !near(server.Traffic.Requests, want) {
		t.Errorf("server %s: %v, want %v", server.ID, server.Traffic.Requests, want)
	}
}

func TestAGatewayThatCameWithinTheWindowIsCountedFromItsFirstScrape(t *testing.T) {
	// Its counters are at zero 20 s before noon; Prometheus knows it since then.
	q := ask(t, &fakesite.Prometheus{Counters: fakesite.Site(1, 1, models, noon.Add(-20*time.Second)), Started: noon.Add(-20 * time.Second)})
	m, err := Map(context.Background(), q, last(5*time.Minute), Filter{})
	if err != nil {
		t.Fatal(err)
	}
	got := m.Edges[0].Traffic
	if want := calls(0, 0) * 20; !near(got.Requests, want) || !near(got.PerSecond, calls(0, 0)) {
		t.Errorf("%v requests at %v/s, sent %v at %v/s", got.Requests, got.PerSecond, want, calls(0, 0))
	}
}

func TestAPrometheusThatCameLateDoesNotCountWhatWasBefore(t *testing.T) {
	// The gateway has counted for two hours when it is first scraped, 30 s before noon.
	q := ask(t, &fakesite.Prometheus{Counters: fakesite.Site(1, 1, models, noon.Add(-2*time.Hour)), Started: noon.Add(-30 * time.Second)})
	m, err := Map(context.Background(), q, last(5*time.Minute), Filter{})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := m.Edges[0].Traffic.Requests, calls(0, 0)*30; !near(got, want) {
		t.Errorf("%v requests since the first scrape, sent %v", got, want)
	}
}

func TestAGatewayThatBeganWithinTheWindowCountsFromItsBeginning(t *testing.T) {
	// It began 33 s before noon and was first scraped 3 s later.
	counters := fakesite.Site(1, 1, models, noon.Add(-33*time.Second))
	counters = append(counters, fakesite.Counter{
		Labels: map[string]string{"__name__": startTime, "pod": "supersonic-envoy-0"}, Gauge: float64(noon.Add(-33 * time.Second).Unix()),
	})
	q := ask(t, &fakesite.Prometheus{Counters: counters, Started: noon.Add(-30 * time.Second)})
	m, err := Map(context.Background(), q, last(5*time.Minute), Filter{})
	if err != nil {
		t.Fatal(err)
	}
	got := m.Edges[0].Traffic
	if want := calls(0, 0) * 33; !near(got.Requests, want) || !near(got.PerSecond, calls(0, 0)) {
		t.Errorf("%v requests at %v/s since the beginning, sent %v at %v/s", got.Requests, got.PerSecond, want, calls(0, 0))
	}
}

func TestAScrapeThatFailedBeforeTheWindowDoesNotCountAllThatEverWas(t *testing.T) {
	// The last scrape before the window brought nothing: the series were stale then.
	q := ask(t, &fakesite.Prometheus{Counters: fakesite.Site(1, 1, models, noon.Add(-2*time.Hour)), Started: noon.Add(-time.Hour), Failed: noon.Add(-time.Minute)})
	m, err := Map(context.Background(), q, last(time.Minute), Filter{})
	if err != nil {
		t.Fatal(err)
	}
	// What was counted since the last scrape that did not fail, 5 s more.
	if got, want := m.Edges[0].Traffic.Requests, calls(0, 0)*65; !near(got, want) {
		t.Errorf("%v requests in a minute, sent %v", got, want)
	}
}

func TestAGatewayThatRestartedAsTheWindowBeganIsCountedAnew(t *testing.T) {
	counters := fakesite.Site(1, 1, models, noon.Add(-2*time.Hour))
	for i := range counters {
		counters[i].Again = noon.Add(-58 * time.Second) // after the last scrape before the window, before the first in it
	}
	q := ask(t, &fakesite.Prometheus{Counters: counters, Started: noon.Add(-time.Hour)})
	m, err := Map(context.Background(), q, last(time.Minute), Filter{})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := m.Edges[0].Traffic.Requests, calls(0, 0)*58; !near(got, want) {
		t.Errorf("%v requests since the restart, sent %v", got, want)
	}
}

func TestAModelThatIsNewAtAKnownGatewayCountsFromZero(t *testing.T) {
	counters := fakesite.Site(1, 1, models[:1], noon.Add(-2*time.Hour))
	counters = append(counters, fakesite.Counter{PerSecond: 7, From: noon.Add(-10 * time.Second), Labels: map[string]string{
		"__name__": requests, "pod": "supersonic-envoy-0", "server": "supersonic-triton-0", "model": "new", "method": "ModelInfer", "code": "OK"}})
	q := ask(t, &fakesite.Prometheus{Counters: counters, Started: noon.Add(-time.Hour)})
	got, err := Models(context.Background(), q, last(time.Minute), Filter{}, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range got.Models {
		if row.Model == "new" && row.Server == "" && near(row.Traffic.Requests, 70) {
			return
		}
	}
	t.Errorf("no row with the 70 requests of the new model: %+v", got.Models)
}

func TestMeanLatenciesAndFailuresAreByModelAndServer(t *testing.T) {
	q := ask(t, &fakesite.Prometheus{Counters: fakesite.Site(2, 2, models, noon.Add(-2*time.Hour)), Started: noon.Add(-time.Hour)})
	got, err := Models(context.Background(), q, last(time.Minute), Filter{}, "supersonic-triton-1")
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Models) != len(models) {
		t.Fatalf("%d rows of %d models at one server", len(got.Models), len(models))
	}
	rows := map[string]payload.ModelRow{}
	for _, r := range got.Models {
		rows[r.Model] = r
	}
	flaky := rows["flaky"]
	if want := .004 * 4 * 1.3 * 1e3; !near(*flaky.Traffic.LatencyMs, want) {
		t.Errorf("mean latency %v ms, want %v", *flaky.Traffic.LatencyMs, want)
	}
	if want := flaky.Traffic.Requests / 50; !near(flaky.Traffic.Failed, want) || flaky.Codes[0].Code != "OK" || flaky.Codes[1].Code != "INTERNAL" {
		t.Errorf("%v failed, want %v; codes %v", flaky.Traffic.Failed, want, flaky.Codes)
	}
}

func TestTheEstimateStandsBesideTheCountWithItsError(t *testing.T) {
	q := ask(t, &fakesite.Prometheus{Counters: fakesite.Site(1, 1, models, noon.Add(-2*time.Hour)), Started: noon.Add(-time.Hour)})
	m, err := Map(context.Background(), q, last(time.Minute), Filter{})
	if err != nil {
		t.Fatal(err)
	}
	got := m.Edges[0].Traffic
	estimate := calls(0, 0) * 60 * 1.02
	if !near(*got.Estimate, estimate) || !near(*got.EstimateError, math.Sqrt(estimate*9)) || !near(*m.Window.SampledShare, .1) {
		t.Errorf("estimate %v ± %v at a share of %v", *got.Estimate, *got.EstimateError, *m.Window.SampledShare)
	}
}

func TestBehindARealEnvoyTheMapIsAnEstimateAndSaysSo(t *testing.T) {
	var graph []fakesite.Counter
	for _, c := range fakesite.Site(2, 2, models, noon.Add(-2*time.Hour)) {
		if c.Labels["client"] != "" {
			graph = append(graph, c)
		}
	}
	graph = append(graph, fakesite.Counter{PerSecond: 3, From: noon.Add(-time.Hour), Labels: map[string]string{"__name__": graphTotal, "client": "user", "server": "supersonic-envoy-0"}})
	q := ask(t, &fakesite.Prometheus{Counters: graph, Started: noon.Add(-time.Hour)})
	m, err := Map(context.Background(), q, last(time.Minute), Filter{})
	if err != nil {
		t.Fatal(err)
	}
	if m.Window.Source != "sampled traces" || len(m.Nodes) != 4 || len(m.Edges) != 4 {
		t.Fatalf("%d nodes and %d edges from %s", len(m.Nodes), len(m.Edges), m.Window.Source)
	}
	if e := m.Edges[0].Traffic; !near(e.Requests, calls(0, 0)*60*1.02) || !near(*e.ServerMs, 4) {
		t.Errorf("%v requests, %v ms", e.Requests, *e.ServerMs)
	}
}

func TestAnIdleSiteShowsItsPodsAndTheNextStep(t *testing.T) {
	var idle []fakesite.Counter
	for _, c := range fakesite.Site(1, 2, models, noon.Add(-2*time.Hour)) {
		if c.Gauge != 0 {
			idle = append(idle, c)
		}
	}
	q := ask(t, &fakesite.Prometheus{Counters: idle, Started: noon.Add(-time.Hour)})
	m, err := Map(context.Background(), q, last(time.Minute), Filter{})
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Nodes) != 3 || m.Next == "" || !*m.Nodes[1].Ready {
		t.Errorf("%d nodes, next step %q", len(m.Nodes), m.Next)
	}
}

func TestACounterThatFellIsCountedScrapeByScrape(t *testing.T) {
	f := func(before float64, values []float64, want float64) {
		t.Helper()
		var samples []source.Sample
		for _, v := range values {
			samples = append(samples, source.Sample{Value: v})
		}
		if got := growth(before, samples); got != want {
			t.Errorf("%v then %v grew by %v, want %v", before, values, got, want)
		}
	}
	f(10, []float64{15, 20}, 10)
	f(10, []float64{15, 3, 8}, 13)
	f(0, []float64{4}, 4)
	f(100, []float64{2, 2, 1}, 3)
	f(5, nil, 0)
}

func TestChartsHaveAPointAtEveryStepAndGapsWhereNothingIsKnown(t *testing.T) {
	q := ask(t, &fakesite.Prometheus{Counters: fakesite.Site(1, 2, models, noon.Add(-2*time.Hour)), Started: noon.Add(-2 * time.Minute)})
	got, err := Charts(context.Background(), q, last(5*time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Charts) != 4 {
		t.Fatalf("%d charts", len(got.Charts))
	}
	c := got.Charts[0]
	if len(c.TimesMs) != 61 || len(c.Series) != 2 || c.Series[0].Label != "supersonic-triton-0" {
		t.Fatalf("%d points, %d series", len(c.TimesMs), len(c.Series))
	}
	if first, last := c.Series[0].Values[0], c.Series[0].Values[60]; first != nil || last == nil {
		t.Errorf("before the first scrape %v, now %v", first, last)
	}
}
