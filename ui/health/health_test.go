package health

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supersonic/ui/fakesite"
	"supersonic/ui/payload"
)

func serve(t *testing.T, h http.Handler) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

func look(t *testing.T, pods func() []Pod, roles ...Role) payload.Status {
	t.Helper()
	w := New(roles, nil, pods)
	t.Cleanup(w.Close)
	return w.Look(context.Background())
}

func TestSpansAreToldByTheirFate(t *testing.T) {
	url := serve(t, fakesite.Metrics(fakesite.GatewayMetrics))
	got := look(t, nil, Role{Name: "gateway", MetricsURL: url, HealthURL: url}).Roles[0]
	want := []payload.Fate{{Fate: "received", Count: 1204}, {Fate: "kept", Count: 1200}, {Fate: "lost", Reason: "queue full", Count: 4}}
	if diff := cmp.Diff(want, got.Spans); diff != "" || got.State != Healthy {
		t.Errorf("%s %s", got.State, diff)
	}
	if diff := cmp.Diff([]payload.Fact{{Label: "requests", Value: 12040, Unit: "count"}}, got.Facts); diff != "" {
		t.Error(diff)
	}
}

func TestTheCollectorsOwnNamesTellTheSameStory(t *testing.T) {
	got := look(t, nil, Role{Name: "collector", MetricsURL: serve(t, fakesite.Metrics(fakesite.CollectorMetrics))}).Roles[0]
	want := []payload.Fate{{Fate: "received", Count: 4650}, {Fate: "kept", Reason: "sent on", Count: 4650}, {Fate: "refused", Reason: "refused by the pipeline"}}
	if diff := cmp.Diff(want, got.Spans); diff != "" {
		t.Error(diff)
	}
}

func TestTheGeneratorsSecondReadingIsNotCountedAgain(t *testing.T) {
	text := "supersonic_traces_spans_total{fate=\"kept\"} 10\nsupersonic_generator_spans_total{fate=\"kept\"} 10\n"
	got := look(t, nil, Role{Name: "traces", MetricsURL: serve(t, fakesite.Metrics(text))}).Roles[0]
	if len(got.Spans) != 1 || got.Spans[0].Count != 10 {
		t.Errorf("%+v", got.Spans)
	}
}

func TestTheShareOfSilentServersIsByServer(t *testing.T) {
	got := look(t, nil, Role{Name: "traces", MetricsURL: serve(t, fakesite.Metrics(fakesite.TracesMetrics))})
	if !got.MissingKnown || len(got.Missing) != 2 || got.Missing[0].Missing != 31 || *got.Missing[0].Share != 31.0/610 {
		t.Errorf("%+v", got.Missing)
	}
	if look(t, nil, Role{Name: "traces", MetricsURL: serve(t, fakesite.Metrics("up 1\n"))}).MissingKnown {
		t.Error("a store that does not count them is said to")
	}
}

func TestARoleThatIsNotWellSaysWhyAndHoldsUpNobody(t *testing.T) {
	refusing := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprintln(w, "the log is being read\nmore")
	}))
	release := make(chan struct{})
	hanging := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(func() { close(release) })
	good := serve(t, fakesite.Metrics(fakesite.GatewayMetrics))
	pods := func() []Pod {
		return []Pod{{Name: "t-1", State: "restarting", Reason: "model flaky does not load"}, {Name: "t-0", State: "ready"}}
	}
	got := look(t, pods,
		Role{Name: "traces", HealthURL: refusing},
		Role{Name: "triton", Pod: "t-0", HealthURL: "http://127.0.0.1:1/"},
		Role{Name: "triton", Pod: "t-1", HealthURL: "http://127.0.0.1:1/"},
		Role{Name: "metrics", HealthURL: hanging},
		Role{Name: "gateway", HealthURL: good, MetricsURL: "http://127.0.0.1:1/"},
		Role{Name: "ui"},
	)
	want := []struct{ state, reason string }{
		{Unhealthy, "503 Service Unavailable: the log is being read"},
		{Unreachable, "connection refused"},
		{Unreachable, "restarting: model flaky does not load"},
		{Unreachable, "no answer from"},
		{Healthy, "its figures are not known"},
		{NotAsked, ""},
	}
	for i, w := range want {
		if r := got.Roles[i]; r.State != w.state || !strings.Contains(r.Reason, w.reason) {
			t.Errorf("%s %s: %s, %q", r.Role, r.Pod, r.State, r.Reason)
		}
	}
}

func TestManyOpenPagesAskARoleOnce(t *testing.T) {
	asked := 0
	url := serve(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	w := New([]Role{{Name: "gateway", HealthURL: url}}, nil, nil)
	defer w.Close()
	for range 5 {
		w.Look(context.Background())
	}
	if asked != 1 {
		t.Errorf("asked %d times within a second", asked)
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{fakesite.GatewayMetrics, fakesite.CollectorMetrics, fakesite.TracesMetrics} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := parse(strings.NewReader(text))
		if err == nil {
			got.spans()
			got.facts()
			got.missing(map[string]*payload.MissingShare{})
		}
	})
}
