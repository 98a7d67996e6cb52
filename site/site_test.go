package site

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEveryValueKnowsItsPlace(t *testing.T) {
	s := load(t, "envoy:\n  service:\n    ports:\n      - { name: grpc, port: 9001 }\ngrafana:\n  grafana.ini:\n    server: { root_url: x }\n",
		Options{Sets: []string{"triton.replicas=2"}})
	f := func(path, want string, user bool) {
		t.Helper()
		o := s.Origin(path)
		if got := filepath.Base(o.String()); got != want || o.User != user {
			t.Errorf("%s is from %s (%v), want %s", path, got, o.User, want)
		}
	}
	f("envoy", "values.yaml:1:1", true)
	f("envoy.service.ports[0].port", "values.yaml:4:23", true)
	f("envoy.service.ports[grpc].port", "values.yaml:4:23", true)
	f(`grafana.grafana\.ini.server.root_url`, "values.yaml:7:15", true)
	f("triton.replicas", "--set triton.replicas", true)
	f("envoy.replicas", "default", false)
	f("envoy.service.ports[1].port", "default", false)
	f("envoy.service.ports[admin]", "default", false)
	f("envoy..x", "default", false)
	if got := filepath.Base(s.Nearest("envoy.service.ports[0].targetPort").String()); got != "values.yaml:4:9" {
		t.Errorf("nearest is %s", got)
	}
}

func TestPathsAreRelativeToTheFileThatSaysThem(t *testing.T) {
	s := load(t, "local: { triton: { server: bin/tritonserver, backendDirectory: /opt/backends, modelRepository: [models, /m] } }", Options{})
	dir := filepath.Dir(s.Origin("local").File)
	if got, want := s.Values.Local.Triton.Server, filepath.Join(dir, "bin", "tritonserver"); got != want {
		t.Errorf("server %s, want %s", got, want)
	}
	if diff := cmp.Diff(Strings{filepath.Join(dir, "models"), "/m"}, s.Values.Local.Triton.ModelRepository); diff != "" {
		t.Error(diff)
	}
	if s.Values.Local.Triton.BackendDirectory != "/opt/backends" {
		t.Error(s.Values.Local.Triton.BackendDirectory)
	}
	s = load(t, "local: { triton: { modelRepository: models } }", Options{Sets: []string{"local.triton.server=bin/tritonserver"}})
	if s.Values.Local.Triton.Server != "bin/tritonserver" {
		t.Errorf("from the command line: %s", s.Values.Local.Triton.Server)
	}
	if got := s.Values.Local.Triton.ModelRepository; len(got) != 1 || filepath.Base(got[0]) != "models" {
		t.Errorf("one repository: %v", got)
	}
}

func TestWhatHasNoEffectIsListed(t *testing.T) {
	files, err := filepath.Glob("testdata/reference/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, f := range files {
		s, err := Load(Options{Files: []string{f}})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "# %s\n", filepath.Base(f))
		for _, n := range s.Notes {
			fmt.Fprintln(&b, strings.TrimPrefix(n.String(), filepath.Dir(f)+string(filepath.Separator)))
		}
		for _, o := range s.Off() {
			fmt.Fprintf(&b, "off: %s (%s): %s\n", o.Key, strings.TrimPrefix(o.Origin.String(), filepath.Dir(f)+string(filepath.Separator)), o.Cost)
		}
	}
	golden(t, "testdata/notes.txt", b.String())
}

func TestANullThatRemovesADefaultIsListed(t *testing.T) {
	s := load(t, "opentelemetry-collector:\n  config:\n    receivers:\n      otlp:\n        protocols:\n          grpc:\n", Options{})
	if len(s.Notes) != 1 || s.Notes[0].Why != ReasonRemoved || s.Notes[0].Line != 6 {
		t.Errorf("notes %v", s.Notes)
	}
}

// A store that is off here is not missed where the page reads another.
func TestAStoreElsewhereIsToldInPlaceOfOneThatIsOff(t *testing.T) {
	f := func(source, key, says, lacks string) {
		t.Helper()
		off := load(t, "tempo: { enabled: false }\nprometheus: { enabled: false }\ngrafana: { datasources: { a.yaml: { datasources: ["+source+"] } } }", Options{}).Off()
		at := slices.IndexFunc(off, func(o Off) bool { return o.Key == key })
		if at < 0 || !strings.Contains(off[at].Cost, says) || strings.Contains(off[at].Cost, lacks) {
			t.Errorf("%s: %+v, want %q", source, off, says)
		}
	}
	f("{ name: Traces, type: tempo, url: 'http://tempo.example.org' }", "tempo.enabled", "data source Traces.", "no trace is kept")
	f("{ name: Mimir, type: prometheus, url: 'http://mimir:9009/prometheus' }", "prometheus.enabled", "data source Mimir.", "no rates")
	f("{ name: Mimir, type: prometheus, url: 'http://mimir:9009/prometheus' }", "tempo.enabled", "no trace is kept", "data source")
	f("{ name: own, type: tempo, url: 'http://supersonic-tempo.default.svc:3100' }", "tempo.enabled", "no trace is kept", "data source")
}

func TestSwitchingPartsOffSaysWhatItCosts(t *testing.T) {
	f := func(values string, keys ...string) {
		t.Helper()
		var got []string
		for _, o := range load(t, values, Options{}).Off() {
			got = append(got, o.Key)
			if o.Cost == "" || !o.Origin.User {
				t.Errorf("%s: cost %q, origin %s", o.Key, o.Cost, o.Origin)
			}
		}
		if diff := cmp.Diff(keys, got); diff != "" {
			t.Error(diff)
		}
	}
	f("opentelemetry-collector: { enabled: false }", "opentelemetry-collector.enabled")
	f("tempo: { enabled: false }", "tempo.enabled")
	f("tempo: { tempo: { metricsGenerator: { enabled: false } } }", "tempo.tempo.metricsGenerator.enabled")
	f("tempo: { enabled: false, tempo: { metricsGenerator: { enabled: false } } }", "tempo.enabled")
	f("prometheus: { external: { enabled: true, url: prom.example.org } }", "prometheus.external.enabled")
	f("envoy: { enabled: false }\ntriton: { replicas: 0 }\ngrafana: { enabled: no }", "envoy.enabled", "grafana.enabled", "triton.replicas")
	f("triton: { enabled: false }\nenvoy: { tracing_sampling_rate: 0 }", "triton.enabled", "envoy.tracing_sampling_rate")
	f("keda: { enabled: false }\nmetricsCollector: { enabled: false }")
}

func TestKeysOfGrafanaINIThatCountAreNotCalledUnused(t *testing.T) {
	s := load(t, `grafana:
  grafana.ini:
    auth.anonymous: { enabled: true, org_role: Viewer, org_name: Main }
    auth: { disable_login_form: false }
    security: { admin_password: x, csrf_trusted_origins: y }
    auth.generic_oauth: { enabled: true, client_id: a }
    server: { root_url: http://x/y }
    analytics: { reporting_enabled: false }
`, Options{})
	var got []string
	for _, n := range s.Notes {
		got = append(got, n.Path)
	}
	want := []string{`grafana.grafana\.ini.auth\.anonymous.org_name`, `grafana.grafana\.ini.security.csrf_trusted_origins`, `grafana.grafana\.ini.analytics`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestSecretsAreInNoLog(t *testing.T) {
	s := load(t, "grafana: { adminPassword: hunter2, datasources: { d.yaml: { datasources: [{ name: a, secureJsonData: { k: hunter2 } }] } } }",
		Options{Sets: []string{"grafana.adminPassword=hunter2"}})
	var b bytes.Buffer
	slog.New(slog.NewJSONHandler(&b, nil)).Info("values", "grafana", s.Values.Grafana, "password", s.Values.Grafana.AdminPassword)
	slog.New(slog.NewTextHandler(&b, nil)).Info("values", "grafana", s.Values.Grafana)
	j, err := json.Marshal(s.Values)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(&b, "%s %v %+v %#v %s", j, s.Values, s.Values, s.Values, s.Notes)
	_, err = Load(Options{Sets: []string{"grafana.adminPassword={hunter2}"}})
	fmt.Fprint(&b, err)
	_, err = Load(Options{Sets: []string{"grafana.adminPassword.x[=hunter2"}})
	fmt.Fprint(&b, err)
	if strings.Contains(b.String(), "hunter2") {
		t.Errorf("a secret is in %s", b.String())
	}
	if s.Values.Grafana.AdminPassword != "hunter2" {
		t.Error("the secret is not kept")
	}
}

func TestTwoSitesAndManyReadersDoNotMeet(t *testing.T) {
	a := load(t, "opentelemetry-collector: { config: { exporters: { otlp: { endpoint: \"a:1\" } } } }", Options{Release: "a"})
	b := load(t, "", Options{Release: "b"})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			a.CollectorConfig(here)
			b.CollectorConfig(here)
			b.Origin("envoy.replicas")
			b.HostPart("b-tempo")
		})
	}
	wg.Wait()
	c, _ := a.CollectorConfig(here)
	c["exporters"].(dict)["otlp"].(dict)["endpoint"] = "changed"
	if diff := cmp.Diff(Default(), b.Values); diff != "" {
		t.Errorf("one site changed another's values:\n%s", diff)
	}
	if again, _ := a.CollectorConfig(here); again["exporters"].(dict)["otlp"].(dict)["endpoint"] != "a:1" {
		t.Error("a configuration that was handed out is still the site's")
	}
}

func TestAKeyIsExplained(t *testing.T) {
	f := func(path string, want int, first string) {
		t.Helper()
		docs, err := Explain(path)
		if err != nil || len(docs) != want || docs[0].Path != first || docs[0].Text == "" {
			t.Errorf("%s: %d keys (%+v), %v", path, len(docs), docs, err)
		}
	}
	f("envoy.replicas", 1, "envoy.replicas")
	f("envoy.auth", 7, "envoy.auth")
	f("envoy.service.ports[grpc].port", 1, "envoy.service.ports[].port")
	f(`grafana.datasources.datasources\.yaml.datasources[0].url`, 1, "grafana.datasources.NAME.datasources[].url")
	if _, err := Explain("envoy.replica"); err == nil || !strings.Contains(err.Error(), `did you mean "envoy.replicas"?`) {
		t.Errorf("got %v", err)
	}
}

func TestEveryKeyHasAComment(t *testing.T) {
	docs, err := Docs()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range docs {
		if !strings.HasSuffix(d.Text, ".") {
			t.Errorf("%s: comment %q is no sentence", d.Path, d.Text)
		}
	}
	if len(docs) < 100 {
		t.Errorf("%d keys only", len(docs))
	}
}

func TestDurationsAreGosAndPrometheuss(t *testing.T) {
	for in, want := range map[string]string{
		"5s": "5s", "250ms": "250ms", "1h30m": "1h30m0s", "15d": "360h0m0s", "1w2d3h": "219h0m0s", "1y": "8760h0m0s", "0": "0s", "0s": "0s", "1.5h": "1h30m0s",
	} {
		if got, err := parseDuration(in); err != nil || got.String() != want {
			t.Errorf("%s is %v (%v), want %s", in, got, err, want)
		}
	}
	for _, in := range []string{"", "5", "d", "5x", "-5s", "99999999999999999d", "300y", "1d-5s", "5 s", "∞"} {
		if got, err := parseDuration(in); err == nil {
			t.Errorf("%q is taken as %v", in, got)
		}
	}
}
