package collector

import (
	"net"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supersonic/internal/freeport"
)

// everyReceiver lays all components that the chart's defaults define into pipelines.
const everyReceiver = `
receivers:
  jaeger: {protocols: {grpc: {endpoint: "127.0.0.1:${env:P1}"}, thrift_http: {endpoint: "127.0.0.1:${env:P2}"}, thrift_compact: {endpoint: "127.0.0.1:${env:UDP}"}}}
  zipkin: {endpoint: "127.0.0.1:0"}
  prometheus: {config: {scrape_configs: [{job_name: self, scrape_interval: 100ms, static_configs: [{targets: ["${env:MY_POD_IP}:8888"]}]}]}}
processors:
  resource: {attributes: [{key: site, value: "${env:SITE:-lab}", action: upsert}]}
  attributes: {actions: [{key: a, value: b, action: insert}]}
  filter: {traces: {span: ['name == "drop me"']}}
  probabilistic_sampler: {sampling_percentage: 100}
  tail_sampling: {decision_wait: 100ms, policies: [{name: all, type: always_sample}]}
exporters:
  prometheus: {endpoint: "127.0.0.1:0"}
  file: {path: "${env:DIR}/spans.json"}
  nop: {}
  otlp_grpc/new: {endpoint: "127.0.0.1:1", tls: {insecure: true}}
  otlp_http/new: {endpoint: "http://127.0.0.1:1"}
  prometheus_remote_write/new: {endpoint: "${env:WRITE}"}
connectors:
  spanmetrics: {metrics_flush_interval: 100ms}
  servicegraph: {metrics_flush_interval: 100ms}
  span_metrics/new: {}
  service_graph/new: {}
  forward: {}
service:
  pipelines:
    traces: {receivers: [otlp, jaeger, zipkin], processors: [memory_limiter, filter, resource, attributes, transform, batch], exporters: [file, debug, forward, spanmetrics, servicegraph, span_metrics/new, service_graph/new]}
    traces/sampled: {receivers: [forward], processors: [probabilistic_sampler, tail_sampling], exporters: [nop, otlp_grpc/new, otlp_http/new]}
    metrics: {receivers: [spanmetrics, servicegraph, prometheus, span_metrics/new, service_graph/new], exporters: [prometheus, prometheus_remote_write/new]}
`

func TestEveryComponentStartsUnderItsOldAndNewName(t *testing.T) {
	cfg := testConfig(chart(t, freePorts(t), parseYAML(t, everyReceiver)))
	cfg.Env["DIR"] = t.TempDir()
	_, cfg.Env["WRITE"] = newWriteSink(t)
	// Jaeger refuses port 0; freeport marks its ports by those of UDP.
	tcp := freeport.For(t, 2)
	cfg.Env["P1"], cfg.Env["P2"] = strconv.Itoa(tcp[0]), strconv.Itoa(tcp[1])
	udp, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	udp.Close()
	_, cfg.Env["UDP"], _ = net.SplitHostPort(udp.LocalAddr().String())
	r := start(t, cfg)
	from("gateway").and(1, "ingress", th1percent).and(2, "drop me", th1percent).send(t, r.addr("receivers.otlp.protocols.grpc.endpoint"))
	page := "http://" + r.addr("exporters.prometheus.endpoint") + "/metrics"
	// The collector scrapes itself where the chart's text says, which is now our address.
	eventually(t, "its own series and the span's come out", func() bool {
		text := get(t, page)
		return strings.Contains(text, "otelcol_receiver_accepted_spans") && strings.Contains(text, `span_name="ingress"`)
	})
	if strings.Contains(get(t, page), "drop me") {
		t.Error("the filter did not drop")
	}
	if !strings.Contains(r.log.text.String(), "level=INFO msg=Traces") {
		t.Error("the debug exporter's lines are not shown at Info")
	}
	zipkin := `[{"traceId":"0000000000000001","id":"0000000000000001","name":"old","timestamp":1,"duration":1,"localEndpoint":{"serviceName":"z"}}]`
	resp, err := http.Post("http://"+r.addr("receivers.zipkin.endpoint")+"/api/v2/spans", "application/json", strings.NewReader(zipkin))
	if err != nil || resp.StatusCode != http.StatusAccepted {
		t.Fatal(resp, err)
	}
	resp.Body.Close()
}

func TestTheUsersReadersAreHonouredBesideOurs(t *testing.T) {
	port := strconv.Itoa(freeport.For(t, 1)[0])
	r := start(t, testConfig(chart(t, freePorts(t), parseYAML(t, `
service: {telemetry: {metrics: {readers: [{pull: {exporter: {prometheus: {host: "127.0.0.1", port: `+port+`}}}}]}}}
`))))
	for _, addr := range []string{"127.0.0.1:" + port, r.MetricsAddr().String()} {
		if got := get(t, "http://"+addr+"/metrics"); !strings.Contains(got, "otelcol_process_uptime") {
			t.Errorf("%s serves %s", addr, got)
		}
	}
}

func TestTheCollectorIsQuiet(t *testing.T) {
	r := start(t, testConfig(chart(t, freePorts(t))))
	r.stop()
	for line := range strings.Lines(r.log.text.String()) {
		if !strings.Contains(line, "level=DEBUG") && !strings.Contains(line, `msg="collector serves"`) {
			t.Errorf("logged: %s", line)
		}
	}
}

func TestWithoutTheWeightProcessorNothingWaits(t *testing.T) {
	for name, turnOff := range map[string]func(*Config){
		"by the caller": func(c *Config) { c.WeightProcessor = false },
		"by the file": func(c *Config) {
			c.Config = merge(c.Config, parseYAML(t, `processors: {supersonic_weight: {enabled: false}}`))
		},
	} {
		t.Run(name, func(t *testing.T) {
			store := newTraceSink()
			_, prometheus := newWriteSink(t)
			cfg := site(t, "otlp", store.serveGRPC(t), prometheus)
			turnOff(&cfg)
			r := start(t, cfg)
			from("triton").and(1, "InferRequest", "").send(t, r.addr("receivers.otlp.protocols.grpc.endpoint"))
			eventually(t, "the span is in the store", func() bool { return store.count() == 1 })
			if got := store.lines(); !slices.Equal(got, []string{"triton InferRequest Server"}) {
				t.Errorf("got %q", got)
			}
		})
	}
}

func TestTheWeightProcessorStandsFirstWhereSpansEnter(t *testing.T) {
	conf := parseYAML(t, `
receivers: {otlp: {}}
connectors: {forward: {}, spanmetrics: {}}
processors: {batch: {}}
service:
  pipelines:
    traces: {receivers: [otlp], processors: [batch], exporters: [forward]}
    traces/bare: {receivers: [otlp], exporters: [forward]}
    traces/placed: {receivers: [otlp], processors: [batch, supersonic_weight], exporters: [forward]}
    traces/second: {receivers: [forward], processors: [batch], exporters: [spanmetrics]}
    metrics: {receivers: [spanmetrics], processors: [batch], exporters: [debug]}
`)
	got := map[string]any{}
	for name, p := range section(adapt(conf, true, ""), "service", "pipelines") {
		got[name] = p.(map[string]any)["processors"]
	}
	want := map[string]any{
		"traces":        []any{"supersonic_weight", "batch"},
		"traces/bare":   []any{"supersonic_weight"},
		"traces/placed": []any{"batch", "supersonic_weight"},
		"traces/second": []any{"batch"},
		"metrics":       []any{"batch"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("processors (-want +got):\n%s", diff)
	}
	if _, ok := section(conf, "processors")[weightProcessor]; ok {
		t.Error("the caller's map was changed")
	}
}

func TestAnIdleCollectorIsSmall(t *testing.T) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.GC() // pools of earlier tests go with the second
	runtime.ReadMemStats(&before)
	n := runtime.NumGoroutine()
	start(t, testConfig(chart(t, freePorts(t))))
	runtime.GC()
	runtime.ReadMemStats(&after)
	heap, goroutines := int64(after.HeapAlloc)-int64(before.HeapAlloc), runtime.NumGoroutine()-n
	t.Logf("idle: %d KiB of heap, %d goroutines; heap of the process %d MiB, from the system %d MiB",
		heap>>10, goroutines, after.HeapAlloc>>20, after.Sys>>20)
	if heap > 20<<20 || goroutines > 60 {
		t.Errorf("an idle collector holds %d KiB and %d goroutines", heap>>10, goroutines)
	}
}
