package ui

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"supersonic/internal/listen"
	"supersonic/ui/access"
	"supersonic/ui/fakesite"
)

type servers []ServerState

func (s servers) ServerStates() []ServerState { return s }

// world is a page before a fake site.
type world struct {
	t          testing.TB
	url        string
	tempo      *fakesite.Tempo
	prometheus *fakesite.Prometheus
}

var models = []string{"add_sub", "tau_id", "chain", "flaky"}

func newWorld(t testing.TB, change ...func(*Config)) *world {
	t.Helper()
	captured, err := os.ReadFile("waterfall/testdata/envoy-triton-traces.otlp.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t}
	now := time.Now()
	if w.tempo, err = fakesite.NewTempo(captured, now.Add(-time.Minute)); err != nil {
		t.Fatal(err)
	}
	w.prometheus = &fakesite.Prometheus{Counters: fakesite.Site(2, 2, models, now.Add(-2*time.Hour)), Started: now.Add(-time.Hour)}
	serve := func(h http.Handler) string {
		s := httptest.NewServer(h)
		t.Cleanup(s.Close)
		return s.URL
	}
	gateway, collector, store := serve(fakesite.Metrics(fakesite.GatewayMetrics)), serve(fakesite.Metrics(fakesite.CollectorMetrics)), serve(fakesite.Metrics(fakesite.TracesMetrics))
	cfg := Config{
		HTTP: listen.Address{Addr: "127.0.0.1:0"}, Access: access.Settings{Anonymous: true, AnonymousRole: access.Admin}, Release: "supersonic", Namespace: "default", Version: "test",
		DataSources: []DataSource{
			{Name: "prometheus", Type: TypePrometheus, URL: serve(w.prometheus), IsDefault: true},
			{Name: "tempo", Type: TypeTempo, URL: serve(w.tempo), ServiceMapUID: "prometheus"},
		},
		Roles: []RoleEndpoint{
			{Role: "gateway", Pod: "supersonic-envoy-0", Addresses: []Address{{"gRPC", "127.0.0.1:8001"}, {"metrics", "127.0.0.1:9901"}}, MetricsURL: gateway, HealthURL: gateway},
			{Role: "triton", Pod: "supersonic-triton-0", Addresses: []Address{{"gRPC", "127.0.0.1:41011"}}, MetricsURL: gateway + "/none"},
			{Role: "triton", Pod: "supersonic-triton-1", Addresses: []Address{{"gRPC", "127.0.0.1:41021"}}, MetricsURL: "http://127.0.0.1:1/metrics", HealthURL: "http://127.0.0.1:1/v2/health/ready"},
			{Role: "collector", Addresses: []Address{{"OTLP gRPC", "127.0.0.1:4317"}}, MetricsURL: collector, HealthURL: collector},
			{Role: "traces", Addresses: []Address{{"HTTP", "127.0.0.1:3100"}}, MetricsURL: store, HealthURL: store},
		},
		Off: []OffPart{{Part: "keda", Cost: "the number of servers stays as it is"}},
	}
	for _, c := range change {
		c(&cfg)
	}
	u, err := New(cfg, Deps{Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Servers: servers{{Pod: "supersonic-triton-1", State: "restarting", Reason: "the model flaky does not load"}}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- u.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("Run after a stop: %v", err)
		}
	})
	w.url = "http://" + u.Addr().String()
	return w
}

func (w *world) do(method, path string) (*http.Response, string) {
	w.t.Helper()
	req, err := http.NewRequest(method, w.url+path, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return resp, string(body)
}

// ask asks for JSON and wants status 200.
func ask[T any](w *world, path string) T {
	w.t.Helper()
	resp, body := w.do(http.MethodGet, path)
	if resp.StatusCode != http.StatusOK {
		w.t.Fatalf("%s answered %s: %s", path, resp.Status, body)
	}
	var out T
	d := json.NewDecoder(strings.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&out); err != nil {
		w.t.Fatalf("%s: %v in %s", path, err, body)
	}
	return out
}
