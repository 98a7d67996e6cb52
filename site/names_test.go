package site

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPodsAreNamedAfterTheInstance(t *testing.T) {
	s := load(t, "nameOverride: cms\ntriton: { replicas: 2 }\nenvoy: { replicas: 1 }\n", Options{Release: "sonic-server"})
	if diff := cmp.Diff([]string{"cms-triton-0", "cms-triton-1"}, s.Pods(PartTriton)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"cms-envoy-0"}, s.Pods(PartEnvoy)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"sonic-server-tempo"}, s.Pods(PartTempo)); diff != "" {
		t.Error(diff)
	}
}

func TestServicesAreNamedAsTheirChartsNameThem(t *testing.T) {
	f := func(release, values string, part Part, want string) {
		t.Helper()
		if got := load(t, values, Options{Release: release}).ServiceHost(part); got != want {
			t.Errorf("%s of release %s is %q, want %q", part, release, got, want)
		}
	}
	f("", "", PartTempo, "supersonic-tempo")
	f("x", "", PartTempo, "x-tempo")
	f("x", "", PartPrometheus, "x-prometheus-server")
	f("x", "", PartCollector, "x-opentelemetry-collector")
	f("x", "", PartGrafana, "x-grafana")
	f("x", "nameOverride: n", PartTriton, "n-triton")
	f("x", "nameOverride: n", PartTempo, "x-tempo")

	// A release that already contains the chart's name is not repeated.
	f("my-tempo-site", "", PartTempo, "my-tempo-site")
	f("prometheus", "", PartPrometheus, "prometheus-server")

	f("x", "tempo: { nameOverride: traces }", PartTempo, "x-traces")
	f("x", "tempo: { fullnameOverride: traces }", PartTempo, "traces")
	f("x", "prometheus: { nameOverride: prom }", PartPrometheus, "x-prom-server")
	f("x", "prometheus: { server: { name: main } }", PartPrometheus, "x-prometheus-main")
	f("x", "prometheus: { server: { fullnameOverride: prom } }", PartPrometheus, "prom")

	// 63 letters are what a DNS label holds.
	long := "a-name-as-long-as-helm-allows-it-to-be-for-a-releasexxx"[:53]
	f(long, "", PartCollector, (long + "-opentelemetry-collector")[:63])
}

func TestHostNamesOfTheReleaseAreKnown(t *testing.T) {
	s := load(t, "nameOverride: n\n", Options{Release: "x", Namespace: "cms"})
	for host, want := range map[string]Part{
		"x-tempo":                              PartTempo,
		"X-Tempo":                              PartTempo,
		"supersonic-tempo":                     PartTempo,
		"x-tempo.cms":                          PartTempo,
		"x-tempo.cms.svc":                      PartTempo,
		"x-tempo.cms.svc.cluster.local":        PartTempo,
		"x-tempo.cms.svc.cluster.local.":       PartTempo,
		"supersonic-prometheus-server.cms":     PartPrometheus,
		"x-opentelemetry-collector":            PartCollector,
		"x-grafana":                            PartGrafana,
		"n-triton":                             PartTriton,
		"n-triton-3":                           PartTriton,
		"n-envoy":                              PartEnvoy,
		"n-envoy-0":                            PartEnvoy,
		"n-envoy-12.cms.svc":                   PartEnvoy,
		"supersonic-envoy":                     PartEnvoy,
		"supersonic-opentelemetry-collector":   PartCollector,
		"x-tempo.other":                        "",
		"x-tempo.cms.example.org":              "",
		"x-tempo-0":                            "",
		"n-envoy-":                             "",
		"n-envoy-a":                            "",
		"y-tempo":                              "",
		"tempo":                                "",
		"prometheus-server":                    "",
		"":                                     "",
		"prometheus-af.geddes.rcac.purdue.edu": "",
	} {
		got, ok := s.HostPart(host)
		if got != want || ok != (want != "") {
			t.Errorf("%q means %q (%v), want %q", host, got, ok, want)
		}
	}
}

func TestEveryServiceNameMeansItsPart(t *testing.T) {
	s := load(t, "", Options{Release: "rel"})
	for _, p := range Parts() {
		if got, ok := s.HostPart(s.ServiceHost(p)); !ok || got != p {
			t.Errorf("%s means %q", s.ServiceHost(p), got)
		}
		for _, pod := range s.Pods(p) {
			if got, _ := s.HostPart(pod); got != p {
				t.Errorf("pod %s means %q", pod, got)
			}
		}
	}
	if !slices.Contains(Parts(), PartMetricsCollector) {
		t.Error("a part is missing in Parts")
	}
}

func TestTheDefaultLoadMetricIsTheChartsForThisInstance(t *testing.T) {
	want := `sum by (release)(rate(nv_inference_queue_duration_us{release=~"n"}[30s])) / ` +
		`sum by (release)(rate(nv_inference_exec_count{release=~"n"}[30s]) * 1000 + 0.001)`
	if got := load(t, "nameOverride: n\n", Options{}).LoadMetric(); got != want {
		t.Errorf("got %s", got)
	}
	if got := load(t, "serverLoadMetric: up\n", Options{}).LoadMetric(); got != "up" {
		t.Errorf("got %s", got)
	}
}
