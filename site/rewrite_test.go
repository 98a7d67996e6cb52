package site

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// here gives every part an address that shows what it was asked.
func here(p Part, port string) (string, bool) { return "[" + string(p) + "]:" + port, true }

func TestOnlyHostAndPortOfTheReleaseChange(t *testing.T) {
	s := load(t, "", Options{Release: "x"})
	f := func(in, want string, part Part) {
		t.Helper()
		out, got, known := s.Rewrite(in, here)
		if out != want || got != part || known != (part != "") {
			t.Errorf("%q becomes %q (%q, %v), want %q (%q)", in, out, got, known, want, part)
		}
	}
	f("http://supersonic-tempo:4317", "http://[tempo]:4317", PartTempo)
	f("http://x-tempo:4317/", "http://[tempo]:4317/", PartTempo)
	f("http://x-tempo", "http://[tempo]:", PartTempo)
	f("https://me:secret@x-prometheus-server:9090/api/v1/write?a=b#c", "https://me:secret@[prometheus]:9090/api/v1/write?a=b#c", PartPrometheus)
	f("supersonic-opentelemetry-collector:4318/v1/traces", "[opentelemetry-collector]:4318/v1/traces", PartCollector)
	f("x-tempo:4317", "[tempo]:4317", PartTempo)
	f("x-tempo.default.svc.cluster.local:4317", "[tempo]:4317", PartTempo)
	f("dns:///x-tempo:4317", "dns:///[tempo]:4317", PartTempo)

	// These name nobody of this site, or no address at all.
	for _, text := range []string{
		"", "x-tempo", "x-tempo/path", "other:4317", "http://other:4317/x-tempo:4317", "http://[::1]:4317", "::1", "x-tempo:port",
		"say x-tempo:4317", `set(x, "http://x-tempo:4317")`, "x-tempo:4317,x-tempo:4318", "${env:HOST}:4317", "http://", "://x", "http://x-tempo:99:1",
	} {
		f(text, text, "")
	}
}

func TestARefusedAddressIsLeftButKnown(t *testing.T) {
	s := load(t, "", Options{})
	out, part, known := s.Rewrite("http://supersonic-tempo:3100", func(Part, string) (string, bool) { return "no", false })
	if out != "http://supersonic-tempo:3100" || part != PartTempo || !known {
		t.Errorf("got %q, %q, %v", out, part, known)
	}
}

func TestWhereTheClustersDNSIsAskedTheDefaultSpellingBecomesTheReleases(t *testing.T) {
	s := load(t, "nameOverride: n\ntempo: { fullnameOverride: traces }\n", Options{Release: "x", Pod: true})
	keep := func(Part, string) (string, bool) { return "", false }
	for in, want := range map[string]string{
		"http://supersonic-tempo:4317/a":                       "http://traces:4317/a",
		"http://supersonic-prometheus-server.default.svc:9090": "http://x-prometheus-server.default.svc:9090",
		"http://supersonic-grafana":                            "http://x-grafana",
		"supersonic-envoy-1:8001":                              "n-envoy-1:8001",
		"n-envoy-1:8001":                                       "n-envoy-1:8001",
		"x-prometheus-server:9090":                             "x-prometheus-server:9090",
		"other:1":                                              "other:1",
	} {
		if got, _, _ := s.Rewrite(in, keep); got != want {
			t.Errorf("%s becomes %s, want %s", in, got, want)
		}
	}
	c, _ := s.CollectorConfig(keep)
	if got := c["exporters"].(dict)["otlp"].(dict)["endpoint"]; got != "http://traces:4317" {
		t.Errorf("the collector exports to %v", got)
	}
}

func TestAConfigurationIsCopiedWithItsAddresses(t *testing.T) {
	s := load(t, "opentelemetry-collector:\n  config:\n    exporters:\n      otlp:\n        endpoint: other:4317\n", Options{})
	in := map[string]any{
		"exporters": map[string]any{
			"otlp":  map[string]any{"endpoint": "other:4317"},
			"mine":  map[string]any{"endpoint": "supersonic-tempo:4317", "headers": map[string]any{"x": "a:1"}},
			"list":  []any{"http://supersonic-tempo:1", map[string]any{"url": "https://far.example.org/api"}, 7, nil},
			"local": map[string]any{"endpoint": "localhost:4317"},
		},
		"extensions": map[string]any{"health_check": map[string]any{"endpoint": "${env:MY_POD_IP}:13133"}},
	}
	before := copyAny(in)
	out, left := s.RewriteMap("opentelemetry-collector.config", in, "127.0.0.1", here)
	want := map[string]any{
		"exporters": map[string]any{
			"otlp":  map[string]any{"endpoint": "other:4317"},
			"mine":  map[string]any{"endpoint": "[tempo]:4317", "headers": map[string]any{"x": "a:1"}},
			"list":  []any{"http://[tempo]:1", map[string]any{"url": "https://far.example.org/api"}, 7, nil},
			"local": map[string]any{"endpoint": "localhost:4317"},
		},
		"extensions": map[string]any{"health_check": map[string]any{"endpoint": "127.0.0.1:13133"}},
	}
	if diff := cmp.Diff(want, out); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if diff := cmp.Diff(before, any(in)); diff != "" {
		t.Errorf("the input was changed:\n%s", diff)
	}
	if len(left) != 2 || left[0].Host != "far.example.org" || left[1].Host != "other" || left[1].Origin.Line != 5 || !left[1].Origin.User {
		t.Errorf("left %+v", left)
	}
}

func TestListenersOfOurDefaultsAreBoundToLoopbackAndThoseOfAUserStay(t *testing.T) {
	endpoints := func(s *Site) (grpc, http, health string) {
		t.Helper()
		c, _ := s.CollectorConfig(here)
		p := c["receivers"].(dict)["otlp"].(dict)["protocols"].(dict)
		return p["grpc"].(dict)["endpoint"].(string), p["http"].(dict)["endpoint"].(string), c["extensions"].(dict)["health_check"].(dict)["endpoint"].(string)
	}
	f := func(values string, pod bool, grpc, http, health string) {
		t.Helper()
		g, h, e := endpoints(load(t, values, Options{Pod: pod}))
		if g != grpc || h != http || e != health {
			t.Errorf("got %s, %s and %s, want %s, %s and %s", g, h, e, grpc, http, health)
		}
	}
	f("", false, "127.0.0.1:4317", "127.0.0.1:4318", "127.0.0.1:13133")
	f("", true, "0.0.0.0:4317", "0.0.0.0:4318", "0.0.0.0:13133")
	f("local: { listen: 10.0.0.1 }", false, "10.0.0.1:4317", "10.0.0.1:4318", "10.0.0.1:13133")
	f("local: { listen: \"::1\" }", false, "[::1]:4317", "[::1]:4318", "[::1]:13133")
	user := "opentelemetry-collector: { config: { receivers: { otlp: { protocols: { grpc: { endpoint: \"0.0.0.0:4317\" }, http: { cors: {} } } } } } }"
	f(user, false, "0.0.0.0:4317", "127.0.0.1:4318", "127.0.0.1:13133")
	user = "opentelemetry-collector: { config: { receivers: { otlp: { protocols: { grpc: { endpoint: \"${env:MY_POD_IP}:5317\" } } } } } }"
	f(user, false, "127.0.0.1:5317", "127.0.0.1:4318", "127.0.0.1:13133")
}

func TestTheCollectorScrapesAnAddressAndNotAllOfThem(t *testing.T) {
	c, _ := load(t, "", Options{Pod: true}).CollectorConfig(here)
	job := c["receivers"].(dict)["prometheus"].(dict)["config"].(dict)["scrape_configs"].(list)[0].(dict)
	got := job["static_configs"].(list)[0].(dict)["targets"].(list)[0]
	if got != "127.0.0.1:8888" {
		t.Errorf("target %v", got)
	}
}

// The documentation's two files, unedited, with the chart's own release name or
// another: every address is this site's.
func TestTheDocumentationsExampleNamesNobodyElse(t *testing.T) {
	for _, release := range []string{"supersonic", "sonic-server"} {
		s, err := Load(Options{Release: release, Files: []string{"testdata/reference/seed-tracing.yaml", "testdata/reference/seed-grafana.yaml"}})
		if err != nil {
			t.Fatal(err)
		}
		c, left := s.CollectorConfig(here)
		if len(left) > 0 || len(s.Notes) > 0 {
			t.Errorf("%s: left %v, notes %v", release, left, s.Notes)
		}
		if got := c["exporters"].(dict)["prometheusremotewrite"].(dict)["endpoint"]; got != "http://[prometheus]:9090/api/v1/write" {
			t.Errorf("%s: remote write goes to %v", release, got)
		}
		for _, d := range s.Datasources() {
			if _, part, known := s.Rewrite(d.URL, here); !known || string(part) != d.Name {
				t.Errorf("%s: data source %s is at %q", release, d.Name, part)
			}
		}
	}
}

func TestAnAlternateConfigReplacesTheWhole(t *testing.T) {
	s := load(t, "opentelemetry-collector: { alternateConfig: { exporters: { otlp: { endpoint: \"supersonic-tempo:4317\" } } } }", Options{})
	c, _ := s.CollectorConfig(here)
	if diff := cmp.Diff(dict{"exporters": dict{"otlp": dict{"endpoint": "[tempo]:4317"}}}, c); diff != "" {
		t.Error(diff)
	}
	if s.CollectorPath() != "opentelemetry-collector.alternateConfig" {
		t.Error(s.CollectorPath())
	}
}
